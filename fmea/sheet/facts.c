/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The head of the page: what was scanned, with what, and what is wrong with
 * the result.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "file.h"

/* Rows of `meta` that a reader wants to see, and what they are called. */
static const struct {
    const char *meta, *title;
} titles[] = {
    {"tree", "Tree"},
    {"tree_version", "Version"},
    {"tool_version", "xenfmea"},
};

/* Each gives names and values, ordered. */
static const char *const queries[] = {
    "SELECT '" XF_FACT_FAILED "', b.arch || ' ' || b.name || ': ' || t.file ||"
    " ' (' || t.status || ')' ||"
    " CASE t.detail WHEN '' THEN '' ELSE ': ' || t.detail END"
    " FROM tu t JOIN build b ON b.id = t.build WHERE t.status <> 'ok'"
    " ORDER BY b.arch, b.name, t.file, t.object",

    "SELECT '" XF_FACT_FAILED "', 'census: ' || file || ':' || line || ': ' ||"
    " name || ' is accounted for by nothing' FROM census"
    " WHERE accounted = 'unaccounted' ORDER BY file, line, col",

    "SELECT b.arch || ' ' || b.name || ': TUs', count(t.id)"
    " FROM build b LEFT JOIN tu t ON t.build = b.id"
    " GROUP BY b.id ORDER BY b.arch, b.name",

    "SELECT b.arch || ' ' || b.name || ': failed',"
    " count(t.id) FILTER (WHERE t.status <> 'ok')"
    " FROM build b LEFT JOIN tu t ON t.build = b.id"
    " GROUP BY b.id ORDER BY b.arch, b.name",

    "SELECT b.arch || ' ' || b.name || ': rows', count(s.id)"
    " FROM build b LEFT JOIN site s ON s.build = b.id"
    " GROUP BY b.id ORDER BY b.arch, b.name",

    "SELECT b.arch || ' ' || b.name || ': ' || s.kind, count(*)"
    " FROM site s JOIN build b ON b.id = s.build"
    " GROUP BY s.kind, b.id ORDER BY s.kind, b.arch, b.name",

    "SELECT 'census: ' || accounted, count(*) FROM census"
    " GROUP BY accounted ORDER BY accounted",
};

static void add_fact(struct xf_sheet *sheet, const char *name,
                     const char *value)
{
    size_t at = sheet->nfacts++;

    sheet->facts = xf_realloc(sheet->facts,
                              sheet->nfacts * sizeof(*sheet->facts));
    sheet->facts[at][0] = xf_strdup(name);
    sheet->facts[at][1] = xf_strdup(value);
}

static int load_titles(struct xf_sheet *sheet, struct xf_store *store)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        sqlite3_stmt *stmt = xf_store_prepare(
            store, "SELECT value FROM meta WHERE name = ?1");
        int rc;

        if (!stmt)
            return -1;
        xf_bind(stmt, 1, titles[i].meta);
        rc = xf_store_step(store, stmt);
        if (rc < 0)
            return -1;
        /* The base name: where the tree lies on somebody's disk is not a fact
         * about it, and would make equal worksheets differ. */
        if (rc > 0)
            add_fact(sheet, titles[i].title,
                     xf_path_base(xf_column(stmt, 0)));
    }
    return 0;
}

/* Make targets that failed, one a line: what they would have compiled is not
 * even among the TUs. */
static int load_make_failures(struct xf_sheet *sheet, struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "SELECT value FROM meta WHERE name = 'make_failures'");
    int rc = stmt ? xf_store_step(store, stmt) : -1;
    char *lines, *state = NULL;

    if (rc <= 0)
        return rc;
    lines = xf_strdup(xf_column(stmt, 0));
    for (char *line = strtok_r(lines, "\n", &state); line;
         line = strtok_r(NULL, "\n", &state)) {
        char *value = xf_format("make: %s", line);

        add_fact(sheet, XF_FACT_FAILED, value);
        free(value);
    }
    free(lines);
    return 0;
}

static int load_query(struct xf_sheet *sheet, struct xf_store *store,
                      const char *sql)
{
    sqlite3_stmt *stmt = xf_store_prepare(store, sql);
    int rc = -1;

    while (stmt && (rc = xf_store_step(store, stmt)) > 0)
        add_fact(sheet, xf_column(stmt, 0), xf_column(stmt, 1));
    return rc;
}

int sheet_load_facts(struct xf_sheet *sheet, struct xf_store *store)
{
    int rc = load_titles(sheet, store);

    if (!rc)
        rc = load_make_failures(sheet, store);
    for (size_t i = 0; !rc && i < sizeof(queries) / sizeof(queries[0]); i++)
        rc = load_query(sheet, store, queries[i]);
    return rc;
}
