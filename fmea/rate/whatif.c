/* SPDX-License-Identifier: GPL-2.0-only */
#include "whatif.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

/* Run a query and append its rows; columns are joined as they are. */
static int add_rows(struct xf_buf *out, struct xf_store *store, const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        for (int i = 0; i < sqlite3_column_count(q); i++)
            xf_buf_adds(out, xf_column(q, i));
        xf_buf_adds(out, "\n");
    }
    return rc;
}

/* ---- what changes ---------------------------------------------------------- */

#define PLACE "s.file || ':' || s.line || ' ' || s.function || '() ' || s.kind"

/* Joins of a site with its proposal before and now. */
#define CHANGED                                                                \
    "FROM site s JOIN build b ON b.id = s.build JOIN proposal p ON p.site = "  \
    "s.id JOIN before o ON o.site = s.id "

static int counts(struct xf_buf *out, struct xf_store *store)
{
    return add_rows(
        out, store,
        "SELECT b.arch, ' ', b.name, ': ', sum(o.disposition NOT LIKE "
        "'remove%' AND p.disposition LIKE 'remove%'), ' of ', count(*), "
        "' sites fall away, ', sum(o.disposition LIKE 'remove%' AND "
        "p.disposition NOT LIKE 'remove%'), ' come back' " CHANGED
        "GROUP BY b.id ORDER BY b.id");
}

static int by_context(struct xf_buf *out, struct xf_store *store)
{
    return add_rows(
        out, store,
        "SELECT '  ', b.arch, ' ', c.name, ': ', sum(o.disposition NOT LIKE "
        "'remove%' AND p.disposition LIKE 'remove%'), ' of ', count(*) " CHANGED
        "JOIN site_context x ON x.site = s.id AND x.armed = 0 JOIN context c "
        "ON c.id = x.context GROUP BY b.id, c.id HAVING sum(o.disposition NOT "
        "LIKE 'remove%' AND p.disposition LIKE 'remove%') > 0 "
        "ORDER BY b.id, c.id");
}

static int list_changes(struct xf_buf *out, struct xf_store *store)
{
    xf_buf_adds(out, "\nfall away:\n");
    if (add_rows(out, store,
                 "SELECT '  ', " PLACE ", ': ', p.rationale " CHANGED
                 "WHERE o.disposition NOT LIKE 'remove%' AND p.disposition "
                 "LIKE 'remove%' ORDER BY s.file, s.line, s.id"))
        return -1;
    xf_buf_adds(out, "\ncome back:\n");
    if (add_rows(out, store,
                 "SELECT '  ', " PLACE ", ': ', p.disposition, ', ', "
                 "p.rationale " CHANGED "WHERE o.disposition LIKE 'remove%' "
                 "AND p.disposition NOT LIKE 'remove%' "
                 "ORDER BY s.file, s.line, s.id"))
        return -1;
    xf_buf_adds(out, "\nstay although an accepted assumption touches them:\n");
    return add_rows(
        out, store,
        "SELECT '  ', " PLACE ", ': ', CASE WHEN x.certain = 0 THEN x.how "
        "WHEN f.value = 'yes' THEN 'a security stop: ' || coalesce(w.value, '') "
        "ELSE 'decided by rule ' || p.rule END FROM aou_site x JOIN aou a ON "
        "a.id = x.aou AND a.state IN ('accepted', 'upstream') JOIN site s ON "
        "s.id = x.site JOIN proposal p ON p.site = s.id LEFT JOIN site_class f "
        "ON f.site = s.id AND f.name = 'security' LEFT JOIN site_class w ON "
        "w.site = s.id AND w.name = 'security_why' WHERE p.disposition NOT "
        "LIKE 'remove%' ORDER BY s.file, s.line, s.id, x.aou");
}

int xf_whatif(struct xf_buf *out, struct xf_store *store, const char *data_dir,
              const struct xf_rate_options *options)
{
    return xf_store_exec(store, "CREATE TEMP TABLE before AS SELECT site, "
                                "disposition FROM proposal") ||
                   xf_rate(store, data_dir, options) || counts(out, store) ||
                   by_context(out, store) || list_changes(out, store)
               ? -1
               : 0;
}

