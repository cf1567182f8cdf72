/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a tree's Kconfig files say of the symbols that a person may set. Not an
 * evaluation: Kconfig itself has the last word. Private to this folder.
 */
#ifndef XF_PROMPTS_H
#define XF_PROMPTS_H

#include <stdbool.h>

#include "map.h"

struct prompt {
    bool has_prompt; /* a person can set it */
    char *depends;   /* expressions that must hold, "" for none; a symbol that
                        is defined twice has those of both */
};

struct prompts {
    struct xf_map names; /* without CONFIG_ */
    struct prompt *symbols; /* parallel */
    size_t cap;
};

/* Read the Kconfig files below `root`, of arch/ only those of `folder`. 0, or
 * -1 with xf_error(). */
int prompts_load(struct prompts *out, const char *root, const char *folder);
/* The same from a text; public for the tests. */
void prompts_parse(struct prompts *out, const char *text);
void prompts_release(struct prompts *prompts);

/* NULL when there is none of that name. */
const struct prompt *prompts_find(const struct prompts *prompts,
                                          const char *name);

#endif
