/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Stops that fixes added, changed or took away, as sites of the tree.
 */
#include "join.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

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
    const char *fix =
        has == TREE_NO ? "the fix, which this tree does not have," : "the fix";
    char *why = !strcmp(cell[SITE_CLASS], "added")
                    ? xf_format("%s added %s: %s", fix, which, is)
                : *cell[SITE_KIND] ? xf_format("%s changed %s: %s became %s",
                                               fix, which, was, is)
                                   : xf_format("%s took %s away: %s, %s", fix,
                                               which, was, cell[SITE_CLASS]);

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
               ? join_site_in_function(j, c->file, cell[SITE_FUNCTION], kind,
                                       text)
               : join_site_today(j, c->file, cell[SITE_FUNCTION], kind, text);
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
                 join_index_get(&j->by_exact, key) != XF_MAP_NONE;

    free(key);
    return there;
}

static int join_changed(struct join *j, const struct changed_stop *c,
                        struct join_subject of)
{
    const char *class = c->row->cell[SITE_CLASS];
    const struct join_site *site = changed_site(j, c);
    char *why = stop_why(c->row, c->has, "this stop");
    char *place_why = stop_why(c->row, c->has, "a stop of this function");
    int rc = 0;

    if (site)
        rc = join_add_match(j, of, site, "site", class, why);
    if (!rc && c->placed)
        rc = join_add_place(j, of, c->file, c->row->cell[SITE_FUNCTION], class,
                            place_why);
    free(why);
    free(place_why);
    return rc;
}

static int join_site_row(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = join_commit(j, row->cell[SITE_ID]);
    struct join_subject of = {row->cell[SITE_ID], row->cell[SITE_CLASS]};
    struct join_place place = {row->cell[SITE_FILE], row->cell[SITE_FUNCTION],
                               commit};
    struct changed_stop changed = {.row = row};

    if (!commit)
        return 0;
    changed.has = tree_has(&j->tree, commit);
    changed.placed = join_place_today(j, &place, &changed.file);
    if (still_there(j, &changed))
        return 0;
    return join_changed(j, &changed, of);
}

int join_sites(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_SITES];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++)
        rc = join_site_row(j, &rows->items[i]);
    return rc;
}
