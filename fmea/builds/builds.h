/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One row for each site, whatever number of builds it exists in, with what is
 * not the same in all of them.
 *
 * Reads tables build, site, trigger, site_context, context, proposal; writes
 * site_row.
 */
#ifndef XF_BUILDS_H
#define XF_BUILDS_H

#include "store.h"

/* Replaces what an earlier call wrote. 0, or -1 with xf_error(). */
int xf_builds(struct xf_store *store);

#endif
