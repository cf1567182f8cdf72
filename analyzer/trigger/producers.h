/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A site that fires because a callee reported an error: the places that made
 * the error, through all the functions that only passed it on. Private to this
 * folder.
 */
#ifndef XF_PRODUCERS_H
#define XF_PRODUCERS_H

#include "condition.h"
#include "origin.h"

struct producer {
    const struct body *body;
    const struct xf_node *node; /* RETURN, ASSIGN or DECL */
    uint32_t line;
    enum cause cause;
    char *text;   /* "return -ENOMEM" */
    char *origin; /* chain */
};

struct producers {
    struct producer *items;
    size_t len, cap;
    bool more; /* there were more than are listed */
};

/* Of the call whose result decides `literal`; none when there is no such call.
 * Release with producers_release(). */
void producers_list(struct producers *out, struct program *p,
                    struct sources *sources, const struct site *site,
                    const struct literal *literal);
void producers_release(struct producers *producers);

#endif
