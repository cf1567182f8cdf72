#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""test_page.py MAKE_SHEET SCHEMA DATA: the worksheet's page in Chromium, from
file://, on made-up worksheets of 5000, 60 and 0 sites."""
import csv
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from webdriver import DOWN, ENTER, ESCAPE, UP, Browser

SITES, HOSTILE = 5000, 10
KEEP_PICTURES = None  # a folder, with --pictures

# Text of each cell of a row in the document, by its place on the screen.
FIRST_ROW = """
    const head = document.querySelector('#sites thead').getBoundingClientRect();
    const row = [...document.querySelectorAll('#sites tbody tr')].find(
        (tr) => tr.getBoundingClientRect().top >= head.bottom - 1);
    return [...row.cells].map((cell) => cell.textContent);"""
CURRENT = "document.querySelector('#sites tr[aria-current] .place').textContent"


def rows(browser):
    return browser.run("return document.querySelector('#sites')"
                       ".getAttribute('aria-rowcount') - 1")


def set_field(browser, name, value):
    browser.run("""
        const field = document.querySelector('#filters').elements[arguments[0]];
        field.value = arguments[1];
        field.dispatchEvent(new Event('input', {bubbles: true}));""",
                name, value)


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

    def open(self, fragment):
        self.browser.open(self.html, fragment)
        self.browser.log()

    def tearDown(self):
        self.assertFalse(self.browser.alert_is_open())
        # Errors of scripts and everything that the policy blocked.
        self.assertEqual(self.browser.log(), [])

    def run_js(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def address(self):
        return self.run_js("return location.hash")

    def picture(self, name):
        if KEEP_PICTURES:
            self.browser.screenshot(pathlib.Path(KEEP_PICTURES, name))


class Big(Page):
    def test_opens_fast_and_keeps_the_document_small(self):
        opened = min(self.load_time() for _ in range(3))
        print(f"opened in {opened:.0f} ms")
        self.assertLess(opened, 1000)
        self.assertEqual(rows(self.browser), SITES + HOSTILE)
        self.assertLess(self.run_js(
            "return document.querySelectorAll('#sites tbody tr').length"), 120)

    def load_time(self):
        self.open("")
        return self.run_js("""
            const [entry] = performance.getEntriesByType('navigation');
            return entry.domComplete - entry.startTime;""")

    def test_sort(self):
        took = self.run_js("""
            const took = [];
            for (const th of document.querySelectorAll('#sites thead th')) {
                const start = performance.now();
                th.querySelector('button').click();
                document.body.offsetHeight;
                took.push(performance.now() - start);
            }
            return took;""")
        print("sorted in at most %.0f ms" % max(took))
        self.assertLess(max(took), 100)
        self.browser.click("#sites thead th:nth-child(1) button")
        self.assertEqual(self.run_js(FIRST_ROW)[0], "ASSERT")
        self.browser.click("#sites thead th:nth-child(1) button")
        self.assertEqual(self.run_js(FIRST_ROW)[0], "panic")
        self.assertEqual(self.run_js(
            "return [...document.querySelectorAll('[aria-sort]')]"
            ".map((th) => [th.textContent, th.ariaSort])"),
            [["Kind", "descending"]])
        self.assertTrue(self.browser.wait("location.hash === '#sort=-kind'"))

    def test_search_takes_all_words(self):
        self.browser.keys("/FILE3.c:8 spin_IS")
        self.assertEqual(rows(self.browser), 0)
        self.assertTrue(self.run_js("return !document.querySelector('#empty').hidden"))
        set_field(self.browser, "q", "file2.c: reach")
        self.assertEqual(rows(self.browser), 3)
        set_field(self.browser, "q", "")
        self.assertEqual(rows(self.browser), SITES + HOSTILE)

    def test_filters(self):
        for name, value, check in [
                ("kind", "panic", "row[0] === 'panic'"),
                ("arch", "arm64", "row[5].includes('arm64')"),
                ("build", "release", "row[5].includes('release')"),
                ("folder", "arch/x86", "row[1].startsWith('arch/x86/')"),
                ("debug", "yes", "row[6] === 'only'")]:
            with self.subTest(name):
                set_field(self.browser, name, value)
                left = rows(self.browser)
                self.assertGreater(left, 0)
                self.assertLess(left, SITES)
                self.assertTrue(self.run_js(
                    "return [...document.querySelectorAll('#sites tbody tr')]"
                    ".map((tr) => [...tr.cells].map((cell) => cell.textContent))"
                    f".every((row) => {check})"))
                self.browser.click("#reset")
                self.assertEqual(rows(self.browser), SITES + HOSTILE)
        self.assertTrue(self.browser.wait("location.hash === '#'"
                                          " || location.hash === ''"))

    def test_arch_and_build_mean_the_same_row(self):
        set_field(self.browser, "arch", "x86_64")
        set_field(self.browser, "folder", "arch/arm")
        self.assertEqual(rows(self.browser), 0)

    def test_scrolls_to_the_last_row(self):
        self.run_js("document.querySelector('#scroller').scrollTop = 1e9")
        last = str(SITES + HOSTILE + 1)
        self.assertTrue(self.browser.wait(
            "document.querySelector(`tr[aria-rowindex='${arguments[0]}']`)",
            last))
        bottoms = self.run_js("""
            const bottom = (css) => document.querySelector(css)
                .getBoundingClientRect().bottom;
            return [bottom('#sites tbody tr:last-child'), bottom('#scroller')];""")
        self.assertAlmostEqual(*bottoms, delta=20)

    def test_address_restores_everything(self):
        self.open("#q=do_something&kind=BUG_ON&arch=x86_64&sort=-function")
        self.assertEqual(self.run_js("return document.querySelector('#q').value"),
                         "do_something")
        self.assertIn("BUG_ON", self.run_js(FIRST_ROW))
        first, left = self.run_js(FIRST_ROW), rows(self.browser)
        self.browser.keys("jj" + ENTER)
        self.assertTrue(self.browser.wait("location.hash.includes('site=')"))
        current = self.run_js("return " + CURRENT)
        self.open(self.address())
        self.assertEqual(self.run_js("return " + CURRENT), current)
        self.assertEqual(rows(self.browser), left)
        self.assertNotEqual(first[1], current)

    def test_link_to_a_site(self):
        site = self.run_js(
            "return JSON.parse(document.getElementById('data').textContent)"
            ".sites[4321].site_id")
        self.open(f"#site={site}")
        self.assertTrue(self.run_js(
            "return !document.querySelector('#detail').hidden"))
        self.assertEqual(
            self.run_js("return " + CURRENT),
            self.run_js("return document.querySelector('#detail h2')"
                        ".textContent").split(" at ")[1])
        box = self.run_js("""
            const at = (css) => document.querySelector(css).getBoundingClientRect();
            const row = at('tr[aria-current]'), room = at('#scroller');
            return [row.top - room.top, room.bottom - row.bottom];""")
        self.assertGreater(min(box), 0)

    def test_unknown_address_is_harmless(self):
        self.open("#site=nothing&kind=%3Cb%3E&sort=x&arch=__proto__")
        self.assertEqual(rows(self.browser), SITES + HOSTILE)
        self.assertIn("no site nothing", self.run_js(
            "return document.querySelector('#count').textContent"))

    def test_keys(self):
        places = []
        for keys in ("j", "j", "n", "k", "p", DOWN, UP):
            self.browser.keys(keys)
            places.append(self.run_js("return " + CURRENT))
        a, b, c = places[:3]
        self.assertEqual(places, [a, b, c, b, a, b, a])
        self.assertEqual(len({a, b, c}), 3)
        self.assertTrue(self.run_js("return document.activeElement.matches("
                                    "'tr[aria-current] button')"))
        self.browser.keys(ENTER)
        self.assertTrue(self.run_js(
            "return !document.querySelector('#detail').hidden"))
        self.browser.keys("j")
        self.assertIn(b, self.run_js(
            "return document.querySelector('#detail h2').textContent"))
        self.browser.keys(ESCAPE)
        self.assertTrue(self.run_js(
            "return document.querySelector('#detail').hidden"))

    def test_long_walk_stays_in_view(self):
        self.browser.keys("j" * 60)
        self.assertEqual(self.run_js("return document.querySelector("
                                     "'tr[aria-current]').ariaRowIndex"), "61")
        self.assertTrue(self.run_js("""
            const row = document.querySelector('tr[aria-current]')
                .getBoundingClientRect();
            return row.bottom <= document.querySelector('#scroller')
                .getBoundingClientRect().bottom;"""))

    def test_keys_are_dead_while_typing(self):
        self.browser.keys("/jk?np/")
        self.assertEqual(self.run_js("return document.querySelector('#q').value"),
                         "jk?np/")
        self.assertFalse(self.run_js("return document.querySelector('#help').open"))
        self.assertIsNone(self.run_js(
            "return document.querySelector('tr[aria-current]')"))
        self.browser.keys(ESCAPE)
        self.assertEqual(self.run_js("return document.activeElement.tagName"),
                         "BODY")

    def test_help_and_keys_off(self):
        self.browser.keys("?")
        self.assertTrue(self.run_js("return document.querySelector('#help').open"))
        self.picture("help.png")
        self.browser.click("#keys")
        self.browser.keys(ESCAPE)
        self.assertFalse(self.run_js("return document.querySelector('#help').open"))
        self.browser.keys("j")
        self.assertIsNone(self.run_js(
            "return document.querySelector('tr[aria-current]')"))
        self.assertTrue(self.browser.wait("location.hash === '#keys=off'"))

    def test_failures_are_at_the_top(self):
        self.assertIn("unknown type name", self.run_js(
            "return document.querySelector('#alarms').innerText"))

    def test_colours_have_contrast(self):
        for dark in (False, True):
            self.browser.dark(dark)
            for css in ("#summary", "#alarms li", "tbody .folder", "tbody .dim",
                        "tbody .place button", "thead button", "#filters label"):
                with self.subTest(css=css, dark=dark):
                    self.assertGreater(self.run_js(CONTRAST, css), 4.5)
        self.browser.dark(False)

    def test_pictures(self):
        fragment = "#kind=ASSERT&site=" + self.run_js(
            "return JSON.parse(document.getElementById('data').textContent)"
            ".sites.find((s) => s.inliners && s.kind === 'ASSERT').site_id")
        for dark in (False, True):
            self.browser.dark(dark)
            self.open(fragment)
            back = self.run_js(
                "return getComputedStyle(document.body).backgroundColor")
            self.assertEqual(back == "rgb(255, 255, 255)", not dark)
            self.picture("dark.png" if dark else "light.png")
        self.browser.dark(False)


CONTRAST = """
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) =>
        v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const element = document.querySelector(arguments[0]);
    const fore = light(rgb(getComputedStyle(element).color));
    let at = element, back = [0, 0, 0, 0];
    while (back[3] === 0 && at) {
        back = rgb(getComputedStyle(at).backgroundColor);
        at = at.parentElement;
    }
    const [a, b] = [fore, light(back)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);"""


class Small(Page):
    sites = 60

    def test_hostile_text_is_inert(self):
        texts = self.run_js(
            "return JSON.parse(document.getElementById('data').textContent)"
            ".sites.filter((s) => s.site_id.startsWith('hostile'))"
            ".map((s) => [s.site_id, s.function])")
        self.assertEqual(len(texts), HOSTILE)
        for site, _ in texts:
            self.open(f"#site={site}")
            self.assertEqual(self.strange_elements(), [])
        self.assertIn(["hostile0", "</script><script>alert(1)</script>"], texts)
        self.assertIn(["hostile7", "{{data}} {{nonce}} ${alert(1)} `alert(1)`"],
                      texts)

    def strange_elements(self):
        return self.run_js("""
            const known = new Set(`html head meta title style body header div h1
                p button kbd details summary ul li form label input select option
                output main table colgroup col thead tbody tr th td span section
                h2 h3 a dl dt dd dialog em caption noscript script`.split(/\\s+/));
            return [...document.querySelectorAll('*')].map((e) => e.localName)
                .filter((name) => !known.has(name))
                .concat(document.scripts.length === 2 ? [] : ['script'])
                .concat([...document.querySelectorAll('*')]
                    .flatMap((e) => e.getAttributeNames())
                    .filter((name) => name.startsWith('on')));""")

    def test_hidden_characters_show(self):
        self.open("#site=hostile6")
        self.assertIn("<U+202E>", self.run_js(
            "return document.querySelector('#members').innerText"))
        self.open("#site=hostile5")
        self.assertIn("\ufffd\ufffd\ufffd\ufffd ", self.run_js(
            "return document.querySelector('#members').innerText"))
        self.assertIn("\u241b[31m", self.run_js(
            "return document.querySelector('#members').innerText"))

    def test_excerpt(self):
        self.open("#site=hostile0")
        code = self.run_js("return [...document.querySelectorAll('#code tr')]"
                           ".map((tr) => [tr.cells[0].textContent,"
                           " tr.cells[1].textContent, tr.ariaCurrent])")
        self.assertEqual(code, [
            ["1", "/* \ufffd\ufffd\ufffd */", None],
            ["2", "</script><script>alert(2)</script>", None],
            ["3", "<!-- {{data}} <U+202E> -->", None],
            ["4", "\tBUG();", "true"]])

    def test_every_line_of_a_site_is_marked(self):
        site = self.run_js(
            "return JSON.parse(document.getElementById('data').textContent)"
            ".sites.find((s) => s.end_line === s.line + 2)")
        self.open(f"#site={site['site_id']}")
        self.assertEqual(self.run_js(
            "return [...document.querySelectorAll('#code [aria-current] th')]"
            ".map((th) => Number(th.textContent))"),
            list(range(site["line"], site["end_line"] + 1)))
        self.assertEqual(self.run_js(
            "return document.querySelectorAll('#code tr').length"),
            6 + 3 + 6)

    def test_policy_refuses_scripts(self):
        self.run_js("""
            const script = document.createElement('script');
            try { script.textContent = 'document.title = "broken"'; } catch {}
            document.body.append(script);
            script.remove();""")
        self.assertNotEqual(self.run_js("return document.title"), "broken")
        self.assertTrue(self.run_js("""
            try { document.createElement('p').innerHTML = '<b>'; return false; }
            catch { return true; }"""))
        self.browser.log()

    def test_needs_no_network(self):
        self.assertEqual(self.run_js(
            "return performance.getEntriesByType('resource').length"), 0)
        # No address in the parts that this project wrote.
        text = re.sub(r'(?s)id="data">.*?</script>', "",
                      self.html.read_text("utf-8"))
        self.assertNotRegex(text, r"https?://|@import|url\(|\bsrc=")

    def test_print_shows_all_rows(self):
        self.run_js("window.seen = 0; addEventListener('beforeprint', () => {"
                    " seen = document.querySelectorAll('#sites tbody tr').length;"
                    "})")
        pdf = self.browser.pdf()
        self.assertEqual(self.run_js("return seen"), 60 + HOSTILE)
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertGreater(pages, 1)
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

    def test_facts_tables(self):
        self.browser.click("#facts summary")
        text = self.run_js("return document.querySelector('#facts').innerText")
        self.assertIn("4.23-unstable", text)
        self.assertIn("x86_64 release", text)
        self.picture("facts.png")

    def test_narrow_window(self):
        self.browser.resize(480, 800)
        self.open("#site=hostile0")
        self.picture("narrow.png")
        self.assertLessEqual(self.run_js(
            "return document.documentElement.scrollWidth"), 480)
        self.browser.resize(1440, 900)


class Empty(Page):
    sites = 0

    def test_says_that_it_is_empty(self):
        self.assertEqual(rows(self.browser), 0)
        self.assertIn("no sites", self.run_js(
            "return document.querySelector('#empty').innerText"))
        self.browser.keys("jk" + ENTER + ESCAPE)
        self.picture("empty.png")


if __name__ == "__main__":
    del Page  # only its subclasses are tests
    if sys.argv[1] == "--pictures":
        KEEP_PICTURES = sys.argv[2]
        del sys.argv[1:3]
    ARGUMENTS, sys.argv[1:4] = sys.argv[1:4], []
    unittest.main()
