/* SPDX-License-Identifier: GPL-2.0-only */
#include "price.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "map.h"

enum use { USE_TESTED, USE_RETURNED, USE_STOPS, USE_USED, USE_IGNORED,
           USE_UNKNOWN, USES };
static const char *const use_names[USES] = {"tested", "returned", "stops",
                                            "used", "ignored", "unknown"};

/* Beyond this many functions "make them return an error" is a redesign. */
#define MOST_FUNCTIONS 40

struct edge {
    uint32_t caller;
    enum use use;
};

struct node {
    char *name;
    bool is_void, is_entry;
    struct edge *callers;
    size_t len, cap;
    uint32_t seen; /* number of the climb that was here last */
};

struct climb_graph {
    struct xf_store *store;
    struct xf_map ids;
    struct node *nodes;
    size_t cap;
    uint32_t climb;
};

/* ---- the graph ------------------------------------------------------------ */

static enum use use_number(const char *name)
{
    for (int i = 0; i < USES; i++)
        if (!strcmp(use_names[i], name))
            return (enum use)i;
    return USE_UNKNOWN;
}

static int load_functions(struct climb_graph *g, int64_t build)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store, "SELECT f.id, f.name, f.type LIKE 'void (%', EXISTS (SELECT "
                  "1 FROM entry e WHERE e.function = f.id) FROM function f "
                  "WHERE f.build = ?1 ORDER BY f.id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, build);
    while ((rc = xf_store_step(g->store, q)) > 0) {
        uint32_t at = xf_map_add(&g->ids, xf_column(q, 0), NULL);

        if (at == g->cap) {
            g->cap = g->cap ? 2 * g->cap : 1024;
            g->nodes = xf_realloc(g->nodes, g->cap * sizeof(*g->nodes));
        }
        g->nodes[at] = (struct node){.name = xf_strdup(xf_column(q, 1)),
                                     .is_void = sqlite3_column_int(q, 2),
                                     .is_entry = sqlite3_column_int(q, 3)};
    }
    return rc;
}

/* A call that no body shows, such as one in assembly, has no known use. */
static int load_calls(struct climb_graph *g, int64_t build)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store,
        "SELECT caller, callee, use FROM call_use WHERE build = ?1 UNION ALL "
        "SELECT DISTINCT caller, callee, 'unknown' FROM call c WHERE build = "
        "?1 AND NOT EXISTS (SELECT 1 FROM call_use u WHERE u.callee = c.callee "
        "AND u.caller = c.caller) ORDER BY 1, 2, 3");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, build);
    while ((rc = xf_store_step(g->store, q)) > 0) {
        uint32_t from = xf_map_find(&g->ids, xf_column(q, 0));
        uint32_t to = xf_map_find(&g->ids, xf_column(q, 1));
        struct node *n;

        if (from == XF_MAP_NONE || to == XF_MAP_NONE)
            continue;
        n = &g->nodes[to];
        XF_GROW(n->callers, n->len, n->cap);
        n->callers[n->len++] = (struct edge){from, use_number(xf_column(q, 2))};
    }
    return rc;
}

static void release(struct climb_graph *g)
{
    for (size_t i = 0; i < g->ids.len; i++) {
        free(g->nodes[i].name);
        free(g->nodes[i].callers);
    }
    free(g->nodes);
    xf_map_release(&g->ids);
}

/* ---- climbing ------------------------------------------------------------- */

struct climbed {
    unsigned int calls, by_use[USES], functions, entries;
    struct xf_buf names[USES]; /* callers, some */
    struct xf_buf tops;        /* non-void callers of void functions */
    uint32_t *queue;
    size_t len, cap;
};

static void push(struct climb_graph *g, struct climbed *c, uint32_t at)
{
    if (g->nodes[at].seen == g->climb)
        return;
    g->nodes[at].seen = g->climb;
    XF_GROW(c->queue, c->len, c->cap);
    c->queue[c->len++] = at;
}

static void name_some(struct xf_buf *names, const char *name)
{
    char *word = xf_format("%s()", name);

    if (names->len < 60 && !(names->data && strstr(names->data, word)))
        xf_buf_addf(names, "%s%s", names->len ? ", " : "", word);
    free(word);
}

/* Up through callers that pass the result on; through functions that return
 * nothing when `is_void`. */
static void climb(struct climb_graph *g, struct climbed *c, uint32_t start,
                  bool is_void)
{
    g->climb++;
    push(g, c, start);
    for (size_t i = 0; i < c->len && i < MOST_FUNCTIONS; i++) {
        const struct node *n = &g->nodes[c->queue[i]];

        c->functions++;
        c->entries += n->is_entry;
        for (size_t k = 0; k < n->len; k++) {
            const struct edge *e = &n->callers[k];
            const struct node *caller = &g->nodes[e->caller];

            c->calls++;
            if (is_void) {
                if (caller->is_void)
                    push(g, c, e->caller);
                else
                    name_some(&c->tops, caller->name);
                continue;
            }
            c->by_use[e->use]++;
            name_some(&c->names[e->use], caller->name);
            if (e->use == USE_RETURNED)
                push(g, c, e->caller);
        }
    }
}

