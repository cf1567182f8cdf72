#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""test_access.py AXE MAKE_SHEET SCHEMA DATA: the page as axe-core (the file
axe.min.js) judges it, WCAG 2.2 A and AA and what axe calls best practice, in
both colour schemes."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from webdriver import ENTER, RIGHT, Browser

# {violations: [[rule, impact, what, [element, ...]], ...], passes: number}
CHECK = """
    return axe.run(document, {resultTypes: ['violations']}).then((found) => ({
        passes: found.passes.length,
        violations: found.violations.map((one) => [one.id, one.impact, one.help,
            one.nodes.slice(0, 5).map((node) => node.html.slice(0, 200) + ' ' +
                node.any.map((check) => check.message).join('; '))])}));"""


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="xf-access-")
        cls.addClassCleanup(cls.folder.cleanup)
        axe, make_sheet, schema, data = ARGUMENTS
        subprocess.run([make_sheet, "60", cls.folder.name, schema, data],
                       check=True)
        cls.html = pathlib.Path(cls.folder.name, "worksheet.html")
        cls.axe = pathlib.Path(axe).read_text("utf-8")
        cls.browser = cls.enterClassContext(Browser(1366, 768))

    def check(self, fragment, keys=""):
        for dark in (False, True):
            with self.subTest(at=fragment, keys=keys, dark=dark):
                self.browser.dark(dark)
                self.browser.open(self.html, fragment)
                self.browser.run(
                    "localStorage.setItem('xenfmea-session', JSON.stringify("
                    "{by: 'Ann', meeting: ''}))")
                self.browser.open(self.html, fragment)
                if keys:
                    self.browser.keys(keys)
                self.browser.run(self.axe)
                found = self.browser.run(CHECK)
                self.assertEqual(found["violations"], [])
                self.assertGreater(found["passes"], 20)

    def test_list(self):
        self.check("#by=")

    def test_groups(self):
        self.check("#sort=place&folded=")

    def test_nothing_found(self):
        self.check("#q=nothing+is+called+so")

    def test_site(self):
        self.check("#by=&kind=panic", "jj" + ENTER)

    def test_group(self):
        self.check("#kind=ASSERT", "j" + ENTER + RIGHT)

    def test_deciding(self):
        self.check("#by=&sort=place&kind=panic",
                   "j" + ENTER + "2n2nrwhy" + ENTER + "3")

    def test_picked(self):
        self.check("#by=&kind=panic", "jxjx" + ENTER)

    def test_summary(self):
        self.check("#view=summary")

    def test_help(self):
        self.check("", "?")

    def test_who_decides(self):
        self.check("", "w")


if __name__ == "__main__":
    ARGUMENTS, sys.argv[1:5] = sys.argv[1:5], []
    unittest.main()
