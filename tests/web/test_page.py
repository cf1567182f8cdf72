#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""test_page.py MAKE_SHEET SCHEMA DATA: the worksheet's page in Chromium, from
file://, on made-up worksheets of 5000, 60 and 0 sites."""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from webdriver import DOWN, ENTER, ESCAPE, LEFT, RIGHT, TAB, UP, Browser

SITES, HOSTILE = 5000, 10
KEEP_PICTURES = None  # a folder, with --pictures

# Text of each cell of the first row in view, without the box to pick it.
FIRST_ROW = """
    const head = document.querySelector('#sites thead').getBoundingClientRect();
    const row = [...document.querySelectorAll('#sites tbody tr')].find(
        (tr) => tr.getBoundingClientRect().top >= head.bottom - 1);
    return [...row.cells].slice(1).map((cell) => cell.textContent);"""
CURRENT = "document.querySelector('#sites tr[aria-current]')?.textContent"
DATA = "JSON.parse(document.getElementById('data').textContent)"
# Rows of the page's table `name` as objects.
TABLE = f"""
    const data = {DATA}, made = data[arguments[0]];
    return made.rows.map((row) => Object.fromEntries(made.columns.map((name, i) =>
        [name, name.endsWith('#') || row[i] === null ? row[i]
            : data.strings[row[i]]])));"""


