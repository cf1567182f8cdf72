/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The stage: site by site.
 */
#include "trigger.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "aftermath.h"
#include "callers.h"
#include "condition.h"
#include "console.h"
#include "feasible.h"
#include "origin.h"
#include "producers.h"
#include "program.h"
#include "sources.h"
#include "value.h"

struct stage {
    struct program *p;
    struct sources *sources;
    struct console *console;
};

/* Who can be stopped instead of the host. */
static const char *const subjects[] = {"struct domain *", "struct vcpu *",
                                       NULL};

/* What was found out about one site. */
struct result {
    struct condition condition;
    struct origins *origins; /* per literal */
    enum cause cause;
    char *origin;        /* chain, or where it was lost */
    const char *verdict; /* literal */
    char *proof;
};

/* ---- causes ------------------------------------------------------------------ */

static void trace_guard(struct origins *out, struct stage *s,
                        struct body *body, uint32_t guard)
{
    const struct xf_block *g = xf_cfg_block(body->cfg, guard);
    struct origins one;
    struct xf_point point;

    int64_t value;

    if (!g->condition)
        return;
    if (g->never ||
        xf_tree_value(g->condition, s->p->long_bits, &value)) {
        origin_of_constant(&one, s->p, s->sources, body, g->condition);
        origins_add(out, &one, 0);
        origins_release(&one);
        return;
    }
    if (!xf_cfg_point(body->cfg, g->condition, &point))
        point = (struct xf_point){guard, 0};
    origin_trace(&one, s->p, s->sources, body, g->condition, point,
                 g->guard == XF_GUARD_TRUE    ? WANT_NOT_ZERO
                 : g->guard == XF_GUARD_FALSE ? WANT_ZERO
                                              : WANT_ANY);
    origins_add(out, &one, 0);
    origins_release(&one);
}

static void trace_literal(struct origins *out, struct stage *s,
                          const struct site *site, const struct literal *l)
{
    memset(out, 0, sizeof(*out));
    if (!site->body)
        return;
    if (!l->nguards && l->guard != XF_CFG_NONE)
        trace_guard(out, s, site->body, l->guard);
    for (size_t i = 0; i < l->nguards; i++)
        trace_guard(out, s, site->body, l->guards[i]);
}

/* How much farther away each decision before the predicate is. */
#define BEFORE 8

static void add_before(struct origins *all, const struct result *r)
{
    const struct condition *c = &r->condition;
    unsigned int farther = BEFORE;

    for (size_t i = condition_first_predicate(c); i-- > 0;)
        if (c->items[i].role != ROLE_CHECK && c->items[i].role != ROLE_CONSTANT) {
            origins_add(all, &r->origins[i], farther);
            farther += BEFORE;
        }
}

/* The command line only says that Xen shall stop; what is wrong is said by the
 * other decisions. */
static enum cause other_than_configuration(const struct origins *all)
{
    static const enum cause order[] = {CAUSE_HARDWARE, CAUSE_FIRMWARE,
                                       CAUSE_MEMORY};
    enum cause best = CAUSE_CONFIGURATION;

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (all->items[order[i]].chain &&
            (best == CAUSE_CONFIGURATION || all->items[order[i]].distance <
                                                all->items[best].distance))
            best = order[i];
    return best;
}

/* What this build decided last, NULL: nothing. */
static const struct origins *last_constant(const struct result *r)
{
    for (size_t i = r->condition.len; i-- > 0;)
        if ((r->condition.items[i].role == ROLE_CONSTANT ||
             r->condition.items[i].role == ROLE_NEVER) &&
            origins_best(&r->origins[i]) != CAUSE_UNKNOWN)
            return &r->origins[i];
    return NULL;
}

/* Who may be behind a request that serves the site, from the contexts that
 * reach it: a set of 1 << cause, 0 when none is known to reach it. */
