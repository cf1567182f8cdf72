/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bodies of functions and initialisers of file-scope variables as trees
 * (analyzer/tree/tree.h). Private to the front end.
 *
 * What a header defines is lowered only when something of the unit leads to
 * it: most inline functions of most headers are never used by a unit, and they
 * are the bulk of its text.
 */
#ifndef XF_LOWER_H
#define XF_LOWER_H

#include <clang-c/Index.h>

#include "map.h"
#include "walk.h"

struct xf_lowered {
    struct xf_map names; /* functions of the unit that were lowered */
    struct xf_lowered_body {
        char *types, *text; /* fields of a T record */
    } *bodies;              /* parallel */
    size_t cap;
    struct xf_buf globals; /* G records */
};

void xf_lower(struct xf_lowered *out, CXTranslationUnit unit,
              struct xf_names *names);
void xf_lowered_release(struct xf_lowered *lowered);

#endif
