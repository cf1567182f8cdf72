/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Shared by the files of this folder.
 */
#ifndef XF_CFG_INTERNAL_H
#define XF_CFG_INTERNAL_H

#include "cfg.h"
#include "pointers.h"

struct xf_cfg {
    struct xf_block *blocks;
    size_t nblocks, blocks_cap;
    struct xf_pointers nodes; /* actions and literals */
    struct xf_point *points;  /* parallel */
    size_t points_cap;
    uint32_t *in, *out;   /* intervals of the dominator tree */
    uint32_t *pin, *pout; /* and of the post-dominator tree */
};

/* Fills prev, live, reachable, dominators, post-dominators. */
void xf_cfg_finish(struct xf_cfg *cfg);

#endif
