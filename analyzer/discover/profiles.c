/* SPDX-License-Identifier: GPL-2.0-only */
#include "profiles.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static char **patterns(const cJSON *list)
{
    char **out = xf_calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*out));
    const cJSON *item;
    size_t n = 0;

    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item))
            out[n++] = xf_strdup(item->valuestring);
    return out;
}

static void free_patterns(char **list)
{
    for (char **item = list; item && *item; item++)
        free(*item);
    free(list);
}

/* "CONFIG_X=value" and nothing that could end the line. */
static bool is_option(const cJSON *item)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";

    return !strncmp(text, "CONFIG_", strlen("CONFIG_")) && strchr(text, '=') &&
           !strpbrk(text, "\n\r");
}

static int read_options(char **out, const cJSON *profile, const char *path)
{
    const cJSON *item;
    struct xf_buf text = XF_BUF_INIT;

    xf_buf_adds(&text, "");
    cJSON_ArrayForEach(item, member(profile, "set"))
    {
        if (!is_option(item)) {
            xf_buf_release(&text);
            return xf_error("%s: profile '%s': \"set\" needs strings like "
                            "\"CONFIG_X=y\"; correct it",
                            path, xf_json_string(profile, "name", ""));
        }
        xf_buf_addf(&text, "%s\n", item->valuestring);
    }
    *out = xf_buf_detach(&text);
    return 0;
}

static int read_profile(struct xf_profiles *out, const cJSON *item,
                        const char *path)
{
    struct xf_profile profile = {0};
    const char *name = xf_json_string(item, "name", "");

    if (!*name || strpbrk(name, ", /\n"))
        return xf_error("%s: a profile needs a \"name\" without blank, ',' "
                        "and '/'; correct it", path);
    if (read_options(&profile.options, item, path))
        return -1;
    profile.name = xf_strdup(name);
    profile.archs = patterns(member(item, "arch"));
    profile.everything = cJSON_IsTrue(member(item, "everything"));
    profile.seed = cJSON_IsTrue(member(item, "seed"));
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = profile;
    return 0;
}

/* Of several files that have a list the last one's counts. */
static void leave_alone(struct xf_profiles *out, const cJSON *list)
{
    free_patterns(out->left_alone);
    out->left_alone = patterns(list);
}

static int read_file(const char *relative, const char *absolute, void *payload)
{
    cJSON *root;
    const cJSON *item, *list;
    int rc = 0;

    if (!xf_has_suffix(relative, ".json"))
        return 0;
    root = xf_json_load(absolute);
    if (!root)
        return -1;
    if (member(root, "left_alone"))
        leave_alone(payload, member(root, "left_alone"));
    list = member(root, "profiles");
    if (!cJSON_IsArray(list))
        rc = xf_error("%s: no list \"profiles\"; restore the file", absolute);
    cJSON_ArrayForEach(item, list)
        if (!rc)
            rc = read_profile(payload, item, absolute);
    cJSON_Delete(root);
    return rc;
}

int xf_profiles_load(struct xf_profiles *out, const char *data)
{
    char *folder = xf_path_join(data, "profiles");
    int rc;

    memset(out, 0, sizeof(*out));
    rc = xf_tree_walk(folder, NULL, read_file, out);
    if (rc)
        xf_profiles_release(out);
    free(folder);
    return rc;
}

void xf_profiles_release(struct xf_profiles *profiles)
{
    for (size_t i = 0; i < profiles->len; i++) {
        struct xf_profile *p = &profiles->items[i];

        free_patterns(p->archs);
        free(p->name);
        free(p->options);
    }
    free_patterns(profiles->left_alone);
    free(profiles->items);
    memset(profiles, 0, sizeof(*profiles));
}

bool xf_profile_fits(const struct xf_profile *profile, const char *arch)
{
    for (char **pattern = profile->archs; *pattern; pattern++)
        if (!fnmatch(*pattern, arch, 0))
            return true;
    return !*profile->archs;
}

const struct xf_profile *xf_profiles_find(const struct xf_profiles *profiles,
                                          const char *name, const char *arch)
{
    struct xf_buf known = XF_BUF_INIT;

    for (size_t i = 0; i < profiles->len; i++) {
        const struct xf_profile *p = &profiles->items[i];

        if (!xf_profile_fits(p, arch))
            continue;
        if (!strcmp(p->name, name)) {
            xf_buf_release(&known);
            return p;
        }
        xf_buf_addf(&known, "%s%s", known.len ? ", " : "", p->name);
    }
    xf_error("no profile '%s' for %s; those of data/profiles/ for it: %s",
             name, arch, known.data ? known.data : "none");
    xf_buf_release(&known);
    return NULL;
}
