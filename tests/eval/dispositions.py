#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare proposals with what maintainers did with sites.

    dispositions.py XENFMEA CLONE WORK LABELS... [--rate] [--no-scan]
                    [--since YYYY-MM] [-v]

CLONE is a git repository of Xen. The parent of every labelled change is
unpacked into WORK, scanned there with --no-history, so that the answer is not
looked up, and the database is kept: what is there already is not scanned
again. --rate proposes anew on the databases that are there, --no-scan makes no
others, --since leaves out rows of older changes (trees before 4.11 are not
scanned).

LABELS have the columns id, parent, date, file, line, function, kind, arch,
outcome, cause, context. Outcomes fall into three classes: keep (keep,
keep-rewrite, strengthen), propagate (propagate, domain_crash) and removal
(remove-aou, remove-impossible); weaken is none of them and not counted. A row
whose tree or file is not compiled is listed and not counted.
"""
import argparse
import collections
import pathlib
import sqlite3
import subprocess

import common

CLASSES = {"keep": "keep", "keep-rewrite": "keep", "strengthen": "keep",
           "propagate": "propagate", "domain_crash": "propagate",
           "remove-aou": "removal", "remove-impossible": "removal"}
ARCHES = {"x86": ["x86_64"], "arm": ["arm64"], "common": ["x86_64", "arm64"]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("xenfmea")
    parser.add_argument("clone")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("labels", nargs="+")
    parser.add_argument("--rate", action="store_true")
    parser.add_argument("--no-scan", action="store_true")
    parser.add_argument("--since", default="2018-07")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


def unpack(options, revision, folder):
    """All of the tree or nothing: a run that was ended left no half of it."""
    listed = subprocess.run(
        ["git", "-C", options.clone, "ls-tree", "--name-only", revision,
         "MAINTAINERS", "Config.mk", "config", "docs/fusa", "xen"],
        stdout=subprocess.PIPE, check=True, text=True)
    archive = subprocess.run(
        ["git", "-C", options.clone, "archive", revision,
         *listed.stdout.split()], stdout=subprocess.PIPE, check=True)
    made = folder.with_name(folder.name + ".new")
    subprocess.run(["rm", "-rf", made], check=True)
    made.mkdir(parents=True)
    subprocess.run(["tar", "x", "-C", made], input=archive.stdout, check=True)
    made.rename(folder)


def scan(options, revision, arch):
    """The database of a revision; None when it cannot be scanned."""
    out = options.work / f"{revision}-{arch}"
    database = out / "xenfmea.db"
    if database.exists():
        if options.rate and database not in options.rated:
            options.rated.add(database)
            subprocess.run([options.xenfmea, "rate", "--db", database],
                           stdout=subprocess.DEVNULL, check=True)
        return database
    if (out / "failed").exists() or options.no_scan:
        return None
    tree = options.work / f"tree-{revision}-{arch}"
    if not tree.exists():
        unpack(options, revision, tree)
    done = subprocess.run(
        [options.xenfmea, "scan", "--no-history", "--arch", arch, "--cache",
         options.work / "cache", "-j", "2", "-o", out, tree / "xen"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    subprocess.run(["rm", "-rf", tree], check=True)
    if not database.exists():
        out.mkdir(exist_ok=True)
        (out / "failed").write_bytes(done.stdout)
        return None
    return database


def site_of(db, row):
    """The proposal at the labelled place, or at a use of the labelled macro."""
    file, line = common.below_xen(row["file"]), int(row["line"])
    columns = ("SELECT p.disposition, p.rule, p.confidence, s.site_id, s.file, "
               "s.line, s.function, s.kind, t.cause, s.id FROM proposal p JOIN "
               "site s ON s.id = p.site LEFT JOIN trigger t ON t.site = s.id "
               "WHERE ")
    kind = row["kind"].removeprefix("other:")
    for condition, values in [
            ("s.file = ? AND s.line = ? AND s.kind = ?", (file, line, kind)),
            ("s.file = ? AND s.line = ?", (file, line)),
            ("s.file = ? AND s.line <= ? AND s.end_line >= ?",
             (file, line, line)),
            ("s.file = ? AND s.function = ? AND s.kind = ? AND abs(s.line - ?) "
             "< 4", (file, row["function"], kind, line)),
            ("' > ' || s.macros || ' > ' LIKE ?",
             (f"% > {row['function']} > %",))]:
        found = db.execute(columns + condition + " ORDER BY s.id",
                           values).fetchone()
        if found:
            return found
    return None


def judge(options, row):
    found, database = None, None
    for arch in ARCHES[row["arch"]]:
        database = scan(options, row["parent"], arch)
        if database is None:
            continue
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            found = site_of(db, row)
        if found:
            break
    return database, found


def predicted(disposition):
    return ("removal" if disposition.startswith("remove") else disposition)


def main():
    options = arguments()
    options.rated = set()
    rows = [row for path in options.labels for row in common.rows(path)]
    table = collections.Counter()
    missing, wrong = [], []
    for row in rows:
        wanted = CLASSES.get(row["outcome"])
        if wanted is None:
            continue
        name = (f"{row['id']} {row['file']}:{row['line']} {row['function']} "
                f"{row['kind']}")
        if row["outcome"] != "keep" and row["date"] < options.since:
            missing.append(f"{name}: the tree is too old")
            continue
        database, found = judge(options, row)
        if not found:
            missing.append(f"{name}: " + ("no such site in this build"
                                          if database else "no scan"))
            continue
        got = predicted(found[0])
        table[wanted, got] += 1
        if got != wanted:
            wrong.append(f"{name}: {row['outcome']}, proposed {found[0]} by "
                         f"{found[1]}; cause {row['cause']}, found {found[8]}; "
                         f"context {row['context']}; {row['reason']}")
        elif options.verbose:
            print(f"    right: {name}: {found[0]} by {found[1]}")
    show(table, missing, wrong)


def show(table, missing, wrong):
    got = ["keep", "propagate", "removal", "needs review"]
    print("labelled \\ proposed " + " ".join(f"{g:>12}" for g in got))
    for wanted in got[:3]:
        print(f"{wanted:>19} " + " ".join(f"{table[wanted, g]:>12}" for g in got))
    whole = sum(table.values())
    right = sum(table[c, c] for c in got[:3])
    # Keep against propagate: rows labelled so; another answer is wrong.
    two = [(w, g) for w in ("keep", "propagate") for g in got]
    print("keep versus propagate:",
          common.share(sum(table[c, c] for c in ("keep", "propagate")),
                       sum(table[k] for k in two)))
    print("three classes:", common.share(right, whole))
    common.report("wrong", len(wrong), whole, wrong)
    common.report("not counted", len(missing), len(missing) + whole, missing)


if __name__ == "__main__":
    main()
