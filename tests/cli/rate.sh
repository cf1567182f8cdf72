# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Proposals for every site; a safety context with and without a scan; what if.
. "$(dirname "$0")/lib.sh"

make_tree tree
scan tree
expect_exit 0 scan
n=$(sites_of 3)
expect_sql "$n" 'SELECT count(*) FROM proposal'
expect_sql 0 "SELECT count(*) FROM v_sites WHERE disposition = '' OR rule = ''
              OR status <> 'proposed'"
expect_sql 0 "SELECT count(*) FROM proposal WHERE rationale = '' OR source = ''
              OR disposition = 'needs review' AND question = ''"
expect_sql 0 "SELECT count(*) FROM proposal WHERE rationale LIKE '%{%'"
# What only debug builds check has two failure modes.
expect_sql 0 "SELECT count(*) FROM (SELECT s.id FROM site s JOIN failure_row r
              ON r.site = s.id GROUP BY s.id
              HAVING count(*) <> 1 + s.debug_only)"
expect_sql 0 "SELECT count(*) FROM v_worksheet WHERE failure_mode = '' OR
              system_effect = '' OR severity_why = '' OR occurrence_why = '' OR
              detection_why = '' OR evidence = ''"
expect_sql 0 "SELECT count(*) FROM v_worksheet WHERE (action_priority = '?') <>
              (severity IS NULL OR occurrence IS NULL OR detection IS NULL)"
# Every site belongs to a group that says why.
expect_sql "$n" "SELECT sum(sites) FROM v_groups WHERE why <> ''"

# An own rule comes first, in a scan and without one.
cat >own.json <<'END'
{"format": "xenfmea-context 1",
 "rules": [{"id": "own", "when": {"kind": "panic"}, "disposition": "propagate",
            "confidence": "high", "rationale": "Not in our system: {function}().",
            "source": "our safety concept"}]}
END
panics=$(sql "SELECT count(*) FROM site WHERE kind = 'panic'")
sqlite3 out/xenfmea.db .dump >first
run "$xenfmea" rate --context own.json --db out/xenfmea.db
expect_exit 0 rate
expect_line stdout 'propagate [0-9]+'
expect_sql "$panics" "SELECT count(*) FROM v_sites WHERE rule = 'own'"
run "$xenfmea" rate --db out/xenfmea.db
sqlite3 out/xenfmea.db .dump >second
expect_same first second "proposed again without the context"
scan tree --context own.json
expect_exit 0 "scan --context"
expect_sql "$panics" "SELECT count(*) FROM v_sites WHERE rule = 'own'"

# What is wrong with a context is said, and the database stays.
sum=$(sha256sum <out/xenfmea.db)
wrong() {
    printf '%s\n' "$1" >wrong.json
    run "$xenfmea" rate --context wrong.json --db out/xenfmea.db
    expect_trouble "$2"
    [ "$sum" = "$(sha256sum <out/xenfmea.db)" ] || fail "the database changed"
}
wrong '{' 'wrong.json:'
wrong '{"format": "something"}' 'xenfmea-context 1'
wrong '{"format": "xenfmea-context 1", "wishes": []}' "'wishes'"
wrong '{"format": "xenfmea-context 1", "accepted": ["XenAoU~none~1"]}' \
      "XenAoU~none~1"
wrong '{"format": "xenfmea-context 1", "accepted": 3}' '"accepted" is a list'
wrong '{"format": "xenfmea-context 1", "features_off": ["LIVEPATCH"]}' CONFIG_X
wrong '{"format": "xenfmea-context 1", "rules": [{"id": "x"}]}' "rule 'x'"
wrong '{"format": "xenfmea-context 1", "rules": [{"id": "x", "source": "s",
       "rationale": "r", "disposition": "ignore", "confidence": "low"}]}' ignore
wrong '{"format": "xenfmea-context 1", "levels": ["A"], "domains":
       [{"role": "butler", "level": "A"}]}' butler
wrong '{"format": "xenfmea-context 1", "ratings": "nowhere"}' nowhere
run "$xenfmea" rate --db nowhere.db
expect_trouble 'no such database'
run "$xenfmea" rate --context nowhere.json --db out/xenfmea.db
expect_trouble nowhere.json
expect_no_temporaries out

# The shipped example is a context.
run "$xenfmea" rate --context "$repo/data/context/example.json" \
    --db out/xenfmea.db
expect_exit 0 example

