#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No room: one line that names the file and what to do, status 2, the outputs of
# before as they were. On a small tmpfs where mounting is allowed, and always
# with a limit of the file size.
. "$(dirname "$0")/lib.sh"

make_tree t 4
scan t
expect_exit 0
cp -a out kept
make_unit t/xen/common/more.c more
list_units t

expect_old() {
    for f in xenfmea.db worksheet.csv worksheet.html .state.json; do
        expect_same "$1/$f" "kept/$f" "$2"
    done
    [ ! -e "$1/.new" ] || fail "$2: $1/.new is left"
}

# ---- a limit, in steps of 1 KiB, which hits one file after the other
hit=0
for kib in 1 2 4 8 20 40 60 100 120; do
    rc=0
    (ulimit -f "$kib"; exec "$xenfmea" scan t/xen --compile-commands \
        t/compile_commands.json --arch arm64 -o out >stdout 2>stderr) || rc=$?
    if [ "$rc" -ne 0 ]; then
        expect_trouble "$work/out/.new/" 'free some (disk )?space'
        expect_old out "limit $kib KiB"
        hit=$((hit + 1))
    else
        rm -rf out
        cp -a kept out
    fi
done
[ "$hit" -ge 5 ] || fail "the limit was reached only $hit times"

rm -rf cache
scan t -o undisturbed
expect_exit 0

# ---- a small file system
mkdir small
if ! mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
    echo "mount is not permitted: the small file system is left out"
    exit 0
fi
resize() {
    mount -o "remount,size=$1" small
}

# The outputs do not fit, with and without earlier ones.
for size in 4k 16k 64k 120k 160k; do
    resize "$size"
    scan t -o small/out
    expect_trouble "$work/small/out" 'free some|make room'
    [ ! -e small/out/xenfmea.db ] || fail "a database although there is no room"
    rm -rf small/out
done
resize 4m
cp -a kept small/out
for left in 0 4 16 64 128; do
    rm -f small/ballast
    head -c 8M /dev/zero >small/ballast 2>/dev/null || true
    truncate -s "-${left}K" small/ballast
    scan t -o small/out
    expect_trouble "$work/small/out" 'free some|make room'
    expect_old small/out "full disk, $left KiB left"
done
rm small/ballast
scan t -o small/out
expect_exit 0 'room again'
expect_equal_outputs small/out undisturbed 'room again'

# The facts do not fit into the cache: not an error, and nothing wrong later.
rm -rf small/*
for size in 8k 24k 48k; do
    rm -rf small/*
    resize "$size"
    rm -rf out
    scan t --cache small/cache
    expect_exit 0 "a cache of $size"
    expect_equal_outputs out undisturbed "a cache of $size"
    rm -rf out
    scan t --cache small/cache
    expect_equal_outputs out undisturbed "second scan with a cache of $size"
done

# The copy of a tree that is to be configured does not fit: an error.
rm -rf small/*
resize 64k
touch t/Config.mk
head -c 200k /dev/zero | tr '\0' '\n' >t/xen/common/large.c
rm -rf out
cp -a kept out
run "$xenfmea" scan t --cache small/cache -o out
expect_trouble "$work/small/cache" 'free some|make room|choose another cache'
expect_old out 'full cache'
