/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Coverage joined with the sites, by file and line.
 *
 * Coverage names files as the build did: absolute, or with folders in front.
 * A name stands for the longest file of the scan that it ends with, so that
 * lib/x.c is not taken for arch/arm/lib/x.c.
 */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

struct measure {
    struct xf_plan *plan;
    struct xf_store *store;
    const struct xf_coverage *coverage;
    struct xf_map files; /* of the scan */
    uint32_t *stands;    /* by file of the coverage: file of the scan */
};

static int read_files(struct measure *m)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        m->store, "SELECT file FROM function UNION SELECT file FROM site "
                  "UNION SELECT file FROM trigger_literal ORDER BY 1");
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(m->store, stmt)) > 0)
        if (*xf_column(stmt, 0))
            xf_map_add(&m->files, xf_column(stmt, 0), NULL);
    return rc;
}

static uint32_t stands_for(const struct measure *m, const char *name)
{
    for (const char *at = name; at; at = strchr(at, '/')) {
        uint32_t found;

        at += *at == '/';
        found = xf_map_find(&m->files, at);
        if (found != XF_MAP_NONE)
            return found;
    }
    return XF_MAP_NONE;
}

/* Executions of lines of a file of the scan, -1 without data. */
static double count_at(const struct measure *m, const char *file,
                       uint32_t first, uint32_t last)
{
    uint32_t wanted = xf_map_find(&m->files, file);
    double count = -1;

    for (size_t i = 0; wanted != XF_MAP_NONE && i < m->coverage->nfiles; i++)
        if (m->stands[i] == wanted) {
            double here = xf_coverage_at(&m->coverage->files[i], first, last);

            if (here >= 0)
                count = here + (count > 0 ? count : 0);
        }
    return count;
}

static enum ran ran_of(double count)
{
    return count < 0 ? RAN_NO_DATA : count > 0 ? RAN_YES : RAN_NOT;
}

/* A site with a condition of its own is its own guard, and its line does not
 * tell whether it stopped: a run that stops leaves no coverage behind. Else
 * the decision nearest to the stop is the guard. Of several builds the first
 * that has data counts. */
static void measure_site(const struct measure *m, struct plan_site *s,
                         sqlite3_stmt *stmt)
{
    double stop = count_at(m, xf_column(stmt, 1),
                           (uint32_t)sqlite3_column_int(stmt, 2),
                           (uint32_t)sqlite3_column_int(stmt, 3));
    double guard = stop;

    if (s->guard == RAN_NOT || s->guard == RAN_YES)
        return;
    if (*xf_column(stmt, 4)) {
        s->stop = stop < 0 ? RAN_NO_DATA : RAN_NOT;
    } else {
        s->stop = ran_of(stop);
        if (sqlite3_column_int(stmt, 6) > 0)
            guard = count_at(m, xf_column(stmt, 5),
                             (uint32_t)sqlite3_column_int(stmt, 6),
                             (uint32_t)sqlite3_column_int(stmt, 6));
        if (stop > guard) /* nobody stops without having come by */
            guard = stop;
    }
    s->guard = ran_of(guard);
    s->guard_count = guard;
}

static int measure_sites(struct measure *m)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        m->store,
        "SELECT s.site_id, s.file, s.line, s.end_line, s.condition, l.file, "
        "l.line FROM site s LEFT JOIN trigger_literal l ON l.site = s.id "
        "AND l.n = (SELECT n FROM trigger_literal k WHERE k.site = s.id "
        "AND k.line > 0 AND k.role IN ('predicate', 'guard', 'case', 'check') "
        "ORDER BY k.role <> 'predicate', k.n DESC LIMIT 1) "
        "ORDER BY s.build, s.id");
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(m->store, stmt)) > 0) {
        uint32_t at = xf_map_find(&m->plan->site_keys, xf_column(stmt, 0));

        if (at != XF_MAP_NONE)
            measure_site(m, &m->plan->sites[at], stmt);
    }
    return rc;
}

int xf_plan_measure(struct xf_plan *plan, struct xf_store *store,
                    const struct xf_coverage *coverage)
{
    struct measure m = {.plan = plan, .store = store, .coverage = coverage};
    size_t known = 0;
    int rc = read_files(&m);

    m.stands = xf_calloc(coverage->nfiles + 1, sizeof(*m.stands));
    for (size_t i = 0; i < coverage->nfiles; i++) {
        m.stands[i] = stands_for(&m, coverage->names.keys[i]);
        known += m.stands[i] != XF_MAP_NONE;
    }
    if (!rc && !known)
        rc = xf_error("none of the %zu files of the coverage is in the scan; "
                      "take coverage of the tree that was scanned",
                      coverage->nfiles);
    if (!rc)
        rc = measure_sites(&m);
    for (size_t i = 0; !rc && i < plan->nsites; i++) {
        struct plan_site *s = &plan->sites[i];

        if (s->guard == RAN_UNKNOWN)
            s->guard = s->stop = RAN_NO_DATA;
    }
    plan->measured = !rc;
    free(m.stands);
    xf_map_release(&m.files);
    return rc;
}
