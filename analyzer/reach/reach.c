/* SPDX-License-Identifier: GPL-2.0-only */
#include "reach.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bodies.h"
#include "deadends.h"
#include "error.h"
#include "spread.h"

/* A site that is being looked at. */
struct place {
    int64_t id;
    char *file;
    int line;
    int64_t *functions;
    size_t nfunctions, cap;
};

/* The best state for a context that is shown. */
struct best {
    uint32_t distance, state;
};

struct reacher {
    struct xf_store *store;
    struct xf_graph *g;
    const struct xf_reach_rules *rules;
    const struct xf_guards *guards;
};

/* ---- contexts, entries, effects ------------------------------------------ */

static int write_contexts(struct xf_store *store, const struct xf_reach_rules *rules)
{
    for (size_t i = 0; i < rules->ncontexts; i++) {
        const struct xf_context *c = &rules->contexts[i];
        sqlite3_stmt *q = xf_store_prepare(
            store, "INSERT OR IGNORE INTO context VALUES (?1, ?2, ?3, ?4, ?5)");

        if (!q)
            return -1;
        sqlite3_bind_int64(q, 1, (sqlite3_int64)i);
        xf_bind(q, 2, c->name);
        sqlite3_bind_int(q, 3, c->shown);
        xf_bind(q, 4, c->party);
        xf_bind(q, 5, c->colour);
        if (xf_store_run(store, q))
            return -1;
    }
    return 0;
}

static int write_starts(struct reacher *r)
{
    for (size_t i = 0; i < r->g->nstarts; i++) {
        const struct xf_start *s = &r->g->starts[i];
        sqlite3_stmt *q = xf_store_prepare(
            r->store, "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                      "?7)");

        if (!q)
            return -1;
        sqlite3_bind_int64(q, 1, r->g->functions[s->function].id);
        sqlite3_bind_int(q, 2, s->context % XF_MAX_CONTEXTS);
        sqlite3_bind_int(q, 3, s->context >= XF_MAX_CONTEXTS);
        sqlite3_bind_int64(q, 4, r->g->build);
        xf_bind(q, 5, s->rule);
        xf_bind(q, 6, s->source);
        sqlite3_bind_int(q, 7, s->fallback);
        if (xf_store_run(r->store, q))
            return -1;
    }
    return 0;
}

static int64_t effect_id(struct reacher *r, uint32_t effect)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT INTO effect (map) VALUES (?1)");
    char *map = r->g->effect_keys.keys[effect];

    if (!q)
        return -1;
    xf_bind(q, 1, map);
    return xf_store_run(r->store, q) ? -1 : xf_store_last_id(r->store);
}

/* Armed callbacks keep theirs in their own table. */
static int write_effect(struct reacher *r, const struct xf_edge *e, int64_t id)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, e->call ? "INSERT INTO call_effect VALUES (?1, ?2)"
                          : "UPDATE armed SET effect = ?2 WHERE armer = ?1 AND "
                            "callback = ?3 AND mechanism = ?4");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, e->call ? e->call : r->g->functions[e->from].id);
    sqlite3_bind_int64(q, 2, id);
    if (!e->call) {
        sqlite3_bind_int64(q, 3, r->g->functions[e->to].id);
        xf_bind(q, 4, r->g->texts.keys[e->via]);
    }
    return xf_store_run(r->store, q);
}

static int write_effects(struct reacher *r)
{
    int64_t *ids = xf_calloc(r->g->neffects + 1, sizeof(*ids));
    int rc = 0;

    for (size_t i = 1; i < r->g->neffects && !rc; i++)
        rc = (ids[i] = effect_id(r, (uint32_t)i)) < 0 ? -1 : 0;
    for (size_t i = 0; i < r->g->nedges && !rc; i++)
        if (r->g->edges[i].effect)
            rc = write_effect(r, &r->g->edges[i], ids[r->g->edges[i].effect]);
    free(ids);
    return rc;
}

/* ---- paths --------------------------------------------------------------- */

/* States from the entry to `state`; the caller frees. */
static uint32_t *path_to(const struct xf_graph *g, uint32_t state, size_t *len)
{
    size_t n = 1;
    uint32_t *path;

    for (uint32_t s = state; g->parent[s] != XF_NO_EDGE; n++)
        s = g->edges[g->parent[s]].from * XF_STATES + g->parent_context[s];
    path = xf_calloc(n, sizeof(*path));
    *len = n;
    for (uint32_t s = state; n--;) {
        path[n] = s;
        if (n)
            s = g->edges[g->parent[s]].from * XF_STATES + g->parent_context[s];
    }
    return path;
}

