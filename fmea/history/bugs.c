/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which commits are past bugs of the scanned tree; rows for them.
 */
#include "join.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "buf.h"

const struct facts_row *join_commit(const struct join *j, const char *id)
{
    uint32_t i = xf_map_find(&j->commit_ids, id);

    return i == XF_MAP_NONE ? NULL : &j->facts.tables[FACTS_COMMITS].items[i];
}

void join_read_commits(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_COMMITS];
    size_t n = 0;

    /* The rows may come from several files; the first of an id counts. */
    for (size_t i = 0; i < rows->len; i++) {
        int is_new;

        xf_map_add(&j->commit_ids, rows->items[i].cell[COMMIT_ID], &is_new);
        if (!is_new)
            continue;
        j->facts.tables[FACTS_COMMITS].items[n++] = rows->items[i];
        if (strcmp(rows->items[i].cell[COMMIT_DATE], j->newest) > 0)
            j->newest = rows->items[i].cell[COMMIT_DATE];
    }
    j->facts.tables[FACTS_COMMITS].len = n;
    j->bugs = xf_calloc(n + 1, sizeof(*j->bugs));
}

/* Whether the list has commits and the tree is known to have none of them. */
static bool has_none(const struct join *j, const char *list)
{
    bool any = false;

    while (*list) {
        size_t len = strcspn(list, ",");
        char *id = xf_strndup(list, len);
        const struct facts_row *cause = join_commit(j, id);

        free(id);
        if (!cause || tree_has(&j->tree, cause) != TREE_NO)
            return false;
        any = true;
        list += len + (list[len] == ',');
    }
    return any;
}

/* Whether what brought the bug in, or what was taken back, is known not to be
 * in the tree. */
static bool never_had(const struct join *j, const struct facts_row *commit)
{
    return has_none(j, commit->cell[COMMIT_FIXES]) ||
           has_none(j, commit->cell[COMMIT_REVERTS]);
}

/* "7,8" as "XSA-7, XSA-8". */
static char *advisories(const char *list)
{
    struct xf_buf out = XF_BUF_INIT;

    while (*list) {
        size_t len = strcspn(list, ",");

        xf_buf_addf(&out, "%sXSA-%.*s", out.len ? ", " : "", (int)len, list);
        list += len + (list[len] == ',');
    }
    return xf_buf_detach(&out);
}

/* Days from the civil date, for differences. */
static int days(const char *date)
{
    struct tm t = {0};

    if (sscanf(date, "%d-%d-%d", &t.tm_year, &t.tm_mon, &t.tm_mday) != 3)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon--;
    return (int)(timegm(&t) / 86400);
}

static int insert_bug(struct join *j, int64_t *id, const struct facts_row *c,
                      enum tree_has has, bool stop_only)
{
    static const char *const names[] = {"unknown", "yes", "no"};
    sqlite3_stmt *q = xf_store_prepare(
        j->store,
        "INSERT INTO bug (bug_id, fix_commit, date, kinds, xsa, cve, mentions,"
        " party, fixes, releases, in_tree, counts, age, subject)"
        " VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '')");
    char *xsa = advisories(c->cell[COMMIT_XSA]);
    char *mentions = advisories(c->cell[COMMIT_MENTIONS]);

    if (q) {
        xf_bind(q, 1, c->cell[COMMIT_ID]);
        xf_bind(q, 2, c->cell[COMMIT_DATE]);
        xf_bind(q, 3, stop_only ? "stop" : c->cell[COMMIT_KINDS]);
        xf_bind(q, 4, xsa);
        xf_bind(q, 5, c->cell[COMMIT_CVE]);
        xf_bind(q, 6, mentions);
        xf_bind(q, 7,
                *c->cell[COMMIT_PARTY] ? c->cell[COMMIT_PARTY] : "unknown");
        xf_bind(q, 8, c->cell[COMMIT_FIXES]);
        xf_bind(q, 9, c->cell[COMMIT_RELEASES]);
        xf_bind(q, 10, names[has]);
        sqlite3_bind_int(q, 11, !j->tree.is_clone || has == TREE_YES);
        sqlite3_bind_int(q, 12, days(j->newest) - days(c->cell[COMMIT_DATE]));
    }
    free(xsa);
    free(mentions);
    if (!q || xf_store_run(j->store, q))
        return -1;
    *id = xf_store_last_id(j->store);
    return 0;
}

