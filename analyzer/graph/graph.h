/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Calls through pointers: adds the indirect edges to the call graph.
 *
 * Every body and initialiser of a build becomes inclusion constraints
 * (solve.h) over abstract locations: a variable, a member of a record type
 * (all objects of the type share it, arrays are one element), a parameter, a
 * result. Structures are therefore copied, nested and passed around at no
 * cost, and an edge says which member of which type carried the function. What
 * inline assembly is given flows between its operands; a function or function
 * pointer among them may be called by it.
 *
 * Reads tables function, body, variable; writes call (kinds 'indirect' and
 * 'asm'), unresolved, and the columns `type` and `is_taken` of function.
 * Data: xen/callgraph.json.
 */
#ifndef XF_GRAPH_H
#define XF_GRAPH_H

#include "store.h"

/* All builds of the database. 0, or -1 with xf_error(). */
int xf_graph(struct xf_store *store, const char *data_dir);

#endif
