/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From a clone to facts. All messages are read every time, which takes
 * seconds; the files are read commit by commit, which takes minutes, and only
 * for commits that no earlier run has seen. A copy of a change on another
 * branch is not read: it is a name of the change.
 */
#include "history.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "change.h"
#include "clone.h"
#include "error.h"
#include "tables.h"
#include "file.h"
#include "functions.h"
#include "git.h"
#include "map.h"
#include "mention.h"
#include "message.h"
#include "source.h"

enum { BATCH = 250 };

struct update {
    const struct xf_history_update *how;
    struct xf_history_counts *counts;
    struct message_forms *forms;
    struct xf_stop_names *names;
    struct facts facts;
    struct xf_map done; /* commits that the journal has whole */
    struct clone clone;
    struct change change; /* of the commit that is being read */
    FILE *journal;
    char *journal_path;
    int lock; /* descriptor of the folder */
    size_t read, to_read;
};

/* ---- what is to be read ------------------------------------------------- */

/* A commit that only speaks of an advisory is none. */
static bool is_bug(const struct message *m)
{
    return (m->is_advisory && (*m->xsa || *m->cve)) || *m->fixes ||
           *m->reverts || m->quotes.nevents;
}

static bool to_be_read(const struct update *u, size_t i)
{
    const struct commit *c = &u->clone.commits[i];

    return c->is_new && c->canonical == i &&
           xf_map_find(&u->done, c->id) == XF_MAP_NONE;
}

static int mark_new(struct update *u)
{
    const struct facts_rows *state = &u->facts.tables[FACTS_STATE];
    const char **seen = xf_calloc(state->len + 1, sizeof(*seen));
    int rc;

    for (size_t i = 0; i < state->len; i++)
        seen[i] = state->items[i].cell[STATE_TIP];
    rc = clone_mark_new(&u->clone, seen, state->len);
    free(seen);
    return rc;
}

/* ---- files -------------------------------------------------------------- */

/* The path below the hypervisor folder, or NULL when it is not of it. */
static const char *below_xen(const char *path)
{
    if (!path || strncmp(path, "xen/", 4) || !strncmp(path, "xen/tools/", 10))
        return NULL;
    return path + 4;
}

/* A row for the facts, and for the journal in case this run is interrupted. */
static void add_row(struct update *u, enum facts_table table,
                    const char *const *cells)
{
    const struct facts_rows *rows = &u->facts.tables[table];
    const struct facts_row *row;

    facts_add(&u->facts, table, cells);
    row = &rows->items[rows->len - 1];
    fputs(facts_name(table), u->journal);
    for (size_t i = 0; i < facts_columns(table); i++)
        fprintf(u->journal, "\t%s", row->cell[i]);
    fputc('\n', u->journal);
}

/* As the tables have it; a wrapper without arguments is known by its name.
 * Caller frees. */
static char *stop_text(const struct change_stop *stop)
{
    char *name, *text;

    if (!stop)
        return xf_strdup("");
    if (*stop->text || !stop->name->stops ||
        !strcmp(stop->name->name, stop->name->kind))
        return facts_text(stop->text);
    name = xf_format("%s()", stop->name->name);
    text = facts_text(name);
    free(name);
    return text;
}

static void add_site(struct update *u, const struct commit *c,
                     const struct change_site *site)
{
    const struct change_stop *now = site->new ? site->new : site->old;
    const struct message *m = &c->message;
    /* A stop that fired and is dropped was wrong: its case is legal now. */
    bool legal = site->class == CHANGE_REMOVED &&
                 (m->is_advisory || m->quotes.nevents || m->fired);
    const char *path = below_xen(now->path);
    char *text = stop_text(site->new), *was = stop_text(site->old);
    const char *cells[SITE_COLUMNS] = {
        [SITE_ID] = c->id,
        [SITE_CLASS] = change_class_name(legal ? CHANGE_HANDLED : site->class),
        [SITE_FILE] = path,
        [SITE_FUNCTION] = now->function,
        [SITE_KIND] = site->new ? site->new->name->kind : "",
        [SITE_TEXT] = text,
        [SITE_WAS_KIND] = site->old ? site->old->name->kind : "",
        [SITE_WAS_TEXT] = was,
    };

    /* Only a bug's fix is asked for what it added. */
    if (path && site->class != CHANGE_GONE &&
        (is_bug(&c->message) || site->class != CHANGE_ADDED))
        add_row(u, FACTS_SITES, cells);
    free(text);
    free(was);
}

