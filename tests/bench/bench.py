#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench.py XENFMEA XEN-TREE [--arch arm64] [--runs 3] [--only cd]

Side by side in one run, medians and ratios:
 (a) the parse stage against `clang -fsyntax-only` on the same units and -j
 (b) the whole cold scan against Xen's own build of the same tree with GCC
 (c) a scan of an unchanged tree, as a share of the cold scan
 (d) a scan after an edit, as a share of the cold scan: a comment in one .c
     file that moves its lines; a changed condition in a function of it; a
     comment in a header. With the units that are parsed again.
The peak memory of a worker is that of the cold scan.
Works on a copy of the tree; needs make and, for (b), a GCC for the architecture.
"""
import argparse
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

CROSS = {"arm64": "aarch64-linux-gnu-", "arm32": "arm-linux-gnueabihf-"}


def scan(args, out, cache):
    """Wall seconds and the seconds of each stage."""
    begin = time.monotonic()
    done = subprocess.run(
        [args.xenfmea, "scan", "-v", "--arch", args.arch, "-o", out,
         "--cache", cache, "-j", str(args.jobs), args.tree],
        capture_output=True, text=True, check=True)
    wall = time.monotonic() - begin
    stages = {m[1]: float(m[2]) for m in
              re.finditer(r"^stage (\w+): ([\d.]+) s", done.stderr, re.M)}
    memory = re.search(r"at most (\d+) MiB", done.stderr)
    parsed = re.search(r": (\d+) of (\d+) units parsed anew", done.stderr)
    return wall, stages, memory and int(memory[1]), parsed and int(parsed[1])


def root_of_copy(cache):
    for folder, _, files in os.walk(os.path.join(cache, "build")):
        if "Rules.mk" in files and os.path.isdir(os.path.join(folder, "arch")):
            return folder
    sys.exit("no build folder in the cache")


def clang(args, out, cache):
    """Wall seconds of clang over the same C units."""
    root = root_of_copy(cache)
    db = sqlite3.connect(os.path.join(out, "xenfmea.db"))
    units = db.execute("SELECT file, command FROM tu WHERE file LIKE '%.c'")

    def absolute(arg):
        return re.sub(r"^(-I)?(?=(arch|include|common)/)", rf"\1{root}/", arg)

    commands = [["clang-19", "-fsyntax-only", "-w"] +
                [absolute(a) for a in command.split("\x1f")] +
                [os.path.join(root, file)] for file, command in units]
    begin = time.monotonic()
    with ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(
            lambda c: subprocess.run(c, cwd=root, capture_output=True),
            commands))
    wall = time.monotonic() - begin
    failed = sum(r.returncode != 0 for r in results)
    if failed:
        print(f"note: clang fails on {failed} of {len(commands)} units:",
              next(r.stderr.decode()[:300] for r in results if r.returncode))
    return wall


def own_build(args, work):
    """Wall seconds of configuring and building Xen with GCC."""
    copy = os.path.join(work, "own-build")
    shutil.copytree(args.outer, copy, symlinks=True)
    make = ["make", "-C", os.path.join(copy, "xen"),
            "XEN_TARGET_ARCH=" + args.arch,
            "CROSS_COMPILE=" + CROSS.get(args.arch, "")]
    config = os.path.join(copy, "xen/.config")

    def run(*targets):
        subprocess.run(make + list(targets), check=True, capture_output=True)

    begin = time.monotonic()
    run(args.arch + "_defconfig")
    with open(config, encoding="utf-8") as f:
        text = f.read()
    with open(config, "w", encoding="utf-8") as f:
        f.write(text.replace("# CONFIG_DEBUG is not set", "CONFIG_DEBUG=y"))
    run("olddefconfig")
    run("-j", str(args.jobs), "build")
    wall = time.monotonic() - begin
    shutil.rmtree(copy)
    return wall


def edit(args, file, pattern, new):
    path = os.path.join(args.tree, file)
    with open(path, encoding="utf-8") as f:
        text, count = re.subn(pattern, new, f.read(), count=1)
    assert count, (file, pattern)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


# The header is read by about a third of the units, as is typical for one of a
# subsystem.
SOURCE, HEADER = "common/domain.c", "include/xen/iommu.h"
EDITS = {
    "comment": (SOURCE, r"\A", "/* x */\n"),
    "condition": (SOURCE, r"\n    BUG_ON\(", "\n    BUG_ON(0 || "),
    "header": (HEADER, r"\A", "/* x */\n"),
}


def stages_text(stages):
    return ", ".join(f"{name} {seconds:.2f}"
                     for name, seconds in stages.items())


def one_run(args, work, n, rows):
    """Add the ratios of one run to `rows` and print its figures."""
    out, cache = os.path.join(work, f"o{n}"), os.path.join(work, f"c{n}")
    cold, stages, memory, _ = scan(args, out, cache)
    print(f"run {n + 1}: cold {cold:.2f} s ({stages_text(stages)}), peak "
          f"memory of a worker {memory} MiB", flush=True)
    if "a" in args.only:
        plain = clang(args, out, cache)
        rows["a"].append(stages["parse"] / plain)
        print(f"  clang {plain:.2f} s", flush=True)
    if "b" in args.only:
        gcc = own_build(args, work)
        rows["b"].append(cold / gcc)
        print(f"  own build {gcc:.2f} s", flush=True)
    if "c" in args.only:
        same, *_ = scan(args, out, cache)
        rows["c"].append(same / cold)
        print(f"  unchanged {same:.2f} s", flush=True)
    for name, how in EDITS.items() if "d" in args.only else ():
        edit(args, *how)
        wall, stages, memory, parsed = scan(args, out, cache)
        rows[name].append(wall / cold)
        print(f"  {name} in {how[0]}: {wall:.2f} s = {wall / cold:.1%}, "
              f"{parsed} parsed, worker {memory} MiB ({stages_text(stages)})",
              flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("xenfmea")
    p.add_argument("tree", help="folder that holds xen/")
    p.add_argument("--arch", default="arm64")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    p.add_argument("--only", default="abcd", help="letters of the figures")
    args = p.parse_args()
    args.xenfmea = os.path.abspath(args.xenfmea)
    work = tempfile.mkdtemp()
    args.outer = os.path.join(work, "tree")
    shutil.copytree(args.tree, args.outer, symlinks=True)
    args.tree = os.path.join(args.outer, "xen")
    rows = {key: [] for key in ["a", "b", "c", *EDITS]}
    for n in range(args.runs):
        one_run(args, work, n, rows)
    for key, text in (("a", "parse stage / clang -fsyntax-only"),
                      ("b", "cold scan / Xen's own build"),
                      ("c", "unchanged / cold"),
                      ("comment", "comment in one .c file / cold"),
                      ("condition", "condition in one .c file / cold"),
                      ("header", "comment in a header / cold")):
        if rows[key]:
            print(f"{text}: {statistics.median(rows[key]):.3f}")
    shutil.rmtree(work)


main()
