/* SPDX-License-Identifier: GPL-2.0-only */
#include "pointers.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static size_t hash(const void *key)
{
    uint64_t x = (uint64_t)(uintptr_t)key;

    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL; /* MurmurHash3's finaliser */
    x ^= x >> 33;
    return (size_t)x;
}

static uint32_t *slot_of(const struct xf_pointers *p, const void *key)
{
    size_t at = hash(key) & (p->nslots - 1);

    while (p->slots[at] && p->keys[p->slots[at] - 1] != key)
        at = (at + 1) & (p->nslots - 1);
    return &p->slots[at];
}

static void grow(struct xf_pointers *p)
{
    free(p->slots);
    p->nslots = p->nslots ? 2 * p->nslots : 64;
    p->slots = xf_calloc(p->nslots, sizeof(*p->slots));
    for (size_t i = 0; i < p->len; i++)
        *slot_of(p, p->keys[i]) = (uint32_t)i + 1;
}

uint32_t xf_pointers_add(struct xf_pointers *p, const void *key, bool *is_new)
{
    uint32_t *slot;

    if (2 * (p->len + 1) > p->nslots)
        grow(p);
    slot = slot_of(p, key);
    if (is_new)
        *is_new = !*slot;
    if (!*slot) {
        XF_GROW(p->keys, p->len, p->cap);
        p->keys[p->len++] = key;
        *slot = (uint32_t)p->len;
    }
    return *slot - 1;
}

uint32_t xf_pointers_find(const struct xf_pointers *p, const void *key)
{
    return p->nslots ? *slot_of(p, key) - 1 : XF_POINTERS_NONE;
}

size_t xf_pointers_count(const struct xf_pointers *p)
{
    return p->len;
}

void xf_pointers_clear(struct xf_pointers *p)
{
    p->len = 0;
    if (p->nslots)
        memset(p->slots, 0, p->nslots * sizeof(*p->slots));
}

void xf_pointers_release(struct xf_pointers *p)
{
    free(p->keys);
    free(p->slots);
    memset(p, 0, sizeof(*p));
}
