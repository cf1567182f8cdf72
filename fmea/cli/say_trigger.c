/* SPDX-License-Identifier: GPL-2.0-only */
#include "say_trigger.h"

#include <string.h>

#include "visible.h"

static sqlite3_stmt *prepare(struct xf_store *store, const char *sql,
                             const struct xf_shown_site *site)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);

    if (q) {
        xf_bind(q, 1, site->id);
        xf_bind(q, 2, site->arch);
        xf_bind(q, 3, site->build);
    }
    return q;
}

static void say(struct xf_buf *text, const char *label, const char *what)
{
    if (!*what)
        return;
    xf_buf_adds(text, label);
    xf_visible(text, what, "");
    xf_buf_adds(text, "\n");
}

static int say_condition(struct xf_buf *text, struct xf_store *store,
                         const struct xf_shown_site *site)
{
    sqlite3_stmt *q = prepare(
        store, "SELECT sentence, cause, origin, verdict, proof, console, "
               "console_why FROM v_triggers WHERE site_id = ?1 AND arch = ?2 "
               "AND build = ?3", site);
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        say(text, "\n  ", xf_column(q, 0));
        say(text, "  cause: ", xf_column(q, 1));
        say(text, "         ", xf_column(q, 2));
        say(text, "  can it hold: ", xf_column(q, 3));
        say(text, "         ", xf_column(q, 4));
        say(text, "  console: ", xf_column(q, 5));
        say(text, "         ", xf_column(q, 6));
    }
    return rc;
}

static int say_producers(struct xf_buf *text, struct xf_store *store,
                         const struct xf_shown_site *site)
{
    sqlite3_stmt *q = prepare(
        store, "SELECT text || ' in ' || function || '() at ' || file || ':' "
               "|| line || ': ' || cause || iif(origin = '', '', ', ' || "
               "origin) FROM v_producers WHERE site_id = ?1 AND arch = ?2 AND "
               "build = ?3 ORDER BY n", site);
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0)
        say(text, "  the error is made by ", xf_column(q, 0));
    return rc;
}

static int say_callers(struct xf_buf *text, struct xf_store *store,
                       const struct xf_shown_site *site)
{
    sqlite3_stmt *q = prepare(
        store, "SELECT caller || '() calls ' || function || '() at ' || file "
               "|| ':' || line || ' only when ' || way FROM v_path_conditions "
               "WHERE site_id = ?1 AND arch = ?2 AND build = ?3 "
               "GROUP BY 1 ORDER BY min(step), 1", site);
    const char *begin = "\n  ";
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        say(text, begin, xf_column(q, 0));
        begin = "  ";
    }
    return rc;
}

int say_trigger(struct xf_buf *text, struct xf_store *store,
                const struct xf_shown_site *site)
{
    if (say_condition(text, store, site) || say_producers(text, store, site))
        return -1;
    return say_callers(text, store, site);
}
