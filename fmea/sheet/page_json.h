/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/sheet: the parts of the page's JSON. Texts that many rows
 * share are there once; rows are arrays of numbers, a text is its index.
 */
#ifndef XF_PAGE_JSON_H
#define XF_PAGE_JSON_H

#include <sqlite3.h>

#include "map.h"
#include "page.h"

/* More sites or functions no database has: an id above was not ours. */
#define PAGE_MAX_ID (1 << 24)

struct page_json {
    struct xf_buf *out;
    struct xf_store *store;
    const struct xf_sheet *sheet;
    struct xf_map strings; /* what rows refer to; index 0 is "" */
    struct xf_map keys;    /* of the sheet's rows, index: row */
    struct xf_buf key;     /* scratch */
    uint32_t *rows;        /* of the sheet by the database's id of the site */
    size_t nrows, cap;
};

/* A ',' unless an array or object has just been opened. */
void page_separate(struct xf_buf *out);
/* "," and a number. */
void page_number(struct xf_buf *out, long number);
void page_string(struct page_json *json, const char *text);
/* Row of the sheet, XF_MAP_NONE when there is none: by the columns site_id,
 * arch and build that `stmt` begins with, or by the database's id of a site. */
uint32_t page_row(struct page_json *json, sqlite3_stmt *stmt);
uint32_t page_row_of(const struct page_json *json, int64_t site);

/* Append members of the JSON's object, each with a ',' in front. 0, or -1 with
 * xf_error(). */
int page_add_tables(struct page_json *json);
int page_add_paths(struct page_json *json);
void page_add_excerpts(struct xf_buf *out, const struct xf_sheet *sheet);

#endif
