#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A scan in parts: merged they give the bytes of the whole, in any number and
# order; parts that do not belong together are refused.
. "$(dirname "$0")/lib.sh"

make_tree t 7
make_unit t/xen/common/bad.c 99 '#error "broken"'
list_units t
scan t -o whole
expect_exit 1 'a broken unit'
cp stdout said

# shards N [OPTION...]: all parts, each with a cache of its own
shards() {
    local n=$1 i

    shift
    for i in $(seq "$n"); do
        scan t --shard "$i/$n" -o parts --cache "cache$i" "$@"
        expect_exit 0 "shard $i/$n"
        [ -s "parts/shard-$i-of-$n" ] || fail "parts/shard-$i-of-$n is missing"
    done
}

merge() {
    run "$xenfmea" merge -o out "$@"
}

for n in 1 2 3 20; do
    shards $n
    merge t/xen $(ls parts/shard-*-of-$n | sort -R)
    expect_exit 1 "merge of $n"
    expect_equal_outputs out whole "$n parts"
    expect_same out/xenfmea.db whole/xenfmea.db "$n parts"
    expect_same out/.state.json whole/.state.json "$n parts"
    expect_same <(grep -v ^worksheet: stdout) <(grep -v ^worksheet: said)
    rm -rf out
done

# Several builds, made apart: as the scan of all of them.
python3 - <<'END'
import json
entries = json.load(open("t/compile_commands.json"))
for e in entries:
    e["arguments"][1] = "--target=x86_64-linux-gnu"
json.dump(entries, open("t/other.json", "w"))
END
run "$xenfmea" scan t/xen --compile-commands t/other.json --arch x86_64 \
    -o parts --shard 1/1 --cache other
expect_exit 0 'another build'
mv parts/shard-1-of-1 parts/other
merge t/xen parts/other parts/shard-1-of-2 parts/shard-2-of-2
expect_exit 1 'two builds'
expect_sql 'arm64,x86_64' "SELECT group_concat(arch) FROM
    (SELECT arch FROM build ORDER BY id)"
expect_sql "$(sql 'SELECT count(*) FROM site' whole/xenfmea.db)" \
    "SELECT count(*) FROM v_sites WHERE arch = 'arm64'"
rm -rf out

# What is refused: one line, and nothing is written.
refused() {
    expect_trouble "$1"
    [ ! -e out/xenfmea.db ] || fail "a refused merge wrote: $1"
}
merge t/xen parts/shard-1-of-3 parts/shard-3-of-3
refused 'part 2 of 3 is missing, of which parts/shard-1-of-3 is another'
merge t/xen parts/shard-1-of-2 parts/shard-2-of-2 parts/shard-2-of-2
refused 'are both part 2 of 2'
merge t/xen parts/shard-1-of-2 parts/shard-2-of-2 parts/shard-1-of-3 \
    parts/shard-2-of-3 parts/shard-3-of-3
refused 'the build arm64 .* is in parts that do not belong together'
merge t/xen parts/nothing
refused 'cannot read parts/nothing'
merge t/xen parts
refused 'parts is a folder; name the file in it'
merge t/xen whole/worksheet.csv
refused 'worksheet.csv: not a whole shard'
head -c 5000 parts/shard-1-of-2 >parts/cut
merge t/xen parts/cut parts/shard-2-of-2
refused 'parts/cut: not a whole shard'
sed 's/BUG_ON/BUG_OF/' parts/shard-1-of-2 >parts/edited
merge t/xen parts/edited parts/shard-2-of-2
refused 'parts/edited: not a whole shard'
cp -a t u
echo '/* changed */' >>u/xen/common/unit1.c
merge u/xen parts/shard-1-of-2 parts/shard-2-of-2
refused 'of another tree or another xenfmea'
for arg in 0/2 3/2 2 x 1/2/3 1/5000; do
    scan t --shard "$arg"
    expect_exit 2 "--shard $arg"
    expect_line stderr 'shard needs K/N'
done
