/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/plan: a flattened device tree as a list of nodes. Everything
 * comes from libfdt, which checks the blob before anything is read of it.
 */
#ifndef XF_PLAN_BLOB_H
#define XF_PLAN_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct blob_property {
    char *name;
    const unsigned char *data; /* in the blob, not aligned */
    size_t len;                /* bytes */
};

struct blob_node {
    char *path;   /* "/", "/chosen" */
    int parent;   /* index, -1 for the root */
    uint32_t phandle; /* 0: none */
    struct blob_property *properties;
    size_t nproperties, cap;
};

struct blob {
    struct xf_buf bytes;
    struct blob_node *nodes; /* parents first */
    size_t nnodes, cap;
};

#define BLOB_INIT {.bytes = XF_BUF_INIT}

/* Take a blob over. 0, or -1 with xf_error(): it is none, or damaged. */
int blob_parse(struct blob *blob, const void *data, size_t len,
               const char *path);
int blob_read(struct blob *blob, const char *path);
void blob_release(struct blob *blob);

/* NULL when the node has none of that name. */
const struct blob_property *blob_property(const struct blob_node *node,
                                          const char *name);
/* Cell `i` (32 bits, big endian); the caller looks at the length. */
uint32_t blob_cell(const struct blob_property *property, size_t i);
/* A property with one cell; `fallback` when it is not there or longer. */
uint32_t blob_number(const struct blob_node *node, const char *name,
                     uint32_t fallback);
/* Whether a list of texts has `text`. */
bool blob_has_text(const struct blob_property *property, const char *text);
/* Name in the path without its address. */
void blob_base_name(struct xf_buf *out, const struct blob_node *node);
/* Cells of an entry of reg; of interrupts. 0: not known. */
size_t blob_reg_cells(const struct blob *blob, const struct blob_node *node,
                      size_t *address_cells);
size_t blob_interrupt_cells(const struct blob *blob,
                            const struct blob_node *node);

#endif
