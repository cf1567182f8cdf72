/* SPDX-License-Identifier: GPL-2.0-only */
#include "spread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* A crossing with its globs resolved: NULL matches everything. */
struct matcher {
    bool *caller, *callee; /* per function */
    bool *via;             /* per text */
};

struct spreader {
    struct xf_graph *g;
    const struct xf_reach_rules *rules;
    const struct xf_guards *guards;
    struct matcher *crossings;
    bool **dispatcher; /* per mechanism and function */
    bool **armed;      /* per mechanism: functions that it was seen to arm */
    bool *matters;     /* per function: it calls something or holds a site */
};

/* "asm:name" means a label of an assembly file only. */
static bool matches_function(const struct xf_patterns *patterns,
                             const struct xf_reach_function *f)
{
    char label[128];

    if (xf_matches(patterns, f->name))
        return true;
    if (!f->is_asm)
        return false;
    snprintf(label, sizeof(label), "asm:%s", f->name);
    return xf_matches(patterns, label);
}

static bool *functions_of(const struct xf_graph *g,
                          const struct xf_patterns *patterns)
{
    bool *is = xf_calloc(g->nfunctions + 1, sizeof(*is));

    for (size_t i = 0; i < g->nfunctions; i++)
        is[i] = matches_function(patterns, &g->functions[i]);
    return is;
}

static bool *in_sections(const struct xf_graph *g,
                         const struct xf_patterns *patterns)
{
    bool *is = xf_calloc(g->nfunctions + 1, sizeof(*is));

    for (size_t i = 0; i < g->nfunctions; i++)
        is[i] = xf_matches(patterns, g->functions[i].section);
    return is;
}

static void prepare_crossings(struct spreader *s)
{
    const struct xf_reach_rules *rules = s->rules;
    const struct xf_graph *g = s->g;

    s->crossings = xf_calloc(rules->ncrossings + 1, sizeof(*s->crossings));
    for (size_t i = 0; i < rules->ncrossings; i++) {
        const struct xf_crossing *c = &rules->crossings[i];
        struct matcher *m = &s->crossings[i];

        if (c->caller.len)
            m->caller = functions_of(g, &c->caller);
        if (c->callee.len)
            m->callee = functions_of(g, &c->callee);
        else if (c->section.len)
            m->callee = in_sections(g, &c->section);
        if (c->via.len) {
            m->via = xf_calloc(g->texts.len + 1, sizeof(*m->via));
            for (size_t t = 0; t < g->texts.len; t++)
                m->via[t] = xf_matches(&c->via, g->texts.keys[t]);
        }
    }
}

/* Where a context goes when `to` is called by the edge, NULL: it enters
 * there. */
static uint8_t cross(const struct spreader *s, const struct xf_edge *e,
                     uint32_t to, uint8_t context, bool *last)
{
    for (size_t i = 0; i < s->rules->ncrossings; i++) {
        const struct xf_crossing *c = &s->rules->crossings[i];
        const struct matcher *m = &s->crossings[i];

        if (!(c->from & (1U << context)) || (m->callee && !m->callee[to]) ||
            (m->caller && (!e || !m->caller[e->from])) ||
            (m->via && (!e || !m->via[e->via])) ||
            (c->kind.len &&
             (!e || !xf_matches(&c->kind, xf_edge_kind_name(e->kind)))))
            continue;
        *last = c->last && c->to != context;
        return c->to;
    }
    return context;
}

/* ---- armed callbacks ----------------------------------------------------- */

static const struct xf_mechanism *mechanism(const struct xf_reach_rules *rules,
                                            const char *id, size_t *at)
{
    for (*at = 0; *at < rules->nmechanisms; ++*at)
        if (!strcmp(rules->mechanisms[*at].id, id))
            return &rules->mechanisms[*at];
    return NULL;
}

/* Callbacks handed over at once, and those bound to an object that is set off
 * somewhere: objects that are not known ('*') can be any. */
static const char armed_sql[] =
    "INSERT OR IGNORE INTO armed "
    "SELECT function, callback, ?2, ?1, ?3, min(line), NULL FROM handover "
    "WHERE build = ?1 AND mechanism = ?2 AND role = 'arm' AND"
    " callback IS NOT NULL GROUP BY 1, 2 "
    "UNION ALL "
    "SELECT f.function, b.callback, ?2, ?1, ?3, min(f.line), NULL FROM handover b "
    "JOIN handover f ON f.build = ?1 AND f.mechanism = ?2 AND f.role = 'fire'"
    " AND (f.key = b.key OR f.key = '*' OR b.key = '*') "
    "WHERE b.build = ?1 AND b.mechanism = ?2 AND b.role = 'bind' AND"
    " b.callback IS NOT NULL GROUP BY 1, 2";

