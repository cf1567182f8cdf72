#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inputs that cannot be read: one line that names the file and the cure, status
# 2, and the outputs of the scan before stay as they were.
. "$(dirname "$0")/lib.sh"

make_tree t 2
scan t
expect_exit 0
cp -a out kept

expect_kept() {
    for f in xenfmea.db worksheet.csv worksheet.html .state.json; do
        expect_same "out/$f" "kept/$f" "after: $1"
    done
}

# ---- the tree
run "$xenfmea" scan nowhere -o out
expect_trouble nowhere 'No such file'
mkdir empty
run "$xenfmea" scan empty -o out
expect_trouble empty 'not a Xen tree' 'pass'
run "$xenfmea" scan t/compile_commands.json -o out
expect_trouble 'not a Xen tree|Not a directory'
expect_kept trees

# ---- the data folder
XENFMEA_DATA=$work/empty run "$xenfmea" scan t/xen -o out
expect_trouble XENFMEA_DATA "$work/empty" 'unset it or'
for file in xen/sites.json clang/options.json clang/tree.json \
    clang/architectures.json; do
    rm -rf data
    cp -r "$repo/data" data
    { cat "$repo/data/$file"; echo '"and more"'; } >"data/$file"
    lines=$(wc -l <"data/$file")
    XENFMEA_DATA=$work/data scan t
    expect_trouble "data/$file:($lines|$((lines - 1))): not valid JSON"
    head -c 100 "$repo/data/$file" >"data/$file"
    XENFMEA_DATA=$work/data scan t
    expect_trouble "data/$file:[0-9]+: not valid JSON"
    : >"data/$file"
    XENFMEA_DATA=$work/data scan t
    expect_trouble "data/$file"
done
cp "$repo"/data/clang/*.json data/clang
for text in '{}' '[]' '{"frames": 3, "macros": {}, "functions": [1, 2]}' null; do
    echo "$text" >data/xen/sites.json
    XENFMEA_DATA=$work/data scan t
    expect_trouble 'data/xen/sites.json'
done
cp "$repo/data/xen/sites.json" data/xen
echo 'CREATE TABEL x;' >data/schema/99_more.sql
XENFMEA_DATA=$work/data scan t
expect_trouble 'data/schema/99_more.sql' 'syntax error'
rm -r data/schema
XENFMEA_DATA=$work/data scan t
expect_trouble 'data/schema'
expect_kept 'data folders'

# ---- compile_commands.json
list=t/compile_commands.json
cp $list list
bad_list() {
    printf '%s' "$1" >$list
    scan t
    shift
    expect_trouble compile_commands.json "$@"
}
for cut in 1 10 300 $(($(wc -c <list) - 3)); do
    head -c "$cut" list >$list
    scan t
    expect_trouble "compile_commands.json:[0-9]+: not valid JSON"
done
bad_list ''
bad_list '[]'
bad_list '{}' array
bad_list '"text"' array
bad_list '[1, 2]' 'entry 1'
bad_list '[{"file": 3, "command": "x", "directory": "/"}]' 'entry 1'
bad_list '[{"file": "x.c", "directory": "/"}]' 'entry 1'
bad_list '[{"file": "x.c", "command": "cc -c \"x.c", "directory": "/"}]' 'entry 1'
bad_list '[{"file": "x.c", "arguments": {}, "directory": "/"}]' 'entry 1'
bad_list '[{"file": "x.c", "arguments": [], "directory": "/"}]'
bad_list '[{"file": "x.c", "arguments": [1, null], "directory": "/"}]'
bad_list '[{"file": "x.c", "arguments": ["-c"], "directory": "/"}]'
bad_list '[{"file": "x.c", "command": "", "directory": "/"}]'
bad_list '[{"file": "x.c", "command": "cc", "directory": 7}]'
python3 -c 'print("[" * 100000)' >$list
scan t
expect_trouble "compile_commands.json:[0-9]+: not valid JSON"
rm $list
scan t
expect_trouble compile_commands.json 'No such file'
mkdir $list
scan t
expect_trouble compile_commands.json 'Is a directory'
rmdir $list
expect_kept compile_commands.json

# The commands of another tree.
make_tree other 1
cp other/compile_commands.json $list
scan t
expect_trouble "$work/other/xen" "$work/t/xen"
expect_kept 'commands of another tree'

# ---- no compiler for assembly files
cp list $list
scan t --clang nonexistent
expect_trouble 'nonexistent' '--clang'
expect_kept 'no clang'

# ---- a file that is gone costs itself only
rm t/xen/common/unit1.c
scan t
expect_exit 1
expect_line stdout 'common/unit1.c: failed: No such file or directory'
expect_sql "$(sites_of 1)" 'SELECT count(*) FROM site'
expect_sql 'common/unit1.c' "SELECT file FROM tu WHERE status <> 'ok'"
expect_whole

# ---- a commands file that nobody can read as such, but as pipes can be
mkfifo pipe
cat list >pipe &
cp list $list
run timeout 60 "$xenfmea" scan t/xen --compile-commands pipe --arch arm64 -o out2
expect_exit 1 'commands from a pipe'
