/* SPDX-License-Identifier: GPL-2.0-only */
#include "policy.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "json.h"

#define FORMAT "xenfmea-policy 1"

struct xf_policy {
    cJSON *root; /* checked when loaded */
};

const char *const xf_level_names[] = {"fail", "warn", "note", "count"};

static int level_of(const char *name)
{
    for (int i = 0; i <= XF_LEVEL_COUNT; i++)
        if (!strcmp(xf_level_names[i], name))
            return i;
    return -1;
}

static bool is_list(const cJSON *item)
{
    const cJSON *text;

    if (!cJSON_IsArray(item))
        return false;
    cJSON_ArrayForEach(text, item)
        if (!cJSON_IsString(text))
            return false;
    return true;
}

static bool known_states(const cJSON *list)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, list) {
        bool known = false;

        for (int i = 0; i < XF_STATES && !known; i++)
            known = !strcmp(xf_state_names[i], text->valuestring);
        if (!known)
            return false;
    }
    return true;
}

static int check_rule(const char *path, const cJSON *rule, int number)
{
    static const char *const lists[] = {"states", "kinds", "contexts",
                                        "priorities", "files"};
    const cJSON *item;

    if (level_of(xf_json_string(rule, "level", "")) < 0)
        return xf_error("%s: rule %d has no \"level\"; write one of fail, "
                        "warn, note, count", path, number);
    cJSON_ArrayForEach(item, rule) {
        bool list = false;

        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
            list |= !strcmp(lists[i], item->string);
        if (list && !is_list(item))
            return xf_error("%s: rule %d: \"%s\" is a list of texts", path,
                            number, item->string);
        if (!list && strcmp(item->string, "level") &&
            strcmp(item->string, "why") &&
            !(cJSON_IsBool(item) && !strcmp(item->string, "clean")))
            return xf_error("%s: rule %d: \"%s\" is not known; a rule has "
                            "states, kinds, contexts, priorities, files, clean "
                            "(true or false), level and why",
                            path, number, item->string);
    }
    item = cJSON_GetObjectItemCaseSensitive(rule, "states");
    if (item && !known_states(item))
        return xf_error("%s: rule %d: a state that is not known; they are "
                        "new, stale, changed, moved, vanished, open, imported, "
                        "justified, decided", path, number);
    return 0;
}

static int check_policy(const char *path, const cJSON *root)
{
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(root, "rules");
    const cJSON *clean = cJSON_GetObjectItemCaseSensitive(root, "clean");
    const cJSON *rule;
    int number = 0;

    if (strcmp(xf_json_string(root, "format", ""), FORMAT))
        return xf_error("%s: not a policy; it needs \"format\": \"" FORMAT
                        "\" (start from a copy of data/policy/default.json)",
                        path);
    if (!cJSON_IsArray(rules) || (clean && !is_list(clean)))
        return xf_error("%s: \"rules\" is a list of rules and \"clean\" a list "
                        "of patterns; start from a copy of "
                        "data/policy/default.json", path);
    cJSON_ArrayForEach(rule, rules)
        if (check_rule(path, rule, ++number))
            return -1;
    return 0;
}

struct xf_policy *xf_policy_load(const char *path)
{
    struct xf_policy *policy = xf_calloc(1, sizeof(*policy));

    policy->root = xf_json_load(path);
    if (policy->root && !check_policy(path, policy->root))
        return policy;
    xf_policy_free(policy);
    return NULL;
}

void xf_policy_free(struct xf_policy *policy)
{
    if (policy)
        cJSON_Delete(policy->root);
    free(policy);
}

static bool matches(const cJSON *patterns, const char *text)
{
    const cJSON *pattern;

    cJSON_ArrayForEach(pattern, patterns)
        if (!fnmatch(pattern->valuestring, text, 0))
            return true;
    return false;
}

/* Whether the list is absent or has one of the texts, ", " between. */
static bool allows(const cJSON *rule, const char *name, const char *texts)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(rule, name);

    if (!list)
        return true;
    while (*texts) {
        size_t len = strcspn(texts, ",");
        char *one = xf_strndup(texts, len);
        bool found = matches(list, one);

        free(one);
        if (found)
            return true;
        texts += len;
        texts += strspn(texts, ", ");
    }
    return false;
}

enum xf_level xf_policy_level(const struct xf_policy *policy,
                              const struct xf_finding *f)
{
    const cJSON *rules =
        cJSON_GetObjectItemCaseSensitive(policy->root, "rules");
    bool clean = matches(
        cJSON_GetObjectItemCaseSensitive(policy->root, "clean"), f->site.file);
    const cJSON *rule;

    cJSON_ArrayForEach(rule, rules) {
        const cJSON *want = cJSON_GetObjectItemCaseSensitive(rule, "clean");

        if ((!want || cJSON_IsTrue(want) == clean) &&
            allows(rule, "states", xf_state_names[f->state]) &&
            allows(rule, "kinds", f->site.kind) &&
            allows(rule, "files", f->site.file) &&
            allows(rule, "contexts", f->contexts) &&
            allows(rule, "priorities", f->priority))
            return (enum xf_level)level_of(xf_json_string(rule, "level", ""));
    }
    /* What no rule speaks of is not passed over. */
    return f->state == XF_STATE_NEW ? XF_LEVEL_FAIL : XF_LEVEL_WARN;
}

const char *xf_policy_guideline(const struct xf_policy *policy,
                                const char *kind, const char **source)
{
    const cJSON *list =
        cJSON_GetObjectItemCaseSensitive(policy->root, "guidelines");
    const cJSON *entry;

    *source = "";
    cJSON_ArrayForEach(entry, list) {
        const cJSON *kinds = cJSON_GetObjectItemCaseSensitive(entry, "kinds");

        if (is_list(kinds) && matches(kinds, kind)) {
            *source = xf_json_string(entry, "source", "");
            return xf_json_string(entry, "text", "");
        }
    }
    return "";
}