static int requesters(struct stage *s, const struct site *site,
                      unsigned int *out)
{
    sqlite3_stmt *q = xf_store_prepare(
        s->p->store, "SELECT DISTINCT c.name FROM site_context sc JOIN context "
                     "c ON c.id = sc.context WHERE sc.site = ?1");
    int rc = -1;

    *out = 0;
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site->id);
    while ((rc = xf_store_step(s->p->store, q)) > 0)
        *out |= 1u << sources_context(s->sources, xf_column(q, 0));
    return rc;
}

/* Nobody's request gets to where nobody's request leads. */
static void apply_contexts(struct origins *all, unsigned int by)
{
    static const enum cause requests[] = {CAUSE_GUEST, CAUSE_TOOLSTACK};
    struct origins moved = {0};

    if (!by || by & 1u << CAUSE_GUEST)
        return;
    for (int i = 0; i < 2; i++) {
        struct origin *o = &all->items[requests[i]];
        enum cause to = by & 1u << CAUSE_TOOLSTACK ? CAUSE_TOOLSTACK
                                                   : CAUSE_UNKNOWN;

        if (!o->chain)
            continue;
        if (to != CAUSE_UNKNOWN &&
            (!moved.items[to].chain ||
             moved.items[to].distance > o->distance)) {
            free(moved.items[to].chain);
            moved.items[to] = *o;
            moved.items[to].cause = to;
        } else {
            free(o->chain);
        }
        o->chain = NULL;
    }
    origins_add(all, &moved, 0);
    origins_release(&moved);
}

static char *no_decision(const struct site *site)
{
    return xf_format("to get here is the fault: nothing in %s() decides about "
                     "it",
                     site->function);
}

static int choose_cause(struct result *r, struct stage *s,
                        const struct site *site)
{
    unsigned int by;
    struct condition *c = &r->condition;
    struct origins all = {0};
    bool predicate = condition_first_predicate(c) < c->len;
    bool silent; /* an excuse that does not hold: what came before explains */
    const struct source *own =
        sources_find(s->sources, SOURCE_FUNCTION, site->function);
    const struct origins *constant;

    if (requesters(s, site, &by))
        return -1;
    for (size_t i = 0; i < c->len; i++)
        if (condition_is_predicate(c, i))
            origins_add(&all, &r->origins[i], 0);
    silent = all.excused && origins_best(&all) == CAUSE_UNKNOWN && !all.lost;
    apply_contexts(&all, by);
    r->cause = origins_best(&all);
    if (!predicate || silent || r->cause == CAUSE_CONFIGURATION) {
        add_before(&all, r);
        apply_contexts(&all, by);
        r->cause = origins_best(&all);
    }
    if (r->cause == CAUSE_CONFIGURATION)
        r->cause = other_than_configuration(&all);
    if (!predicate && own && own->result) {
        r->cause = own->cause;
        r->origin = xf_format("%s: %s() itself", own->origin, site->function);
    } else if (r->cause != CAUSE_UNKNOWN) {
        r->origin = xf_strdup(all.items[r->cause].chain);
    } else if (!all.lost && (constant = last_constant(r))) {
        r->cause = origins_best(constant);
        r->origin = xf_strdup(constant->items[r->cause].chain);
    } else if (all.lost) {
        r->origin = xf_format("lost: %s", all.lost);
    } else if (site->node && strcmp(site->witness, "asm") &&
               (site->frame < 0 || *site->macro)) {
        r->cause = CAUSE_INTERNAL;
        r->origin = predicate ? xf_strdup("nothing was found that makes it so")
                              : no_decision(site);
    } else {
        r->origin = xf_strdup("lost: decided by assembly");
    }
    origins_release(&all);
    return 0;
}

/* ---- verdicts ------------------------------------------------------------------ */

