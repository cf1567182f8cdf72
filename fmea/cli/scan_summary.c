/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a scan says at its end.
 */
#include "scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cmd.h"
#include "error.h"
#include "visible.h"

/* A line about a unit: the analysed code or its name may hold anything. */
static void say_unit(struct scan *s, const struct scan_build *b, size_t i)
{
    const char *file = b->names[i].file, *detail = b->names[i].detail;
    size_t len = strlen(file);
    bool named = !strncmp(detail, file, len) && !strncmp(detail + len, ": ", 2);

    xf_buf_adds(&s->summary, "  ");
    xf_visible(&s->summary, file, "");
    xf_buf_addf(&s->summary, ": %s: ",
                xf_unit_status_name(b->units[i].status));
    xf_visible(&s->summary, named ? detail + len + 2 : detail, "");
    xf_buf_adds(&s->summary, "\n");
}

void scan_say_build(struct scan *s, const struct scan_build *b)
{
    unsigned int counts[5] = {0};
    size_t n = b->commands.len;

    for (size_t i = 0; i < n; i++)
        counts[b->units[i].status]++;
    xf_buf_addf(&s->summary,
                "%s %s: %zu translation units, %u parsed without an error\n",
                b->commands.arch, b->commands.name, n, counts[XF_UNIT_OK]);
    for (size_t i = 0; i < n; i++) {
        if (b->units[i].status == XF_UNIT_OK)
            continue;
        say_unit(s, b, i);
        s->status = XF_EXIT_FINDINGS;
    }
    if (*b->commands.failures) {
        xf_buf_addf(&s->summary, "  make said:\n%s\n", b->commands.failures);
        s->status = XF_EXIT_FINDINGS;
    }
}

static int say_query(struct scan *s, struct xf_store *store, const char *title,
                     const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    const char *sep = "";
    int rc;

    if (!q)
        return -1;
    xf_buf_addf(&s->summary, "%s: ", title);
    while ((rc = xf_store_step(store, q)) > 0) {
        xf_buf_addf(&s->summary, "%s%s %s", sep, xf_column(q, 1),
                    xf_column(q, 0));
        sep = ", ";
    }
    xf_buf_adds(&s->summary, "\n");
    return rc;
}

/* What Cppcheck told and where it failed, which is no finding of ours. */
static int say_cppcheck(struct scan *s, struct xf_store *store)
{
    return say_query(s, store, "Cppcheck units",
                     "SELECT status, count(*) FROM cppcheck_unit GROUP BY 1 "
                     "ORDER BY 1") ||
                   say_query(
                       s, store, "Cppcheck about sites",
                       "SELECT 'conditions', count(DISTINCT site) "
                       "FROM cppcheck_value WHERE part = 'condition' "
                       "UNION ALL SELECT 'parts of conditions', "
                       "count(DISTINCT site) FROM cppcheck_value "
                       "WHERE part = 'operand' "
                       "UNION ALL SELECT 'findings', count(*) "
                       "FROM cppcheck_finding WHERE id <> 'disagrees' "
                       "UNION ALL SELECT 'contradictions', count(*) "
                       "FROM cppcheck_finding WHERE id = 'disagrees'")
               ? -1
               : 0;
}

/* Text of the architectures that are scanned. */
#define OWN "reason NOT LIKE 'another architecture:%'"

/* Of --all: what share is in some build, and what keeps out the rest. */
static int say_coverage(struct scan *s, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT c, c + n, printf('%.1f', 100.0 * c / max(c + n, 1)), n "
               "FROM (SELECT (SELECT count(*) FROM census WHERE accounted = "
               "'site') AS c, (SELECT count(*) FROM v_uncovered WHERE " OWN
               ") AS n)");
    int rc;

    if (!q || xf_store_step(store, q) < 0)
        return -1;
    xf_buf_addf(&s->summary, "coverage: %s of %s places that read as stops are "
                             "in some build (%s %%), %s are in none:\n",
                xf_column(q, 0), xf_column(q, 1), xf_column(q, 2),
                xf_column(q, 3));
    sqlite3_reset(q);
    q = xf_store_prepare(
        store, "SELECT count(*), CASE WHEN reason LIKE '#%' THEN file || ': ' "
               "ELSE '' END || reason AS why FROM v_uncovered WHERE " OWN
               " GROUP BY 2 "
               "ORDER BY 1 DESC, 2");
    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        xf_buf_addf(&s->summary, "  %s: ", xf_column(q, 0));
        xf_visible(&s->summary, xf_column(q, 1), "");
        xf_buf_adds(&s->summary, "\n");
    }
    return rc;
}

int scan_summarise(struct scan *s, struct xf_store *store)
{
    int rc = 0;
    sqlite3_stmt *q;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        const struct scan_build *b = &s->builds[i];
        char *title = xf_format("  sites"), *sql;

        scan_say_build(s, b);
        sql = xf_format("SELECT kind, count(*) FROM site WHERE build = %zu "
                        "GROUP BY 1 ORDER BY 1",
                        i + 1);
        rc = say_query(s, store, title, sql);
        free(title);
        free(sql);
    }
    if (!rc)
        rc = say_query(s, store, "census",
                       "SELECT accounted, count(*) FROM census GROUP BY 1 "
                       "ORDER BY 1");
    q = rc ? NULL
           : xf_store_prepare(store, "SELECT count(*), count(*) FILTER (WHERE "
                                     "accounted = 'unaccounted') FROM census");
    if (!q || xf_store_step(store, q) < 0)
        return -1;
    xf_buf_addf(&s->summary, "census: %s occurrences, %s unaccounted\n",
                xf_column(q, 0), xf_column(q, 1));
    if (sqlite3_column_int(q, 1))
        s->status = XF_EXIT_FINDINGS;
    sqlite3_reset(q);
    if (s->decisions.path &&
        say_query(s, store, "decisions",
                  "SELECT state, count(*) FROM decision WHERE state <> 'group' "
                  "GROUP BY 1 ORDER BY 1"))
        return -1;
    if (s->which.all && say_coverage(s, store))
        return -1;
    return s->cppcheck_version ? say_cppcheck(s, store) : 0;
}

int scan_report(struct scan *s)
{
    struct xf_buf text = XF_BUF_INIT;

    if (s->verbose)
        for (size_t i = 0; i < s->nbuilds; i++)
            fprintf(stderr, "%s: %u of %zu units parsed anew, at most %ld MiB "
                            "in one worker\n",
                    s->builds[i].commands.arch, s->builds[i].parsed,
                    s->builds[i].commands.len, s->builds[i].peak_kib / 1024);
    if (s->verbose && s->cppcheck_units)
        fprintf(stderr, "cppcheck: %u units, %u of them from the cache\n",
                s->cppcheck_units, s->cppcheck_cached);
    /* Once more as a whole: it may come from a .state.json. */
    if (s->summary.len && (!s->quiet || s->status))
        xf_visible(&text, s->summary.data, "\n");
    xf_buf_adds(&text, s->parts        ? "shard: "
                       : s->sites_only ? "database: "
                                       : "worksheet: ");
    xf_visible(&text, s->outputs.dir, "");
    printf("%s/%s\n", text.data,
           s->parts        ? s->shard_output[0]
           : s->sites_only ? "xenfmea.db"
                           : "worksheet.html");
    xf_buf_release(&text);
    if (fflush(stdout))
        return xf_error("cannot write to the standard output: %s; the files "
                        "in %s are complete", strerror(errno), s->outputs.dir);
    return 0;
}
