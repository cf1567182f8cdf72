#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate on a small tree: what is new is named at its line and nothing else
# is; decisions hold, move, become stale and vanish; justifications in the
# source and imported files; reports that other programs read.
. "$(dirname "$0")/lib.sh"

formats=$repo/tests/cli/check_reports.py

check() {
    run "$xenfmea" check t/xen --compile-commands t/compile_commands.json \
        --arch arm64 --sarif r.sarif --code-quality r.json --html r.html \
        --decisions d.json "$@"
}

# reports PLACE...: the reports are well formed and name these new sites.
reports() {
    python3 "$formats" r.sarif r.json "$@" 2>why ||
        fail "reports: $(tail -1 why)"
    grep -q '</html>' r.html || fail 'the page ends early'
    if grep -q '<script' r.html; then fail 'the page has a script'; fi
}

decide() {
    run "$xenfmea" decide --decisions d.json "$@"
}

empty='{"format": "xenfmea-decisions 1", "decisions": [
{"end": true}]}'
echo "$empty" >d.json
make_tree t 3
touch t/Config.mk
scan t
expect_exit 0 'scan'
run "$xenfmea" check t/xen --compile-commands t/compile_commands.json \
    --arch arm64 --write-baseline base.json
expect_exit 1 'everything is new without a baseline'
expect_line stdout "sites: $(sites_of 3) new"

for baseline in out base.json out/xenfmea.db; do
    check --baseline "$baseline"
    expect_exit 0 "nothing new against $baseline"
    expect_line stdout "$(sites_of 3) open"
    reports none
done

# A new site, and an identical check before an old one.
sed -i 's/^    BUG_ON(a == 2);/    if ( a > 5 )\n        panic("new\\n");\n&/' \
    t/xen/common/unit2.c
sed -i 's/^    BUG_ON(!p);/    BUG();\n&/' t/xen/common/unit3.c
check --baseline base.json --ci github
expect_exit 1 'a new site'
reports xen/common/unit2.c:6 xen/common/unit3.c:21
expect_line stdout '^FAIL xen/common/unit2.c:6: new panic in first_2'
expect_line stdout 'when: if\(a>5\)'
expect_line stdout 'reached from: '
expect_line stdout 'guideline: panic\(\) is for'
expect_line stdout 'to do: .*xenfmea decide XF-[0-9a-f]{12} '
expect_line stdout '^::error file=xen/common/unit2.c,line=6,endLine=6,title='
check --baseline base.json --ci gitlab
expect_exit 1 'a new site, GitLab'

