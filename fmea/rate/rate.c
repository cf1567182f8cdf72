/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From facts to proposals and rows of the worksheet: xf_rate() reads in order.
 */
#include "rate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "aou.h"
#include "buf.h"
#include "context.h"
#include "error.h"
#include "facts.h"
#include "groups.h"
#include "json.h"
#include "literal.h"
#include "requirements.h"
#include "rules.h"
#include "scales.h"
#include "slots.h"
#include "when.h"

struct rating {
    struct xf_store *store;
    struct fact_names names;
    struct context context;
    struct rules rules;
    struct aous aous;
    struct requirements requirements;
    struct scales scales;
    struct groups *groups;
    struct facts facts; /* of the site at hand */
};

/* ---- proposals ------------------------------------------------------------- */

static int fill(struct rating *r, struct xf_buf *out, const char *text,
                const char *where)
{
    return slots_fill(out, text, &r->facts, where);
}

/* Facts that the rule's condition speaks of, as "name: value": what the
 * proposal rests on. */
static void evidence_of(const struct rating *r, const cJSON *when,
                        struct xf_map *lines)
{
    const cJSON *item, *inner;

    cJSON_ArrayForEach(item, when)
    {
        const char *value;
        char *line, *at;

        if (cJSON_IsArray(item) &&
            (!strcmp(item->string, "any") || !strcmp(item->string, "none"))) {
            cJSON_ArrayForEach(inner, item)
                if (when_holds(inner, &r->facts, NULL) == TRUTH_YES)
                    evidence_of(r, inner, lines);
            continue;
        }
        value = fact_get(&r->facts, item->string);
        line = xf_format("%s: %s", item->string,
                         !value ? "not known" : *value ? value : "none");
        while ((at = strchr(line, '\n')))
            *at = ';';
        xf_map_add(lines, line, NULL);
        free(line);
    }
}

static int write_evidence(struct rating *r, int64_t site,
                          const struct outcome *o)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT INTO proposal_evidence VALUES (?1, ?2, ?3)");
    struct xf_map lines = XF_MAP_INIT;
    int rc = q ? 0 : -1;

    evidence_of(r, o->rule->when, &lines);
    if (o->rival) {
        char *line = xf_format("not settled: '%s' is not known; rule %s (%s) "
                               "might hold", o->open, o->rival->id,
                               o->rival->disposition);

        xf_map_add(&lines, line, NULL);
        free(line);
    }
    for (size_t i = 0; i < lines.len && !rc; i++) {
        sqlite3_bind_int64(q, 1, site);
        sqlite3_bind_int(q, 2, (int)i + 1);
        xf_bind(q, 3, lines.keys[i]);
        rc = xf_store_run(r->store, q);
    }
    xf_map_release(&lines);
    return rc;
}

static const char *weaker(const char *confidence)
{
    return !strcmp(confidence, "high") ? "medium" : "low";
}

/* The assumptions that a proposal rests on, or could. */
static const char *aou_of(const struct rating *r, const struct rule *rule)
{
    const char *name = !strcmp(rule->disposition, "remove-by-AoU")
                           ? "aou_accepted"
                           : "aou";
    const char *value = fact_get(&r->facts, name);

    if (!strcmp(name, "aou_accepted") && !(value && *value))
        value = fact_get(&r->facts, "feature_off");
    return value ? value : "";
}

static char *joined(const char *list)
{
    struct xf_buf out = XF_BUF_INIT;

    xf_buf_adds(&out, "");
    for (; *list; list++)
        *list == '\n' ? xf_buf_adds(&out, ", ") : xf_buf_addch(&out, *list);
    return xf_buf_detach(&out);
}

static int write_proposal(struct rating *r, int64_t site,
                          const struct outcome *o)
{
    static const char sql[] =
        "INSERT INTO proposal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, NULL)";
    const char *texts[] = {o->rule->rationale, o->rule->question,
                           o->rule->verify};
    const char *price = fact_get(&r->facts, "price");
    const char *misra = fact_get(&r->facts, "misra");
    struct xf_buf filled[3] = {XF_BUF_INIT, XF_BUF_INIT, XF_BUF_INIT};
    char *aou = joined(aou_of(r, o->rule)), *guides = joined(misra ? misra : "");
    sqlite3_stmt *q = xf_store_prepare(r->store, sql);
    int rc = q ? 0 : -1;

    for (int i = 0; i < 3 && !rc; i++)
        rc = fill(r, &filled[i], texts[i], o->rule->id);
    if (!rc) {
        sqlite3_bind_int64(q, 1, site);
        xf_bind(q, 2, o->rule->disposition);
        xf_bind(q, 3, o->rival ? weaker(o->rule->confidence)
                               : o->rule->confidence);
        xf_bind(q, 4, o->rule->id);
        xf_bind(q, 5, o->rule->source);
        for (int i = 0; i < 3; i++)
            xf_bind(q, 6 + i, filled[i].data ? filled[i].data : "");
        xf_bind(q, 9, aou);
        xf_bind(q, 10, price ? price : "");
        xf_bind(q, 11, guides);
        rc = xf_store_run(r->store, q);
    }
    for (int i = 0; i < 3; i++)
        xf_buf_release(&filled[i]);
    free(aou);
    free(guides);
    return rc;
}

