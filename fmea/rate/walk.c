/* SPDX-License-Identifier: GPL-2.0-only */
#include "bodies.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static void step(struct walk *walk, const struct xf_node *node, walk_fn *visit)
{
    visit(walk, node);
    XF_GROW(walk->path, walk->depth, walk->cap);
    walk->path[walk->depth++] = node;
    for (uint32_t i = 0; i < node->nkids; i++)
        step(walk, node->kids[i], visit);
    walk->depth--;
}

void walk_tree(const struct xf_node *root, walk_fn *visit, void *payload)
{
    struct walk walk = {.payload = payload};

    step(&walk, root, visit);
    free(walk.path);
}

const struct xf_node *walk_up(const struct walk *walk, size_t steps)
{
    return steps <= walk->depth ? walk->path[walk->depth - steps] : NULL;
}

bool holds_local(const struct xf_node *node, int64_t local)
{
    if (node->op == XF_OP_VAR && node->local && node->value == local)
        return true;
    for (uint32_t i = 0; i < node->nkids; i++)
        if (holds_local(node->kids[i], local))
            return true;
    return false;
}

const struct xf_node *called_function(const struct xf_node *call)
{
    const struct xf_node *n = call->nkids ? call->kids[0] : NULL;

    while (n && (n->op == XF_OP_CAST || n->op == XF_OP_DEREF ||
                 n->op == XF_OP_ADDRESS))
        n = n->nkids ? n->kids[0] : NULL;
    return n && n->op == XF_OP_FN ? n : NULL;
}

const char *error_constant(const struct xf_node *node)
{
    while (node->op == XF_OP_CAST && node->nkids)
        node = node->kids[0];
    if (node->op == XF_OP_UNARY && !strcmp(node->name, "-") && node->nkids &&
        node->kids[0]->op == XF_OP_INT && node->kids[0]->name[0] == 'E')
        return node->kids[0]->name;
    return NULL;
}
