/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The sheets that are lists from the database: groups, assumptions and their
 * sites, scope, configuration, and what the columns mean.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "book.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The cell of a site or group in the sheet "Worksheet"; NULL when it has none.
 * Caller frees. */
static char *cell_of(const struct xf_map *map, const uint32_t *rows,
                     const char *key)
{
    uint32_t at = xf_map_find(map, key);

    return at == XF_MAP_NONE ? NULL : xf_format("internal:Worksheet!A%u",
                                                rows[at] + 1);
}

static void put_jump(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
                     lxw_col_t column, char *to, const char *text)
{
    if (to)
        put_link(book, sheet, row, column, to, text);
    else
        put_text(book, sheet, row, column, text, book->style.text);
    free(to);
}

/* ---- groups ------------------------------------------------------------- */

static const struct head group_heads[] = {
    {"decision_group", 44, "Name of the group, for 'xenfmea decide'."},
    {"title", 44, NULL}, {"why", 36, "Why its sites belong together."},
    {"builds", 22, NULL}, {"sites", 8, "Sites, counted in each build."},
    {"proposed_disposition", 18, NULL},
    {"decided", 8, "Of the sites; a decision on the group takes in no site "
                   "that came later."},
};

int book_groups(struct book *book)
{
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Groups");
    lxw_col_t decide = LENGTH(group_heads);
    sqlite3_stmt *q = xf_store_prepare(
        book->store,
        "SELECT v.decision_group, min(v.title), min(v.why),"
        " group_concat(v.arch || ' ' || v.build, ', '), sum(v.sites),"
        " min(v.disposition), sum(v.decided), coalesce(d.disposition, ''),"
        " coalesce(d.rationale, ''), coalesce(d.aou, ''),"
        " coalesce(d.who, ''), coalesce(d.decided_on, ''),"
        " coalesce(d.meeting, '') FROM (SELECT * FROM v_groups"
        " ORDER BY decision_group, arch, build) v"
        " LEFT JOIN v_decisions d ON d.state = 'group'"
        " AND d.decided_group = v.decision_group GROUP BY v.decision_group"
        " ORDER BY sum(v.sites) DESC, v.decision_group");
    lxw_row_t at = 0;
    int rc = q ? 0 : -1;

    put_head(book, sheet, 0, group_heads, LENGTH(group_heads), false);
    for (int i = 0; i < DECIDE_COLUMNS; i++) {
        struct head head = {decide_columns[i].header, decide_columns[i].width,
                            decide_columns[i].meaning};

        put_head(book, sheet, (lxw_col_t)(decide + i), &head, 1, true);
    }
    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        at++;
        put_text(book, sheet, at, 0, xf_column(q, 0), book->style.text);
        put_jump(book, sheet, at, 1,
                 cell_of(&book->groups, book->group_row, xf_column(q, 0)),
                 xf_column(q, 1));
        put_text(book, sheet, at, 2, xf_column(q, 2), book->style.text);
        put_text(book, sheet, at, 3, xf_column(q, 3), book->style.text);
        put_number(book, sheet, at, 4, xf_column(q, 4));
        put_text(book, sheet, at, 5, xf_column(q, 5), book->style.text);
        put_number(book, sheet, at, 6, xf_column(q, 6));
        for (int i = 0; i < DECIDE_COLUMNS; i++)
            put_text(book, sheet, at, (lxw_col_t)(decide + i),
                     xf_column(q, 7 + i), book->style.decide);
        rc = 0;
    }
    add_choices(book, sheet, at, decide);
    end_list(book, sheet, at, decide + DECIDE_COLUMNS, 1);
    return rc;
}

/* ---- assumptions -------------------------------------------------------- */

static const char aous_query[] =
    "SELECT a.aou, a.category, a.state, a.sentence, a.rationale, a.verify,"
    " a.upstream, count(DISTINCT a.site_id) FILTER (WHERE a.certain = 1),"
    " count(DISTINCT a.site_id) FROM v_aous a GROUP BY a.aou ORDER BY a.aou";

int book_index_aous(struct book *book)
{
    sqlite3_stmt *q = xf_store_prepare(book->store, aous_query);
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        xf_map_add(&book->aous, "", NULL); /* the row of the header */
        xf_map_add(&book->aous, xf_column(q, 0), NULL);
        rc = 0;
    }
    return rc;
}

