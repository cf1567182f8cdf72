/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reaching definitions of locals, found on demand: a walk backwards from the
 * use that ends at definitions of the whole variable. Few uses are asked for,
 * so sets for all of them are not worth their cost.
 */
#include "cfg.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct entry {
    uint32_t local;
    struct xf_definition definition;
};

struct local {
    const struct xf_node *parameter; /* NULL: declared in the body */
    bool argument; /* its address is an argument of a call or of assembly */
    bool escapes;  /* its address is taken elsewhere */
};

struct xf_definitions {
    const struct xf_cfg *cfg;
    struct local *locals;
    size_t nlocals, locals_cap;
    struct entry *entries; /* by block, in order of the actions */
    size_t nentries, entries_cap;
    size_t *first; /* per block: its first entry; one more at the end */
    struct xf_definition *parameters; /* per local */
    /* of a walk: */
    uint32_t *stack;
    uint32_t *seen; /* per block: the walk that saw it last */
    uint32_t walks;
};

static bool is_array(const struct xf_node *n)
{
    size_t len = strlen(n->type);

    return len && n->type[len - 1] == ']';
}

/* The local that x, x.a, x[i], x.a[i].b is (part of), or NULL. Members reached
 * through pointers are not part of it. */
static const struct xf_node *root_of(const struct xf_node *n)
{
    for (;;) {
        if (n->op == XF_OP_VAR)
            return n->local ? n : NULL;
        if (n->op == XF_OP_INDEX ? !is_array(n->kids[0])
                                 : n->op != XF_OP_MEMBER)
            return NULL;
        n = n->kids[0];
    }
}

/* The local whose address an argument hands over: &x, (T *)&x.a, &x + 1, or an
 * array. */
static const struct xf_node *address_in(const struct xf_node *n)
{
    const struct xf_node *root;

    while (n->op == XF_OP_CAST ||
           (n->op == XF_OP_BINARY && (!strcmp(n->name, "+") ||
                                      !strcmp(n->name, "-"))))
        n = n->kids[0];
    if (n->op == XF_OP_ADDRESS)
        return root_of(n->kids[0]);
    if (n->op == XF_OP_VAR || n->op == XF_OP_MEMBER) {
        root = root_of(n);
        return root && is_array(n) ? root : NULL;
    }
    return NULL;
}

static struct local *local_of(struct xf_definitions *d, int64_t number)
{
    if (number < 0 || number > 1000000)
        number = 1000000;
    while (d->nlocals <= (size_t)number) {
        XF_GROW(d->locals, d->nlocals, d->locals_cap);
        memset(&d->locals[d->nlocals++], 0, sizeof(*d->locals));
    }
    return &d->locals[number];
}

/* ---- which addresses are taken --------------------------------------------- */

static void find_addresses(struct xf_definitions *d, const struct xf_node *n,
                           const struct xf_node *parent)
{
    const struct xf_node *root = address_in(n);

    if (root) {
        struct local *local = local_of(d, root->value);

        if (!parent || parent->op == XF_OP_ASM ||
            (parent->op == XF_OP_CALL && parent->kids[0] != n))
            local->argument = true;
        else if (parent->op != XF_OP_INDEX && parent->op != XF_OP_DEREF &&
                 parent->op != XF_OP_ARROW && parent->op != XF_OP_MEMBER)
            local->escapes = true;
        if (n->op == XF_OP_CAST || n->op == XF_OP_BINARY) {
            /* What is inside was looked at; operands may hold more. */
            for (uint32_t i = 1; i < n->nkids; i++)
                find_addresses(d, n->kids[i], n);
            return;
        }
    }
    if (n->op == XF_OP_VAR && n->local)
        local_of(d, n->value);
    for (uint32_t i = 0; i < n->nkids; i++)
        find_addresses(d, n->kids[i], n);
}

/* ---- definitions of an action ------------------------------------------------ */

static void add(struct xf_definitions *d, int64_t local,
                enum xf_definition_kind kind, const struct xf_node *n,
                struct xf_point point)
{
    struct entry e = {(uint32_t)local, {kind, n, point}};

    local_of(d, local);
    XF_GROW(d->entries, d->nentries, d->entries_cap);
    d->entries[d->nentries++] = e;
}

/* Something that may write every variable whose address got away. */
static void add_unknown(struct xf_definitions *d, const struct xf_node *n,
                        struct xf_point point)
{
    for (size_t i = 0; i < d->nlocals; i++)
        if (d->locals[i].escapes)
            add(d, (int64_t)i, XF_DEF_UNKNOWN, n, point);
}

static void add_store(struct xf_definitions *d, const struct xf_node *n,
                      struct xf_point point)
{
    const struct xf_node *to = n->kids[0], *root = root_of(to);
    bool whole = to->op == XF_OP_VAR;

