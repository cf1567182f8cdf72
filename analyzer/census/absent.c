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

static char *site_reason(const struct file *file, const struct site_spot *site,
                         uint32_t build)
{
    const struct file_evidence *e = file->evidence;
    const struct range *range;
    char *reason = NULL;

    if (!e->read[build])
        return e->failed[build] ? xf_format("not analysed: %s",
                                            e->failed[build])
                                : xf_strdup("");
    range = evidence_inactive(e, build, site->at.line);
    if (range)
        reason = reason_inactive(file, site->at.line, range);
    if (!reason && e->failed[build])
        reason = xf_format("not analysed: %s", e->failed[build]);
    return reason ? reason : silent_reason(site);
}

static void add_site(struct xf_buf *rows, const struct file *file,
                     const struct site_spot *site, uint32_t build)
{
    char *number = xf_format("%u", build);
    char *reason = site_reason(file, site, build);

    xf_fact(rows, ABSENT_SITE, site->site_id, number, reason, NULL);
    free(reason);
    free(number);
}

void absent_sites(struct xf_buf *rows, const struct file *file)
{
    const struct file_evidence *e = file->evidence;
    size_t nbuilds = file->census->evidence.nbuilds;
    struct xf_map ids = XF_MAP_INIT;
    bool *has;

    if (!e || nbuilds < 2)
        return;
    for (size_t i = 0; i < e->nsites; i++)
        xf_map_add(&ids, e->sites[i].site_id, NULL);
    has = xf_calloc(ids.len * nbuilds + 1, sizeof(*has));
    for (size_t i = 0; i < e->nsites; i++)
        has[xf_map_find(&ids, e->sites[i].site_id) * nbuilds +
            e->sites[i].at.build] = true;
    for (size_t i = 0; i < e->nsites; i++) {
        bool *row = has + xf_map_find(&ids, e->sites[i].site_id) * nbuilds;

        for (uint32_t b = 0; b < nbuilds; b++)
            if (!row[b]) {
                row[b] = true; /* said once */
                add_site(rows, file, &e->sites[i], b);
            }
    }
    free(has);
    xf_map_release(&ids);
}

void absent_occurrence(struct xf_buf *rows, const struct file *file,
                       const struct occurrence *occ)
{
    const struct file_evidence *e = file->evidence;
    char *line = xf_format("%u", occ->line), *col = xf_format("%u", occ->col);

    for (uint32_t b = 0; b < file->census->evidence.nbuilds; b++) {
        char *number = xf_format("%u", b);
        char *reason = e && e->read[b] ? reason_here(file, occ, b)
                                       : xf_strdup("");

        if (reason)
            xf_fact(rows, ABSENT_OCCURRENCE, line, col, number, reason, NULL);
        free(reason);
        free(number);
    }
    free(line);
    free(col);
}

/* A file of another architecture is nothing that an option brings back. */
static int write(struct file *file, sqlite3_stmt *stmt, int column,
                 const char *number, const char *why, bool skip_foreign)
{
    struct census *census = file->census;
    uint32_t build = (uint32_t)strtoul(number, NULL, 10);
    char *reason, *options;
    int rc;

    if (skip_foreign && reason_is_foreign(file, build))
        return 0;
    reason = *why ? xf_strdup(why) : reason_unread_by(file, build);
    options = blamed(census, build, reason);
    sqlite3_bind_int64(stmt, column, census->evidence.builds[build]);
    xf_bind(stmt, column + 1, reason);
    xf_bind(stmt, column + 2, options);
    rc = xf_store_run(census->store, stmt);
    free(reason);
    free(options);
    return rc;
}

int absent_write(struct file *file, const struct xf_record *row)
{
    bool is_site = row->tag == ABSENT_SITE;
    sqlite3_stmt *stmt = xf_store_prepare(
        file->census->store,
        is_site ? "INSERT INTO site_absence (site_id, build, reason, options) "
                  "VALUES (?1, ?2, ?3, ?4)"
                : "INSERT INTO census_absence (file, line, col, build, reason, "
                  "options) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    if (!stmt)
        return -1;
    xf_bind(stmt, 1, is_site ? row->fields[0] : file->path);
    if (is_site)
        return write(file, stmt, 2, row->fields[1], row->fields[2], false);
    xf_bind(stmt, 2, row->fields[0]);
    xf_bind(stmt, 3, row->fields[1]);
    return write(file, stmt, 4, row->fields[2], row->fields[3], true);
}
