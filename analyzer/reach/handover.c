/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Who gives which callback to which mechanism, and who sets off what was
 * given. An object (a timer, a tasklet) is told apart by the member that holds
 * it or by its name. A function that passes on a parameter of its own is a
 * handover as well, so bodies that call it are looked at in a next round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bodies.h"
#include "map.h"

enum role { ARM, BIND, FIRE };
static const char *const role_names[] = {"arm", "bind", "fire"};

struct handover {
    char *function, *home; /* home "": external, or any when from the data */
    size_t mechanism;
    enum role role;
    int callback, key; /* arguments from 1, 0: none or fixed */
    char *fixed_key;   /* "" when it is an argument */
    bool from_data;
};

struct xf_handover_list {
    struct xf_store *store;
    int64_t build;
    const struct xf_reach_rules *rules;
    struct handover *items;
    size_t len, cap;
    struct xf_map seen; /* rows written */
    /* the body at hand */
    int64_t function;
    const char *name, *home;
    const struct xf_node *root;
    bool more;
};

const struct xf_node *xf_plain(const struct xf_node *node)
{
    while (node->op == XF_OP_CAST && node->nkids)
        node = node->kids[0];
    return node;
}

static void add(struct xf_handover_list *l, const struct handover *h)
{
    for (size_t i = 0; i < l->len; i++) {
        const struct handover *o = &l->items[i];

        if (!strcmp(o->function, h->function) &&
            (o->from_data || !strcmp(o->home, h->home)) &&
            o->mechanism == h->mechanism && o->role == h->role &&
            o->callback == h->callback && o->key == h->key)
            return;
    }
    XF_GROW(l->items, l->len, l->cap);
    l->items[l->len] = *h;
    l->items[l->len].function = xf_strdup(h->function);
    l->items[l->len].home = xf_strdup(h->home);
    l->items[l->len++].fixed_key = xf_strdup(h->fixed_key);
    l->more = true;
}

static void add_rules(struct xf_handover_list *l, size_t mechanism,
                      enum role role, const struct xf_handovers *rules)
{
    for (size_t i = 0; i < rules->len; i++) {
        const struct xf_handover *r = &rules->items[i];
        struct handover h = {.function = (char *)r->function, .home = "",
                             .mechanism = mechanism, .role = role,
                             .callback = r->callback, .key = r->key,
                             .fixed_key = "", .from_data = true};

        add(l, &h);
    }
}

struct xf_handover_list *xf_handover_new(struct xf_store *store, int64_t build,
                                         const struct xf_reach_rules *rules)
{
    struct xf_handover_list *l = xf_calloc(1, sizeof(*l));

    l->store = store;
    l->build = build;
    l->rules = rules;
    for (size_t i = 0; i < rules->nmechanisms; i++) {
        add_rules(l, i, ARM, &rules->mechanisms[i].arm);
        add_rules(l, i, BIND, &rules->mechanisms[i].bind);
        add_rules(l, i, FIRE, &rules->mechanisms[i].fire);
    }
    return l;
}

void xf_handover_free(struct xf_handover_list *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->len; i++) {
        free(l->items[i].function);
        free(l->items[i].home);
        free(l->items[i].fixed_key);
    }
    free(l->items);
    xf_map_release(&l->seen);
    free(l);
}

/* ---- arguments ----------------------------------------------------------- */

static const struct xf_node *declaration(const struct xf_node *n, int64_t local)
{
    const struct xf_node *found = NULL;

    if ((n->op == XF_OP_DECL || n->op == XF_OP_PARAM) && n->value == local)
        return n;
    for (uint32_t i = 0; i < n->nkids && !found; i++)
        found = declaration(n->kids[i], local);
    return found;
}

static bool is_assigned(const struct xf_node *n, int64_t local)
{
    bool yes = false;

    if (n->op == XF_OP_ASSIGN) {
        const struct xf_node *to = xf_plain(n->kids[0]);

        yes = to->op == XF_OP_VAR && to->local && to->value == local;
    }
    for (uint32_t i = 0; i < n->nkids && !yes; i++)
        yes = is_assigned(n->kids[i], local);
    return yes;
}

/* A local that is only ever what it was declared as stands for that. */
static const struct xf_node *resolve(const struct xf_handover_list *l,
                                     const struct xf_node *e)
{
    for (int i = 0; i < 8; i++) {
        const struct xf_node *d;

        e = xf_plain(e);
        if (e->op != XF_OP_VAR || !e->local)
            return e;
        d = declaration(l->root, e->value);
        if (!d || d->op != XF_OP_DECL || !d->nkids ||
            is_assigned(l->root, e->value))
            return e;
        e = d->kids[0];
    }
    return e;
}

