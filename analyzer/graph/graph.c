/* SPDX-License-Identifier: GPL-2.0-only */
#include "graph.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "collect.h"
#include "error.h"
#include "file.h"
#include "json.h"

/* data/xen/callgraph.json, kept for the run: strings stay in `json`. */
struct data {
    cJSON *json;
    struct xf_section_array *sections;
    size_t nsections, sections_cap;
    struct macros {
        const char **items; /* NULL ended */
        size_t len, cap;
    } opaque, calling;
};

/* Why a call leaves Xen's own code; NULL when the data do not say so. */
static const char *outside(const struct data *d, const char *caller,
                           const struct xf_pointer_call *call)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(d->json,
                                                              "outside"))
    {
        if (!fnmatch(xf_json_string(item, "text", "*"), call->text, 0) &&
            !fnmatch(xf_json_string(item, "type", "*"), call->type, 0) &&
            !fnmatch(xf_json_string(item, "caller", "*"), caller, 0))
            return xf_json_string(item, "why", "code outside of Xen");
    }
    return NULL;
}

static void load_macros(struct macros *m, const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        XF_GROW(m->items, m->len, m->cap);
        m->items[m->len++] = xf_json_string(item, "macro", "");
    }
    XF_GROW(m->items, m->len, m->cap);
    m->items[m->len] = NULL;
}

static int load_data(struct data *d, const char *data_dir)
{
    char *path = xf_path_join(data_dir, "xen/callgraph.json");
    const cJSON *item;

    d->json = xf_json_load(path);
    free(path);
    if (!d->json)
        return -1;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(d->json,
                                                              "sections"))
    {
        struct xf_section_array s = {xf_json_string(item, "symbol", ""),
                                     xf_json_string(item, "section", "")};

        XF_GROW(d->sections, d->nsections, d->sections_cap);
        d->sections[d->nsections++] = s;
    }
    load_macros(&d->opaque, cJSON_GetObjectItemCaseSensitive(
                                d->json, "opaque_assembly"));
    load_macros(&d->calling, cJSON_GetObjectItemCaseSensitive(
                                 d->json, "calling_assembly"));
    return 0;
}

static void release_data(struct data *d)
{
    free(d->sections);
    free(d->opaque.items);
    free(d->calling.items);
    cJSON_Delete(d->json);
}

/* What `via` says of an edge that only the type of the pointer suggests. */
#define XF_VIA_TYPE "type of the pointer"

struct graph {
    struct xf_store *store;
    const struct data *data;
    int64_t build;
    struct xf_collector c;
    int64_t first_id; /* of the build's functions: ids are consecutive */
    struct xf_map seen; /* edges written */
};

static int load_functions(struct graph *g)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store,
        "SELECT f.id, f.name, f.file, f.is_static, "
        "EXISTS (SELECT 1 FROM body WHERE function = f.id) "
        "FROM function f WHERE f.build = ?1 ORDER BY f.id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(g->store, q)) > 0) {
        uint32_t at = xf_collect_function(
            &g->c, sqlite3_column_int64(q, 0), xf_column(q, 1), xf_column(q, 2),
            sqlite3_column_int(q, 3));

        if (at == 0)
            g->first_id = sqlite3_column_int64(q, 0);
        g->c.functions[at].has_body = sqlite3_column_int(q, 4);
    }
    return rc;
}

static int collect_bodies(struct graph *g)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store, "SELECT b.function, b.types, b.tree FROM function f "
                  "JOIN body b ON b.function = f.id WHERE f.build = ?1 "
                  "ORDER BY b.id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(g->store, q)) > 0) {
        struct xf_tree *tree = xf_tree_read(xf_column(q, 2), xf_column(q, 1));

        if (!tree) {
            sqlite3_reset(q);
            return -1;
        }
        xf_collect_body(&g->c,
                        (uint32_t)(sqlite3_column_int64(q, 0) - g->first_id),
                        xf_tree_root(tree));
        xf_tree_free(tree);
    }
    return rc;
}

static int collect_variables(struct graph *g)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store, "SELECT section, types, tree FROM variable WHERE build = ?1 "
                  "ORDER BY id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(g->store, q)) > 0) {
        struct xf_tree *tree = xf_tree_read(xf_column(q, 2), xf_column(q, 1));

        if (!tree) {
            sqlite3_reset(q);
            return -1;
        }
        xf_collect_variable(&g->c, xf_column(q, 0), xf_tree_root(tree));
        xf_tree_free(tree);
    }
    return rc;
}

static void collect_assembly_reads(struct graph *g)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
                                 g->data->json, "assembly_reads"))
        xf_collect_assembly_read(&g->c, xf_json_string(item, "function", ""),
                                 xf_json_string(item, "member", ""));
}