static int put_catalogue(struct book *book, lxw_worksheet *sheet)
{
    static const struct head heads[] = {
        {"aou", 40, "Id, as in the column AoU of a decision."},
        {"category", 16, NULL},
        {"state", 11, "offered; accepted by the safety context; upstream: a "
                      "requirement of Xen states it; withdrawn."},
        {"sentence", 60, NULL}, {"rationale", 50, NULL},
        {"verify", 50, "How the integrator shows that it holds."},
        {"upstream", 40, "Requirement of Xen that states it."},
        {"removes", 9, "Sites that cannot fire under it."},
        {"touches", 9, "Sites whose condition it speaks of."}};
    sqlite3_stmt *q = xf_store_prepare(book->store, aous_query);
    lxw_row_t at = 0;
    int rc = q ? 0 : -1;

    put_head(book, sheet, 0, heads, LENGTH(heads), false);
    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        at++;
        for (int i = 0; i < 7; i++)
            put_text(book, sheet, at, (lxw_col_t)i, xf_column(q, i),
                     book->style.text);
        put_number(book, sheet, at, 7, xf_column(q, 7));
        put_number(book, sheet, at, 8, xf_column(q, 8));
        rc = 0;
    }
    end_list(book, sheet, at, LENGTH(heads), 1);
    return rc;
}

static int put_aou_sites(struct book *book, lxw_worksheet *sheet)
{
    static const struct head heads[] = {
        {"aou", 40, NULL},
        {"site_id", 17, "The link leads to its row."},
        {"arch", 9, NULL}, {"build", 9, NULL}, {"file", 30, NULL},
        {"line", 7, NULL}, {"function", 26, NULL},
        {"removes", 9, "1: the site cannot fire under the assumption; 0: "
                       "other ways remain."},
        {"how", 80, "The implication, or what remains."}};
    sqlite3_stmt *q = xf_store_prepare(
        book->store,
        "SELECT aou, site_id, arch, build, file, line, function, certain, how"
        " FROM v_aous WHERE site_id IS NOT NULL"
        " ORDER BY aou, certain DESC, file, line, site_id, arch, build");
    lxw_row_t at = 0;
    int rc = q ? 0 : -1;

    put_head(book, sheet, 0, heads, LENGTH(heads), false);
    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        at++;
        put_text(book, sheet, at, 0, xf_column(q, 0), book->style.text);
        put_jump(book, sheet, at, 1,
                 cell_of(&book->sites, book->site_row, xf_column(q, 1)),
                 xf_column(q, 1));
        for (int i = 2; i < 9; i++) {
            if (i == 5 || i == 7)
                put_number(book, sheet, at, (lxw_col_t)i, xf_column(q, i));
            else
                put_text(book, sheet, at, (lxw_col_t)i, xf_column(q, i),
                         book->style.text);
        }
        rc = 0;
    }
    end_list(book, sheet, at, LENGTH(heads), 2);
    return rc;
}

int book_aous(struct book *book, lxw_worksheet *catalogue,
              lxw_worksheet *places)
{
    return put_catalogue(book, catalogue) || put_aou_sites(book, places) ? -1
                                                                        : 0;
}

/* ---- scope -------------------------------------------------------------- */

/* Each gives what, which build, value; what was not analysed comes first. */
static const char *const scope_queries[] = {
    "SELECT 'not analysed: unit ' || t.status, b.arch || ' ' || b.name,"
    " t.file || CASE t.detail WHEN '' THEN '' ELSE ': ' || t.detail END"
    " FROM tu t JOIN build b ON b.id = t.build WHERE t.status <> 'ok'"
    " ORDER BY 2, t.file, t.object",
    "SELECT 'not accounted for', '', file || ':' || line || ': ' || name"
    " FROM census WHERE accounted = 'unaccounted' ORDER BY file, line, col",
    "SELECT CASE name WHEN 'tool_version' THEN 'xenfmea'"
    " WHEN 'tree' THEN 'tree' WHEN 'xen_version' THEN 'version of Xen'"
    " WHEN 'tree_revision' THEN 'revision of the tree'"
    " WHEN 'make_failures' THEN 'not analysed: targets that make failed on'"
    " ELSE name END, '', value"
    /* The key of the inputs depends on where the cache is. */
    " FROM meta WHERE value <> '' AND name <> 'scan_key' ORDER BY name",
    "SELECT 'units', b.arch || ' ' || b.name, count(t.id)"
    " FROM build b LEFT JOIN tu t ON t.build = b.id GROUP BY b.id ORDER BY 2",
    "SELECT 'units not analysed', b.arch || ' ' || b.name,"
    " count(t.id) FILTER (WHERE t.status <> 'ok')"
    " FROM build b LEFT JOIN tu t ON t.build = b.id GROUP BY b.id ORDER BY 2",
    "SELECT 'sites: ' || s.kind, b.arch || ' ' || b.name, count(*)"
    " FROM site s JOIN build b ON b.id = s.build GROUP BY 1, 2 ORDER BY 2, 1",
    "SELECT 'calls through pointers, not all resolved: ' || class,"
    " arch || ' ' || build, count(*) FROM v_unresolved GROUP BY 1, 2"
    " ORDER BY 2, 1",
    "SELECT 'census: ' || accounted, '', count(*) FROM census GROUP BY 1"
    " ORDER BY 1",
};

