#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cppcheck as a second witness: what it knows is a row and a line of explain, a
# second scan does not run it, and whatever it does, the scan goes on.
. "$(dirname "$0")/lib.sh"

command -v cppcheck >/dev/null || fail "the package cppcheck is not installed"

make_tree t 1
cat >t/xen/include/xen/inline.h <<'END'
static inline int quiet(int a)
{
    return a ? a : 3;
}
static inline void loud(unsigned int n)
{
    if ( n == 2 )
        return;
    BUG_ON(n == 2);
}
END
cat >t/xen/common/values.c <<'END'
#include <xen/bug.h>
#include <xen/inline.h>
void bump(void);
int values(int a, unsigned int n, int *p, unsigned int y)
{
    unsigned int x = y & 3;
    int k = 5;

    BUG_ON(k < 3);
    if ( !p )
        return 1;
    ASSERT(p);
    if ( a == 3 )
        return *p;
    BUG_ON(n > 12 &&
           a == 3);
    if ( x == 7 )
        bump();
    BUG_ON(x > 5);
    switch ( n )
    {
    case 1:
        break;
    default:
        BUG();
    }
    loud(n);
    return quiet(a);
}
END
list_units t

# place TEXT: line of the unit that has this text.
place() {
    grep -nF -- "$1" t/xen/common/values.c | cut -d: -f1
}
# told LINE: what Cppcheck told of the condition of the site in this line.
told() {
    sql "SELECT v.kind, v.value, v.line FROM v_cppcheck v JOIN v_sites s
         USING (site_id, arch, build) WHERE s.file LIKE '%values.c' AND
         s.line = $1 AND v.part = 'condition' ORDER BY 1, 2"
}
expect_told() {
    local got

    got=$(told "$(place "$1")")
    [ "$got" = "$2" ] || fail "'$1': told '$got', expected '$2'"
}

scan t -v
expect_exit 0
expect_sql 0 'SELECT count(*) FROM v_cppcheck_units'
cp -r out plain

# ---- the real program --------------------------------------------------------

scan t --cppcheck -v
expect_exit 0
expect_line stdout '^Cppcheck units: 2 ok$'
expect_line stderr '^cppcheck: 2 units, 0 of them from the cache$'
expect_told 'BUG_ON(k < 3)' 'known|0|0'
expect_told 'ASSERT(p)' "known|0|$(place 'if ( !p )')"
expect_told 'BUG_ON(n > 12 &&' "known|0|$(place 'if ( a == 3 )')"
expect_told 'BUG();' ''
# A header's site, in a unit that compiles it; every site is found.
expect_sql 'known|0' "SELECT v.kind, value FROM v_cppcheck v JOIN v_sites s USING
    (site_id) WHERE s.file = 'include/xen/inline.h' AND part = 'condition'"
expect_sql 0 'SELECT count(*) FROM v_cppcheck_units WHERE sites <> found'
expect_sql 13 'SELECT sum(sites) FROM v_cppcheck_units'
# A finding on the line of a site, and a contradiction.
expect_sql 1 "SELECT count(*) FROM v_cppcheck v JOIN v_sites s USING (site_id)
    WHERE v.kind = 'knownConditionTrueFalse' AND v.part = 'site' AND
    s.condition = 'k < 3'"
expect_sql 'infeasible' "SELECT verdict FROM v_triggers t JOIN v_sites s USING
    (site_id) WHERE s.condition = 'x > 5'"
expect_sql 1 "SELECT count(*) FROM v_cppcheck v JOIN v_sites s USING (site_id)
    WHERE v.kind = 'disagrees' AND s.condition = 'x > 5'"
expect_sql 1 "SELECT count(*) FROM v_cppcheck WHERE kind = 'disagrees'"
# No verdict is another one because of it.
for view in v_triggers v_conditions v_sites; do
    sql "SELECT * FROM $view" plain/xenfmea.db >plain.rows
    sql "SELECT * FROM $view" >rows
    expect_same plain.rows rows "$view"
done

run "$xenfmea" explain --db out/xenfmea.db \
    "common/values.c:$(place 'BUG_ON(k < 3)')"
expect_exit 0
expect_line stdout '^  Cppcheck: condition known false \(valueFlow\)$'
expect_line stdout "^  Cppcheck: Condition 'k<3' is always false"
run "$xenfmea" explain --db out/xenfmea.db \
    "common/values.c:$(place 'ASSERT(p)')"
expect_line stdout "known false \(valueFlow, by the condition at line $(place 'if ( !p )')\)$"
mv out first

# ---- the cache ---------------------------------------------------------------

# fake BODY: a program in place of cppcheck, which knows its version.
fake() {
    mkdir -p bin
    printf '#!/bin/sh\n[ "$1" = --version ] && echo "Cppcheck 2.10" && exit\n%s\n' \
        "$1" >bin/cppcheck
    chmod +x bin/cppcheck
}
real_path=$PATH
real_version=$(cppcheck --version)
fake 'exit 9'
sed -i "s/Cppcheck 2.10/$real_version/" bin/cppcheck
# Nor is a unit preprocessed for it again.
real_clang=$(command -v clang-19)
cat >bin/clang-19 <<END
#!/bin/sh
for argument; do
    [ "\$argument" = -E ] && echo "\$*" >>"$work/preprocessed"
