/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The row model that every format writes: a row of v_worksheet with what
 * identifies its site, read one at a time. Private to this folder.
 */
#ifndef XF_REPORT_COLUMNS_H
#define XF_REPORT_COLUMNS_H

#include <stdbool.h>

#include "store.h"

/* Columns of v_worksheet that writers name; the others they only list. */
enum column {
    COLUMN_ROW_ID,
    COLUMN_SITE_ID,
    COLUMN_ARCH,
    COLUMN_BUILD,
    COLUMN_FILE,
    COLUMN_LINE,
    COLUMN_FUNCTION,
    COLUMN_KIND,
    COLUMN_INVOCATION,
    COLUMN_SUBSYSTEM,
    COLUMN_MAINTAINER,
    COLUMN_PURPOSE,
    COLUMN_REQUIREMENT,
    COLUMN_MODE,
    COLUMN_FAILURE_MODE,
    COLUMN_FAILURE_CAUSE,
    COLUMN_CAUSE,
    COLUMN_LOCAL_EFFECT,
    COLUMN_SYSTEM_EFFECT,
    COLUMN_LEAST_ROLE,
    COLUMN_INTERFERENCE,
    COLUMN_CONTEXTS,
    COLUMN_PHASE,
    COLUMN_FEASIBILITY,
    COLUMN_FEASIBILITY_WHY,
    COLUMN_PREVENTION,
    COLUMN_DETECTION_CONTROL,
    COLUMN_SEVERITY,
    COLUMN_SEVERITY_WHY,
    COLUMN_OCCURRENCE,
    COLUMN_OCCURRENCE_WHY,
    COLUMN_DETECTION,
    COLUMN_DETECTION_WHY,
    COLUMN_ACTION_PRIORITY,
    COLUMN_DISPOSITION,
    COLUMN_STATUS,
    COLUMN_RATIONALE,
    COLUMN_AOU,
    COLUMN_RULE,
    COLUMN_CONFIDENCE,
    COLUMN_SOURCE,
    COLUMN_EVIDENCE,
    COLUMN_PRICE,
    COLUMN_REACTION,
    COLUMN_STATE_CHANGED,
    COLUMN_MISRA,
    COLUMN_VERIFICATION,
    COLUMN_QUESTION,
    COLUMN_DECISION_GROUP,
    COLUMN_GROUP_TITLE,
    COLUMN_GROUP_WHY,
    COLUMN_KCONFIG,
    COLUMN_DECIDED_DISPOSITION,
    COLUMN_DECIDED_RATIONALE,
    COLUMN_DECIDED_AOU,
    COLUMN_DECIDED_BY,
    COLUMN_DECIDED_ON,
    COLUMN_MEETING,
    COLUMN_DECISION_STATE,
    COLUMN_DECISION_WHY,
    COLUMN_DECIDED_GROUP,
    COLUMN_ACTION,
    COLUMN_ACTION_OWNER,
    COLUMN_ACTION_STATUS,
    COLUMNS
};

struct column_info {
    const char *name;    /* in v_worksheet, CSV and JSON */
    const char *header;  /* in a sheet that has decisions, too */
    unsigned char width; /* there, in characters */
    bool number;         /* or empty */
    const char *meaning;
};

/* By enum column. */
extern const struct column_info columns[COLUMNS];

struct row {
    const char *text[COLUMNS]; /* "" for NULL; until the next row */
};

/* Call `fn` for every row: by place of the site, its rows together, then by
 * build and failure mode. Stops at the first result that is not 0, which is
 * returned; -1 with xf_error(). */
typedef int row_fn(const struct row *row, void *payload);
int each_row(struct xf_store *store, row_fn *fn, void *payload);

/* The same one by one: 1 a row, 0 no more, -1 with xf_error(). */
struct row_reader {
    struct xf_store *store;
    sqlite3_stmt *stmt;
    int at[COLUMNS]; /* in the result, -1: not in this database */
};
int rows_begin(struct row_reader *reader, struct xf_store *store);
int rows_next(struct row_reader *reader, struct row *row);

#endif
