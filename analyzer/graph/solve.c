/* SPDX-License-Identifier: GPL-2.0-only */
#include "solve.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct list {
    uint32_t *items;
    uint32_t len, cap;
};

struct node {
    struct list values;  /* ascending */
    struct list fresh;   /* values not yet propagated, ascending */
    struct list copies;  /* nodes that include this one */
    struct list sources; /* the other way round */
    struct list loads;   /* nodes that include what this one points to */
    struct list stores;  /* nodes that what this one points to includes */
    struct list calls;
    bool queued;
};

struct xf_solver {
    struct node *nodes;
    size_t len, cap;
    struct list queue;
    uint32_t head; /* next in the queue */
    xf_ptr_call_fn *on_call;
    void *payload;
};

static void append(struct list *l, uint32_t item)
{
    XF_GROW(l->items, l->len, l->cap);
    l->items[l->len++] = item;
}

static bool contains(const struct list *l, uint32_t item)
{
    for (uint32_t i = 0; i < l->len; i++)
        if (l->items[i] == item)
            return true;
    return false;
}

/* First position that is not below `item`. */
static uint32_t lower_bound(const struct list *l, uint32_t item)
{
    uint32_t low = 0, high = l->len;

    while (low < high) {
        uint32_t mid = (low + high) / 2;

        if (l->items[mid] < item)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool insert(struct list *l, uint32_t item)
{
    uint32_t at = lower_bound(l, item);

    if (at < l->len && l->items[at] == item)
        return false;
    XF_GROW(l->items, l->len, l->cap);
    memmove(l->items + at + 1, l->items + at,
            (l->len - at) * sizeof(*l->items));
    l->items[at] = item;
    l->len++;
    return true;
}

static void enqueue(struct xf_solver *s, xf_ptr_node n)
{
    if (s->nodes[n].queued)
        return;
    s->nodes[n].queued = true;
    append(&s->queue, n);
}

struct xf_solver *xf_solver_new(xf_ptr_call_fn *on_call, void *payload)
{
    struct xf_solver *s = xf_calloc(1, sizeof(*s));

    s->on_call = on_call;
    s->payload = payload;
    return s;
}

void xf_solver_free(struct xf_solver *s)
{
    for (size_t i = 0; i < s->len; i++) {
        struct node *n = &s->nodes[i];

        free(n->values.items);
        free(n->fresh.items);
        free(n->copies.items);
        free(n->sources.items);
        free(n->loads.items);
        free(n->stores.items);
        free(n->calls.items);
    }
    free(s->nodes);
    free(s->queue.items);
    free(s);
}

xf_ptr_node xf_solver_node(struct xf_solver *s)
{
    XF_GROW(s->nodes, s->len, s->cap);
    memset(&s->nodes[s->len], 0, sizeof(*s->nodes));
    return (xf_ptr_node)s->len++;
}

size_t xf_solver_nodes(const struct xf_solver *s)
{
    return s->len;
}

void xf_solver_value(struct xf_solver *s, xf_ptr_node to, xf_ptr_value value)
{
    struct node *n = &s->nodes[to];

    if (insert(&n->values, value)) {
        insert(&n->fresh, value);
        enqueue(s, to);
    }
}

static void include(struct xf_solver *s, xf_ptr_node to, xf_ptr_node from)
{
    for (uint32_t i = 0; i < s->nodes[from].values.len; i++)
        xf_solver_value(s, to, s->nodes[from].values.items[i]);
}

void xf_solver_copy(struct xf_solver *s, xf_ptr_node to, xf_ptr_node from)
{
    if (to == from || contains(&s->nodes[from].copies, to))
        return;
    append(&s->nodes[from].copies, to);
    append(&s->nodes[to].sources, from);
    include(s, to, from);
}

static void apply(struct xf_solver *s, struct list *constraints,
                  xf_ptr_node pointer, uint32_t item,
                  void (*fn)(struct xf_solver *s, xf_ptr_node object,
                             uint32_t item))
{
    append(constraints, item);
    for (uint32_t i = 0; i < s->nodes[pointer].values.len; i++) {
        xf_ptr_value v = s->nodes[pointer].values.items[i];

        if (v & 1)
            fn(s, v >> 1, item);
    }
}

static void load_from(struct xf_solver *s, xf_ptr_node object, uint32_t to)
{
    xf_solver_copy(s, to, object);
}

static void store_to(struct xf_solver *s, xf_ptr_node object, uint32_t from)
{
    xf_solver_copy(s, object, from);
}

void xf_solver_load(struct xf_solver *s, xf_ptr_node to, xf_ptr_node pointer)
{
    apply(s, &s->nodes[pointer].loads, pointer, to, load_from);
}

void xf_solver_store(struct xf_solver *s, xf_ptr_node pointer, xf_ptr_node from)
{
    apply(s, &s->nodes[pointer].stores, pointer, from, store_to);
}

void xf_solver_call(struct xf_solver *s, xf_ptr_node pointer, uint32_t call)
{
    append(&s->nodes[pointer].calls, call);
    for (uint32_t i = 0; i < s->nodes[pointer].values.len; i++) {
        xf_ptr_value v = s->nodes[pointer].values.items[i];

        if (!(v & 1))
            s->on_call(s->payload, call, v >> 1);
    }
}

/* The lists of a node may grow while they are walked: index them anew. */
static void propagate(struct xf_solver *s, xf_ptr_node at, xf_ptr_value v)
{
    for (uint32_t i = 0; i < s->nodes[at].copies.len; i++)
        xf_solver_value(s, s->nodes[at].copies.items[i], v);
    if (!(v & 1)) {
        for (uint32_t i = 0; i < s->nodes[at].calls.len; i++)
            s->on_call(s->payload, s->nodes[at].calls.items[i], v >> 1);
        return;
    }
    for (uint32_t i = 0; i < s->nodes[at].loads.len; i++)
        load_from(s, v >> 1, s->nodes[at].loads.items[i]);
    for (uint32_t i = 0; i < s->nodes[at].stores.len; i++)
        store_to(s, v >> 1, s->nodes[at].stores.items[i]);
}

void xf_solver_run(struct xf_solver *s)
{
    while (s->head < s->queue.len) {
        xf_ptr_node at = s->queue.items[s->head++];
        struct list fresh = s->nodes[at].fresh;

        memset(&s->nodes[at].fresh, 0, sizeof(fresh));
        s->nodes[at].queued = false;
        for (uint32_t i = 0; i < fresh.len; i++)
            propagate(s, at, fresh.items[i]);
        free(fresh.items);
        if (s->head == s->queue.len)
            s->head = s->queue.len = 0;
    }
}

const xf_ptr_value *xf_solver_values(const struct xf_solver *s,
                                     xf_ptr_node node, size_t *n)
{
    *n = s->nodes[node].values.len;
    return s->nodes[node].values.items;
}

bool xf_solver_holds(const struct xf_solver *s, xf_ptr_node node,
                     xf_ptr_value value)
{
    const struct list *l = &s->nodes[node].values;
    uint32_t at = lower_bound(l, value);

    return at < l->len && l->items[at] == value;
}

const xf_ptr_node *xf_solver_sources(const struct xf_solver *s,
                                     xf_ptr_node node, size_t *n)
{
    *n = s->nodes[node].sources.len;
    return s->nodes[node].sources.items;
}
