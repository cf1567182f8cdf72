#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""test_decisions.py XENFMEA FOLDER: what is decided in the page of the scan in
FOLDER, with `xenfmea review` and without, against the file of decisions. Runs
in a folder of its own."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from webdriver import ENTER, ESCAPE, Browser

TEXT = "return document.querySelector(arguments[0]).textContent"
# A page that no longer hears what others do.
DEAF = """
    const real = window.fetch;
    window.fetch = (address, ...rest) => (String(address).includes('changes')
        ? new Promise(() => {}) : real(address, ...rest));"""


def sign(browser, name):
    browser.run("localStorage.clear(); localStorage.setItem('xenfmea-session',"
                " JSON.stringify({by: arguments[0], meeting: 'M1'}))", name)


class Decisions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.xenfmea, cls.out = map(pathlib.Path.absolute,
                                   map(pathlib.Path, ARGUMENTS))
        cls.ann = cls.enterClassContext(Browser())
        cls.bob = cls.enterClassContext(Browser())

    def setUp(self):
        self.folder = self.enterContext(
            tempfile.TemporaryDirectory(prefix="xf-decisions-"))
        self.file = pathlib.Path(self.folder, "fmea-decisions.json")

    def tearDown(self):
        """A conflict is an answer, and one test takes the server away."""
        expected = ("409", "net::ERR_CONNECTION", "net::ERR_SOCKET")
        for browser in (self.ann, self.bob):
            browser.visit("about:blank")
            self.assertEqual([line for line in browser.log() if
                              not any(one in line for one in expected)], [])

    def serve(self):
        """Address of a server that ends with the test."""
        self.server = subprocess.Popen(
            [self.xenfmea, "review", "-q", "--port", "0", "--decisions",
             self.file, self.out], stdout=subprocess.PIPE, text=True)

        def end():
            self.server.kill()
            self.server.wait()
            self.server.stdout.close()
        self.addCleanup(end)
        return self.server.stdout.readline().strip()

    def open(self, browser, address, fragment="#by=&sort=place"):
        browser.visit("about:blank")
        browser.visit(address + fragment)
        self.assertTrue(browser.wait(
            "document.querySelector('#progress-text').textContent"))

    def enter(self, address):
        for browser, name in ((self.ann, "Ann"), (self.bob, "Bob")):
            self.open(browser, address)
            sign(browser, name)
            self.open(browser, address)

    def decided(self):
        """As the file of decisions has them: site -> (disposition, rationale)."""
        lines = json.loads(self.file.read_text("utf-8"))["decisions"]
        groups = {line["group"]: line for line in lines
                  if "group" in line and "site" not in line}
        found = {}
        for line in lines:
            if "site" in line:
                of = groups.get(line.get("group"), line)
                found[line["site"]] = (of["disposition"], of["rationale"])
        return found

    def wait_for(self, browser, count):
        self.assertTrue(browser.wait(
            "document.querySelector('#progress-text').textContent"
            f".startsWith('{count} of')"), browser.run(TEXT, "#progress-text"))

    def shown(self, browser):
        return browser.run("""
            return [document.querySelector('#progress-text').textContent,
                ...[...document.querySelectorAll('#sites tbody tr')].map((tr) =>
                    tr.textContent)];""")

    def test_both_see_what_either_decides(self):
        address = self.serve()
        self.enter(address)
        self.ann.keys("j" + ENTER + "rfirst" + ESCAPE + "1")
        self.wait_for(self.ann, 1)
        self.wait_for(self.bob, 1)
        self.bob.keys("jj" + ENTER + "rsecond" + ESCAPE + "3")
        self.wait_for(self.ann, 2)
        self.assertEqual(sorted(self.decided().values()),
                         [("keep", "first"), ("propagate", "second")])
        self.bob.keys("u")  # his own, not hers
        self.wait_for(self.ann, 1)
        self.assertEqual(list(self.decided().values()), [("keep", "first")])
        self.assertEqual(self.shown(self.ann), self.shown(self.bob))

    def test_a_conflict_is_shown_and_nothing_is_lost(self):
        address = self.serve()
        self.enter(address)
        self.bob.run(DEAF)
        self.ann.keys("j" + ENTER + "rhers" + ESCAPE + "1")
        self.wait_for(self.bob, 1)  # the call that was on its way already
        self.ann.keys("nrhers too" + ESCAPE + "1nrhers as well" + ESCAPE + "1")
        self.wait_for(self.ann, 3)
        self.bob.keys("j" + ENTER)
        for site, answer, hers, expected in (
                (1, "theirs", "hers too", ("keep", "hers too")),
                (2, "ours", "hers as well", ("propagate", "his"))):
            self.bob.keys("nrhis" + ESCAPE + "3")
            self.assertTrue(self.bob.wait(
                "document.querySelector('#conflict').open"))
            self.assertIn(hers, self.bob.run(TEXT, "#theirs"))
            self.assertIn("his", self.bob.run(TEXT, "#ours"))
            self.assertEqual(self.decided()[self.site(site)], ("keep", hers))
            self.bob.click(f"#conflict [value={answer}]")
            self.assertTrue(self.bob.wait(
                "document.querySelector('#said').textContent.includes("
                "arguments[0])", "saved" if answer == "ours" else "Nothing"))
            self.assertEqual(self.decided()[self.site(site)], expected)
        self.wait_for(self.ann, 3)

    def site(self, row):
        return self.ann.run("""
            const data = JSON.parse(document.querySelector('#data').textContent);
            return data.strings[data.sites.rows[arguments[0]][0]];""", row)

    def test_what_was_confirmed_outlives_the_server(self):
        address = self.serve()
        self.enter(address)
        self.ann.keys("j" + ENTER + "rkept" + ESCAPE + "1n")
        self.wait_for(self.ann, 1)
        self.server.kill()
        self.server.wait()
        self.ann.keys("rlost?" + ESCAPE + "1")
        self.assertTrue(self.ann.wait(
            "!document.querySelector('#warning').hidden"))
        self.assertIn("1 of", self.ann.run(TEXT, "#progress-text"))
        self.assertEqual(list(self.decided().values()), [("keep", "kept")])

    def test_without_the_key_nothing_is_written(self):
        address = self.serve()
        self.open(self.ann, address.split("?")[0])
        sign(self.ann, "Ann")
        self.open(self.ann, address.split("?")[0])
        self.assertIn("read only", self.ann.run(TEXT, "#store"))
        self.ann.keys("j" + ENTER + "rno" + ESCAPE + "1")
        self.assertTrue(self.ann.wait(
            "document.querySelector('#said').textContent === 'Read only.'"))
        self.assertFalse(self.file.exists() and self.decided())

    def test_exported_edits_give_the_same_state_when_imported(self):
        page = (self.out / "worksheet.html").as_uri()
        self.open(self.ann, page)
        sign(self.ann, "Ann")
        self.open(self.ann, page)
        self.ann.keys("j" + ENTER + "r=1+1 <b>" + ESCAPE + "1nrtwo" + ESCAPE
                      + "2nrthree" + ESCAPE + "0")
        self.open(self.ann, page, "#sort=place")
        group = self.ann.run("return [...document.querySelectorAll("
                             "'#sites tbody tr')].findIndex((tr) =>"
                             " tr.matches('.group'))")
        self.ann.keys("j" * (group + 1) + ENTER + "rthe group" + ESCAPE + "3")
        self.assertIn("sites; ", self.ann.run(TEXT, "#said") + "; ")
        self.open(self.ann, page)
        self.ann.keys("j" + ENTER + "rown" + ESCAPE + "4")
        before = self.shown(self.ann)
        self.ann.downloads(self.folder)
        self.ann.click("#export")
        path = pathlib.Path(self.folder, "xenfmea-edits.json")
        end = time.monotonic() + 10
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        subprocess.run([self.xenfmea, "decide", "--import", path, "--db",
                        self.out, "--decisions", self.file], check=True)
        self.open(self.bob, self.serve())
        self.assertEqual(self.shown(self.bob), before)


if __name__ == "__main__":
    ARGUMENTS, sys.argv[1:3] = sys.argv[1:3], []
    unittest.main()
