/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Set cover: greedily the build with most sites that are not covered yet, then
 * without those that the later ones made superfluous.
 */
#include "variants.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct cover {
    struct xf_map sites;
    uint32_t **of;  /* by build: numbers of its sites */
    size_t *len, *cap;
    uint32_t *times; /* by site: how many kept builds have it */
};

static int load(struct cover *c, size_t n, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT (SELECT count(*) FROM build WHERE id < s.build), "
               "site_id FROM site s ORDER BY s.build, site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        size_t b = (size_t)sqlite3_column_int64(q, 0);
        uint32_t site = xf_map_add(&c->sites, xf_column(q, 1), NULL);

        if (b >= n)
            continue;
        XF_GROW(c->of[b], c->len[b], c->cap[b]);
        c->of[b][c->len[b]++] = site;
    }
    c->times = xf_calloc(c->sites.len + 1, sizeof(*c->times));
    return rc;
}

static size_t gain(const struct cover *c, size_t build)
{
    size_t n = 0;

    for (size_t i = 0; i < c->len[build]; i++)
        n += !c->times[c->of[build][i]];
    return n;
}

static bool is_superfluous(const struct cover *c, size_t build)
{
    for (size_t i = 0; i < c->len[build]; i++)
        if (c->times[c->of[build][i]] == 1)
            return false;
    return true;
}

static void count(struct cover *c, size_t build, int by)
{
    for (size_t i = 0; i < c->len[build]; i++)
        c->times[c->of[build][i]] += (uint32_t)by;
}

int xf_variants_cover(bool *keep, size_t n, struct xf_store *store)
{
    struct cover c = {.of = xf_calloc(n + 1, sizeof(*c.of)),
                      .len = xf_calloc(n + 1, sizeof(*c.len)),
                      .cap = xf_calloc(n + 1, sizeof(*c.cap))};
    int rc = load(&c, n, store);

    memset(keep, 0, n * sizeof(*keep));
    for (size_t most = 1; !rc && most;) {
        size_t best = n;

        most = 0;
        for (size_t b = 0; b < n; b++)
            if (!keep[b] && gain(&c, b) > most) {
                most = gain(&c, b);
                best = b;
            }
        if (best < n) {
            keep[best] = true;
            count(&c, best, 1);
        }
    }
    for (size_t b = n; b-- > 0 && !rc;)
        if (keep[b] && is_superfluous(&c, b)) {
            keep[b] = false;
            count(&c, b, -1);
        }
    for (size_t b = 0; b < n; b++)
        free(c.of[b]);
    free(c.of);
    free(c.len);
    free(c.cap);
    free(c.times);
    xf_map_release(&c.sites);
    return rc;
}
