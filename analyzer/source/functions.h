/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where functions begin and end in a file's text, without a compiler: for
 * versions of a file that nobody can build any more. Tolerant: a body whose
 * braces do not balance, because an #if splits it, ends at the next '}' in the
 * first column. In assembly a function is the text from one label to the next.
 */
#ifndef XF_FUNCTIONS_H
#define XF_FUNCTIONS_H

#include "source.h"

struct xf_range {
    char *name;           /* owned by the list */
    uint32_t first, last; /* lines of the whole definition, inclusive */
    size_t body, end;     /* offsets of the '{' and behind the '}' */
};

struct xf_ranges {
    struct xf_range *items; /* in order, not overlapping */
    size_t len, cap;
};

/* Append the functions of `src`. Release with xf_functions_release(). */
void xf_functions_find(struct xf_ranges *out, const struct xf_source *src);
void xf_functions_release(struct xf_ranges *ranges);

/* The function whose definition has `line`, or NULL. */
const struct xf_range *xf_functions_at(const struct xf_ranges *ranges,
                                       uint32_t line);

#endif
