/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a finished capture leaves beside its copy, as one file that appears
 * whole or not at all. Without it nothing else in the folder is trusted.
 *
 * The file holds records (record.h): K key, I path hash size mtime of each
 * copied file, W failures, C each call, and E as its last line.
 */
#ifndef XF_STATE_H
#define XF_STATE_H

#include "copy.h"
#include "internal.h"

struct xf_state {
    char *key;          /* of everything but the files */
    struct xf_copy copy;
    char *failures;
    struct xf_calls calls;
};

/* 1 when there is a whole state of this version, else 0 and `out` is empty:
 * an unreadable one counts as none. */
int xf_state_load(struct xf_state *out, const char *path);
int xf_state_save(const struct xf_state *state, const char *path);
void xf_state_release(struct xf_state *state);

#endif
