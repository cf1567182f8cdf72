/* SPDX-License-Identifier: GPL-2.0-only */
#include "map.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "alloc.h"

void xf_map_release(struct xf_map *map)
{
    for (size_t i = 0; i < map->len; i++)
        free(map->keys[i]);
    free(map->keys);
    free(map->hashes);
    free(map->slots);
    memset(map, 0, sizeof(*map));
}

/* Slot that holds `key`, or the empty one where it belongs. */
static size_t probe(const struct xf_map *map, const char *key, uint64_t hash)
{
    size_t mask = map->nslots - 1, at = hash & mask;

    while (map->slots[at] != XF_MAP_NONE) {
        uint32_t i = map->slots[at];

        if (map->hashes[i] == hash && !strcmp(map->keys[i], key))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

static void rehash(struct xf_map *map)
{
    size_t nslots = map->nslots ? 2 * map->nslots : 64;

    free(map->slots);
    map->nslots = nslots;
    map->slots = xf_malloc(nslots * sizeof(*map->slots));
    memset(map->slots, 0xff, nslots * sizeof(*map->slots));
    for (size_t i = 0; i < map->len; i++) {
        size_t at = map->hashes[i] & (nslots - 1);

        while (map->slots[at] != XF_MAP_NONE)
            at = (at + 1) & (nslots - 1);
        map->slots[at] = (uint32_t)i;
    }
}

uint32_t xf_map_find(const struct xf_map *map, const char *key)
{
    if (!map->nslots)
        return XF_MAP_NONE;
    return map->slots[probe(map, key, XXH3_64bits(key, strlen(key)))];
}

uint32_t xf_map_add(struct xf_map *map, const char *key, int *is_new)
{
    uint64_t hash = XXH3_64bits(key, strlen(key));
    size_t at;

    if (map->len * 2 >= map->nslots)
        rehash(map);
    at = probe(map, key, hash);
    if (is_new)
        *is_new = map->slots[at] == XF_MAP_NONE;
    if (map->slots[at] != XF_MAP_NONE)
        return map->slots[at];
    if (map->len == map->cap) {
        map->cap = map->cap ? 2 * map->cap : 32;
        map->keys = xf_realloc(map->keys, map->cap * sizeof(*map->keys));
        map->hashes = xf_realloc(map->hashes, map->cap * sizeof(*map->hashes));
    }
    map->keys[map->len] = xf_strdup(key);
    map->hashes[map->len] = hash;
    map->slots[at] = (uint32_t)map->len;
    return (uint32_t)map->len++;
}
