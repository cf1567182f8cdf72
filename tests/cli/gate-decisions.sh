#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A decision is about one site: it neither goes over to an equal one that takes
# its place, nor is it lost by odd bytes, by groups or by other writers.
. "$(dirname "$0")/lib.sh"

unit=t/xen/common/unit1.c

check() {
    run "$xenfmea" check t/xen --compile-commands t/compile_commands.json \
        --arch arm64 --decisions d.json --baseline base.json
}

decide() {
    run "$xenfmea" decide --db out --decisions d.json "$@"
    expect_exit 0 "decide $*"
}

# ids FUNCTION [KIND]: of the last scan.
ids() {
    sql "SELECT DISTINCT site_id FROM site WHERE function = '$1' AND
         kind LIKE '${2:-%}' ORDER BY 1"
}

make_tree t 1
touch t/Config.mk
cat >>"$unit" <<'END'
int where(int a, int *p)
{
    a++;
    BUG_ON(!p);
    a += 2;
    a *= 3;
    a -= 4;
    return a;
}
END
printf 'int bytes(int a)\n{\n    if ( a == 3 )\n        panic("\377");\n' \
    >>"$unit"
printf '    BUG_ON(a == %s\351%s);\n    return a;\n}\n' "'" "'" >>"$unit"
scan t
run "$xenfmea" check t/xen --compile-commands t/compile_commands.json \
    --arch arm64 --write-baseline base.json

# What is no UTF-8 in the source is decided like the rest.
decide $(ids bytes) $(ids where) --disposition keep --rationale r
check
expect_exit 0 'decided'
expect_line stdout ' 0 stale, 0 changed, 0 moved, .* 3 decided'

# A check goes and an equal one comes elsewhere in the function: whoever decided
# the one has not seen the other.
cp "$unit" before.c
sed -i -e '/^int where/,$ {/BUG_ON(!p)/d; s/^    a -= 4;/&\n    BUG_ON(!p);/}' \
    "$unit"
check
expect_exit 0 'displaced'
expect_line stdout '^NOTE xen/common/unit1.c:[0-9]*: moved, confirm BUG_ON in'
expect_line stdout 'why: the lines before and behind it are others'
expect_line stdout ' 1 moved, .* 2 decided'
scan t
run "$xenfmea" decide --db out --decisions d.json --confirm
expect_line stdout ': 1 confirmed'
check
expect_line stdout ' 0 moved, .* 3 decided'
cp before.c "$unit"

# A line more before it is no reason to ask.
sed -i 's/^    a++;/&\n    a ^= 1;/' "$unit"
scan t
decide --confirm
sed -i '/^    a ^= 1;/d' "$unit"
check
expect_line stdout ' 0 moved, .* 3 decided'
scan t

# A group: the condition of one of its members changes, that one is stale.
decide --group G $(ids first_1) --disposition keep --rationale r
members=$(ids first_1 | wc -l)
check
expect_exit 0 'a group'
expect_line stdout " 0 stale, .* $((3 + members)) decided"
sed -i 's/ASSERT(a > 0)/ASSERT(a > 1)/' "$unit"
check
expect_exit 1 'a member changed'
expect_line stdout '^FAIL xen/common/unit1.c:[0-9]*: decision is stale for ASS'
expect_line stdout " 1 stale, .* $((2 + members)) decided"
sed -i '/{"group": "G", "disposition"/d' d.json
check
expect_trouble 'd.json:[0-9]*: no line decides the group G'
cp before.c "$unit"

# Many writers at once: none loses what another wrote.
all=$(sql 'SELECT DISTINCT site_id FROM site')
for id in $all; do
    "$xenfmea" decide -q --db out "$id" --disposition keep --rationale "$id" \
        --decisions many.json &
done
wait
[ "$(grep -c '"site"' many.json)" -eq "$(wc -w <<<"$all")" ] ||
    fail 'a decision of a writer was lost'
