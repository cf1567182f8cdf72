# SPDX-License-Identifier: GPL-2.0-only
"""import_test.py XENFMEA CASE: cases of import.sh, in a folder with out/."""
import datetime
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import zipfile

import openpyxl

XENFMEA = sys.argv[1]
FILE = pathlib.Path("fmea-decisions.json")
EVIL = "=HYPERLINK(\"http://evil\")<script>alert(1)</script>\x1b]0;x\x07"


def rows(query):
    with sqlite3.connect("out/xenfmea.db") as database:
        return database.execute(query).fetchall()


SITES = [row[0] for row in rows("SELECT DISTINCT site_id FROM site ORDER BY 1")]
GROUP, = rows("SELECT decision_group FROM v_groups ORDER BY sites DESC LIMIT 1")[0]
QUOTED = GROUP.replace("'", "''")
MEMBERS = [row[0] for row in rows("SELECT DISTINCT site_id FROM v_worksheet "
                                  f"WHERE decision_group = '{QUOTED}'")]


def decided():
    if not FILE.exists():
        return {}
    items = json.loads(FILE.read_text())["decisions"]
    return {item.get("site", item.get("group")): item for item in items[:-1]}


def decide(*options):
    return subprocess.run([XENFMEA, "decide", "--db", "out", *options],
                          capture_output=True, text=True)


def taken(file, *options):
    got = decide("--import", file, "--who", "chair", *options)
    assert got.returncode == 0, (got.stderr, got.stdout)
    assert not got.stderr
    return got.stdout


def refused(file, *texts, options=(), lines=None):
    """One error, nothing taken; the report of the rows if there is one."""
    before = FILE.read_bytes() if FILE.exists() else None
    got = decide("--import", file, *options)
    assert got.returncode == 2, got
    assert got.stderr.count("\n") == 1, got.stderr
    for text in texts:
        assert text in got.stderr + got.stdout, (text, got.stderr, got.stdout)
    if lines is not None:
        bad = [line for line in got.stdout.splitlines() if "refused:" in line]
        assert len(bad) == lines, got.stdout
        assert f"{lines} of " in got.stderr and "nothing is taken" in got.stderr
    assert (FILE.read_bytes() if FILE.exists() else None) == before
    assert "\x1b" not in got.stdout + got.stderr


def export(*edits, name="edits.json", **head):
    pathlib.Path(name).write_text(json.dumps(
        {"format": "xenfmea-edits", "version": 1, "edits": edits, **head}))
    return name


# ---- what the page exports -----------------------------------------------------

def page():
    a, b, c = SITES[:3]
    full = {"site": a, "disposition": "remove-by-AoU", "rationale": "why\nnot",
            "aou": ["AoU-1", "AoU-2"], "by": "ann", "date": "2026-11-20",
            "meeting": "SR 3"}
    report = taken(export(full, {"site": b, "disposition": "Keep", "by": "",
                                 "date": "", "meeting": ""}))
    assert f"edit 1: {a}: remove-by-AoU (was: not decided)" in report
    assert f"edit 2: {b}: keep (was: not decided)" in report
    line = decided()[a]
    assert line["rationale"] == "why\nnot" and line["who"] == "ann"
    assert line["when"] == "2026-11-20" and line["meeting"] == "SR 3"
    assert line["aou"] == ["AoU-1", "AoU-2"] and line["file"]
    assert decided()[b]["who"] == "chair"
    # Again: nothing to do, not a byte.
    before = FILE.read_bytes()
    assert report != taken("edits.json") and FILE.read_bytes() == before
    assert "is so already" in taken("edits.json")
    # Decided otherwise meanwhile: refused as a whole, unless it was seen so.
    other = {**full, "disposition": "keep", "rationale": ""}
    new = {"site": c, "disposition": "keep"}
    refused(export(new, other), "decided otherwise", "ann", "--replace",
            lines=1)
    refused(export(new, {**other, "was": {"disposition": "keep"}}),
            "decided otherwise", lines=1)
    refused(export({**other, "was": None}), "decided otherwise", lines=1)
    taken(export(new, {**other, "was": full}))
    assert decided()[a]["disposition"] == "keep"
    assert "rationale" not in decided()[a] and c in decided()
    taken(export(full), "--replace")
    assert decided()[a]["disposition"] == "remove-by-AoU"
    # The last edit of a site counts, whatever those before it say.
    report = taken(export({"site": b, "disposition": "open"},
                          {"site": b, "disposition": "propagate", "was":
                           {"disposition": "keep"}}))
    assert "edit 2 decides it again" in report
    assert decided()[b]["disposition"] == "propagate"
    taken(export({"site": b, "disposition": "",
                  "was": {"disposition": "propagate"}}))
    assert b not in decided()


