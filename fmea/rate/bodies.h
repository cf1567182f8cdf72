/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the bodies of functions tell the rules: what callers do with results,
 * what a function returns, and how a site lies in its function. Private to
 * this folder.
 *
 * Reads tables build, function, body, call, site, site_function; writes
 * call_use and site_fact.
 */
#ifndef XF_RATE_BODIES_H
#define XF_RATE_BODIES_H

#include <cjson/cJSON.h>

#include "store.h"
#include "tree.h"

/* One build. `words` is rules/words.json. */
int bodies_read(struct xf_store *store, int64_t build, const cJSON *words);

/* ---- walk.c: a tree with the way from its root ---------------------------- */

struct walk {
    const struct xf_node **path; /* path[depth - 1] is the parent */
    size_t depth, cap;
    void *payload;
};

typedef void walk_fn(struct walk *walk, const struct xf_node *node);

/* Call `visit` for every node, parents first. */
void walk_tree(const struct xf_node *root, walk_fn *visit, void *payload);
/* Ancestor, 1 the parent; NULL above the root. */
const struct xf_node *walk_up(const struct walk *walk, size_t steps);

/* Whether a node is, or holds, the local number `local`. */
bool holds_local(const struct xf_node *node, int64_t local);
/* The FN that a call names, or NULL. */
const struct xf_node *called_function(const struct xf_node *call);
/* -E... as a constant: its name, or NULL. */
const char *error_constant(const struct xf_node *node);

/* ---- place.c: how a site lies in its function ----------------------------- */

struct place {
    const struct xf_node *root;
    const char *file, *kind, *macro, *callee;
    int line, end_line;
};

typedef void place_fact_fn(void *payload, const char *name, const char *value);

/* Give the facts to `tell`, lists element by element. False when the site is
 * not in this tree. */
bool place_facts(const struct place *place, const cJSON *words,
                 place_fact_fn *tell, void *payload);

#endif
