# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Decisions that come back from meetings: what the page exported, spreadsheets,
# also those that LibreOffice saved. All or nothing.
. "$(dirname "$0")/lib.sh"

make_tree tree 5
scan tree
expect_exit 0 scan

for case in page groups bad_exports sheet sheet_formula sheet_rows \
        sheet_layouts libreoffice; do
    rm -f fmea-decisions.json
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$repo/tests/cli/import_test.py" \
        "$xenfmea" "$case" >stdout 2>stderr || fail "case $case: status $?"
    expect_no_temporaries .
done
