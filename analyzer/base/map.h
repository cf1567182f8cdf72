/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Strings to small integers: the one associative container of this program.
 * An index counts from 0 in order of first insertion, so parallel arrays can
 * hold the values and iteration order is the same in every run.
 */
#ifndef XF_MAP_H
#define XF_MAP_H

#include <stddef.h>
#include <stdint.h>

#define XF_MAP_NONE UINT32_MAX

struct xf_map {
    char **keys; /* owned copies, keys[0 .. len-1] */
    uint64_t *hashes;
    size_t len, cap;
    uint32_t *slots;
    size_t nslots;
};

#define XF_MAP_INIT {0}

void xf_map_release(struct xf_map *map);

/* Index of `key`, or XF_MAP_NONE. */
uint32_t xf_map_find(const struct xf_map *map, const char *key);

/* Index of `key`, inserting it when it is new; `is_new` may be NULL. */
uint32_t xf_map_add(struct xf_map *map, const char *key, int *is_new);

#endif
