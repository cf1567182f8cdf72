/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Rows to cases: a rule gives each row its method and says which other rows
 * the same case serves.
 */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "hash.h"
#include "json.h"

int priority_rank(const char *priority)
{
    /* What is not rated may be high. */
    static const char order[] = "H?ML";
    const char *at = *priority ? strchr(order, *priority) : NULL;

    return at ? (int)(at - order) : (int)sizeof(order);
}

/* The end of a chain "'x' at f:1 <- ... <- device tree: f() at f:2". */
static char *chain_end(const char *origin)
{
    const char *at = origin, *next;

    while ((next = strstr(at, " <- ")))
        at = next + 4;
    return xf_strdup(at);
}

static uint32_t add_site(struct xf_plan *plan, char *const fields[FIELDS])
{
    int is_new;
    uint32_t at = xf_map_add(&plan->site_keys, fields[FIELD_SITE_ID], &is_new);
    struct plan_site *s;
    const cJSON *gap;

    if (!is_new) {
        s = &plan->sites[at];
        if (priority_rank(fields[FIELD_PRIORITY]) < priority_rank(s->priority)) {
            free(s->priority);
            s->priority = xf_strdup(fields[FIELD_PRIORITY]);
        }
        return at;
    }
    XF_GROW(plan->sites, plan->nsites, plan->sites_cap);
    s = &plan->sites[plan->nsites++];
    gap = methods_match(plan, "gaps", fields);
    *s = (struct plan_site){
        .site_id = xf_strdup(fields[FIELD_SITE_ID]),
        .place = xf_strdup(fields[FIELD_PLACE]),
        .function = xf_strdup(fields[FIELD_FUNCTION]),
        .kind = xf_strdup(fields[FIELD_KIND]),
        .priority = xf_strdup(fields[FIELD_PRIORITY]),
        .rationale = xf_strdup(xf_json_string(gap, "rationale", "")),
        .gap = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(gap, "gap")),
        .proved = !strcmp(fields[FIELD_FEASIBILITY], "infeasible"),
    };
    return at;
}

/* What the rows of one case have in common. */
static char *case_key(const cJSON *rule, char *const fields[FIELDS])
{
    const char *scope = xf_json_string(rule, "scope", "");
    const char *method = xf_json_string(rule, "method", "");

    if (!strcmp(scope, "text"))
        return xf_format("%s\n%s", method, fields[FIELD_VERIFICATION]);
    if (!strcmp(scope, "function"))
        return xf_format("%s\n%s\n%s\n%s", method, fields[FIELD_VERIFICATION],
                         fields[FIELD_FILE], fields[FIELD_FUNCTION]);
    /* Without an origin nothing is shared. */
    if (!strcmp(scope, "origin") && strstr(fields[FIELD_SOURCE], " at "))
        return xf_format("%s\n%s", method, fields[FIELD_SOURCE]);
    return xf_format("%s\n%s", method, fields[FIELD_SITE_ID]);
}

static struct plan_case *new_case(struct xf_plan *plan, const cJSON *rule,
                                  const char *key, char *const fields[FIELDS])
{
    struct xf_buf text = XF_BUF_INIT;
    char hex[XF_HASH_HEX];
    struct plan_case *c;

    XF_GROW(plan->cases, plan->ncases, plan->cases_cap);
    c = &plan->cases[plan->ncases++];
    *c = (struct plan_case){0};
    xf_hash_bytes(hex, key, strlen(key));
    c->id = xf_format("VP-%.12s", hex);
    c->method = methods_find(plan, xf_json_string(rule, "method", ""));
    methods_fill(&text, xf_json_string(rule, "case", ""), fields);
    c->text = xf_buf_detach(&text);
    methods_fill(&text, xf_json_string(rule, "expected", ""), fields);
    c->expected = xf_buf_detach(&text);
    c->priority = xf_strdup(fields[FIELD_PRIORITY]);
    return c;
}

