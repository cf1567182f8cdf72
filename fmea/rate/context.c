/* SPDX-License-Identifier: GPL-2.0-only */
#include "context.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

#define FORMAT "xenfmea-context 1"

static const char *const members[] = {
    "about", "format", "levels", "domains", "accepted", "withdrawn", "aous",
    "features_off", "rules", "classes", "ratings", NULL};
/* Those that are lists. */
static const char *const lists[] = {
    "levels", "domains", "accepted", "withdrawn", "aous", "features_off",
    "rules", "classes", NULL};

static const cJSON *member(const struct context *c, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(c->json, name);
}

/* Position in "levels", from the lowest; -1: not in it. */
static int level_of(const struct context *c, const char *level)
{
    const cJSON *item;
    int n = 0;

    cJSON_ArrayForEach(item, member(c, "levels"))
    {
        if (cJSON_IsString(item) && !strcmp(item->valuestring, level))
            return n;
        n++;
    }
    return -1;
}

static int check_domains(const struct context *c,
                         const struct fact_names *names)
{
    uint32_t at = xf_map_find(&names->names, "role");
    const cJSON *roles = at == XF_MAP_NONE ? NULL : names->values[at];
    const cJSON *item, *role;

    cJSON_ArrayForEach(item, member(c, "domains"))
    {
        const char *name = xf_json_string(item, "role", "");
        bool known = false;

        cJSON_ArrayForEach(role, roles)
            known = known || (cJSON_IsString(role) &&
                              !strcmp(role->valuestring, name));
        if (!known)
            return xf_error("%s: domain role '%s' is not one of fact 'role' in "
                            "rules/facts.json", c->path, name);
        if (level_of(c, xf_json_string(item, "level", "")) < 0)
            return xf_error("%s: the level of '%s' is not in \"levels\"",
                            c->path, name);
    }
    return 0;
}

static int check(const struct context *c, const struct fact_names *names)
{
    const cJSON *item;

    if (strcmp(xf_json_string(c->json, "format", ""), FORMAT))
        return xf_error("%s: not a safety context; its \"format\" must be "
                        "\"" FORMAT "\"", c->path);
    cJSON_ArrayForEach(item, c->json)
    {
        size_t i = 0;

        while (members[i] && strcmp(members[i], item->string))
            i++;
        if (!members[i])
            return xf_error("%s: member '%s' is not known; see "
                            "data/context/example.json", c->path,
                            item->string);
    }
    for (size_t i = 0; lists[i]; i++)
        if (member(c, lists[i]) && !cJSON_IsArray(member(c, lists[i])))
            return xf_error("%s: \"%s\" is a list", c->path, lists[i]);
    cJSON_ArrayForEach(item, member(c, "features_off"))
        if (!cJSON_IsString(item) || strncmp(item->valuestring, "CONFIG_", 7))
            return xf_error("%s: \"features_off\" lists names like CONFIG_X",
                            c->path);
    return check_domains(c, names);
}

int context_load(struct context *out, const char *path,
                 const struct fact_names *names)
{
    const char *ratings, *slash;

    memset(out, 0, sizeof(*out));
    if (!path)
        return 0;
    out->path = xf_strdup(path);
    out->json = xf_json_load(path);
    if (!out->json || check(out, names))
        return -1;
    ratings = xf_json_string(out->json, "ratings", NULL);
    if (!ratings)
        return 0;
    slash = strrchr(path, '/');
    if (slash) {
        char *dir = xf_strndup(path, (size_t)(slash - path));

        out->ratings = xf_path_join(dir, ratings);
        free(dir);
    } else {
        out->ratings = xf_strdup(ratings);
    }
    if (!xf_dir_exists(out->ratings))
        return xf_error("%s: there is no folder %s", path, out->ratings);
    return 0;
}

void context_add(struct context *context, const char *list,
                 const char *const *names)
{
    cJSON *array;

    if (!names || !*names)
        return;
    if (!context->json)
        context->json = cJSON_CreateObject();
    array = cJSON_GetObjectItemCaseSensitive(context->json, list);
    if (!array)
        array = cJSON_AddArrayToObject(context->json, list);
    for (; *names; names++)
        cJSON_AddItemToArray(array, cJSON_CreateString(*names));
}

void context_release(struct context *context)
{
    cJSON_Delete(context->json);
    free(context->path);
    free(context->ratings);
    memset(context, 0, sizeof(*context));
}

static void feature_off(const struct context *c, struct facts *facts)
{
    const cJSON *item;
    const char *options = fact_get(facts, "kconfig");
    char *all = xf_format("\n%s\n", options ? options : "");

    fact_set(facts, "feature_off", "");
    cJSON_ArrayForEach(item, member(c, "features_off"))
    {
        char *line = xf_format("\n%s\n", item->valuestring);

        if (strstr(all, line))
            fact_add(facts, "feature_off", item->valuestring);
        free(line);
    }
    free(all);
}

/* The level of whoever can stop the host, and whether a higher one suffers. */
void context_facts(const struct context *c, struct facts *facts)
{
    const char *role = fact_get(facts, "role"), *level = NULL;
    int top = -1, own = -1;
    const cJSON *item;

    feature_off(c, facts);
    cJSON_ArrayForEach(item, member(c, "domains"))
    {
        int n = level_of(c, xf_json_string(item, "level", ""));

        top = n > top ? n : top;
        if (role && !strcmp(role, xf_json_string(item, "role", "")) &&
            (own < 0 || n < own)) {
            own = n;
            level = xf_json_string(item, "level", "");
        }
    }
    if (own < 0)
        return;
    fact_set(facts, "level", level);
    item = cJSON_GetArrayItem(member(c, "levels"), top);
    if (own < top) {
        char *text = xf_format("%s (%s) can stop a domain of level %s", role,
                               level, item->valuestring);

        fact_set(facts, "interference", text);
        free(text);
    } else {
        fact_set(facts, "interference", "");
    }
}
