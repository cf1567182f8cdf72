#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How well sites are found again in another version, checked against git.

usage: identity.py XENFMEA REPOSITORY OLD-REV OLD-SCAN NEW-REV NEW-SCAN

REPOSITORY is a clone of Xen, the scans are folders that `xenfmea scan` wrote
of the two revisions. `git diff -M` says which lines stayed as they are and
where they went; a site whose lines all stayed must be found at the place where
they went. Git's algorithms do not always agree about equal lines: a place
counts as known when two of them say the same.
"""
import json
import re
import subprocess
import sys


def git(repo, *args):
    return subprocess.run(["git", "-C", repo, *args], check=True,
                          stdout=subprocess.PIPE).stdout.decode("latin-1")


class Lines:
    """Where each line of the old revision is in the new one."""

    def __init__(self, repo, old, new, algorithm):
        self.files = {}  # old file -> (new file or None, hunks)
        text = git(repo, "-c", "core.quotepath=off", "-c",
                   "diff.renameLimit=10000", "diff", "-M", "-U0",
                   "--no-color", "--src-prefix=a/", "--dst-prefix=b/",
                   "--diff-algorithm=" + algorithm, old, new, "--", "xen")
        source = target = None
        for line in text.split("\n"):
            if line.startswith("rename from "):
                source = line[12:]
            elif line.startswith("rename to "):
                target = line[10:]
                self.files[source] = (target, [])
            elif line.startswith("diff --git "):
                source = target = None
            elif line.startswith("--- "):
                source = line[6:].rstrip("\t") if line[4] == "a" else None
            elif line.startswith("+++ "):
                target = line[6:].rstrip("\t") if line[4] == "b" else None
                if source:
                    self.files.setdefault(source, (target, []))
            elif line.startswith("@@ ") and source:
                m = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))?", line)
                a, n, b, k = (1 if g is None else int(g) for g in m.groups())
                self.files[source][1].append((a, n, b, k))

    def find(self, file, line):
        """(file, line) in the new revision, or None when it was touched."""
        target, hunks = self.files.get(file, (file, []))
        if target is None:
            return None
        shift = 0
        for a, n, b, k in hunks:
            first = a if n else a + 1
            if line < first:
                break
            if line < first + n:
                return None
            shift = (b + k) - (a + n) if n and k else (
                b + k - a - 1 if not n else b + 1 - a - n)
        return target, line + shift


def unchanged(maps, site):
    """Place of the site if all its lines stayed; whether git is sure."""
    places = []
    for lines in maps:
        spots = [lines.find("xen/" + site["file"], n)
                 for n in range(site["line"],
                                max(site["line"], site["end_line"]) + 1)]
        ok = all(spots) and all(s[0] == spots[0][0] and
                                s[1] == spots[0][1] + i
                                for i, s in enumerate(spots))
        places.append(spots[0] if ok else None)
    return places[0], len(set(places)) == 1


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    xenfmea, repo, old_rev, old, new_rev, new = sys.argv[1:]
    sites = json.loads(subprocess.run(
        [xenfmea, "diff", "--all", "--format", "json", old, new], check=True,
        stdout=subprocess.PIPE).stdout)["sites"]
    maps = [Lines(repo, old_rev, new_rev, a) for a in ("myers", "histogram")]
    there = {}  # place in the new revision -> sites
    for s in sites:
        if "new" in s:
            n = s["new"]
            there.setdefault(("xen/" + n["file"], n["line"]), []).append(n)
    count = dict.fromkeys(("unchanged", "found", "holds", "stale", "missed",
                           "wrong", "disputed", "not a site now", "touched",
                           "touched found", "touched moved", "touched stale",
                           "file: line kept"), 0)
    bad = []
    for s in sites:
        if "old" not in s:
            continue
        o, n = s["old"], s.get("new")
        place, sure = unchanged(maps, o)
        if place is None:
            count["touched"] += 1
            if n:
                count["touched found"] += 1
                count["touched moved"] += s["class"] == "moved"
                count["touched stale"] += s["class"] == "changed"
                # Something that stayed elsewhere must not be taken.
            continue
        if not sure:
            count["disputed"] += 1
            continue
        here = [h for h in there.get(place, []) if h["kind"] == o["kind"]]
        if not here:
            count["not a site now"] += 1
            if n and ("xen/" + n["file"], n["line"]) != place:
                count["wrong"] += 1
                bad.append(("WRONG", s, place))
            continue
        count["unchanged"] += 1
        count["file: line kept"] += place == ("xen/" + o["file"], o["line"])
        if not n:
            count["missed"] += 1
            bad.append(("MISSED", s, place))
        elif ("xen/" + n["file"], n["line"]) != place:
            count["wrong"] += 1
            bad.append(("WRONG", s, place))
        else:
            count["found"] += 1
            count["stale"] += s["class"] == "changed"
            count["holds"] += s["class"] != "changed"
    for what, s, place in bad:
        o, n = s["old"], s.get("new")
        print(what, s["match"], s["score"],
              "%s:%d %s() %s" % (o["file"], o["line"], o["function"], o["text"]),
              "git: %s:%d" % place,
              "xenfmea: %s:%d" % (n["file"], n["line"]) if n else "", 
              s["class"], s.get("reason", ""))
    for name, n in count.items():
        print("%-16s %5d" % (name, n))
    if count["unchanged"]:
        print("found %.2f %% of the unchanged, wrong %d" % (
            100.0 * count["found"] / count["unchanged"], count["wrong"]))
    carried_wrong = [b for b in bad
                     if b[0] == "WRONG" and b[1]["class"] != "changed"]
    print("decisions carried to a wrong site: %d" % len(carried_wrong))


main()