    if (!root) {
        if (to->op != XF_OP_VAR)
            add_unknown(d, n, point);
        return;
    }
    add(d, root->value,
        !whole                                             ? XF_DEF_PART
        : n->op == XF_OP_ASSIGN && !strcmp(n->name, "=") ? XF_DEF_VALUE
                                                           : XF_DEF_CHANGE,
        n, point);
}

static void add_operands(struct xf_definitions *d, const struct xf_node *n,
                         struct xf_point point)
{
    bool is_asm = n->op == XF_OP_ASM;

    for (uint32_t i = is_asm ? 0 : 1; i < n->nkids; i++) {
        const struct xf_node *root = address_in(n->kids[i]);

        if (!root && is_asm && (!n->has_value || i < n->value))
            root = root_of(n->kids[i]);
        if (root)
            add(d, root->value, is_asm ? XF_DEF_ASM : XF_DEF_CALL, n, point);
    }
    add_unknown(d, n, point);
}

static void add_action(struct xf_definitions *d, const struct xf_node *n,
                       struct xf_point point)
{
    switch (n->op) {
    case XF_OP_DECL:
        add(d, n->value, n->nkids ? XF_DEF_VALUE : XF_DEF_NONE, n, point);
        break;
    case XF_OP_ASSIGN:
    case XF_OP_UNARY:
        add_store(d, n, point);
        break;
    case XF_OP_CALL:
    case XF_OP_ASM:
        add_operands(d, n, point);
        break;
    default:
        break;
    }
}

struct xf_definitions *xf_definitions_build(const struct xf_cfg *cfg,
                                            const struct xf_node *function)
{
    struct xf_definitions *d = xf_calloc(1, sizeof(*d));
    size_t n = xf_cfg_count(cfg);

    d->cfg = cfg;
    find_addresses(d, function, NULL);
    for (uint32_t i = 0; i < function->nkids; i++)
        if (function->kids[i]->op == XF_OP_PARAM)
            local_of(d, function->kids[i]->value)->parameter =
                function->kids[i];
    d->first = xf_calloc(n + 1, sizeof(*d->first));
    for (uint32_t b = 0; b < n; b++) {
        const struct xf_block *block = xf_cfg_block(cfg, b);

        d->first[b] = d->nentries;
        for (size_t i = 0; i < block->nactions; i++)
            add_action(d, block->actions[i], (struct xf_point){b, i});
    }
    d->first[n] = d->nentries;
    d->stack = xf_calloc(n + 1, sizeof(*d->stack));
    d->seen = xf_calloc(n, sizeof(*d->seen));
    d->parameters = xf_calloc(d->nlocals + 1, sizeof(*d->parameters));
    for (size_t i = 0; i < d->nlocals; i++)
        d->parameters[i] = (struct xf_definition){
            XF_DEF_PARAMETER, d->locals[i].parameter, {XF_CFG_ENTRY, 0}};
    return d;
}

void xf_definitions_free(struct xf_definitions *d)
{
    if (!d)
        return;
    free(d->locals);
    free(d->entries);
    free(d->first);
    free(d->parameters);
    free(d->stack);
    free(d->seen);
    free(d);
}

/* ---- the walk ---------------------------------------------------------------- */

struct search {
    const struct xf_definitions *d;
    uint32_t local;
    const struct xf_definition **found;
    size_t nfound, cap;
};

static void add_found(struct search *s, const struct xf_definition *definition)
{
    for (size_t i = 0; i < s->nfound; i++)
        if (s->found[i] == definition)
            return;
    XF_GROW(s->found, s->nfound, s->cap);
    s->found[s->nfound++] = definition;
}

/* The definitions of a block before action `index`; true when one of them ends
 * the walk. */
static bool scan_block(struct search *s, uint32_t block, size_t index)
{
    const struct xf_definitions *d = s->d;

    for (size_t i = d->first[block + 1]; i-- > d->first[block];) {
        const struct entry *e = &d->entries[i];

        if (e->local != s->local || e->definition.point.index >= index)
            continue;
        add_found(s, &e->definition);
        if (e->definition.kind <= XF_DEF_CHANGE)
            return true;
    }
    return false;
}

static int by_place(const void *a, const void *b)
{
    const struct xf_definition *x = *(const struct xf_definition *const *)a;
    const struct xf_definition *y = *(const struct xf_definition *const *)b;

    if (x->point.block != y->point.block)
        return x->point.block < y->point.block ? -1 : 1;
    if (x->point.index != y->point.index)
        return x->point.index < y->point.index ? -1 : 1;
    /* A parameter comes before the first action; where the two lie in memory
     * says nothing. Entries are in one array, in order. */
    if ((x->kind == XF_DEF_PARAMETER) != (y->kind == XF_DEF_PARAMETER))
        return x->kind == XF_DEF_PARAMETER ? -1 : 1;
    return (x > y) - (x < y);
}

