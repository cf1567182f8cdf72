/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Facts to rows. A commit becomes a bug when the tree can have had it: places
 * are followed to today's files and functions, texts to today's sites. The
 * best match of a bug and a site is written first and stays.
 */
#include "history.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "tables.h"
#include "file.h"
#include "format.h"
#include "git.h"
#include "join.h"
#include "map.h"
#include "message.h"
#include "tree.h"

/* ---- index of today's functions and sites ------------------------------- */

static char *key2(const char *a, const char *b)
{
    return xf_format("%s\t%s", a, b);
}

/* Which of the keys is there: NONE, one (its value), or several (AMBIGUOUS). */
#define AMBIGUOUS (UINT32_MAX - 1)

static void index_add(struct join_index *index, const char *key, uint32_t value)
{
    int is_new;
    uint32_t i = xf_map_add(&index->keys, key, &is_new);

    if (is_new) {
        XF_GROW(index->values, i, index->cap);
        index->values[i] = value;
    } else if (index->values[i] != value) {
        index->values[i] = AMBIGUOUS;
    }
}

static uint32_t index_get(const struct join_index *index, const char *key)
{
    uint32_t i = xf_map_find(&index->keys, key);

    return i == XF_MAP_NONE ? XF_MAP_NONE : index->values[i];
}

static void index_release(struct join_index *index)
{
    xf_map_release(&index->keys);
    free(index->values);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int load_functions(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store,
        "SELECT file, name, min(is_static) FROM ("
        " SELECT file, name, is_static FROM function WHERE line > 0"
        " UNION SELECT file, function, 1 FROM site WHERE function <> ''"
        " UNION SELECT file, function, 1 FROM mention WHERE function <> '')"
        " GROUP BY 1, 2 ORDER BY 1, 2");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *key = key2(xf_column(q, 0), xf_column(q, 1));
        uint32_t place = xf_map_add(&j->places, key, NULL);

        index_add(&j->by_name, xf_column(q, 1), place);
        if (!sqlite3_column_int(q, 2))
            index_add(&j->global, xf_column(q, 1), place);
        index_add(&j->by_base, base_name(xf_column(q, 0)),
                  xf_map_add(&j->strings, xf_column(q, 0), NULL));
        free(key);
    }
    return rc;
}

static int load_inliners(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT DISTINCT site_id || ' ' || function FROM v_inliners"
                  " WHERE how <> 'body'");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0)
        xf_map_add(&j->inlined, xf_column(q, 0), NULL);
    return rc;
}

static void add_site_keys(struct join *j, const struct join_site *s, uint32_t i)
{
    char *exact =
        xf_format("%s\t%s\t%s\t%s", s->file, s->function, s->kind, s->text);
    char *in_file = xf_format("%s\t%s\t%s", s->file, s->kind, s->text);
    char *anywhere = key2(s->kind, s->text);

    index_add(&j->by_exact, exact, i);
    index_add(&j->by_file, in_file, i);
    index_add(&j->by_text, anywhere, i);
    free(exact);
    free(in_file);
    free(anywhere);
}

/* Sites once, whatever the builds; with the text as it is written. */
static int load_sites(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT s.site_id, s.file, s.function, s.kind,"
                  " max(coalesce(m.text, s.condition))"
                  " FROM site s LEFT JOIN mention m ON m.file = s.file AND "
                  "m.line = s.line"
                  " AND m.col = s.col GROUP BY s.site_id ORDER BY s.site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *text = xf_predicate_normal(xf_column(q, 4));
        struct join_site *s;

        XF_GROW(j->sites, j->nsites, j->sites_cap);
        s = &j->sites[j->nsites];
        *s = (struct join_site){.site_id = xf_strdup(xf_column(q, 0)),
                                .file = xf_strdup(xf_column(q, 1)),
                                .function = xf_strdup(xf_column(q, 2)),
                                .kind = xf_strdup(xf_column(q, 3)),
                                .text = facts_text(text)};
        free(text);
        add_site_keys(j, s, (uint32_t)j->nsites++);
    }
    return rc;
}

