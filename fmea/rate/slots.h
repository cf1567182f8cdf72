/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Sentences with slots: {fact}, or {fact|words when it is unknown or empty}.
 * A slot that would stay empty is an error: a rationale that says "reached
 * from" and then nothing convinces nobody. Private to this folder.
 */
#ifndef XF_RATE_SLOTS_H
#define XF_RATE_SLOTS_H

#include "buf.h"
#include "facts.h"

/* 0, or -1 with xf_error() that begins with `where`: a slot that is not
 * closed or not the name of a fact. */
int slots_check(const char *text, const struct fact_names *names,
                const char *where);

/* Append `text` with its slots filled. 0, or -1 with xf_error(). */
int slots_fill(struct xf_buf *out, const char *text, const struct facts *facts,
               const char *where);

#endif
