/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which places of a function are passed only when a privilege check succeeded:
 * a forward must-analysis over the structure of the body. What is known at a
 * point is the set of privileges that hold there, and of some local variables
 * which privileges their being zero, or not zero, would prove (rc = check();
 * if (rc) return). Where ways meet only what holds on all of them is kept; a
 * label is met by every goto, so bodies are walked until nothing changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bodies.h"
#include "json.h"
#include "map.h"

typedef uint8_t mask; /* bit: privilege */
#define ALL 0xff
#define MAX_ROUNDS 16

struct fact {
    int64_t local;
    mask zero, nonzero; /* what its value being so proves */
};

struct state {
    bool dead; /* no way leads here */
    mask held;
    struct fact *facts;
    size_t nfacts, cap;
};

/* What the value of an expression proves. */
struct proof {
    mask when_true, when_false;
};

struct seen_check {
    int privilege;
    uint32_t line;
    char *text; /* as a person reads it */
};

struct jump {
    char *label;
    struct state state;
};

struct loop { /* or switch */
    struct loop *outer;
    struct state breaks;    /* meets what leaves by break */
    const struct state *at; /* switch: state of its labels */
    bool has_default;
};

struct xf_checks {
    const struct xf_reach_rules *rules;
    struct xf_map places; /* "line callee" */
    mask *held;           /* parallel */
    size_t held_cap;
    struct seen_check *seen;
    size_t nseen, seen_cap;
    /* the body being walked */
    const struct xf_node *root;
    uint8_t *alias; /* per local: 1 the running vcpu, 2 its domain */
    size_t naliases;
    struct jump *jumps;
    size_t njumps, jumps_cap;
    bool changed, record;
    struct loop *loop;
};

/* ---- states -------------------------------------------------------------- */

static void copy_state(struct state *to, const struct state *from)
{
    to->dead = from->dead;
    to->held = from->held;
    to->nfacts = 0;
    for (size_t i = 0; i < from->nfacts; i++) {
        XF_GROW(to->facts, to->nfacts, to->cap);
        to->facts[to->nfacts++] = from->facts[i];
    }
}

static struct fact *fact_of(const struct state *s, int64_t local)
{
    for (size_t i = 0; i < s->nfacts; i++)
        if (s->facts[i].local == local)
            return &s->facts[i];
    return NULL;
}

static void set_fact(struct state *s, int64_t local, mask zero, mask nonzero)
{
    struct fact *f = fact_of(s, local);

    if (!f) {
        if (!zero && !nonzero)
            return;
        XF_GROW(s->facts, s->nfacts, s->cap);
        f = &s->facts[s->nfacts++];
        f->local = local;
    }
    f->zero = zero;
    f->nonzero = nonzero;
}

/* What holds on both ways. True when `to` lost something. */
static bool meet(struct state *to, const struct state *from)
{
    bool lost = false;

    if (from->dead)
        return false;
    if (to->dead) {
        copy_state(to, from);
        return true;
    }
    lost = to->held & ~from->held;
    to->held &= from->held;
    for (size_t i = 0; i < to->nfacts; i++) {
        struct fact *f = &to->facts[i];
        const struct fact *g = fact_of(from, f->local);
        mask zero = g ? g->zero : 0, nonzero = g ? g->nonzero : 0;

        lost |= (f->zero & ~zero) || (f->nonzero & ~nonzero);
        f->zero &= zero;
        f->nonzero &= nonzero;
    }
    return lost;
}

/* ---- the running domain -------------------------------------------------- */

static bool named(const struct xf_patterns *names, const char *name)
{
    return *name && xf_matches(names, name);
}

static bool is_current(const struct xf_checks *c, const struct xf_node *e)
{
    for (;; e = e->kids[0]) {
        if (named(&c->rules->current_macros, e->macro) ||
            named(&c->rules->current_macros, e->inner))
            return true;
        if (e->op != XF_OP_CAST)
            break;
    }
    if (e->op == XF_OP_CALL && e->nkids && e->kids[0]->op == XF_OP_FN)
        return named(&c->rules->current_functions, e->kids[0]->name);
    return e->op == XF_OP_VAR && e->local && e->value >= 0 &&
           (size_t)e->value < c->naliases && c->alias[e->value] == 1;
}

