/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Text that others wrote, on its way to a terminal: the one place that takes
 * from it what a terminal would obey.
 */
#ifndef XF_VISIBLE_H
#define XF_VISIBLE_H

#include "buf.h"

/* Append `text`, any bytes. Control characters (C0, DEL, C1), bytes that are
 * no well-formed UTF-8 and the marks that change the direction of text are
 * spelled \xNN byte by byte; characters in `keep` ("" or "\n") stay. A result
 * goes through it again unchanged. */
void xf_visible(struct xf_buf *out, const char *text, const char *keep);

#endif