/* Lines of the function's other sites that only some builds have. */
static int load_assertions(struct stage *s, const struct site *site,
                           struct assertions *out)
{
    sqlite3_stmt *q = xf_store_prepare(
        s->p->store, "SELECT DISTINCT o.line, o.kind = 'ASSERT_UNREACHABLE' FROM "
                     "site o JOIN site_function f ON f.site = o.id WHERE "
                     "f.function = ?1 AND f.how = 'body' AND o.debug_only AND "
                     "o.id <> ?2");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site->body->function->id);
    sqlite3_bind_int64(q, 2, site->id);
    while ((rc = xf_store_step(s->p->store, q)) > 0) {
        out->ends |= sqlite3_column_int(q, 1) != 0;
        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = (uint32_t)sqlite3_column_int64(q, 0);
    }
    return rc;
}

/* The site is excluded when it is in all bodies that hold it. */
static int refute(struct stage *s, const struct site *site, char **proof,
                  bool *of_build)
{
    sqlite3_stmt *q = xf_store_prepare(
        s->p->store, "SELECT function FROM site_function WHERE site = ?1 AND "
                     "how = 'body' ORDER BY function");
    bool open = false;
    int rc;

    *proof = NULL;
    *of_build = false;
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, site->id);
    while ((rc = xf_store_step(s->p->store, q)) > 0 && !open) {
        struct function *f = program_function(s->p, sqlite3_column_int64(q, 0));

        open |= !f || !f->nbodies;
        for (size_t i = 0; f && i < f->nbodies && !open; i++) {
            struct site one = *site;
            struct condition c;
            struct assertions assertions = {0};
            bool named;
            char *text;

            if (!condition_find_in(s->p, &f->bodies[i], &one)) {
                open = true;
                break;
            }
            condition_make(&c, s->p, &one);
            if (load_assertions(s, &one, &assertions)) {
                condition_release(&c);
                free(assertions.items);
                return -1;
            }
            text = feasible_refute(s->p, &one, &c, &assertions, &named);
            condition_release(&c);
            free(assertions.items);
            *of_build |= named;
            open |= !text;
            if (!*proof)
                *proof = text;
            else
                free(text);
        }
    }
    sqlite3_reset(q);
    if (open) {
        free(*proof);
        *proof = NULL;
    }
    return rc < 0 ? -1 : 0;
}

/* Failing is something that these do, whatever Xen does. */
static bool may_fail(const struct origin *o)
{
    return o->chain && o->direct &&
           (o->cause == CAUSE_MEMORY || o->cause == CAUSE_FIRMWARE ||
            o->cause == CAUSE_GUEST || o->cause == CAUSE_TOOLSTACK);
}

/* What the literal tests: X of X, !X, X == 0, X != 0 and X < 0; *fails: the
 * literal asks for what a failed call gives – nothing for pointers and truth
 * values, something for numbers of errors. NULL for other tests. */
static const struct xf_node *failure_test(const struct xf_node *n, bool truth,
                                          bool *fails)
{
    bool negative = false;

    for (;;) {
        if (n->op == XF_OP_CAST || n->op == XF_OP_ASSIGN) {
            n = n->kids[0];
        } else if (n->op == XF_OP_UNARY && !strcmp(n->name, "!")) {
            truth = !truth;
            n = n->kids[0];
        } else if (n->op == XF_OP_CALL && n->nkids > 1 &&
                   !strcmp(n->kids[0]->name, "__builtin_expect")) {
            n = n->kids[1];
        } else if (n->op == XF_OP_BINARY && !negative) {
            const struct xf_node *zero = n->kids[1];

            while (zero->op == XF_OP_CAST)
                zero = zero->kids[0];
            if (zero->op != XF_OP_INT || zero->value)
                return NULL;
            if (!strcmp(n->name, "=="))
                truth = !truth;
            else if (!strcmp(n->name, "<"))
                negative = true;
            else if (strcmp(n->name, "!="))
                return NULL;
            n = n->kids[0];
        } else {
            break;
        }
    }
    if (n->op != XF_OP_VAR && n->op != XF_OP_CALL)
        return NULL;
    if (strchr(n->type, '*') || !strcmp(n->type, "_Bool"))
        *fails = !truth && !negative;
    else
        *fails = truth;
    return n;
}

