#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Run the jobs of a pipeline file as the engine would, in this folder.

usage: ci_run.py gitlab|github FILE JOB [NAME=VALUE...]

GitLab: the job's `extends`, variables and `parallel: matrix` are resolved, and
its script runs once for each cell. GitHub: the `run` steps of the job, with
its `env`; expressions are replaced by the VALUE of their text. Artifacts must
exist afterwards. The exit status is that of the first script that fails.
"""
import glob
import itertools
import os
import subprocess
import sys

import yaml


def expand(text, env):
    old = dict(os.environ)
    os.environ.update(env)
    try:
        return os.path.expandvars(str(text))
    finally:
        os.environ.clear()
        os.environ.update(old)


def resolve(jobs, name):
    job = dict(jobs[name])
    base = job.pop("extends", None)
    if base:
        merged = resolve(jobs, base)
        variables = {**merged.get("variables", {}), **job.get("variables", {})}
        merged.update(job)
        merged["variables"] = variables
        job = merged
    return job


def run(commands, env):
    full = {**os.environ, **{k: str(v) for k, v in env.items()}}
    return subprocess.run(["bash", "-ec", "\n".join(commands)],
                          env=full).returncode


def gitlab(path, name, env):
    job = resolve(yaml.safe_load(open(path)), name)
    cells = [{}]
    for row in job.get("parallel", {}).get("matrix", []):
        lists = [v if isinstance(v, list) else [v] for v in row.values()]
        cells = [dict(zip(row, c)) for c in itertools.product(*lists)]
    for cell in cells:
        values = {**{k: str(v) for k, v in job["variables"].items()}, **cell,
                  **env}
        for key in values:
            values[key] = expand(values[key], values)
        status = run(job["script"], values)
        if status:
            return status, job
    return 0, job


def github(path, name, env):
    job = yaml.safe_load(open(path))["jobs"][name]
    values = {k: env.get(str(v), str(v)) for k, v in job["env"].items()}
    for step in job["steps"]:
        if "run" in step:
            status = run([step["run"]], values)
            if status:
                return status, job
    return 0, job


def main():
    which, path, name = sys.argv[1:4]
    env = dict(a.split("=", 1) for a in sys.argv[4:])
    status, job = {"gitlab": gitlab, "github": github}[which](path, name, env)
    artifacts = job.get("artifacts", {})
    wanted = list(artifacts.get("paths", []))
    wanted += artifacts.get("reports", {}).values()
    for pattern in wanted:
        assert glob.glob(pattern), "no artifact " + pattern
    sys.exit(status)


main()
