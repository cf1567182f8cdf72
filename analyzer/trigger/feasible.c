/* SPDX-License-Identifier: GPL-2.0-only */
#include "feasible.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "decided.h"
#include "value.h"
#include "want.h"

#define DEPTH 4 /* definitions of definitions */

__extension__ typedef __int128 wide;

/* All values an expression may have, when `known`. */
struct range {
    bool known;
    wide low, high;
};

struct prover {
    struct program *p;
    const struct body *body;
    uint32_t guards[64]; /* that dominate the place in question */
    size_t nguards;
    const struct assertions *ignored; /* checks that are not counted on */
};

static const struct range anything = {false, 0, 0};

static struct range range_of_type(struct xf_integer t)
{
    struct range r = {true, 0, 0};

    if (t.vague)
        return anything;
    if (t.is_signed) {
        r.low = -((wide)1 << (t.bits - 1));
        r.high = ((wide)1 << (t.bits - 1)) - 1;
    } else {
        r.high = ((wide)1 << t.bits) - 1;
    }
    return r;
}

static struct range of_type(const struct prover *v, const char *type)
{
    struct xf_integer t;

    if (strstr(type, "volatile") || !xf_integer_type(&t, type, v->p->long_bits))
        return anything;
    return range_of_type(t);
}

static struct range constant(int64_t value, const struct xf_node *n,
                             const struct prover *v)
{
    struct xf_integer t;
    wide w = value;

    if (*n->type && xf_integer_type(&t, n->type, v->p->long_bits) &&
        !t.is_signed)
        w = (uint64_t)value;
    return (struct range){true, w, w};
}

static bool inside(struct range inner, struct range outer)
{
    return inner.known && outer.known && inner.low >= outer.low &&
           inner.high <= outer.high;
}

static struct range join(struct range a, struct range b)
{
    if (!a.known || !b.known)
        return anything;
    return (struct range){true, a.low < b.low ? a.low : b.low,
                          a.high > b.high ? a.high : b.high};
}

/* When a value is converted to a type that cannot hold all of it. */
static struct range convert(struct range r, struct range type)
{
    return !type.known ? anything : inside(r, type) ? r : type;
}

static struct range range_of(const struct prover *v, const struct xf_node *n,
                             struct xf_point at, unsigned int depth);

/* ---- locals ---------------------------------------------------------------------- */

/* Whether a proof may rest on the value of this variable. */
static bool is_private(const struct prover *v, const struct xf_node *n)
{
    return n->op == XF_OP_VAR && n->local && !strstr(n->type, "volatile") &&
           !xf_definitions_shared(v->body->definitions, (uint32_t)n->value);
}

static struct range of_definitions(const struct prover *v,
                                   const struct xf_node *n,
                                   struct xf_point at, unsigned int depth)
{
    const struct xf_definition **defs;
    size_t count = xf_definitions_reaching(v->body->definitions,
                                           (uint32_t)n->value, at, &defs);
    struct range type = of_type(v, n->type), all = type;

    for (size_t i = 0; i < count && depth; i++) {
        const struct xf_node *d = defs[i]->node;
        struct range one = anything;

        if (defs[i]->kind == XF_DEF_VALUE)
            one = convert(range_of(v, d->kids[d->op == XF_OP_DECL ? 0 : 1],
                                   defs[i]->point, depth - 1),
                          type);
        if (!one.known) {
            all = type;
            break;
        }
        all = i ? join(all, one) : one;
    }
    free(defs);
    return all;
}

/* Cut `r` down to the values x for which `x op c` holds. May become empty:
 * low > high. */
static void cut(struct range *r, const char *op, wide c)
{
    if (!strcmp(op, "==")) {
        r->low = r->low > c ? r->low : c;
        r->high = r->high < c ? r->high : c;
    } else if (!strcmp(op, "<")) {
        r->high = r->high < c - 1 ? r->high : c - 1;
    } else if (!strcmp(op, "<=")) {
        r->high = r->high < c ? r->high : c;
    } else if (!strcmp(op, ">")) {
        r->low = r->low > c + 1 ? r->low : c + 1;
    } else if (!strcmp(op, ">=")) {
        r->low = r->low > c ? r->low : c;
    } else if (r->low == c) {
        r->low++;
    } else if (r->high == c) {
        r->high--;
    }
}

