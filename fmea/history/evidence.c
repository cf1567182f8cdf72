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
    int bugs, advisories, fired, unfixed, site_advisories;
    const char *last_fired, *fired_by;     /* of the same bug */
    const char *last_unfixed, *unfixed_by; /* likewise */
    const char *advisory, *added_for;
};

static bool holds(const char *when, int least, const struct summary *s)
{
    if (!strcmp(when, "fired-unfixed"))
        return s->unfixed > 0;
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

static void add_count(struct xf_buf *out, int n, const char *one,
                      const char *many)
{
    if (n == 1)
        xf_buf_adds(out, one);
    else
        xf_buf_addf(out, "%d %s", n, many);
}

/* The rule's reason with its placeholders filled in. Caller frees. */
static char *filled(const char *reason, const char *when,
                    const struct summary *s)
{
    struct xf_buf out = XF_BUF_INIT;
    bool unfixed = !strcmp(when, "fired-unfixed");
    const char *last = unfixed ? s->last_unfixed : s->last_fired;
    const char *bug = unfixed                    ? s->unfixed_by
                      : !strcmp(when, "fired")   ? s->fired_by
                      : s->site_advisories       ? s->advisory
                                                 : s->added_for;

    for (; *reason; reason++) {
        if (*reason != '%' || !reason[1]) {
            xf_buf_addch(&out, *reason);
            continue;
        }
        switch (*++reason) {
        case 'd':
            add_count(&out, s->bugs, "1 past bug", "past bugs");
            break;
        case 'f':
            add_count(&out, unfixed ? s->unfixed : s->fired, "once", "times");
            break;
        case 'l':
            xf_buf_adds(&out, *last ? last : "at an unknown date");
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
    reason = filled(xf_json_string(rule, "reason", ""),
                    xf_json_string(rule, "when", ""), s);
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
        "WITH counted AS (SELECT x.site_id, x.match, x.class, b.bug_id, b.date,"
        " b.xsa, b.in_tree FROM bug_site x JOIN bug b ON b.id = x.bug"
        " WHERE b.counts = 1),"
        " fired AS (SELECT *, row_number() OVER (PARTITION BY site_id, in_tree ="
        " 'no' ORDER BY date DESC, bug_id) AS n, row_number() OVER (PARTITION"
        " BY site_id ORDER BY date DESC, bug_id) AS of_all FROM counted"
        " WHERE match = 'predicate')"
        " SELECT c.site_id, count(*), count(*) FILTER (WHERE c.xsa <> ''),"
        " count(*) FILTER (WHERE c.match = 'predicate'),"
        " count(*) FILTER (WHERE c.match = 'predicate' AND c.in_tree = 'no'),"
        " count(*) FILTER (WHERE c.match = 'site' AND c.xsa <> ''),"
        " coalesce(l.date, ''), coalesce(l.bug_id, ''),"
        " coalesce(u.date, ''), coalesce(u.bug_id, ''),"
        " coalesce(max(c.xsa) FILTER (WHERE c.match = 'site' AND c.xsa <> ''),"
        " ''),"
        " coalesce(min(c.bug_id) FILTER (WHERE c.class = 'added' AND"
        " c.match = 'site'), '')"
        " FROM counted c LEFT JOIN fired l ON l.site_id = c.site_id AND"
        " l.of_all = 1 LEFT JOIN fired u ON u.site_id = c.site_id AND u.n = 1"
        " AND u.in_tree = 'no'"
        " GROUP BY c.site_id ORDER BY c.site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        struct summary s = {
            .bugs = sqlite3_column_int(q, 1),
            .advisories = sqlite3_column_int(q, 2),
            .fired = sqlite3_column_int(q, 3),
            .unfixed = sqlite3_column_int(q, 4),
            .site_advisories = sqlite3_column_int(q, 5),
            .last_fired = xf_column(q, 6),
            .fired_by = xf_column(q, 7),
            .last_unfixed = xf_column(q, 8),
            .unfixed_by = xf_column(q, 9),
            .advisory = xf_column(q, 10),
            .added_for = xf_column(q, 11),
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
