#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The same input gives the same bytes: any number of workers, any state of the
# cache, any current folder, any place of the tree, any order of the commands,
# any locale and time zone.
. "$(dirname "$0")/lib.sh"

make_tree t 20
make_unit t/xen/common/bad.c 99 '#error "broken"'
printf '#include <xen/bug.h>\nvoid f(int a) { BUG_ON(a) BUG_ON(a); }\n' \
    >t/xen/common/bad2.c
list_units t
scan t -j 1 --cache c1 -o expected
expect_exit 1
expect_whole expected
cp stdout said

check() {
    expect_exit 1 "$1"
    expect_equal_outputs "${2:-out}" expected "$1"
    expect_same "${2:-out}/xenfmea.db" expected/xenfmea.db "$1"
    expect_same "${2:-out}/.state.json" expected/.state.json "$1"
    expect_same <(grep -v ^worksheet: stdout) <(grep -v ^worksheet: said) "$1"
    rm -rf "${2:-out}"
}

for jobs in 1 2 3 50; do
    scan t -j $jobs --cache "cold$jobs"
    check "-j $jobs, cold"
    scan t -j $jobs --cache "cold$jobs"
    check "-j $jobs, warm"
done

mkdir -p elsewhere/deep
cp -a t elsewhere/deep/moved
list_units elsewhere/deep/moved
scan elsewhere/deep/moved --cache cold-moved
check 'another place'
scan elsewhere/deep/moved --cache c1
check 'another place with the cache of the first'

(cd t/xen/common || exit
    run "$xenfmea" scan .. --compile-commands ../../compile_commands.json \
        --arch arm64 -o "$work/out" --cache "$work/cold-cwd"
    expect_exit 1)
check 'another current folder'
(cd t || exit
    run "$xenfmea" scan xen/ --compile-commands ./compile_commands.json \
        --arch arm64 -o ../out --cache ../cold-slash
    expect_exit 1)
check 'a slash behind the tree'
ln -s t/xen the-link
run "$xenfmea" scan the-link --compile-commands t/compile_commands.json \
    --arch arm64 -o out --cache cold-link
check 'a link to the tree'
run "$xenfmea" scan --compile-commands t/compile_commands.json \
    --arch arm64 -o out --cache cold-none
check 'no tree given'

python3 - <<'END'
import json
path = "t/compile_commands.json"
entries = json.load(open(path))
entries.reverse()
for e in entries[::2]:
    e["command"] = " ".join(e.pop("arguments"))
json.dump(entries, open(path, "w"))
END
scan t --cache cold-order
check 'commands in another order'

touch t/xen/common/*.c
TZ=Asia/Tokyo LC_ALL=C HOME=/nonexistent scan t --cache cold-env
check 'another environment'
