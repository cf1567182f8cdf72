#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what assumptions of use remove with cases that were argued by hand.

    aou.py CASES TREE=DATABASE...

CASES have the columns tree, arch, file, function, kind, text (a part of the
message or of the condition), aou, removable (yes, no), argument. For every
case the answer is whether the site cannot fire under the assumption and is no
security stop. Precision counts the answers "yes"; a case without its site is
an error.
"""
import sys

import common

SITE = """
SELECT s.id, s.file, s.line, s.message,
       s.condition || ' ' || coalesce(t.predicate, ''),
       coalesce((SELECT certain FROM aou_site x
                 WHERE x.site = s.id AND x.aou = :aou), 0),
       coalesce((SELECT value FROM site_class c WHERE c.site = s.id
                 AND c.name = 'security'), ''),
       coalesce((SELECT value FROM site_fact f WHERE f.site = s.id
                 AND f.name = 'branch'), '')
FROM site s JOIN build b ON b.id = s.build LEFT JOIN trigger t ON t.site = s.id
WHERE b.arch = :arch AND s.file = :file AND s.function = :function
  AND s.kind = :kind ORDER BY s.line, s.id"""


def answer(db, case):
    """Whether the assumption removes the site, and its place."""
    for row in db.execute(SITE, case):
        if case["text"] in row[3] or case["text"] in row[4]:
            yes = row[5] == 1 and row[6] == "no" and row[7] != "default"
            return yes, f"{row[1]}:{row[2]}"
    return None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    databases = {}
    for argument in sys.argv[2:]:
        tree, _, path = argument.partition("=")
        databases.setdefault(tree, []).append(common.connect(path))
    yes = right = whole = good = wanted = 0
    wrong = []
    for case in common.rows(sys.argv[1]):
        found = None
        for db in databases.get(case["tree"], []):
            found = found or answer(db, case)
        name = (f"{case['tree']} {case['arch']} {case['file']} "
                f"{case['function']} {case['kind']} `{case['text']}` "
                f"{case['aou']}")
        if not found:
            wrong.append(f"{name}: no such site")
            continue
        whole += 1
        removable = case["removable"] == "yes"
        wanted += removable
        yes += found[0]
        right += found[0] and removable
        good += found[0] == removable
        if found[0] != removable:
            wrong.append(f"{name} at {found[1]}: "
                         f"{'removed' if found[0] else 'not removed'}, but "
                         f"{case['argument']}")
    print("precision:", common.share(right, yes))
    print("recall:", common.share(right, wanted))
    print("right:", common.share(good, whole))
    common.report("wrong", len(wrong), whole, wrong)
    for db in sum(databases.values(), []):
        print("security stops proposed for removal by an assumption:",
              db.execute("SELECT count(*) FROM proposal p JOIN site_class c ON "
                         "c.site = p.site AND c.name = 'security' AND c.value "
                         "= 'yes' WHERE p.disposition = 'remove-by-AoU' AND "
                         "p.rule <> 'feature-off'").fetchone()[0])


if __name__ == "__main__":
    main()
