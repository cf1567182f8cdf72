/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a dump says of the conditions of sites. A site is found as the call
 * that the include files of data/cppcheck/include put in its place, or as the
 * call that it is; its condition is that of the nearest enclosing `if`.
 */
#ifndef XF_VALUES_H
#define XF_VALUES_H

#include "dump.h"

struct xf_wanted {
    const char *file;
    unsigned int line, end_line; /* of the invocation */
    const char *call;     /* function whose call stops */
    unsigned int ordinal; /* among the calls of it in `line`, from 0 */
    unsigned int among;   /* calls of it that the line must have; with another
                             number it is not known which is which */
};

struct xf_told {
    bool is_condition; /* of the whole condition; else of a part of it */
    struct xf_dump_value value;
    const char *text; /* the condition or the part, as Cppcheck has it */
};

typedef void xf_told_fn(const struct xf_told *told, void *payload);

/* Call `fn` for every value that tells something about the condition, the
 * whole condition first. Left out: values that follow from the site's own
 * condition, and those that its type has anyway. Returns whether the site was
 * found. */
bool xf_values(const struct xf_dump *dump, const struct xf_wanted *wanted,
               xf_told_fn *fn, void *payload);

#endif