static bool mentions(const struct xf_node *n, const struct xf_node *variable)
{
    if (n->op == XF_OP_VAR && n->local == variable->local &&
        n->value == variable->value && !strcmp(n->name, variable->name))
        return true;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (mentions(n->kids[i], variable))
            return true;
    return false;
}

/* Whether literal `at` is the plain test for the failure of a call, and nothing
 * was decided about the result before. */
static bool tests_failure(const struct condition *c, size_t at)
{
    const struct literal *l = &c->items[at];
    const struct xf_node *x;
    bool fails;

    if (!l->node || l->role == ROLE_CASE || l->role == ROLE_DEFAULT)
        return false;
    x = failure_test(l->node, l->truth, &fails);
    if (!x || !fails)
        return false;
    for (size_t i = 0; i < c->len && x->op == XF_OP_VAR; i++)
        if (i != at && (!c->items[i].node || mentions(c->items[i].node, x)))
            return false;
    return true;
}

static int judge(struct stage *s, const struct site *site, struct result *r)
{
    struct condition *c = &r->condition;
    bool of_build = false;

    r->verdict = "undecided";
    if (site->body && refute(s, site, &r->proof, &of_build))
        return -1;
    if (r->proof) {
        r->verdict = of_build ? "excluded" : "infeasible";
        return 0;
    }
    for (size_t i = 0; i < c->len; i++) {
        const struct origin *o;

        if (!condition_is_predicate(c, i))
            continue;
        o = &r->origins[i].items[origins_best(&r->origins[i])];
        if (may_fail(o) && tests_failure(c, i)) {
            r->verdict = "feasible";
            r->proof = xf_format("nothing lies between the predicate and %s",
                                 o->chain);
            break;
        }
    }
    if (!r->proof)
        r->proof = xf_strdup("");
    return 0;
}

/* ---- writing -------------------------------------------------------------------- */

static int write_literal(struct program *p, const struct site *site, int n,
                         const struct literal *l, const struct origins *o)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "INSERT INTO trigger_literal VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                  "?7, ?8, ?9)");
    enum cause best = origins_best(o);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, site->id);
    sqlite3_bind_int(s, 2, n);
    xf_bind(s, 3, role_name(l->role));
    xf_bind(s, 4, l->text);
    sqlite3_bind_int(s, 5, l->polarity);
    xf_bind(s, 6, site->body ? site->body->function->file : site->file);
    sqlite3_bind_int(s, 7, l->line);
    xf_bind(s, 8, best != CAUSE_UNKNOWN ? o->items[best].chain
                  : o->lost             ? o->lost
                                        : "");
    xf_bind(s, 9, cause_name(best));
    return xf_store_run(p->store, s);
}

static int write_result(struct program *p, const struct site *site,
                        const struct result *r)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store,
        "INSERT INTO trigger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    const struct condition *c = &r->condition;
    char *sentence = condition_sentence(c, site);
    char *predicate = condition_predicate(c);
    int rc = -1;

    if (s) {
        sqlite3_bind_int64(s, 1, site->id);
        if (site->body)
            sqlite3_bind_int64(s, 2, site->body->function->id);
        xf_bind(s, 3, sentence);
        xf_bind(s, 4, predicate);
        xf_bind(s, 5, cause_name(r->cause));
        xf_bind(s, 6, r->origin);
        xf_bind(s, 7, r->verdict);
        xf_bind(s, 8, r->proof);
        rc = xf_store_run(p->store, s);
    }
    free(sentence);
    free(predicate);
    for (size_t i = 0; i < c->len && !rc; i++)
        rc = write_literal(p, site, (int)i + 1, &c->items[i], &r->origins[i]);
    return rc;
}