static int put_query(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                     const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(book->store, sql);
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        (*at)++;
        put_text(book, sheet, *at, 0, xf_column(q, 0), book->style.text);
        put_text(book, sheet, *at, 1, xf_column(q, 1), book->style.text);
        if (sqlite3_column_type(q, 2) == SQLITE_INTEGER)
            put_number(book, sheet, *at, 2, xf_column(q, 2));
        else
            put_text(book, sheet, *at, 2, xf_column(q, 2), book->style.text);
        rc = 0;
    }
    return rc;
}

int book_scope(struct book *book)
{
    static const struct head heads[] = {
        {"what", 46, NULL}, {"build", 22, NULL}, {"value", 80, NULL}};
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Scope");
    lxw_row_t at = 0;

    put_head(book, sheet, 0, heads, LENGTH(heads), false);
    for (size_t i = 0; i < LENGTH(scope_queries); i++)
        if (put_query(book, sheet, &at, scope_queries[i]))
            return -1;
    end_list(book, sheet, at, LENGTH(heads), 1);
    return 0;
}

/* ---- configuration ------------------------------------------------------ */

static void put_options(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                        const char *build, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = xf_strndup(text, len), *name = line, *value;

        if (!strncmp(line, "# CONFIG_", 9) &&
            (value = strstr(line, " is not set"))) {
            name = line + 2;
            *value = '\0';
            value = "n";
        } else if (!strncmp(line, "CONFIG_", 7) &&
                   (value = strchr(line, '='))) {
            *value++ = '\0';
        } else {
            name = NULL;
        }
        if (name) {
            (*at)++;
            put_text(book, sheet, *at, 0, build, book->style.text);
            put_text(book, sheet, *at, 1, name, book->style.text);
            put_text(book, sheet, *at, 2, value, book->style.text);
        }
        free(line);
        text += len + (text[len] == '\n');
    }
}

int book_configuration(struct book *book)
{
    static const struct head heads[] = {
        {"build", 22, NULL}, {"option", 50, NULL}, {"value", 50, NULL}};
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Configuration");
    sqlite3_stmt *q = xf_store_prepare(
        book->store, "SELECT arch || ' ' || name, kconfig FROM build"
                     " ORDER BY arch, name");
    lxw_row_t at = 0;
    int rc = q ? 0 : -1;

    put_head(book, sheet, 0, heads, LENGTH(heads), false);
    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        put_options(book, sheet, &at, xf_column(q, 0), xf_column(q, 1));
        rc = 0;
    }
    end_list(book, sheet, at, LENGTH(heads), 0);
    return rc;
}

/* ---- columns ------------------------------------------------------------ */

void book_columns(struct book *book)
{
    static const struct head heads[] = {
        {"column", 24, NULL}, {"elsewhere", 24, "In v_worksheet, CSV, JSON."},
        {"meaning", 90, NULL}};
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Columns");
    lxw_row_t at = 0;

    put_head(book, sheet, 0, heads, LENGTH(heads), false);
    for (int i = 0; i < COLUMNS + DECIDE_COLUMNS; i++) {
        const struct column_info *info =
            i < COLUMNS ? &columns[i] : &decide_columns[i - COLUMNS];

        at++;
        put_text(book, sheet, at, 0, info->header, book->style.text);
        put_text(book, sheet, at, 1, i < COLUMNS ? info->name : "",
                 book->style.text);
        put_text(book, sheet, at, 2, info->meaning, book->style.text);
    }
    end_list(book, sheet, at, LENGTH(heads), 1);
}
