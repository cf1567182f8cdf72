/* SPDX-License-Identifier: GPL-2.0-only */
#include "aou.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "literal.h"
#include "slots.h"
#include "when.h"

/* ---- the catalogue -------------------------------------------------------- */

static int check(const struct aous *aous, const struct aou *a,
                 const struct fact_names *names, const char *path)
{
    char *where = xf_format("%s: '%s'", path, a->id);
    const cJSON *item;
    int rc = 0;

    if (!*a->id || !*a->category || !*a->sentence || !*a->rationale ||
        !*a->verify)
        rc = xf_error("%s: id, category, sentence, rationale and verify must "
                      "not be empty", where);
    else if (aous_find(aous, a->id))
        rc = xf_error("%s: the id is taken", where);
    else if (!cJSON_IsArray(a->impossible))
        rc = xf_error("%s: 'impossible' is a list of conditions", where);
    cJSON_ArrayForEach(item, a->impossible)
        if (!rc)
            rc = when_check(cJSON_GetObjectItemCaseSensitive(item, "when"),
                            names, where) ||
                 slots_check(xf_json_string(item, "because", ""), names, where);
    free(where);
    return rc ? -1 : 0;
}

static int add(struct aous *aous, const cJSON *item,
               const struct fact_names *names, const char *path)
{
    struct aou a = {
        .id = xf_json_string(item, "id", ""),
        .category = xf_json_string(item, "category", ""),
        .sentence = xf_json_string(item, "sentence", ""),
        .rationale = xf_json_string(item, "rationale", ""),
        .verify = xf_json_string(item, "verify", ""),
        .upstream = xf_json_string(item, "upstream", ""),
        .impossible = cJSON_GetObjectItemCaseSensitive(item, "impossible")};

    a.state = *a.upstream ? "upstream" : "offered";
    if (check(aous, &a, names, path))
        return -1;
    XF_GROW(aous->items, aous->len, aous->cap);
    aous->items[aous->len++] = a;
    return 0;
}

struct load {
    struct aous *aous;
    const struct fact_names *names;
};

static int load_file(const char *relative, const char *path, void *payload)
{
    struct load *l = payload;
    const cJSON *item;
    cJSON *json;
    int rc = 0;

    if (!xf_has_suffix(relative, ".json"))
        return 0;
    json = xf_json_load(path);
    if (!json)
        return -1;
    XF_GROW(l->aous->json, l->aous->njson, l->aous->json_cap);
    l->aous->json[l->aous->njson++] = json;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "aous"))
        if (!rc)
            rc = add(l->aous, item, l->names, path);
    return rc;
}

static int set_states(struct aous *aous, const cJSON *context, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(context, name))
    {
        struct aou *a = cJSON_IsString(item)
                            ? aous_find(aous, item->valuestring)
                            : NULL;

        if (!a)
            return xf_error("there is no assumption '%s' to be %s; 'xenfmea "
                            "assume --list' shows them",
                            cJSON_IsString(item) ? item->valuestring : "",
                            name);
        a->state = name;
    }
    return 0;
}

int aous_load(struct aous *out, const char *data_dir, const cJSON *context,
              const struct fact_names *names)
{
    char *dir = xf_path_join(data_dir, "aou");
    char *words = xf_path_join(data_dir, "rules/words.json");
    struct load load = {out, names};
    const cJSON *item;
    int rc;

    memset(out, 0, sizeof(*out));
    out->words = xf_json_load(words);
    free(words);
    rc = out->words ? 0 : -1;
    if (!rc)
        rc = xf_tree_walk(dir, NULL, load_file, &load);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(context, "aous"))
        if (!rc)
            rc = add(out, item, names, "safety context");
    if (!rc)
        rc = set_states(out, context, "accepted") ||
             set_states(out, context, "withdrawn");
    free(dir);
    return rc ? -1 : 0;
}

void aous_release(struct aous *aous)
{
    for (size_t i = 0; i < aous->njson; i++)
        cJSON_Delete(aous->json[i]);
    cJSON_Delete(aous->words);
    free(aous->json);
    free(aous->items);
    memset(aous, 0, sizeof(*aous));
}

struct aou *aous_find(const struct aous *aous, const char *id)
{
    for (size_t i = 0; i < aous->len; i++)
        if (!strcmp(aous->items[i].id, id))
            return &aous->items[i];
    return NULL;
}

