#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Text that would like to be something else is text in every format: in the
# source, in names of files, and in what people decided.
. "$(dirname "$0")/lib.sh"

make_tree t 1
touch t/Config.mk
python3 "$repo/tests/cli/make_hostile.py" t/xen/common
rm t/xen/common/units
list_units t
scan t --timeout 30
expect_exit 1 scan
n=0
sql "SELECT DISTINCT site_id FROM v_sites WHERE function = 'hostile'" >ids
while read -r id && read -r rationale <&3; do
    run "$xenfmea" decide --db out "$id" --disposition keep \
        --rationale "$rationale" --who "$rationale" --meeting "$rationale"
    expect_exit 0 'decide'
    n=$((n + 1))
done <ids 3<<'END'
=HYPERLINK("http://x.org","x")
@SUM(1+1)|cmd
</script><script>alert(1)</script>
_x001b_[31m
[x](javascript:alert(1)) @everyone ![y](http://x.org/z) http://x.org www.x.org
| a | b | `code` **bold** <img src=x onerror=alert(1)>
`x`_ |y| *z* ``a`` .. raw:: html :ref:`q` [1]_ name_
.. raw:: html
====
END
[ "$n" -eq 9 ] || fail "only $n decisions"
run "$xenfmea" rate --db out/xenfmea.db
expect_exit 0 rate
run "$xenfmea" report out --format all -o r \
    --code-url 'https://x.org/%f#l%l'
expect_exit 0 report
/usr/bin/python3 "$repo/tests/cli/check_worksheet.py" out/xenfmea.db r \
    "$repo/data" ${XF_SARIF_SCHEMA:+"$XF_SARIF_SCHEMA"} >why 2>&1 ||
    fail "$(tail -1 why)"

/usr/bin/python3 - <<'END' || fail 'the sheet decodes a text'
import zipfile, openpyxl
book = openpyxl.load_workbook("r/worksheet.xlsx")
texts = [c.value for row in book["Worksheet"].iter_rows() for c in row
         if isinstance(c.value, str)]
# x005F_ keeps Excel from decoding the rest; openpyxl shows it.
assert any("_x005F_x001b_[31m" in t for t in texts), "escape"
assert not any("_x001b_" in t.replace("_x005F_x001b_", "") for t in texts)
xml = zipfile.ZipFile("r/worksheet.xlsx")
data = b"".join(xml.read(n) for n in xml.namelist())
assert b"_x005F_x001b_" in data
assert b"<f>" not in xml.read("xl/worksheets/sheet2.xml")
END
if grep -nE 'https?://x|www\.x|@everyone|\]\(' r/worksheet.md; then
    fail 'a link or a mention in the summary'
fi

# As a reader of Markdown, where there is one.
if command -v cmark >/dev/null; then
    cmark --unsafe r/worksheet.md >md.html
    if grep -qiE '<(script|img|a) ' md.html; then
        fail 'the summary has an element of the source'
    fi
fi
