/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/sheet: the columns of a row as a table, so that reading,
 * writing and releasing rows cannot disagree; and the parts of loading.
 */
#ifndef XF_SHEET_COLUMNS_H
#define XF_SHEET_COLUMNS_H

#include <stdbool.h>

#include "sheet.h"

struct sheet_column {
    const char *name; /* in v_sites, in the CSV header, in the page's data */
    size_t offset;    /* of the member in struct xf_row */
    bool is_number;   /* int, otherwise char * */
};

/* In the order of v_sites. */
extern const struct sheet_column sheet_columns[];
extern const size_t sheet_ncolumns;

char **sheet_text(struct xf_row *row, const struct sheet_column *column);
int *sheet_number(struct xf_row *row, const struct sheet_column *column);
/* The same for reading; "" for a text that is not set. */
const char *sheet_get_text(const struct xf_row *row,
                           const struct sheet_column *column);
int sheet_get_number(const struct xf_row *row,
                     const struct sheet_column *column);

/* Append the facts. 0, or -1 with xf_error(). */
int sheet_load_facts(struct xf_sheet *sheet, struct xf_store *store);

#endif
