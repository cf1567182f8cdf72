/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Findings in the forms that people and machines read. Every writer appends to
 * a buffer and formats only.
 */
#ifndef XF_REPORT_H
#define XF_REPORT_H

#include "buf.h"
#include "findings.h"

struct xf_report {
    const struct xf_findings *findings;
    const char *prefix;    /* of paths, from the repository: "xen/" or "" */
    const char *decisions; /* file, for advice */
    const char *version;   /* of xenfmea */
    const char *root;      /* hypervisor folder, for excerpts */
    const char *tree;      /* its name */
    const char *builds;    /* ", " between */
    const char *against;   /* what was compared with, in words */
    bool github;  /* SARIF: leave out what is justified, which GitHub would show */
    bool sections; /* text: GitLab's collapsible sections */
    long now;      /* seconds since 1970, for the sections */
};

void xf_report_text(struct xf_buf *out, const struct xf_report *report);
/* Workflow commands of GitHub, one a finding, ten of each level at most: it
 * shows no more. */
void xf_report_annotations(struct xf_buf *out, const struct xf_report *report);
/* Markdown for $GITHUB_STEP_SUMMARY. */
void xf_report_summary(struct xf_buf *out, const struct xf_report *report);
void xf_report_codequality(struct xf_buf *out, const struct xf_report *report);
void xf_report_sarif(struct xf_buf *out, const struct xf_report *report);
void xf_report_html(struct xf_buf *out, const struct xf_report *report);

#endif
