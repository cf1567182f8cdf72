/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From the database and the source tree to rows.
 */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "columns.h"
#include "file.h"
#include "map.h"

/* Between the parts of a row's key; no name contains it. */
#define SEPARATOR "\x1f"

static void release_row(struct xf_row *row)
{
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        if (!sheet_columns[i].is_number)
            free(*sheet_text(row, &sheet_columns[i]));
    }
    for (char **name = row->inliners; name && *name; name++)
        free(*name);
    free(row->inliners);
    free(row->excerpt);
}

void xf_sheet_release(struct xf_sheet *sheet)
{
    for (size_t i = 0; i < sheet->len; i++)
        release_row(&sheet->rows[i]);
    free(sheet->rows);
    for (size_t i = 0; i < sheet->nfacts; i++) {
        free(sheet->facts[i][0]);
        free(sheet->facts[i][1]);
    }
    free(sheet->facts);
    memset(sheet, 0, sizeof(*sheet));
}

static char *rows_query(void)
{
    struct xf_buf sql = XF_BUF_INIT;

    for (size_t i = 0; i < sheet_ncolumns; i++)
        xf_buf_addf(&sql, "%s\"%s\"", i ? ", " : "SELECT ",
                    sheet_columns[i].name);
    xf_buf_adds(&sql, " FROM v_sites ORDER BY file, line, \"column\", kind,"
                      " arch, build, site_id");
    return xf_buf_detach(&sql);
}

static void add_row(struct xf_sheet *sheet, sqlite3_stmt *stmt)
{
    struct xf_row *row;

    XF_GROW(sheet->rows, sheet->len, sheet->cap);
    row = &sheet->rows[sheet->len++];
    memset(row, 0, sizeof(*row));
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        const struct sheet_column *column = &sheet_columns[i];

        if (column->is_number)
            *sheet_number(row, column) = sqlite3_column_int(stmt, (int)i);
        else
            *sheet_text(row, column) = xf_strdup(xf_column(stmt, (int)i));
    }
}

static int load_rows(struct xf_sheet *sheet, struct xf_store *store)
{
    char *sql = rows_query();
    sqlite3_stmt *stmt = xf_store_prepare(store, sql);
    int rc = stmt ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, stmt)) > 0) {
        add_row(sheet, stmt);
        rc = 0;
    }
    free(sql);
    return rc;
}

static char *row_key(const char *site_id, const char *arch, const char *build)
{
    return xf_format("%s" SEPARATOR "%s" SEPARATOR "%s", site_id, arch, build);
}

/* Append to a NULL ended list. Its room is a power of two, so that its length
 * alone says when it is full. */
static void add_inliner(struct xf_row *row, size_t len, const char *name)
{
    if (!(len & (len + 1)))
        row->inliners = xf_realloc(row->inliners,
                                   2 * (len + 1) * sizeof(*row->inliners));
    row->inliners[len] = xf_strdup(name);
    row->inliners[len + 1] = NULL;
}

static int load_inliners(struct xf_sheet *sheet, struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "SELECT DISTINCT site_id, arch, build, function FROM v_inliners"
               " WHERE how = 'inlined'"
               " ORDER BY site_id, arch, build, function");
    struct xf_map map = XF_MAP_INIT;
    uint32_t last = XF_MAP_NONE;
    size_t len = 0;
    int rc = stmt ? 0 : -1;

    for (size_t i = 0; i < sheet->len; i++) {
        const struct xf_row *row = &sheet->rows[i];
        char *key = row_key(row->site_id, row->arch, row->build);

        xf_map_add(&map, key, NULL);
        free(key);
    }
    while (!rc && (rc = xf_store_step(store, stmt)) > 0) {
        char *key = row_key(xf_column(stmt, 0), xf_column(stmt, 1),
                            xf_column(stmt, 2));
        uint32_t at = xf_map_find(&map, key);

        free(key);
        rc = 0;
        if (at == XF_MAP_NONE)
            continue;
        len = at == last ? len : 0;
        add_inliner(&sheet->rows[at], len++, xf_column(stmt, 3));
        last = at;
    }
    xf_map_release(&map);
    return rc;
}

/* A source file as lines: line i + 1 is starts[i] .. starts[i + 1] - 1, its
 * '\n' not counted. `len` is one more than there are lines. */
struct lines {
    struct xf_buf text;
    size_t *starts;
    size_t len, cap;
};

static void release_lines(struct lines *lines)
{
    xf_buf_release(&lines->text);
    free(lines->starts);
    memset(lines, 0, sizeof(*lines));
}

