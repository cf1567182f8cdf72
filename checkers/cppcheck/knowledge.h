/* SPDX-License-Identifier: GPL-2.0-only
 *
 * data/cppcheck/cppcheck.json: how Cppcheck is asked, and what counts.
 */
#ifndef XF_KNOWLEDGE_H
#define XF_KNOWLEDGE_H

#include <stdbool.h>

struct xf_knowledge;

/* NULL with xf_error() when the file is missing or wrong. */
struct xf_knowledge *xf_knowledge_load(const char *data);
void xf_knowledge_free(struct xf_knowledge *knowledge);

/* Cppcheck's platform for a --target; the default when the target is not
 * known. Owned by `knowledge`, as all results here. */
const char *xf_knowledge_platform(const struct xf_knowledge *knowledge,
                                  const char *target);
/* The call that stands for a bug frame of that type; NULL: none. */
const char *xf_knowledge_call(const struct xf_knowledge *knowledge, int frame);
/* Whether findings of this id are shown. */
bool xf_knowledge_shown(const struct xf_knowledge *knowledge, const char *id);
/* Whether a message of this id means that the unit was given up. */
bool xf_knowledge_broken(const struct xf_knowledge *knowledge, const char *id);
/* 0 when this version of Cppcheck will do ("2.10"), or -1 with xf_error(). */
int xf_knowledge_accepts(const struct xf_knowledge *knowledge,
                         const char *version);

#endif
