/* SPDX-License-Identifier: GPL-2.0-only */
#include "paths.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "routes.h"

static void add_step(struct xf_path *path, const struct xf_step *step)
{
    XF_GROW(path->steps, path->nsteps, path->cap);
    path->steps[path->nsteps++] = *step;
}

static struct xf_path *add_path(struct xf_paths *out, const struct xf_path *p)
{
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len] = *p;
    return &out->items[out->len++];
}

static void release_path(struct xf_path *path)
{
    for (size_t i = 0; i < path->nsteps; i++) {
        struct xf_step *s = &path->steps[i];
        char *owned[] = {s->function, s->function_file, s->file, s->kind,
                         s->via, s->checked, s->context};

        for (size_t j = 0; j < sizeof(owned) / sizeof(owned[0]); j++)
            free(owned[j]);
    }
    free(path->steps);
    free(path->context);
    free(path->party);
    free(path->colour);
    free(path->source);
}

void xf_paths_release(struct xf_paths *paths)
{
    for (size_t i = 0; i < paths->len; i++)
        release_path(&paths->items[i]);
    free(paths->items);
    free(paths->reason);
    free(paths->detail);
    memset(paths, 0, sizeof(*paths));
}

/* ---- what the database holds --------------------------------------------- */

/* The contexts of the site, each with an empty path. */
static int find_contexts(struct xf_paths *out, struct xf_store *store,
                         int64_t site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT c.name, c.party, c.colour, sc.armed FROM site_context "
               "sc JOIN context c ON c.id = sc.context WHERE sc.site = ?1 "
               "ORDER BY sc.armed, c.id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_path p = {.context = xf_strdup(xf_column(q, 0)),
                            .party = xf_strdup(xf_column(q, 1)),
                            .colour = xf_strdup(xf_column(q, 2)),
                            .armed = sqlite3_column_int(q, 3),
                            .source = xf_strdup("")};

        add_path(out, &p);
    }
    return rc;
}

static int find_reason(struct xf_paths *out, struct xf_store *store,
                       int64_t site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT reason, detail FROM dead_end WHERE site = ?1");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    rc = xf_store_step(store, q);
    if (rc > 0) {
        out->reason = xf_strdup(xf_column(q, 0));
        out->detail = xf_strdup(xf_column(q, 1));
        rc = 0;
    }
    sqlite3_reset(q);
    return rc;
}

static int find_source(struct xf_path *path, struct xf_store *store,
                       int64_t function)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT e.rule || ': ' || e.source FROM entry e JOIN context c "
               "ON c.id = e.context WHERE e.function = ?1 ORDER BY e.armed <> "
               "?3, c.name <> ?2, e.context");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, function);
    xf_bind(q, 2, path->context);
    sqlite3_bind_int(q, 3, path->armed);
    rc = xf_store_step(store, q);
    if (rc > 0) {
        free(path->source);
        path->source = xf_strdup(xf_column(q, 0));
    }
    sqlite3_reset(q);
    return rc < 0 ? -1 : 0;
}

static int read_recorded(struct xf_path *path, struct xf_store *store,
                         int64_t site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "SELECT f.name, f.file, p.file, p.line, p.kind, p.via, p.checked, "
        "w.name, p.uncertain, f.id FROM path_step p "
        "JOIN function f ON f.id = p.function "
        "JOIN context c ON c.id = p.context "
        "JOIN context v ON v.id = p.within JOIN context w ON w.id = v.shown "
        "WHERE p.site = ?1 AND c.name = ?2 AND p.armed = ?3 ORDER BY p.step");
    int64_t first = 0;
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    xf_bind(q, 2, path->context);
    sqlite3_bind_int(q, 3, path->armed);
    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_step s = {.function = xf_strdup(xf_column(q, 0)),
                            .function_file = xf_strdup(xf_column(q, 1)),
                            .file = xf_strdup(xf_column(q, 2)),
                            .line = sqlite3_column_int(q, 3),
                            .kind = xf_strdup(xf_column(q, 4)),
                            .via = xf_strdup(xf_column(q, 5)),
                            .checked = xf_strdup(xf_column(q, 6)),
                            .context = xf_strdup(xf_column(q, 7)),
                            .uncertain = sqlite3_column_int(q, 8)};

        if (!path->nsteps)
            first = sqlite3_column_int64(q, 9);
        add_step(path, &s);
    }
    return rc ? rc : find_source(path, store, first);
}

/* ---- more than is recorded ----------------------------------------------- */

/* States of the site's functions that stand for the path's context. */
static int find_targets(const struct xf_graph *g, struct xf_store *store,
                        int64_t site, const struct xf_path *path,
                        uint32_t **targets, size_t *n)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT s.function, s.within FROM site_state s JOIN context c "
               "ON c.id = s.context WHERE s.site = ?1 AND c.name = ?2 AND "
               "s.armed = ?3 ORDER BY 1, 2");
    size_t cap = 0;
    int rc;

    *targets = NULL;
    *n = 0;
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    xf_bind(q, 2, path->context);
    sqlite3_bind_int(q, 3, path->armed);
    while ((rc = xf_store_step(store, q)) > 0) {
        int64_t function = sqlite3_column_int64(q, 0) - g->first_id;
        uint32_t context = (uint32_t)sqlite3_column_int(q, 1);

        if (function < 0 || function >= (int64_t)g->nfunctions ||
            context >= XF_MAX_CONTEXTS)
            return xf_error("the database has a state of a site that does not "
                            "exist; scan again to make a new one");
        XF_GROW(*targets, *n, cap);
        (*targets)[(*n)++] = (uint32_t)function * XF_STATES + context +
                             (path->armed ? XF_MAX_CONTEXTS : 0);
    }
    return rc;
}

