# SPDX-License-Identifier: GPL-2.0-only
"""What the evaluation scripts share: reading label files (tab separated, one
header line, no quoting) and databases."""
import csv
import pathlib
import sqlite3
import sys


def rows(path):
    with open(path, encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t",
                                  quoting=csv.QUOTE_NONE)


def connect(path):
    if not pathlib.Path(path).is_file():
        sys.exit(f"{path}: no such database; make it with 'xenfmea scan'")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def below_xen(path):
    """Labels count paths from the root of the repository, xenfmea from the
    hypervisor's folder."""
    return path[4:] if path.startswith("xen/") else path


def share(part, whole):
    return f"{part}/{whole} ({100 * part / whole:.1f} %)" if whole else "0/0"


def report(title, good, whole, misses):
    print(f"{title}: {share(good, whole)}")
    for miss in misses:
        print(f"    {miss}")
