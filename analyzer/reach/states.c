/* SPDX-License-Identifier: GPL-2.0-only */
#include "states.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

/* What a step costs: a path with fewer steps wins, then one with fewer
 * pointers; a step that may be wrong or out of place is avoided. */
enum {
    COST_STEP = 4,
    COST_INDIRECT = 5,
    COST_UNCERTAIN = 40,
    COST_LAST = 100000
};

uint32_t xf_graph_text(struct xf_graph *g, const char *text)
{
    return xf_map_add(&g->texts, text, NULL);
}

uint32_t xf_graph_effect(struct xf_graph *g, const struct xf_effect *effect)
{
    char key[2 * XF_MAX_CONTEXTS + 8];
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    int is_new;
    uint32_t at;

    for (size_t i = 0; i < XF_MAX_CONTEXTS; i++) {
        key[n++] = effect->to[i] == XF_NO_CONTEXT ? '-'
                                                  : digits[effect->to[i]];
        key[n++] = effect->last & (1U << i) ? '!' : '.';
    }
    key[n] = '\0';
    at = xf_map_add(&g->effect_keys, key, &is_new);
    if (is_new) {
        XF_GROW(g->effects, g->neffects, g->effects_cap);
        g->effects[g->neffects++] = *effect;
    }
    return at;
}

void xf_graph_add_edge(struct xf_graph *g, const struct xf_edge *edge)
{
    XF_GROW(g->edges, g->nedges, g->edges_cap);
    g->edges[g->nedges++] = *edge;
}

static int load_functions(struct xf_graph *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT id, name, file, section, line, is_asm, is_static FROM "
               "function WHERE build = ?1 ORDER BY id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_reach_function f = {.id = sqlite3_column_int64(q, 0),
                                .name = xf_strdup(xf_column(q, 1)),
                                .file = xf_strdup(xf_column(q, 2)),
                                .section = xf_strdup(xf_column(q, 3)),
                                .line = sqlite3_column_int(q, 4),
                                .is_asm = sqlite3_column_int(q, 5),
                                .is_static = sqlite3_column_int(q, 6)};

        if (!g->nfunctions)
            g->first_id = f.id;
        XF_GROW(g->functions, g->nfunctions, g->functions_cap);
        g->functions[g->nfunctions++] = f;
        if (f.id != g->first_id + (int64_t)g->nfunctions - 1)
            return xf_error("the functions of the database are not numbered "
                            "in a row; scan again to make a new one");
    }
    return rc;
}

/* The function's index; -1 with an error when the row names none of the
 * build's. */
static int function_at(const struct xf_graph *g, int64_t id, uint32_t *at)
{
    int64_t n = id - g->first_id;

    if (n < 0 || n >= (int64_t)g->nfunctions)
        return xf_error("the database names a function that it does not hold; "
                        "scan again to make a new one");
    *at = (uint32_t)n;
    return 0;
}

static const char *const kind_names[] = {"direct", "indirect", "asm", "armed"};

const char *xf_edge_kind_name(uint8_t kind)
{
    return kind_names[kind];
}

static uint8_t kind_of(const char *text)
{
    uint8_t kind = XF_ASM;

    while (kind != XF_DIRECT && strcmp(text, kind_names[kind]))
        kind--;
    return kind;
}

static int load_calls(struct xf_graph *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT rowid, caller, callee, kind, via, file, line, col FROM "
               "call WHERE build = ?1 ORDER BY rowid");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_edge e = {.call = sqlite3_column_int64(q, 0),
                            .kind = kind_of(xf_column(q, 3)),
                            .via = xf_graph_text(g, xf_column(q, 4)),
                            .file = xf_graph_text(g, xf_column(q, 5)),
                            .line = sqlite3_column_int(q, 6),
                            .col = sqlite3_column_int(q, 7)};

        if (function_at(g, sqlite3_column_int64(q, 1), &e.from) ||
            function_at(g, sqlite3_column_int64(q, 2), &e.to))
            return -1;
        /* Given to code that is not known, which may call it. */
        e.uncertain = !strcmp(g->texts.keys[e.via], "argument");
        xf_graph_add_edge(g, &e);
    }
    return rc;
}

int xf_graph_load(struct xf_graph *g, struct xf_store *store, int64_t build)
{
    struct xf_effect identity = {.last = 0};

    g->build = build;
    for (uint8_t i = 0; i < XF_MAX_CONTEXTS; i++)
        identity.to[i] = i;
    xf_graph_effect(g, &identity);
    xf_graph_text(g, "");
    return load_functions(g, store) || load_calls(g, store) ? -1 : 0;
}

/* ---- what an earlier run wrote ------------------------------------------- */

