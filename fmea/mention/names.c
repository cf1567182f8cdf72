/* SPDX-License-Identifier: GPL-2.0-only */
#include "mention.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "map.h"

struct xf_stop_names {
    cJSON *json[2]; /* own the strings */
    struct xf_map map;
    struct xf_stop_name *items;
    size_t cap;
};

static int add(struct xf_stop_names *names, const cJSON *root, const char *list,
               const char *path)
{
    const cJSON *entry, *array = cJSON_GetObjectItemCaseSensitive(root, list);

    if (!cJSON_IsArray(array))
        return xf_error("%s: no list \"%s\"; restore the file", path, list);
    cJSON_ArrayForEach(entry, array)
    {
        const char *name = xf_json_string(entry, "name", "");
        int is_new;
        uint32_t i;

        if (!*name)
            return xf_error("%s: an entry of \"%s\" has no \"name\"; add it",
                            path, list);
        i = xf_map_add(&names->map, name, &is_new);
        if (!is_new)
            continue;
        if (i == names->cap) {
            names->cap = names->cap ? 2 * names->cap : 32;
            names->items =
                xf_realloc(names->items, names->cap * sizeof(*names->items));
        }
        names->items[i] = (struct xf_stop_name){
            .name = name,
            .kind = xf_json_string(entry, "kind", ""),
            .predicate = cJSON_IsTrue(
                cJSON_GetObjectItemCaseSensitive(entry, "predicate")),
            .stops = strcmp(list, "reactions") != 0,
        };
    }
    return 0;
}

static int load(struct xf_stop_names *names, size_t i, const char *data,
                const char *file, const char *const *lists)
{
    char *path = xf_path_join(data, file);
    int rc = -1;

    names->json[i] = xf_json_load(path);
    if (names->json[i])
        for (rc = 0; *lists && !rc; lists++)
            rc = add(names, names->json[i], *lists, path);
    free(path);
    return rc;
}

struct xf_stop_names *xf_stop_names_load(const char *data, bool reactions)
{
    static const char *const stops[] = {"macros", "functions", NULL};
    static const char *const others[] = {"wrappers", "reactions", NULL};
    struct xf_stop_names *names = xf_calloc(1, sizeof(*names));

    if (load(names, 0, data, "xen/sites.json", stops) ||
        (reactions && load(names, 1, data, "xen/reactions.json", others))) {
        xf_stop_names_free(names);
        return NULL;
    }
    return names;
}

void xf_stop_names_free(struct xf_stop_names *names)
{
    if (!names)
        return;
    xf_map_release(&names->map);
    free(names->items);
    cJSON_Delete(names->json[0]);
    cJSON_Delete(names->json[1]);
    free(names);
}

const struct xf_stop_name *xf_stop_names_find(const struct xf_stop_names *names,
                                              const char *text, size_t len)
{
    char name[64];
    uint32_t i;

    if (len >= sizeof(name))
        return NULL;
    memcpy(name, text, len);
    name[len] = '\0';
    i = xf_map_find(&names->map, name);
    return i == XF_MAP_NONE ? NULL : &names->items[i];
}

void xf_stop_names_hash(struct xf_hash *hash, const struct xf_stop_names *names)
{
    for (size_t i = 0; i < names->map.len; i++) {
        const struct xf_stop_name *name = &names->items[i];

        xf_hash_adds(hash, name->name);
        xf_hash_adds(hash, name->kind);
        xf_hash_adds(hash, name->predicate ? "predicate" : "");
        xf_hash_adds(hash, name->stops ? "stops" : "");
    }
}

bool xf_stop_names_likely(const struct xf_stop_names *names, const char *text,
                          size_t len)
{
    for (size_t i = 0; i < names->map.len; i++)
        if (memmem(text, len, names->map.keys[i], strlen(names->map.keys[i])))
            return true;
    return false;
}