/* Pushes the predecessors of a block that this walk has not seen. */
static size_t push_before(const struct xf_definitions *d, uint32_t block,
                          size_t depth)
{
    const struct xf_block *b = xf_cfg_block(d->cfg, block);

    for (size_t i = 0; i < b->nprev; i++) {
        uint32_t p = b->prev[i];

        if (d->seen[p] == d->walks || !xf_cfg_block(d->cfg, p)->reachable)
            continue;
        d->seen[p] = d->walks;
        d->stack[depth++] = p;
    }
    return depth;
}

size_t xf_definitions_reaching(struct xf_definitions *d, uint32_t local,
                               struct xf_point point,
                               const struct xf_definition ***out)
{
    struct search s = {.d = d, .local = local};
    size_t depth = 0;

    *out = NULL;
    if (local >= d->nlocals)
        return 0;
    d->walks++;
    if (!scan_block(&s, point.block, point.index)) {
        if (point.block == XF_CFG_ENTRY && d->locals[local].parameter)
            add_found(&s, &d->parameters[local]);
        depth = push_before(d, point.block, 0);
    }
    while (depth) {
        uint32_t b = d->stack[--depth];

        if (scan_block(&s, b, SIZE_MAX))
            continue;
        if (b == XF_CFG_ENTRY && d->locals[local].parameter)
            add_found(&s, &d->parameters[local]);
        depth = push_before(d, b, depth);
    }
    if (s.nfound)
        qsort(s.found, s.nfound, sizeof(*s.found), by_place);
    *out = s.found;
    return s.nfound;
}

static bool defines(const struct xf_definitions *d, uint32_t local,
                    uint32_t block, size_t index)
{
    for (size_t i = d->first[block]; i < d->first[block + 1]; i++)
        if (d->entries[i].local == local &&
            d->entries[i].definition.point.index < index)
            return true;
    return false;
}

bool xf_definitions_between(struct xf_definitions *d, uint32_t local,
                            uint32_t from, struct xf_point point)
{
    size_t depth;

    if (local >= d->nlocals || defines(d, local, point.block, point.index))
        return true;
    if (point.block == from)
        return false;
    d->walks++;
    depth = push_before(d, point.block, 0);
    while (depth) {
        uint32_t b = d->stack[--depth];

        if (defines(d, local, b, SIZE_MAX))
            return true;
        if (b != from)
            depth = push_before(d, b, depth);
    }
    return false;
}

bool xf_definitions_shared(const struct xf_definitions *d, uint32_t local)
{
    return local >= d->nlocals || d->locals[local].escapes ||
           d->locals[local].argument;
}

/* ---- calls ------------------------------------------------------------------- */

static const struct xf_node *without_sugar(const struct xf_node *n)
{
    for (;;) {
        if (n->op == XF_OP_CAST ||
            (n->op == XF_OP_UNARY && !strcmp(n->name, "!"))) {
            n = n->kids[0];
        } else if (n->op == XF_OP_BINARY && strchr("=!<>", *n->name) &&
                   strcmp(n->name, "<<") && strcmp(n->name, ">>")) {
            if (n->kids[1]->op == XF_OP_INT ||
                (n->kids[1]->op == XF_OP_UNARY &&
                 n->kids[1]->kids[0]->op == XF_OP_INT))
                n = n->kids[0];
            else if (n->kids[0]->op == XF_OP_INT)
                n = n->kids[1];
            else
                return n;
        } else if (n->op == XF_OP_ASSIGN && !strcmp(n->name, "=")) {
            n = n->kids[1]; /* if ( (rc = f()) ) */
        } else if (n->op == XF_OP_CALL && n->nkids >= 2 &&
                   !strcmp(n->kids[0]->name, "__builtin_expect")) {
            n = n->kids[1];
        } else {
            return n;
        }
    }
}

const struct xf_node *xf_definitions_call(const struct xf_cfg *cfg,
                                          struct xf_definitions *d,
                                          const struct xf_node *literal)
{
    const struct xf_node *n = without_sugar(literal);
    const struct xf_definition **defs;
    struct xf_point point;
    size_t count;

    if (n->op == XF_OP_VAR && n->local && xf_cfg_point(cfg, literal, &point)) {
        count = xf_definitions_reaching(d, (uint32_t)n->value, point, &defs);
        n = NULL;
        if (count == 1 && defs[0]->kind == XF_DEF_VALUE)
            n = without_sugar(defs[0]->node->op == XF_OP_DECL
                                  ? defs[0]->node->kids[0]
                                  : defs[0]->node->kids[1]);
        free(defs);
    }
    return n && n->op == XF_OP_CALL ? n : NULL;
}
