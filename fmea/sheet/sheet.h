/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheet: one row model, computed once from the database, and a writer
 * per format. A writer only formats; escaping lives in one place per format.
 */
#ifndef XF_SHEET_H
#define XF_SHEET_H

#include <stddef.h>

#include "store.h"

struct xf_row {
    char *site_id, *kind, *file, *function, *arch, *build, *macro, *macros;
    char *condition, *message;
    char *cause, *contexts, *disposition, *status, *aou, *rule;
    int line, end_line, column, debug_only;
    char **inliners; /* functions that inline it; NULL ended */
    /* The excerpt: whole lines of the source around the site. */
    int excerpt_first; /* number of its first line; 0: source not available */
    char *excerpt;     /* '\n' between lines */
};

struct xf_sheet {
    struct xf_row *rows; /* ordered by file, line, column, kind, arch, build */
    size_t len, cap;
    /* name, value pairs for the head of the page, ordered */
    char *(*facts)[2];
    size_t nfacts;
};

/* Read the rows; excerpts come from the files below `root` (the hypervisor
 * folder). 0, or -1 with xf_error(). */
int xf_sheet_load(struct xf_sheet *out, struct xf_store *store,
                  const char *root);
void xf_sheet_release(struct xf_sheet *sheet);

/* Write atomically. `data` is the data folder (page template in web/). */
int xf_sheet_write_csv(const struct xf_sheet *sheet, const char *path);
int xf_sheet_write_html(const struct xf_sheet *sheet, const char *path,
                        const char *data);

#endif
