/* SPDX-License-Identifier: GPL-2.0-only */
#include "facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

static int add_name(struct fact_names *names, const cJSON *item,
                    const char *path)
{
    static const char *const types[] = {"text", "list", "number"};
    const char *name = xf_json_string(item, "name", "");
    const char *type = xf_json_string(item, "type", "text");
    size_t t = 0;
    int is_new;
    uint32_t at;

    while (t < 3 && strcmp(type, types[t]))
        t++;
    if (!*name || t == 3 || !*xf_json_string(item, "meaning", ""))
        return xf_error("%s: fact '%s' needs a name, a meaning and a type "
                        "(text, list, number)", path, name);
    at = xf_map_add(&names->names, name, &is_new);
    if (!is_new)
        return xf_error("%s: fact '%s' stands there twice", path, name);
    if (at == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 32;
        names->types = xf_realloc(names->types,
                                  names->cap * sizeof(*names->types));
        names->values = xf_realloc(names->values,
                                   names->cap * sizeof(*names->values));
    }
    names->types[at] = (enum fact_type)t;
    names->values[at] = cJSON_GetObjectItemCaseSensitive(item, "values");
    return 0;
}

int fact_names_load(struct fact_names *out, const char *data_dir)
{
    char *path = xf_path_join(data_dir, "rules/facts.json");
    const cJSON *item, *list;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    out->json = xf_json_load(path);
    if (!out->json) {
        free(path);
        return -1;
    }
    list = cJSON_GetObjectItemCaseSensitive(out->json, "facts");
    cJSON_ArrayForEach(item, list)
        if (!rc)
            rc = add_name(out, item, path);
    if (!rc && !out->names.len)
        rc = xf_error("%s: 'facts' is empty; restore the file", path);
    free(path);
    return rc;
}

void fact_names_release(struct fact_names *names)
{
    xf_map_release(&names->names);
    free(names->types);
    free(names->values);
    cJSON_Delete(names->json);
    memset(names, 0, sizeof(*names));
}

void fact_init(struct facts *facts, const struct fact_names *names)
{
    facts->names = names;
    facts->values = xf_calloc(names->names.len + 1, sizeof(*facts->values));
}

void fact_clear(struct facts *facts)
{
    for (size_t i = 0; i < facts->names->names.len; i++) {
        free(facts->values[i]);
        facts->values[i] = NULL;
    }
}

void fact_release(struct facts *facts)
{
    if (!facts->values)
        return;
    fact_clear(facts);
    free(facts->values);
    facts->values = NULL;
}

static uint32_t number_of(const struct facts *facts, const char *name)
{
    uint32_t at = xf_map_find(&facts->names->names, name);

    assert(at != XF_MAP_NONE);
    return at;
}

const char *fact_get(const struct facts *facts, const char *name)
{
    return facts->values[number_of(facts, name)];
}

void fact_set(struct facts *facts, const char *name, const char *value)
{
    uint32_t at = number_of(facts, name);
    char *copy = value ? xf_strdup(value) : NULL;

    free(facts->values[at]);
    facts->values[at] = copy;
}

/* Whether a list holds an element. */
static bool holds(const char *list, const char *element)
{
    size_t len = strlen(element);

    for (const char *at = list; at; at = strchr(at, FACT_SEPARATOR)) {
        at += *at == FACT_SEPARATOR;
        if (!strncmp(at, element, len) &&
            (!at[len] || at[len] == FACT_SEPARATOR))
            return true;
    }
    return false;
}

void fact_add(struct facts *facts, const char *name, const char *value)
{
    const char *old = fact_get(facts, name);
    char *both;

    if (!old || !*old) {
        fact_set(facts, name, value);
        return;
    }
    if (holds(old, value))
        return;
    both = xf_format("%s%c%s", old, FACT_SEPARATOR, value);
    fact_set(facts, name, both);
    free(both);
}

int fact_read(struct facts *facts, struct xf_store *store, int64_t site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT name, value FROM site_fact WHERE site = ?1");
    int rc;

    if (!q)
        return -1;
    fact_clear(facts);
    sqlite3_bind_int64(q, 1, site);
    while ((rc = xf_store_step(store, q)) > 0)
        if (xf_map_find(&facts->names->names, xf_column(q, 0)) != XF_MAP_NONE)
            fact_set(facts, xf_column(q, 0), xf_column(q, 1));
    return rc;
}
