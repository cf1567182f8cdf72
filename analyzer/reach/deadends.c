/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Going back from the site over every call, also those that contexts do not
 * cross, gives all functions that could lead there. None of them is reached;
 * what they are says why. The strongest doubt is the answer: only when none is
 * left the site is said to be dead.
 */
#include "deadends.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

struct xf_dead_ends {
    struct xf_store *store;
    const struct xf_graph *g;
    bool *taken;          /* per function: its address is taken */
    char **types;         /* per function */
    struct xf_map wanted; /* types of calls that were not resolved */
    char **wanted_at;     /* parallel: one such call, "file:line" */
    size_t wanted_cap;
    uint32_t *seen; /* per function: stamp */
    uint32_t stamp;
    uint32_t *queue;
};

/* The `(*)` of a pointer's type, also `(*const *)` and the like: its length,
 * or 0. */
static size_t stars(const char *type)
{
    size_t n = 1;

    if (strncmp(type, "(*", 2))
        return 0;
    while (type[n] == '*' || type[n] == ' ' || !strncmp(type + n, "const", 5))
        n += type[n] == 'c' ? 5 : 1;
    return type[n] == ')' ? n + 1 : 0;
}

/* A pointer's type without its stars and all qualifiers and spaces, so that it
 * compares with the function's. */
static char *plain_type(const char *type)
{
    static const char *const dropped[] = {"const", "volatile", "restrict"};
    struct xf_buf out = XF_BUF_INIT;

    while (*type) {
        size_t n = *type == ' ' ? 1 : stars(type);

        for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]) && !n; i++)
            if (!strncmp(type, dropped[i], strlen(dropped[i])))
                n = strlen(dropped[i]);
        if (!n)
            xf_buf_addch(&out, *type);
        type += n ? n : 1;
    }
    return xf_buf_detach(&out);
}

static int load_types(struct xf_dead_ends *d)
{
    sqlite3_stmt *q = xf_store_prepare(
        d->store, "SELECT id, type, is_taken FROM function WHERE build = ?1 "
                  "ORDER BY id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, d->g->build);
    while ((rc = xf_store_step(d->store, q)) > 0) {
        int64_t at = sqlite3_column_int64(q, 0) - d->g->first_id;

        d->types[at] = plain_type(xf_column(q, 1));
        d->taken[at] = sqlite3_column_int(q, 2);
    }
    return rc;
}

static int load_unresolved(struct xf_dead_ends *d)
{
    sqlite3_stmt *q = xf_store_prepare(
        d->store, "SELECT type, file, line FROM unresolved WHERE build = ?1 AND "
                  "class IN ('lost', 'partial') "
                  "ORDER BY file, line, type");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, d->g->build);
    while ((rc = xf_store_step(d->store, q)) > 0) {
        char *type = plain_type(xf_column(q, 0));
        int is_new;
        uint32_t at = xf_map_add(&d->wanted, type, &is_new);
        size_t n = at;

        free(type);
        if (!is_new)
            continue;
        XF_GROW(d->wanted_at, n, d->wanted_cap);
        d->wanted_at[at] = xf_format("%s:%d", xf_column(q, 1),
                                     sqlite3_column_int(q, 2));
    }
    return rc;
}

struct xf_dead_ends *xf_dead_ends_new(struct xf_store *store,
                                      const struct xf_graph *g)
{
    struct xf_dead_ends *d = xf_calloc(1, sizeof(*d));
    size_t n = g->nfunctions + 1;

    d->store = store;
    d->g = g;
    d->taken = xf_calloc(n, sizeof(*d->taken));
    d->types = xf_calloc(n, sizeof(*d->types));
    d->seen = xf_calloc(n, sizeof(*d->seen));
    d->queue = xf_calloc(n, sizeof(*d->queue));
    if (!load_types(d) && !load_unresolved(d))
        return d;
    xf_dead_ends_free(d);
    return NULL;
}

void xf_dead_ends_free(struct xf_dead_ends *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->g->nfunctions; i++)
        free(d->types[i]);
    for (size_t i = 0; i < d->wanted.len; i++)
        free(d->wanted_at[i]);
    free(d->taken);
    free(d->types);
    free(d->wanted_at);
    free(d->seen);
    free(d->queue);
    xf_map_release(&d->wanted);
    free(d);
}

