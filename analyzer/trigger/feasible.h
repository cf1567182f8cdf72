/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whether the literals of a site can hold together. "Cannot" is only said of
 * what the language settles: constants of the build, code behind what never
 * returns, and values of locals that nobody else can write, by their types,
 * definitions and earlier decisions. Memory that another processor, a guest or
 * an unknown pointer may write is never part of a proof. Private to this
 * folder.
 */
#ifndef XF_FEASIBLE_H
#define XF_FEASIBLE_H

#include "condition.h"

/* Whether what guard `earlier` decided settles guard `later`: the same operands,
 * which nothing changes in between. */
bool feasible_implies(struct program *p, const struct body *body,
                      uint32_t earlier, uint32_t later);

/* Checks of a function that other builds do not have. */
struct assertions {
    uint32_t *items; /* lines */
    size_t len, cap;
    bool ends; /* one of them stops whatever holds: behind it other builds
                  go on */
};

/* NULL when nothing excludes the site in this body; else the proof in one
 * line. Caller frees. *of_build: it rests on constants that have names, which
 * another configuration may define otherwise, or on `assertions`. */
char *feasible_refute(struct program *p, const struct site *site,
                      const struct condition *condition,
                      const struct assertions *assertions, bool *of_build);

#endif