/* Stops of configurations that were not scanned: what fired may be one. */
static int load_others(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT m.file, m.function, c.kind, m.text FROM mention m"
                  " JOIN census c USING (file, line, col)"
                  " WHERE c.accounted <> 'site' AND m.in_macro = 0"
                  " ORDER BY m.file, m.line, m.col");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *text = xf_predicate_normal(xf_column(q, 3));

        XF_GROW(j->others, j->nothers, j->others_cap);
        j->others[j->nothers++] =
            (struct join_site){.site_id = xf_strdup(""),
                               .file = xf_strdup(xf_column(q, 0)),
                               .function = xf_strdup(xf_column(q, 1)),
                               .kind = xf_strdup(xf_column(q, 2)),
                               .text = facts_text(text)};
        free(text);
    }
    return rc;
}

/* ---- commits ------------------------------------------------------------ */

static const struct facts_row *commit_row(const struct join *j, const char *id)
{
    uint32_t i = xf_map_find(&j->commit_ids, id);

    return i == XF_MAP_NONE ? NULL : &j->facts.tables[FACTS_COMMITS].items[i];
}

static void index_commits(struct join *j)
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
        const struct facts_row *cause = commit_row(j, id);

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
        const struct facts_row *other = commit_row(j, id);

        free(id);
        if (!other || !in_list(other->cell[COMMIT_KINDS], "revert"))
            return false;
        list += len + (list[len] == ',');
    }
    return true;
}

/* Row of table bug for a commit, made when first needed: *id, 0 when it is
 * none of this tree. `what` as in is_bug(). */
static int bug_of(struct join *j, const char *commit, const char *what,
                  int64_t *id)
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

/* ---- places ------------------------------------------------------------- */

/* The architecture whose folder a file is in, "" for none; its length in *len.
 */
static const char *architecture(const char *file, size_t *len)
{
    static const char *const folders[] = {"arch/", "include/asm-"};

    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(folders[i]);

        if (!strncmp(file, folders[i], n)) {
            *len = strcspn(file + n, "/");
            return file + n;
        }
    }
    *len = 0;
    return "";
}

/* The only architecture whose files the commit changed, as above. */
static const char *architecture_of(const struct join *j, const char *commit,
                                   size_t *len)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_TOUCHED];
    const char *only = "";

    *len = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const char *const *cell = rows->items[i].cell, *name;
        size_t n;

        if (strcmp(cell[TOUCHED_ID], commit))
            continue;
        name = architecture(cell[TOUCHED_FILE], &n);
        if (n && *len && (n != *len || strncmp(name, only, n))) {
            *len = 0;
            return "";
        }
        if (n) {
            only = name;
            *len = n;
        }
    }
    return only;
}

static bool other_architecture(const char *a, const char *b)
{
    size_t n, m;
    const char *x = architecture(a, &n), *y = architecture(b, &m);

    return n && m && (n != m || strncmp(x, y, n));
}

/* What a row of facts speaks of: a function of a file as a commit had it. */
struct place {
    const char *file, *function;
    const struct facts_row *commit;
};

/* The file of the scanned tree, or NULL. */
static const char *file_today(struct join *j, const struct place *p)
{
    const char *date = p->commit->cell[COMMIT_DATE];
    const char *file = tree_file(&j->tree, p->file, date);

    if (!file && tree_has(&j->tree, p->commit) != TREE_YES)
        file = tree_file_before(&j->tree, p->file, date);
    return file;
}

/* Today's place of a function: in its file, or in another one when there is
 * only one function of that name. Both strings live as long as `j`. */
static bool place_today(struct join *j, const struct place *p,
                        const char **file)
{
    const char *today = file_today(j, p);
    char *key = key2(today ? today : "", p->function);
    bool found = today && xf_map_find(&j->places, key) != XF_MAP_NONE;
    uint32_t place;

    free(key);
    *file = today;
    if (found || !*p->function)
        return found;
    /* A file that the tree does not have although it has the commit has gone
     * to others; one that came later says nothing of this tree. */
    if (!today && tree_has(&j->tree, p->commit) != TREE_YES)
        return false;
    /* While its file is still there, another file's static function of that
     * name is another function. */
    place = index_get(today ? &j->global : &j->by_name, p->function);
    if (place == XF_MAP_NONE || place == AMBIGUOUS)
        return false;
    key = xf_strdup(j->places.keys[place]);
    key[strcspn(key, "\t")] = '\0';
    if (other_architecture(p->file, key)) {
        free(key);
        return false;
    }
    place = xf_map_add(&j->strings, key, NULL);
    *file = j->strings.keys[place];
    free(key);
    return true;
}

