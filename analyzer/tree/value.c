/* SPDX-License-Identifier: GPL-2.0-only */
#include "value.h"

#include <string.h>

/* Without qualifiers in front. */
static const char *unqualified(const char *type)
{
    for (;;) {
        if (!strncmp(type, "const ", 6))
            type += 6;
        else if (!strncmp(type, "volatile ", 9))
            type += 9;
        else
            return type;
    }
}

bool xf_integer_type(struct xf_integer *out, const char *type,
                     unsigned int long_bits)
{
    static const struct {
        const char *name;
        unsigned int bits; /* 0: long_bits */
        bool is_signed, vague;
    } table[] = {{"_Bool", 1, false, false},
                 {"char", 8, true, true},
                 {"signed char", 8, true, false},
                 {"unsigned char", 8, false, false},
                 {"short", 16, true, false},
                 {"unsigned short", 16, false, false},
                 {"int", 32, true, false},
                 {"unsigned int", 32, false, false},
                 {"long", 0, true, false},
                 {"unsigned long", 0, false, false},
                 {"long long", 64, true, false},
                 {"unsigned long long", 64, false, false}};
    const char *name = unqualified(type);
    size_t len = strlen(name);

    if (len && (name[len - 1] == '*' ||
                (len > 7 && !strcmp(name + len - 7, "* const")))) {
        *out = (struct xf_integer){long_bits, false, false};
        return true;
    }
    if (!strncmp(name, "enum ", 5)) {
        *out = (struct xf_integer){32, true, true};
        return true;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(table[i].name, name)) {
            *out = (struct xf_integer){table[i].bits ? table[i].bits
                                                     : long_bits,
                                       table[i].is_signed, table[i].vague};
            return true;
        }
    return false;
}

struct xf_integer xf_integer_promote(struct xf_integer a)
{
    if (a.bits < 32)
        return (struct xf_integer){32, true, false};
    return a;
}

struct xf_integer xf_integer_common(struct xf_integer a, struct xf_integer b)
{
    a = xf_integer_promote(a);
    b = xf_integer_promote(b);
    if (a.bits != b.bits)
        return a.bits > b.bits ? a : b;
    if (a.vague != b.vague) /* an unsigned partner decides; an int does not */
        return a.vague ? (b.is_signed ? a : b) : (a.is_signed ? b : a);
    return a.is_signed ? b : a;
}

bool xf_integer_convert(int64_t *value, struct xf_integer type)
{
    uint64_t v = (uint64_t)*value;

    if (type.bits == 1) {
        *value = v != 0;
        return true;
    }
    if (type.bits < 64) {
        uint64_t mask = (UINT64_C(1) << type.bits) - 1;
        bool top = v >> (type.bits - 1) & 1;

        if (type.vague && (top || (v & ~mask)))
            return false;
        v &= mask;
        if (type.is_signed && top)
            v |= ~mask;
    }
    *value = (int64_t)v;
    return true;
}

static bool compare(const char *op, bool is_signed, int64_t l, int64_t r,
                    int64_t *value)
{
    bool less = is_signed ? l < r : (uint64_t)l < (uint64_t)r;
    bool equal = l == r;

    if (!strcmp(op, "=="))
        *value = equal;
    else if (!strcmp(op, "!="))
        *value = !equal;
    else if (!strcmp(op, "<"))
        *value = less;
    else if (!strcmp(op, "<="))
        *value = less || equal;
    else if (!strcmp(op, ">"))
        *value = !less && !equal;
    else if (!strcmp(op, ">="))
        *value = !less;
    else
        return false;
    return true;
}

static bool shift(const char *op, struct xf_integer type, int64_t l, int64_t r,
                  int64_t *value)
{
    if (r < 0 || r >= (int64_t)type.bits || (type.is_signed && l < 0))
        return false;
    *value = *op == '<' ? (int64_t)((uint64_t)l << r)
                        : (int64_t)((uint64_t)l >> r);
    if (type.is_signed && type.bits < 64 && *value >> (type.bits - 1))
        return false;
    return !(type.is_signed && *value < 0) && xf_integer_convert(value, type);
}

static bool divide(const char *op, struct xf_integer type, int64_t l, int64_t r,
                   int64_t *value)
{
    if (!r || (type.is_signed && r == -1 && l == INT64_MIN))
        return false;
    if (type.is_signed)
        *value = *op == '/' ? l / r : l % r;
    else
        *value = (int64_t)(*op == '/' ? (uint64_t)l / (uint64_t)r
                                      : (uint64_t)l % (uint64_t)r);
    return true;
}

