/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheet for other programs, as data/report/worksheet.schema.json says.
 * Also a baseline: fmea/gate/version_json.c reads it back.
 *
 * Three queries run beside each other in the same order: the sites, each with
 * its builds, each with its failure modes.
 */
#include <string.h>

#include "columns.h"
#include "escape.h"
#include "formats.h"
#include "stream.h"

static void member(struct xf_buf *out, const char *name, const char *value)
{
    xf_buf_addf(out, "\"%s\":", name);
    xf_escape_json(out, value);
}

/* A column as its type says. */
static void column(struct xf_buf *out, sqlite3_stmt *q, int i)
{
    xf_buf_addf(out, "\"%s\":", sqlite3_column_name(q, i));
    if (sqlite3_column_type(q, i) == SQLITE_NULL)
        xf_buf_adds(out, "null");
    else if (sqlite3_column_type(q, i) == SQLITE_INTEGER)
        xf_buf_addf(out, "%lld", (long long)sqlite3_column_int64(q, i));
    else
        xf_escape_json(out, xf_column(q, i));
}

/* A text as an array, cut at `separator`; none when it is empty. */
static void list(struct xf_buf *out, const char *name, const char *text,
                 char separator)
{
    struct xf_buf item = XF_BUF_INIT;
    const char stop[2] = {separator, '\0'};

    xf_buf_addf(out, "\"%s\":[", name);
    while (*text) {
        size_t len = strcspn(text, stop);

        xf_buf_clear(&item);
        xf_buf_add(&item, text, len);
        xf_escape_json(out, item.data);
        text += len;
        if (*text) {
            xf_buf_addch(out, ',');
            if (!*++text)
                xf_escape_json(out, "");
        }
    }
    xf_buf_addch(out, ']');
    xf_buf_release(&item);
}

/* ---- the head ----------------------------------------------------------- */

static int add_meta(struct stream *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT name, value FROM meta WHERE name IN ('tool_version',"
               " 'tree', 'xen_version', 'tree_revision')"
               " ORDER BY name");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_buf_adds(&out->text, ",\n");
        member(&out->text, xf_column(q, 0), xf_column(q, 1));
        rc = 0;
    }
    return rc;
}

/* A query as an array of objects. */
static int add_objects(struct stream *out, struct xf_store *store,
                       const char *name, const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    const char *sep = "\n";
    int rc = q ? 0 : -1;

    xf_buf_addf(&out->text, ",\n\"%s\":[", name);
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_buf_addf(&out->text, "%s{", sep);
        for (int i = 0; i < sqlite3_column_count(q); i++) {
            xf_buf_adds(&out->text, i ? "," : "");
            column(&out->text, q, i);
        }
        xf_buf_adds(&out->text, "}");
        sep = ",\n";
        rc = stream_flush(out);
    }
    xf_buf_adds(&out->text, "]");
    return rc;
}

static const char *const head_queries[][2] = {
    {"builds",
     "SELECT b.arch, b.name AS build,"
     " (SELECT count(*) FROM tu WHERE build = b.id) AS units,"
     " (SELECT count(*) FROM tu WHERE build = b.id AND status <> 'ok')"
     "   AS units_not_analysed,"
     " (SELECT count(*) FROM site WHERE build = b.id) AS sites, b.kconfig"
     " FROM build b ORDER BY b.arch, b.name"},
    {"not_analysed",
     "SELECT arch, build, file, object, status, detail FROM v_tus"
     " WHERE status <> 'ok' ORDER BY arch, build, file, object"},
    {"census",
     "SELECT accounted, count(*) AS occurrences FROM census GROUP BY accounted"
     " ORDER BY accounted"},
    {"aous",
     "SELECT DISTINCT aou, category, state, sentence, rationale, verify,"
     " upstream FROM v_aous ORDER BY aou"},
    {"aou_sites",
     "SELECT aou, site_id, arch, build, certain, how FROM v_aous"
     " WHERE site_id IS NOT NULL ORDER BY aou, site_id, arch, build"},
    {"groups",
     "SELECT decision_group, title, why, arch, build, sites, disposition,"
     " decided, decided_disposition FROM v_groups"
     " ORDER BY decision_group, arch, build"},
    {"decisions",
     "SELECT site_id, decided_as, decided_group, state, why, disposition,"
     " rationale, aou, who, decided_on, meeting, action, owner, progress"
     " FROM v_decisions ORDER BY decided_as, decided_group, state"},
};

static int add_head(struct stream *out, struct xf_store *store)
{
    xf_buf_adds(&out->text, "{\"format\":\"xenfmea-worksheet 1\"");
    if (add_meta(out, store))
        return -1;
    for (size_t i = 0; i < sizeof(head_queries) / sizeof(head_queries[0]); i++)
        if (add_objects(out, store, head_queries[i][0], head_queries[i][1]))
            return -1;
    return 0;
}

/* ---- sites -------------------------------------------------------------- */

static const char sites_query[] =
    "SELECT site_id, version, file, function, kind, text, conditions, message,"
    " guard, near, macros, ordinal AS \"order\","
    " count(*) OVER (PARTITION BY file, function, kind, text) AS equals, line,"
    " end_line FROM identity ORDER BY file, line, site_id";