static bool is_current_domain(const struct xf_checks *c,
                              const struct xf_node *e)
{
    e = xf_plain(e);
    if (e->op == XF_OP_ARROW)
        return !strcmp(e->name, c->rules->current_domain) &&
               is_current(c, e->kids[0]);
    return e->op == XF_OP_VAR && e->local && e->value >= 0 &&
           (size_t)e->value < c->naliases && c->alias[e->value] == 2;
}

/* Locals that are set once, where they are declared, to the running vcpu or
 * its domain. Assignments come behind declarations, so one walk in order will
 * do; 3 stands for anything else. */
static void find_aliases(struct xf_checks *c, const struct xf_node *n)
{
    const struct xf_node *to = NULL;

    for (uint32_t i = 0; i < n->nkids; i++)
        find_aliases(c, n->kids[i]);
    if ((n->op == XF_OP_DECL || n->op == XF_OP_PARAM) && n->value >= 0) {
        while ((size_t)n->value >= c->naliases) {
            c->alias = xf_realloc(c->alias, 2 * c->naliases + 16);
            memset(c->alias + c->naliases, 0, c->naliases + 16);
            c->naliases = 2 * c->naliases + 16;
        }
        if (n->nkids && !c->alias[n->value])
            c->alias[n->value] = is_current(c, n->kids[0])          ? 1
                                 : is_current_domain(c, n->kids[0]) ? 2
                                                                    : 3;
    }
    if (n->op == XF_OP_ASSIGN || n->op == XF_OP_ADDRESS)
        to = xf_plain(n->kids[0]);
    if (to && to->op == XF_OP_VAR && to->local && to->value >= 0 &&
        (size_t)to->value < c->naliases)
        c->alias[to->value] = 3;
}

/* ---- expressions --------------------------------------------------------- */

static const struct xf_node *argument(const struct xf_node *call, int number)
{
    return number > 0 && (uint32_t)number < call->nkids ? call->kids[number]
                                                        : NULL;
}

/* Privilege that the check's success proves, -1 for none. */
static int privilege_of(const struct xf_checks *c,
                        const struct xf_check *check,
                        const struct xf_node *call)
{
    const struct xf_node *action = argument(call, check->action);
    const struct xf_node *current = argument(call, check->current);
    const char *name;

    if (check->current && (!current || !is_current_domain(c, current)))
        return -1;
    if (!check->action)
        return check->privilege;
    if (!action)
        return -1;
    name = xf_json_string(check->actions, xf_plain(action)->name, NULL);
    for (size_t i = 0; name && i < c->rules->nprivileges; i++)
        if (!strcmp(c->rules->privileges[i].name, name))
            return (int)i;
    return -1;
}

static void remember(struct xf_checks *c, int privilege,
                     const struct xf_check *check, const struct xf_node *call)
{
    const struct xf_node *action = argument(call, check->action);
    struct seen_check seen = {.privilege = privilege, .line = call->line};

    for (size_t i = 0; i < c->nseen; i++)
        if (c->seen[i].privilege == privilege && c->seen[i].line == call->line)
            return;
    seen.text = xf_format("%s(%s) at line %u", call->kids[0]->name,
                          action           ? xf_plain(action)->name
                          : check->current ? "the caller"
                                           : "",
                          call->line);
    XF_GROW(c->seen, c->nseen, c->seen_cap);
    c->seen[c->nseen++] = seen;
}

/* The check that is meant: the last one above the line. */
static const char *check_above(const struct xf_checks *c, int privilege,
                               uint32_t line)
{
    const struct seen_check *best = NULL;

    for (size_t i = 0; i < c->nseen; i++) {
        const struct seen_check *s = &c->seen[i];

        if (s->privilege == privilege && s->line <= line &&
            (!best || s->line > best->line))
            best = s;
    }
    return best ? best->text : "";
}