/* Privilege checks that the call is behind; caller frees, NULL on error. */
static char *find_checked(const struct xf_graph *g, struct xf_store *store,
                          const struct xf_edge *e)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT checked FROM guard WHERE function = ?1 AND line = ?2 "
               "AND callee = ?3 ORDER BY privilege DESC");
    char *checked = NULL;
    int rc;

    if (!q)
        return NULL;
    if (strcmp(g->texts.keys[e->file], g->functions[e->from].file))
        return xf_strdup("");
    sqlite3_bind_int64(q, 1, g->functions[e->from].id);
    sqlite3_bind_int(q, 2, e->line);
    xf_bind(q, 3, e->kind == XF_ARMED ? "" : g->functions[e->to].name);
    rc = xf_store_step(store, q);
    if (rc >= 0)
        checked = xf_strdup(rc ? xf_column(q, 0) : "");
    sqlite3_reset(q);
    return checked;
}

static const char *context_name(struct xf_store *store, uint32_t context)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT s.name FROM context c JOIN context s ON s.id = c.shown "
               "WHERE c.id = ?1");

    if (!q)
        return "";
    sqlite3_bind_int(q, 1, (int)(context % XF_MAX_CONTEXTS));
    return xf_store_step(store, q) > 0 ? xf_column(q, 0) : "";
}

static int add_route(struct xf_path *path, const struct xf_graph *g,
                     struct xf_store *store, const struct xf_route *route)
{
    for (size_t i = 0; i < route->len; i++) {
        const struct xf_reach_function *f =
            &g->functions[route->states[i] / XF_STATES];
        const struct xf_edge *e =
            i ? &g->edges[route->edges[i]] : NULL;
        struct xf_step s = {
            .function = xf_strdup(f->name),
            .function_file = xf_strdup(f->file),
            .file = xf_strdup(e ? g->texts.keys[e->file] : f->file),
            .line = e ? e->line : f->line,
            .kind = xf_strdup(e ? xf_edge_kind_name(e->kind) : "entry"),
            .via = xf_strdup(e ? g->texts.keys[e->via] : ""),
            .checked = e ? find_checked(g, store, e) : xf_strdup(""),
            .context = xf_strdup(context_name(store, route->states[i] %
                                                         XF_STATES)),
            .uncertain = e && e->uncertain};

        add_step(path, &s);
        if (!s.checked)
            return -1;
    }
    return find_source(path, store,
                       g->functions[route->states[0] / XF_STATES].id);
}

static int add_routes(struct xf_paths *out, const struct xf_graph *g,
                      struct xf_store *store, int64_t site,
                      const struct xf_path *context, size_t k)
{
    struct xf_route *routes = xf_calloc(k, sizeof(*routes));
    uint32_t *targets;
    size_t n, found = 0;
    int rc = find_targets(g, store, site, context, &targets, &n);

    if (!rc)
        found = xf_routes(g, targets, n, k, routes);
    for (size_t i = 0; i < found; i++) {
        struct xf_path copy = {.context = xf_strdup(context->context),
                               .party = xf_strdup(context->party),
                               .colour = xf_strdup(context->colour),
                               .armed = context->armed,
                               .source = xf_strdup("")};
        struct xf_path *path = add_path(out, &copy);

        if (!rc)
            rc = add_route(path, g, store, &routes[i]);
        xf_route_release(&routes[i]);
    }
    free(routes);
    free(targets);
    return rc;
}

static int build_of(struct xf_store *store, int64_t site, int64_t *build)
{
    sqlite3_stmt *q =
        xf_store_prepare(store, "SELECT build FROM site WHERE id = ?1");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    if (xf_store_step(store, q) <= 0)
        return -1;
    *build = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

static int find_more(struct xf_paths *out, struct xf_store *store, int64_t site,
                     size_t k)
{
    struct xf_paths contexts = *out;
    struct xf_graph g = {0};
    int64_t build = 0;
    int rc = build_of(store, site, &build) ||
             xf_graph_load(&g, store, build) ||
             xf_graph_load_results(&g, store);

    memset(out, 0, sizeof(*out));
    if (!rc)
        xf_graph_spread(&g, 0);
    for (size_t i = 0; i < contexts.len && !rc; i++)
        rc = add_routes(out, &g, store, site, &contexts.items[i], k);
    xf_paths_release(&contexts);
    xf_graph_release(&g);
    return rc ? -1 : 0;
}

int xf_paths_find(struct xf_paths *out, struct xf_store *store, int64_t site,
                  size_t k)
{
    int rc;

    memset(out, 0, sizeof(*out));
    rc = find_contexts(out, store, site);
    if (!rc && !out->len)
        rc = find_reason(out, store, site);
    if (!rc && k > 1 && out->len)
        rc = find_more(out, store, site, k);
    for (size_t i = 0; i < out->len && !rc && k <= 1; i++)
        rc = read_recorded(&out->items[i], store, site);
    return rc;
}
