/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One pass over all bodies of a build: what callers do with results goes to
 * call_use, what functions return and how sites lie in them to site_fact. What
 * a body tells is kept from scan to scan as records, see record_body().
 */
#include "bodies.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "hash.h"
#include "map.h"
#include "memo.h"
#include "fact.h"

struct site_at { /* a site in a function */
    int64_t id;
    char *file, *kind, *macro, *callee;
    int line, end_line;
    bool found; /* in a body of the function */
    bool wanted; /* not found before the body at hand */
    struct site_at *next;
};

struct pass {
    struct xf_store *store;
    const cJSON *words;
    int64_t build;
    struct xf_map functions; /* name \x1f home of static ones -> index */
    int64_t *ids;
    bool *stops;
    size_t cap;
    struct xf_map site_functions; /* function id -> index */
    struct site_at **sites;
    size_t sites_cap;
    sqlite3_stmt *add_use, *add_pointer_use, *add_fact;
    int rc;
    char stop_names[XF_HASH_HEX]; /* hash of the functions that stop */
    /* of the body being read */
    int64_t function;
    const char *type;
    struct xf_buf *records;
    unsigned char *locals; /* LOCAL_* by number */
    size_t nlocals, locals_cap;
    struct xf_buf errors, hands;
};

enum { LOCAL_TESTED = 1, LOCAL_RETURNED = 2, LOCAL_STOPS = 4, LOCAL_USED = 8 };

/* ---- tables --------------------------------------------------------------- */

static int load_functions(struct pass *p)
{
    struct xf_hash *stops = xf_hash_new();
    sqlite3_stmt *q = xf_store_prepare(
        p->store, "SELECT id, name, file, is_static, stop_kind <> '' "
                  "FROM function WHERE build = ?1 ORDER BY line = 0, id");
    int rc;

    if (!q) {
        xf_hash_finish(stops, p->stop_names);
        return -1;
    }
    sqlite3_bind_int64(q, 1, p->build);
    while ((rc = xf_store_step(p->store, q)) > 0) {
        char *key = xf_format("%s\x1f%s", xf_column(q, 1),
                              sqlite3_column_int(q, 3) ? xf_column(q, 2) : "");
        int is_new;
        uint32_t at = xf_map_add(&p->functions, key, &is_new);

        if (is_new && sqlite3_column_int(q, 4))
            xf_hash_adds(stops, key);
        free(key);
        if (!is_new)
            continue;
        if (at == p->cap) {
            p->cap = p->cap ? 2 * p->cap : 1024;
            p->ids = xf_realloc(p->ids, p->cap * sizeof(*p->ids));
            p->stops = xf_realloc(p->stops, p->cap * sizeof(*p->stops));
        }
        p->ids[at] = sqlite3_column_int64(q, 0);
        p->stops[at] = sqlite3_column_int(q, 4);
    }
    xf_hash_finish(stops, p->stop_names);
    return rc;
}

static void add_site(struct pass *p, sqlite3_stmt *q)
{
    struct site_at *s = xf_calloc(1, sizeof(*s));
    int is_new;
    uint32_t at = xf_map_add(&p->site_functions, xf_column(q, 1), &is_new);

    if (at == p->sites_cap) {
        size_t more = p->sites_cap ? p->sites_cap : 256;

        p->sites = xf_realloc(p->sites,
                              (p->sites_cap + more) * sizeof(*p->sites));
        memset(p->sites + p->sites_cap, 0, more * sizeof(*p->sites));
        p->sites_cap += more;
    }
    s->id = sqlite3_column_int64(q, 0);
    s->file = xf_strdup(xf_column(q, 2));
    s->line = sqlite3_column_int(q, 3);
    s->end_line = sqlite3_column_int(q, 4);
    s->kind = xf_strdup(xf_column(q, 5));
    s->macro = xf_strdup(xf_column(q, 6));
    s->callee = xf_strdup(xf_column(q, 7));
    s->next = p->sites[at];
    p->sites[at] = s;
}

