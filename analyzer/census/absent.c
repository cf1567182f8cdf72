/* SPDX-License-Identifier: GPL-2.0-only */
#include "absent.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "options.h"

struct blame {
    const struct census *census;
    uint32_t build;
    struct xf_buf out;
};

static void add_option(struct xf_buf *out, const char *symbol, bool on)
{
    char *text = xf_format("%s=%s", symbol, on ? "y" : "n");
    char *all = xf_format(", %s,", out->len ? out->data : "");
    char *one = xf_format(", %s,", text);

    if (!strstr(all, one))
        xf_buf_addf(out, "%s%s", out->len ? ", " : "", text);
    free(one);
    free(all);
    free(text);
}

/* An option whose value is not the one that is needed is to blame. */
static void blame(const char *symbol, size_t len, bool on, void *payload)
{
    struct blame *b = payload;
    char *name = xf_strndup(symbol, len);
    bool is_on = xf_map_find(&b->census->evidence.options[b->build], name) !=
                 XF_MAP_NONE;

    if (is_on != on)
        add_option(&b->out, name, is_on);
    free(name);
}

/* Options of the build that the reason blames; caller frees. */
static char *blamed(const struct census *census, uint32_t build,
                    const char *reason)
{
    struct blame b = {.census = census, .build = build};

    xf_buf_adds(&b.out, "");
    xf_options_in(reason, blame, &b);
    return xf_buf_detach(&b.out);
}

/* What is the same in a reason for every place of its kind: the condition that
 * makes a site of debug builds only. */
static char *silent_reason(const struct site_spot *site)
{
    if (*site->debug)
        return xf_format("checked in debug builds only: %s", site->debug);
    if (*site->macro)
        return xf_format("%s expands to no stop in this build", site->macro);
    if (*site->callee)
        return xf_format("this build's %s does not stop the host, or the place "
                         "is not compiled", site->callee);
    return xf_strdup("no stop in this build");
}

static char *site_reason(struct file *file, const struct site_spot *site,
                         uint32_t build)
{
    const struct file_evidence *e = file->evidence;
    const struct range *range;
    char *reason;

    if (!e->read[build])
        return e->failed[build] ? xf_format("not analysed: %s",
                                            e->failed[build])
                                : reason_unread_by(file, build);
    range = evidence_inactive(e, build, site->at.line);
    reason = range ? reason_inactive(file, site->at.line, range) : NULL;
    if (!reason && e->failed[build])
        reason = xf_format("not analysed: %s", e->failed[build]);
    return reason ? reason : silent_reason(site);
}

static int write(struct census *census, sqlite3_stmt *stmt, int column,
                 uint32_t build, const char *reason)
{
    char *options = blamed(census, build, reason);

    sqlite3_bind_int64(stmt, column, census->evidence.builds[build]);
    xf_bind(stmt, column + 1, reason);
    xf_bind(stmt, column + 2, options);
    free(options);
    return xf_store_run(census->store, stmt);
}

static int write_site(struct file *file, const struct site_spot *site,
                      uint32_t build)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        file->census->store, "INSERT INTO site_absence (site_id, build, "
                             "reason, options) VALUES (?1, ?2, ?3, ?4)");
    char *reason = site_reason(file, site, build);
    int rc;

    if (stmt)
        xf_bind(stmt, 1, site->site_id);
    rc = stmt ? write(file->census, stmt, 2, build, reason) : -1;
    free(reason);
    return rc;
}

int absent_sites(struct file *file)
{
    const struct file_evidence *e = file->evidence;
    size_t nbuilds = file->census->evidence.nbuilds;
    struct xf_map ids = XF_MAP_INIT;
    bool *has;
    int rc = 0;

    if (!e || nbuilds < 2)
        return 0;
    for (size_t i = 0; i < e->nsites; i++)
        xf_map_add(&ids, e->sites[i].site_id, NULL);
    has = xf_calloc(ids.len * nbuilds + 1, sizeof(*has));
    for (size_t i = 0; i < e->nsites; i++)
        has[xf_map_find(&ids, e->sites[i].site_id) * nbuilds +
            e->sites[i].at.build] = true;
    for (size_t i = 0; i < e->nsites && !rc; i++) {
        bool *row = has + xf_map_find(&ids, e->sites[i].site_id) * nbuilds;

        for (uint32_t b = 0; b < nbuilds && !rc; b++)
            if (!row[b]) {
                row[b] = true; /* said once */
                rc = write_site(file, &e->sites[i], b);
            }
    }
    free(has);
    xf_map_release(&ids);
    return rc;
}

static char *occurrence_reason(struct file *file, const struct occurrence *occ,
                               uint32_t build)
{
    const struct file_evidence *e = file->evidence;

    if (!e || !e->read[build])
        return reason_unread_by(file, build);
    return reason_here(file, occ, build);
}

int absent_occurrence(struct file *file, const struct occurrence *occ)
{
    struct census *census = file->census;
    int rc = 0;

    for (uint32_t b = 0; b < census->evidence.nbuilds && !rc; b++) {
        sqlite3_stmt *stmt = xf_store_prepare(
            census->store,
            "INSERT INTO census_absence (file, line, col, build, reason, "
            "options) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        char *reason = occurrence_reason(file, occ, b);

        rc = stmt ? 0 : -1;
        if (stmt && reason) {
            xf_bind(stmt, 1, file->path);
            sqlite3_bind_int64(stmt, 2, occ->line);
            sqlite3_bind_int64(stmt, 3, occ->col);
            rc = write(census, stmt, 4, b, reason);
        }
        free(reason);
    }
    return rc;
}