static int write_armed(struct spreader *s, struct xf_store *store)
{
    for (size_t i = 0; i < s->rules->nmechanisms; i++) {
        sqlite3_stmt *q = xf_store_prepare(store, armed_sql);

        if (!q)
            return -1;
        sqlite3_bind_int64(q, 1, s->g->build);
        xf_bind(q, 2, s->rules->mechanisms[i].id);
        sqlite3_bind_int(q, 3, s->rules->mechanisms[i].keeps);
        if (xf_store_run(store, q))
            return -1;
    }
    return 0;
}

static int add_armed(struct spreader *s, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT armer, callback, mechanism, line FROM armed WHERE "
               "build = ?1 ORDER BY armer, callback, mechanism");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, s->g->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        size_t at;
        const struct xf_mechanism *m =
            mechanism(s->rules, xf_column(q, 2), &at);
        struct xf_edge e = {
            .kind = XF_ARMED,
            .from = (uint32_t)(sqlite3_column_int64(q, 0) - s->g->first_id),
            .to = (uint32_t)(sqlite3_column_int64(q, 1) - s->g->first_id),
            .line = sqlite3_column_int(q, 3)};

        e.via = xf_graph_text(s->g, m->id);
        e.file = xf_graph_text(s->g, s->g->functions[e.from].file);
        e.keeps = m->keeps;
        s->armed[at][e.to] = true;
        xf_graph_add_edge(s->g, &e);
    }
    return rc;
}

/* ---- effects ------------------------------------------------------------- */

/* A dispatcher runs callbacks for whoever armed them, not for who calls it:
 * only the mechanism's own context goes on, provided that the armers of the
 * callback are known. */
static bool held_back(const struct spreader *s, const struct xf_edge *e,
                      uint8_t context)
{
    if (e->kind != XF_INDIRECT)
        return false;
    for (size_t i = 0; i < s->rules->nmechanisms; i++) {
        const struct xf_mechanism *m = &s->rules->mechanisms[i];

        if (m->exclusive && s->dispatcher[i][e->from] && s->armed[i][e->to])
            return context != m->context;
    }
    return false;
}

static bool without_effect(const struct spreader *s, const struct xf_edge *e,
                           uint8_t context)
{
    size_t at;
    const struct xf_mechanism *m =
        e->kind == XF_ARMED
            ? mechanism(s->rules, s->g->texts.keys[e->via], &at)
            : NULL;

    return m && m->not_from & (1U << context);
}

static void set_effect(struct spreader *s, struct xf_edge *e)
{
    struct xf_graph *g = s->g;
    struct xf_effect effect = {.last = 0};
    const char *checked;
    const struct xf_reach_function *from = &g->functions[e->from];
    const char *callee = e->kind == XF_ARMED ? "" : g->functions[e->to].name;
    unsigned int privileges =
        strcmp(g->texts.keys[e->file], from->file)
            ? 0
            : xf_guards_at(s->guards, e->from, e->line, callee, &checked);

    for (uint8_t c = 0; c < XF_MAX_CONTEXTS; c++) {
        bool last = false;

        effect.to[c] = c;
        if (c >= s->rules->ncontexts)
            continue;
        effect.to[c] =
            cross(s, e, e->to, xf_privileged(s->rules, privileges, c), &last);
        if (last)
            effect.last |= (xf_context_set)(1U << c);
        if (held_back(s, e, c) || without_effect(s, e, c))
            effect.to[c] = XF_NO_CONTEXT;
    }
    e->effect = xf_graph_effect(g, &effect);
}

/* ---- starts -------------------------------------------------------------- */

static void add_start(struct spreader *s, const struct xf_entry_rule *rule,
                      uint32_t function)
{
    struct xf_graph *g = s->g;

    for (uint8_t c = 0; c < s->rules->ncontexts; c++) {
        bool last = false;
        struct xf_start start = {function, c, rule->fallback, rule->id,
                                 rule->source};
        bool known = false;

        if (!(rule->contexts & (1U << c)))
            continue;
        start.context = cross(s, NULL, function, c, &last);
        if (start.context == XF_NO_CONTEXT)
            continue;
        if (rule->prepared)
            start.context += XF_MAX_CONTEXTS;
        for (size_t i = 0; i < g->nstarts && !known; i++)
            known = g->starts[i].function == function &&
                    g->starts[i].context == start.context;
        if (known)
            continue;
        XF_GROW(g->starts, g->nstarts, g->starts_cap);
        g->starts[g->nstarts++] = start;
    }
}

