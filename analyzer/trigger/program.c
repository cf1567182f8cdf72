/* SPDX-License-Identifier: GPL-2.0-only */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

static const char *keep(struct program *p, const char *text)
{
    uint32_t at = xf_map_add(&p->strings, text, NULL);

    return p->strings.keys[at];
}

/* ---- functions -------------------------------------------------------------- */

static int load_functions(struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT id, name, file, line, is_static, is_asm, section, "
                  "stop_kind <> '' OR is_noreturn FROM function "
                  "WHERE build = ?1 ORDER BY id");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct function f = {.id = sqlite3_column_int64(s, 0)};

        f.name = keep(p, xf_column(s, 1));
        f.file = keep(p, xf_column(s, 2));
        f.line = sqlite3_column_int(s, 3);
        f.is_static = sqlite3_column_int(s, 4);
        f.is_asm = sqlite3_column_int(s, 5);
        f.is_init = !strncmp(xf_column(s, 6), ".init", 5);
        f.stops = sqlite3_column_int(s, 7);
        f.context = "";
        XF_GROW(p->functions, p->nfunctions, p->functions_cap);
        p->functions[p->nfunctions++] = f;
    }
    return rc;
}

static int by_id(const void *key, const void *item)
{
    int64_t a = *(const int64_t *)key, b = ((const struct function *)item)->id;

    return (a > b) - (a < b);
}

struct function *program_function(struct program *p, int64_t id)
{
    if (!p->nfunctions)
        return NULL;
    return bsearch(&id, p->functions, p->nfunctions, sizeof(*p->functions),
                   by_id);
}

/* External names go to the definition with a body. */
static void index_functions(struct program *p)
{
    for (size_t i = 0; i < p->nfunctions; i++) {
        const struct function *f = &p->functions[i];
        char *key = xf_format("%s\x1f%s", f->name, f->is_static ? f->file : "");
        int is_new;
        uint32_t at = xf_map_add(&p->by_name, key, &is_new);
        size_t len = at;

        free(key);
        if (is_new)
            XF_GROW(p->by_name_function, len, p->by_name_cap);
        if (is_new || (!p->functions[p->by_name_function[at]].nbodies &&
                       f->nbodies))
            p->by_name_function[at] = (uint32_t)i;
    }
}

struct function *program_callee(struct program *p, const struct xf_node *fn)
{
    char *key;
    uint32_t at;

    if (fn->op != XF_OP_FN)
        return NULL;
    key = xf_format("%s\x1f%s", fn->name, fn->home);
    at = xf_map_find(&p->by_name, key);
    free(key);
    return at == XF_MAP_NONE ? NULL : &p->functions[p->by_name_function[at]];
}

static int load_bodies(struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT b.function, b.types, b.tree FROM body b "
                  "JOIN function f ON f.id = b.function WHERE f.build = ?1 "
                  "ORDER BY b.function, b.id");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct function *f = program_function(p, sqlite3_column_int64(s, 0));
        struct body b = {.function = f};

        if (!f)
            continue;
        b.types = xf_strdup(xf_column(s, 1));
        b.text = xf_strdup(xf_column(s, 2));
        f->bodies = xf_realloc(f->bodies,
                               (f->nbodies + 1) * sizeof(*f->bodies));
        f->bodies[f->nbodies++] = b;
    }
    return rc;
}

static void add_edge(struct call_edge ***list, size_t *len, size_t *cap,
                     struct call_edge *edge)
{
    XF_GROW(*list, *len, *cap);
    (*list)[(*len)++] = edge;
}

static int load_calls(struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT DISTINCT caller, callee, kind <> 'direct', line "
                  "FROM call WHERE build = ?1 ORDER BY 1, 2, 4, 3");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct call_edge e = {
            program_function(p, sqlite3_column_int64(s, 0)),
            program_function(p, sqlite3_column_int64(s, 1)),
            sqlite3_column_int(s, 2) != 0, sqlite3_column_int(s, 3)};

        if (!e.caller || !e.callee)
            continue;
        XF_GROW(p->calls, p->ncalls, p->calls_cap);
        p->calls[p->ncalls++] = e;
    }
    for (size_t i = 0; i < p->ncalls; i++) {
        struct call_edge *e = &p->calls[i];

        add_edge(&e->callee->callers, &e->callee->ncallers,
                 &e->callee->callers_cap, e);
        add_edge(&e->caller->callees, &e->caller->ncallees,
                 &e->caller->callees_cap, e);
    }
    return rc;
}

