/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where the value of an expression comes from. Private to this folder.
 *
 * A value is followed through reaching definitions, results of functions,
 * arguments of callers, out-parameters, writers of globals and of members,
 * down to what sources.json knows. When a function returns a constant, the
 * decision that led there is followed instead: NULL because an allocation
 * failed, -EINVAL because of a bad argument. Members are not told apart by
 * object, so what is found through them is marked as farther away than what
 * the code does with the value itself.
 */
#ifndef XF_ORIGIN_H
#define XF_ORIGIN_H

#include "program.h"
#include "sources.h"
#include "want.h"

struct origin {
    enum cause cause;
    unsigned int distance; /* smaller: closer to the condition */
    bool direct; /* the result of a listed function itself */
    char *chain; /* one step after the other, " <- " between */
};

struct origins {
    struct origin items[CAUSES]; /* chain NULL: not found */
    char *lost; /* where the trail ended first, NULL: nowhere */
    bool excused; /* asks for an excuse that does not hold, which explains
                     nothing by itself */
};

/* What is known of `node`, evaluated at `point` of `body`. */
void origin_trace(struct origins *out, struct program *p, struct sources *s,
                  struct body *body, const struct xf_node *node,
                  struct xf_point point, enum want want);
/* What a constant of the build stands for. */
void origin_of_constant(struct origins *out, struct program *p,
                        struct sources *s, struct body *body,
                        const struct xf_node *node);
/* Why control gets to `block`: what the decisions on which it depends come
 * from. */
void origin_trace_decision(struct origins *out, struct program *p,
                           struct sources *s, struct body *body,
                           uint32_t block);
void origins_release(struct origins *origins);

/* Move what `from` found to `into` when it is nearer there, `farther` away. */
void origins_add(struct origins *into, const struct origins *from,
                 unsigned int farther);
/* The nearest cause; CAUSE_UNKNOWN when there is none. */
enum cause origins_best(const struct origins *origins);

#endif
