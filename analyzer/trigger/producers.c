/* SPDX-License-Identifier: GPL-2.0-only */
#include "producers.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "text.h"
#include "value.h"

#define LIMIT 60  /* producers of one site */
#define LEVELS 12 /* functions that pass an error on */

struct lister {
    struct producers *out;
    struct program *p;
    struct sources *s;
    struct xf_pointers seen; /* functions, definitions */
};

static void list_call(struct lister *l, struct body *b,
                      const struct xf_node *call, unsigned int levels);

static uint32_t line_of(const struct body *b, const struct xf_node *n)
{
    while (n && !n->line)
        n = program_parent(b, n);
    return n ? n->line : (uint32_t)b->function->line;
}

static void add(struct lister *l, struct body *b, const struct xf_node *n,
                int64_t value)
{
    struct producer p = {.body = b, .node = n, .line = line_of(b, n)};
    struct origins origins;
    struct xf_point point;
    const struct source *error = sources_error(l->s, value);

    if (l->out->len >= LIMIT) {
        l->out->more = true;
        return;
    }
    if (!xf_cfg_point(b->cfg, n, &point))
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

static const struct xf_node *plain(const struct xf_node *n)
{
    while (n->op == XF_OP_CAST ||
           (n->op == XF_OP_CALL && n->nkids > 1 &&
            !strcmp(n->kids[0]->name, "__builtin_expect")))
        n = n->kids[n->op == XF_OP_CAST ? 0 : 1];
    return n;
}

/* Where a value that is not zero was made; `from`: the statement. */
static void list_value(struct lister *l, struct body *b,
                       const struct xf_node *n, const struct xf_node *from,
                       struct xf_point point, unsigned int levels)
{
    const struct xf_definition **defs;
    size_t count;
    int64_t value;
    bool is_new;

    n = plain(n);
    if (xf_tree_value(n, l->p->long_bits, &value)) {
        if (value)
            add(l, b, from, value);
    } else if (n->op == XF_OP_CALL) {
        list_call(l, b, n, levels);
    } else if (n->op == XF_OP_CONDITIONAL) {
        list_value(l, b, n->kids[1], from, point, levels);
        list_value(l, b, n->kids[2], from, point, levels);
    } else if (n->op == XF_OP_ASSIGN) {
        list_value(l, b, n->kids[1], from, point, levels);
    } else if (n->op == XF_OP_VAR && n->local) {
        count = xf_definitions_reaching(b->definitions, (uint32_t)n->value,
                                        point, &defs);
        for (size_t i = 0; i < count; i++) {
            const struct xf_node *d = defs[i]->node;

            xf_pointers_add(&l->seen, d, &is_new);
            if (defs[i]->kind == XF_DEF_VALUE && is_new)
                list_value(l, b, d->kids[d->op == XF_OP_DECL ? 0 : 1], d,
                           defs[i]->point, levels);
        }
        free(defs);
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
    bool is_new;

    xf_pointers_add(&l->seen, f, &is_new);
    if (is_new && f->nbodies && !program_body(l->p, &f->bodies[0]))
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

/* Errors are numbers: pointers and truth values are not passed on. */
static bool is_error_type(const char *type)
{
    return !strcmp(type, "int") || !strcmp(type, "long");
}

void producers_list(struct producers *out, struct program *p,
                    struct sources *sources, const struct site *site,
                    const struct literal *literal)
{
    struct lister l = {out, p, sources, {0}};
    const struct xf_node *call;

    memset(out, 0, sizeof(*out));
    if (!site->body || !literal->node)
        return;
    call = xf_definitions_call(site->body->cfg, site->body->definitions,
                               literal->node);
    if (call && is_error_type(call->type))
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