static int load_variables(struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT name, file, section, is_static, types, tree "
                  "FROM variable WHERE build = ?1 ORDER BY id");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct variable v = {0};
        char *key;
        int is_new;
        uint32_t at;
        size_t len;

        v.name = keep(p, xf_column(s, 0));
        v.file = keep(p, xf_column(s, 1));
        v.section = keep(p, xf_column(s, 2));
        v.is_static = sqlite3_column_int(s, 3);
        v.types = xf_strdup(xf_column(s, 4));
        v.text = xf_strdup(xf_column(s, 5));
        key = xf_format("%s\x1f%s", v.name, v.is_static ? v.file : "");
        len = at = xf_map_add(&p->variable_keys, key, &is_new);
        free(key);
        if (is_new) {
            XF_GROW(p->variable_index, len, p->variable_index_cap);
            p->variable_index[at] = (uint32_t)p->nvariables;
        }
        XF_GROW(p->variables, p->nvariables, p->variables_cap);
        p->variables[p->nvariables++] = v;
    }
    return rc;
}

/* ---- bodies ----------------------------------------------------------------- */

static bool never_returns(const struct xf_node *callee, void *payload)
{
    const struct function *f;

    if (strstr(callee->type, "noreturn"))
        return true;
    f = program_callee(payload, callee);
    return f && f->stops;
}

static void add_parents(struct body *b, const struct xf_node *n,
                        const struct xf_node *parent)
{
    size_t at = xf_pointers_add(&b->nodes, n, NULL);

    XF_GROW(b->parents, at, b->parents_cap);
    b->parents[at] = parent;
    if (n->op == XF_OP_CALL) {
        XF_GROW(b->calls, b->ncalls, b->calls_cap);
        b->calls[b->ncalls++] = n;
    } else if (n->op == XF_OP_ASM) {
        XF_GROW(b->asms, b->nasms, b->asms_cap);
        b->asms[b->nasms++] = n;
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        add_parents(b, n->kids[i], n);
}

static int read_tree(struct body *b)
{
    if (b->root)
        return 0;
    b->tree = xf_tree_read(b->text, b->types);
    if (!b->tree)
        return -1;
    b->root = xf_tree_root(b->tree);
    free(b->text);
    free(b->types);
    b->text = b->types = NULL;
    return 0;
}

int program_body(struct program *p, struct body *b)
{
    if (b->cfg)
        return 0;
    if (read_tree(b))
        return -1;
    b->cfg = xf_cfg_build(b->root, p->long_bits, never_returns, p);
    b->definitions = xf_definitions_build(b->cfg, b->root);
    add_parents(b, b->root, NULL);
    return 0;
}

const struct xf_node *program_parent(const struct body *body,
                                     const struct xf_node *node)
{
    uint32_t at = xf_pointers_find(&body->nodes, node);

    return at == XF_POINTERS_NONE ? NULL : body->parents[at];
}

/* ---- sources ---------------------------------------------------------------- */

const struct xf_source *program_source(struct program *p, const char *file)
{
    int is_new;
    uint32_t at = xf_map_add(&p->files, file, &is_new);

    if (is_new) {
        size_t len = at;
        char *path = xf_path_join(p->root, file);

        XF_GROW(p->sources, len, p->sources_cap);
        p->sources[at] = xf_source_load(path);
        free(path);
    }
    return p->sources[at];
}

/* ---- who writes what --------------------------------------------------------- */

char *program_key(const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_VAR:
        return n->local ? NULL : xf_format("%s\x1f%s", n->name, n->home);
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        return *n->name ? xf_format("%s.%s", n->home, n->name) : NULL;
    default:
        return NULL;
    }
}

/* The object a store goes to: x, x[i], *x for a global pointer is not it. */
static const struct xf_node *stored(const struct xf_node *to)
{
    while (to->op == XF_OP_INDEX || to->op == XF_OP_CAST)
        to = to->kids[0];
    return to;
}

static void add_writer(struct program *p, struct body *b,
                       const struct xf_node *object, const struct xf_node *n)
{
    char *key = program_key(object);
    struct writer w = {b, n};
    struct writers *list;
    int is_new;
    uint32_t at;

    if (!key)
        return;
    at = xf_map_add(&p->written, key, &is_new);
    free(key);
    if (is_new) {
        size_t len = at;

        XF_GROW(p->writers, len, p->writers_cap);
        memset(&p->writers[at], 0, sizeof(p->writers[at]));
    }
    list = &p->writers[at];
    if (list->len && list->items[list->len - 1].node == n)
        return;
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = w;
}

/* g.a.b = x writes g, its member a and that one's b; p->a.b = x does not
 * write p. */
static void add_store(struct program *p, struct body *b,
                      const struct xf_node *to, const struct xf_node *n)
{
    for (to = stored(to);; to = stored(to->kids[0])) {
        add_writer(p, b, to, n);
        if (to->op != XF_OP_MEMBER)
            break;
    }
}