/* Whether a fallback is not needed, as the proper way leads to its like. */
static bool dispensable(const struct spreader *s,
                        const struct xf_entry_rule *rule)
{
    bool *is = functions_of(s->g, &rule->unless_reached), yes = false;

    for (uint32_t f = 0; f < s->g->nfunctions && !yes; f++)
        yes = is[f] && xf_graph_reached(s->g, f);
    free(is);
    return yes;
}

static void add_starts(struct spreader *s, const struct xf_entry_rule *rule)
{
    const struct xf_graph *g = s->g;
    bool *is = functions_of(g, &rule->functions);
    bool *except = functions_of(g, &rule->except);
    bool *called = rule->callees_of.len ? xf_calloc(g->nfunctions + 1, 1)
                                        : NULL;

    if (called) {
        bool *caller = functions_of(g, &rule->callees_of);

        for (size_t i = 0; i < g->nedges; i++)
            if (caller[g->edges[i].from])
                called[g->edges[i].to] = true;
        free(caller);
    }
    for (uint32_t f = 0; f < g->nfunctions; f++)
        if (is[f] && !except[f] && (!called || called[f]) &&
            *g->functions[f].file &&
            (!rule->files.len ||
             (s->matters[f] &&
              xf_matches(&rule->files, g->functions[f].file))) &&
            !(rule->fallback && xf_graph_reached(g, f)))
            add_start(s, rule, f);
    free(is);
    free(except);
    free(called);
}

/* Labels of data, and those between instructions, are no entries. */
static int find_matters(struct spreader *s, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT DISTINCT sf.function FROM site_function sf JOIN site s "
               "ON s.id = sf.site WHERE s.build = ?1");
    int rc;

    s->matters = xf_calloc(s->g->nfunctions + 1, sizeof(*s->matters));
    if (!q)
        return -1;
    for (size_t i = 0; i < s->g->nedges; i++)
        s->matters[s->g->edges[i].from] = true;
    sqlite3_bind_int64(q, 1, s->g->build);
    while ((rc = xf_store_step(store, q)) > 0)
        s->matters[sqlite3_column_int64(q, 0) - s->g->first_id] = true;
    return rc;
}

/* Entries first, then those that are one only because nothing else leads there:
 * one rule after the other, as one may reach what the next names. */
static void spread_all(struct spreader *s)
{
    const struct xf_reach_rules *rules = s->rules;

    for (size_t i = 0; i < rules->nentries; i++)
        if (!rules->entries[i].fallback)
            add_starts(s, &rules->entries[i]);
    xf_graph_spread(s->g, 0);
    for (size_t i = 0; i < rules->nentries; i++) {
        size_t before = s->g->nstarts;

        if (!rules->entries[i].fallback ||
            dispensable(s, &rules->entries[i]))
            continue;
        add_starts(s, &rules->entries[i]);
        if (s->g->nstarts > before)
            xf_graph_spread(s->g, before);
    }
}

static void prepare(struct spreader *s)
{
    const struct xf_reach_rules *rules = s->rules;

    s->dispatcher = xf_calloc(rules->nmechanisms + 1, sizeof(*s->dispatcher));
    s->armed = xf_calloc(rules->nmechanisms + 1, sizeof(*s->armed));
    for (size_t i = 0; i < rules->nmechanisms; i++) {
        s->dispatcher[i] = functions_of(s->g, &rules->mechanisms[i].dispatchers);
        s->armed[i] = xf_calloc(s->g->nfunctions + 1, sizeof(**s->armed));
    }
}

static void release(struct spreader *s)
{
    for (size_t i = 0; i < s->rules->ncrossings; i++) {
        free(s->crossings[i].caller);
        free(s->crossings[i].callee);
        free(s->crossings[i].via);
    }
    for (size_t i = 0; i < s->rules->nmechanisms; i++) {
        free(s->dispatcher[i]);
        free(s->armed[i]);
    }
    free(s->crossings);
    free(s->dispatcher);
    free(s->armed);
    free(s->matters);
}

int xf_spread(struct xf_graph *g, struct xf_store *store,
              const struct xf_reach_rules *rules, const struct xf_guards *guards)
{
    struct spreader s = {.g = g, .rules = rules, .guards = guards};
    int rc;

    prepare(&s);
    rc = write_armed(&s, store) || add_armed(&s, store) ||
                 find_matters(&s, store)
             ? -1
             : 0;
    prepare_crossings(&s); /* when all texts are there */
    if (!rc) {
        for (size_t i = 0; i < g->nedges; i++)
            set_effect(&s, &g->edges[i]);
        xf_graph_index(g);
        spread_all(&s);
    }
    release(&s);
    return rc;
}
