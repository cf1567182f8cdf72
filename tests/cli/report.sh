#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The worksheet in every format: the same rows in each, valid by its schema,
# the same bytes for the same input; links; requirements that exist; a baseline
# for the gate; what people decided; bad input.
. "$(dirname "$0")/lib.sh"

formats=$repo/tests/cli/check_worksheet.py

report() {
    run "$xenfmea" report "$@"
}

check() {
    /usr/bin/python3 "$formats" out/xenfmea.db "$1" "$repo/data" \
        ${XF_SARIF_SCHEMA:+"$XF_SARIF_SCHEMA"} >why 2>&1 ||
        fail "${2:-$1}: $(tail -1 why)"
}

make_tree t 3
touch t/Config.mk
scan t
expect_exit 0 scan
report out --format all -o r
expect_exit 0 'all formats'
check r 'nothing decided'
expect_no_temporaries r

# ---- the same bytes, wherever and whenever
(cd r && TZ=Asia/Tokyo LC_ALL=C HOME=/nonexistent \
    "$xenfmea" report ../out/xenfmea.db --format all -o "$work/again") ||
    fail 'another folder'
for file in r/*; do
    expect_same "$file" "again/${file#r/}" 'another time and place'
done
for name in csv json sarif markdown rst s-core; do
    report out --format $name
    expect_exit 0 "$name to the standard output"
    cp stdout "$name"
    report out --format $name -o file
    expect_same "$name" file "$name in a file"
done
report out
expect_exit 0 'the default'
expect_same out/worksheet.xlsx r/worksheet.xlsx 'the default'
rm out/worksheet.xlsx
SOURCE_DATE_EPOCH=1700000000 report out -o dated.xlsx
unzip -p dated.xlsx docProps/core.xml | grep -q 2023-11-14T22:13:20Z ||
    fail 'SOURCE_DATE_EPOCH is not the date'

# ---- links to the code
report out --code-url 'https://x.org/?f=xen/%f;h=%r;p=1%%20#l%l' \
    --revision 'R 1' -o linked.xlsx
expect_exit 0 links
/usr/bin/python3 - <<'END' || fail 'links to the code'
import openpyxl
sheet = openpyxl.load_workbook("linked.xlsx")["Worksheet"]
for row in sheet.iter_rows(min_row=2):
    file, line = row[1].value.rsplit(":", 1)
    want = "https://x.org/?f=xen/%s;h=R%%201;p=1%%20#l%s" % (file, line)
    link = row[1].hyperlink
    got = link.target + ("#" + link.location if link.location else "")
    assert got == want, (got, want)
END
report out --code-url 'https://x.org/%r'
expect_trouble 'recorded none' '--revision'
report out --code-url 'https://x.org/%q'
expect_trouble '%q'
report out --code-url 'https://x.org/100%'
expect_trouble 'code-url'
report out --code-url 'javascript:alert(1)'
expect_trouble 'https://'

report out --format sarif --prefix xen/ -o prefixed.sarif
expect_exit 0 prefix
grep -q '"uri":"xen/common/unit1.c"' prefixed.sarif || fail 'no prefix'
if grep -q '"uri":"common' prefixed.sarif; then fail 'a path without prefix'; fi

# Of a clone the commit is known.
cp -a t clone
(cd clone && git init -q && git add . && git -c user.name=x -c user.email=x \
    commit -qm first)
list_units clone
scan clone -o clone-out
expect_exit 0 'scan a clone'
commit=$(git -C clone rev-parse HEAD)
expect_sql "$commit" "SELECT value FROM meta WHERE name = 'tree_revision'" \
    clone-out/xenfmea.db
report clone-out --code-url 'https://x.org/%f?h=%r' -o clone.xlsx
expect_exit 0 'links of a clone'
unzip -p clone.xlsx xl/worksheets/_rels/sheet2.xml.rels |
    grep -q "unit1.c?h=$commit" || fail 'the commit is not in the link'

# ---- what people decided
site() {
    sql "SELECT min(site_id) FROM v_sites WHERE $1"
}
kept=$(site "kind = 'panic' AND file = 'common/unit1.c'")
settled=$(site "kind = 'panic' AND file = 'common/unit2.c'")
stale=$(site "condition = 'a == 3'")
moved=$(site "kind = 'panic' AND function = 'second_3'")
group=$(sql "SELECT decision_group FROM v_groups ORDER BY sites DESC, 1 LIMIT 1")
aou=XenAoU~plat_boot_memory~1
decide() {
    run "$xenfmea" decide --db out "$@"
    expect_exit 0 "decide $*"
}
decide "$kept" --disposition keep --rationale '=1+1' --who Ada \
    --when 2026-11-03 --meeting 'SIG 7'
decide "$settled" --disposition remove-by-AoU --rationale yes --aou $aou
decide "$stale" "$moved" --disposition keep --rationale 'of before'
decide --group "$group" --disposition keep --rationale 'all of it'
sed -i 's/a == 3/a == 33/' t/xen/common/unit3.c
sed -i 's/second_3/renamed_3/' t/xen/common/unit3.c
scan t
expect_exit 0 'scan with decisions'
report out --format all -o decided
expect_exit 0 'decided'
check decided
grep -q ', 1 sufficient' why || fail "not one sufficient: $(cat why)"
/usr/bin/python3 - "$kept" <<'END' || fail 'decisions in the sheet'
import openpyxl, sys
sheet = openpyxl.load_workbook("decided/worksheet.xlsx")["Worksheet"]
head = [c.value for c in sheet[1]]
rows = [dict(zip(head, row)) for row in
        sheet.iter_rows(min_row=2, values_only=True)]
for row in rows:
    if row["site_id"] == sys.argv[1]:
        assert [row[n] for n in ("Decision", "Rationale", "By", "Date",
                "Meeting")] == ["keep", "=1+1", "Ada", "2026-11-03", "SIG 7"]
earlier = [r for r in rows if r["earlier_decision"]]
assert {r["status"] for r in earlier} == {"moved", "stale"}
assert not any(r["Decision"] for r in earlier)
assert all("of before" in r["earlier_decision"] for r in earlier)
END
grep -q '| sites moved, decision to be confirmed | [1-9]' decided/worksheet.md ||
    fail 'the summary counts no moved site'

# ---- requirements: ids and links
mkdir -p t/docs/fusa/reqs/market-reqs t/docs/fusa/reqs/design-reqs
cat >t/docs/fusa/reqs/market-reqs/reqs.rst <<'END'
Run Arm64 domains
-----------------

`XenMkt~run_arm64_domains~1`

Description:
Xen shall run Arm64 domains.
END
cat >t/docs/fusa/reqs/design-reqs/timer.rst <<'END'
`XenSwdgn~arm64_generic_timer_plat_program_cntfrq_el0~1`

Covers:
 - `XenMkt~run_arm64_domains~1`
END
report out --format rst --tree t -o tree.rst
expect_exit 0 'requirements of the tree'
expect_same tree.rst decided/assumptions.rst 'the tree is only looked at'
report out --format rst --tree t/xen -o tree.rst
expect_exit 0 'the hypervisor folder of the tree'
dangling() {
    report out --format rst --tree t -o tree.rst
    expect_exit 1 "$1"
    expect_line stderr "$1"
    expect_same tree.rst decided/assumptions.rst 'written all the same'
}
sed -i 's/domains~1`$/domains~2`/' t/docs/fusa/reqs/market-reqs/reqs.rst
dangling 'timer.rst:4: XenMkt~run_arm64_domains~1 is not defined, but XenMkt~run_arm64_domains~2 is'
dangling 'XenProd~host_stop_conditions~1: XenMkt~run_arm64_domains~1 is not'
sed -i 's/domains~2`$/domains~1`/' t/docs/fusa/reqs/market-reqs/reqs.rst
cp t/docs/fusa/reqs/market-reqs/reqs.rst t/docs/fusa/reqs/copy.rst
dangling 'reqs.rst:4: XenMkt~run_arm64_domains~1 is defined already at .*copy.rst:4'
rm t/docs/fusa/reqs/copy.rst t/docs/fusa/reqs/design-reqs/timer.rst
dangling 'XenAoU~arm64_generic_timer_cntfrq~1: XenSwdgn~.*_el0~1 is not defined'
report out --format rst --aou-type XenAoU
expect_exit 0 'another type'
expect_line stdout '^`XenAoU~plat_boot_memory~1`'
expect_line stdout '^ - XenAoU$'
decide "$settled" --disposition remove-by-AoU --rationale yes \
    --aou XenAoU~unheard_of~1
run "$xenfmea" rate --db out/xenfmea.db
for name in rst s-core; do
    report out --format $name -o file
    expect_exit 1 'an assumption that nobody wrote down'
    expect_line stderr "$settled: the decision rests on XenAoU~unheard_of~1"
    [ "$(wc -l <stderr)" -eq 1 ] || fail 'said more than once'
done

# ---- a baseline
report out --format json -o base.json
gate() {
    run "$xenfmea" check t/xen --compile-commands t/compile_commands.json \
        --arch arm64 --quick --decisions none.json --baseline "${1:-base.json}"
}
echo '{"format": "xenfmea-decisions 1", "decisions": [
{"end": true}]}' >none.json
gate
expect_exit 0 'nothing is new'
expect_line stdout "$(sites_of 3) open"
run "$xenfmea" diff out base.json
expect_exit 0 diff
expect_line stdout "0 added, 0 gone, 0 changed, 0 moved, 0 reassessed, $(sites_of 3) same"
sed -i 's/^    BUG_ON(!p);/&\n    BUG_ON(p == (void *)8);/' t/xen/common/unit2.c
gate
expect_exit 1 'a new site'
expect_line stdout 'unit2.c:22: new BUG_ON in second_2'

bad() {
    python3 - "$1" <<'END'
import json, sys
sheet = json.load(open("base.json"))
site = sheet["sites"][0]
exec(sys.argv[1])
json.dump(sheet, open("bad.json", "w"))
END
    gate bad.json
    expect_trouble 'bad.json: ' "$2"
}
bad 'sheet["format"] = "xenfmea-worksheet 2"' "this xenfmea reads 'xenfmea-worksheet 1'"
bad 'del sheet["sites"]' '"sites" is not a list'
bad 'sheet["sites"].append(site)' 'XF-[0-9a-f]+: the site is there twice'
bad 'site["site_id"] = "x"' 'no id of a site'
bad 'del site["site_id"]' '"site_id" is not a text'
bad 'del site["identity"]' '"conditions" is not a list of texts'
bad 'site["identity"]["guard"] = 3' '"guard" is not a text'
bad 'site["identity"]["order"] = -1' '"order" is not a number'
bad 'site["identity"]["line"] = 1e300' '"line" is not a number'
bad 'site["builds"] = []' '"builds" is not a list'
bad 'site["builds"] *= 2' 'a build is there twice'
bad 'site["builds"][0]["contexts"] = "boot"' '"contexts" is not a list'
bad 'site["builds"][0]["arch"] = "vax"' 'not in the list "builds"'
bad 'sheet["builds"] = 7' '"builds" is not a list'
head -c 3000 base.json >bad.json
gate bad.json
expect_trouble 'bad.json:[0-9]+: not valid JSON'
echo '{"xenfmea-worksheet": ' >bad.json
gate bad.json
expect_trouble 'bad.json:'

# ---- bad input
cp r/worksheet.md kept
keep() {
    expect_same r/worksheet.md kept "$1"
    expect_no_temporaries r
}
report nowhere --format markdown -o r/worksheet.md
expect_trouble 'nowhere: no such database' 'scan'
report t/compile_commands.json --format markdown -o r/worksheet.md
expect_trouble 'database'
head -c 5000 out/xenfmea.db >cut.db
report cut.db --format markdown -o r/worksheet.md
expect_trouble 'cut.db'
report out --format markdown -o nowhere/worksheet.md
expect_trouble 'nowhere/worksheet.md'
report out -o nowhere/worksheet.xlsx
expect_trouble 'nowhere/worksheet.xlsx'
report out --format rst --tree nowhere
expect_trouble 'nowhere: no such tree'
report out --format rst --aou-type 'Xen~AoU'
expect_trouble 'aou-type'
report out --format pdf
expect_exit 2 'a format that is not there'
expect_line stderr "no format 'pdf'"
report out --format csv,json
expect_exit 2 'several formats without a folder'
for file in report/requirements.json report/s-core.json ratings/severity.json \
    rules/rules.json; do
    rm -rf data
    cp -r "$repo/data" data
    echo '{' >"data/$file"
    XENFMEA_DATA=$work/data report out --format all -o r2
    expect_trouble "data/$file"
done
expect_no_temporaries r2
if [ -c /dev/full ]; then
    rc=0
    "$xenfmea" report out --format json >/dev/full 2>stderr || rc=$?
    : >stdout
    expect_trouble 'standard output'
fi
keep 'bad input'

# ---- a scan of sites only has nothing rated, and is a baseline as well
scan t --sites-only -o small
expect_exit 0 'sites only'
report small --format json -o small.json
expect_exit 0 'report of sites only'
gate small.json
expect_exit 0 'against sites only'
report small -o small.xlsx
expect_exit 0 'xlsx of sites only'