static struct proof check_proof(struct xf_checks *c,
                                const struct xf_node *call)
{
    struct proof p = {0, 0};
    const char *name = call->kids[0]->name;

    for (size_t i = 0; i < c->rules->nchecks; i++) {
        const struct xf_check *check = &c->rules->checks[i];
        struct xf_patterns pattern = {(const char **)&check->function, 1};
        int privilege;

        if (!xf_matches(&pattern, name))
            continue;
        privilege = privilege_of(c, check, call);
        if (privilege < 0)
            continue;
        remember(c, privilege, check, call);
        if (check->zero_passes)
            p.when_false |= (mask)(1U << privilege);
        else
            p.when_true |= (mask)(1U << privilege);
    }
    return p;
}

static void note_place(struct xf_checks *c, uint32_t line, const char *callee,
                       mask held)
{
    char *key;
    int is_new;
    uint32_t at;

    if (!c->record || !line)
        return;
    key = xf_format("%u %s", line, callee);
    at = xf_map_add(&c->places, key, &is_new);
    free(key);
    if (is_new) {
        size_t n = at;

        XF_GROW(c->held, n, c->held_cap);
        c->held[at] = ALL;
    }
    c->held[at] &= held;
}

static struct proof walk(struct xf_checks *c, struct state *s,
                         const struct xf_node *e);
static void flow(struct xf_checks *c, struct state *s,
                 const struct xf_node *n);

static struct proof swapped(struct proof p)
{
    return (struct proof){p.when_false, p.when_true};
}

static bool is_zero(const struct xf_node *e)
{
    e = xf_plain(e);
    return e->op == XF_OP_INT && e->has_value && !e->value;
}

static bool is_nonzero(const struct xf_node *e)
{
    e = xf_plain(e);
    if (e->op == XF_OP_UNARY && !strcmp(e->name, "-"))
        return is_nonzero(e->kids[0]);
    return e->op == XF_OP_INT && e->has_value && e->value;
}

/* The state on one outcome of an expression: variables whose value is known
 * prove whatever their having the other value would. */
static void assume(struct state *s, const struct xf_node *e, bool outcome)
{
    e = xf_plain(e);
    if (e->op == XF_OP_UNARY && !strcmp(e->name, "!")) {
        assume(s, e->kids[0], !outcome);
    } else if (e->op == XF_OP_BINARY &&
               !strcmp(e->name, outcome ? "&&" : "||")) {
        assume(s, e->kids[0], outcome);
        assume(s, e->kids[1], outcome);
    } else if (e->op == XF_OP_BINARY && e->nkids == 2 &&
               is_zero(e->kids[1]) &&
               (!strcmp(e->name, "==") || !strcmp(e->name, "!="))) {
        assume(s, e->kids[0], outcome == !strcmp(e->name, "!="));
    } else if (e->op == XF_OP_CALL && e->nkids > 1 &&
               !strcmp(e->kids[0]->name, "__builtin_expect")) {
        assume(s, e->kids[1], outcome);
    } else if (e->op == XF_OP_ASSIGN) {
        assume(s, e->kids[0], outcome);
    } else if (e->op == XF_OP_VAR && e->local) {
        const struct fact *f = fact_of(s, e->value);
        mask zero = f ? f->zero : 0, nonzero = f ? f->nonzero : 0;

        set_fact(s, e->value, outcome ? ALL : zero, outcome ? nonzero : ALL);
    }
}

static void branch(struct state *s, const struct xf_node *cond,
                   struct proof p, bool outcome)
{
    s->held |= outcome ? p.when_true : p.when_false;
    assume(s, cond, outcome);
}

