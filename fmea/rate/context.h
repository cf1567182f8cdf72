/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The safety context: what a user says about the system that Xen is part of.
 * A JSON file; data/context/example.json shows and explains every member.
 * Private to this folder.
 */
#ifndef XF_RATE_CONTEXT_H
#define XF_RATE_CONTEXT_H

#include "facts.h"

struct context {
    cJSON *json; /* NULL: none was given */
    char *path;
    char *ratings; /* folder with own scales, or NULL */
};

/* `path` may be NULL. */
int context_load(struct context *out, const char *path,
                 const struct fact_names *names);
/* Add to one of its lists of names; `names` is NULL ended or NULL. */
void context_add(struct context *context, const char *list,
                 const char *const *names);
void context_release(struct context *context);

/* What it says about a site: 'feature_off', 'interference', 'level'. */
void context_facts(const struct context *context, struct facts *facts);

#endif
