# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The verification plan: every row has a case, coverage says what is missing,
# a campaign names the site that a broken device tree should hit.
. "$(dirname "$0")/lib.sh"

make_tree tree
cat >tree/xen/arch/arm/gic.c <<'END'
#include <xen/bug.h>
#define __init __attribute__((section(".init.text")))
struct node { int n; };
struct match { const char *compatible; };
const struct match gic_match[] = {{.compatible = "arm,cortex-a15-gic"}, {0}};
int dt_device_get_address(struct node *n, int index, void *a, void *b);
int dt_property_read_u32(struct node *n, const char *name, int *out);

void __init start_xen(struct node *node)
{
    int res, spis;

    res = dt_device_get_address(node, 1, 0, 0);
    if ( res )
        panic("no address\n");
    if ( !dt_property_read_u32(node, "max-spis", &spis) )
        panic("no spis\n");
}
END
echo 'obj-y += gic.o' >tree/xen/arch/arm/Makefile
list_units tree
scan tree
expect_exit 0 scan

# Every row of the worksheet is served by exactly one case.
run "$xenfmea" plan out -o plan.csv
expect_exit 0 plan
sql 'SELECT row_id FROM v_worksheet ORDER BY 1' >rows
python3 - <<'END' >served
import csv
for case in csv.DictReader(open("plan.csv", newline="")):
    assert case["procedure"] and case["expected"] and "{" not in case["procedure"]
    ids = case["row_ids"].split(", ")
    assert len(ids) == int(case["rows"])
    print(*ids, sep="\n")
END
LC_ALL=C sort -o served served
LC_ALL=C sort -o rows rows
expect_same rows served "rows of the worksheet and of the plan"
run "$xenfmea" plan out --format rst
expect_exit 0 "plan --format rst"
rst2pseudoxml --halt=2 stdout >/dev/null || fail "not reStructuredText"

# Guards: evaluated, not executed, no data; a stop that ran.
line() { grep -n "$1" tree/xen/common/unit1.c | head -1 | cut -d: -f1; }
cat >cov.info <<END
SF:/build/xen/common/unit1.c
DA:$(line 'BUG_ON(a'),4
DA:$(line 'a == 7'),3
DA:$(line 'first %d'),0
DA:$(line 'BUG_ON(!p'),0
DA:$(line 'panic("second'),2
end_of_record
END
run "$xenfmea" plan out --format coverage --coverage cov.info -o cov.csv
expect_exit 0 "plan --coverage"
states() {
    python3 -c 'import csv, sys
for r in csv.DictReader(open("cov.csv", newline="")):
    if r["place"] == sys.argv[1]: print(r["guard"], r["stop"], bool(r["gap"]), sep=",")' \
        "common/unit1.c:$1"
}
expect_state() {
    [ "$(states "$(line "$1")")" = "$2" ] ||
        fail "'$1' is $(states "$(line "$1")"), expected $2"
}
[ "$(states "$(line 'BUG_ON(a')" | cut -d, -f1,2)" = "evaluated,not executed" ] ||
    fail "BUG_ON(a): $(states "$(line 'BUG_ON(a')")"
[ "$(states "$(line 'first %d')" | cut -d, -f1,2)" = "evaluated,not executed" ] ||
    fail "panic behind an if: $(states "$(line 'first %d')")"
expect_state 'BUG_ON(!p' 'not executed,not executed,True'
expect_state 'panic("second' 'evaluated,executed,False'
expect_state 'ASSERT(a' 'no data,no data,True'
run "$xenfmea" plan out --format rst --coverage cov.info
expect_line stdout '^Stops that no test ran'
expect_line stdout '^What is missing'
rst2pseudoxml --halt=2 stdout >/dev/null || fail "not reStructuredText"

# What gcov itself writes, for the same file built for this machine.
mkdir -p host/xen
cat >host/xen/bug.h <<'END'
#include <stdlib.h>
#define BUG() abort()
#define BUG_ON(p) do { if (p) BUG(); } while (0)
#define ASSERT(p) BUG_ON(!(p))
#define ASSERT_UNREACHABLE() abort()
#define panic(...) abort()
END
printf 'int first_1(int a);\nint main(void) { return first_1(3 - 2 + 1) != 2; }\n' \
    >host/main.c
sed 's/case 1:/case 2:/' tree/xen/common/unit1.c >host/unit1.c
mkdir host/common
sed -i 's/a == 1)/a == 9)/' host/unit1.c
mv host/unit1.c host/common/
(cd host && gcc --coverage -O0 -I. -o run common/unit1.c main.c && ./run &&
    gcov -t --json-format run-unit1.gcda >gcov.json) || fail "no gcov"
run "$xenfmea" plan out --format coverage --coverage host/gcov.json -o cov.csv
expect_exit 0 "plan --coverage of gcov"
expect_state 'BUG_ON(!p' 'not executed,not executed,True'
[ "$(states "$(line 'first %d')" | cut -d, -f1,2)" = "evaluated,not executed" ] ||
    fail "gcov: panic behind an if: $(states "$(line 'first %d')")"

# A device tree that has what the code reads.
cat >base.dts <<'END'
/dts-v1/;
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    gic@8000000 {
        compatible = "arm,cortex-a15-gic";
        reg = <0 0x8000000 0 0x1000 0 0x8010000 0 0x1000>;
        max-spis = <8>;
    };
    uart@9000000 { compatible = "arm,pl011"; reg = <0 0x9000000 0 0x1000>; };
};
END
dtc -q -O dtb -o base.dtb base.dts
run "$xenfmea" plan out --format campaign --dtb base.dtb -o campaign.csv
expect_exit 0 "plan --format campaign"
python3 - "$(sql "SELECT site_id FROM site WHERE message LIKE '%no address%'")" \
    "$(sql "SELECT site_id FROM site WHERE message LIKE '%no spis%'")" <<'END'
import csv, sys
cases = {c["target"]: c for c in csv.DictReader(open("campaign.csv", newline=""))}
cut = cases["/gic@8000000 reg: cut"]
assert cut["expected_sites"] == sys.argv[1], cut
assert cut["commands"].endswith("'reg' 0 8000000 0 1000"), cut
gone = cases["/gic@8000000 max-spis: remove"]
assert gone["expected_sites"] == sys.argv[2], gone
assert not any("uart" in t for t in cases), cases
END
python3 -c 'import csv
for c in csv.DictReader(open("campaign.csv", newline="")): print(c["commands"])' >all
while read -r command; do
    cp base.dtb one.dtb
    DTB=one.dtb sh -ec "$command" || fail "does not run: $command"
    ! cmp -s base.dtb one.dtb || fail "changes nothing: $command"
done <all

# Bad input: one line, nothing written.
trouble() {
    run "$xenfmea" plan out "$@" -o never
    expect_trouble "${want:-.}"
    [ ! -e never ] || fail "something was written: $*"
}
want='missing.info' trouble --coverage missing.info
echo nonsense >bad
want='bad: neither' trouble --coverage bad
want='bad: not a flattened' trouble --format campaign --dtb bad
printf 'SF:/other/tree.c\nDA:1,1\nend_of_record\n' >other.info
want='none of the 1 files' trouble --coverage other.info
sed -i 's/"scope": "text"/"scope": "galaxy"/' .data/plan/methods.json
want='methods.json.*galaxy' trouble
