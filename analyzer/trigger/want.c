/* SPDX-License-Identifier: GPL-2.0-only */
#include "want.h"

#include <string.h>

#include "value.h"

static enum want sign_of(int64_t value)
{
    return value < 0 ? WANT_NEGATIVE : value ? WANT_POSITIVE : WANT_ZERO;
}

bool want_has(enum want want, int64_t value)
{
    return (want & sign_of(value)) != 0;
}

enum want want_below_not(enum want want)
{
    return (enum want)((want & WANT_ZERO ? WANT_NOT_ZERO : 0) |
                       (want & WANT_NOT_ZERO ? WANT_ZERO : 0));
}

enum want want_below_minus(enum want want)
{
    return (enum want)((want & WANT_ZERO) |
                       (want & WANT_NEGATIVE ? WANT_POSITIVE : 0) |
                       (want & WANT_POSITIVE ? WANT_NEGATIVE : 0));
}

bool want_is_comparison(const struct xf_node *n)
{
    return n->op == XF_OP_BINARY &&
           (!strcmp(n->name, "==") || !strcmp(n->name, "!=") ||
            !strcmp(n->name, "<") || !strcmp(n->name, ">") ||
            !strcmp(n->name, "<=") || !strcmp(n->name, ">="));
}

const char *want_turned(const char *op)
{
    return !strcmp(op, "<")    ? ">"
           : !strcmp(op, ">")  ? "<"
           : !strcmp(op, "<=") ? ">="
           : !strcmp(op, ">=") ? "<="
                               : op;
}

const char *want_negated(const char *op)
{
    return !strcmp(op, "<")    ? ">="
           : !strcmp(op, ">")  ? "<="
           : !strcmp(op, "<=") ? ">"
           : !strcmp(op, ">=") ? "<"
           : !strcmp(op, "==") ? "!="
                               : "==";
}

/* The signs of the integers x for which `x op c` holds. */
static enum want signs(const char *op, int64_t c)
{
    if (!strcmp(op, "=="))
        return sign_of(c);
    if (!strcmp(op, "!="))
        return c ? WANT_ANY : WANT_NOT_ZERO;
    if (*op == '<') {
        if (op[1] == '=' ? c >= 1 : c >= 2)
            return WANT_ANY;
        return op[1] == '=' ? (c < 0 ? WANT_NEGATIVE
                                     : WANT_NEGATIVE | WANT_ZERO)
                            : (c <= 0 ? WANT_NEGATIVE
                                      : WANT_NEGATIVE | WANT_ZERO);
    }
    if (op[1] == '=' ? c <= -1 : c <= -2)
        return WANT_ANY;
    return op[1] == '='
               ? (c > 0 ? WANT_POSITIVE : WANT_POSITIVE | WANT_ZERO)
               : (c >= 0 ? WANT_POSITIVE : WANT_POSITIVE | WANT_ZERO);
}

bool want_below_comparison(const struct xf_node *n, unsigned int long_bits,
                           enum want *want, uint32_t *side)
{
    struct xf_integer type;
    int64_t constant;
    const char *op = n->name;
    bool truth = *want == WANT_NOT_ZERO || *want == WANT_POSITIVE;

    if (xf_tree_value(n->kids[1], long_bits, &constant)) {
        *side = 0;
    } else if (xf_tree_value(n->kids[0], long_bits, &constant)) {
        *side = 1;
        op = want_turned(op);
    } else {
        return false;
    }
    if (!truth && *want != WANT_ZERO) {
        *want = WANT_ANY;
        return true;
    }
    *want = signs(truth ? op : want_negated(op), constant);
    /* A constant of an unsigned type may be a negative number in the tree. */
    if (!xf_integer_type(&type, n->kids[*side]->type, long_bits) ||
        !type.is_signed || type.vague) {
        if (constant < 0) /* the errors of IS_ERR() */
            *want = *op == '>' && truth ? WANT_NEGATIVE : WANT_ANY;
        else if (*want & WANT_NOT_ZERO)
            *want = (enum want)(*want | WANT_NOT_ZERO);
    }
    return true;
}
