/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of 'xenfmea check': the state that its parts share. Functions
 * returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_CHECK_H
#define XF_CHECK_H

#include <stdbool.h>

#include "buf.h"
#include "decisions_arg.h"
#include "findings.h"
#include "git.h"
#include "policy.h"

struct check {
    /* options */
    const char *tree, *db, *base, *baseline, *policy_path;
    const char *sarif, *code_quality, *html, *write_baseline, *ci, *cache;
    const char *scan_options[40]; /* passed on to scan */
    int nscan_options;
    bool quick, quiet, verbose, fail_on_warnings, github_sarif;
    /* state of the run */
    char *root;      /* hypervisor folder of the tree; NULL with --db alone */
    char *cache_dir;
    char *folder;    /* in the cache, for scans of this tree */
    char *prefix;
    char *against;   /* what was compared with, in words */
    char *decisions_file; /* that is read, or that advice names */
    struct xf_policy *policy;
    struct decisions_arg decisions;
    struct xf_decisions known_list;
    struct xf_identities known;
    struct xf_version baseline_scan;
    bool have_baseline;
    struct xf_version now;
    struct xf_findings findings;
    struct xf_buf incomplete; /* what scans said that were not complete */
};

/* Scan `tree` (a hypervisor folder) and load the result. `name`: of the output
 * folder in check->folder. `full`: with everything that says who reaches a
 * site. What it says about units that fail goes to check->incomplete. */
int check_scan(struct check *check, struct xf_version *out, const char *tree,
               const char *name, bool full);

/* Compare every commit since --base with the one before, and the work tree
 * with the last if it differs. Fills check->now and check->findings. */
int check_series(struct check *check);

/* Make findings of check->now against what was given. */
int check_once(struct check *check);

#endif
