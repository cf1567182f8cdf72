/* SPDX-License-Identifier: GPL-2.0-only */
#include "summary.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static const char *const dispositions[] = {"needs review", "propagate",
                                           "remove-by-AoU",
                                           "remove-impossible", "keep", NULL};
static const char *const priorities[] = {"H", "M", "L", "?", NULL};
static const char *const as_found[] = {NULL};

/* Each gives row, column, count; rows in the order to show. */
static const struct {
    const char *title, *note;
    const char *const *columns; /* the first ones, when there are any */
    const char *sql;
} tables[SUMMARIES] = {
    [SUMMARY_STATUS] = {
        "Status and Action Priority", "rows: site, build and failure mode",
        priorities,
        "SELECT coalesce(d.state, 'proposed'), r.action_priority, count(*)"
        " FROM failure_row r JOIN site s ON s.id = r.site"
        " LEFT JOIN decision d ON d.site_id = s.site_id GROUP BY 1, 2"
        " ORDER BY CASE coalesce(d.state, '') WHEN 'stale' THEN 0"
        " WHEN 'moved' THEN 1 WHEN 'open' THEN 2 WHEN '' THEN 3 ELSE 4 END,"
        " 1, 2"},
    [SUMMARY_PRIORITY] = {
        "Action Priority and proposal", "rows: site, build and failure mode",
        dispositions,
        "SELECT r.action_priority, p.disposition, count(*)"
        " FROM failure_row r JOIN proposal p ON p.site = r.site GROUP BY 1, 2"
        " ORDER BY CASE r.action_priority WHEN 'H' THEN 1 WHEN 'M' THEN 2"
        " WHEN 'L' THEN 3 ELSE 0 END, 1, 2"},
    [SUMMARY_CONTEXT] = {
        "Context and proposal",
        "sites by build; one that several contexts reach counts in each",
        dispositions,
        "SELECT coalesce(c.name, 'none known'), p.disposition,"
        " count(DISTINCT p.site) FROM proposal p"
        " LEFT JOIN site_context x ON x.site = p.site AND x.armed = 0"
        " LEFT JOIN context c ON c.id = x.context"
        " GROUP BY 1, 2 ORDER BY coalesce(min(c.id), 99), 1, 2"},
    [SUMMARY_CAUSE] = {
        "Cause and kind", "sites by build", as_found,
        "SELECT coalesce(nullif(t.cause, ''), 'unknown'), s.kind, count(*)"
        " FROM site s LEFT JOIN trigger t ON t.site = s.id GROUP BY 1, 2"
        " ORDER BY 1, 2"},
    [SUMMARY_SUBSYSTEM] = {
        "Subsystem and Action Priority", "rows: site, build and failure mode",
        priorities,
        "SELECT subsystem, priority, count(*) FROM (SELECT"
        " coalesce(nullif(f.value, ''), 'none') AS subsystem,"
        " r.action_priority AS priority,"
        " count(*) OVER (PARTITION BY coalesce(nullif(f.value, ''), 'none'))"
        "   AS total"
        " FROM failure_row r LEFT JOIN site_fact f ON f.site = r.site"
        " AND f.name = 'subsystem') GROUP BY subsystem, priority"
        " ORDER BY max(total) DESC, subsystem, priority"},
};

struct count {
    uint32_t row, column;
    int n;
};

static void fill(struct crosstab *out, const struct count *counts, size_t n)
{
    out->counts = xf_calloc(out->rows.len * out->columns.len + 1,
                            sizeof(*out->counts));
    for (size_t i = 0; i < n; i++)
        out->counts[counts[i].row * out->columns.len + counts[i].column] +=
            counts[i].n;
}

/* Columns of the fixed order that nothing is in are no news. */
static void add_columns(struct crosstab *out, struct xf_map *found,
                        const char *const *first)
{
    for (; *first; first++)
        if (xf_map_find(found, *first) != XF_MAP_NONE)
            xf_map_add(&out->columns, *first, NULL);
    for (size_t i = 0; i < found->len; i++)
        xf_map_add(&out->columns, found->keys[i], NULL);
}

int crosstab_load(struct crosstab *out, struct xf_store *store,
                  enum summary which)
{
    sqlite3_stmt *q = xf_store_prepare(store, tables[which].sql);
    struct xf_map found = XF_MAP_INIT;
    struct count *counts = NULL;
    size_t n = 0, cap = 0;
    int rc = q ? 0 : -1;

    memset(out, 0, sizeof(*out));
    out->title = tables[which].title;
    out->note = tables[which].note;
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        XF_GROW(counts, n, cap);
        counts[n].row = xf_map_add(&out->rows, xf_column(q, 0), NULL);
        counts[n].column = xf_map_add(&found, xf_column(q, 1), NULL);
        counts[n++].n = sqlite3_column_int(q, 2);
        rc = 0;
    }
    add_columns(out, &found, tables[which].columns);
    for (size_t i = 0; i < n; i++)
        counts[i].column = xf_map_find(&out->columns,
                                       found.keys[counts[i].column]);
    fill(out, counts, n);
    free(counts);
    xf_map_release(&found);
    return rc;
}

void crosstab_release(struct crosstab *table)
{
    xf_map_release(&table->rows);
    xf_map_release(&table->columns);
    free(table->counts);
    memset(table, 0, sizeof(*table));
}

int crosstab_get(const struct crosstab *table, size_t row, size_t column)
{
    return table->counts[row * table->columns.len + column];
}

char *meta_value(struct xf_store *store, const char *name)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT value FROM meta WHERE name = ?1");
    int rc = -1;

    if (q) {
        xf_bind(q, 1, name);
        rc = xf_store_step(store, q);
    }
    return rc < 0 ? NULL : xf_strdup(rc ? xf_column(q, 0) : "");
}

int count_of(struct xf_store *store, const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    int rc = q ? xf_store_step(store, q) : -1;

    return rc < 0 ? -1 : rc ? sqlite3_column_int(q, 0) : 0;
}
