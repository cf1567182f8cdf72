/* SPDX-License-Identifier: GPL-2.0-only */
#include "cases.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

const char *const field_names[FIELDS] = {
    [FIELD_ROW_ID] = "row_id",
    [FIELD_SITE_ID] = "site_id",
    [FIELD_FILE] = "file",
    [FIELD_LINE] = "line",
    [FIELD_FUNCTION] = "function",
    [FIELD_KIND] = "kind",
    [FIELD_MODE] = "mode",
    [FIELD_CAUSE] = "cause",
    [FIELD_PHASE] = "phase",
    [FIELD_FEASIBILITY] = "feasibility",
    [FIELD_DISPOSITION] = "disposition",
    [FIELD_VERIFICATION] = "verification",
    [FIELD_PRIORITY] = "action_priority",
    [FIELD_PREDICATE] = "predicate",
    [FIELD_ORIGIN] = "origin",
    [FIELD_SOURCE] = "source",
    [FIELD_PLACE] = "place",
};

static int field_find(const char *name, size_t len)
{
    for (int i = 0; i < FIELDS; i++)
        if (strlen(field_names[i]) == len && !memcmp(field_names[i], name, len))
            return i;
    return -1;
}

/* A sentence that serves several sites must not name what one of them has. */
static bool of_one_site(int field)
{
    return field == FIELD_ROW_ID || field == FIELD_SITE_ID ||
           field == FIELD_LINE || field == FIELD_KIND || field == FIELD_MODE ||
           field == FIELD_PREDICATE || field == FIELD_ORIGIN ||
           field == FIELD_PLACE;
}

static int check_sentence(const char *sentence, bool shared, const char *path)
{
    for (const char *at = sentence; (at = strchr(at, '{')); at++) {
        const char *end = strchr(at, '}');

        int field = end ? field_find(at + 1, (size_t)(end - at - 1)) : -1;

        if (field < 0 || (shared && of_one_site(field)))
            return xf_error("%s: '%s' has a { that names no column, or in a "
                            "scope of several sites one that they do not "
                            "share", path, sentence);
    }
    return 0;
}

static int check_when(const cJSON *when, const char *path)
{
    const cJSON *globs, *glob;

    if (!cJSON_IsObject(when))
        return xf_error("%s: an entry has no 'when'; {} always holds", path);
    cJSON_ArrayForEach(globs, when) {
        if (field_find(globs->string, strlen(globs->string)) < 0 ||
            !cJSON_IsArray(globs))
            return xf_error("%s: the condition '%s' is no column with a list "
                            "of globs", path, globs->string);
        cJSON_ArrayForEach(glob, globs)
            if (!cJSON_IsString(glob))
                return xf_error("%s: the condition '%s' has something else "
                                "than globs", path, globs->string);
    }
    return 0;
}

static int check_rule(const struct xf_plan *plan, const cJSON *rule,
                      const char *path)
{
    static const char *const scopes[] = {"site", "origin", "function", "text"};
    const char *scope = xf_json_string(rule, "scope", "");
    const char *method = xf_json_string(rule, "method", "");
    size_t i = 0;

    while (i < 4 && strcmp(scope, scopes[i]))
        i++;
    if (i == 4 || methods_find(plan, method) < 0 ||
        !*xf_json_string(rule, "case", "") ||
        !*xf_json_string(rule, "expected", "") ||
        !*xf_json_string(rule, "source", ""))
        return xf_error("%s: a rule needs one of the methods (not '%s'), a "
                        "scope (site, origin, function, text; not '%s'), a "
                        "case, what is expected, and its source",
                        path, method, scope);
    if (check_sentence(xf_json_string(rule, "case", ""), i > 0, path))
        return -1;
    return check_sentence(xf_json_string(rule, "expected", ""), i > 0, path);
}

static int check_list(const struct xf_plan *plan, const char *name,
                      const char *path)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(plan->json, name);
    const cJSON *entry, *when = NULL;
    bool rules = !strcmp(name, "rules");

    cJSON_ArrayForEach(entry, list) {
        when = cJSON_GetObjectItemCaseSensitive(entry, "when");
        if (check_when(when, path) ||
            (rules && check_rule(plan, entry, path)))
            return -1;
        if (!rules && (!*xf_json_string(entry, "rationale", "") ||
                       !cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(
                           entry, "gap"))))
            return xf_error("%s: a gap needs a rationale, and 'gap' true or "
                            "false", path);
    }
    if (!cJSON_IsArray(list) || !when || when->child)
        return xf_error("%s: the last entry of '%s' has to hold always: "
                        "\"when\": {}", path, name);
    return 0;
}

static int read_methods(struct xf_plan *plan, const char *path)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(plan->json, "methods");
    const cJSON *item;

    plan->methods = xf_calloc((size_t)cJSON_GetArraySize(list) + 1,
                              sizeof(*plan->methods));
    cJSON_ArrayForEach(item, list) {
        struct method *m = &plan->methods[plan->nmethods++];

        m->id = xf_json_string(item, "id", "");
        m->title = xf_json_string(item, "title", "");
        m->how = xf_json_string(item, "how", "");
        if (!*m->id || !*m->title || !*m->how)
            return xf_error("%s: a method needs id, title and how", path);
    }
    return 0;
}

int methods_load(struct xf_plan *plan, const char *data)
{
    char *path = xf_path_join(data, "plan/methods.json");
    int rc = -1;

    plan->json = xf_json_load(path);
    if (plan->json && !read_methods(plan, path) &&
        !check_list(plan, "rules", path) && !check_list(plan, "gaps", path))
        rc = 0;
    free(path);
    return rc;
}

int methods_find(const struct xf_plan *plan, const char *id)
{
    for (int i = 0; i < plan->nmethods; i++)
        if (!strcmp(plan->methods[i].id, id))
            return i;
    return -1;
}

static bool holds(const cJSON *when, char *const fields[FIELDS])
{
    const cJSON *globs, *glob;

    cJSON_ArrayForEach(globs, when) {
        const char *text =
            fields[field_find(globs->string, strlen(globs->string))];
        bool one = false;

        cJSON_ArrayForEach(glob, globs)
            one = one || !fnmatch(glob->valuestring, text, 0);
        if (!one)
            return false;
    }
    return true;
}

const cJSON *methods_match(const struct xf_plan *plan, const char *list,
                           char *const fields[FIELDS])
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry,
                       cJSON_GetObjectItemCaseSensitive(plan->json, list))
        if (holds(cJSON_GetObjectItemCaseSensitive(entry, "when"), fields))
            return entry;
    abort(); /* the last one holds always: methods_load() saw to it */
}

void methods_fill(struct xf_buf *out, const char *sentence,
                  char *const fields[FIELDS])
{
    while (*sentence) {
        size_t len = strcspn(sentence, "{");

        xf_buf_add(out, sentence, len);
        sentence += len;
        if (*sentence) {
            const char *end = strchr(sentence, '}');
            int field = field_find(sentence + 1, (size_t)(end - sentence - 1));

            xf_buf_adds(out, !*fields[field] && field == FIELD_PREDICATE
                                 ? "getting there" : fields[field]);
            sentence = end + 1;
        }
    }
}