static struct proof walk_logical(struct xf_checks *c, struct state *s,
                                 const struct xf_node *e, bool is_and)
{
    struct proof a = walk(c, s, e->kids[0]), b;
    struct state right = {0};

    copy_state(&right, s);
    branch(&right, e->kids[0], a, is_and);
    b = walk(c, &right, e->kids[1]);
    meet(s, &right);
    free(right.facts);
    if (is_and)
        return (struct proof){a.when_true | b.when_true,
                              a.when_false & b.when_false};
    return (struct proof){a.when_true & b.when_true,
                          a.when_false | b.when_false};
}

static struct proof walk_conditional(struct xf_checks *c, struct state *s,
                                     const struct xf_node *e)
{
    struct proof p = walk(c, s, e->kids[0]), a, b;
    struct state yes = {0}, no = {0};
    bool elvis = e->op == XF_OP_GNU_CONDITIONAL;

    copy_state(&yes, s);
    copy_state(&no, s);
    branch(&yes, e->kids[0], p, true);
    branch(&no, e->kids[0], p, false);
    a = elvis ? p : walk(c, &yes, e->kids[1]);
    b = walk(c, &no, e->kids[elvis ? 1 : 2]);
    if (elvis) /* the value is zero only when both are */
        a = (struct proof){p.when_true & b.when_true,
                           p.when_false | b.when_false};
    copy_state(s, &yes);
    meet(s, &no);
    free(yes.facts);
    free(no.facts);
    return elvis ? a
                 : (struct proof){a.when_true & b.when_true,
                                  a.when_false & b.when_false};
}

static struct proof walk_comparison(struct xf_checks *c, struct state *s,
                                    const struct xf_node *e)
{
    struct proof p = walk(c, s, e->kids[0]);

    walk(c, s, e->kids[1]);
    if (!is_zero(e->kids[1]))
        return (struct proof){0, 0};
    if (!strcmp(e->name, "=="))
        return swapped(p);
    if (!strcmp(e->name, "!="))
        return p;
    /* Not being negative does not prove that it is zero. */
    return (struct proof){strcmp(e->name, "<") ? 0 : p.when_true, 0};
}

static struct proof walk_assign(struct xf_checks *c, struct state *s,
                                const struct xf_node *e)
{
    const struct xf_node *to = xf_plain(e->kids[0]);
    struct proof p = {0, 0};

    if (!(to->op == XF_OP_VAR && to->local))
        walk(c, s, e->kids[0]);
    p = walk(c, s, e->kids[1]);
    if (!(to->op == XF_OP_VAR && to->local))
        return p;
    if (strcmp(e->name, "="))
        p = (struct proof){0, 0};
    else if (is_zero(e->kids[1]))
        p.when_true = ALL;
    else if (is_nonzero(e->kids[1]))
        p.when_false = ALL;
    set_fact(s, to->value, p.when_false, p.when_true);
    return p;
}

static struct proof walk_call(struct xf_checks *c, struct state *s,
                              const struct xf_node *e)
{
    struct proof p = {0, 0};

    for (uint32_t i = 0; i < e->nkids; i++) {
        struct proof q = walk(c, s, e->kids[i]);

        if (i == 1)
            p = q;
    }
    note_place(c, e->line, "", s->held);
    if (!e->nkids || e->kids[0]->op != XF_OP_FN)
        return (struct proof){0, 0};
    note_place(c, e->line, e->kids[0]->name, s->held);
    /* The compiler's and Xen's hints return what they are given. */
    if (xf_matches(&c->rules->transparent, e->kids[0]->name))
        return p;
    return check_proof(c, e);
}

/* What is not known of a local that something else may write. */
static void forget(struct state *s, const struct xf_node *e)
{
    e = xf_plain(e);
    if (e->op == XF_OP_VAR && e->local)
        set_fact(s, e->value, 0, 0);
}

static struct proof walk_statements(struct xf_checks *c, struct state *s,
                                    const struct xf_node *block)
{
    struct proof p = {0, 0};

    for (uint32_t i = 0; i < block->nkids; i++) {
        if (i + 1 < block->nkids)
            flow(c, s, block->kids[i]);
        else
            p = walk(c, s, block->kids[i]);
    }
    return p;
}

