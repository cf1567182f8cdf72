/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The call graph of one build in memory, and shortest paths in it. A state is
 * a function in a context; a call leads from state to state, or ends there
 * when its effect says that the context does not go on. Contexts from
 * XF_MAX_CONTEXTS on are shadows: context c has not got here itself, but has
 * armed what did.
 */
#ifndef XF_REACH_STATES_H
#define XF_REACH_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "rules.h"
#include "store.h"

#define XF_STATES (2 * XF_MAX_CONTEXTS) /* per function */
#define XF_UNREACHED UINT32_MAX
#define XF_NO_EDGE UINT32_MAX

enum xf_edge_kind { XF_DIRECT, XF_INDIRECT, XF_ASM, XF_ARMED };
const char *xf_edge_kind_name(uint8_t kind);

struct xf_reach_function {
    int64_t id;
    char *name, *file, *section;
    int line;
    bool is_asm, is_static;
};

struct xf_effect {
    uint8_t to[XF_MAX_CONTEXTS]; /* XF_NO_CONTEXT: does not go on */
    xf_context_set last;         /* contexts for which it is a last resort */
};

struct xf_edge {
    uint32_t from, to; /* functions */
    uint32_t effect;   /* index into effects */
    uint32_t via, file; /* index into texts */
    int line, col;
    int64_t call; /* rowid; 0 for XF_ARMED */
    uint8_t kind;
    bool uncertain;
    bool keeps; /* XF_ARMED: the callback keeps the context */
};

struct xf_start {
    uint32_t function;
    uint8_t context; /* may be a shadow */
    bool fallback;
    const char *rule, *source; /* owned by the rules or by texts */
};

struct xf_graph {
    int64_t build;
    struct xf_reach_function *functions;
    size_t nfunctions, functions_cap;
    int64_t first_id; /* functions are numbered without gaps */
    struct xf_edge *edges;
    size_t nedges, edges_cap;
    struct xf_effect *effects; /* 0 changes nothing */
    size_t neffects, effects_cap;
    struct xf_map effect_keys;
    struct xf_start *starts;
    size_t nstarts, starts_cap;
    struct xf_map texts;
    /* Edges by caller: out[out_at[f] .. out_at[f + 1]). By callee likewise. */
    uint32_t *out, *out_at, *in, *in_at;
    /* Results of xf_graph_spread(), per state. */
    uint32_t *distance;
    uint32_t *parent; /* edge that leads here, XF_NO_EDGE at a start */
    uint8_t *parent_context;
};

/* Functions and calls of a build. 0, or -1. */
int xf_graph_load(struct xf_graph *g, struct xf_store *store, int64_t build);
/* Starts, effects and armed edges as an earlier run wrote them. */
int xf_graph_load_results(struct xf_graph *g, struct xf_store *store);
void xf_graph_release(struct xf_graph *g);

uint32_t xf_graph_text(struct xf_graph *g, const char *text);
uint32_t xf_graph_effect(struct xf_graph *g, const struct xf_effect *effect);
void xf_graph_add_edge(struct xf_graph *g, const struct xf_edge *edge);
/* After the last edge is added: the lists by caller and callee. */
void xf_graph_index(struct xf_graph *g);

/* Context behind the edge, XF_NO_CONTEXT when it ends. */
uint8_t xf_graph_cross(const struct xf_graph *g, const struct xf_edge *edge,
                       uint8_t context);
uint32_t xf_graph_cost(const struct xf_graph *g, const struct xf_edge *edge,
                       uint8_t context);
#define XF_FALLBACK_COST 1000000

/* Shortest distances to every state from the starts from number `first` on;
 * with first > 0 on top of what was spread from those before. */
void xf_graph_spread(struct xf_graph *g, size_t first);
/* In any context. */
bool xf_graph_reached(const struct xf_graph *g, uint32_t function);

#endif