static int load_starts(struct xf_graph *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT function, context, rule, source, fallback, armed FROM "
               "entry WHERE build = ?1 ORDER BY function, context, armed");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        uint32_t rule = xf_graph_text(g, xf_column(q, 2));
        uint32_t source = xf_graph_text(g, xf_column(q, 3));
        struct xf_start s = {.context = (uint8_t)sqlite3_column_int(q, 1),
                             .rule = g->texts.keys[rule],
                             .source = g->texts.keys[source],
                             .fallback = sqlite3_column_int(q, 4)};

        if (s.context >= XF_MAX_CONTEXTS)
            return xf_error("the database has an entry with a context that "
                            "does not exist; scan again");
        if (sqlite3_column_int(q, 5))
            s.context += XF_MAX_CONTEXTS;
        if (function_at(g, sqlite3_column_int64(q, 0), &s.function))
            return -1;
        XF_GROW(g->starts, g->nstarts, g->starts_cap);
        g->starts[g->nstarts++] = s;
    }
    return rc;
}

static int parse_effect(struct xf_effect *effect, const char *map)
{
    memset(effect, 0, sizeof(*effect));
    if (strlen(map) != 2 * XF_MAX_CONTEXTS)
        return xf_error("the database has a malformed effect; scan again");
    for (size_t i = 0; i < XF_MAX_CONTEXTS; i++) {
        char ch = map[2 * i];

        effect->to[i] = ch == '-'                ? XF_NO_CONTEXT
                        : ch >= '0' && ch <= '9' ? (uint8_t)(ch - '0')
                        : ch >= 'a' && ch <= 'f' ? (uint8_t)(ch - 'a' + 10)
                                                 : XF_NO_CONTEXT;
        if (map[2 * i + 1] == '!')
            effect->last |= (xf_context_set)(1U << i);
    }
    return 0;
}

/* Calls are loaded in order of their rowid, and so are the effects. */
static int load_effects(struct xf_graph *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT c.call, e.map FROM call_effect c JOIN effect e ON "
               "e.id = c.effect ORDER BY c.call");
    size_t at = 0;
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        int64_t call = sqlite3_column_int64(q, 0);
        struct xf_effect effect;

        while (at < g->nedges && g->edges[at].call < call)
            at++;
        if (at == g->nedges || g->edges[at].call != call)
            continue; /* of another build */
        if (parse_effect(&effect, xf_column(q, 1)))
            return -1;
        g->edges[at].effect = xf_graph_effect(g, &effect);
    }
    return rc;
}

static int load_armed(struct xf_graph *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT a.armer, a.callback, a.mechanism, a.keeps, a.line, "
               "e.map FROM armed a LEFT JOIN effect e ON e.id = a.effect "
               "WHERE a.build = ?1 ORDER BY 1, 2, 3");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_edge e = {.kind = XF_ARMED,
                            .via = xf_graph_text(g, xf_column(q, 2)),
                            .keeps = sqlite3_column_int(q, 3),
                            .line = sqlite3_column_int(q, 4)};
        struct xf_effect effect;

        if (function_at(g, sqlite3_column_int64(q, 0), &e.from) ||
            function_at(g, sqlite3_column_int64(q, 1), &e.to))
            return -1;
        if (*xf_column(q, 5)) {
            if (parse_effect(&effect, xf_column(q, 5)))
                return -1;
            e.effect = xf_graph_effect(g, &effect);
        }
        e.file = xf_graph_text(g, g->functions[e.from].file);
        xf_graph_add_edge(g, &e);
    }
    return rc;
}

int xf_graph_load_results(struct xf_graph *g, struct xf_store *store)
{
    if (load_starts(g, store) || load_effects(g, store) ||
        load_armed(g, store))
        return -1;
    xf_graph_index(g);
    return 0;
}

void xf_graph_release(struct xf_graph *g)
{
    for (size_t i = 0; i < g->nfunctions; i++) {
        free(g->functions[i].name);
        free(g->functions[i].file);
        free(g->functions[i].section);
    }
    free(g->functions);
    free(g->edges);
    free(g->effects);
    free(g->starts);
    free(g->out);
    free(g->out_at);
    free(g->in);
    free(g->in_at);
    free(g->distance);
    free(g->parent);
    free(g->parent_context);
    xf_map_release(&g->effect_keys);
    xf_map_release(&g->texts);
    memset(g, 0, sizeof(*g));
}

/* ---- shortest paths ------------------------------------------------------ */

static void index_by(const struct xf_graph *g, bool by_caller, uint32_t **list,
                     uint32_t **at)
{
    uint32_t *n = xf_calloc(g->nfunctions + 2, sizeof(*n));

    *list = xf_calloc(g->nedges + 1, sizeof(**list));
    for (size_t i = 0; i < g->nedges; i++)
        n[(by_caller ? g->edges[i].from : g->edges[i].to) + 2]++;
    for (size_t i = 1; i < g->nfunctions + 2; i++)
        n[i] += n[i - 1];
    for (size_t i = 0; i < g->nedges; i++)
        (*list)[n[(by_caller ? g->edges[i].from : g->edges[i].to) + 1]++] =
            (uint32_t)i;
    *at = n;
}

