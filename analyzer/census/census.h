/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The census: every textual occurrence of a stop's name in the tree's .c, .h
 * and .S files, and what became of it. It is the proof that no site was lost.
 *
 * Reads tables site, function, tu, read_file, inactive, expanded; writes
 * census.
 */
#ifndef XF_CENSUS_H
#define XF_CENSUS_H

#include "store.h"

/* `root` is the hypervisor folder whose text is counted, `data` the data
 * folder. 0, or -1 with xf_error(). */
int xf_census(struct xf_store *store, const char *root, const char *data);

#endif
