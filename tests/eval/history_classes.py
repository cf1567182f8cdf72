#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what `xenfmea history update` says became of a stop with labels.

usage: history_classes.py FACTS LABELS [-v]

FACTS is a folder of facts made from a clone that has the labelled commits,
LABELS a table with columns commit, file, function, kind, outcome, after. The
confusion table counts labelled stops; a stop is found by commit, file and
function, the kind deciding between several.
"""
import csv
import glob
import os
import sys
from collections import Counter, defaultdict

CLASS_OF = {
    "propagate": "handled", "domain_crash": "domain_crash",
    "remove-impossible": "removed", "remove-aou": "removed",
    "strengthen": "strengthened", "weaken": "weakened",
    "keep-rewrite": "rewritten",
}


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        first = f.readline()
        names = first.rstrip("\n").split("\t")
        if first.startswith("#"):  # a table of facts: its name comes first
            names = names[1:]
        yield from csv.DictReader(f, names, delimiter="\t",
                                  quoting=csv.QUOTE_NONE)


def load(folder):
    sites = defaultdict(list)
    for path in sorted(glob.glob(os.path.join(folder, "sites*.tsv"))):
        for row in rows(path):
            sites[row["id"]].append(row)
    return sites


def find(sites, label):
    file = label["file"].removeprefix("xen/")
    kind = label["kind"].removeprefix("other:")
    near = [s for s in sites[label["commit"]] if s["was_kind"]]
    for test in (
            lambda s: (s["file"] == file and s["function"] == label["function"]
                       and s["was_kind"] == kind),
            lambda s: s["function"] == label["function"]
            and s["was_kind"] == kind,
            lambda s: s["function"] == label["function"],
            lambda s: s["file"] == file and s["was_kind"] == kind):
        fit = [s for s in near if test(s)]
        if fit:
            return Counter(s["class"] for s in fit).most_common(1)[0][0]
    return "not found"


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    sites = load(arguments[0])
    table = defaultdict(Counter)
    for label in rows(arguments[1]):
        if label["outcome"] == "keep":
            continue
        want = CLASS_OF[label["outcome"]]
        said = find(sites, label)
        table[want][said] += 1
        if want != said and "-v" in sys.argv:
            print(label["commit"], label["file"], label["line"],
                  label["function"], label["kind"], label["outcome"],
                  f"({label['after']})", "| said", said)
    names = sorted({n for c in table.values() for n in c} | set(table))
    print(f"{'label':14}" + "".join(f"{n:>14}" for n in names))
    for want in sorted(table):
        print(f"{want:14}" + "".join(f"{table[want][n] or '.':>14}"
                                     for n in names))
    right = sum(table[n][n] for n in table)
    total = sum(sum(c.values()) for c in table.values())
    found = total - sum(c["not found"] for c in table.values())
    print(f"same class: {right} of {total} ({100 * right / total:.0f} %), "
          f"{found} found")


if __name__ == "__main__":
    main()
