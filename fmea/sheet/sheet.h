/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheet: one row model, computed once from the database, and a writer
 * per format. A writer only formats; escaping lives in one place per format.
 *
 * Reads the views and tables meta, build, tu, census; writes excerpt.
 */
#ifndef XF_SHEET_H
#define XF_SHEET_H

#include <stddef.h>

#include "store.h"

/* One site in one build. To add a column of v_sites: a member here and a line
 * in columns.c; every format then has it. */
struct xf_row {
    char *site_id, *kind, *file, *function, *arch, *build, *macro, *macros;
    char *condition, *message;
    char *cause, *contexts, *disposition, *status, *aou, *rule;
    char *confidence, *severity, *occurrence, *detection;
    char *action_priority, *bug_count;
    char *armed_by, *paths, *proposed;
    char *builds;  /* all that have the site: "arm64 debug, arm64 release" */
    char *differs; /* what is not the same in them, a line each */
    int line, end_line, column, debug_only;
    char **inliners; /* functions that inline it, sorted; NULL ended, or NULL */
    /* The excerpt: whole lines of the source around the site. NUL bytes of the
     * file are 0xff in it, so that it is a C string; like every text here it
     * is not necessarily UTF-8. */
    int excerpt_first; /* number of its first line; 0: source not available */
    char *excerpt;     /* '\n' between lines; "" when not available */
};

/* Lines of source that an excerpt has before and behind the site. */
#define XF_EXCERPT_CONTEXT 6

/* The name of a fact that nobody may overlook, such as a failed TU. */
#define XF_FACT_FAILED "failed"

struct xf_sheet {
    struct xf_row *rows; /* ordered by file, line, column, kind, arch, build */
    size_t len, cap;
    /* Name, value pairs for the head of the page, ordered. XF_FACT_FAILED may
     * repeat; "GROUP: NAME" are the cells of a table with a line per GROUP,
     * where a group is a build ("arm64 debug") or "census". */
    char *(*facts)[2];
    size_t nfacts;
};

/* Read the rows; excerpts come from the files below `root` (the hypervisor
 * folder), or with NULL from what was recorded. A file that is not there is no
 * error: its rows have no excerpt. 0, or -1 with xf_error(), `out` then is
 * empty. */
int xf_sheet_load(struct xf_sheet *out, struct xf_store *store,
                  const char *root);
/* Record the excerpts in the database, for when there is no tree. 0, or -1
 * with xf_error(). */
int xf_sheet_record(const struct xf_sheet *sheet, struct xf_store *store);
void xf_sheet_release(struct xf_sheet *sheet);

/* Write atomically. For the page see page.h. */
int xf_sheet_write_csv(const struct xf_sheet *sheet, const char *path);

#endif