/* Number of the parameter (from 1) that the expression is, 0 for none. */
static int parameter(const struct xf_handover_list *l, const struct xf_node *e)
{
    e = resolve(l, e);
    if (e->op != XF_OP_VAR || !e->local || e->value < 0)
        return 0;
    for (uint32_t i = 0; i < l->root->nkids; i++)
        if (l->root->kids[i]->op == XF_OP_PARAM &&
            l->root->kids[i]->value == e->value)
            return is_assigned(l->root, e->value) ? 0 : (int)i + 1;
    return 0;
}

static const struct xf_node *global_in(const struct xf_node *n,
                                       const char *prefix)
{
    const struct xf_node *found = NULL;

    if (n->op == XF_OP_VAR && !n->local &&
        !strncmp(n->name, prefix, strlen(prefix)))
        return n;
    for (uint32_t i = 0; i < n->nkids && !found; i++)
        found = global_in(n->kids[i], prefix);
    return found;
}

/* Value of a constant expression. */
static bool constant(const struct xf_node *e, int64_t *value)
{
    int64_t a, b;

    e = xf_plain(e);
    *value = e->value;
    if (e->op == XF_OP_INT)
        return e->has_value;
    if (e->op != XF_OP_BINARY || strcmp(e->name, "+") ||
        !constant(e->kids[0], &a) || !constant(e->kids[1], &b))
        return false;
    *value = (int64_t)((uint64_t)a + (uint64_t)b);
    return true;
}

/* What tells the object apart: caller frees. */
static char *key_of(const struct xf_handover_list *l, const struct xf_node *e)
{
    const struct xf_node *v;
    int64_t value;

    for (;;) {
        e = resolve(l, e);
        if (e->op == XF_OP_ADDRESS || e->op == XF_OP_INDEX)
            e = e->kids[0];
        else
            break;
    }
    if (e->op == XF_OP_MEMBER || e->op == XF_OP_ARROW)
        return xf_format("%s.%s", e->home, e->name);
    if (constant(e, &value))
        return xf_format("%lld", (long long)value);
    /* Per-cpu variables are reached by arithmetic. */
    v = e->op == XF_OP_VAR && !e->local ? e : global_in(e, "per_cpu__");
    return v ? xf_format("%s %s", v->name, v->home) : xf_strdup("*");
}

/* ---- rows ---------------------------------------------------------------- */

static int write_row(struct xf_handover_list *l, const struct handover *h,
                     const char *key, int64_t callback, unsigned int line)
{
    char *row = xf_format("%lld %zu %d %s %lld", (long long)l->function,
                          h->mechanism, h->role, key, (long long)callback);
    sqlite3_stmt *q;
    int is_new;

    xf_map_add(&l->seen, row, &is_new);
    free(row);
    if (!is_new)
        return 0;
    q = xf_store_prepare(l->store, "INSERT INTO handover VALUES (?1, ?2, ?3, "
                                   "?4, ?5, ?6, ?7)");
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, l->build);
    if (l->function)
        sqlite3_bind_int64(q, 2, l->function);
    xf_bind(q, 3, l->rules->mechanisms[h->mechanism].id);
    xf_bind(q, 4, role_names[h->role]);
    xf_bind(q, 5, key);
    if (callback)
        sqlite3_bind_int64(q, 6, callback);
    sqlite3_bind_int(q, 7, (int)line);
    return xf_store_run(l->store, q);
}

/* Every function of that name that the expression can mean. */
static int write_callback(struct xf_handover_list *l, const struct handover *h,
                          const char *key, const struct xf_node *fn,
                          unsigned int line)
{
    sqlite3_stmt *q = xf_store_prepare(
        l->store, "SELECT id FROM function WHERE build = ?1 AND name = ?2 AND "
                  "(file = ?3 OR (?3 = '' AND is_static = 0)) ORDER BY id");
    int64_t ids[8];
    size_t n = 0;
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, l->build);
    xf_bind(q, 2, fn->name);
    xf_bind(q, 3, fn->home);
    while ((rc = xf_store_step(l->store, q)) > 0 && n < 8)
        ids[n++] = sqlite3_column_int64(q, 0);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = write_row(l, h, key, ids[i], line);
    return rc < 0 ? -1 : 0;
}

