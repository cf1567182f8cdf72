#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Scans at the same time with one output folder and one cache: all end well, and
# the outputs are those of one of them as a whole.
. "$(dirname "$0")/lib.sh"

make_tree a 8
make_tree b 8
for i in 1 2 3 4 5; do
    make_unit "b/xen/common/more$i.c" "more$i"
done
list_units b
scan a -o out-a --cache cold-a
expect_exit 0
scan b -o out-b --cache cold-b
expect_exit 0

at_once() {
    local pids='' tree i=0 pid

    for tree; do
        i=$((i + 1))
        "$xenfmea" scan "$tree/xen" --compile-commands \
            "$tree/compile_commands.json" --arch arm64 -o out -j 2 \
            >"said$i" 2>"stderr$i" </dev/null &
        pids="$pids $!"
    done
    i=0
    for pid in $pids; do
        i=$((i + 1))
        rc=0
        wait "$pid" || rc=$?
        cp "said$i" stdout
        cp "stderr$i" stderr
        expect_exit 0 "scan $i of '$*'"
    done
    expect_whole
}

for round in 1 2 3 4 5; do
    rm -rf out cache
    at_once a a
    expect_equal_outputs out out-a 'one tree, cold'
    at_once a a a
    expect_equal_outputs out out-a 'one tree, warm'
    rm -rf out
    at_once a b
    if cmp -s out/xenfmea.db out-a/xenfmea.db; then
        expect_equal_outputs out out-a 'two trees'
    else
        expect_equal_outputs out out-b 'two trees'
    fi
    at_once b a b a
    if cmp -s out/xenfmea.db out-a/xenfmea.db; then
        expect_equal_outputs out out-a 'two trees'
    else
        expect_equal_outputs out out-b 'two trees'
    fi
    expect_no_temporaries out
    [ ! -e out/.new ] || fail "out/.new is left"
done

# One that waits for another's lock.
rm -rf out
mkdir out
flock out/.lock sleep 1 &
sleep 0.2
SECONDS=0
scan a
expect_exit 0 'waiting for the lock'
expect_equal_outputs out out-a 'waiting for the lock'
