# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A review meeting in two real browsers.
. "$(dirname "$0")/lib.sh"

make_tree tree 5
scan tree
expect_exit 0 scan
PYTHONDONTWRITEBYTECODE=1 python3 "$repo/tests/web/test_review.py" "$xenfmea" \
    >stdout 2>stderr || fail 'two browsers'