/* What a call checks on the way, "" when nothing. */
static const char *checked_by(const struct reacher *r, const struct xf_edge *e)
{
    const char *checked = "";

    if (!strcmp(r->g->texts.keys[e->file], r->g->functions[e->from].file))
        xf_guards_at(r->guards, e->from, e->line,
                     e->kind == XF_ARMED ? "" : r->g->functions[e->to].name,
                     &checked);
    return checked;
}

static int write_step(struct reacher *r, const struct place *place,
                      int context, bool armed, int step, uint32_t state)
{
    const struct xf_graph *g = r->g;
    const struct xf_reach_function *f = &g->functions[state / XF_STATES];
    const struct xf_edge *e =
        g->parent[state] == XF_NO_EDGE ? NULL : &g->edges[g->parent[state]];
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT INTO path_step VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                  "?8, ?9, ?10, ?11, ?12)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, place->id);
    sqlite3_bind_int(q, 2, context);
    sqlite3_bind_int(q, 3, armed);
    sqlite3_bind_int(q, 4, step);
    sqlite3_bind_int64(q, 5, f->id);
    xf_bind(q, 6, e ? g->texts.keys[e->file] : f->file);
    sqlite3_bind_int(q, 7, e ? e->line : f->line);
    xf_bind(q, 8, e ? xf_edge_kind_name(e->kind) : "entry");
    xf_bind(q, 9, e ? g->texts.keys[e->via] : "");
    sqlite3_bind_int(q, 10, e && e->uncertain);
    sqlite3_bind_int(q, 11, (int)(state % XF_MAX_CONTEXTS));
    xf_bind(q, 12, e ? checked_by(r, e) : "");
    return xf_store_run(r->store, q);
}

static int write_path(struct reacher *r, const struct place *place,
                      int context, bool armed, uint32_t state)
{
    size_t n;
    uint32_t *path = path_to(r->g, state, &n);
    int uncertain = 0, rc = 0;
    sqlite3_stmt *q;

    for (size_t i = 0; i < n && !rc; i++) {
        uint32_t parent = r->g->parent[path[i]];

        uncertain += parent != XF_NO_EDGE && r->g->edges[parent].uncertain;
        rc = write_step(r, place, context, armed, (int)i, path[i]);
    }
    free(path);
    q = rc ? NULL
           : xf_store_prepare(r->store, "INSERT INTO site_context VALUES "
                                        "(?1, ?2, ?3, ?4)");
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, place->id);
    sqlite3_bind_int(q, 2, context);
    sqlite3_bind_int(q, 3, armed);
    sqlite3_bind_int(q, 4, uncertain);
    return xf_store_run(r->store, q);
}

static int write_state(struct reacher *r, const struct place *place,
                       uint32_t state, uint8_t at)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT OR IGNORE INTO site_state VALUES (?1, ?2, ?3, ?4, "
                  "?5)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, place->id);
    sqlite3_bind_int64(q, 2, r->g->functions[state / XF_STATES].id);
    sqlite3_bind_int(q, 3, (int)(state % XF_MAX_CONTEXTS));
    sqlite3_bind_int(q, 4, at >= XF_MAX_CONTEXTS);
    sqlite3_bind_int(q, 5, at % XF_MAX_CONTEXTS);
    return xf_store_run(r->store, q);
}

/* The best state of the function for every context as it is at the site. */
static int best_states(struct reacher *r, const struct place *place,
                       uint32_t function, struct best best[XF_STATES])
{
    const struct xf_graph *g = r->g;
    const char *checked;
    unsigned int privileges =
        strcmp(g->functions[function].file, place->file)
            ? 0
            : xf_guards_at(r->guards, function, place->line, "", &checked);

    for (uint8_t c = 0; c < XF_STATES; c++) {
        uint8_t shadow = c >= XF_MAX_CONTEXTS ? XF_MAX_CONTEXTS : 0;
        uint32_t state = function * XF_STATES + c;
        uint8_t at;

        if (g->distance[state] == XF_UNREACHED)
            continue;
        at = xf_privileged(r->rules, privileges, c - shadow);
        at = (uint8_t)(r->rules->contexts[at].shown + shadow);
        if (write_state(r, place, state, at))
            return -1;
        if (g->distance[state] < best[at].distance)
            best[at] = (struct best){g->distance[state], state};
    }
    return 0;
}

