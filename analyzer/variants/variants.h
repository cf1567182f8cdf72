/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which further configurations to build so that every site is compiled by one:
 * the census names the options that keep occurrences out, and for each
 * architecture as many of them as go together are turned over at once. Kconfig
 * may refuse; what a build really compiled shows in the next round.
 *
 * Reads tables build, tu, site, census_absence and the tree's Kconfig files;
 * writes none.
 */
#ifndef XF_VARIANTS_H
#define XF_VARIANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "map.h"
#include "store.h"

/* A build to try: `base`'s .config with other values. Strings are owned. */
struct xf_variant {
    char *arch, *base; /* name of the build that it starts from */
    char *name;        /* says what is turned over: "HVM=n,PV=n" */
    char *config;      /* text of a .config, for Kconfig to complete */
    char **wishes;     /* each one group of options that let occurrences in:
                          "CONFIG_HVM=n, CONFIG_PV=n"; most wanted first */
    size_t nwishes, wishes_cap;
};

struct xf_variants {
    struct xf_variant *items;
    size_t len, cap;
};

/* What was tried in earlier rounds; all zeroes at first. */
struct xf_tried {
    struct xf_map wishes;
};

/* The next round for the tree `root`, one build per architecture at most, none
 * when nothing is left to try. Options that match a pattern of `left_alone`
 * (fnmatch(3), NULL ended, or NULL) are never turned over. 0, or -1 with
 * xf_error(). */
int xf_variants_next(struct xf_variants *out, struct xf_store *store,
                     const char *root, char *const *left_alone,
                     struct xf_tried *tried);
void xf_variants_release(struct xf_variants *variants);
void xf_tried_release(struct xf_tried *tried);

/* Whether `kconfig`, which Kconfig made of the variant, fulfils a wish. Those
 * that it does fulfil are not tried again. */
bool xf_variant_fulfilled(const struct xf_variant *variant, const char *kconfig,
                          struct xf_tried *tried);

/* A small set of the builds that has every site: keep[i] tells about the i-th
 * in order of ids; `n` is their number. 0, or -1 with xf_error(). */
int xf_variants_cover(bool *keep, size_t n, struct xf_store *store);

#endif
