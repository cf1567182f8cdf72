/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What decisions say about the number that a variable holds: comparisons with
 * constants and cases of switches. Private to this folder.
 */
#ifndef XF_DECIDED_H
#define XF_DECIDED_H

#include "program.h"

#define DECIDED_MAX 32 /* more are not looked at */

struct decided {
    struct {
        const char *op; /* `value op constant`; NULL: a case of the guard */
        int64_t constant;
        const struct xf_block *guard;
    } items[DECIDED_MAX];
    size_t len;
    unsigned int long_bits;
    bool exact; /* leave out what conversions may make mean something else */
};

/* The guard, when it decides about `x` alone: a local, or a call. */
void decided_add(struct decided *decided, const struct xf_block *guard,
                 const struct xf_node *x);

/* What was decided about the local on every way to `point` since it got its
 * value there. */
void decided_collect(struct decided *decided, const struct body *body,
                     const struct xf_node *local, struct xf_point point);

/* Whether the value passes all of it. */
bool decided_allows(const struct decided *decided, int64_t value);

#endif
