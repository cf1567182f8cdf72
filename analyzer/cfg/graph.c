/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Questions about the graph. Dominators: K. D. Cooper, T. J. Harvey,
 * K. Kennedy, A Simple, Fast Dominance Algorithm, 2001.
 */
#include "internal.h"

#include <stdlib.h>

#include "alloc.h"

void xf_cfg_free(struct xf_cfg *cfg)
{
    if (!cfg)
        return;
    for (size_t i = 0; i < cfg->nblocks; i++) {
        free(cfg->blocks[i].actions);
        free(cfg->blocks[i].next);
        free(cfg->blocks[i].prev);
        free(cfg->blocks[i].labels);
    }
    free(cfg->blocks);
    free(cfg->points);
    free(cfg->in);
    free(cfg->out);
    free(cfg->pin);
    free(cfg->pout);
    xf_pointers_release(&cfg->nodes);
    free(cfg);
}

size_t xf_cfg_count(const struct xf_cfg *cfg)
{
    return cfg->nblocks;
}

const struct xf_block *xf_cfg_block(const struct xf_cfg *cfg, uint32_t block)
{
    return &cfg->blocks[block];
}

bool xf_cfg_point(const struct xf_cfg *cfg, const struct xf_node *node,
                  struct xf_point *point)
{
    uint32_t at = xf_pointers_find(&cfg->nodes, node);

    if (at == XF_POINTERS_NONE)
        return false;
    *point = cfg->points[at];
    return true;
}

/* ---- dominators ----------------------------------------------------------- */

/* A graph to walk: the one of the function, or that of its reversed edges. */
struct view {
    struct xf_cfg *cfg;
    uint32_t *const *to, *const *from; /* per block: neighbours */
    const size_t *nto, *nfrom;
    uint32_t root;
};

struct order {
    uint32_t *items;  /* blocks in reverse postorder */
    uint32_t *number; /* of a block in it, or XF_CFG_NONE */
    size_t len;
};

/* Depth first, without recursion. */
static void walk(const struct view *v, struct order *order)
{
    size_t n = v->cfg->nblocks, depth = 1, at = n;
    uint32_t *stack = xf_calloc(n + 1, sizeof(*stack));
    size_t *child = xf_calloc(n, sizeof(*child));
    char *seen = xf_calloc(n, 1);

    order->items = xf_calloc(n, sizeof(*order->items));
    order->number = xf_calloc(n, sizeof(*order->number));
    for (size_t i = 0; i < n; i++)
        order->number[i] = XF_CFG_NONE;
    stack[0] = v->root;
    seen[v->root] = 1;
    while (depth) {
        uint32_t b = stack[depth - 1];

        if (child[b] < v->nto[b]) {
            uint32_t to = v->to[b][child[b]++];

            if (!seen[to]) {
                seen[to] = 1;
                stack[depth++] = to;
            }
        } else {
            order->items[--at] = b;
            depth--;
        }
    }
    order->len = n - at;
    for (size_t i = 0; i < order->len; i++) {
        order->items[i] = order->items[at + i];
        order->number[order->items[i]] = (uint32_t)i;
    }
    free(stack);
    free(child);
    free(seen);
}

static uint32_t meet(const uint32_t *idom, const struct order *o, uint32_t a,
                     uint32_t b)
{
    while (a != b) {
        while (o->number[a] > o->number[b])
            a = idom[a];
        while (o->number[b] > o->number[a])
            b = idom[b];
    }
    return a;
}

/* idom of every block, the root its own; XF_CFG_NONE when not reached. */
static uint32_t *dominators(const struct view *v)
{
    size_t n = v->cfg->nblocks;
    uint32_t *idom = xf_calloc(n, sizeof(*idom));
    struct order o;
    bool changed = true;

    walk(v, &o);
    for (size_t i = 0; i < n; i++)
        idom[i] = XF_CFG_NONE;
    idom[v->root] = v->root;
    while (changed) {
        changed = false;
        for (size_t i = 1; i < o.len; i++) {
            uint32_t b = o.items[i], best = XF_CFG_NONE;

            for (size_t k = 0; k < v->nfrom[b]; k++) {
                uint32_t p = v->from[b][k];

                if (idom[p] != XF_CFG_NONE)
                    best = best == XF_CFG_NONE ? p : meet(idom, &o, p, best);
            }
            if (best != idom[b]) {
                idom[b] = best;
                changed = true;
            }
        }
    }
    free(o.items);
    free(o.number);
    return idom;
}

