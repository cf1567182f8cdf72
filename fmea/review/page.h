/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheet's page as the server gives it out. Private to this folder.
 */
#ifndef XF_REVIEW_PAGE_H
#define XF_REVIEW_PAGE_H

#include "buf.h"

/* Append the page with the token in it, and allowed to call this server. 0, or
 * -1 with xf_error(): the page is of another version. */
int page_serve(struct xf_buf *out, const char *html, const char *token);

/* The page's own content security policy as a header of it. NULL with
 * xf_error() when it has none. Caller frees. */
char *page_policy(const char *html);

#endif