# Deciding them.
id=$(sql "SELECT site_id FROM site WHERE file='common/unit1.c' AND
          kind='BUG_ON' AND function='second_1'")
scan t
decide XF-000000000000 --disposition keep
expect_trouble 'xenfmea-out: no such database'
decide --db out XF-000000000000 --disposition keep
expect_trouble 'is no site of out'
cp d.json before
decide --db out "$id" common/unit2.c:6 common/unit3.c:21 \
    --disposition keep --rationale 'so be it' --who me --when 2026-01-02
expect_exit 0 'decide'
[ "$(grep -c '"site"' d.json)" -eq 3 ] || fail 'not three decisions'
check --baseline base.json
expect_exit 0 'all decided'
expect_line stdout '3 decided'
reports none

# The decided function moves to another file: confirm.
sed -n '/^void second_1/,$p' t/xen/common/unit1.c >tail
sed -i '/^void second_1/,$d' t/xen/common/unit1.c
cat tail >>t/xen/common/unit2.c
check --baseline base.json
expect_exit 0 'a move does not fail'
expect_line stdout '^NOTE xen/common/unit2.c:[0-9]*: moved, confirm BUG_ON'
expect_line stdout 'why: moved from common/unit1.c second_1'
expect_line stdout 'xenfmea decide --confirm XF-'
reports none
scan t
decide --db out --confirm
expect_exit 0 'confirm'
expect_line stdout ': 1 confirmed'
check --baseline base.json
expect_line stdout ' 3 decided'

# Its condition changes: stale. Then it goes: vanished.
sed -i '/^void second_1/,$s/BUG_ON(!p)/BUG_ON(!p || !*p)/' t/xen/common/unit2.c
check --baseline base.json
expect_exit 1 'stale fails'
expect_line stdout '^FAIL xen/common/unit2.c:[0-9]*: decision is stale for'
expect_line stdout 'why: condition was !p'
reports none
sed -i '/^void second_1/,$s/BUG_ON(!p || !\*p);//' t/xen/common/unit2.c
check --baseline base.json
expect_exit 0 'gone'
expect_line stdout '^NOTE xen/common/unit2.c: decided site is gone:'
reports none

# The conditions around a decided site change.
sed -i 's/if ( a > 5 )/if ( a > 4 )/' t/xen/common/unit2.c
check --baseline base.json
expect_exit 1 'guard changed'
expect_line stdout 'why: conditions around it were if\(a>5\)'

# Justified in the source; a comment about something else does not count.
echo 'int h(int a) { /* SAF-7-safe as planned */
BUG_ON(a == 77); return a; }' >>t/xen/common/unit3.c
mkdir -p t/docs/misra
saf() {
    printf '{"version": "1.0", "content": [{"id": "SAF-7-safe", "analyser": %s,
        "name": "n", "text": "It cannot be 77."}]}' "$1" >t/docs/misra/safe.json
}
saf '{"xenfmea": "any"}'
check --baseline base.json
expect_line stdout ' 1 justified'
reports none
saf '{"eclair": "MC3A2.R8.4"}'
check --baseline base.json
expect_line stdout 'why: SAF-7-safe stands at it, whose entry'
reports "xen/common/unit3.c:$(grep -n 'a == 77' t/xen/common/unit3.c |
    cut -d: -f1)"
saf '{"xenfmea": "panic"}'
check --baseline base.json
expect_line stdout 'limits to panic'
printf '{"content": [{"rel_path": "common/unit3.*", "comment": "not ours"}]}' \
    >t/docs/misra/exclude-list.json
check --baseline base.json
expect_line stdout ' 0 new, .* [1-9][0-9]* imported'
printf '{"content": [{"rel_path": "common/*", "checkers": "xen-analysis"}]}' \
    >t/docs/misra/exclude-list.json
check --baseline base.json
expect_line stdout ' 1 new, .* 0 imported'

# A policy in which nothing is clean warns.
sed 's/"clean": \["\*"\]/"clean": ["drivers\/*"]/' "$XENFMEA_DATA/policy/default.json" \
    >policy.json
check --baseline base.json --policy policy.json
expect_exit 0 'a warning does not fail'
expect_line stdout '^WARN xen/common/unit3.c'
check --baseline base.json --policy policy.json --fail-on warn
expect_exit 1 'unless asked'
sed 's/"fail"/"fial"/' policy.json >bad.json
check --baseline base.json --policy bad.json
expect_trouble 'bad.json: rule 1 has no "level"; write one of'

# A file of decisions that is not in order.
for what in '<<<<<<< ours' '{"site": "XF-1"},' '{"sote": "x"},'; do
    cp d.json good.json
    sed -i "2i $what" d.json
    check --baseline base.json
    expect_trouble '^xenfmea: d.json:2: '
    sum=$(sha256sum <d.json)
    decide --db out common/unit2.c:6 --disposition open
    expect_trouble '^xenfmea: d.json:2: '
    [ "$sum" = "$(sha256sum <d.json)" ] || fail 'a bad file was written over'
    mv good.json d.json
done

# An id that no site ever had: somebody's decision holds nowhere.
cp d.json good.json
sed -i '2i {"site": "XF-00000000abcd", "disposition": "keep", "rationale": "x"},' \
    d.json
check --baseline base.json --policy policy.json
expect_exit 0 'an unknown id warns'
expect_line stdout '^WARN d.json:2: decided, but no site has the id XF-0+abcd$'
expect_line stdout 'to do: correct the id in d.json:2 '
mv good.json d.json

# A scan that is not complete is never a green one.
echo '#error broken' >>t/xen/common/unit1.c
check --baseline base.json --policy policy.json
expect_exit 1 'broken unit'
expect_line stdout 'the scan is not complete'
expect_line stdout 'unit1.c: errors'
