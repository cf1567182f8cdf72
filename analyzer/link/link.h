/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The link stage: facts of all translation units of one build to one program.
 * A function or header text that many units share is read once.
 *
 * Writes tables build, tu, diagnostic, read_file, inactive, expanded,
 * function, body, variable, call, witness, ending.
 */
#ifndef XF_LINK_H
#define XF_LINK_H

#include <stddef.h>

#include "buf.h"
#include "store.h"

/* Function ids of a build are consecutive, and later stages add functions that
 * are only pointed to: every build has room for so many. */
#define XF_LINK_FUNCTIONS 1000000

struct xf_link_tu {
    const char *file, *object, *status, *detail, *command; /* as in table tu */
    struct xf_buf *facts; /* empty when there are none; modified */
};

/* `tus` in the order in which they are to be numbered. 0, or -1. */
int xf_link(struct xf_store *store, const char *arch, const char *name,
            const char *kconfig, const struct xf_link_tu *tus, size_t n);

#endif