/* Intervals: a dominates b when in[a] <= in[b] and out[b] <= out[a]. */
static void intervals(const struct xf_cfg *cfg, const uint32_t *idom,
                      uint32_t root, uint32_t **in, uint32_t **out)
{
    size_t n = cfg->nblocks, depth = 1;
    uint32_t *first = xf_calloc(n, sizeof(*first)); /* child + 1 */
    uint32_t *sibling = xf_calloc(n, sizeof(*sibling));
    uint32_t *stack = xf_calloc(n + 1, sizeof(*stack)), clock = 0;

    *in = xf_calloc(n, sizeof(**in));
    *out = xf_calloc(n, sizeof(**out));
    for (size_t i = n; i-- > 0;)
        if (idom[i] != XF_CFG_NONE && i != root) {
            sibling[i] = first[idom[i]];
            first[idom[i]] = (uint32_t)i + 1;
        }
    stack[0] = root;
    (*in)[root] = ++clock;
    while (depth) {
        uint32_t b = stack[depth - 1], child = first[b];

        if (child) {
            first[b] = sibling[child - 1];
            (*in)[child - 1] = ++clock;
            stack[depth++] = child - 1;
        } else {
            (*out)[b] = ++clock;
            depth--;
        }
    }
    free(first);
    free(sibling);
    free(stack);
}

/* ---- the two views -------------------------------------------------------- */

static void reach(struct xf_cfg *cfg, bool all)
{
    uint32_t *stack = xf_calloc(cfg->nblocks + 1, sizeof(*stack));
    char *seen = xf_calloc(cfg->nblocks, 1);
    size_t depth = 0;

    stack[depth++] = XF_CFG_ENTRY;
    seen[XF_CFG_ENTRY] = 1;
    while (depth) {
        struct xf_block *b = &cfg->blocks[stack[--depth]];

        b->reachable = true;
        b->live |= !all;
        for (size_t i = 0; i < b->nnext; i++)
            if (!seen[b->next[i]] &&
                (all || !cfg->blocks[b->next[i]].never)) {
                seen[b->next[i]] = 1;
                stack[depth++] = b->next[i];
            }
    }
    free(stack);
    free(seen);
}

static void fill_prev(struct xf_cfg *cfg)
{
    for (size_t i = 0; i < cfg->nblocks; i++)
        for (size_t k = 0; k < cfg->blocks[i].nnext; k++)
            cfg->blocks[cfg->blocks[i].next[k]].nprev++;
    for (size_t i = 0; i < cfg->nblocks; i++) {
        struct xf_block *b = &cfg->blocks[i];

        b->prev = xf_calloc(b->nprev + 1, sizeof(*b->prev));
        b->nprev = 0;
    }
    for (size_t i = 0; i < cfg->nblocks; i++)
        for (size_t k = 0; k < cfg->blocks[i].nnext; k++) {
            struct xf_block *to = &cfg->blocks[cfg->blocks[i].next[k]];

            to->prev[to->nprev++] = (uint32_t)i;
        }
}

/* Neighbours of every block, in `to` along the edges and in `from` against
 * them. */
struct neighbours {
    uint32_t **to, **from;
    size_t *nto, *nfrom;
};

static void link_blocks(struct neighbours *n, uint32_t a, uint32_t b)
{
    if (!(n->nto[a] & (n->nto[a] - 1)))
        n->to[a] = xf_realloc(n->to[a], (n->nto[a] ? 2 * n->nto[a] : 1) *
                                            sizeof(**n->to));
    n->to[a][n->nto[a]++] = b;
    if (!(n->nfrom[b] & (n->nfrom[b] - 1)))
        n->from[b] = xf_realloc(n->from[b],
                                (n->nfrom[b] ? 2 * n->nfrom[b] : 1) *
                                    sizeof(**n->from));
    n->from[b][n->nfrom[b]++] = a;
}

/* What constants exclude must not count for the rest: forwards, edges from
 * dead blocks into live ones are left out; backwards, those into dead ones. */
static void neighbours_of(struct neighbours *n, const struct xf_cfg *cfg,
                          bool forwards)
{
    size_t count = cfg->nblocks;

    n->to = xf_calloc(count, sizeof(*n->to));
    n->from = xf_calloc(count, sizeof(*n->from));
    n->nto = xf_calloc(count, sizeof(*n->nto));
    n->nfrom = xf_calloc(count, sizeof(*n->nfrom));
    for (size_t i = 0; i < count; i++) {
        const struct xf_block *b = &cfg->blocks[i];

        for (size_t k = 0; b->reachable && k < b->nnext; k++) {
            bool to_live = cfg->blocks[b->next[k]].live;

            if (b->live == to_live || b->live == forwards)
                link_blocks(n, (uint32_t)i, b->next[k]);
        }
    }
}

static void free_neighbours(struct neighbours *n, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(n->to[i]);
        free(n->from[i]);
    }
    free(n->to);
    free(n->from);
    free(n->nto);
    free(n->nfrom);
}

/* Marks the blocks from which there is a way to `start`. */
static void mark_ends(const struct neighbours *n, uint32_t start, char *ends,
                      uint32_t *stack)
{
    size_t depth = 0;

    ends[start] = 1;
    stack[depth++] = start;
    while (depth) {
        uint32_t b = stack[--depth];

        for (size_t k = 0; k < n->nfrom[b]; k++)
            if (!ends[n->from[b][k]]) {
                ends[n->from[b][k]] = 1;
                stack[depth++] = n->from[b][k];
            }
    }
}

/* Endless loops never reach the exit: give their last block an edge to it, so
 * that every block has post-dominators. */
