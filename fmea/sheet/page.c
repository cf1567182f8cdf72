/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The JSON that the page shows:
 *   facts     [[name, value], ...]
 *   context   XF_EXCERPT_CONTEXT
 *   sites     a table: a row of the worksheet's sites in each build
 *   inliners  [[row, function, ...], ...], functions that inline a row's site
 *   paths     see page_paths.c
 *   excerpts  see page_excerpts.c
 *   strings   the texts
 * and the tables of page_tables.c. A table is {"columns": [name, ...], "rows":
 * [[value, ...], ...]}; a value is the index of a text, or a number where the
 * column's name ends with '#', or null.
 */
#include "page_json.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "error.h"
#include "escape.h"

void page_separate(struct xf_buf *out)
{
    if (!strchr("[{", out->data[out->len - 1]))
        xf_buf_addch(out, ',');
}

void page_number(struct xf_buf *out, long number)
{
    char digits[24], *at = digits + sizeof(digits);
    unsigned long rest = number < 0 ? -(unsigned long)number
                                    : (unsigned long)number;

    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    page_separate(out);
    xf_buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

void page_string(struct page_json *json, const char *text)
{
    page_number(json->out, (long)xf_map_add(&json->strings, text, NULL));
}

/* Between the parts of a row's key; no name contains it. */
#define SEPARATOR "\x1f"

static const char *make_key(struct page_json *json, const char *site_id,
                            const char *arch, const char *build)
{
    xf_buf_clear(&json->key);
    xf_buf_adds(&json->key, site_id);
    xf_buf_adds(&json->key, SEPARATOR);
    xf_buf_adds(&json->key, arch);
    xf_buf_adds(&json->key, SEPARATOR);
    xf_buf_adds(&json->key, build);
    return json->key.data;
}

uint32_t page_row(struct page_json *json, sqlite3_stmt *stmt)
{
    const char *site_id = xf_column(stmt, 0), *arch = xf_column(stmt, 1);

    return xf_map_find(&json->keys,
                       make_key(json, site_id, arch, xf_column(stmt, 2)));
}

uint32_t page_row_of(const struct page_json *json, int64_t site)
{
    return site >= 0 && (uint64_t)site < json->nrows ? json->rows[site]
                                                     : XF_MAP_NONE;
}

static int load_rows(struct page_json *json)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        json->store, "SELECT s.site_id, b.arch, b.name, s.id FROM site s"
                     " JOIN build b ON b.id = s.build ORDER BY s.id");
    int rc = -1;

    for (size_t i = 0; i < json->sheet->len; i++) {
        const struct xf_row *row = &json->sheet->rows[i];

        xf_map_add(&json->keys,
                   make_key(json, row->site_id, row->arch, row->build), NULL);
    }
    while (stmt && (rc = xf_store_step(json->store, stmt)) > 0) {
        int64_t id = sqlite3_column_int64(stmt, 3);

        if (id < 0 || id > PAGE_MAX_ID)
            return xf_error("the database is damaged: a site has the number "
                            "%lld; scan again", (long long)id);
        while (json->nrows <= (size_t)id) {
            XF_GROW(json->rows, json->nrows, json->cap);
            json->rows[json->nrows++] = XF_MAP_NONE;
        }
        json->rows[id] = page_row(json, stmt);
    }
    return rc;
}

static void add_facts(struct page_json *json)
{
    struct xf_buf *out = json->out;

    xf_buf_adds(out, "\"facts\":[");
    for (size_t i = 0; i < json->sheet->nfacts; i++) {
        xf_buf_adds(out, i ? ",[" : "[");
        xf_escape_json(out, json->sheet->facts[i][0]);
        xf_buf_addch(out, ',');
        xf_escape_json(out, json->sheet->facts[i][1]);
        xf_buf_addch(out, ']');
    }
    xf_buf_addch(out, ']');
}

/* Paths and decisions are there as such, and what is proposed is said by the
 * table "worksheet". */
static bool is_shown(const struct sheet_column *column)
{
    static const char *const elsewhere[] = {
        "paths", "disposition", "status", "aou", "proposed", "severity",
        "occurrence", "detection", "action_priority", "bug_count",
    };

    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
        if (!strcmp(column->name, elsewhere[i]))
            return false;
    return true;
}

static void add_site(struct page_json *json, const struct xf_row *row)
{
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        const struct sheet_column *column = &sheet_columns[i];

        if (!is_shown(column))
            continue;
        if (column->is_number)
            page_number(json->out, sheet_get_number(row, column));
        else
            page_string(json, sheet_get_text(row, column));
    }
}

static void add_sites(struct page_json *json)
{
    struct xf_buf *out = json->out;

    xf_buf_adds(out, ",\n\"sites\":{\"columns\":[");
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        if (!is_shown(&sheet_columns[i]))
            continue;
        page_separate(out);
        xf_buf_addf(out, "\"%s%s\"", sheet_columns[i].name,
                    sheet_columns[i].is_number ? "#" : "");
    }
    xf_buf_adds(out, "],\"rows\":[");
    for (size_t i = 0; i < json->sheet->len; i++) {
        xf_buf_adds(out, i ? ",\n[" : "\n[");
        add_site(json, &json->sheet->rows[i]);
        xf_buf_addch(out, ']');
    }
    xf_buf_adds(out, "]}");
}

static void add_inliners(struct page_json *json)
{
    struct xf_buf *out = json->out;

    xf_buf_adds(out, ",\n\"inliners\":[");
    for (size_t i = 0; i < json->sheet->len; i++) {
        char *const *name = json->sheet->rows[i].inliners;

        if (!name)
            continue;
        page_separate(out);
        xf_buf_addch(out, '[');
        page_number(out, (long)i);
        for (; *name; name++)
            page_string(json, *name);
        xf_buf_addch(out, ']');
    }
    xf_buf_addch(out, ']');
}

static void add_strings(struct page_json *json)
{
    struct xf_buf *out = json->out;

    xf_buf_adds(out, ",\n\"strings\":[");
    for (size_t i = 0; i < json->strings.len; i++) {
        if (i)
            xf_buf_adds(out, ",\n");
        xf_escape_json(out, json->strings.keys[i]);
    }
    xf_buf_adds(out, "]}");
}

int xf_page_load(struct xf_page *out, const struct xf_sheet *sheet,
                 struct xf_store *store)
{
    struct page_json json = {.out = &out->json, .store = store, .sheet = sheet};
    int rc;

    memset(out, 0, sizeof(*out));
    xf_map_add(&json.strings, "", NULL);
    rc = load_rows(&json);
    xf_buf_adds(json.out, "{");
    add_facts(&json);
    xf_buf_addf(json.out, ",\n\"context\":%d", XF_EXCERPT_CONTEXT);
    add_sites(&json);
    add_inliners(&json);
    if (!rc)
        rc = page_add_tables(&json) || page_add_paths(&json) ? -1 : 0;
    page_add_excerpts(json.out, sheet);
    add_strings(&json);
    xf_map_release(&json.strings);
    xf_map_release(&json.keys);
    xf_buf_release(&json.key);
    free(json.rows);
    if (rc)
        xf_page_release(out);
    return rc;
}

void xf_page_release(struct xf_page *page)
{
    xf_buf_release(&page->json);
}
