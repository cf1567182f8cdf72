#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""page.py WORKSHEET.html ... [--runs 3]

What a worksheet costs a browser, beside an empty page and beside a plain HTML
table of the same rows: work until it is open (of the main thread, so that a
busy machine does not change it), time to the first row, work of a sort, memory
of the page's objects and number of elements. Medians, and ratios to the other
two; the table is sorted by moving its rows."""
import argparse
import html
import json
import pathlib
import re
import statistics
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1] / "web"))
from webdriver import Browser  # noqa: E402

SORTS = {
    "worksheet": "document.querySelector('thead th:nth-child(4) button').click()",
    "table": """
        const body = document.querySelector('tbody');
        body.append(...[...body.rows].sort((a, b) =>
            a.cells[1].textContent < b.cells[1].textContent ? -1 : 1))""",
}
COLUMNS = ["file", "kind", "function", "condition", "cause", "contexts",
           "message"]


def plain_table(page):
    """The worksheet's rows as a table without a script."""
    text = pathlib.Path(page).read_text("utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    sites = data["sites"]
    at = [sites["columns"].index(name) for name in COLUMNS]
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(data['strings'][row[i]])}</td>"
                         for i in at) + "</tr>" for row in sites["rows"])
    return ("<!DOCTYPE html><meta charset=utf-8><table><tbody>"
            f"{rows}</tbody></table>")


def measure(path, fragment, sort):
    with Browser() as browser:
        browser.visit("about:blank")
        browser.count_work()
        browser.open(path, fragment)
        found = {"open ms": browser.work()}
        found["first row ms"] = browser.run(
            "return performance.getEntriesByType('navigation')[0].domComplete")
        if sort:
            before = browser.work()
            browser.run(f"{sort}; document.body.offsetHeight")
            found["sort ms"] = browser.work() - before
        browser.devtools("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in browser.devtools(
            "Performance.getMetrics")["metrics"]}
        found["objects MB"] = metrics["JSHeapUsedSize"] / 1e6
        found["elements"] = browser.run(
            "return document.querySelectorAll('*').length")
        return found


def median(runs, *arguments):
    made = [measure(*arguments) for _ in range(runs)]
    return {name: statistics.median(one[name] for one in made)
            for name in made[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty = pathlib.Path(folder, "empty.html")
        empty.write_text("<!DOCTYPE html><title>empty</title>", "utf-8")
        nothing = median(options.runs, empty, "", None)
        for page in options.pages:
            table = pathlib.Path(folder, "table.html")
            table.write_text(plain_table(page), "utf-8")
            ours = median(options.runs, page, "#by=", SORTS["worksheet"])
            theirs = median(options.runs, table, "", SORTS["table"])
            print(page)
            for name, value in ours.items():
                base = nothing.get(name)
                print(f"  {name:13} {value:8.1f}  table {theirs[name]:8.1f} "
                      f"({value / theirs[name]:.2f} of it)" +
                      (f"  empty {base:.1f} ({value / base:.0f} x)"
                       if base else ""))


if __name__ == "__main__":
    main()