/* The commit whose row is being joined. A row of table bug is only made for one
 * that has a place in this tree. */
struct subject {
    const char *commit;
    const char *what; /* as in is_bug() */
};

static int add_place(struct join *j, struct subject of, const char *file,
                     const char *function, const char *class, const char *why)
{
    int64_t bug;
    int rc = bug_of(j, of.commit, of.what, &bug);
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

static int put_match(struct join *j, int64_t bug, const struct join_site *site,
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

static int add_match(struct join *j, struct subject of,
                     const struct join_site *site, const char *match,
                     const char *class, const char *why)
{
    int64_t bug;
    int rc = bug_of(j, of.commit, of.what, &bug);

    return rc || !bug ? rc : put_match(j, bug, site, match, class, why);
}

static int join_touched_function(struct join *j, const struct facts_row *row,
                                 const struct facts_row *commit,
                                 const char *function)
{
    struct subject of = {row->cell[TOUCHED_ID], ""};
    struct place place = {row->cell[TOUCHED_FILE], function, commit};
    const char *file;

    if (place_today(j, &place, &file))
        return add_place(j, of, file, function, "",
                         "the fix changed this function");
    return file ? add_place(j, of, file, "", "", "the fix changed this file")
                : 0;
}

static int join_touched(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_TOUCHED];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++) {
        const struct facts_row *row = &rows->items[i];
        const struct facts_row *commit = commit_row(j, row->cell[TOUCHED_ID]);
        char *list = xf_strdup(row->cell[TOUCHED_FUNCTIONS]), *at = list, *name;

        while (!rc && commit && (name = strsep(&at, ",")))
            rc = join_touched_function(j, row, commit, name);
        free(list);
    }
    return rc;
}

/* ---- stops that commits changed ----------------------------------------- */

/* The site that the text is today; NULL when it cannot be told. */
static const struct join_site *site_today(struct join *j, const char *file,
                                          const char *function,
                                          const char *kind, const char *text)
{
    char *exact = xf_format("%s\t%s\t%s\t%s", file, function, kind, text);
    char *in_file = xf_format("%s\t%s\t%s", file, kind, text);
    char *anywhere = key2(kind, text);
    uint32_t i = index_get(&j->by_exact, exact);

    if (i == XF_MAP_NONE && strlen(text) >= JOIN_TELLING)
        i = index_get(&j->by_file, in_file);
    if (i == XF_MAP_NONE && strlen(text) >= JOIN_TELLING)
        i = index_get(&j->by_text, anywhere);
    free(exact);
    free(in_file);
    free(anywhere);
    return i == XF_MAP_NONE || i == AMBIGUOUS ||
                   other_architecture(file, j->sites[i].file)
               ? NULL
               : &j->sites[i];
}

/* The only site of the function with that text, or NULL. */
static const struct join_site *
site_in_function(struct join *j, const char *file, const char *function,
                 const char *kind, const char *text)
{
    char *key = xf_format("%s\t%s\t%s\t%s", file, function, kind, text);
    uint32_t i = index_get(&j->by_exact, key);

    free(key);
    return i == XF_MAP_NONE || i == AMBIGUOUS ? NULL : &j->sites[i];
}

/* A stop as the facts have it. No C: the kind may stand for another macro of
 * that version, and the text has no white space. Caller frees. */
static char *stop_words(const char *kind, const char *text)
{
    return *text ? xf_format("%s '%s'", kind, text) : xf_strdup(kind);
}