static const struct xf_node *plain(const struct xf_node *n)
{
    while (n->op == XF_OP_CALL && n->nkids > 1 &&
           !strcmp(n->kids[0]->name, "__builtin_expect"))
        n = n->kids[1];
    return n;
}

/* The comparison happens in a type that holds both operands' values as they
 * are, so that it means what it says. */
static bool compares_values(const struct prover *v, const struct xf_node *n,
                            struct range l, struct range r)
{
    struct xf_integer a, b;
    struct range common;

    if (!xf_integer_type(&a, *n->kids[0]->type ? n->kids[0]->type : "int",
                         v->p->long_bits) ||
        !xf_integer_type(&b, *n->kids[1]->type ? n->kids[1]->type : "int",
                         v->p->long_bits))
        return false;
    common = range_of_type(xf_integer_common(a, b));
    return inside(l, common) && inside(r, common);
}

/* What the decisions on the way say about the variable. */
static void refine(const struct prover *v, const struct xf_node *var,
                   struct xf_point at, struct range *r)
{
    for (size_t i = 0; i < v->nguards && r->known; i++) {
        const struct xf_block *g = xf_cfg_block(v->body->cfg, v->guards[i]);
        const struct xf_node *c;
        bool truth = g->guard == XF_GUARD_TRUE;
        struct range constant_range;
        const char *op;
        int64_t value;
        int side;

        if ((!truth && g->guard != XF_GUARD_FALSE) || g->never ||
            !xf_cfg_dominates(v->body->cfg, v->guards[i], at.block) ||
            xf_definitions_between(v->body->definitions, (uint32_t)var->value,
                                   v->guards[i], at))
            continue;
        c = plain(g->condition);
        if (c->op == XF_OP_VAR && c->local && c->value == var->value) {
            cut(r, truth ? "!=" : "==", 0);
            continue;
        }
        if (!want_is_comparison(c))
            continue;
        side = c->kids[0]->op == XF_OP_VAR && c->kids[0]->local &&
                       c->kids[0]->value == var->value
                   ? 1
                   : 0;
        if (!side && !(c->kids[1]->op == XF_OP_VAR && c->kids[1]->local &&
                       c->kids[1]->value == var->value))
            continue;
        if (!xf_tree_value(c->kids[side], v->p->long_bits, &value))
            continue;
        constant_range = constant(value, c->kids[side], v);
        if (!compares_values(v, c, side ? *r : constant_range,
                             side ? constant_range : *r))
            continue;
        op = side ? c->name : want_turned(c->name);
        cut(r, truth ? op : want_negated(op), constant_range.low);
    }
}

/* ---- expressions ------------------------------------------------------------------ */

static struct range of_binary(const struct prover *v, const struct xf_node *n,
                              struct xf_point at, unsigned int depth)
{
    struct range l = range_of(v, n->kids[0], at, depth);
    struct range r = range_of(v, n->kids[1], at, depth);
    struct range type = of_type(v, n->type), out = type;

    if (!strcmp(n->name, "&")) {
        /* A mask that is not negative bounds the result. */
        if (r.known && r.low == r.high && r.low >= 0)
            out = (struct range){true, 0, r.high};
        else if (l.known && l.low == l.high && l.low >= 0)
            out = (struct range){true, 0, l.high};
    } else if (!strcmp(n->name, "%") && l.known && r.known && l.low >= 0 &&
               r.low > 0) {
        out = (struct range){true, 0, r.high - 1};
    } else if (!strcmp(n->name, ">>") && l.known && r.known && l.low >= 0 &&
               r.low == r.high && r.low >= 0 && r.low < 64) {
        out = (struct range){true, l.low >> (int)r.low,
                             l.high >> (int)r.low};
    } else if (want_is_comparison(n) || !strcmp(n->name, "&&") ||
               !strcmp(n->name, "||")) {
        out = (struct range){true, 0, 1};
    } else if (l.known && r.known && !strcmp(n->name, "+")) {
        out = convert((struct range){true, l.low + r.low, l.high + r.high},
                      type);
    } else if (l.known && r.known && !strcmp(n->name, "-")) {
        out = convert((struct range){true, l.low - r.high, l.high - r.low},
                      type);
    }
    return out.known && type.known && inside(out, type) ? out : type;
}