done
exec "$real_clang" "\$@"
END
chmod +x bin/clang-19
PATH=$work/bin:$real_path
scan t --cppcheck -v
expect_exit 0
expect_line stderr '^cppcheck: 2 units, 2 of them from the cache$'
expect_equal_outputs first out 'from the cache'
[ ! -e preprocessed ] || fail "the second scan preprocesses: $(cat preprocessed)"

# Only what changed is asked again, and a failure is a row.
echo 'int more(int a) { BUG_ON(a == 1); return a; }' >>t/xen/common/values.c
scan t --cppcheck -v
expect_exit 0
expect_line stdout '^Cppcheck units: 1 failed, 1 ok$'
[ "$(wc -l <preprocessed)" = 1 ] || fail "not one unit is preprocessed again"
rm bin/clang-19
expect_sql 'failed|cppcheck ends with status 9' \
    "SELECT status, detail FROM v_cppcheck_units WHERE status <> 'ok'"

# ---- what a program can do wrong ---------------------------------------------

# go_wrong BODY STATUS PATTERN
go_wrong() {
    fake "$1"
    rm -rf cache/xenfmea/cppcheck out
    scan t --cppcheck
    expect_exit 0 "$1"
    expect_whole
    expect_sql "$2" 'SELECT DISTINCT status FROM v_cppcheck_units'
    sql 'SELECT detail FROM v_cppcheck_units' >stdout
    expect_line stdout "$3"
    expect_sql 0 'SELECT count(*) FROM v_cppcheck'
    ! grep -q "$work" stdout || fail "a folder's name is in the database"
    [ -z "$(find cache/xenfmea/cppcheck -name 'tmp.*')" ] ||
        fail "temporary files are left: $1"
}
good='echo "<results version=\"2\"><errors></errors></results>" >messages.xml'
go_wrong 'kill -SEGV $$' failed 'cppcheck ends with status 139'
go_wrong ':' failed '^cannot read messages.xml: No such file'
go_wrong 'echo x >messages.xml' failed 'messages.xml: line 1 is no message'
go_wrong "$good" failed 'unit.c.dump: No such file'
go_wrong "$good; echo '<dumps><dump><tokenlist>' >unit.c.dump" failed \
    'unit.c.dump: line [0-9]+ is no dump'
go_wrong "$good; head -c 100000 /dev/urandom >unit.c.dump" failed \
    'unit.c.dump: line [0-9]+ is no dump'
go_wrong "$good; echo '<dumps></dumps>' >unit.c.dump" failed \
    "unit.c.dump: Cppcheck's dump has no end"
fake 'sleep 60'
rm -rf out
scan t --cppcheck --timeout 2
expect_exit 0 'a program that hangs'
expect_sql timeout 'SELECT DISTINCT status FROM v_cppcheck_units'

# A unit that Cppcheck itself gives up.
PATH=$real_path
rm -rf cache/xenfmea/cppcheck
cat >t/xen/common/odd.c <<'END'
#include <xen/bug.h>
typedef struct { unsigned long bits[2]; } mask;
struct all { mask m; };
int odd(int a, struct all *d)
{
    BUG_ON(a == 2);
    d->m = ((mask){ { [((8 + 1) / 4) - 1] = ((4 % 8) ? 1UL : ~0UL) } });
    return a;
}
END
list_units t
scan t --cppcheck
expect_exit 0
expect_sql 'broken' \
    "SELECT status FROM v_cppcheck_units WHERE file = 'common/odd.c'"

# ---- what a user can do wrong ------------------------------------------------

mkdir none
ln -s "$(command -v clang-19)" none/
PATH=$work/none
run "$xenfmea" scan t/xen --compile-commands t/compile_commands.json -o out2 \
    --cppcheck
PATH=$real_path
expect_trouble 'cppcheck is not installed.*install the package cppcheck or leave the option out'
fake 'exit 0'
sed -i 's/2\.10/2.8/' bin/cppcheck
PATH=$work/bin:$real_path
scan t --cppcheck -o out2
expect_trouble 'Cppcheck 2.8 does not cope with Xen; install 2.7 or newer'
fake 'exit 0'
sed -i 's/Cppcheck 2\.10/hello/' bin/cppcheck
scan t --cppcheck -o out2
expect_trouble "its version is 'hello'"
PATH=$real_path
echo '{' >.data/cppcheck/cppcheck.json
scan t --cppcheck -o out2
expect_trouble 'cppcheck/cppcheck.json'
[ ! -e out2 ] || fail "an output folder appears although nothing could be done"
for option in --sites-only '--shard 1/2'; do
    # shellcheck disable=SC2086
    scan t --cppcheck $option
    expect_exit 2
    expect_line stderr '--cppcheck needs all of the scan'
done