static struct proof walk_unary(struct xf_checks *c, struct state *s,
                               const struct xf_node *e)
{
    struct proof p = walk(c, s, e->kids[0]);

    if (!strcmp(e->name, "!"))
        return swapped(p);
    if (strstr(e->name, "++") || strstr(e->name, "--"))
        forget(s, e->kids[0]);
    return (struct proof){0, 0};
}

/* Walk an expression in the order of evaluation. A statement in the place of
 * one (the body of a statement expression) is walked as such. */
static struct proof walk(struct xf_checks *c, struct state *s,
                         const struct xf_node *e)
{
    const struct fact *f;
    struct proof p = {0, 0};

    switch (e->op) {
    case XF_OP_CALL:
        return walk_call(c, s, e);
    case XF_OP_ASSIGN:
        return walk_assign(c, s, e);
    case XF_OP_CONDITIONAL:
    case XF_OP_GNU_CONDITIONAL:
        return walk_conditional(c, s, e);
    case XF_OP_UNARY:
        return walk_unary(c, s, e);
    case XF_OP_CAST:
        return walk(c, s, e->kids[0]);
    case XF_OP_STATEMENTS:
        return walk_statements(c, s, e->kids[0]);
    case XF_OP_VAR:
        f = e->local ? fact_of(s, e->value) : NULL;
        return f ? (struct proof){f->nonzero, f->zero} : p;
    case XF_OP_BINARY:
        if (!strcmp(e->name, "&&") || !strcmp(e->name, "||"))
            return walk_logical(c, s, e, *e->name == '&');
        if (strcmp(e->name, ","))
            return walk_comparison(c, s, e);
        walk(c, s, e->kids[0]);
        return walk(c, s, e->kids[1]);
    case XF_OP_ADDRESS:
        walk(c, s, e->kids[0]);
        forget(s, e->kids[0]);
        return p;
    default:
        break;
    }
    if (e->op >= XF_OP_BLOCK && e->op <= XF_OP_NIL) {
        flow(c, s, e);
        return p;
    }
    for (uint32_t i = 0; i < e->nkids; i++)
        walk(c, s, e->kids[i]);
    return p;
}

/* ---- statements ---------------------------------------------------------- */

static struct state *state_of_label(struct xf_checks *c, const char *label)
{
    struct jump j = {.label = xf_strdup(label), .state = {.dead = true}};

    for (size_t i = 0; i < c->njumps; i++)
        if (!strcmp(c->jumps[i].label, label)) {
            free(j.label);
            return &c->jumps[i].state;
        }
    XF_GROW(c->jumps, c->njumps, c->jumps_cap);
    c->jumps[c->njumps++] = j;
    return &c->jumps[c->njumps - 1].state;
}

static void go(struct xf_checks *c, const struct state *s, const char *label)
{
    c->changed |= meet(state_of_label(c, label), s);
}

static void flow_if(struct xf_checks *c, struct state *s,
                    const struct xf_node *n)
{
    struct proof p = walk(c, s, n->kids[0]);
    struct state no = {0};

    copy_state(&no, s);
    branch(s, n->kids[0], p, true);
    branch(&no, n->kids[0], p, false);
    flow(c, s, n->kids[1]);
    if (n->nkids > 2)
        flow(c, &no, n->kids[2]);
    meet(s, &no);
    free(no.facts);
}