static int write_producer(struct program *p, const struct site *site, int n,
                          const struct producer *one)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "INSERT INTO trigger_producer VALUES (?1, ?2, ?3, ?4, ?5, "
                  "?6, ?7, ?8)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, site->id);
    sqlite3_bind_int(s, 2, n);
    xf_bind(s, 3, one->body->function->name);
    xf_bind(s, 4, one->body->function->file);
    sqlite3_bind_int64(s, 5, one->line);
    xf_bind(s, 6, one->text);
    xf_bind(s, 7, cause_name(one->cause));
    xf_bind(s, 8, one->origin);
    return xf_store_run(p->store, s);
}

static int write_producers(struct stage *s, const struct site *site,
                           const struct condition *c, bool *more)
{
    int rc = 0, n = 0;

    for (size_t i = 0; i < c->len && !rc; i++) {
        struct producers list;

        if (!condition_is_predicate(c, i))
            continue;
        producers_list(&list, s->p, s->sources, site, &c->items[i]);
        for (size_t k = 0; k < list.len && !rc; k++)
            rc = write_producer(s->p, site, ++n, &list.items[k]);
        *more |= list.more;
        producers_release(&list);
    }
    return rc;
}

static int write_context(struct stage *s, const struct site *site,
                         const struct condition *c)
{
    sqlite3_stmt *q;
    struct aftermath a;
    bool more = false;
    char *why;
    const char *console = console_at(s->console, site, &why);
    int rc = write_producers(s, site, c, &more);

    aftermath_find(&a, s->p, site, c, subjects);
    q = rc ? NULL
           : xf_store_prepare(s->p->store,
                              "INSERT INTO trigger_context VALUES (?1, ?2, ?3, "
                              "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    if (q) {
        sqlite3_bind_int64(q, 1, site->id);
        xf_bind(q, 2, console);
        xf_bind(q, 3, why);
        xf_bind(q, 4, a.returns);
        sqlite3_bind_int64(q, 5, a.callers);
        sqlite3_bind_int64(q, 6, a.checking);
        sqlite3_bind_int(q, 7, a.changed_line);
        xf_bind(q, 8, a.subject);
        sqlite3_bind_int(q, 9, a.error_line);
        xf_bind(q, 10, a.next);
        sqlite3_bind_int(q, 11, a.next_line);
        sqlite3_bind_int(q, 12, more);
        rc = xf_store_run(s->p->store, q);
    } else {
        rc = -1;
    }
    aftermath_release(&a);
    free(why);
    return rc;
}

/* ---- sites ----------------------------------------------------------------------- */

/* The function that holds it: the first whose body shows it. */
static int find_body(struct program *p, struct site *site)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "SELECT function FROM site_function WHERE site = ?1 AND "
                  "how = 'body' ORDER BY function");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, site->id);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct function *f = program_function(p, sqlite3_column_int64(s, 0));

        if (f && condition_find(p, f, site))
            break;
    }
    sqlite3_reset(s);
    return rc < 0 ? -1 : 0;
}

static int do_site(struct stage *s, struct site *site)
{
    struct result r = {0};
    int rc;

    if (find_body(s->p, site))
        return -1;
    condition_make(&r.condition, s->p, site);
    r.origins = xf_calloc(r.condition.len + 1, sizeof(*r.origins));
    for (size_t i = 0; i < r.condition.len; i++)
        trace_literal(&r.origins[i], s, site, &r.condition.items[i]);
    rc = choose_cause(&r, s, site);
    if (!rc)
        rc = judge(s, site, &r);
    if (!rc)
        rc = write_result(s->p, site, &r);
    if (!rc)
        rc = write_context(s, site, &r.condition);
    for (size_t i = 0; i < r.condition.len; i++)
        origins_release(&r.origins[i]);
    free(r.origins);
    free(r.origin);
    free(r.proof);
    condition_release(&r.condition);
    return rc;
}

