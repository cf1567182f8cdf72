/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Requirements as Xen writes them (docs/fusa/reqs): reStructuredText that
 * OpenFastTrace reads. An id is TYPE~name~revision, alone on a line between
 * backticks where it is defined; "Covers:" lists its parents. Private to this
 * folder.
 */
#ifndef XF_REPORT_REQUIREMENTS_H
#define XF_REPORT_REQUIREMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "map.h"

struct requirement_link {
    char *from, *to; /* ids; from "" when the list has no owner */
    char *place;     /* "FILE:LINE" */
};

struct requirements {
    bool found;             /* there is a folder of them */
    struct xf_map ids;      /* defined */
    char **places;          /* parallel: "FILE:LINE" */
    size_t places_cap;
    struct requirement_link *links;
    size_t nlinks, links_cap;
    struct xf_buf problems; /* ids that are defined twice, a line each */
};

/* TYPE~name~revision: letters and digits; those and '_', '-', '.'; digits. */
bool requirement_id_ok(const char *id);

/* Read docs/fusa/reqs of a tree (its repository, or the hypervisor folder in
 * it). A tree without it is no error. 0, or -1 with xf_error(). */
int report_requirements_load(struct requirements *out, const char *tree);
/* Add the text of one file; any bytes. */
void requirements_add(struct requirements *out, const char *file,
                      const char *text);
void report_requirements_release(struct requirements *list);

/* Append a line when `id`, which `place` refers to, is not defined: with what
 * is there instead, if only the revision differs. */
void requirements_check(const struct requirements *list, const char *id,
                        const char *place, struct xf_buf *problems);
/* The same for all links of the files themselves, and what was defined twice. */
void requirements_check_all(const struct requirements *list,
                            struct xf_buf *problems);
/* Append the line for a decision that rests on what nobody wrote down. */
void problem_unknown_aou(struct xf_buf *problems, const char *site,
                         const char *aou);
/* The id that differs from `id` in the revision only; NULL: none. */
const char *requirements_other(const struct requirements *list,
                               const char *id);

#endif