/* Facts about variables do not survive a loop's start: it may change them. */
static void flow_loop(struct xf_checks *c, struct state *s,
                      const struct xf_node *n, const struct xf_node *cond,
                      const struct xf_node *step, const struct xf_node *body)
{
    struct loop loop = {.outer = c->loop, .breaks = {.dead = true}};
    struct proof p = {0, 0};
    struct state inside = {0};
    bool endless = cond && (cond->op == XF_OP_NIL || is_nonzero(cond));

    s->nfacts = 0;
    if (n->op != XF_OP_DO && cond)
        p = walk(c, s, cond);
    copy_state(&inside, s);
    if (n->op != XF_OP_DO && cond)
        branch(&inside, cond, p, true);
    c->loop = &loop;
    flow(c, &inside, body);
    c->loop = loop.outer;
    inside.nfacts = 0;
    inside.dead = s->dead;
    inside.held &= s->held;
    if (step)
        walk(c, &inside, step);
    if (n->op == XF_OP_DO && cond)
        p = walk(c, &inside, cond);
    /* do { } while (0) runs once: what it leaves behind holds. */
    s->nfacts = 0;
    if (endless && n->op != XF_OP_DO)
        s->dead = true;
    else if (cond)
        branch(s, cond, p, false);
    s->nfacts = 0;
    meet(s, &loop.breaks);
    s->nfacts = 0;
    free(inside.facts);
    free(loop.breaks.facts);
}

/* do { ... } while (0): once, and break leads behind it. */
static void flow_once(struct xf_checks *c, struct state *s,
                      const struct xf_node *body)
{
    struct loop loop = {.outer = c->loop, .breaks = {.dead = true}};

    c->loop = &loop;
    flow(c, s, body);
    c->loop = loop.outer;
    meet(s, &loop.breaks);
    free(loop.breaks.facts);
}

static void flow_switch(struct xf_checks *c, struct state *s,
                        const struct xf_node *n)
{
    struct state at = {0};
    struct loop loop = {.outer = c->loop, .breaks = {.dead = true}};

    walk(c, s, n->kids[0]);
    copy_state(&at, s);
    loop.at = &at;
    c->loop = &loop;
    s->dead = true;
    flow(c, s, n->kids[1]);
    c->loop = loop.outer;
    meet(s, &loop.breaks);
    if (!loop.has_default)
        meet(s, &at);
    free(at.facts);
    free(loop.breaks.facts);
}

/* The switch around a case label: loops between do not have one. */
static struct loop *switch_of(struct xf_checks *c)
{
    struct loop *l = c->loop;

    while (l && !l->at)
        l = l->outer;
    return l;
}

static void flow_case(struct xf_checks *c, struct state *s,
                      const struct xf_node *n)
{
    struct loop *l = switch_of(c);

    if (l)
        meet(s, l->at);
    if (l && n->op == XF_OP_DEFAULT)
        l->has_default = true;
    if (n->nkids)
        flow(c, s, n->kids[n->nkids - 1]);
}

/* continue leads to the start of the loop, where nothing more is assumed than
 * before it; a switch is passed through. */
static void leave(struct xf_checks *c, struct state *s, bool is_break)
{
    if (is_break && c->loop)
        meet(&c->loop->breaks, s);
    s->dead = true;
}

static void flow_simple(struct xf_checks *c, struct state *s,
                        const struct xf_node *n)
{
    for (uint32_t i = 0; i < n->nkids; i++)
        walk(c, s, n->kids[i]);
    if (n->op == XF_OP_ASM) {
        note_place(c, n->line, "", s->held);
        for (uint32_t i = 0; i < n->nkids; i++)
            forget(s, n->kids[i]);
    }
}

static void flow_decl(struct xf_checks *c, struct state *s,
                      const struct xf_node *n)
{
    struct proof p = {0, 0};

    if (!n->nkids)
        return;
    p = walk(c, s, n->kids[0]);
    if (is_zero(n->kids[0]))
        p.when_true = ALL;
    else if (is_nonzero(n->kids[0]))
        p.when_false = ALL;
    if (n->has_value)
        set_fact(s, n->value, p.when_false, p.when_true);
}