static bool in_list(const char *list, const char *item)
{
    size_t len = strlen(item);

    for (const char *p = list; len && (p = strstr(p, item)); p += len)
        if ((p == list || p[-1] == ',') && (!p[len] || p[len] == ','))
            return true;
    return false;
}

/* Whether the commit put something right that went wrong. `what`: which class
 * of stop it took away, if any; that alone makes it one when the message says
 * that the stop could fire. */
static bool is_bug(const struct facts_row *row, const char *what)
{
    const char *kinds = row->cell[COMMIT_KINDS];

    if (in_list(kinds, "quote"))
        return true;
    /* An advisory has patches that only prepare. */
    if (in_list(kinds, "refactoring"))
        return false;
    if (in_list(kinds, "advisory") || in_list(kinds, "fix") ||
        in_list(kinds, "revert"))
        return true;
    return in_list(kinds, "fired") &&
           (!strcmp(what, "handled") || !strcmp(what, "domain_crash") ||
            !strcmp(what, "weakened"));
}

/* What another branch took back again, it alone had taken over. */
static bool is_foreign_revert(const struct facts_row *row)
{
    return in_list(row->cell[COMMIT_KINDS], "revert") &&
           !in_list(row->cell[COMMIT_KINDS], "advisory") &&
           strncmp(row->cell[COMMIT_RELEASES], "mainline", 8);
}

/* What took back only commits that took something back: one change that went
 * to and fro, which the first of them counts. */
static bool is_flip(const struct join *j, const struct facts_row *row)
{
    const char *list = row->cell[COMMIT_REVERTS];

    if (!*list || strcmp(row->cell[COMMIT_KINDS], "revert"))
        return false;
    while (*list) {
        size_t len = strcspn(list, ",");
        char *id = xf_strndup(list, len);
        const struct facts_row *other = join_commit(j, id);

        free(id);
        if (!other || !in_list(other->cell[COMMIT_KINDS], "revert"))
            return false;
        list += len + (list[len] == ',');
    }
    return true;
}

int join_bug(struct join *j, const char *commit, const char *what, int64_t *id)
{
    uint32_t i = xf_map_find(&j->commit_ids, commit);
    const struct facts_row *row;
    enum tree_has has;

    *id = 0;
    if (i == XF_MAP_NONE)
        return 0;
    if (j->bugs[i]) {
        *id = j->bugs[i] > 0 ? j->bugs[i] : 0;
        return 0;
    }
    row = &j->facts.tables[FACTS_COMMITS].items[i];
    if (!is_bug(row, what) || is_flip(j, row))
        return 0;
    has = tree_has(&j->tree, row);
    if ((has != TREE_YES && never_had(j, row)) ||
        (has == TREE_UNKNOWN && is_foreign_revert(row)) ||
        (j->how->until && has != TREE_YES)) {
        j->bugs[i] = -1;
        return 0;
    }
    if (insert_bug(j, &j->bugs[i], row, has, !is_bug(row, "")))
        return -1;
    *id = j->bugs[i];
    return 0;
}

int join_add_place(struct join *j, struct join_subject of, const char *file,
                   const char *function, const char *class, const char *why)
{
    int64_t bug;
    int rc = join_bug(j, of.commit, of.what, &bug);
    sqlite3_stmt *q;

    if (rc || !bug)
        return rc;
    q = xf_store_prepare(
        j->store,
        "INSERT INTO bug_place (bug, file, function, class, why)"
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
        " class = excluded.class, why = excluded.why WHERE class = ''");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, bug);
    xf_bind(q, 2, file);
    xf_bind(q, 3, function);
    xf_bind(q, 4, class);
    xf_bind(q, 5, why);
    return xf_store_run(j->store, q);
}

int join_put_match(struct join *j, int64_t bug, const struct join_site *site,
                   const char *match, const char *class, const char *why)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "INSERT OR IGNORE INTO bug_site (bug, site_id, match, class,"
                  " distance, why) VALUES (?1, ?2, ?3, ?4, 0, ?5)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, bug);
    xf_bind(q, 2, site->site_id);
    xf_bind(q, 3, match);
    xf_bind(q, 4, class);
    xf_bind(q, 5, why);
    return xf_store_run(j->store, q);
}

int join_add_match(struct join *j, struct join_subject of,
                   const struct join_site *site, const char *match,
                   const char *class, const char *why)
{
    int64_t bug;
    int rc = join_bug(j, of.commit, of.what, &bug);

    return rc || !bug ? rc : join_put_match(j, bug, site, match, class, why);
}
