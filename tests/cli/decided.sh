#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Decisions in the database: proposed, decided, moved, stale, open, gone; groups
# and sites taken out of them; the worksheets written anew without a scan.
. "$(dirname "$0")/lib.sh"

scan_it() {
    scan t "$@"
    expect_exit 0 scan
}

id_of() {
    sql "SELECT min(site_id) FROM v_sites WHERE $1"
}

make_tree t 3
touch t/Config.mk
scan_it
n=$(sites_of 3)
expect_sql "$n" "SELECT count(*) FROM v_sites WHERE status = 'proposed'"
expect_sql 0 'SELECT count(*) FROM v_decisions'

# A site, and all of a proposed group but one that was decided by itself.
panic=$(id_of "kind = 'panic' AND file = 'common/unit1.c'")
group=$(sql "SELECT decision_group FROM v_groups WHERE sites > 2 ORDER BY
             sites DESC, 1 LIMIT 1")
members=$(sql "SELECT sites FROM v_groups WHERE decision_group = '$group'")
out=$(sql "SELECT min(site_id) FROM v_worksheet WHERE decision_group = '$group'
           AND site_id <> '$panic'")
run "$xenfmea" decide "$panic" --disposition keep --rationale 'Wanted: <b>"x"' \
    --who Ada --when 2026-11-03 --meeting 'SIG 7' --aou XenAoU~a~1 --db out
expect_exit 0 decide
run "$xenfmea" decide "$out" --disposition propagate --rationale Alone --db out
expect_exit 0 'decide one of the group'
run "$xenfmea" decide --group "$group" --disposition keep --rationale 'All of it' \
    --who Ada --when 2026-11-03 --db out
expect_exit 0 'decide the group'

run "$xenfmea" rate --db out/xenfmea.db
expect_exit 0 rate
expect_sql "decided|keep|Wanted: <b>\"x\"|XenAoU~a~1|Ada|2026-11-03|SIG 7" \
    "SELECT DISTINCT status, decided_disposition, decided_rationale, decided_aou,
     decided_by, decided_on, meeting FROM v_worksheet WHERE site_id = '$panic'"
expect_sql 'propagate|decided' \
    "SELECT disposition, status FROM v_sites WHERE site_id = '$out'"
expect_sql 0 "SELECT count(*) FROM v_worksheet WHERE decision_group = '$group'
              AND status <> 'decided'"
expect_sql "$members|$members|keep" "SELECT sites, decided, decided_disposition
     FROM v_groups WHERE decision_group = '$group'"
# The proposal stays beside the decision.
expect_sql 0 "SELECT count(*) FROM v_worksheet w JOIN v_sites s USING (site_id)
              WHERE w.disposition = '' OR w.disposition <> s.proposed"
for sheet in worksheet.csv worksheet.html; do
    grep -q decided "out/$sheet" || fail "$sheet does not know what is decided"
done
# What a scan writes is the same, with the excerpts of the tree.
sqlite3 out/xenfmea.db .dump | grep -v 'scan_key' >first
cp out/worksheet.csv out/worksheet.html .
scan_it
sqlite3 out/xenfmea.db .dump | grep -v 'scan_key' >second
expect_same first second 'database of rate and of scan'
expect_same worksheet.csv out/worksheet.csv 'csv of rate and of scan'
expect_same worksheet.html out/worksheet.html 'page of rate and of scan'

# A site that comes into the group later is not decided, and is told why.
sed -i 's/^    BUG_ON(!p);/    BUG_ON(!p);\n    BUG_ON(p == (void *)8);/' \
    t/xen/common/unit2.c
scan_it
expect_sql proposed "SELECT status FROM v_sites WHERE condition = 'p == (void *)8'"

# The condition of a decided site changes, one is moved, one goes, one is open.
stale=$(id_of "condition = 'a == 1'")
gone=$(id_of "file = 'common/unit3.c' AND kind = 'panic'")
open=$(id_of "file = 'common/unit3.c' AND kind = 'BUG_ON'")
moved=$(id_of "function = 'first_2' AND kind = 'panic'")
run "$xenfmea" decide "$stale" "$gone" "$moved" --disposition keep --db out
run "$xenfmea" decide "$open" --disposition open --db out
expect_exit 0 'decide more'
sed -i 's/BUG_ON(a == 1)/BUG_ON(a == 77)/' t/xen/common/unit1.c
sed -i '/panic(/d' t/xen/common/unit3.c
sed -i 's/first_2/renamed_2/' t/xen/common/unit2.c
scan_it
expect_line stdout 'decisions: .*[0-9]+ decided.*[0-9]+ moved.*[0-9]+ open.*[0-9]+ stale.*[0-9]+ vanished'
expect_sql stale "SELECT status FROM v_sites WHERE condition = 'a == 77'"
expect_sql 1 "SELECT count(*) FROM v_worksheet w JOIN decision d USING (site_id)
              WHERE d.decided_as = '$stale' AND w.decision_why LIKE '%condition was a == 1%'
              AND w.decided_disposition = 'keep'"
expect_sql "vanished|" "SELECT state, coalesce(site_id, '') FROM v_decisions
                        WHERE decided_as = '$gone'"
expect_sql "open" "SELECT status FROM v_sites WHERE site_id = '$open'"
expect_sql "moved|keep" "SELECT status, disposition FROM v_sites WHERE site_id =
                (SELECT site_id FROM decision WHERE decided_as = '$moved')"

# Bad decisions stop rate and scan, and nothing is lost.
sum=$(cat out/xenfmea.db out/worksheet.* | sha256sum)
echo '{' >bad.json
run "$xenfmea" rate --db out/xenfmea.db --decisions bad.json
expect_trouble 'bad.json:'
scan t --decisions bad.json
expect_trouble 'bad.json:'
scan t --decisions nowhere.json
expect_trouble 'nowhere.json'
[ "$sum" = "$(cat out/xenfmea.db out/worksheet.* | sha256sum)" ] ||
    fail 'an output changed'
expect_no_temporaries out
# A database elsewhere is rated by itself.
cp out/xenfmea.db copy.db
run "$xenfmea" rate --db copy.db --decisions fmea-decisions.json
expect_exit 0 'rate a copy'