static struct range range_of(const struct prover *v, const struct xf_node *n,
                             struct xf_point at, unsigned int depth)
{
    struct range type = of_type(v, n->type), r;
    int64_t value;

    n = plain(n);
    if (xf_tree_value(n, v->p->long_bits, &value))
        return constant(value, n, v);
    switch (n->op) {
    case XF_OP_VAR:
        if (!is_private(v, n))
            return type;
        r = of_definitions(v, n, at, depth);
        refine(v, n, at, &r);
        return r.known && r.low <= r.high ? r : type;
    case XF_OP_CAST:
        return convert(range_of(v, n->kids[0], at, depth), type);
    case XF_OP_UNARY:
        return !strcmp(n->name, "!") ? (struct range){true, 0, 1} : type;
    case XF_OP_BINARY:
        return strchr(n->type, '*') ? type : of_binary(v, n, at, depth);
    case XF_OP_CONDITIONAL:
        return convert(join(range_of(v, n->kids[1], at, depth),
                            range_of(v, n->kids[2], at, depth)),
                       type);
    default:
        return type;
    }
}

/* ---- contradictions ----------------------------------------------------------------- */

static bool excluded_by_range(const struct prover *v, const struct xf_node *n,
                              bool truth, struct xf_point at)
{
    struct range l, r;
    const char *op;

    n = plain(n);
    if (!want_is_comparison(n)) {
        l = range_of(v, n, at, DEPTH);
        if (!l.known)
            return false;
        return truth ? l.low == 0 && l.high == 0 : l.low > 0 || l.high < 0;
    }
    l = range_of(v, n->kids[0], at, DEPTH);
    r = range_of(v, n->kids[1], at, DEPTH);
    if (!l.known || !r.known || !compares_values(v, n, l, r))
        return false;
    op = truth ? n->name : want_negated(n->name);
    if (!strcmp(op, "<"))
        return l.low >= r.high;
    if (!strcmp(op, "<="))
        return l.low > r.high;
    if (!strcmp(op, ">"))
        return l.high <= r.low;
    if (!strcmp(op, ">="))
        return l.high < r.low;
    if (!strcmp(op, "=="))
        return l.high < r.low || l.low > r.high;
    return l.low == l.high && r.low == r.high && l.low == r.low;
}

/* The same expression over private variables, none of them defined between
 * guard `from` and `at`. */
static bool same_value(const struct prover *v, const struct xf_node *a,
                       const struct xf_node *b, uint32_t from,
                       struct xf_point at)
{
    a = plain(a);
    b = plain(b);
    if (a->op != b->op || a->nkids != b->nkids || strcmp(a->name, b->name) ||
        strcmp(a->type, b->type))
        return false;
    switch (a->op) {
    case XF_OP_VAR:
        return a->value == b->value && is_private(v, a) && b->local &&
               !xf_definitions_between(v->body->definitions,
                                       (uint32_t)a->value, from, at);
    case XF_OP_INT:
        return a->value == b->value;
    case XF_OP_UNARY:
        if (strstr(a->name, "++") || strstr(a->name, "--"))
            return false;
        break;
    case XF_OP_BINARY:
    case XF_OP_CAST:
    case XF_OP_CONDITIONAL:
        break;
    case XF_OP_MEMBER: /* of a private variable only */
        if (strcmp(a->home, b->home) || strstr(a->type, "volatile"))
            return false;
        break;
    default:
        return false;
    }
    for (uint32_t i = 0; i < a->nkids; i++)
        if (!same_value(v, a->kids[i], b->kids[i], from, at))
            return false;
    return true;
}

/* x != 0 is x, x == 0 is !x. */
static const struct xf_node *truth_of(const struct prover *v,
                                      const struct xf_node *n, bool *truth)
{
    int64_t value;

    n = plain(n);
    if (n->op == XF_OP_BINARY &&
        (!strcmp(n->name, "==") || !strcmp(n->name, "!=")) &&
        xf_tree_value(n->kids[1], v->p->long_bits, &value) && !value) {
        *truth ^= *n->name == '=';
        return truth_of(v, n->kids[0], truth);
    }
    return n;
}