def groups():
    own, first, second = MEMBERS[:3]
    taken(export({"site": own, "disposition": "propagate"},
                 {"group": GROUP, "sites": [own, first], "disposition": "keep",
                  "rationale": "all"}))
    lines = decided()
    assert lines.keys() == {own, first, GROUP}
    assert lines[own]["disposition"] == "propagate"
    assert lines[first]["group"] == GROUP and "disposition" not in lines[first]
    # The same again is no change; with another site it is.
    edit = {"group": GROUP, "sites": [own, first], "disposition": "keep"}
    assert "is so already" in taken(export(edit))
    taken(export({**edit, "sites": [second]}), "--replace")
    assert decided()[second]["group"] == GROUP
    # A site of a decided group is decided.
    refused(export({"site": first, "disposition": "open"}), "otherwise",
            lines=1)
    refused(export({"group": GROUP, "sites": ["XF-000000000000"],
                    "disposition": "keep"}), "no site", lines=1)
    refused(export({"group": EVIL, "disposition": "keep"}), "no group", lines=1)


def bad_exports():
    good = {"site": SITES[0], "disposition": "keep"}
    refused(export(good, {"site": "XF-000000000000", "disposition": "keep"},
                   {"site": SITES[1], "disposition": "never"},
                   {"site": SITES[2]}, {"disposition": "keep"},
                   {"site": SITES[3], "disposition": "keep", "aou": "a,b\nc",
                    "date": "soon"}, [], {"site": EVIL, "disposition": "keep"}),
            "edit 2: XF-000000000000: refused: ", "edit 7: ", lines=7)
    refused(export(good, version=2), "version 1")
    refused(export(good, edits={}), "edits.json: the list")
    pathlib.Path("edits.json").write_text(
        '{"format": "xenfmea-edits", "version": 1, "edits": [')
    refused("edits.json", "edits.json: not valid JSON")
    pathlib.Path("edits.json").write_bytes(
        b'{"format": "xenfmea-edits", "version": 1, "edits": ["\xff"]}')
    refused("edits.json", "edits.json: not UTF-8")
    refused("missing.json", "missing.json")
    taken(export({**good, "rationale": EVIL, "by": EVIL}), "-q")
    shown = decide("--list").stdout
    assert "\x1b" not in shown and "\\x1b" in decided()[SITES[0]]["rationale"]


# ---- spreadsheets ----------------------------------------------------------------

def report(name="reviewed.xlsx"):
    subprocess.run([XENFMEA, "report", "out", "-o", name], check=True,
                   capture_output=True)
    return openpyxl.load_workbook(name)


def columns(sheet):
    return {cell.value: cell.column for cell in sheet[1] if cell.value}


def rows_of(sheet, key, name="site_id"):
    at = columns(sheet)[name]
    return [row for row in range(2, sheet.max_row + 1)
            if sheet.cell(row, at).value == key]


def fill(sheet, row, **values):
    """Cells by header."""
    for name, value in values.items():
        sheet.cell(row, columns(sheet)[name]).value = value


DECISION = {"Decision": "remove-by-AoU", "Rationale": "two\nlines",
            "AoU": "AoU-1, AoU-2", "By": "bob", "Date": "2026-11-19",
            "Meeting": "SR 4"}


def expect_decision(site):
    line = decided()[site]
    assert (line["disposition"], line["rationale"], line["aou"], line["who"],
            line["when"], line["meeting"]) == (
        "remove-by-AoU", "two\nlines", ["AoU-1", "AoU-2"], "bob", "2026-11-19",
        "SR 4"), line


def sheet():
    a, b = [site for site in SITES if site not in MEMBERS][:2]
    book = report()
    work = book["Worksheet"]
    # Untouched, it decides nothing.
    assert "0 decided" in taken("reviewed.xlsx")
    assert not decided()
    row = rows_of(work, a)[0]
    fill(work, row, **DECISION)
    fill(work, rows_of(work, b)[-1], Decision=" keep ", Rationale="-" + EVIL[:-7],
         Date=datetime.date(2026, 11, 18))
    fill(book["Groups"], rows_of(book["Groups"], GROUP, "decision_group")[0],
         Decision="open", Rationale="to be looked at")
    book.save("reviewed.xlsx")
    got = taken("reviewed.xlsx")
    assert f"Worksheet row {row}: {a}: remove-by-AoU (was: not" in got, got
    expect_decision(a)
    assert decided().keys() == {a, b, GROUP, *MEMBERS}
    assert decided()[b]["when"] == "2026-11-18"


