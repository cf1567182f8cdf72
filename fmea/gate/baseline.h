/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What an earlier scan counted, for the summary's trend.
 *
 * Writes tables baseline_count and baseline_site.
 */
#ifndef XF_BASELINE_H
#define XF_BASELINE_H

#include "diff.h"

/* Replace what the database knows of a baseline by the old side of `diff`,
 * whose new side is this database. 0, or -1 with xf_error(). */
int xf_baseline_record(struct xf_store *store, const struct xf_diff *diff);

#endif