/* 1: guard `h` says what guard `g` says, -1: the opposite, 0: something else;
 * `at`: where g is decided. */
static int compare_guards(const struct prover *v, uint32_t h, uint32_t g,
                          struct xf_point at)
{
    const struct xf_block *a = xf_cfg_block(v->body->cfg, h);
    const struct xf_block *b = xf_cfg_block(v->body->cfg, g);
    bool ta = a->guard == XF_GUARD_TRUE, tb = b->guard == XF_GUARD_TRUE;
    const struct xf_node *x, *y;

    if (h == g || a->condition == b->condition ||
        (!ta && a->guard != XF_GUARD_FALSE) ||
        (!tb && b->guard != XF_GUARD_FALSE))
        return 0;
    x = truth_of(v, a->condition, &ta);
    y = truth_of(v, b->condition, &tb);
    if (!same_value(v, x, y, h, at))
        return 0;
    return ta == tb ? 1 : -1;
}

bool feasible_implies(struct program *p, const struct body *body,
                      uint32_t earlier, uint32_t later)
{
    struct prover v = {.p = p, .body = body};
    const struct xf_block *g = xf_cfg_block(body->cfg, later);
    struct xf_point at;

    return g->condition && xf_cfg_point(body->cfg, g->condition, &at) &&
           xf_cfg_dominates(body->cfg, earlier, at.block) &&
           compare_guards(&v, earlier, later, at) == 1;
}

static char *refute_guard(struct prover *v, uint32_t guard)
{
    const struct xf_cfg *cfg = v->body->cfg;
    const struct xf_block *g = xf_cfg_block(cfg, guard);
    bool truth = g->guard == XF_GUARD_TRUE;
    struct xf_point at;
    char *text, *proof;

    if ((!truth && g->guard != XF_GUARD_FALSE) || !g->condition ||
        !xf_cfg_point(cfg, g->condition, &at))
        return NULL;
    for (size_t i = 0; i < v->nguards; i++) {
        const struct xf_block *h = xf_cfg_block(cfg, v->guards[i]);

        if (compare_guards(v, v->guards[i], guard, at) != -1)
            continue;
        return xf_format("line %u decides the opposite of the same values",
                         h->condition->line ? h->condition->line
                                            : h->decider->line);
    }
    if (!excluded_by_range(v, g->condition, truth, at))
        return NULL;
    text = condition_text_of(v->p, v->body, g->condition);
    proof = xf_format("`%s` is never %s by the types, definitions and earlier "
                      "decisions of its operands",
                      text, truth ? "true" : "false");
    free(text);
    return proof;
}

/* Whether the guard is there only because an ignored check did not stop. */
static bool is_ignored(const struct prover *v, uint32_t guard)
{
    const struct xf_cfg *cfg = v->body->cfg;
    const struct xf_block *g = xf_cfg_block(cfg, guard);

    for (size_t i = 0; v->ignored && g->condition && i < v->ignored->len; i++)
        if (v->ignored->items[i] == g->condition->line &&
            condition_stops(cfg, condition_other(cfg, guard)))
            return true;
    return false;
}

static void set_guards(struct prover *v, uint32_t block)
{
    uint32_t *guards;
    size_t n = xf_cfg_guards(v->body->cfg, block, &guards);

    v->nguards = 0;
    for (size_t i = 0; i < n && v->nguards < 64; i++)
        if (!is_ignored(v, guards[i]))
            v->guards[v->nguards++] = guards[i];
    free(guards);
}

/* The labels of a case guard, none of which passes what else was decided about
 * the variable: two switches over it, or a comparison. */
static char *refute_cases(struct prover *v, uint32_t guard,
                          struct xf_point point)
{
    const struct xf_block *g = xf_cfg_block(v->body->cfg, guard);
    struct decided d = {.long_bits = v->p->long_bits, .exact = true};
    struct xf_integer type;
    int64_t value;

