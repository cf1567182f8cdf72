/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Paths to a site, from a database that the reach stage has filled: the
 * recorded shortest one for every context, or the K best.
 */
#ifndef XF_PATHS_H
#define XF_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct xf_step {
    char *function, *function_file;
    char *file; /* of the call that leads here; of an entry, its own place */
    int line;   /* 0: not known */
    char *kind; /* "entry", "direct", "indirect", "asm", "armed" */
    char *via;  /* member, variable or mechanism, "" for none */
    char *checked; /* privilege checks that the call is behind, "" for none */
    char *context; /* behind the step */
    bool uncertain;
};

struct xf_path {
    char *context, *party, *colour;
    bool armed; /* the context does not get here itself, it arms what does */
    char *source; /* why its first function is an entry */
    struct xf_step *steps;
    size_t nsteps, cap;
};

struct xf_paths {
    struct xf_path *items; /* by context, best first */
    size_t len, cap;
    char *reason, *detail; /* why there are none; NULL when there are */
};

/* Up to `k` paths for every context that reaches the site with this row id of
 * table site. 0, or -1 with xf_error(). */
int xf_paths_find(struct xf_paths *out, struct xf_store *store, int64_t site,
                  size_t k);
void xf_paths_release(struct xf_paths *paths);

#endif
