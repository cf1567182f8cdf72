/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Functions and files that fixes changed, followed to those of the tree.
 */
#include "join.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

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

bool join_is_foreign(const struct join *j, const char *commit, const char *file)
{
    size_t n, fix_len;
    const char *own = architecture(file, &n);
    const char *fix = architecture_of(j, commit, &fix_len);

    return n && fix_len && (n != fix_len || strncmp(own, fix, n));
}

bool join_other_architecture(const char *a, const char *b)
{
    size_t n, m;
    const char *x = architecture(a, &n), *y = architecture(b, &m);

    return n && m && (n != m || strncmp(x, y, n));
}

/* The file of the scanned tree, or NULL. */
static const char *file_today(struct join *j, const struct join_place *p)
{
    const char *date = p->commit->cell[COMMIT_DATE];
    const char *file = tree_file(&j->tree, p->file, date);

    if (!file && tree_has(&j->tree, p->commit) != TREE_YES)
        file = tree_file_before(&j->tree, p->file, date);
    return file;
}

bool join_place_today(struct join *j, const struct join_place *p,
                      const char **file)
{
    const char *today = file_today(j, p);
    char *key = join_key(today ? today : "", p->function);
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
    place = join_index_get(today ? &j->global : &j->by_name, p->function);
    if (place == XF_MAP_NONE || place == JOIN_AMBIGUOUS)
        return false;
    key = xf_strdup(j->places.keys[place]);
    key[strcspn(key, "\t")] = '\0';
    if (join_other_architecture(p->file, key)) {
        free(key);
        return false;
    }
    place = xf_map_add(&j->strings, key, NULL);
    *file = j->strings.keys[place];
    free(key);
    return true;
}

static int join_touched_function(struct join *j, const struct facts_row *row,
                                 const struct facts_row *commit,
                                 const char *function)
{
    struct join_subject of = {row->cell[TOUCHED_ID], ""};
    struct join_place place = {row->cell[TOUCHED_FILE], function, commit};
    const char *file;

    if (join_place_today(j, &place, &file))
        return join_add_place(j, of, file, function, "",
                              "the fix changed this function");
    return file ? join_add_place(j, of, file, "", "",
                                 "the fix changed this file")
                : 0;
}

int join_touched(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_TOUCHED];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++) {
        const struct facts_row *row = &rows->items[i];
        const struct facts_row *commit = join_commit(j, row->cell[TOUCHED_ID]);
        char *list = xf_strdup(row->cell[TOUCHED_FUNCTIONS]), *at = list, *name;

        while (!rc && commit && (name = strsep(&at, ",")))
            rc = join_touched_function(j, row, commit, name);
        free(list);
    }
    return rc;
}

/* A stop that was near to what the fix changed. */
static int join_near_row(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = join_commit(j, row->cell[NEAR_ID]);
    const struct join_site *site = NULL;
    struct join_place place;
    const char *file;
    int64_t bug;
    sqlite3_stmt *q;
    int rc;

    if (!commit)
        return 0;
    place = (struct join_place){row->cell[NEAR_FILE], row->cell[NEAR_FUNCTION],
                                commit};
    if (join_place_today(j, &place, &file))
        site =
            join_site_in_function(j, file, row->cell[NEAR_FUNCTION],
                                  row->cell[NEAR_KIND], row->cell[NEAR_TEXT]);
    if (!site)
        return 0;
    rc = join_bug(j, row->cell[NEAR_ID], "", &bug);
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

int join_near(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_NEAR];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++)
        rc = join_near_row(j, &rows->items[i]);
    return rc;
}

/* In a short function everything is near. */
int join_functions(struct join *j)
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

int join_hot_spots(struct join *j)
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
