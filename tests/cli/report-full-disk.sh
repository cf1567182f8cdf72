#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No room for a report: one line, status 2, the earlier one as it was. The
# library behind the .xlsx does not notice by itself when its temporary files
# are cut short.
. "$(dirname "$0")/lib.sh"

make_tree t 6
scan t
expect_exit 0
run "$xenfmea" report out --format all -o kept
expect_exit 0
files=$(cd kept && echo *)

format_of() {
    case $1 in
    worksheet.xlsx) echo xlsx ;;
    worksheet-rows.csv) echo csv ;;
    worksheet.json) echo json ;;
    worksheet.sarif) echo sarif ;;
    worksheet.md) echo markdown ;;
    assumptions.rst) echo rst ;;
    feat_saf_fmea.rst) echo s-core ;;
    esac
}

# ---- a limit of the file size
hit=0
for file in $files; do
    for kib in 1 2 4 8 16 32; do
        rc=0
        cp kept/$file here
        (ulimit -f "$kib"; exec "$xenfmea" report out --format \
            "$(format_of $file)" -o here >stdout 2>stderr) || rc=$?
        if [ "$rc" -ne 0 ]; then
            expect_trouble here 'free some space'
            hit=$((hit + 1))
        fi
        expect_same here kept/$file "$file with $kib KiB"
        expect_no_temporaries .
    done
done
[ "$hit" -ge 12 ] || fail "the limit was reached only $hit times"

# ---- a small file system
mkdir small
if ! mount -t tmpfs -o size=4m tmpfs small 2>/dev/null; then
    echo "mount is not permitted: the small file system is left out"
    exit 0
fi
hit=0
for file in $files; do
    cp kept/$file small/here
    for left in 0 4 8 16 32 64 96 128 192 256; do
        rm -f small/ballast
        head -c 8M /dev/zero >small/ballast 2>/dev/null || true
        truncate -s "-${left}K" small/ballast
        run "$xenfmea" report out --format "$(format_of $file)" -o small/here
        if [ "$rc" -ne 0 ]; then
            expect_trouble small/here
            hit=$((hit + 1))
        fi
        expect_same small/here kept/$file "$file with $left KiB left"
        expect_no_temporaries small
    done
done
[ "$hit" -ge 12 ] || fail "the disk was full only $hit times"
