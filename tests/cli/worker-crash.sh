#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A worker that dies takes one unit with it, which is reported; nothing else is
# lost, and no core file is left in the current folder.
. "$(dirname "$0")/lib.sh"

ulimit -c unlimited 2>/dev/null || true
make_tree t 6
for how in crash llvm_fatal_error parser_crash; do
    make_unit "t/xen/common/z_$how.c" "$how" "#pragma clang __debug $how"
done
# Deep enough for any stack: parser, walker or printer must not take the scan.
python3 - >t/xen/common/z_deep.c <<'END'
print("#include <xen/bug.h>\nint deep(int a) { BUG_ON(a); return "
      + "+".join(["a"] * 200000) + "; }")
END
list_units t

for jobs in 1 2 5; do
    rm -rf cache out
    scan t -j "$jobs" --timeout 60
    expect_exit 1 "-j $jobs"
    for how in crash llvm_fatal_error parser_crash; do
        expect_line stdout "common/z_$how.c: crashed: the worker "
    done
    expect_sql "$(sites_of 6)" \
        "SELECT count(*) FROM site WHERE file NOT LIKE 'common/z%'"
    expect_sql 0 "SELECT count(*) FROM tu WHERE file NOT LIKE 'common/z%'
        AND status <> 'ok'"
    expect_sql 0 "SELECT count(*) FROM census WHERE accounted = 'unaccounted'"
    expect_sql 3 "SELECT count(*) FROM tu WHERE status = 'crashed' AND
        detail LIKE 'the worker %' AND file NOT LIKE '%deep%'"
    expect_whole
done
[ -z "$(find . -name 'core*' ! -path './t/*')" ] || fail "a core file is left"

# Fewer files than workers would need: those that start do the work.
rm t/xen/common/z_*
list_units t
scan t
expect_exit 0
mv out expected
rm -rf cache
(ulimit -n 20; scan t -j 64; expect_exit 0 'few descriptors')
expect_equal_outputs out expected 'few descriptors'
