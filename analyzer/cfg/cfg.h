/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Control-flow graph of a function, from its tree. A block is a list of
 * actions in the order in which they happen; every outcome of a decision leads
 * to a block of its own, its guard, so that "this outcome is the only way to
 * get here" is dominance between blocks. Decisions are the operands of && || !
 * ?: and of statements, each with the guards of its two outcomes, and again
 * the whole of an &&, || or ?: with its guards: behind `if (a || b)` no
 * operand's guard dominates, but that of `a || b` does.
 *
 * What constants of this build exclude is in the graph, marked `never`.
 * Dominators of the other blocks are not disturbed by it.
 */
#ifndef XF_CFG_H
#define XF_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

#define XF_CFG_NONE UINT32_MAX

enum xf_guard {
    XF_GUARD_NONE,
    XF_GUARD_TRUE,    /* `condition` was not zero */
    XF_GUARD_FALSE,
    XF_GUARD_CASE,    /* one of the `labels` of the switch `decider` */
    XF_GUARD_DEFAULT, /* none of its cases; `labels` may hold cases that share
                         the place with default: */
    XF_GUARD_JUMP     /* a label taken by goto *x or asm goto, the `decider` */
};

struct xf_block {
    const struct xf_node **actions; /* CALL, ASSIGN, DECL, ASM, RETURN, ++ --,
                                       in evaluation order */
    size_t nactions;
    uint32_t *next, *prev;
    size_t nnext, nprev;
    enum xf_guard guard;
    const struct xf_node *condition; /* of the guard: the literal, or for
                                        switches the controlling expression */
    const struct xf_node *decider; /* IF, FOR, WHILE, DO, SWITCH, CONDITIONAL,
                                      GNU_CONDITIONAL, BINARY (&& and ||), ASM,
                                      COMPUTED_GOTO */
    const struct xf_node **labels; /* CASE and DEFAULT nodes of the guard */
    size_t nlabels;
    bool never;     /* guard: a constant says otherwise */
    bool stops;     /* ends in a call that never returns, or unreachable */
    bool returns;   /* ends in return or at the end of the body */
    bool loop_head; /* some edge comes back to it */
    bool live;      /* reachable without passing a `never` */
    bool reachable; /* reachable at all */
    uint32_t idom;  /* immediate dominator; XF_CFG_NONE: entry, unreachable */
    uint32_t ipdom; /* immediate post-dominator; XF_CFG_NONE: exit */
};

struct xf_cfg;

/* Whether a call of `callee` (a FN or any expression) never returns. */
typedef bool xf_noreturn_fn(const struct xf_node *callee, void *payload);

/* The graph of a FUNCTION; its nodes must outlive it. `long_bits` is the
 * width of long, for constants. Never NULL. Free with xf_cfg_free(). */
struct xf_cfg *xf_cfg_build(const struct xf_node *function,
                            unsigned int long_bits, xf_noreturn_fn *noreturn,
                            void *payload);
void xf_cfg_free(struct xf_cfg *cfg);

#define XF_CFG_ENTRY 0
#define XF_CFG_EXIT 1 /* where returns and stops lead */
size_t xf_cfg_count(const struct xf_cfg *cfg);
const struct xf_block *xf_cfg_block(const struct xf_cfg *cfg, uint32_t block);

/* Where an action, or the operand of a decision, is evaluated, or where a loop
 * or jump begins: its block and the number of actions of the block that come
 * before. False when the node is
 * neither or is not evaluated. */
struct xf_point {
    uint32_t block;
    size_t index;
};
bool xf_cfg_point(const struct xf_cfg *cfg, const struct xf_node *node,
                  struct xf_point *point);

/* Every way from the entry to `b` passes `a`. True for a == b. */
bool xf_cfg_dominates(const struct xf_cfg *cfg, uint32_t a, uint32_t b);
/* Every way from `b` to the exit passes `a`. */
bool xf_cfg_postdominates(const struct xf_cfg *cfg, uint32_t a, uint32_t b);

/* The guards that every way to `block` passes, outermost first: what is known
 * to have been decided on arrival. Returns their number; *guards is the
 * caller's to free. */
size_t xf_cfg_guards(const struct xf_cfg *cfg, uint32_t block,
                     uint32_t **guards);

/* The guards on which `block` depends directly (control dependence): behind
 * them it is certain to be reached, before them it is not. In order of blocks.
 * Returns their number; *guards is the caller's to free. */
size_t xf_cfg_depends(const struct xf_cfg *cfg, uint32_t block,
                      uint32_t **guards);

/* Whether every way from the entry to `node` passes the outcome `polarity` of
 * the decision on `condition`. */
bool xf_cfg_passes(const struct xf_cfg *cfg, const struct xf_node *node,
                   const struct xf_node *condition, bool polarity);

/* ---- definitions of locals ----------------------------------------------- */

enum xf_definition_kind {
    XF_DEF_PARAMETER, /* the value passed in; node: PARAM */
    XF_DEF_NONE,      /* declared without a value; node: DECL */
    XF_DEF_VALUE,     /* node: DECL with init, or ASSIGN with "=" */
    XF_DEF_CHANGE,    /* node: ASSIGN with another operator, ++, -- */
    XF_DEF_PART,      /* a member or element was assigned; node: ASSIGN, ++ */
    XF_DEF_ASM,       /* operand of assembly; node: ASM */
    XF_DEF_CALL,      /* its address is an argument; node: CALL */
    XF_DEF_UNKNOWN    /* its address is known elsewhere, and something there
                         may have written it; node: CALL, ASSIGN, ASM */
};

struct xf_definition {
    enum xf_definition_kind kind;
    const struct xf_node *node;
    struct xf_point point; /* behind which it holds; entry for parameters */
};

/* Not for several threads at once. */
struct xf_definitions;

struct xf_definitions *xf_definitions_build(const struct xf_cfg *cfg,
                                            const struct xf_node *function);
void xf_definitions_free(struct xf_definitions *definitions);

/* The definitions of local number `local` that may reach `point`, in order of
 * blocks. XF_DEF_PART, _ASM, _CALL and _UNKNOWN leave earlier ones standing.
 * Returns their number; *out is the caller's to free, its elements live as
 * long as `definitions`. */
size_t xf_definitions_reaching(struct xf_definitions *definitions,
                               uint32_t local, struct xf_point point,
                               const struct xf_definition ***out);

/* Whether something may define the local on a way from the beginning of block
 * `from` to `point` that does not pass `from` again. */
bool xf_definitions_between(struct xf_definitions *definitions,
                            uint32_t local, uint32_t from,
                            struct xf_point point);

/* Whether the address of the local is taken at all. */
bool xf_definitions_shared(const struct xf_definitions *definitions,
                           uint32_t local);

/* The call that decides a literal: itself (also under ! and casts, and in
 * comparisons with constants), or the one whose result the local in it holds,
 * when that is its only definition there. NULL when there is none. */
const struct xf_node *xf_definitions_call(const struct xf_cfg *cfg,
                                          struct xf_definitions *d,
                                          const struct xf_node *literal);

#endif