void xf_graph_index(struct xf_graph *g)
{
    free(g->out);
    free(g->out_at);
    free(g->in);
    free(g->in_at);
    index_by(g, true, &g->out, &g->out_at);
    index_by(g, false, &g->in, &g->in_at);
}

uint8_t xf_graph_cross(const struct xf_graph *g, const struct xf_edge *edge,
                       uint8_t context)
{
    uint8_t shadow = context >= XF_MAX_CONTEXTS ? XF_MAX_CONTEXTS : 0, to;

    to = g->effects[edge->effect].to[context - shadow];
    if (to != XF_NO_CONTEXT && edge->kind == XF_ARMED && !edge->keeps)
        shadow = XF_MAX_CONTEXTS;
    return to == XF_NO_CONTEXT ? to : (uint8_t)(to + shadow);
}

uint32_t xf_graph_cost(const struct xf_graph *g, const struct xf_edge *edge,
                       uint8_t context)
{
    uint32_t cost = edge->kind == XF_INDIRECT || edge->kind == XF_ARMED
                        ? COST_INDIRECT
                        : COST_STEP;

    if (edge->uncertain)
        cost += COST_UNCERTAIN;
    if (g->effects[edge->effect].last & (1U << (context % XF_MAX_CONTEXTS)))
        cost += COST_LAST;
    return cost;
}

struct heap {
    uint64_t *items; /* distance << 32 | state */
    size_t len, cap;
};

static void push(struct heap *h, uint32_t distance, uint32_t state)
{
    uint64_t item = (uint64_t)distance << 32 | state;
    size_t at = h->len;

    XF_GROW(h->items, h->len, h->cap);
    h->len++;
    while (at && h->items[(at - 1) / 2] > item) {
        h->items[at] = h->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->items[at] = item;
}

static uint64_t pop(struct heap *h)
{
    uint64_t top = h->items[0], last = h->items[--h->len];
    size_t at = 0;

    for (;;) {
        size_t kid = 2 * at + 1;

        if (kid >= h->len)
            break;
        if (kid + 1 < h->len && h->items[kid + 1] < h->items[kid])
            kid++;
        if (h->items[kid] >= last)
            break;
        h->items[at] = h->items[kid];
        at = kid;
    }
    h->items[at] = last;
    return top;
}

static void relax(struct xf_graph *g, struct heap *h, uint32_t function,
                  uint8_t context)
{
    uint32_t state = function * XF_STATES + context;

    for (uint32_t i = g->out_at[function]; i < g->out_at[function + 1]; i++) {
        const struct xf_edge *e = &g->edges[g->out[i]];
        uint8_t to = xf_graph_cross(g, e, context);
        uint32_t next, distance;

        if (to == XF_NO_CONTEXT)
            continue;
        next = e->to * XF_STATES + to;
        distance = g->distance[state] + xf_graph_cost(g, e, context);
        if (distance >= g->distance[next])
            continue;
        g->distance[next] = distance;
        g->parent[next] = g->out[i];
        g->parent_context[next] = context;
        push(h, distance, next);
    }
}

static void forget_distances(struct xf_graph *g)
{
    size_t n = g->nfunctions * XF_STATES;

    free(g->distance);
    free(g->parent);
    free(g->parent_context);
    g->distance = xf_malloc((n + 1) * sizeof(*g->distance));
    g->parent = xf_malloc((n + 1) * sizeof(*g->parent));
    g->parent_context = xf_calloc(n + 1, 1);
    memset(g->distance, 0xff, n * sizeof(*g->distance));
    memset(g->parent, 0xff, n * sizeof(*g->parent));
}

void xf_graph_spread(struct xf_graph *g, size_t first)
{
    struct heap h = {0};

    if (!first)
        forget_distances(g);
    for (size_t i = first; i < g->nstarts; i++) {
        const struct xf_start *s = &g->starts[i];
        uint32_t state = s->function * XF_STATES + s->context;
        uint32_t cost = s->fallback ? XF_FALLBACK_COST : 0;

        if (g->distance[state] <= cost)
            continue;
        g->distance[state] = cost;
        push(&h, cost, state);
    }
    while (h.len) {
        uint64_t top = pop(&h);
        uint32_t state = (uint32_t)top;

        if (top >> 32 == g->distance[state])
            relax(g, &h, state / XF_STATES, (uint8_t)(state % XF_STATES));
    }
    free(h.items);
}

bool xf_graph_reached(const struct xf_graph *g, uint32_t function)
{
    for (uint32_t c = 0; c < XF_STATES; c++)
        if (g->distance[function * XF_STATES + c] != XF_UNREACHED)
            return true;
    return false;
}
