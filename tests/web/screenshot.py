#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""screenshot.py [--dark] [--at FRAGMENT] WORKSHEET.html OUT.png: a picture of
a worksheet, as in the README."""
import argparse

from webdriver import ENTER, Browser


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worksheet")
    parser.add_argument("out")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--at", default="", metavar="FRAGMENT",
                        help="address behind '#', such as kind=panic&at=ID or "
                        "view=summary; without it, the first line is opened")
    parser.add_argument("--size", default="1440x900")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    with Browser(width, height, options.dark) as browser:
        browser.open(options.worksheet, "#" + options.at)
        if not options.at:
            browser.keys("j" + ENTER)
        browser.screenshot(options.out)


if __name__ == "__main__":
    main()
