/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Stops that fired: quoted in messages of fixes, recorded from logs.
 */
#include "join.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "format.h"

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
    return !strchr(file, '/') &&
           join_index_get(&j->by_base, file) == JOIN_AMBIGUOUS;
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
    if (!running && join_index_get(&j->by_name, f->function) != XF_MAP_NONE)
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

static void search_fired(const struct join *j, struct best *best,
                         const struct join_site *sites, size_t len,
                         const struct fired *f)
{
    for (size_t i = 0; i < len; i++) {
        int grade = fired_grade(j, &sites[i], f);

        if (!grade || join_is_foreign(j, f->commit, sites[i].file))
            continue;
        if (grade > best->grade)
            *best = (struct best){&sites[i], grade, 1};
        else if (grade == best->grade)
            best->len++;
    }
}

/* The site of the best grade, when it is the only one, in all configurations.
 */
static int match_fired(struct join *j, struct join_subject of,
                       const struct fired *f, const char *why)
{
    struct best best = {0};

    search_fired(j, &best, j->sites, j->nsites, f);
    search_fired(j, &best, j->others, j->nothers, f);
    if (best.len != 1 || !*best.site->site_id)
        return 0;
    return join_add_match(j, of, best.site, "predicate", "fired", why);
}

/* The function that a call trace names, when there is only one of that name. */
static int place_fired(struct join *j, struct join_subject of,
                       const struct fired *f)
{
    uint32_t place = join_index_get(&j->by_name, f->function);
    bool stop = !strcmp(f->form, "bug") || !strcmp(f->form, "assert");
    char *file, *why;
    int rc;

    if (!*f->function || place == XF_MAP_NONE || place == JOIN_AMBIGUOUS)
        return 0;
    file = xf_strdup(j->places.keys[place]);
    file[strcspn(file, "\t")] = '\0';
    if (join_is_foreign(j, f->commit, file)) {
        free(file);
        return 0;
    }
    why = stop ? xf_format("a stop fired in this function (%s), as the fix's "
                           "message quotes it",
                           *f->text ? f->text : f->form)
               : xf_strdup("the processor trapped in this function, as the "
                           "fix's message quotes it");
    rc = join_add_place(j, of, file, f->function, stop ? "fired" : "trap", why);
    free(why);
    free(file);
    return rc;
}

static int join_quote(struct join *j, const struct facts_row *row)
{
    const struct facts_row *commit = join_commit(j, row->cell[QUOTE_ID]);
    struct join_subject of = {row->cell[QUOTE_ID], ""};
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

int join_quotes(struct join *j)
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
        " VALUES ('log-' || ?1, '', '', 'field', '', '', '', 'unknown', '', "
        "'', 'no',"
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

int join_events(struct join *j)
{
    const struct facts_rows *rows = &j->facts.tables[FACTS_EVENTS];
    int rc = 0;

    for (size_t i = 0; i < rows->len && !rc; i++) {
        const struct facts_row *row = &rows->items[i];
        const struct join_site *site =
            join_site_today(j, row->cell[EVENT_FILE], row->cell[EVENT_FUNCTION],
                            row->cell[EVENT_KIND], row->cell[EVENT_TEXT]);
        int64_t bug;

        if (!site)
            continue;
        rc = insert_event(j, row, &bug);
        if (!rc)
            rc = join_put_match(j, bug, site, "predicate", "fired",
                                "recorded from a console log");
    }
    return rc;
}