/* Read before anything is written, as the statement would see it. */
struct sites {
    struct site *items;
    size_t len, cap;
    struct xf_map strings;
};

static const char *keep(struct sites *sites, const char *text)
{
    uint32_t at = xf_map_add(&sites->strings, text, NULL);

    return sites->strings.keys[at];
}

static int load_sites(struct sites *sites, struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store,
        "SELECT id, kind, file, function, macro, condition, callee, witness, "
        "line, col, frame FROM site WHERE build = ?1 ORDER BY id");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct site site = {.id = sqlite3_column_int64(s, 0)};

        site.kind = keep(sites, xf_column(s, 1));
        site.file = keep(sites, xf_column(s, 2));
        site.function = keep(sites, xf_column(s, 3));
        site.macro = keep(sites, xf_column(s, 4));
        site.condition = keep(sites, xf_column(s, 5));
        site.callee = keep(sites, xf_column(s, 6));
        site.witness = keep(sites, xf_column(s, 7));
        site.line = sqlite3_column_int(s, 8);
        site.col = sqlite3_column_int(s, 9);
        site.frame = sqlite3_column_int(s, 10);
        for (size_t i = sites->len; i-- > 0;) {
            const struct site *before = &sites->items[i];

            if (before->line != site.line || before->file != site.file)
                break;
            site.nth += before->col == site.col &&
                        before->frame == site.frame &&
                        before->callee == site.callee;
        }
        XF_GROW(sites->items, sites->len, sites->cap);
        sites->items[sites->len++] = site;
    }
    return rc;
}

struct build {
    int64_t id;
    char *arch, *kconfig;
};

static int do_build(struct xf_store *store, const char *root,
                    const char *data_dir, const struct build *build,
                    struct sources *sources)
{
    struct program p;
    struct sites sites = {0};
    struct stage stage = {&p, sources, NULL};
    int rc = program_load(&p, store, root, build->id, build->arch);
    const char *record;

    for (int i = 0; !rc && (record = sources_parameter_record(sources, i)); i++)
        rc = program_parameters(&p, record);
    if (!rc && !(stage.console = console_load(&p, data_dir, build->kconfig)))
        rc = -1;
    if (!rc)
        rc = load_sites(&sites, &p);
    for (size_t i = 0; i < sites.len && !rc; i++)
        rc = do_site(&stage, &sites.items[i]);
    if (!rc)
        rc = callers_write(&p);
    free(sites.items);
    xf_map_release(&sites.strings);
    console_free(stage.console);
    program_release(&p);
    return rc;
}

static int load_builds(struct xf_store *store, struct build **builds, size_t *n)
{
    sqlite3_stmt *s = xf_store_prepare(store,
                                       "SELECT id, arch, kconfig FROM build ORDER BY "
                                       "id");
    size_t cap = 0;
    int rc = s ? 0 : -1;

    while (s && (rc = xf_store_step(store, s)) > 0) {
        XF_GROW(*builds, *n, cap);
        (*builds)[*n].id = sqlite3_column_int64(s, 0);
        (*builds)[*n].arch = xf_strdup(xf_column(s, 1));
        (*builds)[(*n)++].kconfig = xf_strdup(xf_column(s, 2));
    }
    return rc;
}

int xf_trigger(struct xf_store *store, const char *root, const char *data_dir)
{
    struct sources *sources = sources_load(data_dir);
    struct build *builds = NULL;
    size_t n = 0;
    int rc = sources ? load_builds(store, &builds, &n) : -1;

    for (size_t i = 0; i < n; i++) {
        if (!rc)
            rc = do_build(store, root, data_dir, &builds[i], sources);
        free(builds[i].arch);
        free(builds[i].kconfig);
    }
    free(builds);
    sources_free(sources);
    return rc;
}
