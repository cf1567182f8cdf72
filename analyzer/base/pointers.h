/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Addresses to small integers: like map.h, for keys that are pointers. Indices
 * count from 0 in order of first insertion.
 */
#ifndef XF_POINTERS_H
#define XF_POINTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xf_pointers {
    const void **keys;  /* in order of insertion */
    uint32_t *slots;    /* index + 1, 0: free */
    size_t len, cap, nslots;
};

/* Index of `key`, inserting it when it is new; `is_new` may be NULL. */
uint32_t xf_pointers_add(struct xf_pointers *p, const void *key, bool *is_new);
/* Index of `key`, or XF_POINTERS_NONE. */
#define XF_POINTERS_NONE UINT32_MAX
uint32_t xf_pointers_find(const struct xf_pointers *p, const void *key);
size_t xf_pointers_count(const struct xf_pointers *p);
void xf_pointers_clear(struct xf_pointers *p); /* keeps the memory */
void xf_pointers_release(struct xf_pointers *p);

#endif
