/* SPDX-License-Identifier: GPL-2.0-only
 *
 * scan --all: which builds have every site. Each round configures what the
 * census of those before named, parses it, and counts again; facts that
 * configurations have in common are in the cache.
 */
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "census.h"
#include "error.h"
#include "file.h"
#include "profiles.h"
#include "sites.h"
#include "store.h"
#include "variants.h"
#include "visible.h"

/* More than options that exclude each other in any Xen so far. */
#define MAX_ROUNDS 12

/* Parse what is new. Bodies are of no use to a plan, and many builds are in
 * memory at once. */
static int parse(struct scan *s)
{
    size_t first = 0;

    while (first < s->nbuilds && s->builds[first].units)
        first++;
    if (scan_parse(s))
        return -1;
    for (size_t i = first; i < s->nbuilds; i++) {
        struct scan_build *b = &s->builds[i];

        for (size_t j = 0; j < b->commands.len; j++) {
            struct xf_buf *facts = &b->units[j].facts, small = XF_BUF_INIT;

            scan_drop_trees(facts);
            xf_buf_add(&small, facts->data ? facts->data : "", facts->len);
            xf_buf_release(facts);
            *facts = small;
        }
        scan_name_units(b);
        if (s->verbose) {
            scan_clear_bar(s);
            fprintf(stderr, "plan: %s %s, %u of %zu units parsed anew\n",
                    b->commands.arch, b->commands.name, b->parsed,
                    b->commands.len);
        }
    }
    return 0;
}

/* Linking uses the facts up, and the next round needs them again. */
static int link_copy(struct xf_store *store, struct scan_build *b)
{
    size_t n = b->commands.len;
    struct xf_buf *kept = xf_calloc(n, sizeof(*kept));
    int rc;

    for (size_t i = 0; i < n; i++) {
        kept[i] = b->units[i].facts;
        memset(&b->units[i].facts, 0, sizeof(kept[i]));
        if (kept[i].len)
            xf_buf_add(&b->units[i].facts, kept[i].data, kept[i].len);
    }
    rc = scan_link_build(store, b);
    for (size_t i = 0; i < n; i++) {
        xf_buf_release(&b->units[i].facts);
        b->units[i].facts = kept[i];
    }
    free(kept);
    return rc;
}

/* Sites and census of the builds so far, in a database that is thrown away. */
static int count(struct scan *s, struct xf_store **store)
{
    char *path = xf_path_join(s->cache_dir, "plan.db");
    char *schema = xf_path_join(s->data, "schema");
    int rc = xf_store_create(store, path, schema);

    scan_show_step(s, "census");
    for (size_t i = 0; i < s->nbuilds && !rc; i++)
        rc = link_copy(*store, &s->builds[i]);
    if (!rc)
        rc = xf_sites(*store, s->catalogue) ||
             xf_census(*store, s->root, s->data) ? -1 : 0;
    free(path);
    free(schema);
    return rc;
}

/* A configuration of our making that Xen's make refuses is no trouble: what it
 * was for stays among what is in no build. */
static void say_refused(struct scan *s, const struct xf_variant *v)
{
    xf_buf_addf(&s->summary, "%s cannot be built with %s: ", v->arch, v->name);
    xf_visible(&s->summary, xf_error_message(), "");
    xf_buf_adds(&s->summary, "\n");
}

/* Configure the variants; those whose options Kconfig accepts are added. */
static void try_variants(struct scan *s, const struct xf_variants *variants,
                         struct xf_tried *tried, size_t *added)
{
    for (size_t i = 0; i < variants->len; i++) {
        const struct xf_variant *v = &variants->items[i];
        const struct scan_spec spec = {.arch = v->arch, .name = v->name,
                                       .config = v->config};
        size_t before = s->nbuilds;

        if (scan_discover_one(s, &spec)) {
            if (s->nbuilds > before)
                scan_build_release(&s->builds[--s->nbuilds]);
            say_refused(s, v);
            continue;
        }
        if (xf_variant_fulfilled(v, s->builds[s->nbuilds - 1].commands.kconfig,
                                 tried))
            (*added)++;
        else
            scan_build_release(&s->builds[--s->nbuilds]);
    }
}

/* *added tells how many builds the round brought. */
static int add_variants(struct scan *s, struct xf_store *store,
                        struct xf_tried *tried, size_t *added)
{
    struct xf_profiles profiles;
    size_t n = 1;
    int rc = xf_profiles_load(&profiles, s->data);

    *added = 0;
    if (rc)
        return -1;
    while (!rc && n && !*added) {
        struct xf_variants variants;

        rc = xf_variants_next(&variants, store, s->root, profiles.left_alone,
                              tried);
        n = variants.len;
        if (!rc)
            try_variants(s, &variants, tried, added);
        xf_variants_release(&variants);
    }
    xf_profiles_release(&profiles);
    return rc;
}

/* Only the builds that are needed, to be parsed once more with all facts. */
static int keep_cover(struct scan *s, struct xf_store *store)
{
    bool *keep = xf_calloc(s->nbuilds + 1, sizeof(*keep));
    int rc = xf_variants_cover(keep, s->nbuilds, store);
    size_t n = 0;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        struct scan_build b = s->builds[i];

        scan_build_release_units(&b);
        if (keep[i])
            s->builds[n++] = b;
        else
            scan_build_release(&b);
    }
    s->nbuilds = rc ? s->nbuilds : n;
    free(keep);
    return rc;
}

int scan_plan(struct scan *s)
{
    struct scan_specs seeds = {0};
    struct xf_tried tried = {0};
    size_t added = 1;
    int rc = scan_builds_seeds(&seeds, &s->which, s->root, s->data);

    for (size_t i = 0; i < seeds.len && !rc; i++)
        rc = scan_discover_one(s, &seeds.items[i]);
    for (unsigned int round = 0; !rc && added; round++) {
        struct xf_store *store = NULL;

        rc = parse(s) || count(s, &store) ? -1 : 0;
        added = 0;
        if (!rc && round < MAX_ROUNDS)
            rc = add_variants(s, store, &tried, &added);
        if (!rc && !added)
            rc = keep_cover(s, store);
        xf_store_close(store);
    }
    scan_specs_release(&seeds);
    xf_tried_release(&tried);
    scan_stage_ends(s, "plan");
    return rc;
}
