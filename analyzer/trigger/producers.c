/* SPDX-License-Identifier: GPL-2.0-only */
#include "producers.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "decided.h"
#include "text.h"
#include "value.h"

#define LIMIT 60  /* producers of one site */
#define LEVELS 12 /* functions that pass an error on */
#define VISITS 4000

struct lister {
    struct producers *out;
    struct program *p;
    struct sources *s;
    struct xf_pointers seen; /* functions, definitions, with the tests */
    struct decided decided; /* about the value, behind the place looked at */
    unsigned int visits;
};

static void list_call(struct lister *l, struct body *b,
                      const struct xf_node *call, unsigned int levels);

static uint32_t line_of(const struct body *b, const struct xf_node *n)
{
    while (n && !n->line)
        n = program_parent(b, n);
    return n ? n->line : (uint32_t)b->function->line;
}

static const struct xf_node *plain(const struct xf_node *n)
{
    while (n->op == XF_OP_CAST ||
           (n->op == XF_OP_CALL && n->nkids > 1 &&
            !strcmp(n->kids[0]->name, "__builtin_expect")))
        n = n->kids[n->op == XF_OP_CAST ? 0 : 1];
    return n;
}

/* Whether this place is new for a value with these tests. */
static bool visit(struct lister *l, const void *place)
{
    uintptr_t key = (uintptr_t)place;
    bool is_new;

    for (size_t i = 0; i < l->decided.len; i++) {
        key = key * 1099511628211u ^ (uintptr_t)l->decided.items[i].guard;
        key ^= (uintptr_t)l->decided.items[i].constant;
    }
    if (l->visits++ == VISITS)
        l->out->more = true;
    if (l->visits > VISITS)
        return false;
    xf_pointers_add(&l->seen, (const void *)key, &is_new);
    return is_new;
}

/* ---- values -------------------------------------------------------------------- */

static void add(struct lister *l, struct body *b, const struct xf_node *n,
                int64_t value)
{
    struct producer p = {.body = b, .node = n, .line = line_of(b, n)};
    struct origins origins;
    struct xf_point point;
    const struct source *error = sources_error(l->s, value);

    if (!decided_allows(&l->decided, value))
        return;
    for (size_t i = 0; i < l->out->len; i++)
        if (l->out->items[i].node == n)
            return;
    if (l->out->len >= LIMIT) {
        l->out->more = true;
        return;
    }
    if (!xf_cfg_point(b->cfg, n, &point) ||
        !xf_cfg_block(b->cfg, point.block)->live)
        return;
    origin_trace_decision(&origins, l->p, l->s, b, point.block);
    p.cause = error ? error->cause : origins_best(&origins);
    p.origin = xf_strdup(error                      ? error->origin
                         : p.cause != CAUSE_UNKNOWN ? origins.items[p.cause].chain
                         : origins.lost             ? origins.lost
                                                    : "");
    p.text = text_of(l->p, b, n, SIZE_MAX);
    if (n->op == XF_OP_RETURN) {
        char *what = text_of(l->p, b, n->kids[0], SIZE_MAX);

        free(p.text);
        p.text = xf_format("return %s", what);
        free(what);
    }
    origins_release(&origins);
    XF_GROW(l->out->items, l->out->len, l->out->cap);
    l->out->items[l->out->len++] = p;
}

static void list_value(struct lister *l, struct body *b,
                       const struct xf_node *n, const struct xf_node *from,
                       struct xf_point point, unsigned int levels);

static void list_definitions(struct lister *l, struct body *b,
                             const struct xf_node *var, struct xf_point point,
                             unsigned int levels)
{
    const struct xf_definition **defs;
    size_t count = xf_definitions_reaching(
        b->definitions, (uint32_t)var->value, point, &defs);
    size_t before = l->decided.len;

    decided_collect(&l->decided, b, var, point);
    for (size_t i = 0; i < count; i++) {
        const struct xf_node *d = defs[i]->node;

        if (defs[i]->kind == XF_DEF_VALUE && visit(l, d))
            list_value(l, b, d->kids[d->op == XF_OP_DECL ? 0 : 1], d,
                       defs[i]->point, levels);
    }
    l->decided.len = before;
    free(defs);
}