static const char builds_query[] =
    "SELECT v.* FROM v_sites v JOIN identity i ON i.site_id = v.site_id"
    " ORDER BY i.file, i.line, v.site_id, v.arch, v.build";

/* The three queries; each stands at a row, or is at its end. */
struct sites {
    struct stream *out;
    struct xf_store *store;
    sqlite3_stmt *sites, *builds;
    int have_build, have_row;
    int build_id, build_arch, build_name; /* columns */
    struct row_reader rows;
    struct row row;
};

static int find_column(sqlite3_stmt *q, const char *name)
{
    for (int i = 0; i < sqlite3_column_count(q); i++)
        if (!strcmp(sqlite3_column_name(q, i), name))
            return i;
    return 0;
}

static void add_row(struct xf_buf *out, const struct row *row)
{
    const char *sep = "";

    for (int c = 0; c < COLUMNS; c++) {
        if (c == COLUMN_SITE_ID || c == COLUMN_ARCH || c == COLUMN_BUILD)
            continue;
        xf_buf_adds(out, sep);
        if (!columns[c].number)
            member(out, columns[c].name, row->text[c]);
        else
            xf_buf_addf(out, "\"%s\":%s", columns[c].name,
                        *row->text[c] ? row->text[c] : "null");
        sep = ",";
    }
}

static bool row_fits(const struct sites *s)
{
    return s->have_row > 0 &&
           !strcmp(s->row.text[COLUMN_SITE_ID],
                   xf_column(s->builds, s->build_id)) &&
           !strcmp(s->row.text[COLUMN_ARCH],
                   xf_column(s->builds, s->build_arch)) &&
           !strcmp(s->row.text[COLUMN_BUILD],
                   xf_column(s->builds, s->build_name));
}

static void add_build(struct sites *s)
{
    struct xf_buf *out = &s->out->text;

    xf_buf_adds(out, "{");
    for (int i = 0; i < sqlite3_column_count(s->builds); i++) {
        const char *name = sqlite3_column_name(s->builds, i);

        if (i == s->build_id)
            continue;
        if (!strcmp(name, "contexts") || !strcmp(name, "armed_by"))
            list(out, name, xf_column(s->builds, i), ',');
        else if (!strcmp(name, "paths"))
            list(out, name, xf_column(s->builds, i), '\n');
        else
            column(out, s->builds, i);
        xf_buf_adds(out, ",");
    }
    xf_buf_adds(out, "\n   \"rows\":[");
    for (const char *sep = "\n    {"; row_fits(s); sep = "},\n    {") {
        xf_buf_adds(out, sep);
        add_row(out, &s->row);
        s->have_row = rows_next(&s->rows, &s->row);
    }
    xf_buf_adds(out, out->data[out->len - 1] == '[' ? "]}" : "}]}");
}

static int add_site(struct sites *s)
{
    struct xf_buf *out = &s->out->text;
    const char *id = xf_column(s->sites, 0);

    xf_buf_adds(out, "{");
    member(out, "site_id", id);
    xf_buf_adds(out, ",\"identity\":{");
    for (int i = 1; i < sqlite3_column_count(s->sites); i++) {
        const char *name = sqlite3_column_name(s->sites, i);

        xf_buf_adds(out, i > 1 ? "," : "");
        if (!strcmp(name, "conditions"))
            list(out, name, xf_column(s->sites, i), '\n');
        else
            column(out, s->sites, i);
    }
    xf_buf_adds(out, "},\n \"builds\":[");
    for (const char *sep = "\n  ";
         s->have_build > 0 && !strcmp(xf_column(s->builds, s->build_id), id);
         sep = ",\n  ") {
        xf_buf_adds(out, sep);
        add_build(s);
        s->have_build = xf_store_step(s->store, s->builds);
    }
    xf_buf_adds(out, "]}");
    return s->have_build < 0 || s->have_row < 0 ? -1 : stream_flush(s->out);
}

static int add_sites(struct stream *out, struct xf_store *store)
{
    struct sites s = {.out = out, .store = store};
    const char *sep = "\n";
    int rc;

    s.sites = xf_store_prepare(store, sites_query);
    s.builds = xf_store_prepare(store, builds_query);
    if (!s.sites || !s.builds || rows_begin(&s.rows, store))
        return -1;
    s.build_id = find_column(s.builds, "site_id");
    s.build_arch = find_column(s.builds, "arch");
    s.build_name = find_column(s.builds, "build");
    s.have_build = xf_store_step(store, s.builds);
    s.have_row = rows_next(&s.rows, &s.row);
    xf_buf_adds(&out->text, ",\n\"sites\":[");
    while ((rc = xf_store_step(store, s.sites)) > 0) {
        xf_buf_adds(&out->text, sep);
        if (add_site(&s))
            return -1;
        sep = ",\n";
    }
    xf_buf_adds(&out->text, "]}\n");
    return rc;
}

int write_json(struct xf_store *store, const struct xf_worksheet_how *how,
               const char *path, struct xf_buf *problems)
{
    struct stream out;

    (void)how;
    (void)problems;
    if (stream_begin(&out, path))
        return -1;
    return stream_end(&out, add_head(&out, store) || add_sites(&out, store));
}
