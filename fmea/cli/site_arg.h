/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The argument SITE of commands: an id, the beginning of one that fits no other
 * site, or FILE:LINE.
 */
#ifndef XF_SITE_ARG_H
#define XF_SITE_ARG_H

#include "picture.h"
#include "store.h"

struct xf_site_list {
    struct xf_shown_site *items;
    size_t len, cap;
};

#define XF_SITE_ARG_DOC "SITE is an id of the worksheet, the beginning of one, or FILE:LINE."

/* The rows of the site, or of the sites at that place, of every build or of
 * the architecture's. -1 with xf_error() when there are none or `text` could
 * mean several sites. */
int xf_site_find(struct xf_site_list *out, struct xf_store *store,
                 const char *text, const char *arch);
void xf_site_list_release(struct xf_site_list *list);

#endif
