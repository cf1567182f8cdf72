/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Integer types and constant expressions of trees (C11 6.3.1, 6.6). The tree
 * has no implicit conversions; they are made here. What the C standard leaves
 * open, and what depends on an unknown signedness (plain char, enumerations),
 * has no value.
 */
#ifndef XF_VALUE_H
#define XF_VALUE_H

#include "tree.h"

struct xf_integer {
    unsigned int bits; /* 1 (_Bool), 8, 16, 32 or 64 */
    bool is_signed;
    bool vague; /* signedness depends on the architecture or the enumerators */
};

/* The integer type with that canonical spelling; pointers count as unsigned
 * integers. `long_bits`: width of long and of pointers, 32 or 64. False when
 * it is no such type. */
bool xf_integer_type(struct xf_integer *out, const char *type,
                     unsigned int long_bits);

/* The usual arithmetic conversions of two types; the other one for shifts. */
struct xf_integer xf_integer_promote(struct xf_integer a);
struct xf_integer xf_integer_common(struct xf_integer a, struct xf_integer b);

/* `value` (as in struct xf_node: sign extended when signed, else zero extended
 * to 64 bits and reinterpreted) converted to `type`. False when the result
 * depends on what is not known. */
bool xf_integer_convert(int64_t *value, struct xf_integer type);

/* Value of an expression whose leaves are constants. False when it has none.
 * && || ?: need only what they evaluate. */
bool xf_tree_value(const struct xf_node *expression, unsigned int long_bits,
                   int64_t *value);

/* Result of a binary operator, name as in tree_ops.def, on operands that were
 * already converted to `type` (shifts: the left one). Comparisons give 0 or 1.
 * False for what is undefined (overflow, division by zero) or no integer
 * operator. */
bool xf_integer_apply(const char *op, struct xf_integer type, int64_t left,
                      int64_t right, int64_t *value);

#endif