static int load_sites(struct pass *p)
{
    sqlite3_stmt *q = xf_store_prepare(
        p->store, "SELECT s.id, sf.function, s.file, s.line, s.end_line, "
                  "s.kind, s.macro, s.callee FROM site s JOIN site_function sf "
                  "ON sf.site = s.id AND sf.how = 'body' WHERE s.build = ?1 "
                  "ORDER BY s.id, sf.function");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, p->build);
    while ((rc = xf_store_step(p->store, q)) > 0)
        add_site(p, q);
    return rc;
}

/* Lists get a line for each element; texts are kept as told first. */
static void tell(struct pass *p, int64_t site, const char *name,
                 const char *value)
{
    if (p->rc)
        return;
    sqlite3_bind_int64(p->add_fact, 1, site);
    xf_bind(p->add_fact, 2, name);
    xf_bind(p->add_fact, 3, value);
    p->rc = xf_store_run(p->store, p->add_fact);
}

/* ---- locals, errors, domains at hand --------------------------------------- */

static bool matches(const cJSON *list, const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item) && !fnmatch(item->valuestring, text, 0))
            return true;
    return false;
}

static const cJSON *words(const struct pass *p, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(p->words, name);
}

static void add_once(struct xf_buf *list, const char *element)
{
    char *line = xf_format("%s\n", element);

    if (!(list->data && strstr(list->data, line)))
        xf_buf_adds(list, line);
    free(line);
}

/* Whether `n` is evaluated to decide something: the nearest statement or
 * operator above says. Operators of values are looked through. */
static bool is_tested(const struct walk *walk, const struct xf_node *n,
                      const struct xf_node **by)
{
    for (size_t i = 1; (*by = walk_up(walk, i)); i++) {
        const struct xf_node *up = *by;

        switch (up->op) {
        case XF_OP_IF:
        case XF_OP_WHILE:
        case XF_OP_SWITCH:
        case XF_OP_CONDITIONAL:
        case XF_OP_GNU_CONDITIONAL:
            return up->kids[0] == n;
        case XF_OP_DO:
            return up->nkids > 1 && up->kids[1] == n;
        case XF_OP_FOR:
            return up->nkids > 1 && up->kids[1] == n;
        case XF_OP_CAST:
        case XF_OP_STATEMENTS:
        case XF_OP_UNARY:
            break;
        case XF_OP_BINARY:
            if (!strcmp(up->name, ",") && up->kids[up->nkids - 1] != n)
                return false;
            break;
        case XF_OP_CALL: /* __builtin_expect() and the like */
            if (!called_function(up) ||
                strncmp(called_function(up)->name, "__builtin", 9))
                return false;
            break;
        default:
            return false;
        }
        n = up;
    }
    return false;
}

static bool stops_in(struct pass *p, const struct xf_node *n, unsigned int deep)
{
    const struct xf_node *fn;

    if (n->op == XF_OP_CALL && (fn = called_function(n))) {
        char *key = xf_format("%s\x1f%s", fn->name, fn->home);
        uint32_t at = xf_map_find(&p->functions, key);

        free(key);
        if ((at != XF_MAP_NONE && p->stops[at]) ||
            !strcmp(fn->name, "__builtin_unreachable"))
            return true;
    }
    for (uint32_t i = 0; deep && i < n->nkids; i++)
        if (stops_in(p, n->kids[i], deep - 1))
            return true;
    return false;
}

/* An `if` whose branch stops the host, or that a stop's macro is made of. */
static bool decides_stop(struct pass *p, const struct xf_node *by)
{
    return by->op == XF_OP_IF && by->nkids > 1 && stops_in(p, by->kids[1], 6);
}

static void mark_local(struct pass *p, int64_t local, unsigned char what)
{
    size_t need = (size_t)local + 1;

    if (local < 0)
        return;
    if (need > p->locals_cap) {
        p->locals_cap = 2 * need;
        p->locals = xf_realloc(p->locals, p->locals_cap);
    }
    for (; p->nlocals < need; p->nlocals++)
        p->locals[p->nlocals] = 0;
    p->locals[local] |= what;
}