static void flow(struct xf_checks *c, struct state *s, const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_BLOCK:
        for (uint32_t i = 0; i < n->nkids; i++)
            flow(c, s, n->kids[i]);
        break;
    case XF_OP_DECL:
        flow_decl(c, s, n);
        break;
    case XF_OP_IF:
        flow_if(c, s, n);
        break;
    case XF_OP_FOR:
        if (n->kids[0]->op != XF_OP_NIL)
            flow(c, s, n->kids[0]);
        flow_loop(c, s, n, n->kids[1], n->kids[2], n->kids[3]);
        break;
    case XF_OP_WHILE:
        flow_loop(c, s, n, n->kids[0], NULL, n->kids[1]);
        break;
    case XF_OP_DO:
        if (is_zero(n->kids[1]))
            flow_once(c, s, n->kids[0]);
        else
            flow_loop(c, s, n, n->kids[1], NULL, n->kids[0]);
        break;
    case XF_OP_SWITCH:
        flow_switch(c, s, n);
        break;
    case XF_OP_CASE:
    case XF_OP_DEFAULT:
        flow_case(c, s, n);
        break;
    case XF_OP_LABEL:
        meet(s, state_of_label(c, n->name));
        if (n->nkids)
            flow(c, s, n->kids[0]);
        break;
    case XF_OP_GOTO:
        go(c, s, n->name);
        s->dead = true;
        break;
    case XF_OP_BREAK:
    case XF_OP_CONTINUE:
        leave(c, s, n->op == XF_OP_BREAK);
        break;
    case XF_OP_RETURN:
    case XF_OP_COMPUTED_GOTO:
        flow_simple(c, s, n);
        s->dead = true;
        break;
    case XF_OP_ASM:
    case XF_OP_NIL:
        flow_simple(c, s, n);
        break;
    default:
        walk(c, s, n);
        break;
    }
}

/* ---- functions ----------------------------------------------------------- */

struct xf_checks *xf_checks_new(const struct xf_reach_rules *rules)
{
    struct xf_checks *c = xf_calloc(1, sizeof(*c));

    c->rules = rules;
    return c;
}

static void walk_root(struct xf_checks *c)
{
    struct state s = {0};

    for (uint32_t i = 0; i < c->root->nkids; i++)
        if (c->root->kids[i]->op == XF_OP_BLOCK)
            flow(c, &s, c->root->kids[i]);
    free(s.facts);
}

static bool has_label_address(const struct xf_node *n)
{
    bool yes = n->op == XF_OP_COMPUTED_GOTO;

    for (uint32_t i = 0; i < n->nkids && !yes; i++)
        yes = has_label_address(n->kids[i]);
    return yes;
}

void xf_checks_body(struct xf_checks *c, const struct xf_node *root)
{
    int rounds = 0;

    c->root = root;
    find_aliases(c, root);
    do {
        c->changed = false;
        walk_root(c);
    } while (c->changed && ++rounds < MAX_ROUNDS);
    /* A jump to a place that is not known: nothing is said of the body. */
    if (!c->changed && !has_label_address(root)) {
        c->record = true;
        walk_root(c);
        c->record = false;
    }
    for (size_t i = 0; i < c->njumps; i++) {
        free(c->jumps[i].label);
        free(c->jumps[i].state.facts);
    }
    c->njumps = 0;
    free(c->alias);
    c->alias = NULL;
    c->naliases = 0;
}

static int write_place(struct xf_checks *c, struct xf_store *store,
                       int64_t function, const char *key, int privilege)
{
    const char *space = strchr(key, ' ');
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO guard VALUES (?1, ?2, ?3, ?4, ?5)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, function);
    sqlite3_bind_int(q, 2, atoi(key));
    xf_bind(q, 3, space + 1);
    xf_bind(q, 4, c->rules->privileges[privilege].name);
    xf_bind(q, 5, check_above(c, privilege, (uint32_t)atoi(key)));
    return xf_store_run(store, q);
}

int xf_checks_write(struct xf_checks *c, struct xf_store *store,
                    int64_t function)
{
    for (size_t i = 0; i < c->places.len; i++)
        for (int p = 0; p < (int)c->rules->nprivileges; p++)
            if (c->held[i] & (1U << p) &&
                write_place(c, store, function, c->places.keys[i], p))
                return -1;
    return 0;
}

void xf_checks_free(struct xf_checks *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->nseen; i++)
        free(c->seen[i].text);
    free(c->seen);
    xf_map_release(&c->places);
    free(c->held);
    free(c->jumps);
    free(c);
}
