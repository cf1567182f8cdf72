/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"

/* ---- counts of the earlier scan ----------------------------------------- */

static int count_name(struct xf_store *store, const char *what,
                      const char *name, int sites)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO baseline_count VALUES (?1, ?2, ?3) ON CONFLICT"
               " DO UPDATE SET sites = sites + excluded.sites");

    if (!q)
        return -1;
    xf_bind(q, 1, what);
    xf_bind(q, 2, name);
    sqlite3_bind_int(q, 3, sites);
    return xf_store_run(store, q);
}

/* Add the parts of a list between commas. */
static void add_parts(struct xf_map *parts, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        char *part = xf_strndup(list, len);

        xf_map_add(parts, part, NULL);
        free(part);
        list += len + (list[len] == ',');
        list += strspn(list, " ");
    }
}

/* What is not rated sorts as worst. */
static const char *worse(const char *one, const char *other)
{
    static const char order[] = "LMH?";
    const char *a = *one ? strchr(order, *one) : NULL;
    const char *b = *other ? strchr(order, *other) : NULL;

    return !a || (b && b > a) ? other : one;
}

static int count_contexts(struct xf_store *store, const struct xf_map *contexts)
{
    int rc = contexts->len ? 0 : count_name(store, "context", "none", 1);

    for (size_t i = 0; !rc && i < contexts->len; i++)
        rc = count_name(store, "context", contexts->keys[i], 1);
    return rc;
}

/* Once, whatever the builds: the contexts of all, the worst priority, the
 * disposition in the first. */
static int count_site(struct xf_store *store, const struct xf_diff *diff,
                      const struct xf_identity *site)
{
    struct xf_map contexts = XF_MAP_INIT;
    const char *priority = "", *disposition = NULL;
    int rc;

    for (size_t b = 0; b < diff->builds.len; b++) {
        const struct xf_said_row *row = xf_version_said(
            &diff->old, site->site_id, diff->builds.keys[b]);

        if (!row)
            continue;
        add_parts(&contexts, row->values[XF_SAID_CONTEXTS]);
        priority = worse(priority, row->values[XF_SAID_PRIORITY]);
        if (!disposition)
            disposition = row->values[XF_SAID_DISPOSITION];
    }
    rc = count_name(store, "all", "", 1) ||
         count_name(store, "kind", site->kind, 1) ||
         count_name(store, "priority", priority, 1) ||
         count_name(store, "disposition", disposition ? disposition : "", 1) ||
         count_contexts(store, &contexts);
    xf_map_release(&contexts);
    return rc ? -1 : 0;
}

static int count_all(struct xf_store *store, const struct xf_diff *diff)
{
    const char *tree = *diff->old.tree ? diff->old.tree : diff->old.path;
    int rc = count_name(store, "tree", xf_path_base(tree), 0) ||
             count_name(store, "all", "", 0);

    for (size_t i = 0; !rc && i < diff->builds.len; i++)
        rc = count_name(store, "build", diff->builds.keys[i], 0);
    for (size_t i = 0; !rc && i < diff->old.sites.len; i++)
        rc = count_site(store, diff, &diff->old.sites.items[i]);
    return rc ? -1 : 0;
}

/* ---- sites -------------------------------------------------------------- */

static int record_site(struct xf_store *store, const char *how,
                       const struct xf_identity *old,
                       const struct xf_identity *new, const char *reason)
{
    const struct xf_identity *named = new ? new : old;
    char *was = old ? xf_format("%s:%d", old->file, old->line) : xf_strdup("");
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO baseline_site VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    int rc = q ? 0 : -1;

    if (!rc) {
        xf_bind(q, 1, named->site_id);
        xf_bind(q, 2, how);
        xf_bind(q, 3, was);
        xf_bind(q, 4, named->kind);
        xf_bind(q, 5, named->function);
        xf_bind(q, 6, reason);
        rc = xf_store_run(store, q);
    }
    free(was);
    return rc;
}

static int record_pair(struct xf_store *store, const struct xf_diff *diff,
                       uint32_t at)
{
    const struct xf_pair *pair = &diff->pairing.news[at];
    const struct xf_identity *new = &diff->new.sites.items[at], *old;
    enum xf_carry carry;
    char *reason;
    int rc;

    if (pair->other == XF_NO_PAIR)
        return record_site(store, "added", NULL, new, "");
    carry = xf_pair_carry(pair);
    if (carry == XF_CARRY_HOLDS)
        return 0;
    old = &diff->old.sites.items[pair->other];
    reason = xf_pair_reason(pair, old, new);
    rc = record_site(store, carry == XF_CARRY_STALE ? "changed" : "moved",
                     old, new, reason);
    free(reason);
    return rc;
}

int xf_baseline_record(struct xf_store *store, const struct xf_diff *diff)
{
    int rc = xf_store_exec(store, "DELETE FROM baseline_count;"
                                  "DELETE FROM baseline_site") ||
             count_all(store, diff);

    for (uint32_t i = 0; !rc && i < diff->new.sites.len; i++)
        rc = record_pair(store, diff, i);
    for (uint32_t i = 0; !rc && i < diff->old.sites.len; i++)
        if (diff->pairing.olds[i].other == XF_NO_PAIR)
            rc = record_site(store, "gone", &diff->old.sites.items[i], NULL,
                             "");
    return rc ? -1 : 0;
}