static void add_start(struct lines *lines, size_t offset)
{
    XF_GROW(lines->starts, lines->len, lines->cap);
    lines->starts[lines->len++] = offset;
}

static void index_lines(struct lines *lines)
{
    char *text = lines->text.data, *end = text + lines->text.len, *at;

    for (at = text; (at = memchr(at, '\0', (size_t)(end - at))); at++)
        *at = '\xff';
    add_start(lines, 0);
    for (at = text; (at = memchr(at, '\n', (size_t)(end - at)));)
        add_start(lines, (size_t)(++at - text));
    if (lines->starts[lines->len - 1] < lines->text.len)
        add_start(lines, lines->text.len + 1); /* no '\n' at the end */
}

/* The name comes from the database, which may be anybody's: nothing outside
 * of the tree is quoted. */
static void load_lines(struct lines *lines, const char *root, const char *file)
{
    char *clean = xf_path_clean(file);

    release_lines(lines);
    if (clean[0] != '/' && strncmp(clean, "..", 2)) {
        char *path = xf_path_join(root, clean);

        if (xf_file_exists(path) && !xf_file_read(&lines->text, path))
            index_lines(lines);
        free(path);
    }
    free(clean);
}

static void cut_excerpt(struct xf_row *row, const struct lines *lines)
{
    long count = lines->len ? (long)lines->len - 1 : 0;
    long end = row->end_line > row->line ? row->end_line : row->line;
    long first = (long)row->line - XF_EXCERPT_CONTEXT;
    long last = end + XF_EXCERPT_CONTEXT;
    size_t from, to;

    if (row->line < 1 || row->line > count) {
        row->excerpt = xf_strdup("");
        return;
    }
    first = first < 1 ? 1 : first;
    last = last > count ? count : last;
    from = lines->starts[first - 1];
    to = lines->starts[last] - 1;
    row->excerpt_first = (int)first;
    row->excerpt = xf_strndup(lines->text.data + from, to - from);
}

static void load_excerpts(struct xf_sheet *sheet, const char *root)
{
    struct lines lines = {0};

    for (size_t i = 0; i < sheet->len; i++) {
        struct xf_row *row = &sheet->rows[i];

        if (!i || strcmp(row->file, row[-1].file))
            load_lines(&lines, root, row->file);
        cut_excerpt(row, &lines);
    }
    release_lines(&lines);
}

static int load_recorded(struct xf_sheet *sheet, struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "SELECT first, text FROM excerpt"
               " WHERE file = ?1 AND line = ?2 AND end_line = ?3");
    int rc = stmt ? 0 : -1;

    for (size_t i = 0; i < sheet->len && !rc; i++) {
        struct xf_row *row = &sheet->rows[i];
        int found;

        sqlite3_reset(stmt);
        xf_bind(stmt, 1, row->file);
        sqlite3_bind_int(stmt, 2, row->line);
        sqlite3_bind_int(stmt, 3, row->end_line);
        found = xf_store_step(store, stmt);
        rc = found < 0 ? -1 : 0;
        row->excerpt_first = found > 0 ? sqlite3_column_int(stmt, 0) : 0;
        row->excerpt = xf_strdup(found > 0 ? xf_column(stmt, 1) : "");
    }
    return rc;
}

int xf_sheet_record(const struct xf_sheet *sheet, struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "INSERT OR IGNORE INTO excerpt VALUES (?1, ?2, ?3, ?4, ?5)");
    int rc = stmt ? 0 : -1;

    for (size_t i = 0; i < sheet->len && !rc; i++) {
        const struct xf_row *row = &sheet->rows[i];

        if (!row->excerpt_first)
            continue;
        xf_bind(stmt, 1, row->file);
        sqlite3_bind_int(stmt, 2, row->line);
        sqlite3_bind_int(stmt, 3, row->end_line);
        sqlite3_bind_int(stmt, 4, row->excerpt_first);
        xf_bind(stmt, 5, row->excerpt);
        rc = xf_store_run(store, stmt);
    }
    return rc;
}

int xf_sheet_load(struct xf_sheet *out, struct xf_store *store,
                  const char *root)
{
    int rc;

    memset(out, 0, sizeof(*out));
    rc = load_rows(out, store);
    if (!rc)
        rc = load_inliners(out, store);
    if (!rc)
        rc = sheet_load_facts(out, store);
    if (!rc && root)
        load_excerpts(out, root);
    else if (!rc)
        rc = load_recorded(out, store);
    if (rc)
        xf_sheet_release(out);
    return rc;
}