static void add_touches(struct update *u, const struct commit *c)
{
    for (size_t i = 0; i < u->change.ntouches; i++) {
        const struct change_touch *t = &u->change.touches[i];
        const char *cells[TOUCHED_COLUMNS] = {
            [TOUCHED_ID] = c->id,
            [TOUCHED_FILE] = below_xen(t->path),
            [TOUCHED_FUNCTIONS] = t->functions,
        };

        if (cells[TOUCHED_FILE])
            add_row(u, FACTS_TOUCHED, cells);
    }
}

static void add_near(struct update *u, const struct commit *c)
{
    for (size_t i = 0; i < u->change.nnear; i++) {
        const struct change_near *n = &u->change.near[i];
        char *text = facts_text(n->text), *lines = xf_format("%u", n->lines);
        const char *cells[NEAR_COLUMNS] = {
            [NEAR_ID] = c->id,
            [NEAR_FILE] = below_xen(n->path),
            [NEAR_FUNCTION] = n->function,
            [NEAR_KIND] = n->name->kind,
            [NEAR_TEXT] = text,
            [NEAR_LINES] = lines,
        };

        if (cells[NEAR_FILE])
            add_row(u, FACTS_NEAR, cells);
        free(text);
        free(lines);
    }
}

/* A path as Xen prints it, below the hypervisor folder as far as it tells. */
static const char *printed_path(const char *path)
{
    const char *last = NULL;

    for (const char *p = path; (p = strstr(p, "xen/")); p += 4)
        if ((p == path || p[-1] == '/' || p[-1] == '.') &&
            (p - path < 8 || strncmp(p - 8, "include/", 8)))
            last = p + 4;
    path = last ? last : path;
    while (!strncmp(path, "./", 2) || !strncmp(path, "../", 3))
        path = strchr(path, '/') + 1;
    return path;
}

/* Function that was running, as far as the log tells. */
static const char *running(const struct xf_crash_event *e)
{
    return *e->symbol ? e->symbol : e->nframes ? e->frames[0] : "";
}

/* What was printed: a predicate, or a panic's first line. Caller frees. */
static char *quoted_text(const struct xf_crash_event *e)
{
    return e->form == XF_CRASH_PANIC
               ? xf_strndup(e->message, strcspn(e->message, "\n"))
               : xf_predicate_normal(e->predicate);
}

static void add_quotes(struct update *u, const struct commit *c)
{
    const struct xf_crash_log *log = &c->message.quotes;

    for (size_t i = 0; i < log->nevents; i++) {
        const struct xf_crash_event *e = &log->events[i];
        char *whole = quoted_text(e), *text = facts_text(whole);
        char *line = xf_format("%u", e->line);
        const char *cells[QUOTE_COLUMNS] = {
            [QUOTE_ID] = c->id,
            [QUOTE_FORM] = xf_crash_form_name(e->form),
            [QUOTE_FILE] = printed_path(e->file),
            [QUOTE_LINE] = line,
            [QUOTE_FUNCTION] = running(e),
            [QUOTE_TEXT] = text,
        };

        add_row(u, FACTS_QUOTES, cells);
        free(line);
        free(text);
        free(whole);
    }
}

/* "Xen BUG at FILE:LINE" does not say what was tested; the version that the
 * fix changed does, when the line still fits or its function has only one such
 * stop. */
static void resolve_quote(struct update *u, struct xf_crash_event *e,
                          const struct patch_side *side)
{
    struct xf_source *src =
        xf_source_from(side->path, side->text.data, side->text.len);
    struct xf_ranges ranges = {0};
    struct xf_mentions mentions = {0};
    const struct xf_mention *found = NULL;
    size_t n = 0;

    xf_functions_find(&ranges, src);
    xf_mentions_find(&mentions, u->names, src, &ranges);
    for (size_t i = 0; i < mentions.len; i++) {
        const struct xf_mention *m = &mentions.items[i];

        if (strncmp(m->name->kind, "BUG", 3) || m->in_macro)
            continue;
        if (*running(e) ? !strcmp(m->function, running(e))
                        : m->line == e->line) {
            found = m;
            n++;
            if (m->line == e->line) {
                n = 1;
                break;
            }
        }
    }
    if (n == 1) {
        free(e->predicate);
        e->predicate = xf_strdup(found->text);
    }
    xf_mentions_release(&mentions);
    xf_functions_release(&ranges);
    xf_source_free(src);
}

