/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Records as text: a line each, a tag and fields with a tab before each, in
 * which tab, newline and backslash are escaped.
 */
#ifndef XF_FACT_H
#define XF_FACT_H

#include <stddef.h>

#include "buf.h"

#define XF_FACTS_FIELDS 16

struct xf_record {
    char tag;
    const char *fields[XF_FACTS_FIELDS]; /* unescaped; absent ones are "" */
    size_t nfields;
};

/* Append one record; the fields end with NULL. */
void xf_fact(struct xf_buf *out, char tag, ...) __attribute__((sentinel));

/* Split one line (NUL ended, modified in place). 0, or -1 when malformed. */
int xf_fact_split(struct xf_record *record, char *line);

/* The record at *at, which is moved on and modified in place; every line
 * before `end` must be whole. 1, 0 at the end, -1 when malformed. */
int xf_fact_next(struct xf_record *record, char **at, char *end);

#endif