/* What the commit did with the stop, in words. Caller frees. */
static char *stop_why(const struct facts_row *row, enum tree_has has,
                      const char *which)
{
    const char *const *cell = row->cell;
    char *is = stop_words(cell[SITE_KIND], cell[SITE_TEXT]);
    char *was = stop_words(cell[SITE_WAS_KIND], cell[SITE_WAS_TEXT]);
    const char *fix = has == TREE_NO ? "the fix, which this tree does not have,"
                                     : "the fix";
    char *why =
        !strcmp(cell[SITE_CLASS], "added")
            ? xf_format("%s added %s: %s", fix, which, is)
        : *cell[SITE_KIND]
            ? xf_format("%s changed %s: %s became %s", fix, which, was, is)
            : xf_format("%s took %s away: %s, %s", fix, which, was,
                        cell[SITE_CLASS]);

    free(is);
    free(was);
    return why;
}

/* A stop that a commit changed, and what it is in the scanned tree. */
struct changed_stop {
    const struct facts_row *row;
    enum tree_has has;
    bool placed;      /* its function is in the tree */
    const char *file; /* of it, or NULL */
};

/* The site: as the commit left it when the tree has the commit, else as the
 * commit found it. */
static const struct join_site *changed_site(struct join *j,
                                            const struct changed_stop *c)
{
    const char *const *cell = c->row->cell;
    bool old = c->has == TREE_NO;
    const char *kind = cell[old ? SITE_WAS_KIND : SITE_KIND];
    const char *text = cell[old ? SITE_WAS_TEXT : SITE_TEXT];

    if (!c->file || !*kind)
        return NULL;
    /* Elsewhere the old text may be another stop's; and while the function is
     * there, so may the new one. */
    return old || c->placed
               ? site_in_function(j, c->file, cell[SITE_FUNCTION], kind, text)
               : site_today(j, c->file, cell[SITE_FUNCTION], kind, text);
}

/* The tree has the commit and still the text that it took away: there were
 * several, or it came back. */
static bool still_there(struct join *j, const struct changed_stop *c)
{
    const char *const *cell = c->row->cell;
    char *key = xf_format("%s\t%s\t%s\t%s", c->file, cell[SITE_FUNCTION],
                          cell[SITE_WAS_KIND], cell[SITE_WAS_TEXT]);
    bool there = c->placed && c->has != TREE_NO && !*cell[SITE_KIND] &&
                 *cell[SITE_WAS_TEXT] &&
                 index_get(&j->by_exact, key) != XF_MAP_NONE;

    free(key);
    return there;
}

static int join_changed(struct join *j, const struct changed_stop *c,
                        struct subject of)
{
    const char *class = c->row->cell[SITE_CLASS];
    const struct join_site *site = changed_site(j, c);
    char *why = stop_why(c->row, c->has, "this stop");
    char *place_why = stop_why(c->row, c->has, "a stop of this function");
    int rc = 0;

    if (site)
        rc = add_match(j, of, site, "site", class, why);
    if (!rc && c->placed)
        rc = add_place(j, of, c->file, c->row->cell[SITE_FUNCTION], class,
                       place_why);
    free(why);
    free(place_why);
    return rc;
}

static int join_site_row(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = commit_row(j, row->cell[SITE_ID]);
    struct subject of = {row->cell[SITE_ID], row->cell[SITE_CLASS]};
    struct place place = {row->cell[SITE_FILE], row->cell[SITE_FUNCTION],
                          commit};
    struct changed_stop changed = {.row = row};

    if (!commit)
        return 0;
    changed.has = tree_has(&j->tree, commit);
    changed.placed = place_today(j, &place, &changed.file);
    if (still_there(j, &changed))
        return 0;
    return join_changed(j, &changed, of);
}

static int join_sites(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_SITES];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++)
        rc = join_site_row(j, &rows->items[i]);
    return rc;
}

/* ---- stops that fired --------------------------------------------------- */

static bool path_fits(const char *printed, const char *file)
{
    size_t a = strlen(printed), b = strlen(file);

    if (!a || a > b)
        return false;
    return !strcmp(file + b - a, printed) && (a == b || file[b - a - 1] == '/');
}

/* A stop that a message quotes. */
struct fired {
    const char *commit;
    const char *form, *text;
    const char *file;     /* today's, or as printed; "" */
    const char *function; /* at the program counter, "" */
};

/* Whether the site's code was running: in its own function, or where that is
 * inlined. */
