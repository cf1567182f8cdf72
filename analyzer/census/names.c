/* SPDX-License-Identifier: GPL-2.0-only */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

static uint64_t length_bit(size_t len)
{
    return 1ULL << (len < 63 ? len : 63);
}

static void add(struct names *names, const char *name, const char *kind,
                bool is_function, bool is_instruction)
{
    size_t len = strlen(name);
    int is_new;
    uint32_t i = xf_map_add(&names->map, name, &is_new);

    if (!is_new)
        return;
    if (i == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 32;
        names->kinds =
            xf_realloc(names->kinds, names->cap * sizeof(*names->kinds));
        names->is_function = xf_realloc(
            names->is_function, names->cap * sizeof(*names->is_function));
        names->is_instruction =
            xf_realloc(names->is_instruction,
                       names->cap * sizeof(*names->is_instruction));
    }
    names->kinds[i] = xf_strdup(kind);
    names->is_function[i] = is_function;
    names->is_instruction[i] = is_instruction;
    names->lengths[(unsigned char)name[0]] |= length_bit(len);
    if (len > names->longest)
        names->longest = len;
}

static int add_list(struct names *names, const cJSON *root, const char *list,
                    const char *path)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(root, list), *entry;

    if (!cJSON_IsArray(array))
        return xf_error("%s: no list \"%s\"; restore the file", path, list);
    cJSON_ArrayForEach(entry, array)
    {
        const char *name = xf_json_string(entry, "name", "");

        if (!*name)
            return xf_error("%s: an entry of \"%s\" has no \"name\"; add it",
                            path, list);
        add(names, name, xf_json_string(entry, "kind", ""),
            !strcmp(list, "functions"), !strcmp(list, "instructions"));
    }
    return 0;
}

static int load_json(struct names *names, const char *data)
{
    char *path = xf_path_join(data, "xen/sites.json");
    cJSON *root = xf_json_load(path);
    int rc = -1;

    if (root && !add_list(names, root, "macros", path) &&
        !add_list(names, root, "functions", path) &&
        !add_list(names, root, "instructions", path))
        rc = 0;
    cJSON_Delete(root);
    free(path);
    return rc;
}

static int load_functions(struct names *names, struct xf_store *store)
{
    /* A label that only its own file uses is called "fail" or the like, which
     * is a common word elsewhere. */
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "SELECT name, min(stop_kind) FROM function f"
               " WHERE stop_kind <> '' AND name <> ''"
               " AND (NOT is_asm OR EXISTS (SELECT 1 FROM call c"
               "  JOIN function g ON g.id = c.caller"
               "  WHERE c.callee = f.id AND g.file <> f.file))"
               " GROUP BY name ORDER BY name");
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(store, stmt)) > 0)
        add(names, xf_column(stmt, 0), xf_column(stmt, 1), true, false);
    return rc;
}

int names_load(struct names *names, struct xf_store *store, const char *data)
{
    if (load_json(names, data))
        return -1;
    return load_functions(names, store);
}

void names_release(struct names *names)
{
    for (size_t i = 0; i < names->map.len; i++)
        free(names->kinds[i]);
    free(names->kinds);
    free(names->is_function);
    free(names->is_instruction);
    xf_map_release(&names->map);
}

uint32_t names_find(const struct names *names, const char *text, size_t len)
{
    char name[256];

    if (len > names->longest || len >= sizeof(name) ||
        !(names->lengths[(unsigned char)text[0]] & length_bit(len)))
        return XF_MAP_NONE;
    memcpy(name, text, len);
    name[len] = '\0';
    return xf_map_find(&names->map, name);
}
