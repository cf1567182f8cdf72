/* SPDX-License-Identifier: GPL-2.0-only */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "slots.h"
#include "when.h"

static const char *const dispositions[] = {"keep", "propagate",
                                           "remove-by-AoU", "remove-impossible",
                                           "needs review", NULL};
static const char *const confidences[] = {"high", "medium", "low", NULL};

static bool one_of(const char *word, const char *const *list)
{
    while (*list && strcmp(word, *list))
        list++;
    return *list != NULL;
}

static int check_rule(const struct rules *rules, const struct rule *r,
                      const struct fact_names *names)
{
    char *where = xf_format("%s: rule '%s'", r->file, r->id);
    int rc = 0;

    if (!*r->id || !*r->source || !*r->rationale)
        rc = xf_error("%s: id, rationale and source must not be empty", where);
    else if (!one_of(r->disposition, dispositions))
        rc = xf_error("%s: disposition '%s' is none of keep, propagate, "
                      "remove-by-AoU, remove-impossible, needs review",
                      where, r->disposition);
    else if (!one_of(r->confidence, confidences))
        rc = xf_error("%s: confidence '%s' is none of high, medium, low",
                      where, r->confidence);
    else if (!*r->question && !strcmp(r->disposition, "needs review"))
        rc = xf_error("%s: needs review of what? Add the 'question'", where);
    else if (slots_check(r->rationale, names, where) ||
             slots_check(r->question, names, where) ||
             slots_check(r->verify, names, where) ||
             when_check(r->when, names, where))
        rc = -1;
    for (size_t i = 0; i < rules->len && !rc; i++)
        if (!strcmp(rules->items[i].id, r->id))
            rc = xf_error("%s: the id is taken in %s", where,
                          rules->items[i].file);
    free(where);
    return rc;
}

static int add_rule(struct rules *rules, const cJSON *item, const char *file,
                    const struct fact_names *names)
{
    struct rule r = {
        .id = xf_json_string(item, "id", ""),
        .title = xf_json_string(item, "title", ""),
        .disposition = xf_json_string(item, "disposition", ""),
        .confidence = xf_json_string(item, "confidence", ""),
        .rationale = xf_json_string(item, "rationale", ""),
        .question = xf_json_string(item, "question", ""),
        .source = xf_json_string(item, "source", ""),
        .verify = xf_json_string(item, "verify", ""),
        .when = cJSON_GetObjectItemCaseSensitive(item, "when"),
        .file = xf_strdup(file)};

    if (check_rule(rules, &r, names)) {
        free(r.file);
        return -1;
    }
    XF_GROW(rules->items, rules->len, rules->cap);
    rules->items[rules->len++] = r;
    return 0;
}

static int add_class(struct rules *rules, const cJSON *item, const char *file,
                     const struct fact_names *names)
{
    struct class c = {
        .fact = xf_json_string(item, "fact", ""),
        .value = xf_json_string(item, "value", ""),
        .when = cJSON_GetObjectItemCaseSensitive(item, "when"),
        .where = xf_format("%s: class '%s' of '%s'", file,
                           xf_json_string(item, "value", ""),
                           xf_json_string(item, "fact", ""))};
    int rc = 0;

    XF_GROW(rules->classes, rules->nclasses, rules->classes_cap);
    rules->classes[rules->nclasses++] = c;
    if (xf_map_find(&names->names, c.fact) == XF_MAP_NONE)
        rc = xf_error("%s: there is no such fact in rules/facts.json", c.where);
    else if (!*xf_json_string(item, "source", ""))
        rc = xf_error("%s: a 'source' is missing", c.where);
    else if (slots_check(c.value, names, c.where) ||
             when_check(c.when, names, c.where))
        rc = -1;
    return rc;
}

/* Both lists, either may be missing. */
static int add_lists(struct rules *rules, const cJSON *json, const char *path,
                     const struct fact_names *names)
{
    const cJSON *item;
    int rc = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "classes"))
        if (!rc)
            rc = add_class(rules, item, path, names);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "rules"))
        if (!rc)
            rc = add_rule(rules, item, path, names);
    return rc;
}

static int load_file(struct rules *rules, const char *data_dir,
                     const char *name, const struct fact_names *names)
{
    char *path = xf_path_join(data_dir, name);
    cJSON *json = xf_json_load(path);
    int rc = -1;

    if (json) {
        XF_GROW(rules->json, rules->njson, rules->json_cap);
        rules->json[rules->njson++] = json;
        rc = add_lists(rules, json, path, names);
    }
    free(path);
    return rc;
}

int rules_load(struct rules *out, const char *data_dir,
               const struct fact_names *names, const cJSON *own,
               const char *own_path)
{
    memset(out, 0, sizeof(*out));
    if (own && add_lists(out, own, own_path, names))
        return -1;
    return load_file(out, data_dir, "rules/classes.json", names) ||
                   load_file(out, data_dir, "rules/rules.json", names)
               ? -1
               : 0;
}

void rules_release(struct rules *rules)
{
    for (size_t i = 0; i < rules->len; i++)
        free(rules->items[i].file);
    for (size_t i = 0; i < rules->nclasses; i++)
        free(rules->classes[i].where);
    for (size_t i = 0; i < rules->njson; i++)
        cJSON_Delete(rules->json[i]);
    free(rules->items);
    free(rules->classes);
    free(rules->json);
    memset(rules, 0, sizeof(*rules));
}

/* A list holds what is known: none of its classes is an empty list. */
static void empty_lists(const struct rules *rules, struct facts *facts)
{
    for (size_t i = 0; i < rules->nclasses; i++) {
        uint32_t at = xf_map_find(&facts->names->names, rules->classes[i].fact);

        if (facts->names->types[at] == FACT_LIST && !facts->values[at])
            fact_set(facts, rules->classes[i].fact, "");
    }
}

void rules_classify(const struct rules *rules, struct facts *facts)
{
    for (size_t i = 0; i < rules->nclasses; i++) {
        const struct class *c = &rules->classes[i];
        uint32_t at = xf_map_find(&facts->names->names, c->fact);
        bool list = facts->names->types[at] == FACT_LIST;
        struct xf_buf value = XF_BUF_INIT;

        /* Texts: the first that holds has decided. */
        if ((!list && facts->values[at]) ||
            when_holds(c->when, facts, NULL) != TRUTH_YES)
            continue;
        if (!slots_fill(&value, c->value, facts, c->where))
            list ? fact_add(facts, c->fact, value.data ? value.data : "")
                 : fact_set(facts, c->fact, value.data ? value.data : "");
        xf_buf_release(&value);
    }
    empty_lists(rules, facts);
}

void rules_decide(struct outcome *out, const struct rules *rules,
                  const struct facts *facts)
{
    const struct rule *open = NULL;
    const char *fact = NULL;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < rules->len; i++) {
        const char *name = NULL;
        enum truth t = when_holds(rules->items[i].when, facts, &name);

        if (t == TRUTH_YES) {
            out->rule = &rules->items[i];
            break;
        }
        if (t == TRUTH_OPEN && !open) {
            open = &rules->items[i];
            fact = name;
        }
    }
    if (out->rule && open &&
        strcmp(open->disposition, out->rule->disposition)) {
        out->rival = open;
        out->open = fact;
    }
}
