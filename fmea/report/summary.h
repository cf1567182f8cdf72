/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Counts over the whole worksheet. Private to this folder.
 */
#ifndef XF_REPORT_SUMMARY_H
#define XF_REPORT_SUMMARY_H

#include "map.h"
#include "store.h"

/* A table of counts: of what is in row r and column c. */
struct crosstab {
    const char *title, *note;
    struct xf_map rows, columns;
    int *counts; /* rows.len * columns.len, by row */
};

enum summary {
    SUMMARY_STATUS,     /* status x Action Priority, of rows */
    SUMMARY_PRIORITY,   /* Action Priority x disposition, of rows */
    SUMMARY_CONTEXT,    /* context x disposition, of sites */
    SUMMARY_CAUSE,      /* cause x kind, of sites */
    SUMMARY_SUBSYSTEM,  /* subsystem x Action Priority, of rows */
    SUMMARIES
};

/* 0, or -1 with xf_error(); release whatever the result. */
int crosstab_load(struct crosstab *out, struct xf_store *store,
                  enum summary which);
void crosstab_release(struct crosstab *table);
int crosstab_get(const struct crosstab *table, size_t row, size_t column);

/* A value of `meta`, "" when there is none; NULL with xf_error(). Caller
 * frees. */
char *meta_value(struct xf_store *store, const char *name);
/* The first column of the first row of a query as a number; -1 with
 * xf_error(). */
int count_of(struct xf_store *store, const char *sql);

#endif
