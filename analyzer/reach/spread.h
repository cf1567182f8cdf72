/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From rules to a graph: which functions are entries, which calls change a
 * context, who arms which callback.
 */
#ifndef XF_REACH_SPREAD_H
#define XF_REACH_SPREAD_H

#include "states.h"

/* Privilege checks by place, for calls and for sites. */
struct xf_guards;
struct xf_guards *xf_guards_load(struct xf_store *store,
                                 const struct xf_graph *g,
                                 const struct xf_reach_rules *rules);
void xf_guards_free(struct xf_guards *guards);
/* Bits of the privileges that hold for calls of `callee` ("" for everything)
 * on that line of the function; `checked` takes what was checked, "" when
 * nothing, valid until xf_guards_free(). */
unsigned int xf_guards_at(const struct xf_guards *guards, uint32_t function,
                          int line, const char *callee, const char **checked);
/* The context once these privileges are known to be there. */
uint8_t xf_privileged(const struct xf_reach_rules *rules, unsigned int privileges,
                      uint8_t context);

/* Add armed edges, effects and starts to a loaded graph, index it and spread
 * contexts over it. 0, or -1. */
int xf_spread(struct xf_graph *g, struct xf_store *store,
              const struct xf_reach_rules *rules, const struct xf_guards *guards);

#endif
