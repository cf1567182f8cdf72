#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every call that was seen while Xen ran must be in the call graph.

    observed.py DATABASE ARCH OBSERVED...

OBSERVED are tab separated with a header line and at least the columns caller
and callee, optionally src_caller (the function whose source holds the call;
it is compared then) and kind (only blr rows are compared).
"""
import sys

import common


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    db, arch = common.connect(sys.argv[1]), sys.argv[2]
    found = set(db.execute("SELECT DISTINCT caller, callee FROM v_calls "
                           "WHERE arch = ?", (arch,)))
    known = {name for (name,) in db.execute(
        "SELECT DISTINCT f.name FROM function f JOIN build b ON "
        "b.id = f.build WHERE b.arch = ?", (arch,))}
    seen, misses = set(), []
    for path in sys.argv[3:]:
        for row in common.rows(path):
            if row.get("kind", "blr") != "blr":
                continue
            edge = (row.get("src_caller") or row["caller"], row["callee"])
            if edge in seen:
                continue
            seen.add(edge)
            if edge not in found:
                unknown = [name for name in edge if name not in known]
                misses.append(" -> ".join(edge) + (
                    f" (not in this build: {', '.join(unknown)})"
                    if unknown else ""))
    common.report("observed edges found", len(seen) - len(misses), len(seen),
                  sorted(misses))


if __name__ == "__main__":
    main()
