/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Functions and sites of the scanned tree, by what facts say of them.
 */
#include "join.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "format.h"
#include "message.h"
#include "source.h"

char *join_key(const char *a, const char *b)
{
    return xf_format("%s\t%s", a, b);
}

static void index_add(struct join_index *index, const char *key, uint32_t value)
{
    int is_new;
    uint32_t i = xf_map_add(&index->keys, key, &is_new);

    if (is_new) {
        XF_GROW(index->values, i, index->cap);
        index->values[i] = value;
    } else if (index->values[i] != value) {
        index->values[i] = JOIN_AMBIGUOUS;
    }
}

uint32_t join_index_get(const struct join_index *index, const char *key)
{
    uint32_t i = xf_map_find(&index->keys, key);

    return i == XF_MAP_NONE ? XF_MAP_NONE : index->values[i];
}

static void index_release(struct join_index *index)
{
    xf_map_release(&index->keys);
    free(index->values);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int load_functions(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store,
        "SELECT file, name, min(is_static) FROM ("
        " SELECT file, name, is_static FROM function WHERE line > 0"
        " UNION SELECT file, function, 1 FROM site WHERE function <> ''"
        " UNION SELECT file, function, 1 FROM mention WHERE function <> '')"
        " GROUP BY 1, 2 ORDER BY 1, 2");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *key = join_key(xf_column(q, 0), xf_column(q, 1));
        uint32_t place = xf_map_add(&j->places, key, NULL);

        index_add(&j->by_name, xf_column(q, 1), place);
        if (!sqlite3_column_int(q, 2))
            index_add(&j->global, xf_column(q, 1), place);
        index_add(&j->by_base, base_name(xf_column(q, 0)),
                  xf_map_add(&j->strings, xf_column(q, 0), NULL));
        free(key);
    }
    return rc;
}

static int load_inliners(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT DISTINCT site_id || ' ' || function FROM v_inliners"
                  " WHERE how <> 'body'");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0)
        xf_map_add(&j->inlined, xf_column(q, 0), NULL);
    return rc;
}

static void add_site_keys(struct join *j, const struct join_site *s, uint32_t i)
{
    char *exact =
        xf_format("%s\t%s\t%s\t%s", s->file, s->function, s->kind, s->text);
    char *in_file = xf_format("%s\t%s\t%s", s->file, s->kind, s->text);
    char *anywhere = join_key(s->kind, s->text);

    index_add(&j->by_exact, exact, i);
    index_add(&j->by_file, in_file, i);
    index_add(&j->by_text, anywhere, i);
    free(exact);
    free(in_file);
    free(anywhere);
}

/* Sites once, whatever the builds; with the text as it is written. */
static int load_sites(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT s.site_id, s.file, s.function, s.kind,"
                  " max(coalesce(m.text, s.condition))"
                  " FROM site s LEFT JOIN mention m ON m.file = s.file AND "
                  "m.line = s.line"
                  " AND m.col = s.col GROUP BY s.site_id ORDER BY s.site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *text = xf_predicate_normal(xf_column(q, 4));
        struct join_site *s;

        XF_GROW(j->sites, j->nsites, j->sites_cap);
        s = &j->sites[j->nsites];
        *s = (struct join_site){.site_id = xf_strdup(xf_column(q, 0)),
                                .file = xf_strdup(xf_column(q, 1)),
                                .function = xf_strdup(xf_column(q, 2)),
                                .kind = xf_strdup(xf_column(q, 3)),
                                .text = facts_text(text)};
        free(text);
        add_site_keys(j, s, (uint32_t)j->nsites++);
    }
    return rc;
}

/* Stops of configurations that were not scanned: what fired may be one. */
static int load_others(struct join *j)
{
    sqlite3_stmt *q = xf_store_prepare(
        j->store, "SELECT m.file, m.function, c.kind, m.text FROM mention m"
                  " JOIN census c USING (file, line, col)"
                  " WHERE c.accounted <> 'site' AND m.in_macro = 0"
                  " ORDER BY m.file, m.line, m.col");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(j->store, q)) > 0) {
        char *text = xf_predicate_normal(xf_column(q, 3));

        XF_GROW(j->others, j->nothers, j->others_cap);
        j->others[j->nothers++] =
            (struct join_site){.site_id = xf_strdup(""),
                               .file = xf_strdup(xf_column(q, 0)),
                               .function = xf_strdup(xf_column(q, 1)),
                               .kind = xf_strdup(xf_column(q, 2)),
                               .text = facts_text(text)};
        free(text);
    }
    return rc;
}

const struct join_site *join_site_today(struct join *j, const char *file,
                                        const char *function, const char *kind,
                                        const char *text)
{
    char *exact = xf_format("%s\t%s\t%s\t%s", file, function, kind, text);
    char *in_file = xf_format("%s\t%s\t%s", file, kind, text);
    char *anywhere = join_key(kind, text);
    uint32_t i = join_index_get(&j->by_exact, exact);

    if (i == XF_MAP_NONE && strlen(text) >= JOIN_TELLING)
        i = join_index_get(&j->by_file, in_file);
    if (i == XF_MAP_NONE && strlen(text) >= JOIN_TELLING)
        i = join_index_get(&j->by_text, anywhere);
    free(exact);
    free(in_file);
    free(anywhere);
    return i == XF_MAP_NONE || i == JOIN_AMBIGUOUS ||
                   join_other_architecture(file, j->sites[i].file)
               ? NULL
               : &j->sites[i];
}

const struct join_site *join_site_in_function(struct join *j, const char *file,
                                              const char *function,
                                              const char *kind,
                                              const char *text)
{
    char *key = xf_format("%s\t%s\t%s\t%s", file, function, kind, text);
    uint32_t i = join_index_get(&j->by_exact, key);

    free(key);
    return i == XF_MAP_NONE || i == JOIN_AMBIGUOUS ? NULL : &j->sites[i];
}

int join_load(struct join *j)
{
    return load_functions(j) || load_inliners(j) || load_sites(j) ||
                   load_others(j)
               ? -1
               : 0;
}

static void release_sites(struct join_site *sites, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(sites[i].site_id);
        free(sites[i].file);
        free(sites[i].function);
        free(sites[i].kind);
        free(sites[i].text);
    }
    free(sites);
}

void join_unload(struct join *j)
{
    release_sites(j->sites, j->nsites);
    release_sites(j->others, j->nothers);
    xf_map_release(&j->places);
    xf_map_release(&j->strings);
    xf_map_release(&j->inlined);
    index_release(&j->by_name);
    index_release(&j->by_base);
    index_release(&j->global);
    index_release(&j->by_exact);
    index_release(&j->by_file);
    index_release(&j->by_text);
}
