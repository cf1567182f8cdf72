#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the call graph with labelled edges.

    calls.py DATABASE LABELS...

LABELS have the columns id, arch, edge (1: exists, 0: cannot), kind, caller,
caller_file, callee, callee_file. Prints what is found per kind, which
impossible edges are there, and the misses.
"""
import collections
import sys

import common


def edges(db):
    """(arch, caller, callee) -> files of both."""
    found = collections.defaultdict(set)
    for arch, caller, cfile, callee, file in db.execute(
            "SELECT DISTINCT arch, caller, caller_file, callee, callee_file "
            "FROM v_calls"):
        found[arch, caller, callee].add((cfile, file))
    return found


def holds(found, row):
    """Files are compared when both sides name one: labels give the file that
    generates a wrapper, the database where it is defined."""
    pairs = found.get((row["arch"], row["caller"], row["callee"]), ())
    callee_file = common.below_xen(row["callee_file"])
    return any(not file or file == callee_file for _, file in pairs)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    found = edges(common.connect(sys.argv[1]))
    total, good, misses = collections.Counter(), collections.Counter(), []
    for path in sys.argv[2:]:
        for row in common.rows(path):
            there = holds(found, row)
            key = row["kind"] if row["edge"] == "1" else "impossible"
            right = there == (row["edge"] == "1")
            total[row["arch"], key] += 1
            good[row["arch"], key] += right
            if not right:
                misses.append(" ".join(
                    row[c] for c in ("id", "arch", "edge", "kind",
                                     "mechanism", "caller", "callee", "slot",
                                     "registered_at", "note")))
    for key in sorted(total):
        print(*key, common.share(good[key], total[key]))
    for key in sorted({k for _, k in total}):
        print("all", key, common.share(
            sum(n for (_, k), n in good.items() if k == key),
            sum(n for (_, k), n in total.items() if k == key)))
    print(*misses, sep="\n")


if __name__ == "__main__":
    main()
