/* SPDX-License-Identifier: GPL-2.0-only */
#include "blob.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

/* Deeper than any real tree, and no recursion depends on it. */
#define MAX_DEPTH 64

static void add_properties(struct blob *blob, struct blob_node *node,
                           int offset)
{
    const void *fdt = blob->bytes.data;
    int at;

    fdt_for_each_property_offset(at, fdt, offset) {
        const char *name;
        int len;
        const void *data = fdt_getprop_by_offset(fdt, at, &name, &len);

        if (!data)
            continue;
        XF_GROW(node->properties, node->nproperties, node->cap);
        node->properties[node->nproperties++] = (struct blob_property){
            .name = xf_strdup(name), .data = data, .len = (size_t)len};
    }
    node->phandle = blob_number(node, "phandle", 0);
}

static int add_nodes(struct blob *blob, const char *path)
{
    const void *fdt = blob->bytes.data;
    int parents[MAX_DEPTH + 1];
    int depth = 0;

    for (int at = 0; at >= 0 && depth >= 0; at = fdt_next_node(fdt, at, &depth)) {
        const char *name = fdt_get_name(fdt, at, NULL);
        int parent = depth ? parents[depth - 1] : -1;
        const char *above = parent > 0 ? blob->nodes[parent].path : "";
        struct blob_node *node;
        char *full;

        if (depth >= MAX_DEPTH || !name)
            return xf_error("%s: nodes without a name, or more than %d deep; "
                            "make the device tree again with dtc", path,
                            MAX_DEPTH);
        full = depth ? xf_format("%s/%s", above, name) : xf_strdup("/");

        XF_GROW(blob->nodes, blob->nnodes, blob->cap);
        parents[depth] = (int)blob->nnodes;
        node = &blob->nodes[blob->nnodes++];
        *node = (struct blob_node){.path = full, .parent = parent};
        add_properties(blob, node, at);
    }
    return 0;
}

int blob_parse(struct blob *blob, const void *data, size_t len,
               const char *path)
{
    int rc;

    xf_buf_add(&blob->bytes, data, len);
    rc = len ? fdt_check_full(blob->bytes.data, len) : -FDT_ERR_TRUNCATED;
    if (rc)
        return xf_error("%s: not a flattened device tree (%s); --dtb takes "
                        "what dtc -O dtb writes", path, fdt_strerror(rc));
    return add_nodes(blob, path);
}

int blob_read(struct blob *blob, const char *path)
{
    struct xf_buf bytes = XF_BUF_INIT;
    int rc = xf_file_read(&bytes, path);

    if (!rc)
        rc = blob_parse(blob, bytes.data, bytes.len, path);
    xf_buf_release(&bytes);
    return rc;
}

void blob_release(struct blob *blob)
{
    for (size_t i = 0; i < blob->nnodes; i++) {
        for (size_t k = 0; k < blob->nodes[i].nproperties; k++)
            free(blob->nodes[i].properties[k].name);
        free(blob->nodes[i].properties);
        free(blob->nodes[i].path);
    }
    free(blob->nodes);
    xf_buf_release(&blob->bytes);
    *blob = (struct blob)BLOB_INIT;
}

const struct blob_property *blob_property(const struct blob_node *node,
                                          const char *name)
{
    for (size_t i = 0; i < node->nproperties; i++)
        if (!strcmp(node->properties[i].name, name))
            return &node->properties[i];
    return NULL;
}

uint32_t blob_cell(const struct blob_property *property, size_t i)
{
    const unsigned char *at = property->data + 4 * i;

    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

uint32_t blob_number(const struct blob_node *node, const char *name,
                     uint32_t fallback)
{
    const struct blob_property *p = blob_property(node, name);

    return p && p->len == 4 ? blob_cell(p, 0) : fallback;
}

bool blob_has_text(const struct blob_property *property, const char *text)
{
    size_t len = strlen(text) + 1;

    for (size_t at = 0; property && at < property->len;) {
        const char *item = (const char *)property->data + at;
        size_t n = strnlen(item, property->len - at);

        if (n == property->len - at)
            return false; /* without its end */
        if (n + 1 == len && !memcmp(item, text, len))
            return true;
        at += n + 1;
    }
    return false;
}

void blob_base_name(struct xf_buf *out, const struct blob_node *node)
{
    const char *name = strrchr(node->path, '/') + 1;

    xf_buf_clear(out);
    xf_buf_add(out, name, strcspn(name, "@"));
}

/* More cells than the specification has are none. */
static size_t few(uint32_t cells)
{
    return cells <= 4 ? cells : 0;
}

size_t blob_reg_cells(const struct blob *blob, const struct blob_node *node,
                      size_t *address_cells)
{
    const struct blob_node *parent =
        node->parent >= 0 ? &blob->nodes[node->parent] : NULL;

    *address_cells = 0;
    if (!parent)
        return 0;
    *address_cells = few(blob_number(parent, "#address-cells", 2));
    return *address_cells + few(blob_number(parent, "#size-cells", 1));
}

size_t blob_interrupt_cells(const struct blob *blob,
                            const struct blob_node *node)
{
    uint32_t phandle = 0;

    for (const struct blob_node *n = node; !phandle && n;
         n = n->parent >= 0 ? &blob->nodes[n->parent] : NULL)
        phandle = blob_number(n, "interrupt-parent", 0);
    for (size_t i = 0; phandle && i < blob->nnodes; i++)
        if (blob->nodes[i].phandle == phandle)
            return few(blob_number(&blob->nodes[i], "#interrupt-cells", 0));
    return 0;
}