class Page(unittest.TestCase):
    sites = SITES

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="xf-page-")
        cls.addClassCleanup(cls.folder.cleanup)
        make_sheet, schema, data = ARGUMENTS
        subprocess.run([make_sheet, str(cls.sites), cls.folder.name, schema,
                        data], check=True)
        cls.html = pathlib.Path(cls.folder.name, "worksheet.html")
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.open("")
        self.js("localStorage.clear()")
        self.open("")

    def open(self, fragment):
        self.browser.open(self.html, fragment)
        self.browser.log()

    def tearDown(self):
        self.assertFalse(self.browser.alert_is_open())
        # Errors of scripts and everything that the policy blocked.
        self.assertEqual(self.browser.log(), [])

    def js(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def text(self, css):
        return self.js("return document.querySelector(arguments[0]).innerText",
                       css)

    def lines(self):
        return self.js("return document.querySelector('#sites')"
                       ".getAttribute('aria-rowcount') - 1")

    def set_field(self, name, value):
        self.js("""
            const field = document.querySelector('#filters').elements[arguments[0]];
            field.value = arguments[1];
            field.dispatchEvent(new Event('input', {bubbles: true}));""",
                name, value)

    def address(self):
        return self.js("return location.hash")

    def picture(self, name):
        if KEEP_PICTURES:
            self.browser.screenshot(pathlib.Path(KEEP_PICTURES, name))


class Big(Page):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser.count_work()

    def setUp(self):
        self.open("#by=&sort=place")

    def test_opens_fast_and_keeps_the_document_small(self):
        opened = min(self.work_to_open() for _ in range(3))
        print(f"opened with {opened:.0f} ms of work")
        self.assertLess(opened, 1000)
        self.assertEqual(self.lines(), SITES + HOSTILE)
        self.assertLess(self.js(
            "return document.querySelectorAll('#sites tbody tr').length"), 120)

    def work_to_open(self):
        self.open("#by=")
        return self.browser.work()

    def test_sorts_at_once(self):
        for fragment in ("#by=", "#folded="):
            self.open(fragment)
            for n in range(2, 8):
                before = self.browser.work()
                self.js("document.querySelector(`thead th:nth-child(${arguments[0]})"
                        " button`).click(); document.body.offsetHeight;", n)
                took = self.browser.work() - before
                print(f"sorted with {took:.0f} ms of work")
                self.assertLess(took, 100)

    def test_sort(self):
        self.browser.click("#sites thead th:nth-child(4) button")
        self.assertEqual(self.js(FIRST_ROW)[2], "ASSERT")
        self.browser.click("#sites thead th:nth-child(4) button")
        self.assertEqual(self.js(FIRST_ROW)[2], "panic")
        self.assertEqual(self.js(
            "return [...document.querySelectorAll('[aria-sort]')]"
            ".map((th) => [th.textContent, th.ariaSort])"),
            [["Kind", "descending"]])
        self.assertTrue(self.browser.wait("location.hash.includes('sort=-kind')"))

    def test_what_is_not_rated_comes_first(self):
        self.open("#by=")
        self.assertTrue(self.js(FIRST_ROW)[0].startswith("?"))
        self.open("#by=&sort=-ap")
        self.assertEqual(self.js(FIRST_ROW)[0], "L")

    def test_search_takes_all_words(self):
        self.browser.keys("/FILE3.c:8 spin_IS")
        self.assertEqual(self.lines(), 0)
        self.assertTrue(self.js("return !document.querySelector('#empty').hidden"))
        self.set_field("q", "file2.c: reach")
        self.assertEqual(self.lines(), 3)
        self.set_field("q", "")
        self.assertEqual(self.lines(), SITES + HOSTILE)

    def test_filters(self):
        for name, value, check in [
                ("kind", "panic", "row[3] === 'panic'"),
                ("cause", "firmware", "row[7].includes('firmware')"),
                ("ap", "?", "row[1].includes('?')"),
                ("disposition", "propagate", "row[8].startsWith('propagate')"),
                ("status", "proposed", "row[9] === 'proposed'"),
                ("subsystem", "ARCH/ARM", "row[2].startsWith('arch/arm')"),
                ("maintainer", "Bob B.", "true"),
                ("context", "none", "true"),
                ("aou", "XenAoU~plat_memory~1", "row[3] === 'panic'"),
                ("holes", "no rationale", "row[3] === 'halt'"),
                ("holes", "open question", "row[3] === 'BUG'"),
                ("debug", "yes", "row[3].startsWith('ASSERT')"),
                ("build", "arm64 release", "!row[2].includes('arch/x86')")]:
            with self.subTest(filter=name):
                self.set_field(name, value)
                left = self.lines()
                self.assertGreater(left, 0)
                if name not in ("maintainer", "status"):  # which all have
                    self.assertLess(left, SITES)
                self.assertTrue(self.js(
                    "return [...document.querySelectorAll('#sites tbody tr')]"
                    ".map((tr) => [...tr.cells].map((cell) => cell.textContent))"
                    f".every((row) => {check})"))
                self.browser.click("#reset")
                self.assertEqual(self.lines(), SITES + HOSTILE)

    def test_filters_mean_the_same_row(self):
        self.set_field("build", "x86_64 debug")
        self.set_field("subsystem", "ARCH/ARM")
        self.assertEqual(self.lines(), 0)

    def test_scrolls_to_the_last_row(self):
        self.js("document.querySelector('#scroller').scrollTop = 1e9")
        last = str(SITES + HOSTILE + 1)
        self.assertTrue(self.browser.wait(
            "document.querySelector(`tr[aria-rowindex='${arguments[0]}']`)",
            last))
        bottoms = self.js("""
            const bottom = (css) => document.querySelector(css)
                .getBoundingClientRect().bottom;
            return [bottom('#sites tbody tr:last-child'), bottom('#scroller')];""")
        self.assertAlmostEqual(*bottoms, delta=20)

    def test_address_restores_everything(self):
        self.open("#by=&q=do_something&kind=BUG_ON&build=x86_64 debug"
                  "&sort=-function")
        self.assertEqual(self.js("return document.querySelector('#q').value"),
                         "do_something")
        self.assertIn("BUG_ON", self.js(FIRST_ROW))
        left = self.lines()
        self.browser.keys("jj" + ENTER)
        self.assertTrue(self.browser.wait("location.hash.includes('at=')"))
        current = self.js("return " + CURRENT)
        self.open(self.address())
        self.assertEqual(self.js("return " + CURRENT), current)
        self.assertEqual(self.lines(), left)

    def test_link_to_a_site_in_a_folded_group(self):
        site = self.js(TABLE, "sites")[4321]
        self.open(f"#at={site['site_id']}")
        self.assertTrue(self.js(
            "return !document.querySelector('#detail').hidden"))
        self.assertIn(f"{site['file']}:{site['line#']}", self.text("#detail h2"))
        self.assertIn(site["file"].split("/")[-1], self.js("return " + CURRENT))
        box = self.js("""
            const at = (css) => document.querySelector(css).getBoundingClientRect();
            const row = at('tr[aria-current]'), room = at('#scroller');
            return [row.top - room.top, room.bottom - row.bottom];""")
        self.assertGreater(min(box), 0)

    def test_unknown_address_is_harmless(self):
        self.open("#by=&at=nothing&kind=%3Cb%3E&sort=x&build=__proto__")
        self.assertEqual(self.lines(), SITES + HOSTILE)
        self.assertIn("no nothing", self.text("#count"))

    def test_keys(self):
        lines = []
        for keys in ("j", "j", "n", "k", "p", DOWN, UP):
            self.browser.keys(keys)
            lines.append(self.js("return " + CURRENT))
        a, b, c = lines[:3]
        self.assertEqual(lines, [a, b, c, b, a, b, a])
        self.assertEqual(len({a, b, c}), 3)
        self.assertTrue(self.js("return document.activeElement.matches("
                                "'tr[aria-current] button')"))
        self.browser.keys(ENTER)
        self.assertTrue(self.js(
            "return !document.querySelector('#detail').hidden"))
        title = self.text("#detail h2")
        self.browser.keys("j")
        self.assertNotEqual(self.text("#detail h2"), title)
        self.browser.keys(ESCAPE)
        self.assertTrue(self.js(
            "return document.querySelector('#detail').hidden"))

    def test_long_walk_stays_in_view(self):
        self.browser.keys("j" * 60)
        self.assertEqual(self.js("return document.querySelector("
                                 "'tr[aria-current]').ariaRowIndex"), "61")
        self.assertTrue(self.js("""
            const row = document.querySelector('tr[aria-current]')
                .getBoundingClientRect();
            return row.bottom <= document.querySelector('#scroller')
                .getBoundingClientRect().bottom;"""))

    def test_keys_are_dead_while_typing(self):
        self.browser.keys("/jk?np1u/")
        self.assertEqual(self.js("return document.querySelector('#q').value"),
                         "jk?np1u/")
        self.assertFalse(self.js("return document.querySelector('#help').open"))
        self.assertIsNone(self.js(
            "return document.querySelector('tr[aria-current]')"))
        self.browser.keys(ESCAPE)
        self.assertEqual(self.js("return document.activeElement.tagName"),
                         "BODY")

    def test_help_and_keys_off(self):
        self.browser.keys("?")
        self.assertTrue(self.js("return document.querySelector('#help').open"))
        self.picture("help.png")
        self.browser.click("#keys")
        self.browser.keys(ESCAPE)
        self.assertFalse(self.js("return document.querySelector('#help').open"))
        self.browser.keys("j")
        self.assertIsNone(self.js(
            "return document.querySelector('tr[aria-current]')"))
        self.assertTrue(self.browser.wait("location.hash.includes('keys=off')"))

    def test_failures_are_at_the_top(self):
        self.assertIn("unknown type name", self.text("#alarms"))

    def test_groups_first_and_rows_inside(self):
        self.open("#sort=place&kind=ASSERT")
        groups = self.lines()
        self.assertLess(groups, SITES / 14)
        self.browser.keys("j" + RIGHT)
        inside = self.lines() - groups
        self.assertGreater(inside, 1)
        self.assertEqual(self.js("return document.querySelectorAll('#sites tbody"
                                 " tr.inside').length"), inside)
        self.browser.keys("j")
        self.assertTrue(self.js("return document.querySelector("
                                "'tr[aria-current]').matches('.inside')"))
        self.browser.keys("k" + LEFT)
        self.assertEqual(self.lines(), groups)
        self.open("#sort=place")
        self.browser.click("#fold")
        self.assertGreater(self.lines(), SITES + HOSTILE)
        self.picture("groups.png")

    def test_pictures(self):
        fragment = "#by=&kind=ASSERT&at=" + next(
            row["site_id"] for row in self.js(TABLE, "sites")
            if row["kind"] == "ASSERT")
        for dark in (False, True):
            self.browser.dark(dark)
            self.open(fragment)
            back = self.js(
                "return getComputedStyle(document.body).backgroundColor")
            self.assertEqual(back == "rgb(255, 255, 255)", not dark)
            self.picture("dark.png" if dark else "light.png")
        self.browser.dark(False)


class Small(Page):
    sites = 60

    def test_hostile_text_is_inert(self):
        texts = [(row["site_id"], row["function"])
                 for row in self.js(TABLE, "sites")
                 if row["site_id"].startswith("hostile")]
        self.assertEqual(len(texts), HOSTILE)
        for site, text in texts:
            self.open(f"#at={site}")
            self.assertIn("Because of", self.text("#evidence"))
            self.assertEqual(self.strange_elements(), [])
        self.assertIn(("hostile0", "</script><script>alert(1)</script>"), texts)
        self.assertIn(("hostile7", "{{data}} {{nonce}} ${alert(1)} `alert(1)`"),
                      texts)
        self.open("#view=summary")
        self.assertEqual(self.strange_elements(), [])

    def strange_elements(self):
        return self.js("""
            const known = new Set(`html head meta title style body header div h1
                p button kbd details summary ul ol li form label input select
                option output main table caption colgroup col thead tbody tr th td
                span section h2 h3 h4 a dl dt dd dialog em q br wbr code strong
                textarea progress svg g path rect circle text noscript script
                `.split(/\\s+/));
            return [...document.querySelectorAll('*')].map((e) => e.localName)
                .filter((name) => !known.has(name))
                .concat(document.scripts.length === 3 ? [] : ['script'])
                .concat([...document.querySelectorAll('*')]
                    .flatMap((e) => e.getAttributeNames())
                    .filter((name) => name.startsWith('on')));""")

    def test_hidden_characters_show(self):
        self.open("#at=hostile6")
        self.assertIn("<U+202E>", self.text("#evidence"))
        self.open("#at=hostile5")
        self.assertIn("\ufffd\ufffd\ufffd\ufffd ", self.text("#evidence"))
        self.assertIn("\u241b[31m", self.text("#evidence"))

    def test_excerpt(self):
        self.open("#at=hostile0")
        code = self.js("return [...document.querySelectorAll('.code tr')]"
                       ".map((tr) => [tr.cells[0].textContent,"
                       " tr.cells[1].textContent, tr.ariaCurrent])")
        self.assertEqual(code, [
            ["1", "/* \ufffd\ufffd\ufffd */", None],
            ["2", "</script><script>alert(2)</script>", None],
            ["3", "<!-- {{data}} <U+202E> -->", None],
            ["4", "\tBUG();", "true"]])

    def test_every_line_of_a_site_is_marked(self):
        site = next(row for row in self.js(TABLE, "sites")
                    if row["end_line#"] == row["line#"] + 2)
        self.open(f"#at={site['site_id']}")
        self.assertEqual(self.js(
            "return [...document.querySelectorAll('.code [aria-current] th')]"
            ".map((th) => Number(th.textContent))"),
            list(range(site["line#"], site["end_line#"] + 1)))
        self.assertEqual(self.js(
            "return document.querySelectorAll('.code tr').length"), 6 + 3 + 6)

    def test_evidence(self):
        reached = {end[0] for end in self.js(f"return {DATA}.paths.ends")}
        site = next(row for n, row in enumerate(self.js(TABLE, "sites"))
                    if row["kind"] == "panic"
                    and (row["arch"], row["build"]) == ("arm64", "debug")
                    and n in reached)
        self.open(f"#at={site['site_id']}")
        text = self.js("return document.querySelector('#evidence').textContent")
        for part in ("fires when", "argument of f()", "rule-panic",
                     "docs/misc/xen-error-handling.txt", "kind: panic", "boot it",
                     "S reason", "O reason", "D reason", "any guest", "guest-input",
                     "The same kind in one file.", "Ann Other"):
            self.assertIn(part, text)

    def test_past_bugs(self):
        site = self.js(TABLE, "bugs")[0]["site_id"]
        self.open(f"#at={site}")
        self.assertIn("XSA-999", self.text("#evidence"))
        self.assertIn("<b>a subject</b>", self.text("#evidence"))

    def test_path_as_picture_and_list(self):
        ends = self.js(f"return {DATA}.paths.ends")
        row = ends[-1][0]
        self.open("#at=" + self.js(TABLE, "sites")[row]["site_id"])
        self.assertEqual(self.js(
            "return document.querySelectorAll('svg.path .box').length"), 5)
        self.assertEqual(self.js(
            "return document.querySelectorAll('.steps li').length"), 5)
        chips = self.js("return [...document.querySelectorAll('.paths .chip')]"
                        ".map((chip) => [chip.innerText.trim(),"
                        " chip.ariaPressed])")
        self.assertEqual(chips, [["guest-hypercall", "true"], ["boot", "false"]])
        self.browser.click(".paths .chip:nth-child(2)")
        self.browser.click(".paths summary")
        self.assertIn("boot", self.text(".steps"))
        self.assertRegex(self.text(".steps"), r"at [\w./-]+:\d+\s*$")

    def test_a_long_path_is_cut_in_its_middle(self):
        steps = self.js(f"""
            const {{paths}} = {DATA}, length = (at) =>
                at ? 1 + length(paths.steps[at - 1][0]) : 0;
            const [row, , , last] = paths.ends.find((end) => length(end[3]) > 40);
            return [row, length(last)];""")
        self.assertEqual(steps[1], 51)
        self.open("#at=" + self.js(TABLE, "sites")[steps[0]]["site_id"])
        self.assertEqual(self.js(
            "return document.querySelectorAll('svg.path .box').length"), 41)
        self.assertIn("12 more", self.js(
            "return document.querySelector('.box.missing').textContent"))
        self.assertEqual(self.js(
            "return document.querySelectorAll('.steps li').length"), 52)

    def test_policy_refuses_scripts_and_network(self):
        self.js("""
            const script = document.createElement('script');
            try { script.textContent = 'document.title = "broken"'; } catch {}
            document.body.append(script);
            script.remove();""")
        self.assertNotEqual(self.js("return document.title"), "broken")
        self.assertTrue(self.js("""
            try { document.createElement('p').innerHTML = '<b>'; return false; }
            catch { return true; }"""))
        self.assertTrue(self.js("return fetch('http://127.0.0.1:9/').then("
                                "() => false, () => true)"))
        self.browser.log()

    def test_needs_no_network(self):
        self.assertEqual(self.js(
            "return performance.getEntriesByType('resource').length"), 0)
        # No address in the parts that this project wrote, but the name of SVG.
        text = re.sub(r'(?s)id="data">.*?</script>', "",
                      self.html.read_text("utf-8"))
        text = text.replace("http://www.w3.org/2000/svg", "")
        self.assertNotRegex(text, r"https?://|@import|url\(|\bsrc=")

    def test_print_shows_all_rows(self):
        self.js("window.seen = 0; addEventListener('beforeprint', () => {"
                " seen = document.querySelectorAll('#paper tbody tr').length;"
                "})")
        pdf = self.browser.pdf()
        self.assertEqual(self.js("return seen"), 60 + HOSTILE)
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertGreater(pages, 1)
        self.assertEqual(self.js("return document.querySelectorAll('#paper *')"
                                 ".length"), 0)
        if KEEP_PICTURES:
            pathlib.Path(KEEP_PICTURES, "print.pdf").write_bytes(pdf)

    def test_csv_is_read_back_and_inert(self):
        path = pathlib.Path(self.folder.name, "worksheet.csv")
        with open(path, encoding="utf-8", newline="") as file:
            records = list(csv.DictReader(file, strict=True))
        self.assertGreaterEqual(len(records), 60 + HOSTILE)
        for record in records:
            self.assertNotIn(None, record)
            for cell in record.values():
                self.assertNotRegex(cell, r"^[=+\-@\t\r]|[\0-\x09\x0b-\x1f\x7f]")
        functions = [record["function"] for record in records]
        self.assertIn("'=cmd|' /C calc'!A0", functions)
        self.assertIn("__proto__", functions)

    def test_summary_counts_lead_to_the_list(self):
        self.browser.keys("s")
        text = self.text("#summary")
        for part in ("Context × disposition", "Cause × kind",
                     "Subsystem × Action Priority", "4.23-unstable",
                     "x86_64 release"):
            self.assertIn(part, text)
        self.picture("summary.png")
        row, column, count = self.js("""
            const cell = document.querySelector('.heat td.warm button');
            return [...cell.ariaLabel.split(': ')[1].split(', '), cell.innerText];""")
        self.browser.click(".heat td.warm button")
        self.assertTrue(self.js("return document.querySelector('#summary').hidden"))
        self.assertIn(f"context={row}", self.wait_for("context="))
        self.assertIn(f"disposition={column}", self.address())
        self.assertTrue(self.text("#count").startswith(f"{count} of"))

    def test_trend_against_a_baseline(self):
        self.browser.keys("s")
        text = self.js("return document.querySelector('#trend').textContent")
        for part in ("Trend against xen-4.22", "1 new", "1 gone", "0 moved",
                     "common/old.c:7", "<b>old"):
            self.assertIn(part, text)
        lines = dict(self.js("""
            return [...document.querySelectorAll('#trend tbody tr')]
                .map((tr) => [...tr.children].map((cell) => cell.textContent))
                .filter((cells) => cells.length === 4)
                .map(([name, ...rest]) => [name, rest]);"""))
        there = [row for row in self.js(TABLE, "sites")
                 if (row["arch"], row["build"]) == ("arm64", "debug")]
        self.assertEqual(lines["All sites"],
                         ["3", str(len(there)), f"+{len(there) - 3}"])
        self.assertEqual(lines["gone-words"], ["3", "0", "−3"])
        self.assertIn("panic", lines)
        self.js("document.querySelector('#trend details').open = true;")
        self.browser.click("#trend details button")
        self.assertTrue(self.js("return document.querySelector('#summary').hidden"))
        self.assertTrue(self.js(
            "return !document.querySelector('#detail').hidden"))

    def test_scales_are_explained(self):
        self.open(f"#at={self.js(TABLE, 'sites')[0]['site_id']}")
        self.assertIn("the host stops", self.js(
            "return document.querySelector('.anchors').textContent"))

    def test_what_builds_do_not_have_in_common(self):
        site = self.js(TABLE, "site_rows")[0]["site_id"]
        self.open(f"#at={site}")
        text = self.text("#evidence")
        for part in ("Across the builds", "irq (x86_64 release)",
                     "x86_64 release: an #if in <b>: CONFIG_PV=n"):
            self.assertIn(part, text)

    def wait_for(self, part):
        self.assertTrue(self.browser.wait(
            "location.hash.includes(arguments[0])", part))
        return self.address()

    def test_narrow_window(self):
        self.browser.resize(480, 800)
        for fragment in ("#at=hostile0", "#view=summary"):
            self.open(fragment)
            self.picture("narrow.png")
            self.assertLessEqual(self.js(
                "return document.documentElement.scrollWidth"), 480)
        self.browser.resize(1440, 900)


class Decisions(Page):
    """Keys alone, unless a file is chosen."""
    sites = 60

    def setUp(self):
        super().setUp()
        self.js("localStorage.setItem('xenfmea-session', JSON.stringify("
                "{by: 'Ann', meeting: 'M1'}))")
        self.open("#by=&sort=place")

    def journal(self):
        return self.js("""
            const name = Object.keys(localStorage).find((key) =>
                key.startsWith('xenfmea-edits'));
            return JSON.parse(localStorage.getItem(name) ?? '{}').journal?.flat()
                ?? [];""")

    def decided(self):
        return int(self.text("#progress-text").split()[0])

    def test_walk_of_twenty_sites(self):
        self.browser.keys("j" + ENTER)
        expected = []
        for n in range(20):
            disposition = ["keep", "remove-by-AoU", "propagate"][n % 3]
            self.browser.keys(f"r{n} because = of {disposition}{ESCAPE}")
            self.browser.keys(str(n % 3 + 1))
            self.assertTrue(self.browser.wait(
                f"document.querySelector('#progress-text').textContent"
                f".startsWith('{n + 1} of')"))
            self.assertEqual(self.js("return document.querySelector("
                                     "'tr[aria-current]').ariaRowIndex"),
                             str(n + 2))
            expected.append((disposition, f"{n} because = of {disposition}"))
            self.browser.keys("n")
        made = self.journal()
        self.assertEqual([(e["disposition"], e["rationale"]) for e in made],
                         expected)
        self.assertEqual(len({e["site"] for e in made}), 20)
        self.assertEqual({(e["by"], e["meeting"]) for e in made}, {("Ann", "M1")})
        self.assertIn("20 today", self.text("#progress-text"))
        self.open("#by=&sort=place&status=decided")
        self.assertEqual(self.lines(), 20)
        self.picture("decided.png")

    def test_reload_keeps_and_undo_takes_back(self):
        self.browser.keys("j" + ENTER + "1n1")
        self.open("#by=&sort=place")
        self.assertEqual(self.decided(), 2)
        self.browser.keys("u")
        self.assertEqual(self.decided(), 1)
        self.open("#by=&sort=place")
        self.assertEqual(self.decided(), 1)
        self.browser.keys("uu")
        self.assertEqual(self.decided(), 0)
        self.assertIn("nothing to undo", self.js(
            "return document.querySelector('#said').textContent"))

    def test_who_decides_is_asked_once(self):
        self.js("localStorage.clear()")
        self.open("#by=&sort=place")
        self.browser.keys("j" + ENTER + "1")
        self.assertTrue(self.js("return document.querySelector('#who').open"))
        self.assertEqual(self.decided(), 0)
        self.browser.keys("Bob" + TAB + "M2" + ENTER)
        self.assertTrue(self.browser.wait("!document.querySelector('#who').open"))
        self.browser.keys("n1")
        self.assertEqual([(e["by"], e["meeting"]) for e in self.journal()],
                         [("Bob", "M2")] * 2)

    def test_without_a_reason_nothing_is_decided(self):
        self.browser.keys("j" + ENTER + "3")  # the rule proposes to keep it
        self.assertEqual(self.decided(), 0)
        self.assertTrue(self.js(
            "return document.activeElement.id === 'rationale'"))
        self.browser.keys("n3u" + ENTER)      # a text, not keys
        self.assertEqual([(e["disposition"], e["rationale"])
                          for e in self.journal()], [("propagate", "n3u")])
        self.browser.keys("n")
        self.assertEqual(self.js("return document.querySelector("
                                 "'tr[aria-current]').ariaRowIndex"), "3")

    def test_the_proposals_reason_is_taken(self):
        self.browser.keys("j" + ENTER + "1")
        site = self.js(TABLE, "sites")[0]
        [edit] = self.journal()
        self.assertEqual(edit["site"], site["site_id"])
        self.assertTrue(edit["rationale"].startswith("Because of"))
        self.assertEqual(edit["aou"], [])
        self.open("#by=&sort=place&kind=panic")
        self.browser.keys("j" + ENTER + "2")
        self.assertEqual(self.journal()[-1]["aou"], ["XenAoU~plat_memory~1"])

    def test_the_list_stays_while_deciding(self):
        self.open("#by=&sort=place&status=proposed")
        before = self.lines()
        self.browser.keys("jjj" + ENTER)
        current = self.js("return document.querySelector('tr[aria-current]')"
                          ".getBoundingClientRect().top")
        self.browser.keys("1")
        self.assertEqual(self.decided(), 1)
        self.assertEqual(self.lines(), before)
        self.assertEqual(self.js("return document.querySelector("
                                 "'tr[aria-current]').getBoundingClientRect()"
                                 ".top"), current)
        self.assertIn("✓", self.js("return " + CURRENT))
        self.assertIn("status=proposed", self.address())

    def test_group_and_own_decision(self):
        self.open("#sort=place&kind=ASSERT")
        self.browser.keys("j" + ENTER + RIGHT)
        members = self.js("return document.querySelectorAll('tr.inside').length")
        self.browser.keys("1")
        [edit] = self.journal()
        self.assertNotIn("site", edit)
        self.assertEqual(len(edit["sites"]), members)
        self.assertEqual(self.decided(), members)
        self.browser.keys("nr" + "own" + ESCAPE + "3")
        self.assertEqual(self.decided(), members)
        self.browser.keys("k" + "2r" + "all" + ENTER)
        self.open("#by=&sort=place&disposition=propagate&status=decided")
        self.assertEqual(self.lines(), 1)  # its own goes before the group's

    def test_picked_sites_are_decided_together(self):
        self.browser.keys("jxjxjx1")
        self.assertEqual(self.decided(), 0)  # what is decided is shown first
        self.assertIn("3 picked", self.text("#target"))
        self.browser.keys("rall alike" + ESCAPE + "4")
        self.assertEqual([(e["disposition"], e["rationale"])
                          for e in self.journal()],
                         [("domain-crash", "all alike")] * 3)
        self.browser.keys("u")
        self.assertEqual(self.decided(), 0)

    def test_similar_sites_that_are_decided(self):
        self.open("#by=&sort=place&kind=ASSERT")
        self.browser.keys("j" + ENTER + "rfirst reason" + ESCAPE + "1n")
        self.assertIn("first reason", self.text("#evidence"))
        self.js("[...document.querySelectorAll('#evidence button')].find((one) =>"
                " one.innerText === 'Take this rationale').click()")
        self.browser.keys(ESCAPE + "1")
        self.assertEqual([e["rationale"] for e in self.journal()],
                         ["first reason"] * 2)

    def export(self):
        folder = tempfile.mkdtemp(dir=self.folder.name)
        self.browser.downloads(folder)
        self.browser.click("#export")
        path = pathlib.Path(folder, "xenfmea-edits.json")
        end = time.monotonic() + 10
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        return path

    def test_export_and_import_give_the_same_state(self):
        self.browser.keys("j" + ENTER + "1n1n1nr=cmd|x!A0" + ESCAPE + "3n0k1")
        self.open("#sort=place")
        self.browser.keys("jj" + ENTER + "r</script><b>" + ESCAPE + "2")
        before = self.state()
        path = self.export()
        self.assertIn("all edits exported", self.text("#store"))
        file = json.loads(path.read_text("utf-8"))
        self.assertEqual((file["format"], file["version"]), ("xenfmea-edits", 1))
        for edit in file["edits"]:
            self.assertTrue(("site" in edit) != ("group" in edit))
            self.assertRegex(edit["date"], r"^\d{4}-\d\d-\d\d$")
            self.assertIsInstance(edit["aou"], list)
            self.assertIsNone(edit["was"])
        self.assertIn("=cmd|x!A0", [e["rationale"] for e in file["edits"]])
        self.js("localStorage.clear()")
        self.open("#sort=place")
        self.assertEqual(self.decided(), 0)
        self.browser.choose_file("#file", path)
        self.assertTrue(self.browser.wait(
            "document.querySelector('#said').textContent.includes('taken')"))
        self.assertEqual(self.state(), before)

    def state(self):
        self.open("#by=&sort=place")
        return self.js("""
            return [document.querySelector('#progress-text').textContent,
                ...[...document.querySelectorAll('#sites tbody tr')].map((tr) =>
                    tr.textContent)];""")

    def test_bad_files_are_refused_whole(self):
        known = self.js(TABLE, "sites")[0]["site_id"]
        edit = {"disposition": "keep", "rationale": "r", "aou": [], "by": "A",
                "date": "2026-01-01", "meeting": ""}
        for text in ("{", "[]", '{"format": "xenfmea-edits", "version": 2,'
                     ' "edits": []}', json.dumps({
                         "format": "xenfmea-edits", "version": 1, "edits": [
                             {"site": known, **edit}, {"site": "XF-x", **edit}]})):
            path = pathlib.Path(self.folder.name, "bad.json")
            path.write_text(text, "utf-8")
            self.js("document.querySelector('#said').textContent = ''")
            self.browser.choose_file("#file", path)
            self.assertTrue(self.browser.wait(
                "document.querySelector('#said').textContent"))
            self.assertEqual(self.decided(), 0)

    def test_holes_follow_decisions(self):
        self.open("#by=&sort=place&kind=BUG")
        self.browser.keys("j" + ENTER + "rread" + ESCAPE + "2")
        self.open("#by=&sort=place&holes=removed without AoU")
        self.assertEqual(self.lines(), 1)


class Empty(Page):
    sites = 0

    def test_says_that_it_is_empty(self):
        self.assertEqual(self.lines(), 0)
        self.assertIn("no sites", self.text("#empty"))
        self.browser.keys("jk" + ENTER + "1ux" + ESCAPE + "ss")
        self.picture("empty.png")


if __name__ == "__main__":
    del Page  # only its subclasses are tests
    if sys.argv[1] == "--pictures":
        KEEP_PICTURES = sys.argv[2]
        del sys.argv[1:3]
    ARGUMENTS, sys.argv[1:4] = sys.argv[1:4], []
    unittest.main()
