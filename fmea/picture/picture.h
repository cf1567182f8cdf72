/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Paths to a site in words and as a graph. Both show the same; text that comes
 * from the analysed tree is made safe for a terminal and for Graphviz.
 */
#ifndef XF_PICTURE_H
#define XF_PICTURE_H

#include "buf.h"
#include "paths.h"

/* A row of table site, as it is shown. Strings are never NULL. */
struct xf_shown_site {
    int64_t row;
    char *id, *kind, *file, *function, *condition, *message, *arch, *build;
    int line;
};

void xf_shown_site_release(struct xf_shown_site *site);

/* A paragraph for each path. */
void xf_words(struct xf_buf *out, const struct xf_shown_site *site,
              const struct xf_paths *paths);

/* A digraph for dot with at most `max_nodes` functions: paths that do not fit
 * are left out, and the picture says how many. Entries are at the top and have
 * the colour of their context, the site is at the bottom; calls through
 * pointers are dashed, what happens later is dotted. Returns the number of
 * paths left out. */
size_t xf_dot(struct xf_buf *out, const struct xf_shown_site *site,
              const struct xf_paths *paths, size_t max_nodes);

#endif
