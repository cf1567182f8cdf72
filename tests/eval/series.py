#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A series of real commits, checked one by one, against what git shows.

usage: series.py XENFMEA REPOSITORY BASE TIP CACHE [ARCH [reach]]

REPOSITORY is a clone of Xen (bare will do); CACHE a folder that is kept, so
that a second run is a warm one. Every finding must stand on a line that its
commit wrote. Every line with a stop's name that a commit wrote, in a file that
is compiled, must be a finding, or was there before the commit: in that
commit's removed lines, or unchanged elsewhere on the line it moved from.
What remains is listed for a person to look at. With "reach" the check also
finds out who can reach what is new, as it does by default.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

STOP = re.compile(r"\b(panic|BUG|BUG_ON|ASSERT|ASSERT_UNREACHABLE|"
                  r"machine_halt|machine_restart)\s*\(")


def git(repo, *args):
    return subprocess.run(["git", "-C", repo, *args], check=True,
                          stdout=subprocess.PIPE).stdout.decode("latin-1")


def written(repo, commit):
    """{(file, line): text} of what the commit wrote, and what it removed."""
    added, removed, file, line = {}, [], None, 0
    for text in git(repo, "diff", "-M", "-U0", "--no-color",
                    commit + "^", commit, "--", "xen").split("\n"):
        if text.startswith("+++ "):
            file = text[6:].rstrip("\t")
        elif text.startswith("@@ "):
            line = int(re.match(r"@@ -\S+ \+(\d+)", text).group(1))
        elif text.startswith("+") and not text.startswith("+++"):
            added[(file, line)] = text[1:]
            line += 1
        elif text.startswith("-") and not text.startswith("---"):
            removed.append(text[1:])
    return added, removed


def plain(text):
    return re.sub(r"\s+", "", text)


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    xenfmea, repo, base, tip, cache = sys.argv[1:6]
    arch = sys.argv[6] if len(sys.argv) > 6 else "arm64"
    quick = [] if sys.argv[7:] == ["reach"] else ["--quick"]
    with tempfile.TemporaryDirectory() as work:
        clone = os.path.join(work, "xen.git")
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout",
                        repo, clone], check=True)
        git(clone, "checkout", "-q", tip)
        sarif = os.path.join(work, "check.sarif")
        start = time.time()
        run = subprocess.run(
            [xenfmea, "check", os.path.join(clone, "xen"), "--base", base,
             "--arch", arch, "--cache", cache, "-v",
             "--sarif", sarif, *quick], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        total = time.time() - start
        if run.returncode > 1:
            sys.exit(run.stderr)
        print(run.stdout)
        report(clone, base, json.load(open(sarif)), run.stderr)
        print("whole series: %.1f s" % total)


def report(repo, base, sarif, said):
    commits = git(repo, "log", "--first-parent", "--reverse", "--format=%H",
                  base + "..HEAD").split()
    found = {}
    for r in sarif["runs"][0]["results"]:
        commit = r["properties"]["commit"]
        if commit and r["ruleId"] == "xenfmea-new":
            found.setdefault(commit, []).append(r)
    named = wrong = 0
    left = []
    for commit in commits:
        added, removed = written(repo, commit)
        gone = {plain(t) for t in removed}
        lines = set()
        for r in found.get(commit, []):
            place = (r["properties"]["commit_file"],
                     r["properties"]["commit_line"])
            lines.add(place)
            named += 1
            if place not in added:
                wrong += 1
                print("NOT WRITTEN BY", commit[:12], "%s:%s" % place,
                      r["message"]["text"].split("\n")[0])
        for place, text in sorted(added.items()):
            if (STOP.search(text) and not text.lstrip().startswith("*") and
                    place not in lines and plain(text) not in gone):
                left.append((commit, place, text.strip()))
    print("%d commits, %d with new sites, %d new sites, %d on a line that the "
          "commit did not write" % (len(commits), len(found), named, wrong))
    print("lines with a stop's name that were written and are no new site:")
    for commit, place, text in left:
        print("  %.12s %s:%d: %s" % (commit, place[0], place[1], text))
    costs = [float(m) for m in re.findall(r"commit \w+: ([\d.]+) s", said)]
    first = [float(m) for m in re.findall(r"base \w+: ([\d.]+) s", said)]
    if costs:
        costs.sort()
        idle = len(commits) - len(costs)
        every = sorted(costs + [0.0] * idle)
        print("base: %.2f s; %d commits scanned, %d touch nothing a build "
              "reads" % (first[0], len(costs), idle))
        print("scanned commits: median %.2f s, 90 %% %.2f s, longest %.2f s; "
              "median of all %.2f s" % (
                  statistics.median(costs), costs[int(len(costs) * 0.9)],
                  costs[-1], statistics.median(every)))


main()
