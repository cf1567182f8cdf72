/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Facts to rows. A commit becomes a bug when the tree can have had it: places
 * are followed to today's files and functions, texts to today's sites. The
 * best match of a bug and a site is written first and stays.
 */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "git.h"
#include "join.h"
#include "message.h"

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
        q = xf_store_prepare(j->store,
                             "INSERT INTO meta VALUES ('tree_revision', ?1)");
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
    join_read_commits(j);
    if (join_load(j) || tree_open(&j->tree, &j->facts, j->how->root,
                                  j->how->name, j->how->until))
        return -1;
    rc = join_quotes(j) || join_events(j) || join_sites(j) || join_touched(j) ||
         join_near(j) || join_functions(j) || add_moved_files(j) ||
         join_hot_spots(j) || join_evidence(j->store, j->how->data);
    if (!rc && j->tree.is_clone) {
        index_names(j);
        rc = read_subjects(j);
    }
    return rc ? -1 : 0;
}

static void release(struct join *j)
{
    join_unload(j);
    free(j->bugs);
    free(j->name_rows);
    xf_map_release(&j->names);
    xf_map_release(&j->commit_ids);
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
