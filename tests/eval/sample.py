#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print sites drawn at random, with their conditions and code, for reading.

    sample.py DATABASE HYPERVISOR-FOLDER [NUMBER [SEED]]
"""
import pathlib
import random
import sqlite3
import sys


def main(argv):
    db = sqlite3.connect(f"file:{argv[1]}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    root = pathlib.Path(argv[2])
    rows = db.execute(
        "SELECT s.*, t.sentence, t.cause, t.origin, t.verdict, t.proof FROM "
        "site s JOIN trigger t ON t.site = s.id ORDER BY s.site_id").fetchall()
    random.seed(int(argv[4]) if len(argv) > 4 else 1)
    chosen = random.sample(rows, int(argv[3]) if len(argv) > 3 else 30)
    for row in chosen:
        print(f"\n=== {row['kind']} {row['file']}:{row['line']} "
              f"{row['function']}\n{row['sentence']}\n"
              f"[{row['cause']}] {row['origin'][:300]}\n"
              f"[{row['verdict']}] {row['proof'][:150]}")
        for lit in db.execute("SELECT * FROM trigger_literal WHERE site = ? "
                              "ORDER BY n", (row["id"],)):
            print(f"    {lit['role']:9} {lit['polarity']} {lit['line']:5} "
                  f"{lit['text'][:100]}")
        lines = (root / row["file"]).read_text(errors="replace").split("\n")
        first = max(0, row["line"] - 13)
        for i in range(first, row["line"]):
            print(f"  {i + 1:5} {lines[i]}")


if __name__ == "__main__":
    main(sys.argv)
