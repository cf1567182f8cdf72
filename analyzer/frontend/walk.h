/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The walk over one parsed translation unit: functions, direct calls, bug
 * frames. Private to the front end.
 */
#ifndef XF_WALK_H
#define XF_WALK_H

#include <clang-c/Index.h>

#include "frontend.h"
#include "map.h"

/* A place in a file as the user knows it. */
struct xf_place {
    const char *real; /* path to open */
    const char *file; /* path to show */
    unsigned int line, column, offset;
};

/* Names of files: libclang's to real and shown ones, kept for one TU. */
struct xf_names {
    const struct xf_tu *tu;
    struct xf_map raw;    /* what libclang calls it */
    char **real, **shown; /* parallel */
    size_t cap;
};

void xf_names_release(struct xf_names *names);
/* Index into real[] and shown[] of a file that libclang calls `raw`. */
uint32_t xf_names_add(struct xf_names *names, const char *raw);

/* Append F, C, B, H, N, E, U, X and I records of the whole unit. */
void xf_walk(struct xf_buf *out, CXTranslationUnit unit, struct xf_names *names,
             const struct xf_frontend_options *options);

#endif