def sheet_formula():
    a, b = SITES[:2]
    book = report()
    work = book["Worksheet"]
    fill(work, rows_of(work, a)[0], Decision="keep", Rationale="=1+1")
    book.save("reviewed.xlsx")
    refused("reviewed.xlsx", "formula that was never computed", lines=1)
    # As a text it is one, and stays one.
    row = rows_of(work, a)[0]
    cell = work.cell(row, columns(work)["Rationale"])
    cell.value, cell.data_type = "=1+1", "s"
    book.save("reviewed.xlsx")
    taken("reviewed.xlsx")
    assert decided()[a]["rationale"] == "=1+1"
    # Computed, its value counts; an error is none.
    fill(work, rows_of(work, b)[0], Decision="keep", Rationale="value")
    book.save("plain.xlsx")
    edit_part("plain.xlsx", "reviewed.xlsx", as_formula("value", "str", "seen"))
    taken("reviewed.xlsx")
    assert decided()[b]["rationale"] == "seen"
    edit_part("plain.xlsx", "reviewed.xlsx", as_formula("value", "e", "#NAME?"))
    refused("reviewed.xlsx", "holds an error", lines=1)


def as_formula(text, kind, value):
    """Changes parts so that the cell with this text is a formula."""
    return lambda content: content.replace(
        f't="inlineStr"><is><t>{text}</t></is>',
        f't="{kind}"><f>A1&amp;"x"</f><v>{value}</v>')


def edit_part(source, target, change):
    """Change the worksheets of a file."""
    with zipfile.ZipFile(source) as old, \
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = change(content.decode()).encode()
            new.writestr(name, content)


def sheet_rows():
    """What is wrong with rows: all of it is said, nothing is taken."""
    a, b, c, d = SITES[:4]
    book = report()
    work = book["Worksheet"]
    fill(work, rows_of(work, a)[0], **DECISION)
    fill(work, rows_of(work, b)[0], Decision="never")
    fill(work, rows_of(work, c)[0], Rationale="no decision")
    fill(work, rows_of(work, d)[0], Decision="keep", Date="19.11.2026")
    fill(work, 2 + len(SITES) * 3, site_id="XF-000000000000", Decision="keep")
    fill(work, 3 + len(SITES) * 3, site_id="no id", Decision="keep")
    fill(work, 4 + len(SITES) * 3, Decision="keep")
    book.save("reviewed.xlsx")
    refused("reviewed.xlsx", "no disposition is called", "without a decision",
            "is no date", "no site of this scan", "no site id",
            "either a", lines=6)
    # A header that is not the worksheet's: nothing would be taken, unseen.
    work.cell(1, columns(work)["Decision"]).value = "Decisions"
    book.save("reviewed.xlsx")
    refused("reviewed.xlsx", 'the sheet Worksheet has a header in row 1')
    # Several rows of a site (builds, failure modes): those that decide anew
    # must agree.
    def both(one, other):
        book = report()
        work = book["Worksheet"]
        first, second = rows_of(work, a)[0], work.max_row + 1
        assert work.cell(first, columns(work)["Decision"]).value == \
            decided().get(a, {}).get("disposition")
        fill(work, first, Decision=one)
        fill(work, second, site_id=a, Decision=other)
        book.save("reviewed.xlsx")
        return first

    def rate():
        subprocess.run([XENFMEA, "rate", "--db", "out/xenfmea.db"], check=True,
                       capture_output=True)

    first = both("keep", "open")
    refused("reviewed.xlsx", f"Worksheet row {first} decides it otherwise",
            lines=1)
    both("keep", "keep")
    taken("reviewed.xlsx")
    assert decided().keys() == {a}
    # One says what was decided before, the other was changed.
    rate()
    both("keep", "propagate")
    refused("reviewed.xlsx", "decided otherwise", lines=1)
    taken("reviewed.xlsx", "--replace")
    assert decided()[a]["disposition"] == "propagate"
    rate()
    both("keep", "propagate")
    taken("reviewed.xlsx", "--replace")
    assert decided()[a]["disposition"] == "keep"
    FILE.unlink()
    rate()


