#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare causes and verdicts with labelled sites of other revisions.

    causes.py --xenfmea PROGRAM --git DIR --labels FILE [--labels FILE ...]
              [--work DIR] [--since YEAR-MONTH] [--newest REVISION]
              [--limit N] [--crashlogs DIR]

Each label file is tab separated with a header; columns id, parent (revision
in which file:line is valid), file, line, kind, arch are needed. With a column
`cause` the cause is compared; a row without it names a site that did fire, so
its verdict must not be infeasible. Revisions are taken from the git folder,
scanned once per architecture and kept in --work. Rows that were there before --since are left out,
but for those of the --newest revision. Rows whose site the build of
that revision does not compile are listed and not counted.
"""
import argparse
import collections
import csv
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

# What the labels say and the words of the worksheet.
WORDS = {"guest-input": "guest-input", "toolstack-input": "toolstack-input",
         "firmware/device-tree/ACPI": "firmware",
         "memory-exhaustion": "memory-exhaustion",
         "hardware-fault-or-missing-feature": "hardware",
         "command-line/Kconfig": "configuration",
         "internal-invariant": "internal-invariant",
         "concurrency/locking": "concurrency"}


def scan(args, revision, arch):
    """Path of the database of a revision, None when it cannot be scanned."""
    out = args.work / f"{revision}-{arch}"
    if (out / "xenfmea.db").exists():
        return out / "xenfmea.db"
    if (out / "failed").exists():
        return None
    tree = args.work / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = subprocess.Popen(
        ["git", "-C", args.git, "archive", revision, "xen", "Config.mk",
         "config"], stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", tree], stdin=archive.stdout, check=True)
    archive.wait()
    done = subprocess.run(
        ["nice", args.xenfmea, "scan", "--arch", arch, "-o", out, "--cache",
         args.work / "cache", tree / "xen"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    shutil.rmtree(args.work / "cache" / "build", ignore_errors=True)
    if done.returncode > 1:
        out.mkdir(exist_ok=True)
        (out / "failed").write_bytes(done.stdout)
        return None
    return out / "xenfmea.db"


def find(db, row):
    """Sites of the row's line; of its function when the line is a macro's."""
    file = row["file"].removeprefix("xen/")
    query = ("SELECT s.kind, s.condition, t.* FROM site s JOIN trigger t ON "
             "t.site = s.id WHERE s.file = ? AND s.line <= ? AND s.end_line >= "
             "? ORDER BY s.kind <> ?")
    return db.execute(query, (file, row["line"], row["line"],
                              row["kind"])).fetchall()


def rows_of(args):
    for name in args.labels:
        with open(name, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                place = row.get("master_location")
                if place:  # the same site in the newest revision
                    row["parent"] = args.newest
                    row["file"], row["line"] = place.rsplit(":", 1)
                elif (row["parent"] != args.newest and
                      row.get("date", row.get("fix_date")) < args.since):
                    continue
                yield row


def arches(row):
    if row["arch"].startswith("arm"):
        return ["arm64"]
    if row["arch"].startswith("x86"):
        return ["x86_64"]
    return ["x86_64", "arm64"]


def judge(args, row, tally):
    for arch in arches(row):
        path = scan(args, row["parent"], arch)
        if not path:
            tally["not scanned"] += 1
            continue
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        db.row_factory = sqlite3.Row
        found = find(db, row)
        db.close()
        if not found:
            continue
        return arch, found[0]
    return None, None


def message_pattern(message):
    """What a format as written prints; None when it says too little."""
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', message))
    text = text.replace("\\n", "").strip()
    parts = re.split(r"%[-0-9.lhz#]*[a-zA-Z]+", text)
    if max(map(len, parts)) < 8:
        return None
    return ".*".join(map(re.escape, parts))


def crashes(args, tally):
    """Sites that logs of the newest revision (arm64) name must be possible."""
    db = sqlite3.connect(f"file:{scan(args, args.newest, 'arm64')}?mode=ro",
                         uri=True)
    logs = [path.read_text(errors="replace")
            for path in sorted(pathlib.Path(args.crashlogs).glob("*.log"))]
    places = {place for log in logs for place in
              re.findall(r"(?:BUG at|failed at) \S*/xen/(\S+:\d+)", log)}
    for file, line, message, verdict, proof in db.execute(
            "SELECT s.file, s.line, s.message, t.verdict, t.proof FROM site s "
            "JOIN trigger t ON t.site = s.id"):
        pattern = message_pattern(message)
        named = f"{file}:{line}" in places or (
            pattern and any(re.search(pattern, log) for log in logs))
        tally["sites named by crash logs"] += bool(named)
        if named and verdict == "infeasible":
            tally["WRONGLY INFEASIBLE"] += 1
            print(f"NEVER   {file}:{line} is named by a crash log: {proof}")
    db.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--xenfmea", required=True)
    parser.add_argument("--git", required=True)
    parser.add_argument("--labels", action="append", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--newest", default="c447b7308b13")
    parser.add_argument("--since", default="2018-07")
    parser.add_argument("--crashlogs")
    parser.add_argument("--limit", type=int, default=10 ** 6)
    args = parser.parse_args()
    args.work = args.work.resolve()
    tally = collections.Counter()
    rows = sorted(rows_of(args), key=lambda r: (
        r["parent"] != args.newest,
        -int(r.get("date", r.get("fix_date", "0"))[:7].replace("-", ""))))
    for row in rows[:args.limit]:
        arch, site = judge(args, row, tally)
        where = f"{row['id']} {row['file']}:{row['line']}"
        if not site:
            tally["no such site in the build"] += 1
            print(f"-       {where} not in the build")
            continue
        if site["verdict"] == "infeasible":
            tally["WRONGLY INFEASIBLE" if "cause" not in row else
                  "infeasible, labelled"] += 1
            print(f"NEVER   {where} {site['proof']}")
        tally["judged"] += 1
        want = WORDS.get(row.get("cause", ""))
        if not want:
            continue
        right = site["cause"] == want
        tally["cause compared"] += 1
        tally["cause right"] += right
        tally["cause unknown"] += site["cause"] == "unknown"
        tally[f"  {want} -> {site['cause']}"] += 1
        print(f"{'ok' if right else 'WRONG':7} {where} [{arch}] {want}: "
              f"{site['cause']} | {site['sentence'][:150]} | "
              f"{site['origin'][:200]}", flush=True)
    if args.crashlogs:
        crashes(args, tally)
    for key in sorted(tally):
        print(f"{key}: {tally[key]}")
    return 1 if tally["WRONGLY INFEASIBLE"] else 0


if __name__ == "__main__":
    sys.exit(main())
