/* SPDX-License-Identifier: GPL-2.0-only */
#include "decided.h"

#include <stdlib.h>
#include <string.h>

#include "value.h"
#include "want.h"

static const struct xf_node *plain(const struct decided *d,
                                   const struct xf_node *n)
{
    while ((n->op == XF_OP_CAST && !d->exact) ||
           (n->op == XF_OP_CALL && n->nkids > 1 &&
            !strcmp(n->kids[0]->name, "__builtin_expect")))
        n = n->kids[n->op == XF_OP_CAST ? 0 : 1];
    return n;
}

static bool holds(const char *op, int64_t a, int64_t b)
{
    return !strcmp(op, "==")   ? a == b
           : !strcmp(op, "!=") ? a != b
           : !strcmp(op, "<")  ? a < b
           : !strcmp(op, ">")  ? a > b
           : !strcmp(op, "<=") ? a <= b
                               : a >= b;
}

/* Whether the value is one of the label's; also when that is not known. */
static bool is_label(const struct decided *d, const struct xf_node *label,
                     int64_t value)
{
    int64_t first, last;

    if (label->op != XF_OP_CASE)
        return false;
    if (!xf_tree_value(label->kids[0], d->long_bits, &first))
        return true;
    if (label->nkids < 3)
        return value == first;
    return !xf_tree_value(label->kids[1], d->long_bits, &last) ||
           (value >= first && value <= last);
}

static bool is_own(const struct xf_block *guard, const struct xf_node *label)
{
    for (size_t i = 0; i < guard->nlabels; i++)
        if (guard->labels[i] == label)
            return true;
    return false;
}

/* Whether a case that is none of the guard's is sure to take the value. */
static bool is_taken(const struct decided *d, const struct xf_node *n,
                     const struct xf_block *guard, int64_t value)
{
    int64_t first;

    if (n->op == XF_OP_CASE && !is_own(guard, n) && is_label(d, n, value) &&
        xf_tree_value(n->kids[0], d->long_bits, &first))
        return true;
    if (n->op >= XF_OP_VAR || n->op == XF_OP_SWITCH)
        return false;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (is_taken(d, n->kids[i], guard, value))
            return true;
    return false;
}

static bool allows_case(const struct decided *d, const struct xf_block *guard,
                        int64_t value)
{
    if (guard->guard == XF_GUARD_DEFAULT)
        return !is_taken(d, guard->decider->kids[1], guard, value);
    for (size_t i = 0; i < guard->nlabels; i++)
        if (is_label(d, guard->labels[i], value))
            return true;
    return false;
}

bool decided_allows(const struct decided *d, int64_t value)
{
    for (size_t i = 0; i < d->len; i++)
        if (d->items[i].op
                ? !holds(d->items[i].op, value, d->items[i].constant)
                : !allows_case(d, d->items[i].guard, value))
            return false;
    return true;
}

/* Whether `n` is the value of x: itself, or an assignment to it. */
static bool is_value_of(const struct decided *d, const struct xf_node *n,
                        const struct xf_node *x)
{
    n = plain(d, n);
    if (n == x)
        return true;
    if (n->op == XF_OP_ASSIGN && !strcmp(n->name, "=") && !d->exact)
        n = plain(d, n->kids[0]);
    return x->op == XF_OP_VAR && n->op == XF_OP_VAR && n->local &&
           n->value == x->value;
}

static void add(struct decided *d, const char *op, int64_t constant,
                const struct xf_block *guard)
{
    if (d->len == DECIDED_MAX || (d->exact && op && constant < 0))
        return;
    d->items[d->len].op = op;
    d->items[d->len].constant = constant;
    d->items[d->len++].guard = guard;
}

void decided_add(struct decided *d, const struct xf_block *g,
                 const struct xf_node *x)
{
    const struct xf_node *c = g->condition ? plain(d, g->condition) : NULL;
    bool truth = g->guard == XF_GUARD_TRUE;
    const char *op;
    int64_t constant;
    uint32_t side;

    if (!c || g->never)
        return;
    if (g->guard == XF_GUARD_CASE || g->guard == XF_GUARD_DEFAULT) {
        if (is_value_of(d, c, x))
            add(d, NULL, 0, g);
        return;
    }
    if (!truth && g->guard != XF_GUARD_FALSE)
        return;
    if (is_value_of(d, c, x)) {
        add(d, truth ? "!=" : "==", 0, g);
        return;
    }
    if (!want_is_comparison(c))
        return;
    side = is_value_of(d, c->kids[0], x) ? 1 : 0;
    if ((!side && !is_value_of(d, c->kids[1], x)) ||
        !xf_tree_value(c->kids[side], d->long_bits, &constant))
        return;
    op = side ? c->name : want_turned(c->name);
    add(d, truth ? op : want_negated(op), constant, g);
}

void decided_collect(struct decided *d, const struct body *b,
                     const struct xf_node *local, struct xf_point point)
{
    uint32_t *guards;
    size_t n = xf_cfg_guards(b->cfg, point.block, &guards);

    for (size_t i = 0; i < n; i++)
        if (!xf_definitions_between(b->definitions, (uint32_t)local->value,
                                    guards[i], point))
            decided_add(d, xf_cfg_block(b->cfg, guards[i]), local);
    free(guards);
}