/* Functions that are only ever pointed to had no row yet. */
static int write_functions(struct graph *g)
{
    int64_t next = g->first_id + (int64_t)g->c.nfunctions;

    while (next > g->first_id && !g->c.functions[next - g->first_id - 1].id)
        next--;
    for (size_t i = 0; i < g->c.nfunctions; i++) {
        struct xf_program_function *f = &g->c.functions[i];
        sqlite3_stmt *s;

        if (!f->id) {
            f->id = next++;
            s = xf_store_prepare(
                g->store,
                "INSERT INTO function (id, build, name, file, line, end_line, "
                "is_static, is_inline, is_noreturn, is_asm) "
                "VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, 0, 0, 0)");
            if (!s)
                return -1;
            sqlite3_bind_int64(s, 1, f->id);
            sqlite3_bind_int64(s, 2, g->build);
            xf_bind(s, 3, f->name);
            xf_bind(s, 4, f->file);
            sqlite3_bind_int(s, 5, f->is_static);
            if (xf_store_run(g->store, s))
                return -1;
        }
        if (!f->taken && !*f->type)
            continue;
        s = xf_store_prepare(g->store, "UPDATE function SET type = ?2, "
                                       "is_taken = ?3 WHERE id = ?1");
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, f->id);
        xf_bind(s, 2, f->type);
        sqlite3_bind_int(s, 3, f->taken);
        if (xf_store_run(g->store, s))
            return -1;
    }
    return 0;
}

/* The function type that a pointer's type points to, as clang spells it: "int
 * (*const)(int)" to "int (int)". Caller frees; "" when it is none. */
static char *pointed_function(const char *type)
{
    const char *open = strstr(type, "(*"), *close = open ? strchr(open, ')')
                                                         : NULL;

    if (!open)
        return xf_strdup(strstr(type, " (") ? type : "");
    return close ? xf_format("%.*s%s", (int)(open - type), type, close + 1)
                 : xf_strdup("");
}

static size_t without_attributes(const char *type)
{
    const char *attribute = strstr(type, " __attribute__((");

    return attribute ? (size_t)(attribute - type) : strlen(type);
}

/* Whether the function has just the type that the call takes it to have;
 * noreturn and its like are no difference. */
static bool fits(const struct graph *g, const char *wanted, uint32_t function)
{
    const char *type = g->c.functions[function].type;
    size_t len = without_attributes(wanted);

    return len && len == without_attributes(type) &&
           !strncmp(type, wanted, len);
}

static bool any_fits(const struct graph *g, const struct xf_pointer_call *call,
                     const char *wanted)
{
    for (size_t i = 0; i < call->ncallees; i++)
        if (fits(g, wanted, call->callees[i]))
            return true;
    return false;
}

static unsigned int parameters(const char *type)
{
    const char *p = strchr(type, '(');
    unsigned int n = 1;
    int depth = 0;

    if (!p || !strncmp(p, "(void)", 6))
        return 0;
    for (; *p; p++) {
        depth += (*p == '(') - (*p == ')');
        n += *p == ',' && depth == 1;
        if (!depth)
            break;
    }
    return n;
}

/* Whether the call cannot mean this function although it may flow there: some
 * other function has the very type of the pointer, and this one takes another
 * number of arguments, is assembly without a type, or was stored as another
 * member of the union. */
static bool is_stray(const struct graph *g, const struct xf_pointer_call *call,
                     const char *wanted, uint32_t function)
{
    const char *type = g->c.functions[function].type;

    if (call->escape || fits(g, wanted, function) ||
        !any_fits(g, call, wanted))
        return false;
    return !*type || *call->member || parameters(type) != parameters(wanted);
}

static int write_edge(struct graph *g, const struct xf_pointer_call *call,
                      uint32_t callee, const char *via)
{
    const struct xf_program_function *from = &g->c.functions[call->caller];
    const struct xf_program_function *to = &g->c.functions[callee];
    char *key = xf_format("%u %u %u %s", call->caller, callee, call->line, via);
    sqlite3_stmt *s;
    int is_new;

    xf_map_add(&g->seen, key, &is_new);
    free(key);
    if (!is_new)
        return 0;
    s = xf_store_prepare(g->store, "INSERT INTO call VALUES (?1, ?2, ?3, "
                                   "'indirect', ?4, ?5, ?6, 0)");
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, g->build);
    sqlite3_bind_int64(s, 2, from->id);
    sqlite3_bind_int64(s, 3, to->id);
    xf_bind(s, 4, via);
    xf_bind(s, 5, g->c.functions[call->where].file);
    sqlite3_bind_int(s, 6, (int)call->line);
    return xf_store_run(g->store, s);
}

/* A call for which no function was found, or perhaps not every one. `why`: it
 * leaves Xen's code, or NULL. */
