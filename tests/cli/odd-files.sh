#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Things that may lie in a tree and are no text files: nothing waits for them,
# runs in circles over them or ends because of them.
. "$(dirname "$0")/lib.sh"

make_tree t 2
scan t -o expected
expect_exit 0
cd t/xen/common
mkfifo pipe.h
ln -s pipe.h pipe2.h
ln -s nowhere.h dangling.h
ln -s loop.h loop.h
ln -s . here
ln -s /dev/zero zero.h
ln -s ../../.. up.c
mkdir folder.c
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock.h")'
cd ../../..
# Not linked to anything, as a makefile of the tree would.
run timeout 60 "$xenfmea" scan t/xen --compile-commands t/compile_commands.json \
    --arch arm64 -o out
expect_exit 0 'odd files'
expect_equal_outputs out expected 'odd files'

# Large and odd texts that are read for the census.
head -c 3M /dev/zero >t/xen/common/zeroes.h
head -c 1M /dev/urandom >t/xen/common/noise.h
python3 -c 'print("(" * 1000000)' >t/xen/common/open.h
python3 -c 'print("#if X\n" * 100000)' >t/xen/common/ifs.h
python3 -c 'print("/* BUG() " * 100000)' >t/xen/common/comment.h
printf 'BUG()' >t/xen/common/short.h
python3 -c 'print("#define A \\\n" * 50000)' >t/xen/common/lines.h
run timeout 120 "$xenfmea" scan t/xen --compile-commands \
    t/compile_commands.json --arch arm64 -o out
[ "$rc" -le 1 ] || fail "odd texts: status $rc"
expect_sql "$(sites_of 2)" 'SELECT count(*) FROM site'
expect_whole
