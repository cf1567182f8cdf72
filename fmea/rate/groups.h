/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Groups of sites that one decision can settle together. The table in
 * rules/groups.json says which facts its members have in common; its first
 * rule that holds and finds enough members decides. Private to this folder.
 */
#ifndef XF_RATE_GROUPS_H
#define XF_RATE_GROUPS_H

#include "facts.h"

struct groups;

struct groups *groups_load(const char *data_dir,
                           const struct fact_names *names);
void groups_free(struct groups *groups);

/* Once for every site, in one order. 0, or -1 with xf_error(). */
int groups_add(struct groups *groups, int64_t site, const struct facts *facts);

/* Behind the last site: writes decision_group and proposal.decision_group. */
int groups_write(struct groups *groups, struct xf_store *store);

#endif
