/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The stage: site by site.
 */
#include "trigger.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "condition.h"
#include "program.h"

static int write_literal(struct program *p, const struct site *site, int n,
                         const struct literal *l)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "INSERT INTO trigger_literal VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                  "?7, ?8, ?9)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, site->id);
    sqlite3_bind_int(s, 2, n);
    xf_bind(s, 3, role_name(l->role));
    xf_bind(s, 4, l->text);
    sqlite3_bind_int(s, 5, l->polarity);
    xf_bind(s, 6, site->body ? site->body->function->file : site->file);
    sqlite3_bind_int(s, 7, l->line);
    xf_bind(s, 8, "");
    xf_bind(s, 9, "");
    return xf_store_run(p->store, s);
}

static int write_trigger(struct program *p, const struct site *site,
                         const struct condition *c)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store,
        "INSERT INTO trigger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    char *sentence = condition_sentence(c, site);
    char *predicate = condition_predicate(c);
    int rc = -1;

    if (s) {
        sqlite3_bind_int64(s, 1, site->id);
        if (site->body)
            sqlite3_bind_int64(s, 2, site->body->function->id);
        xf_bind(s, 3, sentence);
        xf_bind(s, 4, predicate);
        xf_bind(s, 5, "");
        xf_bind(s, 6, "");
        xf_bind(s, 7, "undecided");
        xf_bind(s, 8, "");
        rc = xf_store_run(p->store, s);
    }
    free(sentence);
    free(predicate);
    for (size_t i = 0; i < c->len && !rc; i++)
        rc = write_literal(p, site, (int)i + 1, &c->items[i]);
    return rc;
}

/* The function that holds it: the first whose body shows it. */
static int find_body(struct program *p, struct site *site)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT function FROM site_function WHERE site = ?1 AND "
                  "how = 'body' ORDER BY function");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, site->id);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct function *f = program_function(p, sqlite3_column_int64(s, 0));

        if (f && condition_find(p, f, site))
            break;
    }
    sqlite3_reset(s);
    return rc < 0 ? -1 : 0;
}

static int do_site(struct program *p, struct site *site)
{
    struct condition c;
    int rc;

    if (find_body(p, site))
        return -1;
    condition_make(&c, p, site);
    rc = write_trigger(p, site, &c);
    condition_release(&c);
    return rc;
}

/* Read before anything is written, as the statement would see it. */
struct sites {
    struct site *items;
    size_t len, cap;
    struct xf_map strings;
};

static const char *keep(struct sites *sites, const char *text)
{
    uint32_t at = xf_map_add(&sites->strings, text, NULL);

    return sites->strings.keys[at];
}

static int load_sites(struct sites *sites, struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store,
        "SELECT id, kind, file, function, macro, condition, callee, witness, "
        "line, col, frame FROM site WHERE build = ?1 ORDER BY id");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct site site = {.id = sqlite3_column_int64(s, 0)};

        site.kind = keep(sites, xf_column(s, 1));
        site.file = keep(sites, xf_column(s, 2));
        site.function = keep(sites, xf_column(s, 3));
        site.macro = keep(sites, xf_column(s, 4));
        site.condition = keep(sites, xf_column(s, 5));
        site.callee = keep(sites, xf_column(s, 6));
        site.witness = keep(sites, xf_column(s, 7));
        site.line = sqlite3_column_int(s, 8);
        site.col = sqlite3_column_int(s, 9);
        site.frame = sqlite3_column_int(s, 10);
        for (size_t i = sites->len; i-- > 0;) {
            const struct site *before = &sites->items[i];

            if (before->line != site.line || before->file != site.file)
                break;
            site.nth += before->col == site.col &&
                        before->frame == site.frame &&
                        before->callee == site.callee;
        }
        XF_GROW(sites->items, sites->len, sites->cap);
        sites->items[sites->len++] = site;
    }
    return rc;
}

static int do_build(struct xf_store *store, const char *root, int64_t build,
                    const char *arch)
{
    struct program p;
    struct sites sites = {0};
    int rc = program_load(&p, store, root, build, arch);

    if (!rc)
        rc = load_sites(&sites, &p);
    for (size_t i = 0; i < sites.len && !rc; i++)
        rc = do_site(&p, &sites.items[i]);
    free(sites.items);
    xf_map_release(&sites.strings);
    program_release(&p);
    return rc;
}

int xf_trigger(struct xf_store *store, const char *root, const char *data_dir)
{
    sqlite3_stmt *s = xf_store_prepare(store,
                                       "SELECT id, arch FROM build ORDER BY id");
    struct {
        int64_t id;
        char *arch;
    } *builds = NULL;
    size_t n = 0, cap = 0;
    int rc = s ? 0 : -1;

    (void)data_dir;
    while (s && (rc = xf_store_step(store, s)) > 0) {
        XF_GROW(builds, n, cap);
        builds[n].id = sqlite3_column_int64(s, 0);
        builds[n++].arch = xf_strdup(xf_column(s, 1));
    }
    for (size_t i = 0; i < n; i++) {
        if (!rc)
            rc = do_build(store, root, builds[i].id, builds[i].arch);
        free(builds[i].arch);
    }
    free(builds);
    return rc;
}