int aous_write(const struct aous *aous, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO aou VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    for (size_t i = 0; q && i < aous->len; i++) {
        const struct aou *a = &aous->items[i];
        const char *const values[] = {a->id, a->category, a->sentence,
                                      a->rationale, a->verify, a->upstream,
                                      a->state};

        for (int k = 0; k < 7; k++)
            xf_bind(q, k + 1, values[k]);
        if (xf_store_run(store, q))
            return -1;
    }
    return q ? 0 : -1;
}

/* ---- matching ------------------------------------------------------------- */

struct literal {
    int n;
    char *text, *polarity, *origin, *cause, *role;
};

struct matching {
    struct xf_store *store;
    int64_t site;
    struct facts *facts;
    const cJSON *words;
    struct literal *literals, *producers;
    size_t nliterals, literals_cap, nproducers, producers_cap;
    bool more_producers;
};

static int load(struct matching *m, const char *sql, struct literal **items,
                size_t *len, size_t *cap)
{
    sqlite3_stmt *q = xf_store_prepare(m->store, sql);
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, m->site);
    while ((rc = xf_store_step(m->store, q)) > 0) {
        XF_GROW(*items, *len, *cap);
        (*items)[(*len)++] = (struct literal){
            sqlite3_column_int(q, 0), xf_strdup(xf_column(q, 1)),
            xf_strdup(xf_column(q, 2)), xf_strdup(xf_column(q, 3)),
            xf_strdup(xf_column(q, 4)), xf_strdup(xf_column(q, 5))};
    }
    return rc;
}

static void release(struct literal *items, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        free(items[i].text);
        free(items[i].polarity);
        free(items[i].origin);
        free(items[i].cause);
        free(items[i].role);
    }
    free(items);
}

static void set_origin(struct facts *f, const struct literal *l)
{
    fact_set(f, "literal_origin", l ? l->origin : NULL);
    fact_set(f, "literal_cause", l ? l->cause : NULL);
}

static void set_literal(struct matching *m, const struct literal *l)
{
    struct facts *f = m->facts;

    set_origin(f, l);
    fact_set(f, "literal", l ? l->text : NULL);
    fact_set(f, "literal_role", l ? l->role : NULL);
    fact_set(f, "literal_value",
             l ? literal_value(l->text, *l->polarity == '1') : NULL);
    fact_set(f, "literal_what", l ? literal_what(l->text, m->words) : NULL);
}

/* Patterns "by": "contexts" say that nothing leads to the site at all. */
static bool is_by_contexts(const cJSON *pattern)
{
    return !strcmp(xf_json_string(pattern, "by", ""), "contexts");
}

/* The pattern of `a` that says the current literal cannot hold, or that nothing
 * leads to the site; NULL: none. */
static const cJSON *excluded_by(const struct aou *a, const struct facts *facts,
                                bool by_contexts)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, a->impossible)
        if (is_by_contexts(item) == by_contexts &&
            when_holds(cJSON_GetObjectItemCaseSensitive(item, "when"), facts,
                       NULL) == TRUTH_YES)
            return item;
    return NULL;
}

/* An error that came from a callee may have been made in several places; the
 * literal's origin is only the nearest. A value that came in as an argument,
 * or from memory that others write, may be another one next time. NULL, or
 * what is not settled; caller frees. */
static char *not_settled(struct matching *m, const struct aou *a,
                         const struct literal *literal)
{
    const char *function = fact_get(m->facts, "function");
    const char *direct = literal_direct(literal->origin,
                                        function ? function : "");
    char *other = NULL;

    if (!strcmp(direct, "no"))
        return xf_strdup("the value may come from elsewhere as well");
    if (strcmp(direct, "returned"))
        return NULL;
    if (!m->nproducers || m->more_producers)
        return xf_strdup("not every place that makes the result is known");
    for (size_t i = 0; i < m->nproducers && !other; i++) {
        const struct literal *p = &m->producers[i];

        set_origin(m->facts, p);
        if (!excluded_by(a, m->facts, false))
            other = xf_format("`%s` in %s()", p->text, p->role);
    }
    set_origin(m->facts, literal);
    return other;
}

/* The decision that makes the site fire. Those before it are passed in good
 * order as well. */
