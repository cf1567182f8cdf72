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

/* Append T and G records of the unit; `also` names functions that are lowered
 * although nothing leads to them; `frame_section` as in frontend.h. */
void xf_lower(struct xf_buf *out, CXTranslationUnit unit,
              struct xf_names *names, const struct xf_map *also,
              const char *frame_section);

#endif
