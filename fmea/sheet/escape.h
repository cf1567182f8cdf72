/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The only place where text that others wrote (source, database) becomes part
 * of an output. Any bytes are accepted. What is appended is well-formed UTF-8:
 * each byte that is not part of a well-formed sequence becomes U+FFFD.
 */
#ifndef XF_ESCAPE_H
#define XF_ESCAPE_H

#include "buf.h"

/* A JSON string with its quotes, that may stand in an HTML <script>: no '<',
 * '>', '&', U+2028 or U+2029 appears as itself. */
void xf_escape_json(struct xf_buf *out, const char *text);

/* A CSV cell (RFC 4180), quoted if need be. Text that a spreadsheet would take
 * for a formula gets a ' in front. A tab becomes eight spaces; other control
 * characters but '\n' are spelled \xNN. */
void xf_escape_csv(struct xf_buf *out, const char *text);

#endif