static void resolve_quotes(struct update *u, struct commit *c,
                           const struct patch_file *file)
{
    struct xf_crash_log *log = &c->message.quotes;

    for (size_t i = 0; i < log->nevents; i++) {
        struct xf_crash_event *e = &log->events[i];
        const char *printed = printed_path(e->file), *path = file->old.path;
        size_t a = strlen(printed), b = path ? strlen(path) : 0;

        if (e->form == XF_CRASH_BUG && !*e->predicate && a && a < b &&
            path[b - a - 1] == '/' && !strcmp(path + b - a, printed) &&
            file->old.text.len)
            resolve_quote(u, e, &file->old);
    }
}

static struct commit *commit_of(struct update *u, const char *full)
{
    char id[ID_BYTES] = {0};
    uint32_t i;

    snprintf(id, sizeof(id), "%s", full);
    i = xf_map_find(&u->clone.by_id, id);
    return i == XF_MAP_NONE ? NULL : &u->clone.commits[i];
}

static int on_file(const char *full, const struct patch_file *file,
                   void *payload)
{
    struct update *u = payload;
    struct commit *c = commit_of(u, full);
    const char *old = below_xen(file->old.path);
    const char *new = below_xen(file->new.path);

    if (!c || (!old && !new))
        return 0;
    if (!u->change.names)
        change_begin(&u->change, u->names, is_bug(&c->message));
    if (file->renamed && old && new && c->mainline) {
        const char *cells[RENAME_COLUMNS] = {
            [RENAME_DATE] = c->date, [RENAME_OLD] = old, [RENAME_NEW] = new};

        add_row(u, FACTS_RENAMES, cells);
    }
    change_file(&u->change, file);
    resolve_quotes(u, c, file);
    return 0;
}

static int on_commit(const char *full, void *payload)
{
    struct update *u = payload;
    const struct commit *c = commit_of(u, full);

    if (!c)
        return 0;
    if (u->change.names) {
        change_end(&u->change);
        for (size_t i = 0; i < u->change.nsites; i++)
            add_site(u, c, &u->change.sites[i]);
        add_touches(u, c);
        add_near(u, c);
        change_release(&u->change);
        u->change = (struct change){0};
    }
    add_quotes(u, c);
    fprintf(u->journal, "end\t%s\n", c->id);
    u->read++;
    return 0;
}

static int read_batch(struct update *u, const char *const *ids, size_t n)
{
    const char *args[BATCH + 24] = {
        "log",           "--no-walk=unsorted", "-p",        "-U99999", "-M",
        "--no-ext-diff", "--no-textconv",      "--no-color"};
    struct xf_buf out = XF_BUF_INIT;
    size_t at = 8;
    int rc;

    args[at++] = "--format=%x00%H";
    for (size_t i = 0; i < n; i++)
        args[at++] = ids[i];
    args[at++] = "--";
    args[at++] = "xen/*.c";
    args[at++] = "xen/*.h";
    args[at++] = "xen/*.S";
    args[at] = NULL;
    rc = git_run(&out, u->how->repo, args);
    if (!rc)
        rc = patch_read(&out, on_file, on_commit, u);
    xf_buf_release(&out);
    if (!rc && fflush(u->journal))
        rc = xf_error("cannot write %s: %s; free some disk space",
                      u->journal_path, strerror(errno));
    return rc;
}

static int read_files(struct update *u)
{
    const char *ids[BATCH];
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; i < u->clone.len; i++)
        u->to_read += to_be_read(u, i);
    for (size_t i = 0; i < u->clone.len && !rc; i++) {
        if (to_be_read(u, i))
            ids[n++] = u->clone.commits[i].full;
        if (n == BATCH || (n && i + 1 == u->clone.len)) {
            rc = read_batch(u, ids, n);
            n = 0;
            if (u->how->progress)
                u->how->progress(u->how->payload, u->read, u->to_read);
        }
    }
    return rc;
}

