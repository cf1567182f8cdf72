#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Try the faults of `xenfmea plan --format campaign` under QEMU (arm64).

usage: campaign.py XENFMEA DB CAMPAIGN.csv XEN BASE.dtb OUT [FILE@ADDRESS...]

XEN is the plain image (xen/xen) of the tree that was scanned; the device tree
is loaded behind a stub, so QEMU does not change it. FILE@ADDRESS are the boot
modules that it names. The unchanged device tree has to boot: else no fault
says anything. OUT gets a log per case and results.tsv. A case

  hit         stops at an expected site, by `xenfmea triage`, which names one
  one of      the same, triage names several
  other       stops somewhere else
  unknown     stops, and no site is known
  silent      prints nothing at all
  no stop     boots to the end
  hang        none of these in the time that it has
"""
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import threading

SECONDS = 40
XEN_AT, STUB_AT, DTB_AT = 0x40200000, 0x40180000, 0x48000000
END = (b"Freed ", b"Panic on CPU", b"Xen BUG at", b"Assertion '",
       b"Reboot in five seconds", b"Manual reset required")


def write_stub(path):
    """x0 = device tree, x1 to x3 = 0, branch to Xen."""
    words = (0xd2a00000 | (DTB_AT >> 16) << 5, 0xd2800001, 0xd2800002,
             0xd2800003, 0xd2a00004 | (XEN_AT >> 16) << 5, 0xd61f0080)
    path.write_bytes(b"".join(struct.pack("<I", w) for w in words))


def command(paths, dtb, change):
    machine = {"gic-version": "2", "cpu": "cortex-a57", "smp": "2"}
    if change:
        key, value = change.split("=")
        machine[key] = value
    out = ["qemu-system-aarch64", "-M",
           f"virt,virtualization=true,gic-version={machine['gic-version']}",
           "-cpu", machine["cpu"], "-smp", machine["smp"], "-m", "1024",
           "-nic", "none", "-nographic", "-no-reboot",
           "-device", f"loader,addr={STUB_AT:#x},cpu-num=0"]
    for name, at in ([paths["stub"], STUB_AT], [paths["xen"], XEN_AT],
                     [dtb, DTB_AT], *paths["modules"]):
        out += ["-device", f"loader,file={name},addr={at:#x},force-raw=on"]
    return out


def boot(argv, log):
    """Run until an end is printed and a moment has passed, or time is up."""
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as qemu:
        killer = threading.Timer(SECONDS, qemu.kill)
        killer.start()
        text = b""
        while True:
            piece = qemu.stdout.read1(65536)
            if not piece:
                break
            text += piece
            if any(end in text for end in END):
                # What follows belongs to the message.
                threading.Timer(1, qemu.kill).start()
            if len(text) > 1 << 20:
                qemu.kill()
                break
        killer.cancel()
        qemu.kill()
    log.write_bytes(text)
    return text


def ask(xenfmea, db, log):
    done = subprocess.run([xenfmea, "triage", "--db", db, "--format", "json",
                           str(log)], capture_output=True, text=True,
                          check=False)
    if done.returncode > 1:
        sys.exit(f"{log}: {done.stderr}")
    return (json.loads(done.stdout).get("stop") or {}).get("sites", [])


def judge(text, sites, expected):
    names = [s["site_id"] for s in sites]
    if any(n in expected for n in names):
        return "hit" if len(names) == 1 else "one of"
    if names:
        return "other"
    if any(end in text for end in END[1:]):
        return "unknown"
    return ("silent" if not text.strip() else
            "no stop" if END[0] in text else "hang")


def run_case(case, paths):
    dtb = paths["out"] / f"{case['case']}.dtb"
    log = paths["out"] / f"{case['case']}.log"
    shutil.copy(paths["dtb"], dtb)
    subprocess.run(["sh", "-ec", case["commands"] or ":"], check=True,
                   env={**os.environ, "DTB": str(dtb)})
    text = boot(command(paths, dtb, case["machine"]), log)
    dtb.unlink()
    sites = ask(paths["xenfmea"], paths["db"], log)
    verdict = judge(text, sites, case["expected_sites"].split(", "))
    return [case["case"], verdict, case["kind"], case["target"],
            case["expected_places"],
            ", ".join(f"{s['file']}:{s['line']}" for s in sites[:6])]


def main():
    if len(sys.argv) < 7:
        sys.exit(__doc__)
    xenfmea, db, table, xen, dtb, out = sys.argv[1:7]
    paths = {"xenfmea": xenfmea, "db": db, "xen": xen, "dtb": dtb,
             "out": pathlib.Path(out), "modules": []}
    for module in sys.argv[7:]:
        name, at = module.rsplit("@", 1)
        paths["modules"].append([name, int(at, 0)])
    paths["out"].mkdir(parents=True, exist_ok=True)
    paths["stub"] = paths["out"] / "stub.bin"
    write_stub(paths["stub"])
    text = boot(command(paths, dtb, ""), paths["out"] / "base.log")
    if END[0] not in text:
        sys.exit(f"{dtb} does not boot, see {paths['out']}/base.log")
    with open(table, newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda case: run_case(case, paths), cases))
    with open(paths["out"] / "results.tsv", "w", encoding="utf-8") as file:
        print("case", "result", "kind", "target", "expected", "stopped_at",
              sep="\t", file=file)
        for row in rows:
            print(*row, sep="\t", file=file)
    for verdict, n in collections.Counter(r[1] for r in rows).most_common():
        print(f"{verdict}: {n} of {len(rows)}")


if __name__ == "__main__":
    main()
