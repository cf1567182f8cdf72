/* SPDX-License-Identifier: GPL-2.0-only */
#include "hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "alloc.h"

struct xf_hash {
    XXH3_state_t *state;
};

static void to_hex(char hex[XF_HASH_HEX], XXH128_hash_t digest)
{
    snprintf(hex, XF_HASH_HEX, "%016llx%016llx",
             (unsigned long long)digest.high64,
             (unsigned long long)digest.low64);
}

struct xf_hash *xf_hash_new(void)
{
    struct xf_hash *h = xf_malloc(sizeof(*h));

    h->state = XXH3_createState();
    if (!h->state)
        xf_malloc((size_t)-1); /* out of memory: ends the process */
    XXH3_128bits_reset(h->state);
    return h;
}

void xf_hash_add(struct xf_hash *h, const void *data, size_t len)
{
    XXH3_128bits_update(h->state, data, len);
}

void xf_hash_adds(struct xf_hash *h, const char *s)
{
    xf_hash_add(h, s, strlen(s) + 1);
}

void xf_hash_finish(struct xf_hash *h, char hex[XF_HASH_HEX])
{
    to_hex(hex, XXH3_128bits_digest(h->state));
    XXH3_freeState(h->state);
    free(h);
}

void xf_hash_bytes(char hex[XF_HASH_HEX], const void *data, size_t len)
{
    to_hex(hex, XXH3_128bits(data, len));
}
