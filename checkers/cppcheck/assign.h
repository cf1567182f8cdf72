/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which sites are looked at in which units.
 */
#ifndef XF_ASSIGN_H
#define XF_ASSIGN_H

#include "cppcheck.h"
#include "knowledge.h"
#include "values.h"

/* The sites of one unit, parallel lists. */
struct xf_assigned {
    struct xf_wanted *wanted; /* strings owned */
    int64_t *sites;           /* rows of table site */
    size_t len, cap, sites_cap;
};

/* out[0..n) is zeroed; one for each unit. Every site is in the units whose
 * main file it is in; one of a header in the first unit that compiles it, one
 * that has sites of its own when there is any. Sites in assembly files and
 * endless loops have no condition that Cppcheck could see and are left out. */
int xf_assign(struct xf_assigned *out, struct xf_store *store, int64_t build,
              const struct xf_cppcheck_unit *units, size_t n,
              const struct xf_knowledge *knowledge);
void xf_assigned_release(struct xf_assigned *assigned);

#endif
