#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A compile_commands.json that names units twice, as recorders that append
# leave it: one object is one unit.
. "$(dirname "$0")/lib.sh"

make_tree t 3
scan t -o expected --cache cold
expect_exit 0
python3 - <<'END'
import json
path = "t/compile_commands.json"
entries = json.load(open(path))
json.dump(entries + entries[:2], open(path, "w"))
END
scan t
expect_exit 0
expect_line stdout ' 4 translation units'
expect_equal_outputs out expected 'commands given twice'