/* 1 reached, 0 not, -1 error. */
static int write_site(struct reacher *r, const struct place *place)
{
    struct best best[XF_STATES];
    int reached = 0;

    memset(best, 0xff, sizeof(best));
    for (size_t i = 0; i < place->nfunctions; i++)
        if (best_states(r, place,
                        (uint32_t)(place->functions[i] - r->g->first_id),
                        best))
            return -1;
    for (int c = 0; c < XF_STATES; c++) {
        int shown = c % XF_MAX_CONTEXTS;

        if (best[c].distance == XF_UNREACHED)
            continue;
        /* Who gets here itself need not be named as somebody who arms. */
        if (c >= XF_MAX_CONTEXTS && best[shown].distance != XF_UNREACHED)
            continue;
        reached = 1;
        if (write_path(r, place, shown, c >= XF_MAX_CONTEXTS, best[c].state))
            return -1;
    }
    return reached;
}

/* ---- sites --------------------------------------------------------------- */

static int finish_site(struct reacher *r, struct xf_dead_ends *dead,
                       struct place *place)
{
    int rc = place->id ? write_site(r, place) : 1;

    if (!rc)
        rc = xf_dead_end(dead, place->id, place->functions, place->nfunctions);
    free(place->file);
    place->file = NULL;
    place->nfunctions = 0;
    place->id = 0;
    return rc < 0 ? -1 : 0;
}

/* A site belongs to the functions whose body holds it. What inlines them calls
 * them, so the graph knows it. */
static int write_sites(struct reacher *r, struct xf_dead_ends *dead)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "SELECT s.id, s.file, s.line, sf.function FROM site s JOIN "
                  "site_function sf ON sf.site = s.id WHERE s.build = ?1 AND "
                  "sf.how = 'body' ORDER BY s.id, sf.function");
    struct place place = {0};
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, r->g->build);
    while ((rc = xf_store_step(r->store, q)) > 0) {
        int64_t id = sqlite3_column_int64(q, 0);

        if (id != place.id && finish_site(r, dead, &place)) {
            rc = -1;
            break;
        }
        if (!place.id) {
            place.id = id;
            place.file = xf_strdup(xf_column(q, 1));
            place.line = sqlite3_column_int(q, 2);
        }
        XF_GROW(place.functions, place.nfunctions, place.cap);
        place.functions[place.nfunctions++] = sqlite3_column_int64(q, 3);
    }
    if (!rc)
        rc = finish_site(r, dead, &place);
    free(place.file);
    free(place.functions);
    return rc;
}

static int reach_build(struct xf_store *store, int64_t build,
                       const struct xf_reach_rules *rules)
{
    struct xf_graph g = {0};
    struct reacher r = {.store = store, .g = &g, .rules = rules};
    struct xf_guards *guards = NULL;
    struct xf_dead_ends *dead = NULL;
    int rc = xf_bodies(store, build, rules) || xf_graph_load(&g, store, build)
                 ? -1
                 : 0;

    if (!rc) {
        r.guards = guards = xf_guards_load(store, &g, rules);
        rc = guards ? xf_spread(&g, store, rules, guards) : -1;
    }
    if (!rc)
        rc = write_contexts(store, rules) || write_starts(&r) ||
             write_effects(&r) ? -1 : 0;
    if (!rc) {
        dead = xf_dead_ends_new(store, &g);
        rc = dead ? write_sites(&r, dead) : -1;
    }
    xf_dead_ends_free(dead);
    xf_guards_free(guards);
    xf_graph_release(&g);
    return rc;
}

int xf_reach(struct xf_store *store, const char *data)
{
    int64_t *builds = NULL;
    char **archs = NULL;
    size_t n = 0, cap = 0, archs_cap = 0;
    sqlite3_stmt *q =
        xf_store_prepare(store, "SELECT id, arch FROM build ORDER BY id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        XF_GROW(builds, n, cap);
        XF_GROW(archs, n, archs_cap);
        builds[n] = sqlite3_column_int64(q, 0);
        archs[n++] = xf_strdup(xf_column(q, 1));
    }
    for (size_t i = 0; i < n; i++) {
        struct xf_reach_rules *rules = rc ? NULL : xf_reach_rules_load(data, archs[i]);

        if (!rules || reach_build(store, builds[i], rules))
            rc = -1;
        xf_reach_rules_free(rules);
        free(archs[i]);
    }
    free(builds);
    free(archs);
    return rc;
}
