#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Units that do not parse: each is named with its first error, on the terminal
# and in table tu; every site of the others is there.
. "$(dirname "$0")/lib.sh"

make_tree t 3
make_unit t/xen/common/bad_syntax.c 8 'int oops(void) { return 1'
make_unit t/xen/common/bad_include.c 9
sed -i '1i #include "nowhere.h"' t/xen/common/bad_include.c
make_unit t/xen/common/bad_error.c 10 '#error "not today"'
head -c 3000 /dev/urandom >t/xen/common/bad_binary.c
: >t/xen/common/empty.c
printf '#include <xen/bug.h>\n#include "sub.S"\n' >t/xen/arch/arm/arm64/bad.S
list_units t
scan t
expect_exit 1
expect_line stdout 'common/bad_syntax.c: errors: common/bad_syntax.c:26: expected'
expect_line stdout "common/bad_include.c: errors: common/bad_include.c:1: 'nowhere.h' file not found"
expect_line stdout 'common/bad_error.c: errors: .*not today'
expect_line stdout 'common/bad_binary.c: (errors|failed): '
expect_line stdout 'arch/arm/arm64/bad.S: failed: '
! grep -q 'empty.c' stdout || fail "an empty file is no error"
expect_sql 'arch/arm/arm64/bad.S|failed
common/bad_binary.c|errors
common/bad_error.c|errors
common/bad_include.c|errors
common/bad_syntax.c|errors' \
    "SELECT file, status FROM tu WHERE status <> 'ok' ORDER BY 1"
expect_sql 0 "SELECT count(*) FROM tu WHERE status <> 'ok' AND detail = ''"
expect_sql "$(sites_of 3)" \
    "SELECT count(*) FROM site WHERE file NOT LIKE 'common/bad%'"
expect_sql 0 "SELECT count(*) FROM census WHERE accounted = 'unaccounted'"
# Every occurrence in the units that failed is a site or said to be unanalysed.
expect_sql 0 "SELECT count(*) FROM census WHERE file LIKE 'common/bad%' AND
    accounted NOT IN ('site', 'unanalysed')"
expect_whole
cp stdout first

# The same again: the failed ones are tried again, the words are the same.
scan t -v
expect_exit 1
expect_line stderr '5 of 10 units parsed anew'
expect_same stdout first 'second scan of broken units'

# -q still says what is wrong.
scan t -q
expect_exit 1
expect_line stdout 'common/bad_error.c: errors'

# Mended: all is well without further ado.
rm t/xen/common/bad* t/xen/common/empty.c t/xen/arch/arm/arm64/bad.S
list_units t
scan t
expect_exit 0
expect_sql "$(sites_of 3)" 'SELECT count(*) FROM site'

# All units broken.
for f in t/xen/common/*.c; do
    echo '}' >>"$f"
done
scan t
expect_exit 1
expect_whole
