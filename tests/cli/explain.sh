#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# explain: a site by id, by the beginning of its id, by place; what is wrong
# with a name is said in one line, and a database that is none is refused.
. "$(dirname "$0")/lib.sh"

explain_() {
    run timeout 60 "$xenfmea" explain --db out/xenfmea.db "$@"
}

make_tree t 3
cat >t/xen/common/setup.c <<'END'
int first_1(int a);
int second_2(int *p);
static void way_round(void) { first_1(2); }
static void way_about(void) { way_round(); }
void start_xen(void)
{
    first_1(1);
    way_round();
    way_about();
}
void do_trap_guest_sync(void) { first_1(3); }
END
list_units t
scan t
expect_exit 0

id=$(sql "SELECT site_id FROM v_sites WHERE file = 'common/unit1.c' AND function = 'first_1' AND kind = 'BUG_ON'")
line=$(sql "SELECT line FROM v_sites WHERE site_id = '$id'")
expect_sql 'guest-trap,boot' "SELECT contexts FROM v_sites WHERE site_id = '$id'"

explain_ "$id"
expect_exit 0
expect_line stdout "^$id  BUG_ON  common/unit1.c:$line  first_1\(\)$"
expect_line stdout '^  a == 1$'
expect_line stdout '^  fires when .a == 1.$'
expect_line stdout '^  cause: internal-invariant$'
expect_line stdout '^  can it hold: undecided$'
expect_line stdout '^  boot \('
expect_line stdout '^      start_xen\(\) +common/setup.c:5$'
expect_line stdout '^   -> first_1\(\) +common/setup.c:7$'
expect_line stdout "^   => BUG_ON at common/unit1.c:$line$"
[ "$(grep -c '^   => ' stdout)" = 2 ] || fail "not one path for each context"
[ ! -s stderr ] || fail "something on stderr"
cp stdout first

# The same site by other names.
run "$xenfmea" explain --db out "$id"
expect_exit 0
explain_ "${id#XF-}"
expect_same stdout first 'id without XF-'
explain_ "common/unit1.c:$line"
expect_same stdout first 'place'
explain_ "xen/common/unit1.c:$line"
expect_same stdout first 'place from the root of the repository'
explain_ --db out/xenfmea.db --arch arm64 "$id"
expect_same stdout first '--db and --arch'
for n in 11 10 9 8; do
    explain_ "${id:0:$n}"
    [ "$rc" = 2 ] || expect_same stdout first "first $n characters"
done

# More paths: loop free, different, the best one first.
explain_ --paths 5 "$id"
expect_exit 0
[ "$(grep -c '^   => ' stdout)" = 4 ] || fail "not four paths"
sed -n '/^  guest-trap/,/=>/p' first >best
sed -n '/^  guest-trap/,/=>/p' stdout >again
expect_same best again 'the best path'
expect_line stdout 'way_about\(\)'
cp stdout five
explain_ --paths 5 "$id"
expect_same stdout five 'a second run'

# No entry reaches it: the reason.
explain_ "$(sql "SELECT site_id FROM v_sites WHERE function = 'second_2' LIMIT 1")"
expect_exit 0
expect_line stdout 'no entry reaches it \(no-caller\): nothing calls second_2\(\)'

# Several sites on one line are all explained.
expect_sql 0 'SELECT count(*) - count(DISTINCT site_id) FROM v_sites'

explain_ XF-
expect_trouble "'XF-' begins the ids of $(sites_of 3) sites \(XF-.*, \.\.\.\); give more"
explain_ XF-zzzz
expect_trouble "'XF-zzzz': the database has no such site"
explain_ "$id" --arch x86_64
expect_trouble "no such site for x86_64"
explain_ ''
expect_trouble 'no site is named'
explain_ common/unit1.c:1
expect_trouble 'common/unit1.c:1: no site there; the nearest of this file are at line [0-9, ]+$'
explain_ common/none.c:1
expect_trouble 'no site in such a file'
explain_ common/unit1.c:99999999999999999999
expect_trouble 'no such site'
explain_ $'x\e[31m'
expect_trouble 'x\\x1b\[31m'
explain_ "'; DROP TABLE site; --"
expect_trouble 'no such site'
for k in 0 -1 x 101 ''; do
    explain_ "$id" --paths "$k"
    expect_exit 2 "--paths $k"
    expect_line stderr '--paths needs a number from 1 to 100'
done
explain_
expect_exit 2
expect_line stderr 'name a site'
explain_ a b
expect_exit 2
expect_line stderr 'one site at a time'

# A database that is not there, is damaged, or was edited.
explain_ "$id" --db none.db
expect_trouble 'none.db: no such database; run .xenfmea scan. first'
head -c 50000 out/xenfmea.db >cut.db
explain_ "$id" --db cut.db
expect_trouble 'cut.db: .*scan again'
edited() {
    cp out/xenfmea.db edited.db
    sqlite3 edited.db "$1"
    explain_ --db edited.db --paths 9 "$id"
    [ "$rc" -le 2 ] || fail "explain ends with $rc after $1"
    [ "$rc" -ne 2 ] || expect_trouble 'scan again'
}
edited 'UPDATE call SET callee = 999999 WHERE rowid = 1'
edited 'UPDATE call SET caller = callee'
edited 'UPDATE entry SET context = context + 70'
edited "UPDATE effect SET map = 'x'"
edited 'UPDATE site_state SET within = within + 90'
edited 'UPDATE site_state SET function = -function'
edited 'DELETE FROM path_step'
edited 'DELETE FROM entry'
edited 'UPDATE function SET id = id + 100000 WHERE id > 3'
edited 'DELETE FROM context'

explain_ "$id"
expect_same stdout first 'the end'
if [ -w /dev/full ]; then
    rc=0
    "$xenfmea" explain --db out/xenfmea.db "$id" >/dev/full 2>stderr || rc=$?
    expect_exit 2 'standard output is full'
fi