static int propose(struct rating *r, int64_t site)
{
    struct outcome o;
    const char *kind = fact_get(&r->facts, "kind");

    rules_decide(&o, &r->rules, &r->facts);
    if (!o.rule)
        return xf_error("no rule says what to do with a site of kind %s; "
                        "rules.json must end with one that always holds",
                        kind ? kind : "?");
    fact_set(&r->facts, "rule", o.rule->id);
    fact_set(&r->facts, "rule_title",
             *o.rule->title ? o.rule->title : o.rule->id);
    fact_set(&r->facts, "disposition", o.rule->disposition);
    return write_proposal(r, site, &o) || write_evidence(r, site, &o) ? -1 : 0;
}

/* ---- rows ------------------------------------------------------------------ */

static int write_row(struct rating *r, int64_t site, int n, const cJSON *mode)
{
    static const char *const effects[] = {"failure_mode", "local_effect",
                                          "system_effect"};
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT INTO failure_row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                  "?8, ?9, ?10, ?11, ?12, ?13)");
    int numbers[SCALES], rc = q ? 0 : -1;
    char priority[2] = "";

    for (int i = 0; i < 3 && !rc; i++) {
        struct xf_buf text = XF_BUF_INIT;

        rc = fill(r, &text, xf_json_string(mode, effects[i], ""), "modes.json");
        xf_bind(q, 4 + i, text.data ? text.data : "");
        xf_buf_release(&text);
    }
    for (int i = 0; i < SCALES && !rc; i++) {
        char *why = NULL;

        numbers[i] = scales_rate(&r->scales, (enum scale)i, &r->facts, &why);
        rc = numbers[i] < 0 ? -1 : 0;
        if (numbers[i] > 0)
            sqlite3_bind_int(q, 7 + 2 * i, numbers[i]);
        else
            sqlite3_bind_null(q, 7 + 2 * i);
        xf_bind(q, 8 + 2 * i, why ? why : "");
        free(why);
    }
    if (rc)
        return -1;
    priority[0] = scales_priority(&r->scales, numbers[SCALE_SEVERITY],
                                  numbers[SCALE_OCCURRENCE],
                                  numbers[SCALE_DETECTION]);
    sqlite3_bind_int64(q, 1, site);
    sqlite3_bind_int(q, 2, n);
    xf_bind(q, 3, xf_json_string(mode, "mode", ""));
    xf_bind(q, 13, priority);
    return xf_store_run(r->store, q);
}

/* Of each failure mode the first description that holds. */
static int add_rows(struct rating *r, int64_t site)
{
    const cJSON *item;
    char *last = NULL;
    int n = 0, rc = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(r->scales.modes,
                                                              "modes"))
    {
        const char *mode = xf_json_string(item, "mode", "");

        if (rc || (last && !strcmp(last, mode)) ||
            when_holds(cJSON_GetObjectItemCaseSensitive(item, "when"),
                       &r->facts, NULL) != TRUTH_YES)
            continue;
        free(last);
        last = xf_strdup(mode);
        fact_set(&r->facts, "mode", mode);
        rc = write_row(r, site, ++n, item);
    }
    free(last);
    return rc;
}

/* ---- the stage ------------------------------------------------------------- */

/* What site_fact does not have. `before`: the facts that it has. */
static int write_classes(struct rating *r, int64_t site, const bool *before)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT INTO site_class VALUES (?1, ?2, ?3)");
    int rc = q ? 0 : -1;

    for (size_t i = 0; i < r->names.names.len && !rc; i++) {
        if (before[i] || !r->facts.values[i])
            continue;
        sqlite3_bind_int64(q, 1, site);
        xf_bind(q, 2, r->names.names.keys[i]);
        xf_bind(q, 3, r->facts.values[i]);
        rc = xf_store_run(r->store, q);
    }
    return rc;
}

/* How surely the cause is the cause: see literal.h. */
static void set_directness(struct rating *r)
{
    const char *origin = fact_get(&r->facts, "origin");
    const char *function = fact_get(&r->facts, "function");

    if (origin && function)
        fact_set(&r->facts, "origin_direct", literal_direct(origin, function));
}