static void find_writers(struct program *p, struct body *b,
                         const struct xf_node *n)
{
    if (n->op == XF_OP_ASSIGN ||
        (n->op == XF_OP_UNARY &&
         (strstr(n->name, "++") || strstr(n->name, "--")))) {
        add_store(p, b, n->kids[0], n);
    } else if (n->op == XF_OP_CALL || n->op == XF_OP_ASM) {
        for (uint32_t i = n->op == XF_OP_CALL; i < n->nkids; i++) {
            const struct xf_node *a = n->kids[i];

            while (a->op == XF_OP_CAST)
                a = a->kids[0];
            if (a->op == XF_OP_ADDRESS)
                add_store(p, b, a->kids[0], n);
            else if (n->op == XF_OP_ASM && n->has_value && i < n->value)
                add_store(p, b, a, n);
        }
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        find_writers(p, b, n->kids[i]);
}

static int index_writers(struct program *p)
{
    for (size_t i = 0; i < p->nfunctions; i++)
        for (size_t k = 0; k < p->functions[i].nbodies; k++) {
            struct body *b = &p->functions[i].bodies[k];

            if (read_tree(b))
                return -1;
            find_writers(p, b, b->root);
        }
    return 0;
}

const struct writers *program_writers(struct program *p, const char *key)
{
    static const struct writers none;
    uint32_t at = xf_map_find(&p->written, key);

    return at == XF_MAP_NONE ? &none : &p->writers[at];
}

/* ---- the command line ----------------------------------------------------------- */

static void add_parameters(struct program *p, const struct xf_node *n)
{
    if (n->op == XF_OP_ADDRESS) {
        const struct xf_node *object = stored(n->kids[0]);
        char *key = program_key(object);

        if (key && object->op == XF_OP_VAR)
            xf_map_add(&p->parameters, key, NULL);
        free(key);
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        add_parameters(p, n->kids[i]);
}

/* What the functions that parse a parameter write. */
static void add_parsers(struct program *p, const struct xf_node *n)
{
    const struct function *f = n->op == XF_OP_FN ? program_callee(p, n) : NULL;

    for (size_t i = 0; f && i < p->written.len; i++)
        for (size_t k = 0; k < p->writers[i].len; k++)
            if (p->writers[i].items[k].body->function == f &&
                strchr(p->written.keys[i], '\x1f'))
                xf_map_add(&p->parameters, p->written.keys[i], NULL);
    for (uint32_t i = 0; i < n->nkids; i++)
        add_parsers(p, n->kids[i]);
}

int program_parameters(struct program *p, const char *record)
{
    char *mark = xf_format("^%s(", record);
    char *other = xf_format("^%s ", record);

    for (size_t i = 0; i < p->nvariables; i++) {
        struct variable *v = &p->variables[i];

        if (!strstr(v->text, mark) && !strstr(v->text, other))
            continue;
        if (!v->tree)
            v->tree = xf_tree_read(v->text, v->types);
        if (!v->tree) {
            free(mark);
            free(other);
            return -1;
        }
        add_parameters(p, xf_tree_root(v->tree));
        add_parsers(p, xf_tree_root(v->tree));
    }
    free(mark);
    free(other);
    return 0;
}

bool program_is_parameter(struct program *p, const char *key)
{
    return xf_map_find(&p->parameters, key) != XF_MAP_NONE;
}

/* ---- all --------------------------------------------------------------------- */

static unsigned int long_bits_of(const char *arch)
{
    size_t len = strlen(arch);

    return len > 2 && (!strcmp(arch + len - 2, "64")) ? 64 : 32;
}

int program_load(struct program *p, struct xf_store *store, const char *root,
                 int64_t build, const char *arch)
{
    memset(p, 0, sizeof(*p));
    p->store = store;
    p->root = root;
    p->build = build;
    p->long_bits = long_bits_of(arch);
    if (load_functions(p) || load_bodies(p))
        return -1;
    index_functions(p);
    if (load_calls(p) || load_variables(p))
        return -1;
    return index_writers(p);
}

static void release_body(struct body *b)
{
    xf_definitions_free(b->definitions);
    xf_cfg_free(b->cfg);
    xf_tree_free(b->tree);
    xf_pointers_release(&b->nodes);
    free(b->parents);
    free(b->calls);
    free(b->asms);
    free(b->types);
    free(b->text);
}

void program_release(struct program *p)
{
    for (size_t i = 0; i < p->nfunctions; i++) {
        for (size_t k = 0; k < p->functions[i].nbodies; k++)
            release_body(&p->functions[i].bodies[k]);
        free(p->functions[i].bodies);
        free(p->functions[i].callers);
        free(p->functions[i].callees);
    }
    for (size_t i = 0; i < p->nvariables; i++) {
        free(p->variables[i].types);
        free(p->variables[i].text);
        xf_tree_free(p->variables[i].tree);
    }
    for (size_t i = 0; i < p->files.len; i++)
        xf_source_free(p->sources[i]);
    for (size_t i = 0; i < p->written.len; i++)
        free(p->writers[i].items);
    free(p->functions);
    free(p->by_name_function);
    free(p->calls);
    free(p->variables);
    free(p->variable_index);
    free(p->sources);
    free(p->writers);
    xf_map_release(&p->strings);
    xf_map_release(&p->by_name);
    xf_map_release(&p->variable_keys);
    xf_map_release(&p->files);
    xf_map_release(&p->written);
    xf_map_release(&p->parameters);
}