static void see_local(struct pass *p, const struct walk *walk,
                      const struct xf_node *n)
{
    const struct xf_node *by, *up = walk_up(walk, 1);

    if (up && up->op == XF_OP_ASSIGN && up->kids[0] == n)
        return;
    if (is_tested(walk, n, &by))
        mark_local(p, n->value, decides_stop(p, by) ? LOCAL_STOPS
                                                    : LOCAL_TESTED);
    else if (by && by->op == XF_OP_RETURN)
        mark_local(p, n->value, LOCAL_RETURNED);
    else
        mark_local(p, n->value, LOCAL_USED);
}

static void see(struct walk *walk, const struct xf_node *n)
{
    struct pass *p = walk->payload;
    const char *error;

    if (n->op == XF_OP_VAR && n->local)
        see_local(p, walk, n);
    if ((n->op == XF_OP_PARAM || n->op == XF_OP_DECL) &&
        matches(words(p, "at_hand"), n->type))
        add_once(&p->hands, n->name);
    if (*n->macro && matches(words(p, "self"), n->macro))
        add_once(&p->hands, n->macro);
    error = error_constant(n);
    if (!error && n->op == XF_OP_INT && matches(words(p, "error_values"), n->name))
        error = n->name;
    if (error)
        add_once(&p->errors, error);
}

/* ---- calls ---------------------------------------------------------------- */

static const char *use_of_local(const struct pass *p, int64_t local)
{
    unsigned char what = local >= 0 && (size_t)local < p->nlocals
                             ? p->locals[local]
                             : 0;

    return what & LOCAL_TESTED     ? "tested"
           : what & LOCAL_RETURNED ? "returned"
           : what & LOCAL_STOPS    ? "stops"
           : what & LOCAL_USED     ? "used"
                                   : "ignored";
}

static const char *use_of_call(struct pass *p, const struct walk *walk,
                               const struct xf_node *call)
{
    const struct xf_node *by;

    if (is_tested(walk, call, &by))
        return decides_stop(p, by) ? "stops" : "tested";
    if (!by)
        return "unknown";
    switch (by->op) {
    case XF_OP_RETURN:
        return "returned";
    case XF_OP_DECL:
        return use_of_local(p, by->value);
    case XF_OP_ASSIGN:
        if (by->kids[0]->op == XF_OP_VAR && by->kids[0]->local) {
            const struct xf_node *around;
            size_t i = 1;

            /* if ( (rc = f()) ) */
            while (walk_up(walk, i) != by)
                i++;
            around = walk_up(walk, i + 1);
            if (around && around->op != XF_OP_BLOCK)
                return "tested";
            return use_of_local(p, by->kids[0]->value);
        }
        return "used";
    case XF_OP_CALL:
    case XF_OP_INDEX:
    case XF_OP_ARROW:
    case XF_OP_MEMBER:
    case XF_OP_DEREF:
    case XF_OP_AT:
    case XF_OP_ASM:
        return "used";
    default:
        return "ignored";
    }
}

static void see_call(struct walk *walk, const struct xf_node *n)
{
    struct pass *p = walk->payload;
    const struct xf_node *fn;
    char *line, *key;

    if (n->op != XF_OP_CALL)
        return;
    fn = called_function(n);
    key = fn ? xf_format("%s\x1f%s", fn->name, fn->home) : NULL;
    line = xf_format("%u", n->line);
    xf_fact(p->records, key ? 'C' : 'P', line, use_of_call(p, walk, n), key,
            NULL);
    free(line);
    free(key);
}

/* ---- facts of sites -------------------------------------------------------- */

struct teller {
    struct pass *p;
    const char *site; /* its number among those of the function */
};

static void tell_place(void *payload, const char *name, const char *value)
{
    struct teller *t = payload;

    xf_fact(t->p->records, 'S', t->site, name, value, NULL);
}

/* Of "struct vcpu *(struct domain *)": what stands in front of the arguments. */
static char *return_type(const char *type)
{
    size_t len = strcspn(type, "(");

    while (len && type[len - 1] == ' ')
        len--;
    return xf_strndup(type, len);
}

/* 'error' is what callers may take as one: an int with -E... in the body, or a
 * value that stands for it. */
