/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What past bugs say of a rating: one number with its reason, by rules that
 * are data (data/ratings/history.json).
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "join.h"
#include "json.h"

struct summary {
    int bugs, advisories, fired, fired_unfixed, site_advisories;
    const char *last_fired, *fired_by, *advisory, *added_for;
};

static bool holds(const char *when, int least, const struct summary *s)
{
    if (!strcmp(when, "fired-unfixed"))
        return s->fired_unfixed > 0;
    if (!strcmp(when, "fired"))
        return s->fired > 0;
    if (!strcmp(when, "advisory-site"))
        return s->site_advisories > 0;
    if (!strcmp(when, "added-for-bug"))
        return *s->added_for;
    if (!strcmp(when, "advisory-function"))
        return s->advisories > 0;
    return !strcmp(when, "bugs-function") && s->bugs >= least;
}

static char *filled(const char *reason, const struct summary *s)
{
    struct xf_buf out = XF_BUF_INIT;
    const char *bug = s->fired             ? s->fired_by
                      : s->site_advisories ? s->advisory
                                           : s->added_for;

    for (; *reason; reason++) {
        if (*reason != '%' || !reason[1]) {
            xf_buf_addch(&out, *reason);
            continue;
        }
        switch (*++reason) {
        case 'd':
            xf_buf_addf(&out, "%d", s->bugs);
            break;
        case 'f':
            xf_buf_addf(&out, "%d", s->fired);
            break;
        case 'l':
            xf_buf_adds(&out, *s->last_fired ? s->last_fired : "unknown");
            break;
        case 'b':
            xf_buf_adds(&out, bug);
            break;
        default:
            xf_buf_addch(&out, *reason);
        }
    }
    return xf_buf_detach(&out);
}

static int write_row(struct xf_store *store, const char *site_id,
                     const struct summary *s, const cJSON *rules)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO site_history (site_id, bugs, advisories, fired,"
               " last_fired, added_for, occurrence, reason)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    const cJSON *rule, *number;
    char *reason;

    cJSON_ArrayForEach(rule, rules)
    {
        const cJSON *least = cJSON_GetObjectItemCaseSensitive(rule, "least");

        if (holds(xf_json_string(rule, "when", ""),
                  cJSON_IsNumber(least) ? least->valueint : 1, s))
            break;
    }
    if (!q)
        return -1;
    if (!rule)
        return 0;
    number = cJSON_GetObjectItemCaseSensitive(rule, "number");
    reason = filled(xf_json_string(rule, "reason", ""), s);
    xf_bind(q, 1, site_id);
    sqlite3_bind_int(q, 2, s->bugs);
    sqlite3_bind_int(q, 3, s->advisories);
    sqlite3_bind_int(q, 4, s->fired);
    xf_bind(q, 5, s->last_fired);
    xf_bind(q, 6, s->added_for);
    sqlite3_bind_int(q, 7, cJSON_IsNumber(number) ? number->valueint : 10);
    xf_bind(q, 8, reason);
    free(reason);
    return xf_store_run(store, q);
}

static int write_all(struct xf_store *store, const cJSON *rules)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "SELECT x.site_id, count(*), count(*) FILTER (WHERE b.xsa <> ''),"
        " count(*) FILTER (WHERE x.match = 'predicate'),"
        " count(*) FILTER (WHERE x.match = 'predicate' AND b.in_tree = 'no'),"
        " count(*) FILTER (WHERE x.match = 'site' AND b.xsa <> ''),"
        " coalesce(max(b.date) FILTER (WHERE x.match = 'predicate'), ''),"
        " coalesce(max(b.bug_id) FILTER (WHERE x.match = 'predicate'), ''),"
        " coalesce(max(b.xsa) FILTER (WHERE x.match = 'site' AND b.xsa <> ''),"
        " ''),"
        " coalesce(min(b.bug_id) FILTER (WHERE x.class = 'added' AND"
        " x.match = 'site'), '')"
        " FROM bug_site x JOIN bug b ON b.id = x.bug WHERE b.counts = 1"
        " GROUP BY x.site_id ORDER BY x.site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        struct summary s = {
            .bugs = sqlite3_column_int(q, 1),
            .advisories = sqlite3_column_int(q, 2),
            .fired = sqlite3_column_int(q, 3),
            .fired_unfixed = sqlite3_column_int(q, 4),
            .site_advisories = sqlite3_column_int(q, 5),
            .last_fired = xf_column(q, 6),
            .fired_by = xf_column(q, 7),
            .advisory = xf_column(q, 8),
            .added_for = xf_column(q, 9),
        };

        rc = write_row(store, xf_column(q, 0), &s, rules);
        if (rc)
            break;
    }
    sqlite3_reset(q);
    return rc;
}

int join_evidence(struct xf_store *store, const char *data)
{
    char *path = xf_path_join(data, "ratings/history.json");
    cJSON *json = xf_json_load(path);
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(json, "occurrence");
    int rc = -1;

    if (json && !cJSON_IsArray(rules))
        xf_error("%s: no list \"occurrence\"; restore the file", path);
    else if (json)
        rc = write_all(store, rules);
    cJSON_Delete(json);
    free(path);
    return rc;
}
