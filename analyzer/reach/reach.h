/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The reach stage: who can get to a site, and how. From the entries of
 * data/xen/entries.json contexts spread over the calls of the program;
 * crossings, privilege checks and mechanisms that run callbacks later change
 * them on the way.
 *
 * Reads tables build, function, call, site, site_function, guard, handover,
 * unresolved; writes context, armed, entry, effect, call_effect,
 * site_context, path_step, dead_end.
 */
#ifndef XF_REACH_H
#define XF_REACH_H

#include "store.h"

/* All builds of the database, with the rules of the data folder. 0, or -1. */
int xf_reach(struct xf_store *store, const char *data);

#endif