static bool was_running(const struct join *j, const struct join_site *s,
                        const char *function)
{
    char *key;
    bool inlined;

    if (!*function || !strcmp(function, s->function))
        return *function;
    key = xf_format("%s %s", s->site_id, function);
    inlined = xf_map_find(&j->inlined, key) != XF_MAP_NONE;
    free(key);
    return inlined;
}

/* Literal bytes in common of a panic's format and what was printed. */
static int panic_grade(const struct join_site *s, const char *text)
{
    struct xf_format_text *format;
    int grade;

    if (strcmp(s->kind, "panic") && strcmp(s->kind, "halt"))
        return 0;
    format = xf_format_parse(s->text);
    grade = xf_format_match(format, text, false);
    xf_format_text_free(format);
    return grade >= JOIN_TELLING ? grade : 0;
}

/* Several files of the tree have this name. */
static bool is_ambiguous(const struct join *j, const char *file)
{
    return !strchr(file, '/') && index_get(&j->by_base, file) == AMBIGUOUS;
}

/* How well a site is the one that fired, 0 for not at all. A program counter
 * in another function that the tree has speaks against it. */
static int fired_grade(const struct join *j, const struct join_site *s,
                       const struct fired *f)
{
    const char *kind = !strcmp(f->form, "assert") ? "ASSERT" : "BUG";
    bool same_file = path_fits(f->file, s->file);
    bool running = was_running(j, s, f->function);

    if (!*f->text || !strcmp(f->form, "trap"))
        return 0;
    if (!strcmp(f->form, "panic"))
        return panic_grade(s, f->text);
    if (strncmp(s->kind, kind, strlen(kind)))
        return 0;
    if (!running && index_get(&j->by_name, f->function) != XF_MAP_NONE)
        return 0;
    if (!strcmp(f->text, "unreachable"))
        return !strcmp(s->kind, "ASSERT_UNREACHABLE") && same_file && running
                   ? 4
                   : 0;
    if (strcmp(s->text, f->text) || (is_ambiguous(j, f->file) && !running) ||
        (strlen(f->text) < JOIN_TELLING && !same_file))
        return 0;
    return 1 + 2 * same_file + running;
}

/* The best of a search for what fired. */
struct best {
    const struct join_site *site;
    int grade;
    size_t len; /* how many have that grade */
};

/* A fix of another architecture does not quote this one's logs. */
static bool is_foreign(const struct join *j, const struct fired *f,
                       const char *file)
{
    size_t n, fix_len;
    const char *own = architecture(file, &n);
    const char *fix = architecture_of(j, f->commit, &fix_len);

    return n && fix_len && (n != fix_len || strncmp(own, fix, n));
}

static void search_fired(const struct join *j, struct best *best,
                         const struct join_site *sites, size_t len,
                         const struct fired *f)
{
    for (size_t i = 0; i < len; i++) {
        int grade = fired_grade(j, &sites[i], f);

        if (!grade || is_foreign(j, f, sites[i].file))
            continue;
        if (grade > best->grade)
            *best = (struct best){&sites[i], grade, 1};
        else if (grade == best->grade)
            best->len++;
    }
}

/* The site of the best grade, when it is the only one, in all configurations.
 */
static int match_fired(struct join *j, struct subject of,
                       const struct fired *f, const char *why)
{
    struct best best = {0};

    search_fired(j, &best, j->sites, j->nsites, f);
    search_fired(j, &best, j->others, j->nothers, f);
    if (best.len != 1 || !*best.site->site_id)
        return 0;
    return add_match(j, of, best.site, "predicate", "fired", why);
}

/* The function that a call trace names, when there is only one of that name. */
static int place_fired(struct join *j, struct subject of,
                       const struct fired *f)
{
    uint32_t place = index_get(&j->by_name, f->function);
    bool stop = !strcmp(f->form, "bug") || !strcmp(f->form, "assert");
    char *file, *why;
    int rc;

    if (!*f->function || place == XF_MAP_NONE || place == AMBIGUOUS)
        return 0;
    file = xf_strdup(j->places.keys[place]);
    file[strcspn(file, "\t")] = '\0';
    if (is_foreign(j, f, file)) {
        free(file);
        return 0;
    }
    why = stop ? xf_format("a stop fired in this function (%s), as the fix's "
                           "message quotes it",
                           *f->text ? f->text : f->form)
               : xf_strdup("the processor trapped in this function, as the "
                           "fix's message quotes it");
    rc = add_place(j, of, file, f->function, stop ? "fired" : "trap", why);
    free(why);
    free(file);
    return rc;
}

