# SPDX-License-Identifier: GPL-2.0-only
"""test_review.py XENFMEA: two people in one meeting, each in a real headless
Chromium, at 'xenfmea review'. Runs in a folder with out/ and no decisions."""
import json
import pathlib
import signal
import sys
import unittest

from webdriver import ENTER, ESCAPE, Browser

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
from review_client import Client, Server  # noqa: E402

XENFMEA = sys.argv.pop(1)
FILE = pathlib.Path("fmea-decisions.json")
LIST = "#by=&sort=place"


def decided():
    if not FILE.exists():
        return {}
    items = json.loads(FILE.read_text())["decisions"]
    return {item.get("site", item.get("group")): item for item in items[:-1]}


class Review(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ann = cls.enterClassContext(Browser())
        cls.bob = cls.enterClassContext(Browser())

    def setUp(self):
        FILE.unlink(missing_ok=True)
        self.server = self.enterContext(Server(XENFMEA))
        for browser in (self.ann, self.bob):
            self.load(browser)

    def load(self, browser, fragment=LIST):
        browser.visit(self.server.address)
        browser.run("localStorage.setItem('xenfmea-session', JSON.stringify("
                    "{by: arguments[0], meeting: 'SR 1'}))",
                    "Ann" if browser is self.ann else "Bob")
        browser.visit(self.server.address + fragment)
        self.assertTrue(browser.wait(
            "document.querySelectorAll('#sites tbody tr').length > 0 && "
            "document.querySelector('#store').innerText.includes('saved')"))
        browser.log()

    def tearDown(self):
        for browser in (self.ann, self.bob):
            self.assertEqual([line for line in browser.log()
                              if "status of 409" not in line], [])
            browser.visit("about:blank")

    def done(self, browser, n):
        self.assertTrue(browser.wait(
            "document.querySelector('#progress-text').textContent"
            f".startsWith('{n} of')", seconds=20), browser.run(
                "return document.querySelector('#progress-text').textContent + "
                "document.querySelector('#store').innerText"))

    def reason(self, browser, text):
        self.assertTrue(browser.wait("document.querySelector('#rationale').value"
                                     f" === {json.dumps(text)}", seconds=20))

    def conflict(self, browser, shown=True):
        self.assertTrue(browser.wait("document.querySelector('#conflict').open"
                                     f" === {json.dumps(shown)}", seconds=20))

    def test_both_see_what_is_decided(self):
        self.ann.keys("j" + ENTER + "rreason" + ESCAPE + "1")
        self.done(self.ann, 1)
        self.done(self.bob, 1)
        [line] = decided().values()
        self.assertEqual((line["disposition"], line["rationale"], line["who"],
                          line["meeting"]), ("keep", "reason", "Ann", "SR 1"))
        self.bob.keys("jj" + ENTER + "rother" + ESCAPE + "3")
        self.done(self.bob, 2)
        self.done(self.ann, 2)
        self.assertEqual({line["who"] for line in decided().values()},
                         {"Ann", "Bob"})
        # After a reload it is still there.
        self.load(self.ann)
        self.done(self.ann, 2)

    def test_a_conflict_is_shown(self):
        for browser in (self.ann, self.bob):
            browser.keys("j" + ENTER)
        self.bob.keys("rbob has typed this")  # for a while
        self.ann.keys("rann was first" + ESCAPE + "1")
        self.done(self.ann, 1)
        self.done(self.bob, 1)                # it is on the screen by now
        self.bob.keys(ESCAPE + "3")
        self.conflict(self.bob)
        text = self.bob.run("return document.querySelector('#conflict').innerText")
        for part in ("ann was first", "Ann", "bob has typed this"):
            self.assertIn(part, text)
        [line] = decided().values()
        self.assertEqual(line["rationale"], "ann was first")
        self.bob.click("#conflict button[value=theirs]")
        self.conflict(self.bob, False)
        self.assertEqual(list(decided().values()), [line])
        # Having looked at it, on purpose.
        self.bob.keys("jk" + "rbob after all" + ESCAPE + "3")
        self.assertTrue(self.bob.wait(
            "document.querySelector('#store').innerText.includes('all saved')"))
        self.reason(self.ann, "bob after all")
        [line] = decided().values()
        self.assertEqual((line["who"], line["disposition"]),
                         ("Bob", "propagate"))

    def test_put_yours_in_its_place(self):
        for browser in (self.ann, self.bob):
            browser.keys("j" + ENTER)
        self.ann.keys("rann" + ESCAPE + "1")
        self.done(self.bob, 1)
        self.bob.keys("rbob" + ESCAPE + "3")
        self.conflict(self.bob)
        self.bob.click("#conflict button[value=ours]")
        self.reason(self.ann, "bob")
        [line] = decided().values()
        self.assertEqual(line["who"], "Bob")

    def test_walk_and_undo(self):
        """Fast keys: own edits are no conflict."""
        self.ann.keys("j" + ENTER)
        for n in range(6):
            self.ann.keys(f"r{n}{ESCAPE}1n")
        self.done(self.ann, 6)
        self.ann.keys("kr6" + ESCAPE + "3" + "r7" + ESCAPE + "1")
        self.assertTrue(self.ann.wait("document.querySelector('#store').innerText"
                                      ".includes('all saved')", seconds=20))
        self.conflict(self.ann, False)
        self.bob.keys("jjjjjjjjjj" + ENTER + "rbob" + ESCAPE + "1")
        self.done(self.ann, 7)
        before = decided()
        self.ann.keys("u")
        self.assertTrue(self.bob.wait("true") and self.ann.wait(
            "document.querySelector('#store').innerText.includes('saved')"))
        self.ann.keys("uuu")
        self.done(self.bob, 5)
        left = decided()
        self.assertIn("Bob", {line["who"] for line in left.values()})
        self.assertLess(set(left), set(before))

    def test_killed_and_started_again(self):
        self.ann.keys("j" + ENTER + "rkept" + ESCAPE + "1")
        self.done(self.ann, 1)
        self.server.stop(signal.SIGKILL)
        self.ann.keys("nrlost" + ESCAPE + "1")
        self.assertTrue(self.ann.wait("/not (be )?saved|does not answer/i.test("
                                      "document.body.innerText)", seconds=20))
        self.ann.visit("about:blank")
        self.ann.log()
        self.bob.visit("about:blank")
        self.bob.log()
        with Server(XENFMEA) as self.server:
            self.load(self.ann)
            self.done(self.ann, 1)
            self.assertEqual(len(Client(self.server).look()), 1)
            self.ann.keys("jj" + ENTER + "ragain" + ESCAPE + "1")
            self.done(self.ann, 2)
            self.ann.visit("about:blank")

    def test_without_the_key(self):
        self.bob.visit(self.server.address.split("?")[0] + LIST)
        self.assertTrue(self.bob.wait("document.querySelector('#store').innerText"
                                      ".includes('read only')"))
        self.bob.keys("j" + ENTER + "rno" + ESCAPE + "1")
        self.assertEqual(self.bob.run(
            "return fetch('/api/edit', {method: 'POST', body: '{}', headers: "
            "{'Content-Type': 'application/json'}})"
            ".then((answer) => answer.status)"), 403)
        self.assertEqual(decided(), {})
        self.bob.log()


if __name__ == "__main__":
    unittest.main()
