/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which functions stop the host. A function that is declared never to return
 * is a stop when it ends in nothing but stops: bug frames, calls of stop
 * functions, loops that do nothing, and no other endless loop or jump (assembly followed by
 * __builtin_unreachable()) that might go somewhere else. A loop that itself
 * calls a stop function ends there. A noreturn function for which this cannot
 * be shown stays what it is, with that said in stop_reason.
 */
#include "stops.h"

#include <stdlib.h>

#include "alloc.h"
#include "buf.h"
#include "catalogue.h"

static int seed(struct xf_store *store, const struct xf_function_rule *rule)
{
    sqlite3_stmt *s = xf_store_prepare(
        store, "UPDATE function SET stop_kind = ?2, stop_reason = "
               "'data/xen/sites.json' WHERE name = ?1");

    if (!s)
        return -1;
    xf_bind(s, 1, rule->name);
    xf_bind(s, 2, rule->kind);
    return xf_store_run(store, s);
}

/* Frames that a macro of the catalogue made, each of which is followed by
 * __builtin_unreachable(). A frame in hand-written assembly is only one way
 * out of it: such assembly may also jump. */
static int plain_frames(struct xf_store *store,
                        const struct xf_catalogue *catalogue)
{
    int rc = xf_store_exec(
        store, "CREATE TEMP TABLE plain_macro (name TEXT PRIMARY KEY);");

    for (size_t i = 0; i < catalogue->nmacros && !rc; i++) {
        sqlite3_stmt *s = xf_store_prepare(
            store, "INSERT OR IGNORE INTO plain_macro VALUES (?1)");

        if (!s)
            return -1;
        xf_bind(s, 1, catalogue->macros[i].name);
        rc = xf_store_run(store, s);
    }
    if (!rc)
        rc = xf_store_exec(
            store,
            "CREATE TEMP TABLE plain_frame AS SELECT w.function FROM witness w"
            " WHERE w.frame = -3 OR w.frame >= -1 AND EXISTS"
            "  (SELECT 1 FROM plain_macro m WHERE instr(char(31) || replace(w.chain, char(30), char(31))"
            "   || char(31), char(31) || m.name || char(31)));"
            "CREATE INDEX temp.plain_frame_function ON plain_frame (function);");
    return rc;
}

static int load_parks(struct xf_store *store,
                      const struct xf_catalogue *catalogue)
{
    int rc = xf_store_exec(store, "CREATE TEMP TABLE park (name TEXT);");

    for (size_t i = 0; i < catalogue->parks.len && !rc; i++) {
        sqlite3_stmt *s =
            xf_store_prepare(store, "INSERT INTO park VALUES (?1)");

        if (!s)
            return -1;
        xf_bind(s, 1, catalogue->parks.items[i]);
        rc = xf_store_run(store, s);
    }
    return rc;
}

/* One round of derivation; *changed counts new stop functions. Kinds of
 * frames that stop are a list for SQL: "2,3". */
static int derive(struct xf_store *store, const char *frames, int *changed)
{
    char *sql = xf_format(
        "UPDATE function SET stop_kind = 'halt', stop_reason = "
        "'never returns and ends only in: ' || ("
        "  SELECT group_concat(name, ', ') FROM ("
        "    SELECT DISTINCT coalesce(g.name, CASE WHEN w.frame = -3 THEN"
        "      w.message ELSE 'bug frame' END) AS name"
        "    FROM witness w LEFT JOIN function g ON g.id = w.callee"
        "    WHERE w.function = function.id AND (w.frame = -3 OR"
        "    (w.frame = -2 AND g.stop_kind <> '') OR w.frame IN (%s))"
        "    ORDER BY 1))"
        " WHERE is_noreturn AND stop_kind = '' AND line > 0"
        " AND name NOT IN (SELECT name FROM park)"
        " AND EXISTS (SELECT 1 FROM ending e WHERE e.function = function.id)"
        " AND NOT EXISTS (SELECT 1 FROM ending e WHERE e.function = function.id"
        "   AND (NOT e.ends OR e.unreachables > (SELECT count(*) FROM plain_frame p WHERE"
        "   p.function = function.id) OR (e.loops > 0 AND NOT EXISTS ("
        "     SELECT 1 FROM function g WHERE g.build = function.build"
        "     AND g.stop_kind <> ''"
        "     AND instr(',' || e.loop_callees || ',', ',' || g.name || ',')"
        "   ))))"
        " AND EXISTS (SELECT 1 FROM witness w WHERE w.function = function.id"
        "   AND ((w.frame = -2 AND w.callee <> function.id AND NOT is_asm)"
        "     OR w.frame = -3 OR w.frame IN (%s)))"
        /* Calls of assembly mostly return. */
        " AND (is_asm OR NOT EXISTS (SELECT 1 FROM witness w"
        "   JOIN function g ON g.id = w.callee WHERE w.function = function.id"
        "   AND w.callee <> function.id AND g.stop_kind = ''))",
        frames, frames);
    sqlite3_stmt *s = xf_store_prepare(store, sql);
    int rc = s ? xf_store_run(store, s) : -1;

    free(sql);
    *changed = rc ? 0 : sqlite3_changes(sqlite3_db_handle(s));
    return rc;
}

int xf_stops(struct xf_store *store, const struct xf_catalogue *catalogue)
{
    struct xf_buf frames = XF_BUF_INIT;
    int rc, changed = 1;

    rc = xf_store_exec(store, "CREATE INDEX witness_function ON witness "
                              "(function)");
    if (!rc)
        rc = plain_frames(store, catalogue);
    if (!rc)
        rc = load_parks(store, catalogue);
    for (size_t i = 0; i < catalogue->nfunctions && !rc; i++)
        rc = seed(store, &catalogue->functions[i]);
    for (size_t i = 0; i < catalogue->nframes; i++)
        xf_buf_addf(&frames, "%s%d", i ? "," : "", catalogue->frames[i].type);
    while (changed && !rc)
        rc = derive(store, frames.data, &changed);
    xf_buf_release(&frames);
    if (!rc)
        rc = xf_store_exec(
            store, "UPDATE function SET stop_reason = 'never returns; not "
                   "shown to stop the host' WHERE is_noreturn AND stop_kind = "
                   "''");
    return rc;
}