static void close_loops(struct neighbours *n, const struct xf_cfg *cfg)
{
    char *ends = xf_calloc(cfg->nblocks, 1);
    uint32_t *stack = xf_calloc(cfg->nblocks + 1, sizeof(*stack));

    mark_ends(n, XF_CFG_EXIT, ends, stack);
    for (uint32_t i = (uint32_t)cfg->nblocks; i-- > 0;)
        if (!ends[i] && cfg->blocks[i].reachable) {
            link_blocks(n, i, XF_CFG_EXIT);
            mark_ends(n, i, ends, stack);
        }
    free(ends);
    free(stack);
}

static void find_heads(struct xf_cfg *cfg)
{
    for (size_t i = 0; i < cfg->nblocks; i++)
        for (size_t k = 0; k < cfg->blocks[i].nnext; k++)
            if (cfg->blocks[i].reachable &&
                xf_cfg_dominates(cfg, cfg->blocks[i].next[k], (uint32_t)i))
                cfg->blocks[cfg->blocks[i].next[k]].loop_head = true;
}

void xf_cfg_finish(struct xf_cfg *cfg)
{
    struct neighbours n, m;
    uint32_t *idom, *ipdom;

    fill_prev(cfg);
    reach(cfg, false);
    reach(cfg, true);
    neighbours_of(&n, cfg, true);
    struct view forwards = {cfg, n.to, n.from, n.nto, n.nfrom, XF_CFG_ENTRY};
    idom = dominators(&forwards);
    intervals(cfg, idom, XF_CFG_ENTRY, &cfg->in, &cfg->out);
    neighbours_of(&m, cfg, false);
    close_loops(&m, cfg);
    struct view backwards = {cfg, m.from, m.to, m.nfrom, m.nto, XF_CFG_EXIT};
    ipdom = dominators(&backwards);
    intervals(cfg, ipdom, XF_CFG_EXIT, &cfg->pin, &cfg->pout);
    for (size_t i = 0; i < cfg->nblocks; i++) {
        cfg->blocks[i].idom = idom[i] == i ? XF_CFG_NONE : idom[i];
        cfg->blocks[i].ipdom = ipdom[i] == i ? XF_CFG_NONE : ipdom[i];
    }
    find_heads(cfg);
    free(idom);
    free(ipdom);
    free_neighbours(&n, cfg->nblocks);
    free_neighbours(&m, cfg->nblocks);
}

bool xf_cfg_dominates(const struct xf_cfg *cfg, uint32_t a, uint32_t b)
{
    return cfg->in[a] && cfg->in[b] && cfg->in[a] <= cfg->in[b] &&
           cfg->out[b] <= cfg->out[a];
}

bool xf_cfg_postdominates(const struct xf_cfg *cfg, uint32_t a, uint32_t b)
{
    return cfg->pin[a] && cfg->pin[b] && cfg->pin[a] <= cfg->pin[b] &&
           cfg->pout[b] <= cfg->pout[a];
}

size_t xf_cfg_guards(const struct xf_cfg *cfg, uint32_t block,
                     uint32_t **guards)
{
    size_t n = 0;

    *guards = NULL;
    for (uint32_t b = block; b != XF_CFG_NONE; b = cfg->blocks[b].idom)
        n += cfg->blocks[b].guard != XF_GUARD_NONE;
    *guards = xf_calloc(n + 1, sizeof(**guards));
    for (uint32_t b = block, at = (uint32_t)n; b != XF_CFG_NONE;
         b = cfg->blocks[b].idom)
        if (cfg->blocks[b].guard != XF_GUARD_NONE)
            (*guards)[--at] = b;
    return n;
}

size_t xf_cfg_depends(const struct xf_cfg *cfg, uint32_t block,
                      uint32_t **guards)
{
    size_t n = 0, cap = 0;

    *guards = NULL;
    for (uint32_t g = 0; g < cfg->nblocks; g++) {
        const struct xf_block *b = &cfg->blocks[g];
        bool other = false;

        if (b->guard == XF_GUARD_NONE || !b->reachable ||
            !xf_cfg_postdominates(cfg, block, g))
            continue;
        for (size_t i = 0; i < b->nprev && !other; i++)
            other = cfg->blocks[b->prev[i]].reachable &&
                    (!xf_cfg_postdominates(cfg, block, b->prev[i]) ||
                     b->prev[i] == block);
        if (!other)
            continue;
        XF_GROW(*guards, n, cap);
        (*guards)[n++] = g;
    }
    return n;
}

bool xf_cfg_passes(const struct xf_cfg *cfg, const struct xf_node *node,
                   const struct xf_node *condition, bool polarity)
{
    enum xf_guard want = polarity ? XF_GUARD_TRUE : XF_GUARD_FALSE;
    struct xf_point point;

    if (!xf_cfg_point(cfg, node, &point))
        return false;
    for (uint32_t b = point.block; b != XF_CFG_NONE; b = cfg->blocks[b].idom)
        if (cfg->blocks[b].guard == want && cfg->blocks[b].condition == condition)
            return true;
    return false;
}