/* ---- ranking --------------------------------------------------------------- */

/* Sites that fall away with everything accepted and no option switched off,
 * and what would do it: an assumption that excludes it for certain. */
static const char cover_aous[] =
    "CREATE TEMP TABLE cover AS SELECT x.aou AS name, x.site FROM aou_site x "
    "JOIN proposal p ON p.site = x.site AND p.disposition = 'remove-by-AoU' "
    "WHERE x.certain = 1";
static const char cover_options[] =
    "INSERT INTO cover WITH RECURSIVE each (site, one, rest) AS (SELECT site, "
    "'', value || char(10) FROM site_fact WHERE name = 'kconfig' AND value <> "
    "'' UNION ALL SELECT site, substr(rest, 1, instr(rest, char(10)) - 1), "
    "substr(rest, instr(rest, char(10)) + 1) FROM each WHERE rest <> '') "
    "SELECT one || '=n', site FROM each WHERE one <> ''";

static char **all_ids(struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(store, "SELECT id FROM aou WHERE state "
                                              "<> 'withdrawn' ORDER BY id");
    char **ids = NULL;
    size_t n = 0, cap = 0;

    while (q && xf_store_step(store, q) > 0) {
        XF_GROW(ids, n, cap);
        ids[n++] = xf_strdup(xf_column(q, 0));
    }
    XF_GROW(ids, n, cap);
    ids[n] = NULL;
    return ids;
}

static int add_best(struct xf_buf *out, struct xf_store *store, bool *more)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT c.name, count(*), coalesce(a.category, 'Kconfig'), "
               "coalesce(a.sentence, 'The option is switched off.') FROM cover "
               "c LEFT JOIN aou a ON a.id = c.name GROUP BY c.name "
               "ORDER BY 2 DESC, 1 LIMIT 1");
    sqlite3_stmt *d = xf_store_prepare(
        store, "DELETE FROM cover WHERE site IN (SELECT site FROM cover WHERE "
               "name = ?1)");
    int rc = q && d ? xf_store_step(store, q) : -1;

    *more = rc > 0;
    if (rc <= 0)
        return rc;
    xf_buf_addf(out, "%5d  %s (%s)\n       %s\n", sqlite3_column_int(q, 1),
                xf_column(q, 0), xf_column(q, 2), xf_column(q, 3));
    xf_bind(d, 1, xf_column(q, 0));
    sqlite3_reset(q);
    return xf_store_run(store, d);
}

int xf_whatif_rank(struct xf_buf *out, struct xf_store *store,
                   const char *data_dir, const char *context, unsigned int most)
{
    struct xf_rate_options options = {.context = context};
    char **ids;
    bool more = true;
    int rc = xf_rate(store, data_dir, &options);

    if (rc)
        return rc;
    ids = all_ids(store);
    options.accepted = (const char *const *)ids;
    rc = xf_rate(store, data_dir, &options) ||
         xf_store_exec(store, cover_aous) || xf_store_exec(store, cover_options);
    xf_buf_adds(out, "sites  assumption, counted without the sites of those "
                     "above it\n");
    for (unsigned int i = 0; i < most && more && !rc; i++)
        rc = add_best(out, store, &more);
    for (char **id = ids; *id; id++)
        free(*id);
    free(ids);
    return rc ? -1 : 0;
}

int xf_whatif_list(struct xf_buf *out, struct xf_store *store,
                   const char *data_dir, const char *context)
{
    struct xf_rate_options options = {.context = context};

    return xf_rate(store, data_dir, &options) ||
                   add_rows(out, store,
                            "SELECT a.id, ' (', a.category, ', ', a.state, "
                            "'): ', a.sentence, CASE a.upstream WHEN '' THEN "
                            "'' ELSE ' [' || a.upstream || ']' END, ' ', "
                            "(SELECT count(*) FROM aou_site x WHERE x.aou = "
                            "a.id AND x.certain = 1), ' sites' FROM aou a "
                            "ORDER BY a.id")
               ? -1
               : 0;
}