/* `ASSERT(p); x = p->member;` or `BUG_ON(!p); ...`: a pointer is tested. */
static void set_dereferenced(struct rating *r)
{
    const char *condition = fact_get(&r->facts, "condition");
    const char *next = fact_get(&r->facts, "next");
    const char *kind = fact_get(&r->facts, "kind");
    const char *at;
    char *arrow;

    if (!condition || !next || !kind || !*condition ||
        (*condition == '!') == !strcmp(kind, "ASSERT"))
        return;
    arrow = xf_format("%s->", condition + (*condition == '!'));
    at = strstr(next, arrow);
    if (at && (at == next || !(isalnum((unsigned char)at[-1]) ||
                               strchr("_>.", at[-1]))))
        fact_set(&r->facts, "dereferenced", "yes");
    free(arrow);
}

static int rate_site(struct rating *r, int64_t site)
{
    bool *before;
    int rc;

    if (fact_read(&r->facts, r->store, site))
        return -1;
    before = xf_calloc(r->names.names.len, sizeof(*before));
    for (size_t i = 0; i < r->names.names.len; i++)
        before[i] = r->facts.values[i] != NULL;
    set_directness(r);
    set_dereferenced(r);
    rules_classify(&r->rules, &r->facts);
    context_facts(&r->context, &r->facts);
    rc = aous_match(&r->aous, r->store, site, &r->facts) || propose(r, site) ||
         write_classes(r, site, before) || add_rows(r, site) ||
         requirements_match(&r->requirements, r->store, site, &r->facts) ||
         groups_add(r->groups, site, &r->facts);
    free(before);
    return rc ? -1 : 0;
}

static int rate_sites(struct rating *r)
{
    sqlite3_stmt *q =
        xf_store_prepare(r->store, "SELECT id FROM site ORDER BY id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(r->store, q)) > 0)
        if (rate_site(r, sqlite3_column_int64(q, 0)))
            return -1;
    return rc;
}

/* Facts that the code itself asks for or tells: facts.json must have them. */
static const char *const needed[] = {
    "kind", "function", "kconfig", "role", "price", "misra", "mode", "rule",
    "rule_title",
    "origin", "origin_direct", "dereferenced", "next", "condition",
    "disposition", "feature_off", "level", "interference", "aou", "aou_how",
    "aou_accepted", "aou_partly", "literal", "literal_value", "literal_what",
    "literal_origin", "literal_cause", "literal_role", NULL};

static int check_needed(const struct rating *r, const char *data_dir)
{
    for (size_t i = 0; needed[i]; i++)
        if (xf_map_find(&r->names.names, needed[i]) == XF_MAP_NONE)
            return xf_error("%s/rules/facts.json: fact '%s' is missing; put "
                            "it back", data_dir, needed[i]);
    return 0;
}

static int load(struct rating *r, const char *data_dir,
                const struct xf_rate_options *options)
{
    if (fact_names_load(&r->names, data_dir) || check_needed(r, data_dir))
        return -1;
    fact_init(&r->facts, &r->names);
    if (context_load(&r->context, options->context, &r->names))
        return -1;
    context_add(&r->context, "accepted", options->accepted);
    context_add(&r->context, "withdrawn", options->withdrawn);
    context_add(&r->context, "features_off", options->off);
    if (rules_load(&r->rules, data_dir, &r->names, r->context.json,
                   r->context.path) ||
        aous_load(&r->aous, data_dir, r->context.json, &r->names) ||
        requirements_load(&r->requirements, data_dir, &r->names, r->store) ||
        scales_load(&r->scales, data_dir, r->context.ratings, &r->names))
        return -1;
    r->groups = groups_load(data_dir, &r->names);
    return r->groups ? 0 : -1;
}

static void release(struct rating *r)
{
    groups_free(r->groups);
    scales_release(&r->scales);
    requirements_release(&r->requirements);
    aous_release(&r->aous);
    rules_release(&r->rules);
    context_release(&r->context);
    fact_release(&r->facts);
    fact_names_release(&r->names);
}

int xf_rate(struct xf_store *store, const char *data_dir,
            const struct xf_rate_options *options)
{
    struct rating r = {.store = store};
    int rc = load(&r, data_dir, options) ||
             xf_store_exec(store, "DELETE FROM failure_row; "
                                  "DELETE FROM proposal_evidence; "
                                  "DELETE FROM proposal; "
                                  "DELETE FROM decision_group; "
                                  "DELETE FROM site_class; "
                                  "DELETE FROM site_requirement; "
                                  "DELETE FROM anchor; "
                                  "DELETE FROM aou_site; DELETE FROM aou;") ||
             aous_write(&r.aous, store) || scales_write(&r.scales, store) ||
             rate_sites(&r) ||
             groups_write(r.groups, store);

    release(&r);
    return rc ? -1 : 0;
}