static const char *returns(const struct pass *p, const char *type)
{
    static const char *const numbers[] = {"int", "long", "long long",
                                          "unsigned long", "unsigned int"};
    size_t len = strlen(type);

    if (!strcmp(type, "void"))
        return "void";
    if (!strcmp(type, "_Bool"))
        return "bool";
    if ((len && type[len - 1] == '*') ||
        matches(words(p, "invalid_values"), type))
        return "pointer";
    if (p->errors.len)
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
            if (!strcmp(type, numbers[i]))
                return "error";
    if (p->errors.len && !strncmp(type, "enum", 4))
        return "error";
    return "value";
}

static void tell_list(struct teller *t, const char *name,
                      const struct xf_buf *list)
{
    char *copy = xf_strdup(list->data ? list->data : ""), *rest = copy, *line;

    if (!*copy)
        tell_place(t, name, "");
    while ((line = strsep(&rest, "\n")))
        if (*line)
            tell_place(t, name, line);
    free(copy);
}

static void tell_sites(struct pass *p, const struct xf_node *root,
                       const struct site_at *sites)
{
    unsigned int n = 0;

    for (const struct site_at *s = sites; s; s = s->next, n++) {
        struct place place = {.root = root, .file = s->file, .kind = s->kind,
                              .macro = s->macro, .callee = s->callee,
                              .line = s->line, .end_line = s->end_line};
        char *type = return_type(p->type), *number = xf_format("%u", n);
        struct teller t = {p, number};

        if (place_facts(&place, p->words, tell_place, &t)) {
            tell_place(&t, "returns", returns(p, type));
            tell_list(&t, "errors", &p->errors);
            tell_list(&t, "at_hand", &p->hands);
        }
        free(type);
        free(number);
    }
}

/* ---- bodies ---------------------------------------------------------------- */

/* What the body tells: C line use callee, P line use for calls through
 * pointers, S site name value. */
static int record_body(struct pass *p, const char *text, const char *types,
                       const struct site_at *sites)
{
    struct xf_tree *tree = xf_tree_read(text, types);

    if (!tree)
        return -1;
    p->nlocals = 0;
    xf_buf_clear(&p->errors);
    xf_buf_clear(&p->hands);
    walk_tree(xf_tree_root(tree), see, p);
    walk_tree(xf_tree_root(tree), see_call, p);
    tell_sites(p, xf_tree_root(tree), sites);
    xf_tree_free(tree);
    return 0;
}

/* Everything that record_body() looks at. */
static void body_key(const struct pass *p, const char *text, const char *types,
                     const struct site_at *sites, char key[XF_HASH_HEX])
{
    struct xf_hash *hash = xf_hash_new();

    xf_hash_adds(hash, "rate body");
    xf_hash_adds(hash, p->stop_names);
    xf_hash_adds(hash, p->type);
    xf_hash_adds(hash, types);
    xf_hash_adds(hash, text);
    for (const struct site_at *s = sites; s; s = s->next) {
        xf_hash_adds(hash, s->file);
        xf_hash_adds(hash, s->kind);
        xf_hash_adds(hash, s->macro);
        xf_hash_adds(hash, s->callee);
        xf_hash_add(hash, &s->line, sizeof(s->line));
        xf_hash_add(hash, &s->end_line, sizeof(s->end_line));
    }
    xf_hash_finish(hash, key);
}

static void write_use(struct pass *p, const struct xf_record *r)
{
    sqlite3_stmt *q = p->add_pointer_use;

    if (r->tag == 'C') {
        uint32_t at = xf_map_find(&p->functions, r->fields[2]);

        if (at == XF_MAP_NONE)
            return; /* a builtin */
        q = p->add_use;
        sqlite3_bind_int64(q, 5, p->ids[at]);
    }
    sqlite3_bind_int64(q, 1, p->build);
    sqlite3_bind_int64(q, 2, p->function);
    sqlite3_bind_int(q, 3, atoi(r->fields[0]));
    xf_bind(q, 4, r->fields[1]);
    p->rc = xf_store_run(p->store, q);
}

/* The first body in which a site is found tells of it. */
static int write_records(struct pass *p, struct site_at *sites)
{
    char *at = p->records->data, *end = at + p->records->len;
    struct xf_record r;
    int rc = 0;

    for (struct site_at *s = sites; s; s = s->next)
        s->wanted = !s->found;
    while (!p->rc && (rc = xf_fact_next(&r, &at, end)) > 0) {
        struct site_at *s = sites;

        if (r.tag != 'S') {
            write_use(p, &r);
            continue;
        }
        for (int n = atoi(r.fields[0]); n > 0 && s; n--)
            s = s->next;
        if (!s || !s->wanted)
            continue;
        s->found = true;
        tell(p, s->id, r.fields[1], r.fields[2]);
    }
    return p->rc || rc ? -1 : 0;
}

