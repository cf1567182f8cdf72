/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/plan: one fault in a device tree, as commands of fdtput.
 */
#ifndef XF_PLAN_MUTATE_H
#define XF_PLAN_MUTATE_H

#include "blob.h"

struct mutation {
    const struct blob *blob;
    const struct blob_node *node;
    const char *property; /* "" when the node is meant */
    size_t entry;         /* of reg or interrupts, from 0 */
};

/* Append the command that makes `op` (a word of mutations.json) of a blob named
 * "$DTB". False: it does not apply to this property, nothing is appended. */
bool mutate(struct xf_buf *out, const char *op, const struct mutation *m);
/* Whether there is such a word. */
bool mutate_known(const char *op);
/* A text between single quotes of a shell; false when it cannot stand there. */
bool mutate_quote(struct xf_buf *out, const char *text);

#endif