bool xf_integer_apply(const char *op, struct xf_integer type, int64_t left,
                      int64_t right, int64_t *value)
{
    int64_t v;

    if (compare(op, type.is_signed, left, right, value))
        return true;
    if (!strcmp(op, "<<") || !strcmp(op, ">>"))
        return shift(op, type, left, right, value);
    if (!strcmp(op, "&")) {
        *value = left & right;
        return true;
    }
    if (!strcmp(op, "|")) {
        *value = left | right;
        return true;
    }
    if (!strcmp(op, "^")) {
        *value = left ^ right;
        return true;
    }
    if (!strcmp(op, "/") || !strcmp(op, "%"))
        return divide(op, type, left, right, value);
    if (!type.is_signed) {
        if (!strcmp(op, "+"))
            v = (int64_t)((uint64_t)left + (uint64_t)right);
        else if (!strcmp(op, "-"))
            v = (int64_t)((uint64_t)left - (uint64_t)right);
        else if (!strcmp(op, "*"))
            v = (int64_t)((uint64_t)left * (uint64_t)right);
        else
            return false;
        *value = v;
        return xf_integer_convert(value, type);
    }
    if (!strcmp(op, "+") ? __builtin_add_overflow(left, right, &v)
        : !strcmp(op, "-") ? __builtin_sub_overflow(left, right, &v)
        : !strcmp(op, "*") ? __builtin_mul_overflow(left, right, &v)
                           : true)
        return false;
    *value = v;
    return xf_integer_convert(value, type) && *value == v;
}

static bool of_type(const struct xf_node *n, unsigned int long_bits,
                    struct xf_integer *type)
{
    if (!*n->type && n->op == XF_OP_INT) { /* enumerator */
        *type = (struct xf_integer){32, true, false};
        return n->value >= INT32_MIN && n->value <= INT32_MAX;
    }
    return xf_integer_type(type, n->type, long_bits);
}

static bool value_of_binary(const struct xf_node *n, unsigned int long_bits,
                            int64_t *value)
{
    struct xf_integer a, b, type;
    const char *op = n->name;
    bool is_and = !strcmp(op, "&&"), is_or = !strcmp(op, "||"), is_shift;
    int64_t l, r;

    if (!xf_tree_value(n->kids[0], long_bits, &l))
        return false;
    if (is_and || is_or) {
        if (is_or == (l != 0)) {
            *value = is_or;
            return true;
        }
        if (!xf_tree_value(n->kids[1], long_bits, &r))
            return false;
        *value = r != 0;
        return true;
    }
    if (!xf_tree_value(n->kids[1], long_bits, &r))
        return false;
    if (!strcmp(op, ",")) {
        *value = r;
        return true;
    }
    if (!of_type(n->kids[0], long_bits, &a) ||
        !of_type(n->kids[1], long_bits, &b))
        return false;
    /* Pointer arithmetic counts in elements. */
    if ((*op == '+' || *op == '-') &&
        (strchr(n->kids[0]->type, '*') || strchr(n->kids[1]->type, '*')))
        return false;
    is_shift = !strcmp(op, "<<") || !strcmp(op, ">>");
    type = is_shift ? xf_integer_promote(a) : xf_integer_common(a, b);
    return xf_integer_convert(&l, type) &&
           (is_shift || xf_integer_convert(&r, type)) &&
           xf_integer_apply(op, type, l, r, value);
}

static bool value_of_unary(const struct xf_node *n, unsigned int long_bits,
                           int64_t *value)
{
    struct xf_integer type;
    int64_t v;

    if (!xf_tree_value(n->kids[0], long_bits, &v))
        return false;
    if (!strcmp(n->name, "!")) {
        *value = !v;
        return true;
    }
    if (!of_type(n->kids[0], long_bits, &type))
        return false;
    type = xf_integer_promote(type);
    if (!xf_integer_convert(&v, type))
        return false;
    if (!strcmp(n->name, "-")) {
        if (type.is_signed)
            return xf_integer_apply("-", type, 0, v, value);
        *value = (int64_t)(0 - (uint64_t)v);
    } else if (!strcmp(n->name, "~")) {
        *value = ~v;
    } else if (!strcmp(n->name, "+")) {
        *value = v;
    } else {
        return false;
    }
    return xf_integer_convert(value, type);
}

static bool value_of_call(const struct xf_node *n, unsigned int long_bits,
                          int64_t *value)
{
    const struct xf_node *callee = n->kids[0];

    return callee->op == XF_OP_FN && n->nkids >= 2 &&
           !strcmp(callee->name, "__builtin_expect") &&
           xf_tree_value(n->kids[1], long_bits, value);
}

bool xf_tree_value(const struct xf_node *n, unsigned int long_bits,
                   int64_t *value)
{
    struct xf_integer type;
    int64_t c;

    switch (n->op) {
    case XF_OP_INT:
        *value = n->value;
        return n->has_value;
    case XF_OP_BINARY:
        return value_of_binary(n, long_bits, value);
    case XF_OP_UNARY:
        return value_of_unary(n, long_bits, value);
    case XF_OP_CALL:
        return value_of_call(n, long_bits, value);
    case XF_OP_CAST:
        return xf_tree_value(n->kids[0], long_bits, value) &&
               xf_integer_type(&type, n->type, long_bits) &&
               xf_integer_convert(value, type);
    case XF_OP_CONDITIONAL:
        return xf_tree_value(n->kids[0], long_bits, &c) &&
               xf_tree_value(n->kids[c ? 1 : 2], long_bits, value);
    case XF_OP_GNU_CONDITIONAL:
        if (!xf_tree_value(n->kids[0], long_bits, value))
            return false;
        return *value || xf_tree_value(n->kids[1], long_bits, value);
    case XF_OP_STATEMENTS: { /* ({ x; }) */
        const struct xf_node *block = n->kids[0];

        return block->op == XF_OP_BLOCK && block->nkids == 1 &&
               xf_tree_value(block->kids[0], long_bits, value);
    }
    default:
        return false;
    }
}
