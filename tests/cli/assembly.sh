#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Stops in assembly files are sites, and the census knows them.
. "$(dirname "$0")/lib.sh"

make_tree t 1
cat >>t/xen/arch/arm/arm64/entry.S <<'END'
        .globl stops
stops:
        cbz x0, 1f
        b panic
1:      BUG
        bl panic /* and panic in a comment */
END
scan t
expect_exit 0
expect_sql 'BUG|8|entry
panic|13|stops
BUG|14|stops
panic|15|stops' "SELECT kind, line, function FROM site WHERE file LIKE '%.S'
    ORDER BY line"
expect_sql 0 "SELECT count(*) FROM census WHERE accounted = 'unaccounted'"