static int join_quote(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = commit_row(j, row->cell[QUOTE_ID]);
    struct subject of = {row->cell[QUOTE_ID], ""};
    struct fired fired = {row->cell[QUOTE_ID], row->cell[QUOTE_FORM],
                          row->cell[QUOTE_TEXT], row->cell[QUOTE_FILE],
                          row->cell[QUOTE_FUNCTION]};
    const char *today = NULL;
    char *why;
    int rc;

    if (!commit)
        return 0;
    if (strchr(fired.file, '/'))
        today = tree_file(&j->tree, fired.file, commit->cell[COMMIT_DATE]);
    if (today)
        fired.file = today;
    why = *row->cell[QUOTE_FILE]
              ? xf_format("the fix's message quotes %s at %s:%s", fired.form,
                          row->cell[QUOTE_FILE], row->cell[QUOTE_LINE])
              : xf_format("the fix's message quotes this %s", fired.form);
    rc = match_fired(j, of, &fired, why);
    if (!rc)
        rc = place_fired(j, of, &fired);
    free(why);
    return rc;
}

static int join_quotes(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_QUOTES];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++)
        rc = join_quote(j, &rows->items[i]);
    return rc;
}

/* Stops that triage recorded are bugs of their own. */
static int insert_event(struct join *j, const struct facts_row *row,
                        int64_t *bug)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store,
        "INSERT OR IGNORE INTO bug (bug_id, fix_commit, date, kinds, xsa, cve,"
        " mentions, party, fixes, releases, in_tree, counts, age, subject)"
        " VALUES ('log-' || ?1, '', '', 'field', '', '', '', 'unknown', '', '', 'no',"
        " 1, 0, ?2)");
    char *subject =
        xf_format("recorded from a log of Xen %s", row->cell[EVENT_VERSION]);

    if (q) {
        xf_bind(q, 1, row->cell[EVENT_ID]);
        xf_bind(q, 2, subject);
    }
    free(subject);
    if (!q || xf_store_run(j->store, q))
        return -1;
    *bug = xf_store_last_id(j->store);
    return 0;
}

static int join_events(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_EVENTS];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++) {
        const struct facts_row *row = &rows->items[i];
        const struct join_site *site =
            site_today(j, row->cell[EVENT_FILE], row->cell[EVENT_FUNCTION],
                       row->cell[EVENT_KIND], row->cell[EVENT_TEXT]);
        int64_t bug;

        if (!site)
            continue;
        rc = insert_event(j, row, &bug);
        if (!rc)
            rc = put_match(j, bug, site, "predicate", "fired",
                           "recorded from a console log");
    }
    return rc;
}

/* ---- functions, hot spots ----------------------------------------------- */

/* A stop that was near to what the fix changed. */
static int join_near_row(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = commit_row(j, row->cell[NEAR_ID]);
    const struct join_site *site = NULL;
    struct place place;
    const char *file;
    int64_t bug;
    sqlite3_stmt *q;
    int rc;

    if (!commit)
        return 0;
    place = (struct place){row->cell[NEAR_FILE], row->cell[NEAR_FUNCTION],
                           commit};
    if (place_today(j, &place, &file))
        site = site_in_function(j, file, row->cell[NEAR_FUNCTION],
                                row->cell[NEAR_KIND], row->cell[NEAR_TEXT]);
    if (!site)
        return 0;
    rc = bug_of(j, row->cell[NEAR_ID], "", &bug);
    if (rc || !bug)
        return rc;
    q = xf_store_prepare(
        j->store,
        "INSERT INTO bug_site (bug, site_id, match, class, distance, why)"
        " SELECT ?1, ?2, 'function', p.class, ?3, p.why FROM bug_place p"
        " WHERE p.bug = ?1 AND p.file = ?4 AND p.function = ?5"
        " ON CONFLICT DO UPDATE SET distance = min(distance, ?3)");
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, bug);
    xf_bind(q, 2, site->site_id);
    sqlite3_bind_int(q, 3, atoi(row->cell[NEAR_LINES]));
    xf_bind(q, 4, file);
    xf_bind(q, 5, row->cell[NEAR_FUNCTION]);
    return xf_store_run(j->store, q);
}