/* Where a value that passes the tests was made; `from`: the statement. */
static void list_value(struct lister *l, struct body *b,
                       const struct xf_node *n, const struct xf_node *from,
                       struct xf_point point, unsigned int levels)
{
    int64_t value;

    n = plain(n);
    if (xf_tree_value(n, l->p->long_bits, &value)) {
        add(l, b, from, value);
    } else if (n->op == XF_OP_CALL) {
        list_call(l, b, n, levels);
    } else if (n->op == XF_OP_CONDITIONAL) {
        list_value(l, b, n->kids[1], from, point, levels);
        list_value(l, b, n->kids[2], from, point, levels);
    } else if (n->op == XF_OP_ASSIGN) {
        list_value(l, b, n->kids[1], from, point, levels);
    } else if (n->op == XF_OP_VAR && n->local) {
        list_definitions(l, b, n, point, levels);
    } else if (n->op == XF_OP_GNU_CONDITIONAL) {
        list_value(l, b, n->kids[0], from, point, levels);
        list_value(l, b, n->kids[1], from, point, levels);
    }
}

static void list_returns(struct lister *l, struct body *b,
                         const struct xf_node *n, unsigned int levels)
{
    struct xf_point point;

    if (n->op == XF_OP_RETURN && n->nkids &&
        xf_cfg_point(b->cfg, n, &point))
        list_value(l, b, n->kids[0], n, point, levels);
    if (n->op < XF_OP_VAR || n->op == XF_OP_STATEMENTS)
        for (uint32_t i = 0; i < n->nkids; i++)
            list_returns(l, b, n->kids[i], levels);
}

static void list_function(struct lister *l, struct function *f,
                          unsigned int levels)
{
    if (visit(l, f) && f->nbodies && !program_body(l->p, &f->bodies[0]))
        list_returns(l, &f->bodies[0], f->bodies[0].root, levels);
}

static void list_call(struct lister *l, struct body *b,
                      const struct xf_node *call, unsigned int levels)
{
    struct function *f = program_callee(l->p, call->kids[0]);

    if (!levels) {
        l->out->more = true;
        return;
    }
    if (f) {
        list_function(l, f, levels - 1);
        return;
    }
    for (size_t i = 0; i < b->function->ncallees; i++) {
        const struct call_edge *e = b->function->callees[i];

        if (e->indirect && (uint32_t)e->line == line_of(b, call))
            list_function(l, e->callee, levels - 1);
    }
}

/* ---- sites --------------------------------------------------------------------- */

/* Errors are numbers: pointers and truth values are not passed on. */
static bool is_error_type(const char *type)
{
    return !strcmp(type, "int") || !strcmp(type, "long");
}

/* The variable that a literal tests, or NULL. */
static const struct xf_node *variable_of(const struct xf_node *n)
{
    int64_t value;

    n = plain(n);
    if (want_is_comparison(n))
        n = plain(n->kids[xf_tree_value(n->kids[0], 64, &value) ? 1 : 0]);
    if (n->op == XF_OP_ASSIGN)
        n = plain(n->kids[0]);
    return n->op == XF_OP_VAR && n->local ? n : NULL;
}

void producers_list(struct producers *out, struct program *p,
                    struct sources *sources, const struct site *site,
                    const struct literal *literal)
{
    struct lister l = {.out = out, .p = p, .s = sources,
                       .decided = {.long_bits = p->long_bits}};
    const struct xf_node *call, *var;
    struct xf_point point;

    memset(out, 0, sizeof(*out));
    if (!site->body || !literal->node || literal->guard == XF_CFG_NONE)
        return;
    call = xf_definitions_call(site->body->cfg, site->body->definitions,
                               literal->node);
    if (!call || !is_error_type(call->type))
        return;
    var = variable_of(literal->node);
    decided_add(&l.decided, xf_cfg_block(site->body->cfg, literal->guard),
                var ? var : call);
    if (var && xf_cfg_point(site->body->cfg, site->node, &point))
        decided_collect(&l.decided, site->body, var, point);
    list_call(&l, site->body, call, LEVELS);
    xf_pointers_release(&l.seen);
}

void producers_release(struct producers *producers)
{
    for (size_t i = 0; i < producers->len; i++) {
        free(producers->items[i].text);
        free(producers->items[i].origin);
    }
    free(producers->items);
}