static int read_body(struct pass *p, sqlite3_stmt *q)
{
    struct xf_memo *memo = xf_store_memo(p->store);
    const char *types = xf_column(q, 2), *text = xf_column(q, 3);
    uint32_t at = xf_map_find(&p->site_functions, xf_column(q, 0));
    struct site_at *sites = at == XF_MAP_NONE ? NULL : p->sites[at];
    struct xf_buf records = XF_BUF_INIT;
    char key[XF_HASH_HEX];
    int rc = 0;

    p->function = sqlite3_column_int64(q, 0);
    p->type = xf_column(q, 1);
    p->records = &records;
    body_key(p, text, types, sites, key);
    if (!xf_memo_find(memo, key, &records)) {
        rc = record_body(p, text, types, sites);
        if (!rc)
            xf_memo_keep(memo, key, &records);
    }
    if (!rc && records.len)
        rc = write_records(p, sites);
    xf_buf_release(&records);
    return rc;
}

static int read_bodies(struct pass *p)
{
    sqlite3_stmt *q = xf_store_prepare(
        p->store, "SELECT f.id, f.type, b.types, b.tree FROM body b JOIN "
                  "function f ON f.id = b.function WHERE f.build = ?1 "
                  "ORDER BY b.id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, p->build);
    while ((rc = xf_store_step(p->store, q)) > 0)
        if (read_body(p, q))
            return -1;
    return rc;
}

/* Calls through pointers are known by their line, and call has the functions
 * that it may be. */
static int name_pointer_uses(struct pass *p)
{
    return xf_store_exec(
        p->store, "INSERT INTO call_use SELECT DISTINCT c.build, c.caller, "
                  "c.callee, c.line, u.use FROM call c JOIN pointer_use u ON "
                  "u.caller = c.caller AND u.line = c.line "
                  "WHERE c.kind = 'indirect'; DELETE FROM pointer_use");
}

static int prepare(struct pass *p)
{
    if (xf_store_exec(p->store, "CREATE TEMP TABLE IF NOT EXISTS pointer_use "
                                "(build, caller, line, use)"))
        return -1;
    p->add_use = xf_store_prepare(
        p->store, "INSERT INTO call_use (build, caller, line, use, callee) "
                  "VALUES (?1, ?2, ?3, ?4, ?5)");
    p->add_pointer_use = xf_store_prepare(
        p->store, "INSERT INTO pointer_use VALUES (?1, ?2, ?3, ?4)");
    p->add_fact = xf_store_prepare(
        p->store, "INSERT INTO site_fact VALUES (?1, ?2, ?3) ON CONFLICT DO "
                  "UPDATE SET value = value || char(10) || excluded.value "
                  "WHERE instr(char(10) || value || char(10), "
                  "char(10) || excluded.value || char(10)) = 0");
    return p->add_use && p->add_pointer_use && p->add_fact ? 0 : -1;
}

static void release(struct pass *p)
{
    for (size_t i = 0; i < p->site_functions.len; i++)
        while (p->sites[i]) {
            struct site_at *s = p->sites[i];

            p->sites[i] = s->next;
            free(s->file);
            free(s->kind);
            free(s->macro);
            free(s->callee);
            free(s);
        }
    free(p->sites);
    xf_map_release(&p->functions);
    xf_map_release(&p->site_functions);
    free(p->ids);
    free(p->stops);
    free(p->locals);
    xf_buf_release(&p->errors);
    xf_buf_release(&p->hands);
}

int bodies_read(struct xf_store *store, int64_t build, const cJSON *words)
{
    struct pass p = {.store = store, .words = words, .build = build};
    int rc = prepare(&p) || load_functions(&p) || load_sites(&p) ||
             read_bodies(&p) || name_pointer_uses(&p);

    release(&p);
    return rc ? -1 : 0;
}
