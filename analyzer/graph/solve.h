/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which functions a pointer may hold: inclusion constraints over abstract
 * locations, solved by propagating differences (L. O. Andersen, "Program
 * Analysis and Specialization for the C Programming Language", 1994, ch. 4;
 * difference propagation after Pearce, Kelly and Hankin, 2003). Context and
 * flow insensitive. Knows no C: collect.c makes the constraints.
 *
 * A node is a location that holds values; a value is a function or the address
 * of a node. Both count from 0.
 */
#ifndef XF_SOLVE_H
#define XF_SOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t xf_ptr_node;
typedef uint32_t xf_ptr_value;

#define XF_PTR_NONE UINT32_MAX

static inline xf_ptr_value xf_ptr_function(uint32_t function)
{
    return function << 1;
}

static inline xf_ptr_value xf_ptr_address(xf_ptr_node node)
{
    return node << 1 | 1;
}

struct xf_solver;

/* Called when the solver finds that the pointer of call `call` may hold
 * `function`; may add constraints. */
typedef void xf_ptr_call_fn(void *payload, uint32_t call, uint32_t function);

struct xf_solver *xf_solver_new(xf_ptr_call_fn *on_call, void *payload);
void xf_solver_free(struct xf_solver *s);

xf_ptr_node xf_solver_node(struct xf_solver *s); /* a fresh one, empty */
size_t xf_solver_nodes(const struct xf_solver *s);

void xf_solver_value(struct xf_solver *s, xf_ptr_node to, xf_ptr_value value);
void xf_solver_copy(struct xf_solver *s, xf_ptr_node to, xf_ptr_node from);
void xf_solver_load(struct xf_solver *s, xf_ptr_node to, xf_ptr_node pointer);
void xf_solver_store(struct xf_solver *s, xf_ptr_node pointer,
                     xf_ptr_node from);
void xf_solver_call(struct xf_solver *s, xf_ptr_node pointer, uint32_t call);

void xf_solver_run(struct xf_solver *s);

/* Values of a node, ascending; valid until the next change. */
const xf_ptr_value *xf_solver_values(const struct xf_solver *s,
                                     xf_ptr_node node, size_t *n);
bool xf_solver_holds(const struct xf_solver *s, xf_ptr_node node,
                     xf_ptr_value value);
/* Nodes that flow into `node` by a copy (also those found by loads and
 * stores), in order of insertion. */
const xf_ptr_node *xf_solver_sources(const struct xf_solver *s,
                                     xf_ptr_node node, size_t *n);

#endif