def sheet_layouts():
    """A table of somebody else's making, and files that are none."""
    a, b = SITES[:2]
    book = openpyxl.Workbook()
    page = book.active
    page["B2"] = "Reviewed on Thursday"
    for at, text in enumerate(("By", "decision", "remarks", "SITE_ID",
                               "Rationale")):
        page.cell(4, 3 + at).value = text
    for row, site in ((5, a), (9, b)):
        page.cell(row, 3).value = "eve"
        page.cell(row, 4).value = "KEEP"
        page.cell(row, 5).value = EVIL[:20]
        page.cell(row, 6).value = site
        page.cell(row, 7).value = "caf\u00e9 \u2713"
    book.save("own.xlsx")
    taken("own.xlsx")
    assert decided()[b]["rationale"] == "caf\u00e9 \u2713"
    assert decided()[b]["who"] == "eve" and decided()[a]["disposition"] == "keep"
    FILE.unlink()
    # Rich text, prefixed names, cells and rows without a reference.
    edit_part("own.xlsx", "odd.xlsx", odd)
    taken("odd.xlsx")
    assert decided()[b]["rationale"] == "caf\u00e9 \u2713"
    FILE.unlink()
    page["F4"] = "something"
    book.save("other.xlsx")
    refused("other.xlsx", "no sheet of it", "site_id")

    data = pathlib.Path("own.xlsx").read_bytes()
    for cut in (4, 100, len(data) // 2, len(data) - 1):
        pathlib.Path("bad.xlsx").write_bytes(data[:cut])
        refused("bad.xlsx", "bad.xlsx: ")
    flipped = bytearray(data)
    for at in range(60, len(data), 997):
        flipped[at] ^= 0xff
    pathlib.Path("bad.xlsx").write_bytes(flipped)
    refused("bad.xlsx", "bad.xlsx: ")
    edit_part("own.xlsx", "bad.xlsx", lambda content:
              '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>' +
              content)
    refused("bad.xlsx", "DTD")
    edit_part("own.xlsx", "bad.xlsx", lambda content: content + " " * (257 << 20))
    refused("bad.xlsx", "larger than any worksheet")
    edit_part("own.xlsx", "bad.xlsx", lambda content: content.replace(
        't="inlineStr"><is><t>eve</t></is>', 't="s"><v>99999</v>'))
    refused("bad.xlsx", "not in the file")


def odd(content):
    content = re.sub(r"<is><t>(..)(.*?)</t></is>",
                     r"<is><r><t>\1</t></r><rPh><t>zz</t></rPh><r>"
                     r'<t xml:space="preserve">\2</t></r></is>', content)
    content = re.sub(r'<c r="[D-Z]\d+"', "<c", content)
    content = re.sub(r'<row r="5"', "<row", content)
    content = re.sub(r"<(/?)(\w)", r"<\1x:\2", content)
    return content.replace("xmlns=", "xmlns:x=", 1)


# ---- LibreOffice -------------------------------------------------------------------

def convert(source, kind):
    got = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{os.getcwd()}/profile",
         "--headless", "--convert-to", kind, "--outdir", "converted", source],
        capture_output=True, text=True, timeout=300)
    made = pathlib.Path("converted", pathlib.Path(source).stem + f".{kind}")
    assert made.exists(), got.stdout + got.stderr
    return made


def libreoffice():
    """Opened and saved by LibreOffice, decided in its own document."""
    a, b = [site for site in SITES if site not in MEMBERS][:2]
    book = report("plain.xlsx")
    before = [[cell.value for cell in row] for row in book["Worksheet"].rows]
    after = openpyxl.load_workbook(convert("plain.xlsx", "xlsx"))["Worksheet"]
    after = [[cell.value for cell in row] for row in after.rows]
    size = len(before[0])
    for one, two in zip(before, after, strict=False):
        assert one == two[:size], (one, two)
    assert len(after) >= len(before)
    work = book["Worksheet"]
    fill(work, rows_of(work, a)[0], **DECISION)
    fill(work, rows_of(work, b)[0], Decision="keep", Rationale="placeholder",
         Date=datetime.date(2026, 11, 18))
    fill(book["Groups"], rows_of(book["Groups"], GROUP, "decision_group")[0],
         Decision="propagate")
    book.save("reviewed.xlsx")
    taken("reviewed.xlsx")
    direct = decided()
    FILE.unlink()
    # The same decisions through LibreOffice are the same bytes.
    saved = convert("reviewed.xlsx", "xlsx")
    taken(str(saved))
    assert decided() == direct
    assert decided()[b]["when"] == "2026-11-18"
    expect_decision(a)
    # Decided there: in its own format, and saved for Excel by it.
    flat = convert("reviewed.xlsx", "fods")
    text = flat.read_text(encoding="utf-8")
    assert text.count("placeholder") == 1
    pathlib.Path("edited.fods").write_text(
        text.replace("placeholder", "typed &lt;b&gt; in LibreOffice"),
        encoding="utf-8")
    FILE.unlink()
    taken(str(convert("edited.fods", "xlsx")))
    assert decided()[b]["rationale"] == "typed <b> in LibreOffice"
    assert {**decided(), b: 0} == {**direct, b: 0}


if __name__ == "__main__":
    globals()[sys.argv[2]]()