static int write_callbacks(struct xf_handover_list *l,
                           const struct handover *h, const char *key,
                           const struct xf_node *e, unsigned int line)
{
    e = resolve(l, e);
    if (e->op == XF_OP_ADDRESS || e->op == XF_OP_DEREF)
        return write_callbacks(l, h, key, e->kids[0], line);
    if (e->op == XF_OP_CONDITIONAL)
        return write_callbacks(l, h, key, e->kids[1], line) ||
                       write_callbacks(l, h, key, e->kids[2], line)
                   ? -1
                   : 0;
    if (e->op == XF_OP_FN)
        return write_callback(l, h, key, e, line);
    return 0;
}

/* ---- bodies -------------------------------------------------------------- */

static const struct xf_node *argument(const struct xf_node *call, int n)
{
    return n > 0 && (uint32_t)n < call->nkids ? call->kids[n] : NULL;
}

/* The function hands on what it was given. */
static void derive(struct xf_handover_list *l, const struct handover *h,
                   int callback, int key, const char *fixed_key)
{
    struct handover d = {.function = (char *)l->name, .home = (char *)l->home,
                         .mechanism = h->mechanism, .role = h->role,
                         .callback = callback, .key = key,
                         .fixed_key = key ? "" : (char *)fixed_key};

    add(l, &d);
}

static int on_call(struct xf_handover_list *l, const struct handover *h,
                   const struct xf_node *call)
{
    const struct xf_node *callback = argument(call, h->callback);
    const struct xf_node *object = argument(call, h->key);
    int from_callback = callback ? parameter(l, callback) : 0;
    int from_key = object ? parameter(l, object) : 0, rc = 0;
    char *key = *h->fixed_key        ? xf_strdup(h->fixed_key)
                : object && !from_key ? key_of(l, object)
                                      : xf_strdup("*");

    if (callback && from_callback)
        derive(l, h, from_callback, from_key, key);
    else if (!callback && from_key)
        derive(l, h, 0, from_key, key);
    else if (callback)
        rc = write_callbacks(l, h, key, callback, call->line);
    else if (h->role == FIRE)
        rc = write_row(l, h, key, 0, call->line);
    free(key);
    return rc;
}

static int visit(struct xf_handover_list *l, const struct xf_node *n)
{
    const struct xf_node *fn = n->op == XF_OP_CALL && n->nkids ? n->kids[0]
                                                               : NULL;

    for (size_t i = 0; fn && fn->op == XF_OP_FN && i < l->len; i++) {
        struct handover h = l->items[i]; /* the list may move */

        if (!strcmp(h.function, fn->name) &&
            (h.from_data || !strcmp(h.home, fn->home)) && on_call(l, &h, n))
            return -1;
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        if (visit(l, n->kids[i]))
            return -1;
    return 0;
}

int xf_handover_body(struct xf_handover_list *l, int64_t function,
                     const char *name, const char *home,
                     const struct xf_node *root, bool *more)
{
    int rc;

    l->function = function;
    l->name = name;
    l->home = home;
    l->root = root;
    l->more = false;
    rc = visit(l, root);
    *more |= l->more;
    return rc;
}

/* ---- variables ----------------------------------------------------------- */

static int bind_members(struct xf_handover_list *l, const struct handover *h,
                        const char *key, const struct xf_node *n)
{
    const struct xf_mechanism *m = &l->rules->mechanisms[h->mechanism];

    size_t len = strcspn(n->home, "@"); /* behind it: the file */

    if (n->op == XF_OP_AT && n->nkids && !strcmp(n->name, m->member) &&
        strlen(m->record) == len && !strncmp(n->home, m->record, len)) {
        const struct xf_node *fn = xf_plain(n->kids[0]);

        if (fn->op == XF_OP_ADDRESS)
            fn = xf_plain(fn->kids[0]);
        return fn->op == XF_OP_FN ? write_callback(l, h, key, fn, n->line) : 0;
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        if (bind_members(l, h, key, n->kids[i]))
            return -1;
    return 0;
}

int xf_handover_variable(struct xf_handover_list *l, const char *name,
                         const char *home, const struct xf_node *root)
{
    char *key = xf_format("%s %s", name, home);
    int rc = 0;

    l->function = 0; /* nobody: it is so from the start */
    for (size_t i = 0; i < l->rules->nmechanisms && !rc; i++) {
        struct handover h = {.mechanism = i, .role = BIND};

        if (*l->rules->mechanisms[i].member)
            rc = bind_members(l, &h, key, root);
    }
    free(key);
    return rc;
}
