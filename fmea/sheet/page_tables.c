/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The tables of the page that are queries. One that begins with site_id, arch
 * and build, or with the database's id of a site, is about rows of the sheet:
 * these columns become "row#".
 */
#include "page_json.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *sql;
} tables[] = {
    /* What all failure modes of a site have in common. */
    {"worksheet",
     "SELECT site_id, arch, build, subsystem, maintainer, purpose, requirement,"
     " failure_cause, least_role, interference, phase, feasibility,"
     " feasibility_why, detection_control, disposition, aou, rationale, source,"
     " evidence,"
     " reaction, state_changed, misra, verification, question, decision_group,"
     " kconfig FROM v_worksheet WHERE row_id = site_id || '/1'"
     " ORDER BY site_id, arch, build"},

    {"modes",
     "SELECT site_id, arch, build, mode, failure_mode, local_effect,"
     " system_effect, severity AS 'severity#', severity_why,"
     " occurrence AS 'occurrence#', occurrence_why, detection AS 'detection#',"
     " detection_why, action_priority FROM v_worksheet"
     " ORDER BY site_id, arch, build, row_id"},

    {"triggers",
     "SELECT t.site, t.sentence, c.console, c.console_why FROM trigger t"
     " LEFT JOIN trigger_context c ON c.site = t.site ORDER BY t.site"},

    {"conditions",
     "SELECT site, role, text, polarity AS 'polarity#', line AS 'line#', origin,"
     " cause, file FROM trigger_literal ORDER BY site, n"},

    {"producers",
     "SELECT site, function, file, line AS 'line#', text, cause, origin"
     " FROM trigger_producer ORDER BY site, n"},

    {"anchors", "SELECT scale, number AS 'number#', text FROM anchor"
                " ORDER BY scale, number DESC"},

    /* What builds do not have in common. */
    {"site_rows", "SELECT site_id, absent, differs FROM v_site_rows"
                  " WHERE absent <> '' OR differs <> '' ORDER BY site_id"},

    {"site_builds", "SELECT site_id, arch || ' ' || build AS build, absent_why,"
                    " options FROM v_site_builds WHERE present = 0"
                    " ORDER BY site_id, arch, build"},

    {"decisions",
     "SELECT site_id, decided_group, state, why, disposition, rationale, aou,"
     " who, decided_on, meeting FROM v_decisions ORDER BY site_id, place"},

    {"groups",
     "SELECT name, title, why FROM decision_group ORDER BY name"},

    {"aous",
     "SELECT id, category, sentence, rationale, verify, upstream, state"
     " FROM aou ORDER BY id"},

    {"aou_sites",
     "SELECT site, aou, certain AS 'certain#', how FROM aou_site"
     " ORDER BY site, aou"},

    /* Those that are about a site, not only about its file. */
    {"bugs",
     "SELECT x.site_id, b.bug_id, b.date, b.xsa, b.cve, b.kinds, b.in_tree,"
     " b.party, b.releases, b.subject, x.match, x.distance AS 'distance#',"
     " x.why, b.counts AS 'counts#' FROM bug_site x JOIN bug b ON b.id = x.bug"
     " ORDER BY x.site_id, CASE x.match WHEN 'predicate' THEN 0"
     " WHEN 'site' THEN 1 ELSE 2 END, b.date DESC, b.bug_id"},

    {"baseline", "SELECT what, name, sites AS 'sites#' FROM baseline_count"
                 " ORDER BY what, name"},

    {"since", "SELECT how, site_id, was, kind, function, reason"
              " FROM baseline_site ORDER BY how, was, site_id"},

    {"contexts", "SELECT name, party, colour FROM context ORDER BY id"},
};

/* Columns that say which row of the sheet this is about, and come first. */
static int key_columns(sqlite3_stmt *stmt)
{
    if (!strcmp(sqlite3_column_name(stmt, 0), "site"))
        return 1;
    return sqlite3_column_count(stmt) > 3 &&
                   !strcmp(sqlite3_column_name(stmt, 0), "site_id") &&
                   !strcmp(sqlite3_column_name(stmt, 1), "arch")
               ? 3
               : 0;
}

static bool is_number(sqlite3_stmt *stmt, int column)
{
    const char *name = sqlite3_column_name(stmt, column);

    return name[strlen(name) - 1] == '#';
}

static void add_columns(struct xf_buf *out, sqlite3_stmt *stmt, int first)
{
    if (first)
        xf_buf_adds(out, "\"row#\"");
    for (int i = first; i < sqlite3_column_count(stmt); i++) {
        page_separate(out);
        xf_buf_addf(out, "\"%s\"", sqlite3_column_name(stmt, i));
    }
}

static void add_values(struct page_json *json, sqlite3_stmt *stmt, int first,
                       const bool *numbers)
{
    int count = sqlite3_data_count(stmt);

    for (int i = first; i < count; i++) {
        if (sqlite3_column_type(stmt, i) == SQLITE_NULL) {
            page_separate(json->out);
            xf_buf_adds(json->out, "null");
        } else if (numbers[i]) {
            page_number(json->out, (long)sqlite3_column_int64(stmt, i));
        } else {
            page_string(json, xf_column(stmt, i));
        }
    }
}

static void add_row(struct page_json *json, sqlite3_stmt *stmt, int first,
                    const bool *numbers)
{
    struct xf_buf *out = json->out;
    uint32_t row = first == 1
                       ? page_row_of(json, sqlite3_column_int64(stmt, 0))
                       : first ? page_row(json, stmt) : 0;

    if (row == XF_MAP_NONE)
        return;
    page_separate(out);
    xf_buf_adds(out, "\n[");
    if (first)
        page_number(out, (long)row);
    add_values(json, stmt, first, numbers);
    xf_buf_addch(out, ']');
}

#define MAX_COLUMNS 32

static int add_table(struct page_json *json, const char *name, const char *sql)
{
    sqlite3_stmt *stmt = xf_store_prepare(json->store, sql);
    bool numbers[MAX_COLUMNS] = {false};
    int rc, first;

    if (!stmt)
        return -1;
    first = key_columns(stmt);
    for (int i = 0; i < sqlite3_column_count(stmt) && i < MAX_COLUMNS; i++)
        numbers[i] = is_number(stmt, i);
    xf_buf_addf(json->out, ",\n\"%s\":{\"columns\":[", name);
    add_columns(json->out, stmt, first);
    xf_buf_adds(json->out, "],\"rows\":[");
    while ((rc = xf_store_step(json->store, stmt)) > 0)
        add_row(json, stmt, first, numbers);
    xf_buf_adds(json->out, "]}");
    return rc;
}

int page_add_tables(struct page_json *json)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < sizeof(tables) / sizeof(tables[0]); i++)
        rc = add_table(json, tables[i].name, tables[i].sql);
    return rc;
}
