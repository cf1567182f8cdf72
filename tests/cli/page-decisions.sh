#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page and the file of decisions: what is decided in browsers, served or
# from disk, is what the file says, and what the next worksheet shows.
. "$(dirname "$0")/lib.sh"

make_tree t 6
touch t/Config.mk
scan t
expect_exit 0 scan
python3 "$repo/tests/web/test_decisions.py" "$xenfmea" out
