#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the contexts of sites with labels of sites that only boot or the
control domain reaches.

    contexts.py DATABASE LABELS...

LABELS have the columns id, arch, file, line, function, kind, context ("boot",
"control-domain", "boot+control-domain"). A row is right when no guest context
is among those found, and exact when every labelled context is found.
"""
import sys

import common

GUEST = {"guest-hypercall", "guest-trap", "device-model"}
NAMES = {"boot": "boot", "control-domain": "control-hypercall"}


def contexts_of(db, row):
    """Contexts of the site, by line or, in a macro, by function and kind."""
    file = common.below_xen(row["file"])
    where = [("line = ?", (int(row["line"]),)),
             ("line <= ? AND end_line >= ?", (int(row["line"]),) * 2),
             ("function = ?", (row["function"],))]
    for condition, values in where:
        found = db.execute(
            "SELECT contexts, armed_by FROM v_sites WHERE arch = ? AND "
            f"file = ? AND {condition}", (row["arch"], file, *values)).fetchall()
        if found:
            return (set(filter(None, ",".join(c for c, _ in found).split(","))),
                    set(filter(None, ",".join(a for _, a in found).split(","))))
    return None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    db = common.connect(sys.argv[1])
    whole = right = exact = 0
    misses, inexact = [], []
    for path in sys.argv[2:]:
        for row in common.rows(path):
            whole += 1
            found = contexts_of(db, row)
            name = (f"{row['id']} {row['arch']} {row['file']}:{row['line']} "
                    f"{row['function']} {row['context']}")
            if found is None:
                misses.append(f"{name}: no such site")
                continue
            contexts, armed = found
            wanted = {NAMES[c] for c in row["context"].split("+")}
            text = ",".join(sorted(contexts)) or "nothing"
            if not contexts & GUEST:
                right += 1
            else:
                misses.append(f"{name}: {text}")
            if wanted <= contexts and not contexts & GUEST:
                exact += 1
            else:
                inexact.append(f"{name}: {text}; armed by "
                               f"{','.join(sorted(armed)) or 'nobody'}")
    common.report("not marked as reached by a guest", right, whole, misses)
    common.report("and every labelled context found", exact, whole, inexact)


if __name__ == "__main__":
    main()
