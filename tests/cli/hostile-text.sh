#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Analysed text that would like to be something else: HTML, a formula, a row, a
# command for the terminal.
. "$(dirname "$0")/lib.sh"

make_tree t 1
python3 "$repo/tests/cli/make_hostile.py" t/xen/common
panics=$(cat t/xen/common/units)
rm t/xen/common/units
list_units t
before=$(sum_tree t)

scan t --timeout 30 -v
expect_exit 1

# ---- the terminal
check_terminal() {
    python3 - "$1" <<'END' || fail "the terminal gets a command in $1"
import re, sys, unicodedata
data = open(sys.argv[1], "rb").read()
text = data.decode("utf-8", "strict")
bad = [c for c in text if c != "\n" and (unicodedata.category(c) == "Cc"
       or c in "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
               "\u2066\u2067\u2068\u2069")]
sys.exit(1 if bad else 0)
END
}
check_terminal stdout
check_terminal stderr
[ "$(grep -c '^  common/bad' stdout)" -eq 5 ] ||
    fail "not one line for each broken unit"
cp stdout first
scan t
check_terminal stdout
expect_same stdout first 'from .state.json'

# As a terminal would get it, with the progress bar: no escape but our own.
if command -v script >/dev/null; then
    rm -rf cache out
    script -qec "'$xenfmea' scan t/xen --compile-commands t/compile_commands.json \
        --arch arm64 -o out" typescript >/dev/null 2>&1 </dev/null || true
    python3 - <<'END' || fail "the progress bar passes escapes on"
import sys
text = open("typescript", "rb").read().split(b"\n", 1)[1]
text = text.replace(b"\r\x1b[K", b"")
sys.exit(1 if b"\x1b" in text.rsplit(b"\nScript done", 1)[0] else 0)
END
fi

# An error about a file with such a name.
bad=$'no\033[31mwhere\n\302\233x'
run "$xenfmea" scan "$bad"
expect_trouble 'no\\x1b\[31mwhere\\x0a\\xc2\\x9bx'
check_terminal stderr
# A prepared .state.json.
python3 - <<'END'
import json
s = json.load(open("out/.state.json"))
s["summary"] += "\u001b[31mred \u009b\u0007\n"
json.dump(s, open("out/.state.json", "w"))
END
scan t
check_terminal stdout

# ---- the rows
rm -rf out
scan t
expect_sql $((2 * panics + 1)) \
    "SELECT count(*) FROM site WHERE file = 'common/hostile.c'"
expect_sql 12 "SELECT count(*) FROM site WHERE function GLOB 'f[0-9]*'"
expect_whole
python3 - <<'END' || fail "the CSV is not inert"
import csv, sys, unicodedata
text = open("out/worksheet.csv", encoding="utf-8", newline="").read()
for row in csv.reader(text.splitlines(keepends=True)):
    for cell in row:
        if cell[:1] in "=+-@\t\r" and cell[:1]:
            sys.exit("formula: " + cell[:40])
        bad = [c for c in cell if unicodedata.category(c) == "Cc" and c != "\n"]
        if bad:
            sys.exit("control character: " + repr(cell[:80]))
END
python3 - <<'END' || fail "the HTML is not inert"
import sys
from html.parser import HTMLParser

data = open("out/worksheet.html", "rb").read()
text = data.decode("utf-8", "strict")

class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

def tags(text):
    p = Tags()
    p.feed(text)
    return p.tags

found = tags(text)
for tag, attrs in found:
    if tag in ("img", "iframe", "b") or any(a.startswith("on") for a in attrs):
        sys.exit(f"{tag} {attrs}")
    if "alert(1)" in str(attrs):
        sys.exit(f"{tag} {attrs}")
if "<script>alert" in text or "<img" in text or "\x1b" in text or \
        any(ord(c) < 32 and c not in "\n\t" for c in text):
    sys.exit("raw text")
END
# The page has the same elements as that of a harmless tree.
make_tree harmless 1
run "$xenfmea" scan harmless/xen --compile-commands \
    harmless/compile_commands.json -o harmless-out
expect_exit 0
[ "$(grep -c '<script' out/worksheet.html)" = \
    "$(grep -c '<script' harmless-out/worksheet.html)" ] || fail "a script more"

[ "$(sum_tree t)" = "$before" ] || fail "the tree was written to"
