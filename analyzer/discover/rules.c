/* SPDX-License-Identifier: GPL-2.0-only */
#include "rules.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

/* A list of strings, or of objects whose member "match" is the string. */
static char **strings(const cJSON *root, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, name), *item;
    char **out = xf_calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*out));
    size_t n = 0;

    cJSON_ArrayForEach(item, list) {
        const char *text = cJSON_IsString(item)
                               ? item->valuestring
                               : xf_json_string(item, "match", NULL);

        if (text)
            out[n++] = xf_strdup(text);
    }
    return out;
}

static void free_strings(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static cJSON *load(const char *data, const char *name)
{
    char *path = xf_format("%s/clang/%s", data, name);
    cJSON *root = xf_json_load(path);

    free(path);
    return root;
}

static int load_options(struct xf_rules *out, const char *data)
{
    cJSON *root = load(data, "options.json");

    if (!root)
        return -1;
    out->gcc_version = xf_strdup(xf_json_string(root, "gcc_version", "12.2.0"));
    out->gcc_only = strings(root, "gcc_only");
    out->clang_only = strings(root, "clang_only");
    out->not_for_parsing = strings(root, "not_for_parsing");
    out->gnu_as = strings(root, "gnu_as");
    cJSON_Delete(root);
    return 0;
}

static int load_tree(struct xf_rules *out, const char *data)
{
    cJSON *root = load(data, "tree.json");

    if (!root)
        return -1;
    out->wanted = strings(root, "wanted");
    out->leftovers = strings(root, "leftovers");
    out->only_links = strings(root, "only_links");
    out->steering = strings(root, "steering");
    out->probes = strings(root, "probes");
    out->linked_scripts = strings(root, "linked_scripts");
    out->image_targets = strings(root, "image_targets");
    out->options_header = xf_strdup(xf_json_string(root, "options_header", ""));
    cJSON_Delete(root);
    return 0;
}

static int load_archs(struct xf_rules *out, const char *data)
{
    cJSON *root = load(data, "architectures.json"), *list, *item;
    int rc = 0;

    if (!root)
        return -1;
    list = cJSON_GetObjectItemCaseSensitive(root, "architectures");
    out->archs = xf_calloc((size_t)cJSON_GetArraySize(list),
                           sizeof(*out->archs));
    cJSON_ArrayForEach(item, list) {
        struct xf_arch *arch = &out->archs[out->narchs++];

        arch->name = xf_strdup(xf_json_string(item, "name", ""));
        arch->folder = xf_strdup(xf_json_string(item, "folder", ""));
        arch->target = xf_strdup(xf_json_string(item, "target", ""));
        arch->symbol = xf_strdup(xf_json_string(item, "symbol", ""));
        arch->compilers = strings(item, "compilers");
        if (!*arch->name || !*arch->folder || !*arch->target || !*arch->symbol)
            rc = xf_error("%s/clang/architectures.json: entry %zu lacks a "
                          "name, folder, target or symbol; complete it", data,
                          out->narchs);
    }
    cJSON_Delete(root);
    return rc;
}

int xf_rules_load(struct xf_rules *out, const char *data)
{
    memset(out, 0, sizeof(*out));
    if (load_options(out, data) || load_tree(out, data) ||
        load_archs(out, data)) {
        xf_rules_release(out);
        return -1;
    }
    return 0;
}

void xf_rules_release(struct xf_rules *rules)
{
    char **lists[] = {
        rules->gcc_only, rules->clang_only,     rules->not_for_parsing,
        rules->wanted,   rules->leftovers,      rules->only_links,
        rules->steering, rules->probes,         rules->linked_scripts,
        rules->image_targets, rules->gnu_as,
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        free_strings(lists[i]);
    for (size_t i = 0; i < rules->narchs; i++) {
        free(rules->archs[i].name);
        free(rules->archs[i].folder);
        free(rules->archs[i].target);
        free(rules->archs[i].symbol);
        free_strings(rules->archs[i].compilers);
    }
    free(rules->archs);
    free(rules->gcc_version);
    free(rules->options_header);
    memset(rules, 0, sizeof(*rules));
}

const struct xf_arch *xf_rules_arch(const struct xf_rules *rules,
                                    const char *name)
{
    for (size_t i = 0; i < rules->narchs; i++)
        if (!strcmp(rules->archs[i].name, name))
            return &rules->archs[i];
    return NULL;
}

const struct xf_arch *xf_rules_arch_of_kconfig(const struct xf_rules *rules,
                                               const char *kconfig)
{
    for (size_t i = 0; i < rules->narchs; i++)
        if (xf_kconfig_is_set(kconfig, rules->archs[i].symbol))
            return &rules->archs[i];
    return NULL;
}

bool xf_rules_match_path(char *const *patterns, const char *path)
{
    char anchored[PATH_MAX];
    const char *base = xf_path_base(path);

    snprintf(anchored, sizeof(anchored), "/%s", path);
    for (; *patterns; patterns++)
        if (!fnmatch(*patterns, strchr(*patterns, '/') ? anchored : base, 0))
            return true;
    return false;
}

bool xf_kconfig_is_set(const char *kconfig, const char *symbol)
{
    size_t len = strlen(symbol);

    for (const char *p = kconfig; (p = strstr(p, symbol)); p += len)
        if ((p == kconfig || p[-1] == '\n') && !strncmp(p + len, "=y", 2) &&
            (p[len + 2] == '\n' || p[len + 2] == '\r' || !p[len + 2]))
            return true;
    return false;
}
