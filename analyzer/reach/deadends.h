/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Why no entry reaches a site.
 */
#ifndef XF_REACH_DEADENDS_H
#define XF_REACH_DEADENDS_H

#include "states.h"

struct xf_dead_ends;

/* For a graph over which contexts were spread; NULL with xf_error(). */
struct xf_dead_ends *xf_dead_ends_new(struct xf_store *store,
                                      const struct xf_graph *g);
void xf_dead_ends_free(struct xf_dead_ends *d);

/* Write the reason for a site in these functions (ids). 0, or -1. */
int xf_dead_end(struct xf_dead_ends *d, int64_t site, const int64_t *functions,
                size_t n);

#endif
