/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Results of stages, kept from one scan to the next. A result is found by a
 * key, the hash of *everything* that it was made from; what all results of a
 * run depend on, such as the program and its data, is the basis, and another
 * basis forgets them all. So nothing stale can come back, and what is lost or
 * damaged costs only time. A result is the text of rows, and a stage makes its
 * rows from that text whether it was kept or is new.
 */
#ifndef XF_MEMO_H
#define XF_MEMO_H

#include <stddef.h>

#include "buf.h"
#include "hash.h"

struct xf_memo;

/* The results in a file, none when it is missing, damaged or of another basis.
 * Never NULL; free with xf_memo_free(). */
struct xf_memo *xf_memo_open(const char *path, const char *basis);
void xf_memo_free(struct xf_memo *memo);

/* A copy of the text kept under the key is appended to `text`. 1, or 0 when
 * there is none. A NULL memo keeps nothing. */
int xf_memo_find(struct xf_memo *memo, const char key[XF_HASH_HEX],
                 struct xf_buf *text);
/* Keep it for the next run. */
void xf_memo_keep(struct xf_memo *memo, const char key[XF_HASH_HEX],
                  const struct xf_buf *text);

/* Write what this run found or kept; the rest belonged to files that are no
 * more. A failure is none: the next run is slower. */
void xf_memo_save(struct xf_memo *memo);

#endif
