/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Patches with whole files as context (git log -p -U<huge>): both versions of
 * every file that a commit touches, and which of their lines differ.
 */
#ifndef XF_HISTORY_PATCH_H
#define XF_HISTORY_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct patch_side {
    char *path;         /* from the repository's root; NULL: no such file */
    struct xf_buf text; /* whole */
    uint32_t *group;    /* of each line (index line - 1): the number of the
                           change, from 1, that it is part of; 0: unchanged */
    size_t lines, cap;
};

struct patch_file {
    struct patch_side old, new;
    bool renamed;
};

/* Changes with at most this many unchanged lines between them are one group. */
#define PATCH_NEAR 3

/* Called for every file of a commit, `file` valid during the call. Non-zero
 * ends the reading and is returned. */
typedef int patch_file_fn(const char *commit, const struct patch_file *file,
                          void *payload);
/* Called behind the last file of a commit, also of one without files. */
typedef int patch_commit_fn(const char *commit, void *payload);

/* Read the output of git log --format=%x00%H -p. Any bytes are accepted. */
int patch_read(const struct xf_buf *text, patch_file_fn *on_file,
               patch_commit_fn *on_commit, void *payload);

#endif
