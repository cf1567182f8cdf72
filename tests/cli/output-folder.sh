#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The hypervisor folder is never written to, whatever way leads into it; a
# folder that cannot be written is one line; git sees nothing of ours.
. "$(dirname "$0")/lib.sh"

make_tree t 2
before=$(sum_tree t)
ln -s t/xen link
ln -s ../t t/up

for out in t/xen/out t/xen t/xen/common/a/b ./t/../t/xen/out "$work/t/xen/out" \
    link/out link t/up/xen/out none/../t/xen/out none/../link/x; do
    run "$xenfmea" scan t/xen --compile-commands t/compile_commands.json -o "$out"
    expect_trouble 'inside the hypervisor folder' 'with -o'
    run "$xenfmea" scan --compile-commands t/compile_commands.json -o "$out"
    expect_trouble 'inside the hypervisor folder' 'with -o'
    scan t --cache "$out"
    expect_trouble 'inside the hypervisor folder' 'with --cache'
done
[ ! -e none ] || fail "a refused folder was created"
[ "$(sum_tree t)" = "$before" ] || fail "the tree was written to"
(cd t/xen && run "$xenfmea" scan . --compile-commands ../compile_commands.json
    expect_trouble 'inside the hypervisor folder' 'with -o')
[ "$(sum_tree t)" = "$before" ] || fail "the tree was written to"

# A folder whose name merely begins like the tree's is fine.
scan t -o t/xen-out
expect_exit 0
rm -r t/xen-out

# ---- not to be created, not to be written
echo text >file
for out in file file/below /proc/nope /dev/null; do
    scan t -o "$out"
    expect_trouble "$out" 'with -o'
    scan t --cache "$out"
    expect_trouble "$out" 'with --cache'
done
expect_same file <(echo text)
XDG_CACHE_HOME='' HOME='' scan t
expect_trouble 'no cache folder' '--cache'
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    chmod 555 closed
    scan t -o closed
    expect_trouble closed 'Permission denied' 'with -o'
    scan t --cache closed/x
    expect_trouble closed 'Permission denied' 'with --cache'
    chmod 755 closed
fi
# A folder in the place of an output.
mkdir -p out/worksheet.csv/x
scan t
expect_trouble 'worksheet.csv' 'directory'
rm -r out

# ---- git
make_tree g 2
cd g
git init -q .
git add .
git -c user.name=x -c user.email=x@example.org commit -qm tree
rc=0
"$xenfmea" scan . --compile-commands compile_commands.json >/dev/null || rc=$?
[ "$rc" -eq 0 ] || fail "scan in a git repository: $rc"
[ -z "$(git status --porcelain --untracked-files=all)" ] ||
    fail "git sees $(git status --porcelain)"
[ -s xenfmea-out/worksheet.html ] || fail "no output in xenfmea-out"
cd ..

# The outputs have the usual access rights, and links to them are followed
# nowhere: they are replaced.
umask 022
echo precious >precious
mkdir out
ln -s ../precious out/worksheet.csv
scan t
expect_exit 0
expect_same precious <(echo precious) 'written through a link'
for f in xenfmea.db worksheet.csv worksheet.html; do
    [ "$(stat -c %a out/$f)" = 644 ] || fail "mode of $f: $(stat -c %a out/$f)"
done
[ "$(sum_tree t)" = "$before" ] || fail "the tree was written to"

# Standard output that takes nothing: the outputs are there, the status is not 0.
rm -r out
rc=0
"$xenfmea" scan t/xen --compile-commands t/compile_commands.json -o out \
    >/dev/full 2>stderr || rc=$?
expect_exit 2 'stdout is /dev/full'
expect_line stderr 'standard output'
expect_whole