/* ---- the journal -------------------------------------------------------- */

static int table_named(const char *name)
{
    for (int t = 0; t < FACTS_TABLES; t++)
        if (!strcmp(facts_name((enum facts_table)t), name))
            return t;
    return -1;
}

/* Rows of one commit in the journal, from `at` to its "end" line. */
static void take_rows(struct update *u, char *at, const char *end)
{
    while (at < end) {
        const char *cells[FACTS_MAX_COLUMNS] = {0};
        char *line = at, *name;
        size_t n = 0;
        int table;

        at += strcspn(at, "\n");
        *at++ = '\0';
        name = strsep(&line, "\t");
        table = table_named(name);
        while (line && n < FACTS_MAX_COLUMNS)
            cells[n++] = strsep(&line, "\t");
        if (table >= 0 && n == facts_columns((enum facts_table)table))
            facts_add(&u->facts, (enum facts_table)table, cells);
    }
}

/* Commits that an interrupted run has read. What follows the last whole one
 * is cut off. */
static int open_journal(struct update *u)
{
    struct xf_buf text = XF_BUF_INIT;
    size_t whole = 0;
    char *at;

    u->journal_path = xf_path_join(u->how->folder, ".journal");
    if (xf_mkdirs(u->how->folder))
        return -1;
    u->lock = open(u->how->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (u->lock < 0 || flock(u->lock, LOCK_EX | LOCK_NB))
        return xf_error("another update is writing to %s; wait for its end or "
                        "choose another folder with -o",
                        u->how->folder);
    if (xf_file_exists(u->journal_path) &&
        xf_file_read(&text, u->journal_path)) {
        xf_buf_release(&text);
        return -1;
    }
    for (at = text.data; at && *at;) {
        char *end = !strncmp(at, "end\t", 4) ? at - 1 : strstr(at, "\nend\t");
        char *nl = end ? strchr(end + 1, '\n') : NULL;

        if (!nl)
            break;
        *nl = '\0';
        xf_map_add(&u->done, end + 5, NULL);
        if (end >= at)
            take_rows(u, at, end + 1);
        at = nl + 1;
        whole = (size_t)(at - text.data);
    }
    xf_buf_release(&text);
    u->journal = fopen(u->journal_path, "ae");
    if (!u->journal || ftruncate(fileno(u->journal), (off_t)whole))
        return xf_error("cannot write %s: %s; choose another folder with -o",
                        u->journal_path, strerror(errno));
    return 0;
}

/* ---- commits table ------------------------------------------------------ */

/* Add an item to a comma list. */
static void say(struct xf_buf *list, const char *what)
{
    xf_buf_addf(list, "%s%s", list->len ? "," : "", what);
}

static void want_list(struct update *u, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        char *id = xf_strndup(list, len);
        size_t i = clone_find(&u->clone, id);

        if (i != SIZE_MAX)
            u->clone.commits[u->clone.commits[i].canonical].wanted = true;
        free(id);
        list += len + (list[len] == ',');
    }
}

/* Those that other tables speak of, those that are bugs' fixes, and those
 * that brought the bugs in. */
static void mark_wanted(struct update *u)
{
    static const enum facts_table named[] = {FACTS_TOUCHED, FACTS_SITES,
                                             FACTS_QUOTES};

    for (size_t t = 0; t < 3; t++) {
        const struct facts_rows *rows = &u->facts.tables[named[t]];

        for (size_t i = 0; i < rows->len; i++)
            want_list(u, rows->items[i].cell[0]);
    }
    for (size_t i = 0; i < u->clone.len; i++) {
        struct commit *c = &u->clone.commits[i];

        if (c->canonical != i || !is_bug(&c->message))
            continue;
        c->wanted = true;
        want_list(u, c->message.fixes);
        want_list(u, c->message.reverts);
    }
}

/* Fixes: with a short id, or with that of a copy, in the form in which the
 * table has it. */