static int join_near(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_NEAR];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++)
        rc = join_near_row(j, &rows->items[i]);
    return rc;
}

/* In a short function everything is near. */
static int join_functions(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store,
        "INSERT OR IGNORE INTO bug_site (bug, site_id, match, class, distance,"
        " why) SELECT p.bug, s.site_id, 'function', p.class, f.lines, p.why"
        " FROM bug_place p JOIN (SELECT DISTINCT site_id, file, function"
        " FROM site) s ON s.file = p.file AND s.function = p.function"
        " JOIN (SELECT file, name, max(end_line - line + 1) AS lines"
        " FROM function WHERE line > 0 GROUP BY 1, 2) f"
        " ON f.file = p.file AND f.name = p.function"
        " WHERE p.function <> '' AND f.lines <= ?1"
        " ORDER BY p.bug, s.site_id");

    if (!q)
        return -1;
    sqlite3_bind_int(q, 1, JOIN_SHORT);
    return xf_store_run(j->store, q);
}

static int make_hot_spots(struct join *j)
{
    return xf_store_exec(
        j->store,
        "INSERT INTO hot_spot (file, function, lines, stops, bugs, advisories,"
        " per_100)"
        " SELECT p.file, p.function, f.lines, count(*) FILTER (WHERE p.class"
        " NOT IN ('', 'rewritten', 'removed')), count(*),"
        " count(*) FILTER (WHERE b.xsa <> ''),"
        " round(100.0 * count(*) FILTER (WHERE p.class NOT IN"
        " ('', 'rewritten', 'removed')) / f.lines, 2)"
        " FROM bug_place p JOIN bug b ON b.id = p.bug"
        " JOIN (SELECT file, name, max(end_line - line + 1) AS lines"
        " FROM function WHERE line > 0 AND end_line >= line GROUP BY 1, 2) f"
        " ON f.file = p.file AND f.name = p.function"
        " WHERE b.counts = 1 GROUP BY p.file, p.function");
}

/* ---- subjects ----------------------------------------------------------- */

static int set_subject(struct join *j, const char *id, const char *subject)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "UPDATE bug SET subject = ?2 WHERE fix_commit = ?1");

    if (!q)
        return -1;
    xf_bind(q, 1, id);
    xf_bind(q, 2, subject);
    return xf_store_run(j->store, q);
}

/* Subject lines are not shipped; a clone has them. One pass over the log also
 * finds those of copies by the ids of table commits. */
static int read_subjects(struct join *j)
{
    char *tip =
        xf_format("%s^{commit}", j->how->until ? j->how->until : "HEAD");
    const char *const args[] = {"log", "-z", "--no-merges", "--format=%H%x00%s",
                                tip,   "--", NULL};
    struct xf_buf out = XF_BUF_INIT;
    const char *id, *subject;
    size_t at = 0;
    int rc = git_run(&out, j->how->root, args);

    while (!rc && (id = git_next(&out, &at)) &&
           (subject = git_next(&out, &at))) {
        char *cut = xf_strndup(id, COMMIT_DIGITS);
        uint32_t i = xf_map_find(&j->names, cut);

        if (i != XF_MAP_NONE)
            rc = set_subject(j,
                             j->facts.tables[FACTS_COMMITS]
                                 .items[j->name_rows[i]]
                                 .cell[COMMIT_ID],
                             subject);
        free(cut);
    }
    free(tip);
    xf_buf_release(&out);
    return rc;
}

/* All names of every commit: its own and those of its copies. */
static void index_names(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_COMMITS];

    for (size_t i = 0; i < rows->len; i++) {
        char *list = xf_format("%s,%s", rows->items[i].cell[COMMIT_ID],
                               rows->items[i].cell[COMMIT_BACKPORTS]);
        char *at = list, *id;

        while ((id = strsep(&at, ","))) {
            int is_new;
            uint32_t n = *id ? xf_map_add(&j->names, id, &is_new) : 0;

            if (*id && is_new) {
                XF_GROW(j->name_rows, n, j->name_rows_cap);
                j->name_rows[n] = i;
            }
        }
        free(list);
    }
}