/* A call that was not resolved and may be of this function, or NULL. */
static const char *unresolved_call(const struct xf_dead_ends *d,
                                   uint32_t function)
{
    static const char *const any[] = {"void*", "unsignedlong", ""};
    uint32_t at;

    if (!d->taken[function])
        return NULL;
    for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
        if ((at = xf_map_find(&d->wanted, any[i])) != XF_MAP_NONE)
            return d->wanted_at[at];
    at = xf_map_find(&d->wanted, d->types[function]);
    return at == XF_MAP_NONE ? NULL : d->wanted_at[at];
}

/* Doubts, weakest first. */
enum { DEAD_NO_CALLER, DEAD_NEVER_CALLED, DEAD_ASSEMBLY, DEAD_HELD_BACK,
       DEAD_UNRESOLVED };
static const char *const reasons[] = {"no-caller", "never-called", "assembly",
                                      "held-back", "unresolved-pointer"};

struct verdict {
    int reason;
    char *detail;
};

static void doubt(struct verdict *v, int reason, char *detail)
{
    if (v->detail && v->reason >= reason) {
        free(detail);
        return;
    }
    free(v->detail);
    v->reason = reason;
    v->detail = detail;
}

/* What `function`, which is not reached, says about the site. */
static void examine(struct xf_dead_ends *d, struct verdict *v,
                    uint32_t function)
{
    const struct xf_graph *g = d->g;
    const struct xf_reach_function *f = &g->functions[function];
    const char *call = unresolved_call(d, function);
    bool has_caller = false;

    if (call)
        doubt(v, DEAD_UNRESOLVED,
              xf_format("%s() may be called through the pointer at %s", f->name,
                        call));
    for (uint32_t i = g->in_at[function]; i < g->in_at[function + 1]; i++) {
        const struct xf_edge *e = &g->edges[g->in[i]];

        if (e->from == function)
            continue;
        has_caller = true;
        if (xf_graph_reached(g, e->from))
            doubt(v, DEAD_HELD_BACK,
                  xf_format("%s() calls %s() at %s:%d, which no context that "
                            "gets there crosses",
                            g->functions[e->from].name, f->name,
                            g->texts.keys[e->file], e->line));
    }
    if (has_caller)
        return;
    if (f->is_asm)
        doubt(v, DEAD_ASSEMBLY,
              xf_format("no branch or vector is known to lead to the label %s",
                        f->name));
    else if (d->taken[function])
        doubt(v, DEAD_NEVER_CALLED,
              xf_format("the address of %s() is taken, and no pointer that "
                        "holds it is called",
                        f->name));
    else
        doubt(v, DEAD_NO_CALLER,
              xf_format("nothing calls %s() in this build", f->name));
}

static void add(struct xf_dead_ends *d, uint32_t function, size_t *len)
{
    if (d->seen[function] == d->stamp || xf_graph_reached(d->g, function))
        return;
    d->seen[function] = d->stamp;
    d->queue[(*len)++] = function;
}

static int write_verdict(struct xf_dead_ends *d, int64_t site,
                         struct verdict *v)
{
    sqlite3_stmt *q = xf_store_prepare(
        d->store, "INSERT INTO dead_end VALUES (?1, ?2, ?3)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site);
    xf_bind(q, 2, v->detail ? reasons[v->reason] : reasons[DEAD_NO_CALLER]);
    xf_bind(q, 3, v->detail ? v->detail
                            : "the functions that lead here only call each "
                              "other");
    return xf_store_run(d->store, q);
}

int xf_dead_end(struct xf_dead_ends *d, int64_t site, const int64_t *functions,
                size_t n)
{
    const struct xf_graph *g = d->g;
    struct verdict v = {0};
    size_t len = 0;
    int rc;

    d->stamp++;
    for (size_t i = 0; i < n; i++)
        add(d, (uint32_t)(functions[i] - g->first_id), &len);
    for (size_t at = 0; at < len; at++) {
        uint32_t f = d->queue[at];

        examine(d, &v, f);
        for (uint32_t i = g->in_at[f]; i < g->in_at[f + 1]; i++)
            add(d, g->edges[g->in[i]].from, &len);
    }
    rc = write_verdict(d, site, &v);
    free(v.detail);
    return rc;
}
