#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check --base: every commit of a series by itself, in the user's repository
# without touching it.
. "$(dirname "$0")/lib.sh"

formats=$repo/tests/cli/check_reports.py
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git() {
    command git -c user.name=me -c user.email=me@example.org "$@"
}

commit() {
    (cd t && git add -A && git commit -qm "$1")
}

check() {
    run "$xenfmea" check t/xen --arch arm64 --sarif r.sarif \
        --code-quality r.json "$@"
}

make_buildable t 2
(cd t && git init -q)
commit start
echo text >t/README
commit 'nothing that a build reads'
sed -i 's/^    BUG_ON(a == 2);/    if ( a > 5 )\n        panic("new\\n");\n&/' \
    t/xen/common/unit2.c
commit 'adds a site'
sed -i '2i /* moved down */' t/xen/common/unit2.c
commit 'moves it'
sed -i 's/^    BUG_ON(!p);/    BUG_ON(!p || !*p);/' t/xen/common/unit1.c
commit 'edits another'
status() {
    (cd t && git status --porcelain && git log --format=%H && sum_tree .git)
}
status >before

check --base HEAD~4
if [ "$rc" -eq 2 ] && grep -q 'cannot scan' stderr; then
    cat stderr >&2
    fail 'the small tree could not be built'
fi
expect_exit 1 'a series with a new site'
python3 "$formats" r.sarif r.json xen/common/unit2.c:7 2>why ||
    fail "reports: $(tail -1 why)"
expect_line stdout '^FAIL xen/common/unit2.c:7: new panic in first_2'
expect_line stdout 'commit: [0-9a-f]{12} adds a site \(line 6 there\)'
expect_line stdout '^WARN xen/common/unit1.c:[0-9]*: changed BUG_ON in second_1'
expect_line stdout 'commit: [0-9a-f]{12} edits another'
expect_line stdout 'sites: 1 new, 0 stale, 1 changed'
status >after
expect_same before after 'the repository was changed'

check --base HEAD~2
expect_exit 0 'the rest of the series adds nothing'
expect_line stdout 'sites: 0 new'

# What is not committed yet counts as well.
printf 'void late(void) { BUG(); }\n' >>t/xen/common/unit1.c
check --base HEAD
expect_exit 1 'the work tree'
expect_line stdout 'new BUG in late'
expect_line stdout 'commit: work tree'

check --base no-such-revision
expect_trouble 'no common history of no-such-revision and HEAD'
mv t/.git hidden
check --base HEAD
expect_trouble 'is in no git repository, which --base needs'