/* ---- files that moved --------------------------------------------------- */

/* For logs of versions that had other names. */
static int add_moved_files(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_RENAMES];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++) {
        const char *old = rows->items[i].cell[RENAME_OLD];
        const char *today = tree_file(&j->tree, rows->items[i].cell[RENAME_NEW],
                                      rows->items[i].cell[RENAME_DATE]);
        sqlite3_stmt *q = xf_store_prepare(
            j->store, "INSERT OR IGNORE INTO moved_file (file, old_file)"
                      " VALUES (?1, ?2)");

        if (!q)
            return -1;
        if (!today || !strcmp(today, old))
            continue;
        xf_bind(q, 1, today);
        xf_bind(q, 2, old);
        rc = xf_store_run(j->store, q);
    }
    return rc;
}

/* ---- the join ----------------------------------------------------------- */

static int add_version(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "INSERT INTO meta VALUES ('xen_version', ?1)");
    char *version = xf_history_version(j->how->root);

    if (q)
        xf_bind(q, 1, version);
    free(version);
    return q ? xf_store_run(j->store, q) : -1;
}

/* The commit that was scanned, for links to its code. */
static int add_revision(struct join *j)
{
    char *tip = NULL;
    sqlite3_stmt *q;
    int rc = 0;

    if (j->how->until)
        return 0; /* says what counts, not what was scanned */
    if (xf_history_tip(&tip, j->how->root, NULL))
        return -1;
    tip[strcspn(tip, "\n")] = '\0';
    if (*tip) {
        q = xf_store_prepare(
            j->store, "INSERT INTO meta VALUES ('tree_revision', ?1)");
        if (q)
            xf_bind(q, 1, tip);
        rc = q ? xf_store_run(j->store, q) : -1;
    }
    free(tip);
    return rc;
}

static int run(struct join *j)
{
    int rc;

    if (add_version(j))
        return -1;
    if (!j->how->folder && !j->how->events)
        return 0;
    if (add_revision(j))
        return -1;
    if ((j->how->folder && facts_load(&j->facts, j->how->folder)) ||
        (j->how->events && facts_load_file(&j->facts, j->how->events)))
        return -1;
    index_commits(j);
    if (load_functions(j) || load_inliners(j) || load_sites(j) ||
        load_others(j) ||
        tree_open(&j->tree, &j->facts, j->how->root, j->how->name,
                  j->how->until))
        return -1;
    rc = join_quotes(j) || join_events(j) || join_sites(j) || join_touched(j) ||
         join_near(j) || join_functions(j) || add_moved_files(j) ||
         make_hot_spots(j) || join_evidence(j->store, j->how->data);
    if (!rc && j->tree.is_clone) {
        index_names(j);
        rc = read_subjects(j);
    }
    return rc ? -1 : 0;
}

static void release_sites(struct join_site *sites, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(sites[i].site_id);
        free(sites[i].file);
        free(sites[i].function);
        free(sites[i].kind);
        free(sites[i].text);
    }
    free(sites);
}

static void release(struct join *j)
{
    release_sites(j->sites, j->nsites);
    release_sites(j->others, j->nothers);
    free(j->bugs);
    free(j->name_rows);
    xf_map_release(&j->names);
    xf_map_release(&j->places);
    xf_map_release(&j->strings);
    xf_map_release(&j->commit_ids);
    xf_map_release(&j->inlined);
    index_release(&j->by_name);
    index_release(&j->by_base);
    index_release(&j->global);
    index_release(&j->by_exact);
    index_release(&j->by_file);
    index_release(&j->by_text);
    tree_release(&j->tree);
    facts_release(&j->facts);
}

int xf_history_join(struct xf_store *store, const struct xf_history_join *how)
{
    struct join j = {.store = store, .how = how, .newest = ""};
    int rc = run(&j);

    release(&j);
    return rc;
}
