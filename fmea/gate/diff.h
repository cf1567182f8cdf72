/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Two scanned versions compared: which sites were added, are gone, moved or
 * changed, and what is said otherwise of those that stayed.
 */
#ifndef XF_DIFF_H
#define XF_DIFF_H

#include "buf.h"
#include "pairing.h"
#include "version.h"

struct xf_diff {
    struct xf_version old, new;
    struct xf_map builds; /* that both have; only their sites are compared */
    struct xf_pairing pairing;
};

/* 0, or -1 with xf_error(): one cannot be read, or they share no build.
 * Release whatever the result. */
int xf_diff_load(struct xf_diff *out, const char *old, const char *new);
void xf_diff_release(struct xf_diff *diff);

/* Append the report for people, or as JSON. `all`: also the sites in which
 * nothing changed. */
void xf_diff_text(struct xf_buf *out, const struct xf_diff *diff, bool all);
void xf_diff_json(struct xf_buf *out, const struct xf_diff *diff, bool all);

#endif