static void add_row(struct xf_plan *plan, char *const fields[FIELDS])
{
    const cJSON *rule = methods_match(plan, "rules", fields);
    char *key = case_key(rule, fields);
    int is_new;
    uint32_t at = xf_map_add(&plan->keys, key, &is_new);
    struct plan_case *c =
        is_new ? new_case(plan, rule, key, fields) : &plan->cases[at];
    uint32_t site = add_site(plan, fields);

    if (priority_rank(fields[FIELD_PRIORITY]) < priority_rank(c->priority)) {
        free(c->priority);
        c->priority = xf_strdup(fields[FIELD_PRIORITY]);
    }
    xf_buf_addf(&c->rows, "%s%s", c->nrows++ ? ", " : "",
                fields[FIELD_ROW_ID]);
    /* Rows of a site follow each other. */
    if (!c->nsites || c->sites[c->nsites - 1] != site) {
        xf_buf_addf(&c->places, "%s%s", c->nsites ? ", " : "",
                    fields[FIELD_PLACE]);
        xf_buf_addf(&c->conditions, "%s%s: %s", c->nsites ? "; " : "",
                    fields[FIELD_PLACE], *fields[FIELD_PREDICATE]
                    ? fields[FIELD_PREDICATE] : "getting there");
        XF_GROW(c->sites, c->nsites, c->cap);
        c->sites[c->nsites++] = site;
    }
    free(key);
}

static int read_rows(struct xf_plan *plan, struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store,
        "SELECT w.row_id, w.site_id, w.file, w.line, w.function, w.kind, "
        "w.mode, w.cause, w.phase, w.feasibility, w.disposition, "
        "coalesce(w.verification, ''), w.action_priority, "
        "coalesce((SELECT t.predicate FROM trigger t JOIN site s "
        "ON s.id = t.site JOIN build b ON b.id = s.build "
        "WHERE s.site_id = w.site_id AND b.arch = w.arch "
        "AND b.name = w.build), ''), w.failure_cause "
        "FROM v_worksheet w WHERE w.shown "
        "ORDER BY w.file, w.line, w.site_id, w.row_id");
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(store, stmt)) > 0) {
        char *fields[FIELDS];

        for (int i = 0; i <= FIELD_ORIGIN; i++)
            fields[i] = xf_strdup(xf_column(stmt, i));
        fields[FIELD_SOURCE] = chain_end(fields[FIELD_ORIGIN]);
        fields[FIELD_PLACE] = xf_format("%s:%s", fields[FIELD_FILE],
                                        fields[FIELD_LINE]);
        add_row(plan, fields);
        for (int i = 0; i < FIELDS; i++)
            free(fields[i]);
    }
    return rc;
}

static int by_priority(const void *a, const void *b)
{
    const struct plan_case *x = a, *y = b;
    int d = priority_rank(x->priority) - priority_rank(y->priority);

    if (!d)
        d = x->method - y->method;
    if (!d)
        d = (x->nrows < y->nrows) - (x->nrows > y->nrows);
    return d ? d : strcmp(x->id, y->id);
}

int xf_plan_load(struct xf_plan **out, struct xf_store *store,
                 const char *data)
{
    struct xf_plan *plan = xf_calloc(1, sizeof(*plan));

    *out = NULL;
    if (methods_load(plan, data) || read_rows(plan, store)) {
        xf_plan_free(plan);
        return -1;
    }
    if (plan->ncases)
        qsort(plan->cases, plan->ncases, sizeof(*plan->cases), by_priority);
    *out = plan;
    return 0;
}

void xf_plan_free(struct xf_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->ncases; i++) {
        struct plan_case *c = &plan->cases[i];

        free(c->id);
        free(c->text);
        free(c->expected);
        free(c->priority);
        free(c->sites);
        xf_buf_release(&c->rows);
        xf_buf_release(&c->places);
        xf_buf_release(&c->conditions);
    }
    for (size_t i = 0; i < plan->nsites; i++) {
        struct plan_site *s = &plan->sites[i];

        free(s->site_id);
        free(s->place);
        free(s->function);
        free(s->kind);
        free(s->priority);
        free(s->rationale);
    }
    free(plan->cases);
    free(plan->sites);
    free(plan->methods);
    xf_map_release(&plan->keys);
    xf_map_release(&plan->site_keys);
    cJSON_Delete(plan->json);
    free(plan);
}
