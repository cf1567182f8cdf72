#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Facts from a small clone: what is extracted, what a second run reads, what an
# interrupted one keeps, and that the join of a clone sees its own past only.
. "$(dirname "$0")/lib.sh"

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=C
export GIT_COMMITTER_EMAIL=c@d
day=1

commit() { # MESSAGE: everything in the tree, one day later
    day=$((day + 1))
    GIT_AUTHOR_DATE="2020-01-$(printf %02d $day)T00:00:00Z" \
        GIT_COMMITTER_DATE="2020-01-$(printf %02d $day)T00:00:00Z" \
        git -C repo commit -q -a -m "$1"
    git -C repo rev-parse HEAD | cut -c1-12
}

file=repo/xen/common/unit1.c
make_tree repo 2
printf 'XEN_VERSION = 4\nXEN_SUBVERSION = 2\nXEN_EXTRAVERSION ?= -unstable\n' \
    >repo/xen/Makefile
rm repo/compile_commands.json
git init -q -b master repo
git -C repo add -A
base=$(commit 'Start')
sed -i 's/BUG_ON(a == 1);/if ( a == 1 )\n        return -1;/' $file
fix=$(commit "common: don't crash

A guest can trigger this:

(XEN) Assertion 'a > 0' failed at common/unit1.c:6

This is XSA-7 / CVE-2020-0007.

Fixes: $base (\"Start\")")
git -C repo tag -a -m x RELEASE-4.1.0
sed -i 's/BUG_ON(!p);/BUG_ON(!p); \/* never *\//' $file
style=$(commit "Comment

Fixes: $base (\"Start\")")
git -C repo mv xen/common/unit1.c xen/common/moved.c
moved=$(commit 'Move a file')
git -C repo checkout -q -b staging-4.0 "$base"
git -C repo cherry-pick -x "$fix" >/dev/null
copy=$(git -C repo rev-parse HEAD | cut -c1-12)
git -C repo checkout -q master

update() {
    run "$xenfmea" history update "${1:-repo}" -o facts
}

update
expect_exit 0 "first update"
expect_line stdout '^commits: 5 .*1 of them copies.*4 read'
expect_line stdout '^advisories: 1 commits are part of one, of 1 advisories'
expect_line stdout '^fixes: 2 commits'
expect_line stdout '^crashes: 1 quoted'
grep -q "^$fix	.*	advisory,fix,quote	7	CVE-2020-0007	.*	guest	4.1.0	$copy\$" \
    facts/commits.tsv || fail "the fix's row: $(cat facts/commits.tsv)"
grep -q "^$fix	common/unit1.c	first_1\$" facts/touched.tsv ||
    fail "touched function"
! grep -q "^$style" facts/touched.tsv || fail "a comment is a change"
grep -q "^$fix	handled	common/unit1.c	first_1			BUG_ON	a==1\$" \
    facts/sites.tsv || fail "class: $(cat facts/sites.tsv)"
grep -q "^$fix	assert	common/unit1.c	6		a>0\$" facts/quotes.tsv ||
    fail "quote"
grep -q "	common/unit1.c	common/moved.c\$" facts/renames.tsv || fail "rename"
[ ! -e facts/.journal ] || fail "the journal is left"
! grep -qi "crash\|trigger" facts/*.tsv || fail "prose in the facts"

# A second run reads nothing and changes nothing.
cp -r facts before
update
expect_exit 0
expect_line stdout ' 0 read in this run'
diff -r before facts >/dev/null || fail "the second run changed the facts"

# Only what is new the third time.
echo '/* end */' >>repo/xen/common/unit2.c
commit 'More' >/dev/null
update
expect_line stdout ' 1 read in this run'

# What an interrupted run has read stays read: a journal with all but one.
rm -r facts
mkdir facts
for id in $base $style $moved; do
    printf 'end\t%s\n' "$id"
done >facts/.journal
printf 'touched\thalf a li' >>facts/.journal
update
expect_exit 0
expect_line stdout ' 2 read in this run'
grep -q "^$fix	common/unit1.c" facts/touched.tsv || fail "resumed run"
! grep -rq 'half a li' facts || fail "half a line of the journal was taken"

# The join of the clone.
rm -r facts
update
expect_exit 0
list_units repo
scan_clone() {
    run "$xenfmea" scan repo/xen --compile-commands repo/compile_commands.json \
        -o out "$@"
}
rows() {
    sqlite3 out/xenfmea.db "$1"
}
scan_clone --history facts
expect_exit 0 "scan of the clone"
[ "$(rows "SELECT match || in_tree || subject FROM v_bugs WHERE bug_id = '$fix'
           AND match = 'predicate'")" = "predicateyescommon: don't crash" ] ||
    fail "the quoted assertion: $(rows 'SELECT * FROM v_bugs')"
[ "$(rows "SELECT count(*) FROM v_sites WHERE bug_count = 1")" -ge 2 ] ||
    fail "bug_count"
scan_clone --history facts --history-until "$base"
[ "$(rows 'SELECT count(*) FROM bug')" = 0 ] || fail "a bug of the future"
scan_clone --no-history
[ "$(rows 'SELECT count(*) FROM bug')" = 0 ] || fail "--no-history"
scan_clone --history facts --history-until nonsense
expect_trouble "no commit 'nonsense'"
scan_clone --no-history --history facts
expect_exit 2 "both"

# Two updates at once.
exec 9<facts
flock 9
update
expect_trouble 'another update is writing to facts'
exec 9<&-

# Bad input.
update nowhere
expect_trouble 'cannot read the history of nowhere'
mkdir plain
update plain
expect_trouble 'cannot read the history of plain'
git clone -q --depth 1 "file://$work/repo" shallow
update shallow
expect_trouble 'shallow clone.*unshallow'
echo 'a	b' >>facts/sites.tsv
cp facts/sites.tsv kept
update
expect_trouble 'sites.tsv:[0-9]+: not the 8 columns'
cmp -s kept facts/sites.tsv || fail "a table with an error was rewritten"
scan_clone --history facts
expect_trouble 'sites.tsv:[0-9]+: not the 8 columns'
run "$xenfmea" history
expect_exit 2 "no verb"
run "$xenfmea" history forget repo
expect_exit 2 "unknown verb"
