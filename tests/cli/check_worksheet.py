#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The reports of `xenfmea report --format all` against their database.

usage: check_worksheet.py DATABASE FOLDER DATA [SARIF-SCHEMA]

Every row of v_worksheet is in every format that has rows, with the same text
but for what had to be made inert; the formats are what they say they are:
the .xlsx opens in openpyxl, JSON and SARIF pass their schemas, RST passes
docutils, OpenFastTrace's ids and S-CORE's required attributes are right.
Debian's python3, for its modules.
"""
import csv
import io
import json
import os
import re
import sqlite3
import sys
import unicodedata
import zipfile

import docutils.core
import docutils.nodes
import docutils.parsers.rst
import jsonschema
import openpyxl

DECIDE = ["Decision", "Rationale", "AoU", "By", "Date", "Meeting"]
DECIDED = ["decided_disposition", "decided_rationale", "decided_aou",
           "decided_by", "decided_on", "meeting"]
LIMIT = 30000  # characters that no format cuts off


def read_back(value):
    """As a spreadsheet shows it: _x005F_ keeps what follows from being decoded,
    and openpyxl leaves both as they are."""
    return re.sub(r"_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", value) \
        if isinstance(value, str) else value


def fail(*what):
    sys.exit("check_worksheet: " + " ".join(str(w) for w in what))


def plain(text):
    """What is left of a text whatever a format had to do to it."""
    text = re.sub(r"\\x[0-9a-f]{2}|\s|\ufffd|[^\x20-\x7e]", "", str(text))
    return re.sub(r"^'", "", text)


def same(a, b, where):
    a, b = ("" if v is None else v for v in (a, b))
    if plain(a)[:LIMIT] != plain(b)[:LIMIT]:
        fail(where, repr(a)[:120], "is not", repr(b)[:120])


def inert(text, where, keep="\n"):
    for c in text:
        if unicodedata.category(c) == "Cc" and c not in keep:
            fail(where, "has control character", repr(c))
        if c in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufffe\uffff":
            fail(where, "has", repr(c))


class Database:
    def __init__(self, path):
        db = sqlite3.connect(path)
        db.text_factory = lambda b: b.decode("utf-8", "replace")
        db.row_factory = sqlite3.Row
        self.rows = db.execute(
            "SELECT w.*, i.text AS invocation FROM v_worksheet w"
            " JOIN identity i USING (site_id) ORDER BY i.file, i.line,"
            " w.site_id, w.arch, w.build, w.row_id").fetchall()
        self.sites = [r[0] for r in db.execute(
            "SELECT site_id FROM identity ORDER BY file, line, site_id")]
        self.aous = db.execute("SELECT * FROM aou ORDER BY id").fetchall()
        self.links = db.execute(
            "SELECT * FROM v_aous WHERE site_id IS NOT NULL").fetchall()
        self.groups = db.execute("SELECT DISTINCT decision_group FROM"
                                 " v_groups").fetchall()


# ---- the workbook

def check_choices(sheet, header, last):
    lists = {str(v.sqref): v for v in sheet.data_validations.dataValidation
             if v.type == "list"}
    for name, want in (("Decision", "keep,remove-by-AoU,propagate,"
                        "domain-crash,not-applicable,open"),
                       ("AoU", "Assumptions!$A$2:$A$")):
        at = openpyxl.utils.get_column_letter(header.index(name) + 1)
        where = "%s2:%s%d" % (at, at, last)
        if last == 2:
            where = "%s2" % at
        if where not in lists or want not in lists[where].formula1:
            fail("no drop-down for", name, "in", where, sorted(lists))


def check_rows(db, sheet):
    header = [c.value for c in sheet[1]]
    if header[0] != "site_id" or len(set(header)) != len(header):
        fail("the header begins with", header[0], "or repeats a name")
    first = header.index("Decision")
    if header[first:first + 6] != DECIDE:
        fail("decision columns", header[first:first + 6])
    names = {h: h[9:] if h.startswith("proposed_") else h for h in header}
    body = list(sheet.iter_rows(min_row=2))
    if len(body) != len(db.rows):
        fail(len(body), "rows in the sheet,", len(db.rows), "in v_worksheet")
    for cells, row in zip(body, db.rows):
        held = row["decision_state"] not in ("moved", "stale")
        for name, cell in zip(header, cells):
            if name in DECIDE:
                want = row[DECIDED[DECIDE.index(name)]] if held else ""
            elif name == "place":
                want = "%s:%s" % (row["file"], row["line"])
            elif name == "earlier_decision":
                if bool(cell.value) == held:
                    fail("earlier_decision of", row["row_id"])
                continue
            else:
                want = row[names[name]]
            same(read_back(cell.value), want,
                 "%s of %s" % (name, row["row_id"]))
    if sheet.freeze_panes != "C2":
        fail("frozen at", sheet.freeze_panes)
    if not sheet.auto_filter.ref:
        fail("no filter")
    check_choices(sheet, header, len(body) + 1)
    coloured = {str(r.sqref): [x.formula for x in r.rules]
                for r in sheet.conditional_formatting}
    for name, values in (("action_priority", "HML?"),
                         ("status", ["decided", "moved", "stale", "open"])):
        at = openpyxl.utils.get_column_letter(header.index(name) + 1)
        rules = [f for where, f in coloured.items()
                 if where.startswith(at + "2")]
        for value in values:
            if ['"%s"' % value] not in sum(rules, []):
                fail("no colour for", name, value)
    return header


def check_links(db, book):
    sheet, rows = book["Assumption sites"], book["Worksheet"]
    body = list(sheet.iter_rows(min_row=2))
    if len(body) != len(db.links):
        fail(len(body), "sites of assumptions,", len(db.links), "expected")
    for cells in body:
        target = re.fullmatch(r"Worksheet!A(\d+)", cells[1].hyperlink.location)
        if rows.cell(int(target[1]), 1).value != cells[1].value:
            fail("the link of", cells[1].value, "leads to another row")
    catalogue = [c.value for c in book["Assumptions"]["A"]][1:]
    if catalogue != [a["id"] for a in db.aous]:
        fail("assumptions", catalogue)


def check_xlsx(db, path):
    for name in zipfile.ZipFile(path).namelist():
        inert(zipfile.ZipFile(path).read(name).decode("utf-8"), name, "\n\t\r")
    book = openpyxl.load_workbook(path)
    want = ["Summary", "Worksheet", "Groups", "Assumptions",
            "Assumption sites", "Scales", "Rules", "Scope", "Configuration",
            "Columns"]
    if book.sheetnames != want:
        fail("sheets", book.sheetnames)
    for sheet in book:
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.data_type == "f" and sheet.title != "Summary":
                    fail("a formula in", sheet.title, cell.coordinate)
                if isinstance(cell.value, str):
                    inert(cell.value, sheet.title + cell.coordinate, "\n\t")
    check_rows(db, book["Worksheet"])
    check_links(db, book)
    if len(book["Summary"]._charts) != 5:
        fail(len(book["Summary"]._charts), "charts")
    groups = [c.value for c in book["Groups"]["A"]][1:]
    if sorted(map(plain, groups)) != sorted(plain(g[0]) for g in db.groups):
        fail("groups")
    kinds = {c.value for c in book["Scales"]["A"]}
    if not {"severity", "occurrence", "detection",
            "action_priority"} <= kinds:
        fail("scales", kinds)
    rules = {c.value for c in book["Rules"]["A"]}
    if not {r["rule"] for r in db.rows} <= rules:
        fail("rules", rules)
    scope = {c.value for c in book["Scope"]["A"]}
    if not {"tree", "xenfmea", "units", "units not analysed"} <= scope:
        fail("scope", scope)


# ---- rows as text

def check_csv(db, path):
    text = open(path, encoding="utf-8", newline="").read()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if len(rows) != len(db.rows):
        fail(len(rows), "records")
    for got, want in zip(rows, db.rows):
        for name, value in got.items():
            inert(value, "csv " + name)
            if value[:1] and value[:1] in "=+-@\t\r":
                fail("a formula in csv", value[:40])
            same(value, want[name], "csv %s of %s" % (name, want["row_id"]))


def check_json(db, path, data):
    sheet = json.load(open(path, encoding="utf-8"))
    schema = json.load(open(os.path.join(data, "report",
                                         "worksheet.schema.json")))
    jsonschema.Draft7Validator.check_schema(schema)
    for error in jsonschema.Draft7Validator(schema).iter_errors(sheet):
        fail("json", list(error.path)[:6], error.message[:200])
    known = set(schema["$defs"]["row"]["properties"])
    if [s["site_id"] for s in sheet["sites"]] != db.sites:
        fail("json has other sites, or in another order")
    got = [(s, b, r) for s in sheet["sites"] for b in s["builds"]
           for r in b["rows"]]
    if len(got) != len(db.rows):
        fail(len(got), "rows in the json")
    for (site, build, row), want in zip(got, db.rows):
        if set(row) != known:
            fail("the schema does not describe", set(row) ^ known)
        if (site["site_id"], build["arch"], build["build"]) != (
                want["site_id"], want["arch"], want["build"]):
            fail("json order at", want["row_id"])
        for name, value in row.items():
            same(value, want[name], "json %s of %s" % (name, want["row_id"]))
            if isinstance(want[name], int) != isinstance(value, int):
                fail("json type of", name)
    return sheet


def check_sarif(db, path, schema):
    log = json.load(open(path, encoding="utf-8"))
    if schema:
        schema = json.load(open(schema, encoding="utf-8"))
        validator = jsonschema.validators.validator_for(schema)(schema)
        for error in validator.iter_errors(log):
            fail("sarif", list(error.path)[:6], error.message[:200])
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    state = {r["site_id"]: r for r in db.rows}
    results = run["results"]
    if [r["properties"]["site"] for r in results] != [
            s for s in db.sites if s in state]:
        fail("sarif has other sites")
    for r in results:
        row = state[r["properties"]["site"]]
        if rules[r["ruleIndex"]]["id"] != r["ruleId"]:
            fail("ruleIndex of", r["ruleId"])
        if r["kind"] not in ("open", "review") or r["level"] != "none":
            fail("kind", r["kind"], r["level"])
        if r["partialFingerprints"]["xenfmea/v1"] != row["site_id"]:
            fail("fingerprint")
        status = [s["status"] for s in r.get("suppressions", [])]
        want = {"decided": ["accepted"], "moved": ["underReview"],
                "stale": ["rejected"]}.get(row["decision_state"], [])
        if status != want:
            fail("suppressions of", row["site_id"], status, want)
        uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        if not re.fullmatch(r"[!-~]+", uri) or re.search(r'["<>\\^`{|}]', uri):
            fail("uri", uri)
        for flow in r.get("codeFlows", []):
            steps = flow["threadFlows"][0]["locations"]
            if steps[-1]["location"]["physicalLocation"]["region"] != \
                    r["locations"][0]["physicalLocation"]["region"]:
                fail("the flow of", row["site_id"], "ends elsewhere")
    return len([r for r in results if "codeFlows" in r])


# ---- documents

class Need(docutils.parsers.rst.Directive):
    """A sphinx-needs directive, as far as its text goes."""
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {name: str for name in (
        "violates", "id", "fault_id", "failure_effect", "failure_root_cause",
        "safety_relevant", "mitigated_by", "sufficient", "status", "reqtype",
        "security", "safety", "mitigation_issue")}
    found = []

    def run(self):
        Need.found.append((self.name, dict(self.options), self.content))
        node = docutils.nodes.container()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def parse_rst(path):
    for name in ("feat_saf_fmea", "aou_req"):
        docutils.parsers.rst.directives.register_directive(name, Need)
    text = open(path, encoding="utf-8").read()
    inert(text, path)
    errors = io.StringIO()
    docutils.core.publish_doctree(text, settings_overrides={
        "report_level": 2, "halt_level": 5, "warning_stream": errors})
    if errors.getvalue():
        fail(path, errors.getvalue()[:500])
    return text


def check_rst(path):
    text = parse_rst(path)
    one = r"[A-Za-z][A-Za-z0-9]*~[A-Za-z0-9_.-]+~[0-9]+"
    ids = re.findall(r"^`(.*)`$", text, re.M)
    for i in ids:
        if not re.fullmatch(one, i):
            fail("id", i)
    if len(set(ids)) != len(ids):
        fail("an id twice")
    for part in ("Description:", "Rationale:", "Comments:"):
        if len(re.findall("^%s$" % part, text, re.M)) != len(ids):
            fail(part, "is not in every requirement")
    for link in re.findall(r"^ - `(.*)`$", text, re.M):
        if link not in ids and not link.startswith("XenMkt~"):
            fail("dangling", link)
    for line in text.split("\n"):
        if len(line) > 80 and " " in line.strip(" -"):
            if not re.match(r" - .*: XF-", line):
                fail("a long line:", line)
    return ids


def check_score(db, path):
    Need.found.clear()
    parse_rst(path)
    rows = [n for n in Need.found if n[0] == "feat_saf_fmea"]
    aous = {n[1]["id"] for n in Need.found if n[0] == "aou_req"}
    if len(rows) != len({r["row_id"] for r in db.rows}):
        fail(len(rows), "directives")
    if len({n[1]["id"] for n in rows}) != len(rows):
        fail("an id twice")
    for _, options, content in rows:
        for name in ("violates", "id", "fault_id", "failure_effect",
                     "failure_root_cause", "safety_relevant", "sufficient",
                     "status"):
            if not options.get(name, "").strip():
                fail("no", name, "in", options.get("id"))
        if not re.fullmatch(r"feat_saf_fmea__[0-9a-z_]+", options["id"]):
            fail("id", options["id"])
        mitigated = [m for m in options.get("mitigated_by", "").split(", ")
                     if m]
        if options["sufficient"] not in ("yes", "no") or \
                options["sufficient"] == "yes" and not mitigated:
            fail("sufficient without a mitigation:", options["id"])
        if not set(mitigated) <= aous:
            fail("dangling", mitigated)
        if not content:
            fail("no argument in", options["id"])
    return sum(n[1]["sufficient"] == "yes" for n in rows)


def check_markdown(path):
    text = open(path, encoding="utf-8").read()
    inert(text, path)
    if set(re.findall(r"<[^>]*>", text)) - {"<code>", "</code>"}:
        fail("a tag in the summary")
    for line in text.split("\n"):
        cells = line.count("|")
        if line.startswith("|") and cells < 3:
            fail("a broken table:", line)


def main():
    db = Database(sys.argv[1])
    at = sys.argv[2]
    check_xlsx(db, os.path.join(at, "worksheet.xlsx"))
    check_csv(db, os.path.join(at, "worksheet-rows.csv"))
    check_json(db, os.path.join(at, "worksheet.json"), sys.argv[3])
    flows = check_sarif(db, os.path.join(at, "worksheet.sarif"),
                        sys.argv[4] if len(sys.argv) > 4 else "")
    ids = check_rst(os.path.join(at, "assumptions.rst"))
    sufficient = check_score(db, os.path.join(at, "feat_saf_fmea.rst"))
    check_markdown(os.path.join(at, "worksheet.md"))
    print("%d rows, %d sites, %d flows, %d requirements, %d sufficient" %
          (len(db.rows), len(db.sites), flows, len(ids), sufficient))


main()
