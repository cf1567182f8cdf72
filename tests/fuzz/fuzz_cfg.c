/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Any text to a tree; every tree to a graph, whose answers must agree with
 * each other.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cfg.h"
#include "value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool never_returns(const struct xf_node *callee, void *payload)
{
    (void)payload;
    return !strcmp(callee->name, "panic");
}

static void look(const struct xf_cfg *cfg, struct xf_definitions *d,
                 const struct xf_node *n)
{
    const struct xf_definition **defs;
    struct xf_point point;
    int64_t value;

    xf_tree_value(n, 64, &value);
    if (xf_cfg_point(cfg, n, &point)) {
        assert(point.block < xf_cfg_count(cfg));
        xf_definitions_reaching(d, (uint32_t)n->value, point, &defs);
        free(defs);
        xf_definitions_call(cfg, d, n);
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        look(cfg, d, n->kids[i]);
}

static void check(const struct xf_cfg *cfg)
{
    for (uint32_t b = 0; b < xf_cfg_count(cfg); b++) {
        const struct xf_block *block = xf_cfg_block(cfg, b);
        uint32_t *guards;

        assert(!block->live || block->reachable);
        assert(!block->reachable || b == XF_CFG_ENTRY ||
               xf_cfg_dominates(cfg, block->idom, b));
        assert(!block->reachable || b == XF_CFG_EXIT ||
               xf_cfg_postdominates(cfg, block->ipdom, b));
        for (size_t i = 0; i < block->nnext; i++)
            assert(block->next[i] < xf_cfg_count(cfg));
        for (size_t i = xf_cfg_guards(cfg, b, &guards); i-- > 0;)
            assert(!block->reachable ||
                   xf_cfg_dominates(cfg, guards[i], b));
        free(guards);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xf_strndup((const char *)data, size);
    char *types = strchr(text, '\n');
    struct xf_tree *tree;

    if (types)
        *types++ = '\0';
    tree = xf_tree_read(text, types ? types : "");
    if (tree && xf_tree_root(tree)->op == XF_OP_FUNCTION) {
        const struct xf_node *root = xf_tree_root(tree);
        struct xf_cfg *cfg = xf_cfg_build(root, 64, never_returns, NULL);
        struct xf_definitions *d = xf_definitions_build(cfg, root);

        check(cfg);
        look(cfg, d, root);
        xf_definitions_free(d);
        xf_cfg_free(cfg);
    }
    xf_tree_free(tree);
    free(text);
    return 0;
}