# What if: nothing is written.
sum=$(sha256sum <out/xenfmea.db)
run "$xenfmea" assume --list --db out/xenfmea.db
expect_exit 0 list
expect_line stdout 'XenAoU~arm64_generic_timer_cntfrq~1 .*upstream'
run "$xenfmea" assume --db out/xenfmea.db XenAoU~plat_boot_memory~1
expect_exit 0 assume
expect_line stdout "of $n sites fall away"
run "$xenfmea" assume --rank=3 --db out/xenfmea.db
expect_exit 0 rank
run "$xenfmea" assume --off CONFIG_NOTHING --db out/xenfmea.db
expect_exit 0 off
run "$xenfmea" assume --withdraw XenAoU~none~1 --db out/xenfmea.db
expect_trouble 'XenAoU~none~1'
run "$xenfmea" assume --db out/xenfmea.db
expect_exit 2 "assume nothing"
[ "$sum" = "$(sha256sum <out/xenfmea.db)" ] || fail "assume changed the database"
expect_no_temporaries out

# Against itself nothing has changed.
cp -r out before
run "$xenfmea" rate --db out/xenfmea.db --baseline before
expect_exit 0 "rate --baseline"
expect_sql 0 "SELECT count(*) FROM baseline_site"
was=$(sql "SELECT count(DISTINCT site_id) FROM site")
expect_sql "$was" "SELECT sites FROM baseline_count WHERE what = 'all'"
for what in kind disposition priority; do
    expect_sql "$was" "SELECT sum(sites) FROM baseline_count
                       WHERE what = '$what'"
done
expect_sql 0 "SELECT count(*) FROM baseline_count c WHERE what = 'context'
    AND sites <> (SELECT count(DISTINCT x.site) FROM site_context x
                  JOIN context n ON n.id = x.context
                  WHERE n.name = c.name AND x.armed = 0) AND name <> 'none'"
expect_sql 30 "SELECT count(*) FROM anchor WHERE text <> ''"
sum=$(sha256sum <out/xenfmea.db)
run "$xenfmea" rate --db out/xenfmea.db --baseline nowhere.db
expect_trouble 'nowhere.db'
[ "$sum" = "$(sha256sum <out/xenfmea.db)" ] || fail "the database changed"

# Requirements of the tree are linked with the code that they speak of; one that
# the tree has not, and a site elsewhere, are not.
mkdir -p tree/docs/fusa/reqs tree/xen/common/sched
cat >tree/docs/fusa/reqs/reqs.rst <<'END'
Credit2
-------

`XenProd~credit2_cpu_pool_scheduler~1`

Description:
Xen shall have a credit2 scheduler.

Covers:
 - `XenMkt~multiple_schedulers~1`
END
make_unit tree/xen/common/sched/credit2.c 4
list_units tree
scan tree
expect_exit 0 "scan with requirements"
expect_sql "Xen shall have a credit2 scheduler.|XenMkt~multiple_schedulers~1" \
    "SELECT DISTINCT text, covers FROM v_requirements"
expect_sql 7 "SELECT count(DISTINCT site_id) FROM v_requirements
              WHERE file = 'common/sched/credit2.c'"
expect_sql 0 "SELECT count(*) FROM v_worksheet WHERE (requirement = '') =
              (file = 'common/sched/credit2.c')"
echo '`XenMkt~multiple_schedulers~1`' >>tree/docs/fusa/reqs/reqs.rst
scan tree
expect_sql 2 "SELECT count(DISTINCT requirement) FROM v_requirements"

# What came since the baseline, which a rating without one keeps, as does the
# worksheet as JSON.
"$xenfmea" report --format json -o before.json before || fail "report"
for baseline in before before.json; do
    run "$xenfmea" rate --db out/xenfmea.db --baseline "$baseline"
    expect_exit 0 "rate --baseline $baseline"
    run "$xenfmea" rate --db out/xenfmea.db
    expect_sql "added|7" \
        "SELECT how, count(*) FROM baseline_site GROUP BY how"
    expect_sql "$was" "SELECT sites FROM baseline_count WHERE what = 'all'"
done
# And what is gone when it is the other way round.
run "$xenfmea" rate --db before/xenfmea.db --baseline out
expect_exit 0 "rate --baseline out"
[ "$(sqlite3 before/xenfmea.db \
    'SELECT how, count(*) FROM baseline_site GROUP BY how')" = 'gone|7' ] ||
    fail "sites that are gone"
