/* SPDX-License-Identifier: GPL-2.0-only */
#include "tables.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"

/* A file larger than this is split. */
#define PART_BYTES (900 * 1000)

enum { TEXT_MAX = 160 };

static const struct {
    const char *name, *columns;
    size_t ncolumns;
} tables[FACTS_TABLES] = {
    [FACTS_COMMITS] = {"commits",
                       "id\tdate\tkinds\txsa\tcve\tmentions\tfixes\treverts\t"
                       "party\treleases\tbackports",
                       COMMIT_COLUMNS},
    [FACTS_TOUCHED] = {"touched", "id\tfile\tfunctions", TOUCHED_COLUMNS},
    [FACTS_NEAR] = {"near", "id\tfile\tfunction\tkind\ttext\tlines",
                    NEAR_COLUMNS},
    [FACTS_SITES] = {"sites",
                     "id\tclass\tfile\tfunction\tkind\ttext\twas_kind\t"
                     "was_text",
                     SITE_COLUMNS},
    [FACTS_QUOTES] = {"quotes", "id\tform\tfile\tline\tfunction\ttext",
                      QUOTE_COLUMNS},
    [FACTS_RENAMES] = {"renames", "date\tfile\tnew_file", RENAME_COLUMNS},
    [FACTS_EVENTS] = {"events",
                      "id\tversion\tform\tfile\tline\tfunction\tkind\ttext",
                      EVENT_COLUMNS},
    [FACTS_STATE] = {"state", "tip", STATE_COLUMNS},
};

size_t facts_columns(enum facts_table table)
{
    return tables[table].ncolumns;
}

const char *facts_name(enum facts_table table)
{
    return tables[table].name;
}

void facts_release(struct facts *facts)
{
    for (size_t t = 0; t < FACTS_TABLES; t++) {
        for (size_t i = 0; i < facts->tables[t].len; i++)
            free(facts->tables[t].items[i].line);
        free(facts->tables[t].items);
    }
    *facts = (struct facts){0};
}

/* Takes `line` over and cuts it into cells; -1 when their number is wrong. */
static int add_line(struct facts *facts, enum facts_table table, char *line)
{
    struct facts_rows *rows = &facts->tables[table];
    struct facts_row row = {.line = line};
    char *at = line;
    size_t n = 0;

    while (at && n < tables[table].ncolumns)
        row.cell[n++] = strsep(&at, "\t");
    if (at || n != tables[table].ncolumns) {
        free(line);
        return -1;
    }
    XF_GROW(rows->items, rows->len, rows->cap);
    rows->items[rows->len++] = row;
    return 0;
}

void facts_add(struct facts *facts, enum facts_table table,
               const char *const *cells)
{
    struct xf_buf line = XF_BUF_INIT;

    for (size_t i = 0; i < tables[table].ncolumns; i++) {
        if (i)
            xf_buf_addch(&line, '\t');
        for (const char *p = cells[i] ? cells[i] : ""; *p; p++)
            xf_buf_addch(&line,
                         (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p);
    }
    add_line(facts, table, xf_buf_detach(&line));
}

char *facts_text(const char *text)
{
    uint32_t sum = 2166136261u; /* FNV-1a */

    if (strlen(text) <= TEXT_MAX)
        return xf_strdup(text);
    for (const char *p = text; *p; p++)
        sum = (sum ^ (unsigned char)*p) * 16777619u;
    return xf_format("%.*s#%08x", TEXT_MAX, text, (unsigned int)sum);
}

/* ---- reading ------------------------------------------------------------ */

static int table_of(const char *head, size_t len)
{
    for (int t = 0; t < FACTS_TABLES; t++) {
        char *first = xf_format("#%s\t%s", tables[t].name, tables[t].columns);
        bool same = strlen(first) == len && !memcmp(first, head, len);

        free(first);
        if (same)
            return t;
    }
    return -1;
}

int facts_parse(struct facts *facts, const char *path, const char *text,
                size_t len)
{
    const char *at = text, *end = text + len;
    size_t number = 1;
    int table = -1;

    for (; at < end; number++) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        size_t n = nl ? (size_t)(nl - at) : (size_t)(end - at);

        if (number == 1) {
            table = table_of(at, n);
            if (table < 0)
                return xf_error("%s: the first line names no table of this "
                                "version; run 'xenfmea history update' anew",
                                path);
        } else if (!nl) {
            return xf_error("%s:%zu: the last line is cut off; restore the "
                            "file or run 'xenfmea history update' anew",
                            path, number);
        } else if (memchr(at, '\0', n) ||
                   add_line(facts, (enum facts_table)table,
                            xf_strndup(at, n))) {
            return xf_error("%s:%zu: not the %zu columns of the first line; "
                            "correct or remove the line",
                            path, number, tables[table].ncolumns);
        }
        at += n + 1;
    }
    return 0;
}

