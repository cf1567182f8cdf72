#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Score `xenfmea triage` against console logs with known answers.

usage: triage.py XENFMEA DB FOLDER [-v]

FOLDER holds one *.tsv with at least the columns log, outcome, file, line (file
from the repository's root, xen/...), and the logs that it names. A log of a
panic, bug, assert or trap is right when the site named is the answer, and
"one of two" when two are named and one is the answer. A log of any other
outcome is right when no site is named.
"""
import csv
import glob
import json
import os
import subprocess
import sys
from collections import Counter

STOPS = {"panic", "bug", "assert", "trap"}


def ask(xenfmea, db, log):
    done = subprocess.run(
        [xenfmea, "triage", "--db", db, "--format", "json", log],
        capture_output=True, text=True, check=False)
    if done.returncode > 1:
        sys.exit(f"{log}: {done.stderr}")
    return json.loads(done.stdout)


def judge(row, said):
    sites = said.get("stop", {}).get("sites", [])
    named = [(s["file"], str(s["line"])) for s in sites]
    if row["outcome"] not in STOPS:
        return "right" if not said.get("stop") else "named a site"
    answer = (row["file"].removeprefix("xen/"), row["line"])
    if answer in named:
        return {1: "right", 2: "one of two"}.get(len(named), "one of more")
    return "wrong" if named else "nothing named"


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    if len(arguments) != 3:
        sys.exit(__doc__)
    xenfmea, db, folder = arguments
    (table,) = glob.glob(os.path.join(folder, "*.tsv"))
    scores = {}
    with open(table, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            said = ask(xenfmea, db, os.path.join(folder, row["log"]))
            verdict = judge(row, said)
            scores.setdefault(row["outcome"], Counter())[verdict] += 1
            if verdict != "right" and "-v" in sys.argv:
                print(row["log"], row["outcome"], verdict, row["file"],
                      row["line"], "| said", said["outcome"],
                      [f"{s['file']}:{s['line']}"
                       for s in said.get("stop", {}).get("sites", [])][:6])
    good = total = 0
    for outcome, verdicts in sorted(scores.items()):
        print(f"{outcome:20}", ", ".join(f"{n} {v}" for v, n in
                                         verdicts.most_common()))
        if outcome in STOPS:
            good += verdicts["right"] + verdicts["one of two"]
            total += sum(verdicts.values())
    print(f"stops right or one of two: {good} of {total} "
          f"({100 * good / total:.1f} %)")


if __name__ == "__main__":
    main()
