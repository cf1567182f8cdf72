/* SPDX-License-Identifier: GPL-2.0-only */
#include "version.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

const char *const xf_said_columns[XF_SAID] = {
    "disposition", "status", "contexts", "cause",
    "action_priority", "aou", "rule", "in_debug_only"};

static char *row_key(const char *site_id, const char *build)
{
    return xf_format("%s %s", site_id, build);
}

static int load_builds(struct xf_version *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT arch || ' ' || name FROM build ORDER BY 1");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_map_add(&out->builds, xf_column(q, 0), NULL);
        rc = 0;
    }
    return rc;
}

static int load_tree(struct xf_version *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT value FROM meta WHERE name = 'tree'");
    int rc = q ? xf_store_step(store, q) : -1;

    if (rc < 0)
        return -1;
    out->tree = xf_strdup(rc ? xf_column(q, 0) : "");
    return 0;
}

static void load_row(struct xf_version *out, sqlite3_stmt *q)
{
    char *key = row_key(xf_column(q, 0), xf_column(q, 1));
    int is_new;
    size_t n = xf_map_add(&out->rows, key, &is_new);

    free(key);
    if (!is_new)
        return;
    XF_GROW(out->said, n, out->said_cap);
    for (int i = 0; i < XF_SAID; i++)
        out->said[n].values[i] = xf_strdup(xf_column(q, 2 + i));
}

static int load_rows(struct xf_version *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT site_id, arch || ' ' || build, disposition, status, "
               "contexts, cause, action_priority, aou, rule, in_debug_only "
               "FROM v_sites ORDER BY 1, 2");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        load_row(out, q);
        rc = 0;
    }
    return rc;
}

int xf_version_load(struct xf_version *out, const char *path)
{
    struct xf_store *store;
    int rc;

    memset(out, 0, sizeof(*out));
    if (xf_has_suffix(path, ".json") && !xf_dir_exists(path))
        return xf_version_load_json(out, path);
    out->path = xf_dir_exists(path) ? xf_path_join(path, "xenfmea.db")
                                    : xf_strdup(path);
    if (xf_store_open(&store, out->path))
        return -1;
    rc = load_builds(out, store) || load_tree(out, store) ||
         load_rows(out, store) || xf_identity_load(&out->sites, store);
    xf_store_close(store);
    return rc ? -1 : 0;
}

void xf_version_release(struct xf_version *version)
{
    for (size_t i = 0; i < version->rows.len; i++)
        for (int j = 0; j < XF_SAID; j++)
            free(version->said[i].values[j]);
    free(version->said);
    xf_map_release(&version->rows);
    xf_map_release(&version->builds);
    xf_identities_release(&version->sites);
    free(version->path);
    free(version->tree);
    memset(version, 0, sizeof(*version));
}

const struct xf_said_row *xf_version_said(const struct xf_version *version,
                                          const char *site_id,
                                          const char *build)
{
    char *key = row_key(site_id, build);
    uint32_t at = xf_map_find(&version->rows, key);

    free(key);
    return at == XF_MAP_NONE ? NULL : &version->said[at];
}

void xf_version_restrict(struct xf_version *version,
                         const struct xf_map *builds)
{
    struct xf_identities *sites = &version->sites;
    size_t n = 0;

    for (size_t i = 0; i < sites->len; i++) {
        bool keep = false;

        for (size_t b = 0; b < builds->len && !keep; b++)
            keep = xf_version_said(version, sites->items[i].site_id,
                                   builds->keys[b]) != NULL;
        if (keep)
            sites->items[n++] = sites->items[i];
        else
            xf_identity_release(&sites->items[i]);
    }
    sites->len = n;
}