int facts_load_file(struct facts *facts, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_read(&text, path);

    if (!rc && text.len)
        rc = facts_parse(facts, path, text.data, text.len);
    xf_buf_release(&text);
    return rc;
}

static int load_visit(const char *relative, const char *absolute, void *payload)
{
    if (!xf_has_suffix(relative, ".tsv") || *relative == '.')
        return 0;
    return facts_load_file(payload, absolute);
}

static bool no_folders(const char *relative, void *payload)
{
    (void)relative;
    (void)payload;
    return false;
}

int facts_load(struct facts *facts, const char *folder)
{
    if (!xf_dir_exists(folder))
        return 0;
    return xf_tree_walk(folder, no_folders, load_visit, facts);
}

/* ---- writing ------------------------------------------------------------ */

static int by_cells(const void *a, const void *b)
{
    const struct facts_row *x = a, *y = b;

    for (size_t i = 0; i < FACTS_MAX_COLUMNS && x->cell[i]; i++) {
        int order = strcmp(x->cell[i], y->cell[i]);

        if (order)
            return order;
    }
    return 0;
}

static void sort(struct facts_rows *rows)
{
    size_t n = 0;

    if (!rows->len)
        return;
    qsort(rows->items, rows->len, sizeof(*rows->items), by_cells);
    for (size_t i = 0; i < rows->len; i++)
        if (i && !by_cells(&rows->items[i], &rows->items[n - 1]))
            free(rows->items[i].line);
        else
            rows->items[n++] = rows->items[i];
    rows->len = n;
}

static void add_row_text(struct xf_buf *out, enum facts_table table,
                         const struct facts_row *row)
{
    for (size_t i = 0; i < tables[table].ncolumns; i++)
        xf_buf_addf(out, "%s%s", i ? "\t" : "", row->cell[i]);
    xf_buf_addch(out, '\n');
}

static void add_head(struct xf_buf *out, enum facts_table table)
{
    xf_buf_addf(out, "#%s\t%s\n", tables[table].name, tables[table].columns);
}

static int write_part(struct xf_buf *text, const char *folder,
                      enum facts_table table, unsigned int part)
{
    char *name = part ? xf_format("%s-%u.tsv", tables[table].name, part)
                      : xf_format("%s.tsv", tables[table].name);
    char *path = xf_path_join(folder, name);
    int rc = xf_file_write_atomic(path, text->data, text->len);

    xf_buf_clear(text);
    free(name);
    free(path);
    return rc;
}

/* Parts beyond those just written, and the other way of naming them. */
static void remove_rest(const char *folder, enum facts_table table,
                        unsigned int parts)
{
    for (unsigned int i = parts > 1 ? parts + 1 : 1;; i++) {
        char *path = xf_format("%s/%s-%u.tsv", folder, tables[table].name, i);
        int rc = unlink(path);

        free(path);
        if (rc)
            break;
    }
    if (parts > 1) {
        char *path = xf_format("%s/%s.tsv", folder, tables[table].name);

        unlink(path);
        free(path);
    }
}

static int save_parts(struct facts *facts, enum facts_table table,
                      const char *folder)
{
    struct facts_rows *rows = &facts->tables[table];
    struct xf_buf text = XF_BUF_INIT;
    unsigned int parts = 0;
    size_t bytes = 0;
    int rc = 0;

    sort(rows);
    for (size_t i = 0; i < rows->len; i++)
        for (size_t j = 0; j < tables[table].ncolumns; j++)
            bytes += strlen(rows->items[i].cell[j]) + 1;
    add_head(&text, table);
    for (size_t i = 0; i < rows->len && !rc; i++) {
        add_row_text(&text, table, &rows->items[i]);
        if (bytes > PART_BYTES && text.len > PART_BYTES) {
            rc = write_part(&text, folder, table, ++parts);
            add_head(&text, table);
        }
    }
    if (!rc)
        rc = write_part(&text, folder, table, parts ? ++parts : 0);
    if (!rc)
        remove_rest(folder, table, parts ? parts : 1);
    xf_buf_release(&text);
    return rc;
}

int facts_save(struct facts *facts, const char *folder)
{
    int rc = xf_mkdirs(folder);

    for (size_t t = 0; t < FACTS_TABLES && !rc; t++)
        if (t != FACTS_EVENTS)
            rc = save_parts(facts, (enum facts_table)t, folder);
    return rc;
}

int facts_save_table(struct facts *facts, enum facts_table table,
                     const char *path)
{
    struct facts_rows *rows = &facts->tables[table];
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    sort(rows);
    add_head(&text, table);
    for (size_t i = 0; i < rows->len; i++)
        add_row_text(&text, table, &rows->items[i]);
    rc = xf_file_write_atomic(path, text.data, text.len);
    xf_buf_release(&text);
    return rc;
}
