/* SPDX-License-Identifier: GPL-2.0-only */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "slots.h"
#include "when.h"

struct candidate { /* a group that a site could belong to */
    char *title, *why;
    size_t members;
    int64_t id; /* in decision_group, 0: not written */
};

struct member { /* a site and the groups it could belong to, best first */
    int64_t site;
    uint32_t *choices;
    size_t len;
};

struct groups {
    cJSON *json;
    struct xf_map names;
    struct candidate *candidates;
    size_t cap;
    size_t *least; /* members that a candidate needs; parallel */
    struct member *members;
    size_t nmembers, members_cap;
};

static const cJSON *rules_of(const struct groups *g)
{
    return cJSON_GetObjectItemCaseSensitive(g->json, "groups");
}

static int check(const struct groups *g, const struct fact_names *names,
                 const char *path)
{
    const cJSON *rule;

    cJSON_ArrayForEach(rule, rules_of(g))
    {
        char *where = xf_format("%s: group '%s'", path,
                                xf_json_string(rule, "id", ""));
        int rc = 0;

        if (!*xf_json_string(rule, "id", "") ||
            !*xf_json_string(rule, "name", "") ||
            !*xf_json_string(rule, "title", "") ||
            !*xf_json_string(rule, "why", ""))
            rc = xf_error("%s: id, name, title and why must not be empty",
                          where);
        else
            rc = slots_check(xf_json_string(rule, "name", ""), names, where) ||
                 slots_check(xf_json_string(rule, "title", ""), names, where) ||
                 slots_check(xf_json_string(rule, "why", ""), names, where) ||
                 when_check(cJSON_GetObjectItemCaseSensitive(rule, "when"),
                            names, where);
        free(where);
        if (rc)
            return -1;
    }
    return 0;
}

struct groups *groups_load(const char *data_dir,
                           const struct fact_names *names)
{
    struct groups *g = xf_calloc(1, sizeof(*g));
    char *path = xf_path_join(data_dir, "rules/groups.json");

    g->json = xf_json_load(path);
    if (!g->json || check(g, names, path)) {
        groups_free(g);
        g = NULL;
    }
    free(path);
    return g;
}

void groups_free(struct groups *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->names.len; i++) {
        free(g->candidates[i].title);
        free(g->candidates[i].why);
    }
    for (size_t i = 0; i < g->nmembers; i++)
        free(g->members[i].choices);
    free(g->candidates);
    free(g->least);
    free(g->members);
    xf_map_release(&g->names);
    cJSON_Delete(g->json);
    free(g);
}

static char *fill(const cJSON *rule, const char *what,
                  const struct facts *facts)
{
    struct xf_buf out = XF_BUF_INIT;

    if (slots_fill(&out, xf_json_string(rule, what, ""), facts,
                   xf_json_string(rule, "id", ""))) {
        xf_buf_release(&out);
        return NULL;
    }
    return xf_buf_detach(&out);
}

static int add_choice(struct groups *g, struct member *m, const cJSON *rule,
                      const struct facts *facts)
{
    const cJSON *least = cJSON_GetObjectItemCaseSensitive(rule, "least");
    char *words = fill(rule, "name", facts), *name;
    int is_new;
    uint32_t at;

    if (!words)
        return -1;
    name = xf_format("%s: %s", xf_json_string(rule, "id", ""), words);
    at = xf_map_add(&g->names, name, &is_new);
    free(words);
    free(name);
    if (at == g->cap) {
        g->cap = g->cap ? 2 * g->cap : 256;
        g->candidates = xf_realloc(g->candidates,
                                   g->cap * sizeof(*g->candidates));
        g->least = xf_realloc(g->least, g->cap * sizeof(*g->least));
    }
    if (is_new) {
        g->candidates[at] = (struct candidate){fill(rule, "title", facts),
                                               fill(rule, "why", facts), 0, 0};
        g->least[at] = cJSON_IsNumber(least) ? (size_t)least->valueint : 1;
        if (!g->candidates[at].title || !g->candidates[at].why)
            return -1;
    }
    g->candidates[at].members++;
    m->choices = xf_realloc(m->choices, (m->len + 1) * sizeof(*m->choices));
    m->choices[m->len++] = at;
    return 0;
}

int groups_add(struct groups *g, int64_t site, const struct facts *facts)
{
    struct member *m;
    const cJSON *rule;

    XF_GROW(g->members, g->nmembers, g->members_cap);
    m = &g->members[g->nmembers++];
    *m = (struct member){.site = site};
    cJSON_ArrayForEach(rule, rules_of(g))
        if (when_holds(cJSON_GetObjectItemCaseSensitive(rule, "when"), facts,
                       NULL) == TRUTH_YES &&
            add_choice(g, m, rule, facts))
            return -1;
    return 0;
}

static int write_group(struct groups *g, struct xf_store *store, uint32_t at)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO decision_group (name, title, why) "
               "VALUES (?1, ?2, ?3)");

    if (!q)
        return -1;
    xf_bind(q, 1, g->names.keys[at]);
    xf_bind(q, 2, g->candidates[at].title);
    xf_bind(q, 3, g->candidates[at].why);
    if (xf_store_run(store, q))
        return -1;
    g->candidates[at].id = xf_store_last_id(store);
    return 0;
}

int groups_write(struct groups *g, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "UPDATE proposal SET decision_group = ?2 WHERE site = ?1");

    if (!q)
        return -1;
    for (size_t i = 0; i < g->nmembers; i++) {
        const struct member *m = &g->members[i];
        size_t k = 0;
        struct candidate *c;

        while (k < m->len &&
               g->candidates[m->choices[k]].members < g->least[m->choices[k]])
            k++;
        if (k == m->len)
            continue;
        c = &g->candidates[m->choices[k]];
        if (!c->id && write_group(g, store, m->choices[k]))
            return -1;
        sqlite3_bind_int64(q, 1, m->site);
        sqlite3_bind_int64(q, 2, c->id);
        if (xf_store_run(store, q))
            return -1;
    }
    return 0;
}
