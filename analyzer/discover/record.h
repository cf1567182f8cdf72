/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Records: lines of tab-separated fields, in which tab, newline and backslash
 * are written \t, \n and \\. The stand-ins append them while make runs in
 * parallel; the state of a finished capture is kept in the same form.
 *
 *   C  folder  argument...     one compilation
 *   F  message                 the capture cannot be trusted: why
 */
#ifndef XF_RECORD_H
#define XF_RECORD_H

#include <stddef.h>

#include "buf.h"

struct xf_record {
    char **field; /* field[0] is the kind; they point into the parsed text */
    size_t len, cap;
};

void xf_record_release(struct xf_record *record);

void xf_record_field(struct xf_buf *line, const char *text); /* kind first */
void xf_record_end(struct xf_buf *line);

/* Append whole lines to `path` in one write, so that writers do not mix.
 * 0, or -1 with errno. */
int xf_record_append(const char *path, const struct xf_buf *line);

/* Take the line at *at apart, in place, and move *at behind it. 1, 0 at the
 * end of the text, -1 when the last line is not whole. */
int xf_record_next(struct xf_record *out, char **at);

#endif
