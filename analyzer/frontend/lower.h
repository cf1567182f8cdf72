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

#include "map.h"
#include "walk.h"

/* How bug frames are called in trees: as in frontend.h, and the number in facts
 * for a type's number in the tree at hand. */
struct xf_frame_names {
    const char *section;
    int (*type)(int number, void *payload);
    void *payload;
};

/* Append T and G records of the unit; `also` names functions that are lowered
 * although nothing leads to them. */
void xf_lower(struct xf_buf *out, CXTranslationUnit unit,
              struct xf_names *names, const struct xf_map *also,
              const struct xf_frame_names *frames);

#endif
