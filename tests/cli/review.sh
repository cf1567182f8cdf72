# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The review server: who is let in, what is saved, and that nothing is lost.
. "$(dirname "$0")/lib.sh"

make_tree tree 30
scan tree
expect_exit 0 scan

for case in page refusals two_clients undo groups others minutes trouble kill \
        writers; do
    rm -f fmea-decisions.json minutes.txt
    PYTHONDONTWRITEBYTECODE=1 python3 "$repo/tests/cli/review_test.py" \
        "$xenfmea" "$case" >stdout 2>stderr || fail "case $case: status $?"
    expect_no_temporaries .
done