    if (g->guard != XF_GUARD_CASE || !is_private(v, g->condition) ||
        !xf_integer_type(&type, g->condition->type, v->p->long_bits) ||
        type.bits < 32 || v->ignored ||
        xf_definitions_between(v->body->definitions,
                               (uint32_t)g->condition->value, guard, point))
        return NULL;
    decided_collect(&d, v->body, g->condition, point);
    for (size_t i = 0; i < g->nlabels; i++)
        if (g->labels[i]->nkids > 2 ||
            !xf_tree_value(g->labels[i]->kids[0], v->p->long_bits, &value) ||
            value < 0 || value > INT32_MAX || decided_allows(&d, value))
            return NULL;
    return xf_format("no case of line %u is left by what else is decided about "
                     "'%s'",
                     g->labels[0]->line ? g->labels[0]->line : g->decider->line,
                     g->condition->name);
}

/* Why a constant of the build excludes the site. Caller frees. */
static char *never_proof(const struct condition *c)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->items[i].role == ROLE_NEVER)
            return xf_format("constant of this build: `%s` %s",
                             c->items[i].text,
                             c->items[i].polarity ? "is never so"
                                                  : "is always so");
    return xf_strdup("constant of this build: a decision on the way never goes "
                     "this way");
}

/* A loop whose parts are not known for sure may end otherwise. */
static bool has_guess(const struct xf_node *n)
{
    if (n->op == XF_OP_FOR && *n->name)
        return true;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (has_guess(n->kids[i]))
            return true;
    return false;
}

/* Whether a macro or an enumerator gives one of the constants. A mask of 0 has
 * a name even where the tree has lost it. */
static bool has_named_constant(const struct xf_node *n)
{
    if (n->op == XF_OP_BINARY && !strcmp(n->name, "&") &&
        ((n->kids[0]->op == XF_OP_INT && !n->kids[0]->value) ||
         (n->kids[1]->op == XF_OP_INT && !n->kids[1]->value)))
        return true;
    if (*n->macro || *n->inner || (n->op == XF_OP_INT && *n->name))
        return true;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (has_named_constant(n->kids[i]))
            return true;
    return false;
}

/* The first of the site's guards that cannot be. */
static char *refute_guards(struct prover *v, struct xf_point point,
                           bool *of_build)
{
    uint32_t *guards;
    size_t n = xf_cfg_guards(v->body->cfg, point.block, &guards);
    char *proof = NULL;

    for (size_t i = 0; i < n && !proof; i++) {
        struct xf_point at;
        const struct xf_block *g = xf_cfg_block(v->body->cfg, guards[i]);

        if (!g->condition || is_ignored(v, guards[i]) ||
            !xf_cfg_point(v->body->cfg, g->condition, &at))
            continue;
        /* Only what was decided before this decision. */
        set_guards(v, at.block);
        proof = refute_guard(v, guards[i]);
        if (!proof && (proof = refute_cases(v, guards[i], point))) {
            *of_build = has_named_constant(g->condition);
        } else if (proof) {
            char *where = xf_format("line %u: %s",
                                    g->condition->line ? g->condition->line
                                                       : g->decider->line,
                                    proof);

            free(proof);
            proof = where;
            *of_build = has_named_constant(g->condition);
        }
    }
    free(guards);
    return proof;
}

char *feasible_refute(struct program *p, const struct site *site,
                      const struct condition *c,
                      const struct assertions *assertions, bool *of_build)
{
    struct prover v = {.p = p, .body = site->body};
    struct xf_point point;
    char *proof;

    *of_build = false;
    if (!site->node || has_guess(site->body->root))
        return NULL;
    if (!c->reachable) {
        *of_build = assertions->len > 0;
        return xf_strdup("every way through the function ends before it or "
                         "leads past it");
    }
    *of_build = !c->live;
    if (!c->live)
        return never_proof(c);
    if (!xf_cfg_point(v.body->cfg, site->node, &point))
        return NULL;
    if (!assertions->len)
        return refute_guards(&v, point, of_build);
    v.ignored = assertions;
    proof = refute_guards(&v, point, of_build);
    *of_build |= proof && assertions->ends;
    if (proof)
        return proof;
    v.ignored = NULL;
    proof = refute_guards(&v, point, of_build);
    *of_build |= proof != NULL;
    return proof;
}
