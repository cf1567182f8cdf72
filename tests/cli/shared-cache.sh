#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Jobs that share a cache: one of two is killed, and neither the other nor the
# next one notices; branches do not push each other out; the cache stays within
# its bound.
. "$(dirname "$0")/lib.sh"

make_tree a 12
make_tree b 12
for i in 1 2 3; do
    make_unit "b/xen/common/more$i.c" "more$i"
    sed -i "s/a == $i/a == $i$i/" "b/xen/common/unit$i.c"
done
list_units b
for t in a b; do
    scan $t -o "alone-$t" --cache "cold-$t"
    expect_exit 0
done

# start TREE OUT: a job in a group of its own
start() {
    setsid "$xenfmea" scan "$1/xen" --compile-commands \
        "$1/compile_commands.json" --arch arm64 -o "$2" --cache shared -j 2 \
        >"$2.said" 2>"$2.stderr" </dev/null &
}

for i in $(seq 12); do
    rm -rf out-a out-b
    [ $((i % 3)) -eq 0 ] || rm -rf shared
    start a out-a
    victim=$!
    start b out-b
    other=$!
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -9 "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
    rc=0
    wait "$other" || rc=$?
    expect_exit 0 'beside one that was killed'
    expect_equal_outputs out-b alone-b 'beside one that was killed'
    scan a -o out-a --cache shared
    expect_exit 0 'after one that was killed'
    expect_equal_outputs out-a alone-a 'after one that was killed'
done

# Both branches stay warm, however often they take turns.
for t in a b a b; do
    rm -rf out
    scan $t --cache shared -v
    expect_equal_outputs out "alone-$t" "turns of $t"
    expect_line stderr ': 0 of [0-9]+ units parsed anew'
done

# One MiB: much padding, so that the bound is met.
for i in $(seq 12); do
    python3 - "b/xen/common/unit$i.c" <<'END'
import sys
with open(sys.argv[1], "a") as out:
    for n in range(400):
        out.write("void pad%d(int a) { if ( a == %d ) panic(\"%s\"); }\n"
                  % (n, n, "x" * 150))
END
done
scan b -o big --cache cold-big
for i in 1 2 3; do
    rm -rf out
    scan b --cache shared --cache-size 1
    expect_exit 0 'a bounded cache'
    expect_equal_outputs out big 'a bounded cache'
    kib=$(du -sk --apparent-size shared/facts | cut -f1)
    [ "$kib" -le 1400 ] || fail "the cache has $kib KiB, the bound is 1024"
done
