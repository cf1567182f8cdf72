#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Units whose text and names would like to be something else.

usage: make_hostile.py FOLDER
Writes hostile.c with as many panic() and BUG_ON() as FOLDER/units says and
one ASSERT(), twelve units with odd names, and five that do not compile.
"""
import os
import sys

os.chdir(sys.argv[1])
texts = [
    b"</script><script>alert(1)</script>", b"<img src=x onerror=alert(1)>",
    b"<!--", b"]]>", b"&lt;b&gt;", b"=cmd|' /C calc'!A0", b"=1+1", b"+1",
    b"-1", b"@SUM(A1)", b"\\t=1", b"comma, \\\"quoted\\\" 'single'",
    b"\\033[31mred\\033]0;title\\007", b"\\x1b[2J", b"\x1b[31mraw",
    b"\xc2\x9b31m", b"\x9b31m", b"\xff\xfe\x80", b"\xe2\x80\xae evil",
    b"\\n\\r\\n", b"\\001\\002", b"\x01\x02", b"%s%n%s", b"$(id)`id`",
    "gr\u00fc\u00df \u4e2d\u6587 \U0001f600".encode(), b"\xe2\x80\xa8",
    b"' OR 1=1; DROP TABLE site; --", b"{{7*7}}${7*7}", b"a" * 20000,
]
with open("hostile.c", "wb") as f:
    f.write(b"#include <xen/bug.h>\nvoid hostile(int a)\n{\n")
    for i, text in enumerate(texts):
        f.write(b"    if ( a == %d )\n        panic(\"%s\");\n" % (i, text))
        f.write(b"    BUG_ON(a == %d && \"%s\");\n" % (i, text))
    f.write(b"    ASSERT(\"</script>\\033[1m\" && a); /* </script>\x1b[5m */\n}\n")
open("units", "w").write(str(len(texts)))
good = b"#include <xen/bug.h>\nvoid f%d(int a) { BUG_ON(a); }\n"
names = [b"with space.c", "\u00fcml\u00e4ut \u4e2d.c".encode(), b"quote'\".c",
         b"<b>bold.c", b"=formula.c", b"esc\x1b[31m.c", b"bad\xff.c",
         b"new\nline.c", b"tab\t.c", b"back\\slash.c", b"a,b;c.c", b"$(id).c"]
for i, name in enumerate(names):
    open(name, "wb").write(good % i)
# errors, so that the terminal has to name them
bad = ["bad\u202etxt.c".encode(), b"bad\x1b[2Jesc.c", b"bad\xc2\x9bcsi.c",
       b"bad\nline.c", b"bad\xfe.c"]
for name in bad:
    open(name, "wb").write(b"#error \"\x1b[31m \xc2\x9b31m \x9b \x07 boo\"\n"
                           b"#include \"\x1b]0;x\x07.h\"\n")
