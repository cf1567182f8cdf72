/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where a writer's text goes while it is made: a file that appears whole or
 * not at all, or the standard output. Functions returning int give 0, or -1
 * with xf_error() set.
 */
#ifndef XF_REPORT_STREAM_H
#define XF_REPORT_STREAM_H

#include <stdio.h>

#include "buf.h"

struct stream {
    struct xf_buf text; /* append here, then stream_flush() now and then */
    const char *path;   /* NULL: the standard output */
    char *tmp;
    FILE *file;
};

/* A file beside `path` that stream_end() renames. Caller frees; NULL with
 * xf_error() when it cannot be made. */
char *stream_temporary(const char *path);

int stream_begin(struct stream *out, const char *path);
/* Write what has gathered, when it is much. */
int stream_flush(struct stream *out);
/* Write the rest and put the file in its place; with `failed` remove it.
 * Releases `out` whatever the result, which is -1 with `failed`. */
int stream_end(struct stream *out, int failed);

#endif
