/* SPDX-License-Identifier: GPL-2.0-only
 *
 * SARIF 2.1.0, as text: the log of a run with its rules, then a result after
 * the other. Who calls it knows what a result means; here is only the form.
 * Numbers of sections are those of the OASIS standard.
 */
#ifndef XF_SARIF_H
#define XF_SARIF_H

#include <stddef.h>

#include "buf.h"

struct xf_sarif_rule {
    const char *id, *name;
    const char *summary, *help;
    const char *level; /* "error", "warning", "note", "none" */
};

struct xf_sarif_place {
    const char *file;     /* in the repository */
    int line, end_line;   /* from 1; end_line 0: the same */
    const char *function;
    const char *message;  /* what happens there; NULL: nothing to say */
};

struct xf_sarif_member {
    const char *name, *value;
    int number; /* when value is NULL */
};

struct xf_sarif_result {
    const char *rule;
    int rule_index;
    const char *kind;  /* "fail", "open", "review", ... */
    const char *level; /* of kind "fail" only (3.27.10); NULL: "none" */
    const char *message;
    struct xf_sarif_place place;
    const char *fingerprint; /* "xenfmea/v1", at least 16 characters */
    const char *baseline;    /* baselineState, NULL: none */
    /* suppression; kind NULL: none */
    const char *suppression_kind, *suppression_status, *justification;
    const struct xf_sarif_place *flow; /* how control gets there */
    size_t nflow;
    const struct xf_sarif_member *properties;
    size_t nproperties;
};

/* `automation` is the same in every run of the same purpose: a renamed one
 * leaves alerts open. */
void xf_sarif_begin(struct xf_buf *out, const char *version,
                    const char *automation, const struct xf_sarif_rule *rules,
                    size_t nrules);
void xf_sarif_result(struct xf_buf *out, const struct xf_sarif_result *result);
void xf_sarif_end(struct xf_buf *out);

#endif