static int write_unresolved(struct graph *g, const struct xf_pointer_call *call,
                            const char *why, const char *reason,
                            const char *lost)
{
    const char *class = why ? "outside"
                        : call->ncallees ? "partial"
                        : lost ? "lost"
                               : "empty";
    sqlite3_stmt *s;

    if (!why && call->ncallees && !lost)
        return 0;
    s = xf_store_prepare(
        g->store,
        "INSERT INTO unresolved VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, g->build);
    sqlite3_bind_int64(s, 2, g->c.functions[call->caller].id);
    xf_bind(s, 3, g->c.functions[call->where].file);
    sqlite3_bind_int(s, 4, (int)call->line);
    xf_bind(s, 5, call->type);
    xf_bind(s, 6, call->text);
    xf_bind(s, 7, why ? why : reason);
    xf_bind(s, 8, class);
    return xf_store_run(g->store, s);
}

/* A pointer whose value is not followed may be any function of its type whose
 * address is used. */
static int write_by_type(struct graph *g, const struct xf_pointer_call *call,
                         const char *wanted)
{
    for (uint32_t i = 0; i < g->c.nfunctions; i++) {
        bool known = !fits(g, wanted, i) || !g->c.functions[i].taken;

        for (size_t j = 0; j < call->ncallees && !known; j++)
            known = call->callees[j] == i;
        if (!known && write_edge(g, call, i, XF_VIA_TYPE))
            return -1;
    }
    return 0;
}

/* `lost` as xf_collect_reason() gives it. */
static int write_callees(struct graph *g, const struct xf_pointer_call *call,
                         const char *lost)
{
    char *wanted = pointed_function(call->type);
    int rc = 0;

    for (size_t j = 0; j < call->ncallees && !rc; j++) {
        char *via;

        if (is_stray(g, call, wanted, call->callees[j]))
            continue;
        via = xf_collect_via(&g->c, call, call->callees[j]);
        rc = write_edge(g, call, call->callees[j], via);
        free(via);
    }
    /* Assembly that is given a function mostly gives the same one back. */
    if (lost == xf_lost_assembly && call->ncallees)
        lost = NULL;
    if (!rc && lost && *wanted)
        rc = write_by_type(g, call, wanted);
    free(wanted);
    return rc;
}

static int write_calls(struct graph *g)
{
    for (size_t i = 0; i < g->c.ncalls; i++) {
        const struct xf_pointer_call *call = &g->c.calls[i];
        const char *why, *lost = NULL;
        int rc = 0;

        if (call->where == XF_PTR_NONE)
            continue; /* in the initialiser of a variable */
        why = outside(g->data, g->c.functions[call->caller].name, call);
        if (!call->escape) {
            char *reason = xf_collect_reason(&g->c, call, &lost);

            rc = write_unresolved(g, call, why, reason, lost);
            free(reason);
        }
        if (rc || (!why && write_callees(g, call, lost)))
            return -1;
    }
    return 0;
}

/* Functions whose address assembly holds or passes on. */
static int load_assembly_addresses(struct graph *g)
{
    sqlite3_stmt *q = xf_store_prepare(
        g->store, "SELECT DISTINCT callee FROM call WHERE build = ?1 AND "
                  "kind = 'asm' AND via = 'address'");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, g->build);
    while ((rc = xf_store_step(g->store, q)) > 0)
        g->c.functions[sqlite3_column_int64(q, 0) - g->first_id].taken = true;
    return rc;
}

static int run_build(struct xf_store *store, int64_t build,
                     const struct data *data)
{
    struct graph g = {.store = store, .data = data, .build = build};
    int rc;

    xf_collector_init(&g.c);
    g.c.sections = data->sections;
    g.c.nsections = data->nsections;
    g.c.opaque = data->opaque.items;
    g.c.calling = data->calling.items;
    rc = load_functions(&g);
    if (!rc)
        rc = load_assembly_addresses(&g);
    if (!rc)
        rc = collect_bodies(&g);
    if (!rc)
        rc = collect_variables(&g);
    if (!rc) {
        collect_assembly_reads(&g);
        xf_collect_solve(&g.c);
        rc = write_functions(&g) || write_calls(&g) ? -1 : 0;
    }
    xf_map_release(&g.seen);
    xf_collector_release(&g.c);
    return rc;
}

int xf_graph(struct xf_store *store, const char *data_dir)
{
    struct data data = {0};
    int64_t last = 0;
    int rc = load_data(&data, data_dir);

    while (!rc) {
        sqlite3_stmt *q = xf_store_prepare(
            store, "SELECT min(id) FROM build WHERE id > ?1");

        if (!q) {
            rc = -1;
            break;
        }
        sqlite3_bind_int64(q, 1, last);
        if (xf_store_step(store, q) < 0)
            rc = -1;
        last = sqlite3_column_int64(q, 0);
        sqlite3_reset(q);
        if (!last)
            break;
        if (!rc)
            rc = run_build(store, last, &data);
    }
    release_data(&data);
    return rc;
}
