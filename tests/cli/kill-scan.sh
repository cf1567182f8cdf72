#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 of the whole scan at any moment: the outputs are, each of them, those
# of before or those of after; no worker stays; the next scan works, gives the
# bytes of an undisturbed one and clears away what was left.
. "$(dirname "$0")/lib.sh"

make_tree a 12
cp -a a b
for i in 1 2 3; do
    make_unit "b/xen/common/more$i.c" "more$i"
    sed -i "s/a == $i/a == $i$i/" "b/xen/common/unit$i.c"
done
list_units a
list_units b
# One path for both states of the tree.
use() {
    rm -rf t
    cp -a "$1" t
    list_units t
}
use a
scan t -o out-a --cache cold-a
expect_exit 0
use b
start=$(date +%s%N)
scan t -o out-b --cache cold-b
expect_exit 0
length=$((($(date +%s%N) - start) / 1000000))

scan_group() {
    setsid "$xenfmea" scan t/xen --compile-commands t/compile_commands.json \
        --arch arm64 -o out -j 2 >stdout 2>stderr </dev/null &
    scan=$!
}

# A dead one may wait for process 1 to notice it.
no_workers() {
    for pid in $workers; do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = xenfmea-worker ] &&
            ! grep -qs '^State:.Z' "/proc/$pid/status"; then
            return 1
        fi
    done
}

now=a
next=b
completed=0
use a
scan t
for i in $(seq 24); do
    use $next
    # A cold cache every other time, so that all stages are hit.
    [ $((i % 2)) -eq 0 ] || rm -rf cache
    scan_group
    ms=$((RANDOM % (length + length / 4 + 1)))
    sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
    workers=$(workers_of "$scan")
    if kill -9 "$scan" 2>/dev/null; then
        rc=0
        wait "$scan" || rc=$?
        [ "$rc" -ne 0 ] || completed=$((completed + 1))
    fi
    wait_for 5 no_workers || fail "workers $workers outlive the scan"
    for f in xenfmea.db worksheet.csv worksheet.html; do
        cmp -s "out/$f" "out-$now/$f" || cmp -s "out/$f" "out-$next/$f" ||
            fail "killed after $ms ms: out/$f is neither old nor new"
    done
    expect_sql ok 'PRAGMA integrity_check'
    scan t -j 2
    expect_exit 0 "after a kill at $ms ms"
    expect_equal_outputs out "out-$next" "after a kill at $ms ms"
    expect_same out/xenfmea.db "out-$next/xenfmea.db" "after a kill at $ms ms"
    found=$(find out -mindepth 1 ! -name xenfmea.db ! -name 'worksheet.*' \
        ! -name .state.json ! -name .gitignore ! -name .lock)
    [ -z "$found" ] || fail "left in the output folder: $found"
    # swap
    last=$now now=$next next=$last
done
[ "$completed" -lt 24 ] || fail "no scan was killed before its end"

# What a killed scan leaves in the cache goes when it is old.
mkdir -p cache/xenfmea/facts/tmp
touch -d '2 days ago' cache/xenfmea/facts/tmp/old
scan t
[ ! -e cache/xenfmea/facts/tmp/old ] || fail "an old temporary file stays"
[ "$(find cache -path '*/tmp/*' | wc -l)" -le 24 ] || fail "files pile up"
