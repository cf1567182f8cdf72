#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sites that were shown to be reachable by a fix: does xenfmea say so?

    reachability.py [OPTION...] XENFMEA REPOSITORY LABELS...

REPOSITORY is a git repository of Xen. The parent of every fix is unpacked and
scanned for the row's architecture. LABELS have the columns id, parent, arch,
file, line, function, kind, entry, privilege, path.

  --work DIR   scans are kept here and used again (default: eval-work)
  --cache DIR  xenfmea's cache folder (default: WORK/cache)
  --only IDS   comma list of row ids
  --since DATE only rows with fix_date from then on
  --again      scan again although there is a result
  --master DB  scan nothing: look up the rows that are still present in this
               database, at their master_location
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import common

# Contexts in which the party of a row can be.
PARTIES = {
    "guest": {"guest-hypercall", "guest-trap"},
    "device-model": {"device-model", "guest-hypercall", "guest-trap"},
    "control-domain": {"control-hypercall", "device-model", "guest-hypercall",
                       "guest-trap", "softirq"},
    "hardware": {"irq", "console", "softirq"},
    "firmware": {"boot"},
}
# A row of this entry is about what the control domain asks for, on state that
# the named party prepared.
TEARDOWN = {"do_domctl"}


def unpack(repository, commit, folder):
    folder.mkdir(parents=True)
    git = subprocess.Popen(["git", "-C", repository, "archive", commit],
                           stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", folder], stdin=git.stdout, check=True)
    if git.wait():
        sys.exit(f"{repository}: no commit {commit}")


def scan(options, row, arch):
    """The database of the row's parent, or None with a reason."""
    out = options.work / f"{row['parent']}-{arch}"
    db = out / "xenfmea.db"
    if db.exists() and not options.again:
        return db, ""
    tree = options.work / "trees" / row["parent"]
    if not tree.exists():
        unpack(options.repository, row["parent"], tree)
    done = subprocess.run(
        [options.xenfmea, "scan", "-q", "--arch", arch, "--cache",
         options.cache, "-o", out, tree], capture_output=True, text=True)
    shutil.rmtree(tree)
    if not db.exists():
        return None, done.stderr.strip().split("\n")[-1]
    return db, ""


def sites_of(db, arch, row):
    """The labelled place, or the uses of the labelled macro."""
    file, line = common.below_xen(row["file"]), int(row["line"])
    tries = [
        ("file = ? AND line <= ? AND end_line >= ?", (file, line, line)),
        ("file = ? AND function = ? AND kind = ? AND abs(line - ?) < 6",
         (file, row["function"], row["kind"], line)),
        ("' > ' || macros || ' > ' LIKE ?", (f"% > {row['function']} > %",)),
        ("file = ? AND function = ? AND kind = ?",
         (file, row["function"], row["kind"]))]
    for where, values in tries:
        found = db.execute("SELECT DISTINCT site_id, contexts, armed_by FROM "
                           f"v_sites WHERE arch = ? AND {where}",
                           (arch, *values)).fetchall()
        if found:
            return found
    return []


def missing_edges(db, arch, path):
    """Steps of the labelled path that the graph does not have; macros and what
    the build does not know are passed over."""
    known = {n for (n,) in db.execute(
        "SELECT DISTINCT f.name FROM function f JOIN build b ON b.id = f.build "
        "WHERE b.arch = ? AND f.file <> ''", (arch,))}
    names = [re.sub("^asm:", "", n) for n in path.split(",")
             if not n.startswith("[")]
    names = [n for n in names if n in known]
    return [f"{a}->{b}" for a, b in zip(names, names[1:])
            if not db.execute("SELECT 1 FROM v_calls WHERE arch = ? AND "
                              "caller = ? AND callee = ?", (arch, a, b)
                              ).fetchone()]


def judge(db, arch, row):
    found = sites_of(db, arch, row)
    if not found:
        return "no such site", "", []
    contexts = set(",".join(c for _, c, _ in found).split(",")) - {""}
    armed = set(",".join(a for _, _, a in found).split(",")) - {""}
    wanted = PARTIES[row["privilege"]]
    entry = row["entry"]
    if entry in TEARDOWN:
        wanted = wanted | {"control-hypercall"}
    names = [n for n in row["path"].split(",") if not n.startswith("[")]
    ids = ",".join("?" * len(found))
    on_path = db.execute(
        f"SELECT DISTINCT context FROM v_paths WHERE arch = ? AND site_id IN "
        f"({ids}) AND function IN (?, ?)",
        (arch, *(f[0] for f in found), entry,
         re.sub("^asm:", "", names[0]))).fetchall()
    verdict = "right" if contexts & wanted else "wrong"
    detail = (f"{','.join(sorted(contexts)) or 'nothing'}; armed by "
              f"{','.join(sorted(armed)) or 'nobody'}; {entry} on the path: "
              f"{'yes' if on_path else 'no'}")
    return verdict, detail, missing_edges(db, arch, row["path"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path,
                        default=pathlib.Path("eval-work"))
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--since", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--master", type=pathlib.Path)
    parser.add_argument("xenfmea")
    parser.add_argument("repository")
    parser.add_argument("labels", nargs="+")
    options = parser.parse_args()
    options.cache = options.cache or options.work / "cache"
    only = set(filter(None, options.only.split(",")))
    counts, guests = {}, [0, 0]
    for path in options.labels:
        for row in common.rows(path):
            if (only and row["id"] not in only) or \
                    row.get("fix_date", "9") < options.since:
                continue
            arch = "x86_64" if row["arch"] == "common" else row["arch"]
            if options.master:
                if row["still_present"] != "yes":
                    continue
                row["file"], row["line"] = row["master_location"].split(":")
                file, why = options.master, ""
            else:
                file, why = scan(options, row, arch)
            if file:
                verdict, detail, missing = judge(common.connect(file), arch,
                                                 row)
            else:
                verdict, detail, missing = "not scanned", why, []
            counts[verdict] = counts.get(verdict, 0) + 1
            if row["privilege"] == "guest" and verdict != "not scanned":
                guests[0] += verdict == "right"
                guests[1] += 1
            print(f"{row['id']} {verdict} {row['privilege']} {row['file']}:"
                  f"{row['line']} {row['function']}: {detail}"
                  + (f"; edges missing: {' '.join(missing)}" if missing
                     else ""), flush=True)
    print(*(f"{v}: {n}" for v, n in sorted(counts.items())), sep=", ")
    print("guest rows marked as reached by a guest:", common.share(*guests))


if __name__ == "__main__":
    main()