static char *resolved(const struct update *u, const char *list)
{
    struct xf_buf out = XF_BUF_INIT;

    while (*list) {
        size_t len = strcspn(list, ",");
        char *id = xf_strndup(list, len);
        size_t i = clone_find(&u->clone, id);

        say(&out, i == SIZE_MAX
                      ? id
                      : u->clone.commits[u->clone.commits[i].canonical].id);
        free(id);
        list += len + (list[len] == ',');
    }
    return xf_buf_detach(&out);
}

static void count(struct update *u, const struct message *m)
{
    u->counts->advisories += m->is_advisory && (*m->xsa || *m->cve);
    u->counts->mentions += *m->xsa || *m->cve;
    u->counts->fixes += *m->fixes != '\0';
    u->counts->reverts += *m->reverts != '\0';
}

/* x.y.0 is made from the mainline. */
static bool in_mainline_release(const char *list)
{
    while (list && *list) {
        size_t len = strcspn(list, ",");

        if (len > 2 && !strncmp(list + len - 2, ".0", 2))
            return true;
        list += len + (list[len] == ',');
    }
    return false;
}

static void add_commit_row(struct update *u, const struct commit *c)
{
    const struct message *m = &c->message;
    bool advisory = m->is_advisory && (*m->xsa || *m->cve);
    struct xf_buf kinds = XF_BUF_INIT;
    char *fixes = resolved(u, m->fixes), *reverts = resolved(u, m->reverts);
    char *releases;
    const char *cells[COMMIT_COLUMNS] = {
        [COMMIT_ID] = c->id,
        [COMMIT_DATE] = c->date,
        [COMMIT_XSA] = advisory ? m->xsa : "",
        [COMMIT_CVE] = advisory ? m->cve : "",
        [COMMIT_MENTIONS] = advisory ? "" : m->xsa,
        [COMMIT_FIXES] = fixes,
        [COMMIT_REVERTS] = reverts,
        [COMMIT_PARTY] = m->party,
        [COMMIT_RELEASES] = c->releases.data,
        [COMMIT_BACKPORTS] = c->backports.data};

    if (advisory)
        say(&kinds, "advisory");
    if (*m->fixes)
        say(&kinds, "fix");
    if (*m->reverts)
        say(&kinds, "revert");
    if (m->quotes.nevents)
        say(&kinds, "quote");
    if (!advisory && (*m->xsa || *m->cve))
        say(&kinds, "mention");
    if (m->fired)
        say(&kinds, "fired");
    if (m->refactoring)
        say(&kinds, "refactoring");
    cells[COMMIT_KINDS] = kinds.data;
    releases = c->mainline && !in_mainline_release(c->releases.data)
                   ? xf_format("mainline%s%s", c->releases.len ? "," : "",
                               c->releases.len ? c->releases.data : "")
                   : NULL;
    if (releases)
        cells[COMMIT_RELEASES] = releases;
    facts_add(&u->facts, FACTS_COMMITS, cells);
    xf_buf_release(&kinds);
    free(releases);
    free(fixes);
    free(reverts);
}

/* Rows of commits that this clone does not have stay as they are. */
static void keep_foreign(struct update *u, struct facts_rows *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < rows->len; i++) {
        if (xf_map_find(&u->clone.by_id, rows->items[i].cell[COMMIT_ID]) ==
            XF_MAP_NONE)
            rows->items[n++] = rows->items[i];
        else
            free(rows->items[i].line);
    }
    rows->len = n;
}

static void make_commits(struct update *u)
{
    mark_wanted(u);
    keep_foreign(u, &u->facts.tables[FACTS_COMMITS]);
    for (size_t i = 0; i < u->clone.len; i++) {
        const struct commit *c = &u->clone.commits[i];

        if (c->canonical != i)
            continue;
        count(u, &c->message);
        if (c->wanted)
            add_commit_row(u, c);
    }
}

/* ---- state -------------------------------------------------------------- */

