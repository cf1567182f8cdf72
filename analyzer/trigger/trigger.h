/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What must hold for a site to fire: the decisions on the way to it inside its
 * function and its own predicate, where the values in them come from, and
 * whether they can hold at all.
 *
 * Reads tables build, site, site_function, site_context, context, path_step,
 * function, call, body, variable and the sources; writes trigger,
 * trigger_literal, trigger_producer, trigger_context, trigger_call. Data:
 * xen/sources.json, xen/console.json. The condition is that of one function;
 * trigger_call has the decisions of its callers along the recorded paths.
 */
#ifndef XF_TRIGGER_H
#define XF_TRIGGER_H

#include "store.h"

/* All sites of all builds. `root`: the hypervisor folder, whose text is shown.
 * 0, or -1 with xf_error(). */
int xf_trigger(struct xf_store *store, const char *root, const char *data_dir);

#endif
