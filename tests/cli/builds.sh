#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One database of several configurations: a row for each site with the builds
# that have it, what differs, and which option keeps it out of the others.
. "$(dirname "$0")/lib.sh"

# config NAME VALUE: a tree of the same sources, built with CONFIG_EXTRA=VALUE
config() {
    local dir=$1 value=$2

    make_tree "$dir" 1
    make_unit "$dir/xen/common/unit1.c" 1 '#ifdef CONFIG_EXTRA' \
        'void extra(int x) { BUG_ON(x == 99); }' '#else' \
        'void plain(int x) { BUG_ON(x == 98); }' '#endif' \
        'void both(int x, int y)' '{' '#ifdef CONFIG_EXTRA' \
        '    if ( y )' '#endif' '        BUG_ON(x == 97);' '}'
    list_units "$dir"
    echo "CONFIG_ARM_64=y" >"$dir/xen/.config"
    echo "CONFIG_EXTRA=$value" >>"$dir/xen/.config"
    # which also names the build
    echo "CONFIG_DEBUG=$value" >>"$dir/xen/.config"
    [ "$value" = n ] || sed -i 's/"clang",/& "-DCONFIG_EXTRA",/' \
        "$dir/compile_commands.json"
}

config with y
config without n
grep -q DCONFIG_EXTRA with/compile_commands.json || fail 'the option is not set'
run "$xenfmea" scan with/xen --compile-commands with/compile_commands.json \
    --build-type debug --shard 1/1 -o parts
expect_exit 0 'with'
mv parts/shard-1-of-1 parts/with
run "$xenfmea" scan without/xen --shard 1/1 -o parts --build-type release \
    --compile-commands without/compile_commands.json
expect_exit 0 'without'
run "$xenfmea" merge -o out with/xen parts/with parts/shard-1-of-1
expect_exit 0 'both'

id() { sql "SELECT site_id FROM site WHERE condition = '$1' LIMIT 1"; }

# a row per site, in however many builds
expect_sql "$(sql 'SELECT count(DISTINCT site_id) FROM site')" \
    'SELECT count(*) FROM v_site_rows'
expect_sql 1 "SELECT max(count) = 2 FROM v_site_rows"
expect_sql 'arm64 debug, arm64 release|' "SELECT builds || '|' || absent
    FROM v_site_rows WHERE site_id = '$(id 'x == 97')'"
expect_sql 'arm64 debug|arm64 release' "SELECT builds || '|' || absent
    FROM v_site_rows WHERE site_id = '$(id 'x == 99')'"

# why it is not in the other build, and by which option
expect_sql 'CONFIG_EXTRA=n|1' "SELECT options || '|' ||
    (absent_why LIKE '#ifdef CONFIG_EXTRA at line %') FROM v_site_builds
    WHERE NOT present AND site_id = '$(id 'x == 99')'"
expect_sql 'CONFIG_EXTRA=y|1' "SELECT options || '|' ||
    (absent_why LIKE '#else (!defined(CONFIG_EXTRA))%') FROM v_site_builds
    WHERE NOT present AND site_id = '$(id 'x == 98')'"
expect_sql 'CONFIG_EXTRA=n|release|1,CONFIG_EXTRA=y|debug|1' \
    "SELECT group_concat(option || '|' || build || '|' || sites)
     FROM (SELECT * FROM v_options ORDER BY option)"

run "$xenfmea" explain --db out/xenfmea.db "$(id 'x == 99')"
expect_exit 0 explain
grep -q '^  absent from arm64 release because CONFIG_EXTRA=n: #ifdef' stdout ||
    fail 'explain does not say what keeps the site out'
run "$xenfmea" explain --db out/xenfmea.db "$(id 'x == 97')"
grep -q '^  in builds: arm64 debug, arm64 release$' stdout ||
    fail 'explain does not name the builds'

# what cannot be a build is said in one line
run "$xenfmea" scan with/xen --profile fast
expect_exit 2 'an unknown profile'
grep -q "no profile 'fast' for arm64; those of data/profiles/" stderr ||
    fail 'the profiles are not listed'
mkdir other
cp with/xen/.config other/
run "$xenfmea" scan with/xen --kconfig with/xen/.config --kconfig other/.config
expect_exit 2 'two configurations of one name'
grep -q "two builds of arm64 would be called '.config'" stderr ||
    fail 'the clash is not said'

# the sheet has it in its columns
head -1 out/worksheet.csv | grep -q ',builds,differs,' || fail 'no column'
grep -q '"arm64 debug, arm64 release"' out/worksheet.csv || fail 'no builds'
