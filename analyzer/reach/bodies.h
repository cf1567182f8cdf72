/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What bodies of functions say about privilege and callbacks. Private to the
 * reach stage. Reads tables function, call, body,
 * variable; writes guard, handover.
 */
#ifndef XF_REACH_BODIES_H
#define XF_REACH_BODIES_H

#include "rules.h"
#include "store.h"
#include "tree.h"

/* Both for one build. 0, or -1. */
int xf_bodies(struct xf_store *store, int64_t build,
              const struct xf_reach_rules *rules);

/* ---- checks.c: places behind a privilege check --------------------------- */

struct xf_checks; /* of one function, over all its bodies */

struct xf_checks *xf_checks_new(const struct xf_reach_rules *rules);
void xf_checks_body(struct xf_checks *checks, const struct xf_node *root);
int xf_checks_write(struct xf_checks *checks, struct xf_store *store,
                    int64_t function);
void xf_checks_free(struct xf_checks *checks);

/* ---- handover.c: callbacks that are given to a mechanism ----------------- */

struct xf_handover_list;

struct xf_handover_list *xf_handover_new(struct xf_store *store, int64_t build,
                                         const struct xf_reach_rules *rules);
void xf_handover_free(struct xf_handover_list *list);
/* A function that only passes on what it is given becomes a handover itself:
 * true when there are new ones. */
int xf_handover_body(struct xf_handover_list *list, int64_t function,
                     const char *name, const char *home,
                     const struct xf_node *root, bool *more);

/* An object with an initialiser binds its callback there. */
int xf_handover_variable(struct xf_handover_list *list, const char *name,
                         const char *home, const struct xf_node *root);

/* Without casts and parentheses-like wrappers. */
const struct xf_node *xf_plain(const struct xf_node *node);

#endif
