/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The K cheapest different ways to a set of states.
 */
#ifndef XF_REACH_ROUTES_H
#define XF_REACH_ROUTES_H

#include "states.h"

struct xf_route {
    uint32_t *states; /* from the start on */
    uint32_t *edges;  /* edges[i] leads to states[i]; [0] is XF_NO_EDGE */
    size_t len;
};

/* Routes are free of loops and differ in the functions they pass. `g` has its
 * distances. Returns how many, at most k; free each with xf_route_release(). */
size_t xf_routes(const struct xf_graph *g, const uint32_t *targets,
                 size_t ntargets, size_t k, struct xf_route *out);
void xf_route_release(struct xf_route *route);

#endif
