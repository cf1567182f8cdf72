/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The facts of all sites, into site_fact: what tables know (view rate_fact of
 * 55_rate.sql), what bodies tell, and what the tree's MAINTAINERS and
 * Makefiles say about files.
 */
#include "rate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bodies.h"
#include "buf.h"
#include "file.h"
#include "json.h"
#include "kconfig.h"
#include "maintainers.h"
#include "price.h"
#include "requirements.h"

struct collect {
    struct xf_store *store;
    const char *root;
    struct maintainers maintainers;
    sqlite3_stmt *add;
};

static int add(struct collect *c, int64_t site, const char *name,
               const char *value)
{
    sqlite3_bind_int64(c->add, 1, site);
    xf_bind(c->add, 2, name);
    xf_bind(c->add, 3, value);
    return xf_store_run(c->store, c->add);
}

/* It lies beside the hypervisor folder; a tree without one has no subsystems
 * but its folders. */
static int load_maintainers(struct collect *c)
{
    char *path = xf_path_join(c->root, "../MAINTAINERS");
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (xf_file_exists(path))
        rc = xf_file_read(&text, path);
    maintainers_read(&c->maintainers, text.data ? text.data : "");
    xf_buf_release(&text);
    free(path);
    return rc;
}

/* "arch/arm", "common", "drivers/passthrough": for want of a section. */
static char *folder_of(const char *file)
{
    const char *slash = strchr(file, '/');
    const char *second = slash ? strchr(slash + 1, '/') : NULL;

    if (!slash)
        return xf_strdup(file);
    return xf_strndup(file, (size_t)((second ? second : slash) - file));
}

static int add_subsystem(struct collect *c, int64_t site, const char *file)
{
    char *full = xf_format("xen/%s", file);
    const struct maintainers_section *s =
        maintainers_find(&c->maintainers, full);
    char *name = s && strcmp(s->name, "THE REST") ? xf_strdup(s->name)
                                                  : folder_of(file);
    int rc = add(c, site, "subsystem", name);

    if (!rc && s && *s->people)
        rc = add(c, site, "maintainer", s->people);
    free(full);
    free(name);
    return rc;
}

static int add_places(struct collect *c)
{
    struct kconfig kconfig;
    sqlite3_stmt *q = xf_store_prepare(
        c->store, "SELECT id, file, line FROM site ORDER BY file, id");
    int rc;

    if (!q)
        return -1;
    kconfig_init(&kconfig, c->root);
    while ((rc = xf_store_step(c->store, q)) > 0) {
        int64_t site = sqlite3_column_int64(q, 0);
        char *options = kconfig_options(&kconfig, xf_column(q, 1),
                                        (unsigned int)sqlite3_column_int(q, 2));

        rc = add_subsystem(c, site, xf_column(q, 1)) ||
             add(c, site, "kconfig", options);
        free(options);
        if (rc)
            break;
    }
    kconfig_release(&kconfig);
    return rc;
}

static int read_bodies(struct xf_store *store, const char *data_dir)
{
    char *path = xf_path_join(data_dir, "rules/words.json");
    cJSON *words = xf_json_load(path);
    sqlite3_stmt *q =
        xf_store_prepare(store, "SELECT id FROM build ORDER BY id");
    int rc = words && q ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        int64_t build = sqlite3_column_int64(q, 0);

        rc = bodies_read(store, build, words) || price_read(store, build);
    }
    cJSON_Delete(words);
    free(path);
    return rc;
}

int xf_rate_facts(struct xf_store *store, const char *root,
                  const char *data_dir)
{
    struct collect c = {.store = store, .root = root};
    int rc = xf_store_exec(store, "DELETE FROM site_fact; "
                                  "DELETE FROM call_use; "
                                  "INSERT INTO site_fact SELECT site, name, "
                                  "value FROM rate_fact WHERE value IS NOT "
                                  "NULL");

    c.add = xf_store_prepare(
        store, "INSERT INTO site_fact VALUES (?1, ?2, ?3)");
    rc = rc || !c.add || load_maintainers(&c) || add_places(&c) ||
         read_bodies(store, data_dir) || requirements_read(store, root);
    maintainers_release(&c.maintainers);
    return rc ? -1 : 0;
}

static int hash_text(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_read(&text, absolute))
        return -1;
    xf_hash_adds(payload, relative);
    xf_hash_add(payload, text.data ? text.data : "", text.len);
    xf_buf_release(&text);
    return 0;
}

int xf_rate_key(const char *root, struct xf_hash *h)
{
    char *maintainers = xf_path_join(root, "../MAINTAINERS");
    char *requirements = xf_path_join(root, "../docs/fusa/reqs");
    int rc = 0;

    if (xf_file_exists(maintainers))
        rc = hash_text("MAINTAINERS", maintainers, h);
    if (!rc && xf_dir_exists(requirements))
        rc = xf_tree_walk(requirements, NULL, hash_text, h);
    free(maintainers);
    free(requirements);
    return rc;
}
