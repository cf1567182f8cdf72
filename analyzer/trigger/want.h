/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which values of an expression are asked for when its origin is traced: as a
 * set of signs, which is all that most conditions tell apart. Private to this
 * folder.
 */
#ifndef XF_WANT_H
#define XF_WANT_H

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

enum want {
    WANT_NEGATIVE = 1,
    WANT_ZERO = 2,
    WANT_POSITIVE = 4,
    WANT_NOT_ZERO = WANT_NEGATIVE | WANT_POSITIVE,
    WANT_ANY = WANT_NEGATIVE | WANT_ZERO | WANT_POSITIVE,
    WANTS
};

bool want_has(enum want want, int64_t value);

/* Of x, when these values of !x and -x are wanted. */
enum want want_below_not(enum want want);
enum want want_below_minus(enum want want);

/* Of x in `x op c` or `c op x`, when these values of the comparison `n` are
 * wanted. *side: which operand is x. False when neither is a constant. */
bool want_below_comparison(const struct xf_node *n, unsigned int long_bits,
                           enum want *want, uint32_t *side);

bool want_is_comparison(const struct xf_node *n);
/* The operator with its operands exchanged; the opposite one. */
const char *want_turned(const char *op);
const char *want_negated(const char *op);

#endif
