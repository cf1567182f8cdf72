/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The page of a review meeting: all rows of the worksheet with what speaks for
 * and against each, in one HTML file that needs nothing else.
 *
 * What its script and others agree on:
 *
 * Decisions that are made in a page opened from disk are kept by the browser
 * and exported as {"format": "xenfmea-edits", "version": 1, "edits": [...]}.
 * An edit is {"site": ID} or {"group": NAME} with "disposition" ("" takes an
 * earlier edit back), "rationale", "aou": [ids], "by", "date" (YYYY-MM-DD) and
 * "meeting"; {"group": ...} also has "sites": [ids], its members. Edits are in
 * the order in which they were made, the last one on an item counts, and a
 * site's own goes before its group's.
 *
 * A server gives the page with xf_page_serve() and answers
 *   GET  /api/state            {"revision": n, "decisions": [edit, ...]}
 *   POST /api/edit             an edit with "base": the revision that the page
 *                              knew; 200 {"revision": n}, or 409 {"revision":
 *                              n, "current": edit}, when the item was changed
 *                              since
 *   POST /api/undo             takes back the last edit that was made with
 *                              this token; 200 {"revision": n}
 *   GET  /api/changes?since=n  as state, the items that changed since
 *   GET  /api/minutes          text
 * Every call has the header X-Xenfmea-Token.
 */
#ifndef XF_PAGE_H
#define XF_PAGE_H

#include "buf.h"
#include "sheet.h"

struct xf_page {
    struct xf_buf json; /* what the page shows */
};

/* Read what the page shows besides the rows of `sheet`, which are of the same
 * store. 0, or -1 with xf_error(), `out` then is empty. */
int xf_page_load(struct xf_page *out, const struct xf_sheet *sheet,
                 struct xf_store *store);
void xf_page_release(struct xf_page *page);

/* Write atomically. `data` is the data folder (page template in web/). */
int xf_page_write(const struct xf_page *page, const char *path,
                  const char *data);

/* Append the page `html` as a server gives it out: it keeps its decisions with
 * the server, and may call it (and nobody else). `token` goes into every call.
 * 0, or -1 with xf_error(): the page is of another version. */
int xf_page_serve(struct xf_buf *out, const char *html, const char *token);

#endif
