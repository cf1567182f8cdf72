/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of the .xlsx writer: the workbook and what its sheets share. Private
 * to this folder; the only place that includes <xlsxwriter.h>.
 */
#ifndef XF_REPORT_BOOK_H
#define XF_REPORT_BOOK_H

#include <stdbool.h>
#include <xlsxwriter.h>

#include "columns.h"
#include "map.h"
#include "worksheet.h"

struct book {
    lxw_workbook *file;
    struct xf_store *store;
    const struct xf_worksheet_how *how;
    char *revision;  /* that the scan recorded, "" */
    lxw_error error; /* the first */
    struct {
        lxw_format *head, *decide_head; /* first row of a sheet */
        lxw_format *text, *number, *decide, *link, *title, *total;
        lxw_format *high, *medium, *low, *none; /* conditional */
    } style;
    lxw_worksheet *rows; /* the sheet "Worksheet" */
    uint32_t nrows;      /* rows of it, without the header */
    uint32_t ndecided;   /* of them, with a decision */
    struct xf_map sites, groups; /* first row of each, from 0 */
    uint32_t *site_row, *group_row;
    size_t sites_cap, groups_cap;
    struct xf_map aous; /* row of each in the sheet "Assumptions", from 0 */
};

/* Columns for what people decide, in every sheet that has them. */
enum decide_column {
    DECIDE_DECISION,
    DECIDE_RATIONALE,
    DECIDE_AOU,
    DECIDE_BY,
    DECIDE_DATE,
    DECIDE_MEETING,
    DECIDE_COLUMNS
};
extern const struct column_info decide_columns[DECIDE_COLUMNS];

/* The first column of those in the sheet "Worksheet", and the one of
 * status and Action Priority. */
extern const lxw_col_t book_decide_at, book_status_at, book_priority_at;

/* A cell; the first error is kept in book->error. */
void put_text(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
              lxw_col_t column, const char *text, lxw_format *format);
/* A number, or an empty cell when the text is none. */
void put_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
                lxw_col_t column, const char *text);
/* A text that leads to an address or, "internal:...", to a cell. */
void put_link(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
              lxw_col_t column, const char *address, const char *text);
void put_error(struct book *book, lxw_error error);
/* The first row of a list: frozen, filtered, repeated in print. `width` in
 * characters. */
struct head {
    const char *name;
    double width;
    const char *meaning; /* a note; NULL: none */
};
void put_head(struct book *book, lxw_worksheet *sheet, lxw_col_t first,
              const struct head *heads, size_t n, bool decide);
/* What every list has; `last` the last row, `fixed` columns stay in sight. */
void end_list(struct book *book, lxw_worksheet *sheet, lxw_row_t last,
              lxw_col_t columns, lxw_col_t fixed);
/* Drop-downs of the decision columns that begin at `first`. */
void add_choices(struct book *book, lxw_worksheet *sheet, lxw_row_t last,
                 lxw_col_t first);

/* The sheets, in xlsx_*.c. 0, or -1 with xf_error(). */
int book_rows(struct book *book);       /* fills sites and groups */
int book_groups(struct book *book);
int book_aous(struct book *book, lxw_worksheet *catalogue,
              lxw_worksheet *places);
int book_index_aous(struct book *book); /* before book_rows() */
int book_scales(struct book *book);
int book_rules(struct book *book);
int book_scope(struct book *book);
int book_configuration(struct book *book);
void book_columns(struct book *book);
int book_summary(struct book *book, lxw_worksheet *sheet);

/* Read the finished file back: every part is there whole. 0, or -1 with
 * xf_error(), which names `shown`. */
int book_check(const char *path, const char *shown);

#endif
