#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The machine readable reports of `xenfmea check` against their formats.

usage: check_reports.py SARIF CODE-QUALITY [LINE-OF-NEW...]

SARIF: what the specification (OASIS SARIF 2.1.0, sections in the messages)
requires of the objects that are used, and that nothing else is used.
Code Quality: GitLab's documented members. LINE-OF-NEW: "path:line" that
must be the new sites, and all of them.
"""
import json
import re
import sys

OBJECTS = {  # members of each object: name -> (required, type)
    "sarifLog": {"version": (1, str), "$schema": (0, str), "runs": (1, list)},
    "run": {"tool": (1, dict), "results": (0, list),
            "automationDetails": (0, dict), "columnKind": (0, str)},
    "tool": {"driver": (1, dict)},
    "toolComponent": {"name": (1, str), "version": (0, str),
                      "rules": (0, list)},
    "reportingDescriptor": {"id": (1, str), "name": (0, str),
                            "shortDescription": (0, dict),
                            "fullDescription": (0, dict), "help": (0, dict),
                            "defaultConfiguration": (0, dict)},
    "result": {"ruleId": (0, str), "ruleIndex": (0, int), "kind": (0, str),
               "level": (0, str), "message": (1, dict),
               "locations": (0, list), "partialFingerprints": (0, dict),
               "baselineState": (0, str), "suppressions": (0, list),
               "properties": (0, dict)},
    "location": {"physicalLocation": (0, dict), "logicalLocations": (0, list)},
    "physicalLocation": {"artifactLocation": (0, dict), "region": (0, dict)},
    "artifactLocation": {"uri": (0, str), "uriBaseId": (0, str)},
    "region": {"startLine": (0, int), "startColumn": (0, int),
               "endLine": (0, int)},
    "suppression": {"kind": (1, str), "status": (0, str),
                    "justification": (0, str)},
}


def check(name, thing):
    assert isinstance(thing, dict), "%s is no object" % name
    for member, (required, kind) in OBJECTS[name].items():
        assert member in thing or not required, "%s without %s" % (name, member)
    for member, value in thing.items():
        assert member in OBJECTS[name], "%s has %s" % (name, member)
        assert isinstance(value, OBJECTS[name][member][1]), member
    return thing


def check_result(result, rules):
    check("result", result)
    kind, level = result.get("kind", "fail"), result.get("level", "warning")
    assert kind in ("notApplicable", "pass", "fail", "review", "open",
                    "informational")
    assert level in ("none", "note", "warning", "error")
    assert kind == "fail" or level == "none", "3.27.10: level of another kind"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"], "3.27.6"
    assert result["message"]["text"].strip()
    if "baselineState" in result:
        assert result["baselineState"] in ("new", "unchanged", "updated",
                                           "absent")
    for s in result.get("suppressions", []):
        check("suppression", s)
        assert s["kind"] in ("inSource", "external")
        assert s["status"] in ("accepted", "underReview", "rejected")
    for location in result["locations"]:
        place = check("physicalLocation",
                      check("location", location)["physicalLocation"])
        uri = check("artifactLocation", place["artifactLocation"])["uri"]
        assert uri and not re.match(r"/|\./|.*//|.* ", uri), uri
        region = check("region", place["region"])
        assert 1 <= region["startLine"] <= region["endLine"]
    for name, value in result["partialFingerprints"].items():
        assert isinstance(value, str) and value, name


def main():
    log = check("sarifLog", json.load(open(sys.argv[1], encoding="utf-8")))
    assert log["version"] == "2.1.0"
    new, prints = [], set()
    for run in log["runs"]:
        check("run", run)
        rules = check("toolComponent", check("tool", run["tool"])["driver"])[
            "rules"]
        for rule in rules:
            check("reportingDescriptor", rule)
        assert len({r["id"] for r in rules}) == len(rules)
        for result in run["results"]:
            check_result(result, rules)
            mark = result["partialFingerprints"]["xenfmea/v1"]
            assert mark not in prints, "fingerprint twice"
            prints.add(mark)
            if result["ruleId"] == "xenfmea-new":
                place = result["locations"][0]["physicalLocation"]
                new.append("%s:%d" % (place["artifactLocation"]["uri"],
                                      place["region"]["startLine"]))
    quality = json.load(open(sys.argv[2], encoding="utf-8"))
    assert isinstance(quality, list)
    for entry in quality:
        assert set(entry) == {"description", "check_name", "fingerprint",
                              "severity", "location"}, entry
        assert entry["severity"] in ("info", "minor", "major", "critical",
                                     "blocker")
        assert not entry["location"]["path"].startswith(("./", "/"))
        assert entry["location"]["lines"]["begin"] >= 1
    marks = [e["fingerprint"] for e in quality]
    assert len(set(marks)) == len(marks), "fingerprints are not unique"
    if len(sys.argv) > 3:
        want = [] if sys.argv[3] == "none" else sorted(sys.argv[3:])
        assert sorted(new) == want, "new are %s" % sorted(new)


main()