static int set_state(struct update *u)
{
    const char *const args[] = {
        "for-each-ref", "--format=%(objectname) %(*objectname)",
        "refs/heads",   "refs/tags",
        "refs/remotes", NULL};
    const char *const head[] = {"rev-parse", "HEAD", NULL};
    struct facts_rows *rows = &u->facts.tables[FACTS_STATE];
    struct xf_buf out = XF_BUF_INIT;
    char *at, *line;
    int rc =
        git_run(&out, u->how->repo, args) || git_run(&out, u->how->repo, head);

    while (!rc && rows->len)
        free(rows->items[--rows->len].line);
    at = out.data;
    while (!rc && (line = strsep(&at, "\n"))) {
        /* An annotated tag names its commit second. */
        char *peeled = strchr(line, ' ');
        char *id = peeled && peeled[1] ? peeled + 1 : line;

        id[strcspn(id, " ")] = '\0';
        if (*id)
            facts_add(&u->facts, FACTS_STATE, (const char *const[]){id});
    }
    xf_buf_release(&out);
    return rc ? -1 : 0;
}

/* Only tips that no other tip contains are worth a line. */
static int reduce_state(struct update *u)
{
    struct facts_rows *rows = &u->facts.tables[FACTS_STATE];
    const char **args = xf_calloc(rows->len + 3, sizeof(*args));
    struct facts reduced = {0};
    struct xf_buf out = XF_BUF_INIT;
    char *at, *line;
    size_t n = 0;
    int rc;

    args[n++] = "merge-base";
    args[n++] = "--independent";
    for (size_t i = 0; i < rows->len; i++)
        args[n++] = rows->items[i].cell[STATE_TIP];
    rc = git_run(&out, u->how->repo, args);
    at = out.data;
    while (!rc && (line = strsep(&at, "\n")))
        if (*line)
            facts_add(&reduced, FACTS_STATE, (const char *const[]){line});
    if (!rc) {
        struct facts_rows swap = *rows;

        *rows = reduced.tables[FACTS_STATE];
        reduced.tables[FACTS_STATE] = swap;
    }
    facts_release(&reduced);
    free(args);
    xf_buf_release(&out);
    return rc;
}

/* ---- the update --------------------------------------------------------- */

static void count_rows(struct update *u)
{
    const struct facts_rows *commits = &u->facts.tables[FACTS_COMMITS];
    struct xf_map xsas = XF_MAP_INIT;

    for (size_t i = 0; i < commits->len; i++) {
        char *list = xf_strdup(commits->items[i].cell[COMMIT_XSA]);
        char *at = list, *item;

        while ((item = strsep(&at, ",")))
            if (*item)
                xf_map_add(&xsas, item, NULL);
        free(list);
    }
    u->counts->xsas = xsas.len;
    u->counts->commits = u->clone.len;
    u->counts->backports = u->clone.copies;
    u->counts->read = u->read;
    u->counts->quotes = u->facts.tables[FACTS_QUOTES].len;
    u->counts->sites = u->facts.tables[FACTS_SITES].len;
    u->counts->renames = u->facts.tables[FACTS_RENAMES].len;
    xf_map_release(&xsas);
}

static int run(struct update *u)
{
    u->forms = message_forms_load(u->how->data);
    u->names = u->forms ? xf_stop_names_load(u->how->data, true) : NULL;
    u->clone.repo = u->how->repo;
    u->clone.forms = u->forms;
    if (!u->names || clone_check(&u->clone) ||
        open_journal(u) || facts_load(&u->facts, u->how->folder) ||
        clone_read_log(&u->clone) || clone_mark_mainline(&u->clone))
        return -1;
    clone_find_copies(&u->clone);
    if (clone_read_releases(&u->clone) || mark_new(u) || read_files(u))
        return -1;
    make_commits(u);
    if (set_state(u) || reduce_state(u) ||
        facts_save(&u->facts, u->how->folder))
        return -1;
    count_rows(u);
    unlink(u->journal_path);
    return 0;
}

static void release(struct update *u)
{
    clone_release(&u->clone);
    change_release(&u->change);
    facts_release(&u->facts);
    xf_map_release(&u->done);
    if (u->journal)
        fclose(u->journal);
    if (u->lock >= 0)
        close(u->lock);
    free(u->journal_path);
    xf_stop_names_free(u->names);
    message_forms_free(u->forms);
}

int xf_history_update(struct xf_history_counts *out,
                      const struct xf_history_update *how)
{
    struct update u = {.how = how, .counts = out, .lock = -1};
    int rc;

    *out = (struct xf_history_counts){0};
    rc = run(&u);
    release(&u);
    return rc;
}
