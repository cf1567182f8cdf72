/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A* from the targets back to the starts (Hart, Nilsson and Raphael, 1968). The
 * distances from the starts are known exactly, so partial routes come off the
 * heap in the order of what they will cost when complete. Each state is gone
 * through at most k times, as no k routes need more when loops are left out of
 * account; that also keeps routes from being variations of one.
 */
#include "routes.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define MAX_PIECES 400000 /* of partial routes; a bound on memory */

struct piece { /* end of a route, from here to the target */
    uint32_t state, edge, next, cost;
    bool complete;
};

struct search {
    const struct xf_graph *g;
    struct piece *pieces;
    size_t npieces, cap;
    struct {
        uint64_t *items; /* estimate << 32 | piece */
        size_t len, cap;
    } heap;
    uint32_t *start_cost; /* per state, XF_UNREACHED when it is no start */
    uint8_t *times;       /* per state: how often it was gone through */
    size_t k;
};

static void push(struct search *s, struct piece piece, uint32_t estimate)
{
    uint64_t item = (uint64_t)estimate << 32 | (uint32_t)s->npieces;
    size_t at = s->heap.len;

    if (s->npieces >= MAX_PIECES)
        return;
    XF_GROW(s->pieces, s->npieces, s->cap);
    s->pieces[s->npieces++] = piece;
    XF_GROW(s->heap.items, s->heap.len, s->heap.cap);
    s->heap.len++;
    for (; at && s->heap.items[(at - 1) / 2] > item; at = (at - 1) / 2)
        s->heap.items[at] = s->heap.items[(at - 1) / 2];
    s->heap.items[at] = item;
}

static uint32_t pop(struct search *s)
{
    uint64_t *h = s->heap.items, top = h[0], last = h[--s->heap.len];
    size_t at = 0, kid;

    while ((kid = 2 * at + 1) < s->heap.len) {
        if (kid + 1 < s->heap.len && h[kid + 1] < h[kid])
            kid++;
        if (h[kid] >= last)
            break;
        h[at] = h[kid];
        at = kid;
    }
    h[at] = last;
    return (uint32_t)top;
}

static bool passes(const struct search *s, uint32_t piece, uint32_t function)
{
    for (; piece != XF_NO_EDGE; piece = s->pieces[piece].next)
        if (s->pieces[piece].state / XF_STATES == function)
            return true;
    return false;
}

/* Cheapest edge from a state of the caller among equal ones. */
static bool is_best(const struct xf_graph *g, uint32_t edge, uint8_t from,
                    uint8_t to)
{
    const struct xf_edge *e = &g->edges[edge];
    uint32_t cost = xf_graph_cost(g, e, from);

    for (uint32_t i = g->in_at[e->to]; i < g->in_at[e->to + 1]; i++) {
        const struct xf_edge *o = &g->edges[g->in[i]];
        uint32_t other;

        if (g->in[i] == edge || o->from != e->from ||
            xf_graph_cross(g, o, from) != to)
            continue;
        other = xf_graph_cost(g, o, from);
        if (other < cost || (other == cost && g->in[i] < edge))
            return false;
    }
    return true;
}

static void step_back(struct search *s, uint32_t at, uint32_t edge)
{
    const struct xf_graph *g = s->g;
    const struct xf_edge *e = &g->edges[edge];
    struct piece here = s->pieces[at];
    uint8_t to = (uint8_t)(here.state % XF_STATES);

    if (passes(s, at, e->from))
        return;
    for (uint8_t from = 0; from < XF_STATES; from++) {
        uint32_t state = e->from * XF_STATES + from, cost;

        if (g->distance[state] == XF_UNREACHED ||
            xf_graph_cross(g, e, from) != to || !is_best(g, edge, from, to))
            continue;
        cost = here.cost + xf_graph_cost(g, e, from);
        push(s, (struct piece){state, edge, at, cost, false},
             cost + g->distance[state]);
    }
}

static void expand(struct search *s, uint32_t at)
{
    const struct xf_graph *g = s->g;
    struct piece here = s->pieces[at];
    uint32_t function = here.state / XF_STATES;

    if (s->times[here.state] >= s->k)
        return;
    s->times[here.state]++;
    if (s->start_cost[here.state] != XF_UNREACHED) {
        struct piece whole = here;

        whole.complete = true;
        push(s, whole, here.cost + s->start_cost[here.state]);
    }
    for (uint32_t i = g->in_at[function]; i < g->in_at[function + 1]; i++)
        step_back(s, at, g->in[i]);
}

static struct xf_route route_of(const struct search *s, uint32_t piece)
{
    struct xf_route r = {0};
    uint32_t edge = XF_NO_EDGE;

    for (uint32_t p = piece; p != XF_NO_EDGE; p = s->pieces[p].next)
        r.len++;
    r.states = xf_calloc(r.len, sizeof(*r.states));
    r.edges = xf_calloc(r.len, sizeof(*r.edges));
    r.len = 0;
    for (uint32_t p = piece; p != XF_NO_EDGE; p = s->pieces[p].next) {
        r.states[r.len] = s->pieces[p].state;
        r.edges[r.len++] = edge;
        edge = s->pieces[p].edge; /* leads from here to the next */
    }
    return r;
}

static bool same_functions(const struct xf_route *a, const struct xf_route *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (a->states[i] / XF_STATES != b->states[i] / XF_STATES)
            return false;
    return true;
}

size_t xf_routes(const struct xf_graph *g, const uint32_t *targets,
                 size_t ntargets, size_t k, struct xf_route *out)
{
    struct search s = {.g = g, .k = k > 255 ? 255 : k};
    size_t n = g->nfunctions * XF_STATES, found = 0;

    s.start_cost = xf_malloc((n + 1) * sizeof(*s.start_cost));
    memset(s.start_cost, 0xff, n * sizeof(*s.start_cost));
    s.times = xf_calloc(n + 1, 1);
    for (size_t i = 0; i < g->nstarts; i++)
        s.start_cost[g->starts[i].function * XF_STATES +
                     g->starts[i].context] =
            g->starts[i].fallback ? XF_FALLBACK_COST : 0;
    for (size_t i = 0; i < ntargets; i++)
        if (g->distance[targets[i]] != XF_UNREACHED)
            push(&s, (struct piece){targets[i], XF_NO_EDGE, XF_NO_EDGE, 0,
                                    false},
                 g->distance[targets[i]]);
    while (s.heap.len && found < k) {
        uint32_t at = pop(&s);
        bool known = false;

        if (!s.pieces[at].complete) {
            expand(&s, at);
            continue;
        }
        out[found] = route_of(&s, at);
        for (size_t i = 0; i < found && !known; i++)
            known = same_functions(&out[i], &out[found]);
        if (known)
            xf_route_release(&out[found]);
        else
            found++;
    }
    free(s.pieces);
    free(s.heap.items);
    free(s.start_cost);
    free(s.times);
    return found;
}

void xf_route_release(struct xf_route *route)
{
    free(route->states);
    free(route->edges);
    memset(route, 0, sizeof(*route));
}
