/* SPDX-License-Identifier: GPL-2.0-only */
#include "builds.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

/* What of a site may differ between builds; columns of the query below. */
static const char *const aspects[] = {"line", "condition", "cause",
                                      "feasibility", "contexts", "armed by",
                                      "disposition"};

#define ASPECTS (sizeof(aspects) / sizeof(aspects[0]))

struct member {
    int64_t site;
    int contexts; /* number of them */
    char *build;
    char *value[ASPECTS];
};

struct group {
    char *site_id; /* NULL: empty */
    struct member *members;
    size_t len, cap;
};

static void clear(struct group *group)
{
    for (size_t i = 0; i < group->len; i++) {
        free(group->members[i].build);
        for (size_t a = 0; a < ASPECTS; a++)
            free(group->members[i].value[a]);
    }
    group->len = 0;
    free(group->site_id);
    group->site_id = NULL;
}

static void add(struct group *group, sqlite3_stmt *row)
{
    struct member *m;

    XF_GROW(group->members, group->len, group->cap);
    m = &group->members[group->len++];
    m->site = sqlite3_column_int64(row, 1);
    m->build = xf_strdup(xf_column(row, 2));
    m->contexts = sqlite3_column_int(row, 3);
    for (size_t a = 0; a < ASPECTS; a++)
        m->value[a] = xf_strdup(xf_column(row, 4 + (int)a));
}

static bool is_first_with(const struct group *group, size_t i, size_t aspect)
{
    for (size_t j = 0; j < i; j++)
        if (!strcmp(group->members[j].value[aspect],
                    group->members[i].value[aspect]))
            return false;
    return true;
}

/* "boot (arm64 debug, arm64 release); irq (x86_64 debug)" */
static void say_values(struct xf_buf *out, const struct group *group,
                       size_t aspect)
{
    for (size_t i = 0; i < group->len; i++) {
        const char *value = group->members[i].value[aspect], *sep = " (";

        if (!is_first_with(group, i, aspect))
            continue;
        xf_buf_addf(out, "%s%s", i ? "; " : "", *value ? value : "none");
        for (size_t j = i; j < group->len; j++) {
            if (strcmp(group->members[j].value[aspect], value))
                continue;
            xf_buf_addf(out, "%s%s", sep, group->members[j].build);
            sep = ", ";
        }
        xf_buf_adds(out, ")");
    }
}

static void say_differences(struct xf_buf *out, const struct group *group)
{
    xf_buf_adds(out, "");
    for (size_t a = 0; a < ASPECTS; a++) {
        bool same = true;

        for (size_t i = 1; i < group->len; i++)
            same = same && !is_first_with(group, i, a);
        if (same)
            continue;
        xf_buf_addf(out, "%s%s: ", out->len ? "\n" : "", aspects[a]);
        say_values(out, group, a);
    }
}

static int write(struct xf_store *store, const struct group *group)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO site_row (site_id, site, builds, count, differs) "
               "VALUES (?1, ?2, ?3, ?4, ?5)");
    struct xf_buf builds = XF_BUF_INIT, differs = XF_BUF_INIT;
    const struct member *best = group->members;
    int rc = -1;

    for (size_t i = 0; i < group->len; i++) {
        const struct member *m = &group->members[i];

        xf_buf_addf(&builds, "%s%s", i ? ", " : "", m->build);
        if (m->contexts > best->contexts)
            best = m;
    }
    say_differences(&differs, group);
    if (q) {
        xf_bind(q, 1, group->site_id);
        sqlite3_bind_int64(q, 2, best->site);
        xf_bind(q, 3, builds.data);
        sqlite3_bind_int64(q, 4, (int64_t)group->len);
        xf_bind(q, 5, differs.data);
        rc = xf_store_run(store, q);
    }
    xf_buf_release(&builds);
    xf_buf_release(&differs);
    return rc;
}

static int finish(struct xf_store *store, struct group *group)
{
    int rc = group->len ? write(store, group) : 0;

    clear(group);
    return rc;
}

int xf_builds(struct xf_store *store)
{
    struct group group = {0};
    sqlite3_stmt *q;
    int rc = xf_store_exec(store, "DELETE FROM site_row");

    q = rc ? NULL : xf_store_prepare(
        store,
        "SELECT s.site_id, s.id, b.arch || ' ' || b.name,"
        " (SELECT count(*) FROM site_context c WHERE c.site = s.id"
        "  AND c.armed = 0), s.line,"
        " CASE s.condition WHEN '' THEN coalesce(t.predicate, '')"
        "  ELSE s.condition END,"
        " coalesce(t.cause, ''), coalesce(t.verdict, ''),"
        " (SELECT group_concat(name, ', ') FROM (SELECT c.name"
        "  FROM site_context sc JOIN context c ON c.id = sc.context"
        "  WHERE sc.site = s.id AND sc.armed = 0 ORDER BY c.id)),"
        " (SELECT group_concat(name, ', ') FROM (SELECT c.name"
        "  FROM site_context sc JOIN context c ON c.id = sc.context"
        "  WHERE sc.site = s.id AND sc.armed = 1 ORDER BY c.id)),"
        " coalesce(p.disposition, '')"
        " FROM site s JOIN build b ON b.id = s.build"
        " LEFT JOIN trigger t ON t.site = s.id"
        " LEFT JOIN proposal p ON p.site = s.id"
        " ORDER BY s.site_id, s.build");
    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        if (group.site_id && strcmp(group.site_id, xf_column(q, 0)) &&
            finish(store, &group)) {
            rc = -1;
            break;
        }
        if (!group.site_id)
            group.site_id = xf_strdup(xf_column(q, 0));
        add(&group, q);
    }
    if (!rc)
        rc = finish(store, &group);
    clear(&group);
    free(group.members);
    return rc;
}
