/* SPDX-License-Identifier: GPL-2.0-only */
#include "knowledge.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

struct xf_knowledge {
    cJSON *root;
    char *path;
};

/* Every element of the list is an object with these two members, of which the
 * second is a string; or a string when `first` is NULL. */
static bool is_list(const struct xf_knowledge *k, const char *list,
                    const char *first, const char *second)
{
    const cJSON *items = cJSON_GetObjectItem(k->root, list), *item;

    if (!cJSON_IsArray(items))
        return false;
    cJSON_ArrayForEach(item, items) {
        if (first ? !cJSON_GetObjectItem(item, first) ||
                        !cJSON_IsString(cJSON_GetObjectItem(item, second))
                  : !cJSON_IsString(item))
            return false;
    }
    return true;
}

struct xf_knowledge *xf_knowledge_load(const char *data)
{
    struct xf_knowledge *k = xf_calloc(1, sizeof(*k));

    k->path = xf_path_join(data, "cppcheck/cppcheck.json");
    k->root = xf_json_load(k->path);
    if (k->root && is_list(k, "platforms", "target", "platform") &&
        is_list(k, "calls", "frame", "call") &&
        is_list(k, "findings", "id", "why") &&
        is_list(k, "broken", NULL, NULL) &&
        is_list(k, "refused", NULL, NULL) &&
        cJSON_IsString(cJSON_GetObjectItem(k->root, "minimum")))
        return k;
    if (k->root)
        xf_error("%s: needs the lists platforms, calls, findings, broken and "
                 "refused and the member minimum, as shipped; restore it",
                 k->path);
    xf_knowledge_free(k);
    return NULL;
}

void xf_knowledge_free(struct xf_knowledge *k)
{
    if (!k)
        return;
    cJSON_Delete(k->root);
    free(k->path);
    free(k);
}

const char *xf_knowledge_platform(const struct xf_knowledge *k,
                                  const char *target)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(k->root, "platforms")) {
        if (!fnmatch(xf_json_string(item, "target", ""), target, 0))
            return xf_json_string(item, "platform", "");
    }
    return "unspecified";
}

const char *xf_knowledge_call(const struct xf_knowledge *k, int frame)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(k->root, "calls")) {
        const cJSON *number = cJSON_GetObjectItem(item, "frame");

        if (cJSON_IsNumber(number) && number->valueint == frame)
            return xf_json_string(item, "call", "");
    }
    return NULL;
}

bool xf_knowledge_shown(const struct xf_knowledge *k, const char *id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(k->root, "findings")) {
        if (!strcmp(xf_json_string(item, "id", ""), id))
            return true;
    }
    return false;
}

static bool has(const struct xf_knowledge *k, const char *list,
                const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(k->root, list)) {
        if (!strcmp(item->valuestring, text))
            return true;
    }
    return false;
}

bool xf_knowledge_broken(const struct xf_knowledge *k, const char *id)
{
    return has(k, "broken", id);
}

int xf_knowledge_accepts(const struct xf_knowledge *k, const char *version)
{
    const char *minimum = xf_json_string(k->root, "minimum", "");
    unsigned int is[2] = {0}, least[2] = {0};

    if (sscanf(version, "%u.%u", &is[0], &is[1]) < 1)
        return xf_error("cppcheck says that its version is '%s'; install "
                        "Cppcheck %s or newer, or leave --cppcheck out",
                        version, minimum);
    sscanf(minimum, "%u.%u", &least[0], &least[1]);
    if (is[0] < least[0] || (is[0] == least[0] && is[1] < least[1]) ||
        has(k, "refused", version))
        return xf_error("Cppcheck %s does not cope with Xen; install %s or "
                        "newer (not 2.8), or leave --cppcheck out",
                        version, minimum);
    return 0;
}