static bool is_deciding(const struct literal *l)
{
    return !strcmp(l->role, "predicate");
}

static int write_match(const struct matching *m, const struct aou *a,
                       const struct literal *l, bool certain, const char *how)
{
    sqlite3_stmt *q = xf_store_prepare(
        m->store, "INSERT INTO aou_site VALUES (?1, ?2, ?3, ?4, ?5)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, m->site);
    xf_bind(q, 2, a->id);
    sqlite3_bind_int(q, 3, l ? l->n : 0);
    sqlite3_bind_int(q, 4, certain);
    xf_bind(q, 5, how);
    if (certain) {
        fact_add(m->facts, "aou", a->id);
        fact_add(m->facts, "aou_how", how);
        if (!strcmp(a->state, "accepted") || !strcmp(a->state, "upstream"))
            fact_add(m->facts, "aou_accepted", a->id);
    } else {
        fact_add(m->facts, "aou_partly", a->id);
    }
    return xf_store_run(m->store, q);
}

static int match_contexts(struct matching *m, const struct aou *a, bool *done)
{
    const cJSON *pattern = excluded_by(a, m->facts, true);
    struct xf_buf how = XF_BUF_INIT;
    int rc = 0;

    *done = pattern != NULL;
    if (pattern)
        rc = slots_fill(&how, xf_json_string(pattern, "because", ""), m->facts,
                        a->id) ||
             write_match(m, a, NULL, true, how.data ? how.data : "");
    xf_buf_release(&how);
    return rc ? -1 : 0;
}

/* The first literal that `a` excludes for certain, else the first that it
 * touches. */
static int match(struct matching *m, const struct aou *a)
{
    const struct literal *touched = NULL;
    struct xf_buf how = XF_BUF_INIT;
    bool certain = false, done;
    int rc = match_contexts(m, a, &done);

    if (rc || done)
        return rc;
    for (size_t i = 0; i < m->nliterals && !certain && !rc; i++) {
        const struct literal *l = &m->literals[i];
        const cJSON *pattern;
        char *other = NULL;

        if (!is_deciding(l))
            continue;
        set_literal(m, l);
        pattern = excluded_by(a, m->facts, false);
        if (!pattern)
            continue;
        other = not_settled(m, a, l);
        certain = !other;
        if (certain || !touched) {
            touched = l;
            xf_buf_clear(&how);
            rc = slots_fill(&how, xf_json_string(pattern, "because", ""),
                            m->facts, a->id);
            if (!rc && !certain)
                xf_buf_addf(&how, "; not settled by it: %s", other);
        }
        free(other);
    }
    if (touched && !rc)
        rc = write_match(m, a, touched, certain, how.data ? how.data : "");
    set_literal(m, NULL);
    xf_buf_release(&how);
    return rc;
}

static int load_matching(struct matching *m)
{
    sqlite3_stmt *q;

    if (load(m,
             "SELECT n, text, polarity, origin, cause, role FROM "
             "trigger_literal WHERE site = ?1 ORDER BY n DESC",
             &m->literals, &m->nliterals, &m->literals_cap) ||
        load(m,
             "SELECT n, text, '', origin, cause, function FROM "
             "trigger_producer WHERE site = ?1 ORDER BY n",
             &m->producers, &m->nproducers, &m->producers_cap))
        return -1;
    q = xf_store_prepare(m->store, "SELECT more_producers FROM trigger_context "
                                   "WHERE site = ?1");
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, m->site);
    if (xf_store_step(m->store, q) > 0)
        m->more_producers = sqlite3_column_int(q, 0);
    return 0;
}

int aous_match(const struct aous *aous, struct xf_store *store, int64_t site,
               struct facts *facts)
{
    static const char *const lists[] = {"aou", "aou_accepted", "aou_partly",
                                        "aou_how"};
    struct matching m = {.store = store, .site = site, .facts = facts,
                         .words = aous->words};
    int rc = load_matching(&m);

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        fact_set(facts, lists[i], "");
    for (size_t i = 0; i < aous->len && !rc; i++)
        if (strcmp(aous->items[i].state, "withdrawn"))
            rc = match(&m, &aous->items[i]);
    release(m.literals, m.nliterals);
    release(m.producers, m.nproducers);
    return rc;
}
