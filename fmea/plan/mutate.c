/* SPDX-License-Identifier: GPL-2.0-only */
#include "mutate.h"

#include <string.h>

#include "alloc.h"

/* More are not spelled out on a command line. */
#define MAX_CELLS 256
/* Off every page boundary, and what a C source would not use by itself. */
#define MISALIGNED 0x10

/* Cells of one entry of the property; 0: not known. */
static size_t entry_cells(const struct mutation *m, size_t *address_cells)
{
    *address_cells = 0;
    if (!strcmp(m->property, "reg"))
        return blob_reg_cells(m->blob, m->node, address_cells);
    if (!strcmp(m->property, "interrupts"))
        return blob_interrupt_cells(m->blob, m->node);
    return 0;
}

static size_t cells_of(const struct mutation *m, uint32_t cells[MAX_CELLS])
{
    const struct blob_property *p = blob_property(m->node, m->property);

    if (!p || !p->len || p->len % 4 || p->len / 4 > MAX_CELLS)
        return 0;
    for (size_t i = 0; i < p->len / 4; i++)
        cells[i] = blob_cell(p, i);
    return p->len / 4;
}

static bool put(struct xf_buf *out, const char *options,
                const struct mutation *m)
{
    struct xf_buf text = XF_BUF_INIT;
    bool rc;

    xf_buf_addf(&text, "fdtput %s \"$DTB\" ", options);
    rc = mutate_quote(&text, m->node->path);
    if (rc && *m->property) {
        xf_buf_addch(&text, ' ');
        rc = mutate_quote(&text, m->property);
    }
    if (rc)
        xf_buf_add(out, text.data, text.len);
    xf_buf_release(&text);
    return rc;
}

static bool put_cells(struct xf_buf *out, const struct mutation *m,
                      const uint32_t *cells, size_t n)
{
    if (!put(out, "-t x", m))
        return false;
    for (size_t i = 0; i < n; i++)
        xf_buf_addf(out, " %x", cells[i]);
    return true;
}

static bool fill(struct xf_buf *out, const struct mutation *m, uint32_t value)
{
    uint32_t cells[MAX_CELLS];
    size_t n = cells_of(m, cells);

    if (*m->property && !blob_property(m->node, m->property))
        n = 1; /* it is added */
    for (size_t i = 0; i < n; i++)
        cells[i] = value;
    return n && put_cells(out, m, cells, n);
}

static bool cut(struct xf_buf *out, const struct mutation *m)
{
    uint32_t cells[MAX_CELLS];
    size_t n = cells_of(m, cells), address, entry = entry_cells(m, &address);

    /* Without entries half a value is left, when there is one. */
    if (!entry)
        return n > 1 && put_cells(out, m, cells, n / 2);
    /* Less than what is there already: nothing would change. */
    return m->entry * entry < n &&
           put_cells(out, m, cells, m->entry * entry);
}

/* The last cell of the address, or of the size, of the entry. */
static bool change(struct xf_buf *out, const struct mutation *m, bool size)
{
    uint32_t cells[MAX_CELLS];
    size_t n = cells_of(m, cells), address, entry = entry_cells(m, &address);
    size_t at;

    if (!address || entry == address || (m->entry + 1) * entry > n)
        return false;
    at = m->entry * entry + (size ? entry : address) - 1;
    if (size)
        cells[at] /= 2;
    else
        cells[at] += MISALIGNED;
    return put_cells(out, m, cells, n);
}

static bool rename_node(struct xf_buf *out, const struct mutation *m)
{
    struct mutation n = *m;

    n.property = "compatible";
    if (!blob_property(m->node, n.property) || !put(out, "-t s", &n))
        return false;
    xf_buf_adds(out, " 'nobody,knows'");
    return true;
}

static bool mutate_node(struct xf_buf *out, const struct mutation *m)
{
    struct mutation n = *m;

    n.property = "";
    return m->node->parent >= 0 && put(out, "-r", &n);
}

static const char *const ops[] = {"remove", "remove-node", "empty", "cut",
                                  "zero", "ones", "three", "misalign",
                                  "halve", "rename"};
enum op { REMOVE, REMOVE_NODE, EMPTY, CUT, ZERO, ONES, THREE, MISALIGN, HALVE,
          RENAME, OPS };

static enum op find(const char *op)
{
    int i = 0;

    while (i < OPS && strcmp(ops[i], op))
        i++;
    return (enum op)i;
}

bool mutate_known(const char *op)
{
    return find(op) < OPS;
}

bool mutate(struct xf_buf *out, const char *op, const struct mutation *m)
{
    const struct blob_property *p = blob_property(m->node, m->property);

    switch (find(op)) {
    case REMOVE_NODE:
        return mutate_node(out, m);
    case RENAME:
        return rename_node(out, m);
    case REMOVE:
        return p && put(out, "-d", m);
    case EMPTY:
        return p && p->len && put(out, "-t x", m);
    case CUT:
        return cut(out, m);
    case ZERO:
        return fill(out, m, 0);
    case ONES:
        return fill(out, m, UINT32_MAX);
    case THREE:
        return fill(out, m, 3);
    case MISALIGN:
        return change(out, m, false);
    case HALVE:
        return change(out, m, true);
    default:
        return false;
    }
}

bool mutate_quote(struct xf_buf *out, const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at == '\'' || (unsigned char)*at < ' ' ||
            (unsigned char)*at > '~')
            return false;
    xf_buf_addf(out, "'%s'", text);
    return true;
}