static void climbed_release(struct climbed *c)
{
    for (int i = 0; i < USES; i++)
        xf_buf_release(&c->names[i]);
    xf_buf_release(&c->tops);
    free(c->queue);
}

static const char *callers_word(const struct climbed *c, bool is_void)
{
    if (!c->calls)
        return c->entries ? "entry" : "none";
    if (is_void)
        return "void";
    if (c->by_use[USE_IGNORED] &&
        4 * (c->by_use[USE_TESTED] + c->by_use[USE_RETURNED]) >= 3 * c->calls)
        return "mostly";
    if (c->by_use[USE_IGNORED])
        return "ignore";
    if (c->by_use[USE_STOPS])
        return "stop";
    if (c->by_use[USE_UNKNOWN])
        return "unknown";
    if (c->by_use[USE_USED])
        return "use";
    return "check";
}

static void price_of_value(struct xf_buf *out, const struct node *f,
                           const struct climbed *c)
{
    unsigned int good = c->by_use[USE_TESTED] + c->by_use[USE_RETURNED];

    if (!c->calls) {
        xf_buf_addf(out, "%s() has no known caller that could look at a "
                         "result", f->name);
        return;
    }
    xf_buf_addf(out, "%u of %u calls up to the entry look at the result of "
                     "%s()", good, c->calls, f->name);
    if (c->by_use[USE_IGNORED])
        xf_buf_addf(out, "; %u ignore it (%s)", c->by_use[USE_IGNORED],
                    c->names[USE_IGNORED].data);
    if (c->by_use[USE_STOPS])
        xf_buf_addf(out, "; %u stop the host on it (%s)", c->by_use[USE_STOPS],
                    c->names[USE_STOPS].data);
    if (c->by_use[USE_USED])
        xf_buf_addf(out, "; %u take it as a value (%s)", c->by_use[USE_USED],
                    c->names[USE_USED].data);
    if (c->by_use[USE_UNKNOWN])
        xf_buf_addf(out, "; of %u it is not known (%s)", c->by_use[USE_UNKNOWN],
                    c->names[USE_UNKNOWN].data);
}

static void price_of_void(struct xf_buf *out, const struct node *f,
                          const struct climbed *c)
{
    if (c->functions >= MOST_FUNCTIONS)
        xf_buf_addf(out, "%s() returns nothing, and more than %d functions "
                         "above it would have to learn to return an error",
                    f->name, MOST_FUNCTIONS);
    else
        xf_buf_addf(out, "%s() returns nothing: %u function%s and %u call%s "
                         "change until the error is at %s",
                    f->name, c->functions, c->functions == 1 ? "" : "s",
                    c->calls, c->calls == 1 ? "" : "s",
                    c->tops.len ? c->tops.data
                                : "the entry, where nobody can take it");
}

static int write_facts(struct climb_graph *g, int64_t site, const char *callers,
                       const char *price)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store, "INSERT INTO site_fact VALUES (?1, ?2, ?3)");
    int rc = 0;

    if (!q)
        return -1;
    for (int i = 0; i < 2 && !rc; i++) {
        sqlite3_bind_int64(q, 1, site);
        xf_bind(q, 2, i ? "price" : "callers");
        xf_bind(q, 3, i ? price : callers);
        rc = xf_store_run(g->store, q);
    }
    return rc;
}

static int price_site(struct climb_graph *g, int64_t site, uint32_t at)
{
    const struct node *f = &g->nodes[at];
    struct climbed c = {0};
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    climb(g, &c, at, f->is_void);
    if (f->is_void)
        price_of_void(&text, f, &c);
    else
        price_of_value(&text, f, &c);
    rc = write_facts(g, site, callers_word(&c, f->is_void), text.data);
    xf_buf_release(&text);
    climbed_release(&c);
    return rc;
}

int price_read(struct xf_store *store, int64_t build)
{
    struct climb_graph g = {.store = store};
    sqlite3_stmt *q = NULL;
    int rc = load_functions(&g, build) || load_calls(&g, build);

    /* A header's function may be compiled in several units as one; the site
     * lies in the first. */
    if (!rc)
        q = xf_store_prepare(store, "SELECT s.id, min(sf.function) FROM site s "
                                    "JOIN site_function sf ON sf.site = s.id "
                                    "AND sf.how = 'body' WHERE s.build = ?1 "
                                    "GROUP BY s.id ORDER BY s.id");
    rc = rc || !q ? -1 : 0;
    if (!rc)
        sqlite3_bind_int64(q, 1, build);
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        uint32_t at = xf_map_find(&g.ids, xf_column(q, 1));

        rc = at == XF_MAP_NONE
                 ? 0
                 : price_site(&g, sqlite3_column_int64(q, 0), at);
    }
    release(&g);
    return rc;
}
