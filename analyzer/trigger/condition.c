/* SPDX-License-Identifier: GPL-2.0-only */
#include "condition.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "decided.h"
#include "feasible.h"
#include "text.h"
#include "value.h"

#define FRAME ".bug_frames." /* how lower.c names frames of today's Xen */

struct maker {
    struct condition *out;
    struct program *p;
    const struct site *site;
    const struct body *body;
    const struct xf_cfg *cfg;
    size_t inside; /* where the site's own expansion begins */
    uint32_t block; /* of the site */
    const struct xf_node *own; /* statement that checks the predicate, or NULL */
};

const char *role_name(enum role role)
{
    static const char *const names[] = {
        "predicate", "guard", "case",  "default",  "loop",
        "loop-exit", "any",   "check", "constant", "never"};

    return names[role];
}

/* ---- where the site is --------------------------------------------------------- */

static bool is_site(const struct xf_node *n, const struct site *site,
                    size_t begin)
{
    const char *dot;

    /* Hand-written assembly holds its frames somewhere inside. */
    if (*site->macro || site->frame < 0
            ? n->line != (uint32_t)site->line || n->begin != begin
            : begin < n->begin || begin >= n->end)
        return false;
    if (site->frame < 0)
        return n->op == XF_OP_CALL && n->kids[0]->op == XF_OP_FN &&
               !strcmp(n->kids[0]->name, site->callee);
    if (n->op != XF_OP_ASM || n->name[0] != '.')
        return false;
    dot = strrchr(n->name, '.');
    return atoi(dot + 1) == site->frame || !strcmp(dot, ".-1");
}

/* A loop, jump or trap instruction that is a site. */
static const struct xf_node *find_loop(const struct xf_node *n,
                                       const struct site *site, size_t begin)
{
    const struct xf_node *found;

    if (n->line == (uint32_t)site->line && n->begin == begin &&
        (n->op == XF_OP_FOR || n->op == XF_OP_WHILE || n->op == XF_OP_DO ||
         n->op == XF_OP_GOTO || n->op == XF_OP_ASM || n->op == XF_OP_CALL))
        return n;
    for (uint32_t i = 0; i < n->nkids; i++)
        if ((found = find_loop(n->kids[i], site, begin)))
            return found;
    return NULL;
}

bool condition_find_in(struct program *p, struct body *body, struct site *site)
{
    const struct xf_source *src = program_source(p, site->file);
    const struct xf_node **list;
    size_t nth = site->nth, begin, len;

    if (!src || site->line < 1 || (size_t)site->line > src->nlines ||
        program_body(p, body))
        return false;
    begin = src->lines[site->line - 1] + (size_t)site->col - 1;
    list = site->frame < 0 ? body->calls : body->asms;
    len = site->frame < 0 ? body->ncalls : body->nasms;
    site->node = NULL;
    if (!strcmp(site->witness, "loop"))
        site->node = find_loop(body->root, site, begin);
    for (size_t i = 0; i < len && !site->node; i++)
        if (is_site(list[i], site, begin) && !nth--)
            site->node = list[i];
    site->body = site->node ? body : NULL;
    return site->node != NULL;
}

bool condition_find(struct program *p, struct function *function,
                    struct site *site)
{
    for (size_t i = 0; i < function->nbodies; i++)
        if (condition_find_in(p, &function->bodies[i], site))
            return true;
    return false;
}

/* ---- decisions --------------------------------------------------------------- */

/* && || ?: have guards for their operands and for themselves. */
static bool is_compound(const struct xf_node *n)
{
    return n->op == XF_OP_CONDITIONAL ||
           (n->op == XF_OP_BINARY &&
            (!strcmp(n->name, "&&") || !strcmp(n->name, "||")));
}

uint32_t condition_other(const struct xf_cfg *cfg, uint32_t guard)
{
    const struct xf_block *g = xf_cfg_block(cfg, guard);
    uint32_t other = g->guard == XF_GUARD_TRUE    ? guard + 1
                     : g->guard == XF_GUARD_FALSE ? guard - 1
                                                  : XF_CFG_NONE;

    /* The builder makes the two outcomes one after the other. */
    if (other != XF_CFG_NONE &&
        (other >= xf_cfg_count(cfg) ||
         xf_cfg_block(cfg, other)->condition != g->condition))
        return XF_CFG_NONE;
    return other;
}

static bool stops_within(const struct xf_cfg *cfg, uint32_t block,
                         unsigned int depth)
{
    const struct xf_block *b = xf_cfg_block(cfg, block);
    bool any = false;

    if (b->stops)
        return true;
    if (b->returns || !depth)
        return false;
    for (size_t i = 0; i < b->nnext; i++) {
        if (xf_cfg_block(cfg, b->next[i])->never)
            continue;
        if (!stops_within(cfg, b->next[i], depth - 1))
            return false;
        any = true;
    }
    return any;
}

bool condition_stops(const struct xf_cfg *cfg, uint32_t block)
{
    return block != XF_CFG_NONE && stops_within(cfg, block, 24);
}

/* Operators that only pass a truth value on, or turn it round. */
static bool is_sugar(const struct xf_node *parent, const struct xf_node *kid)
{
    if (parent->op == XF_OP_UNARY)
        return !strcmp(parent->name, "!");
    if (parent->op == XF_OP_CAST)
        return !strcmp(parent->type, "_Bool");
    if (parent->op == XF_OP_STATEMENTS ||
        (parent->op == XF_OP_BLOCK && parent->nkids &&
         parent->kids[parent->nkids - 1] == kid))
        return true; /* ({ ...; kid; }), or the end of a statement: no text */
    return parent->op == XF_OP_CALL && parent->nkids >= 2 &&
           parent->kids[1] == kid && parent->kids[0]->op == XF_OP_FN &&
           !strcmp(parent->kids[0]->name, "__builtin_expect");
}

static bool is_hint(const char *macro)
{
    return !strcmp(macro, "likely") || !strcmp(macro, "unlikely");
}

/* The expansion that a literal is the truth of, when a macro spells it:
 * `#define bad(x) (!(x)->good)` decides on good, but is read as bad(x). */
static const struct xf_node *display(const struct maker *m,
                                     const struct xf_node *n, bool *polarity)
{
    const struct xf_node *best = n, *at = n, *up;
    bool turned = false, best_turned = false;

    if (!n->line || n->begin == m->inside)
        return n;
    while ((up = program_parent(m->body, at)) && is_sugar(up, at) &&
           up->begin == n->begin && up->line) {
        if (at->op == XF_OP_BLOCK && up->op != XF_OP_STATEMENTS)
            break;
        turned ^= up->op == XF_OP_UNARY;
        at = up;
        if (*at->macro && !is_hint(at->macro)) {
            best = at;
            best_turned = turned;
        }
    }
    *polarity ^= best_turned;
    return best;
}

static bool is_loop(const struct xf_node *n)
{
    return n->op == XF_OP_FOR || n->op == XF_OP_WHILE || n->op == XF_OP_DO;
}

/* Whether `n` is inside of a macro's expansion, and not all of it. */
static bool is_part_of_expansion(const struct maker *m, const struct xf_node *n)
{
    if (!n->line || (*n->macro && !is_hint(n->macro)))
        return false;
    for (const struct xf_node *up = program_parent(m->body, n); up;
         up = program_parent(m->body, up)) {
        if (up->line && up->begin != n->begin)
            return false;
        if (up->line && *up->macro && !is_hint(up->macro))
            return true;
    }
    return false;
}

/* The condition as text; polarity turns when the text says the opposite. */
static char *condition_text(const struct maker *m, const struct xf_node *n,
                            bool *polarity)
{
    const struct xf_node *shown = display(m, n, polarity);

    return text_of(m->p, m->body, shown,
                   is_part_of_expansion(m, shown) ? shown->begin : m->inside);
}

/* Whether some name in the constant is worth showing. */
static bool is_named(const struct xf_node *n)
{
    if (*n->macro || *n->inner || (n->op == XF_OP_INT && *n->name))
        return strcmp(n->macro, "true") && strcmp(n->macro, "false");
    for (uint32_t i = 0; i < n->nkids; i++)
        if (is_named(n->kids[i]))
            return true;
    return false;
}

static struct literal *add(struct maker *m, enum role role, char *text,
                           bool polarity, int line)
{
    struct condition *c = m->out;
    struct literal l = {.role = role, .text = text, .polarity = polarity,
                        .line = line, .guard = XF_CFG_NONE};

    XF_GROW(c->items, c->len, c->cap);
    c->items[c->len] = l;
    return &c->items[c->len++];
}

/* The statement that a decision belongs to: an operand of && is part of the
 * condition of an if. */
static const struct xf_node *statement_of(const struct maker *m,
                                          const struct xf_block *g)
{
    const struct xf_node *n = g->decider;

    while (n && n->op >= XF_OP_VAR)
        n = program_parent(m->body, n);
    return n;
}

static bool is_in_expansion(const struct maker *m, const struct xf_node *n)
{
    return n && n->line == m->site->node->line && n->begin == m->inside;
}

/* The statement in the macro that makes the site that decides last; NULL when
 * the macro decides nothing. */
static const struct xf_node *find_own(const struct maker *m)
{
    for (uint32_t b = m->block; b != XF_CFG_NONE;
         b = xf_cfg_block(m->cfg, b)->idom) {
        const struct xf_block *g = xf_cfg_block(m->cfg, b);
        const struct xf_node *n;

        if (g->guard == XF_GUARD_NONE || !g->decider)
            continue;
        n = statement_of(m, g);
        return is_in_expansion(m, n) ? n : NULL;
    }
    return NULL;
}

/* Whether the decision is what the macro that makes the site checks. Of
 * several decisions of a macro that also does other things, the last one is
 * what the predicate stands for. */
static bool is_own(const struct maker *m, const struct xf_block *g)
{
    const struct xf_node *n;

    if (!g->decider || !m->site->node || !*m->site->macro)
        return false;
    n = statement_of(m, g);
    return is_in_expansion(m, n) &&
           (!*m->site->condition || !m->own || n == m->own);
}

static char *value_text(const struct maker *m, const struct xf_node *n)
{
    bool polarity = true;

    return condition_text(m, n, &polarity);
}

/* What a switch decides on, as an operand. */
static char *selector(const struct maker *m, const struct xf_block *g)
{
    bool polarity = true;
    char *text = condition_text(m, g->condition, &polarity);
    char *operand = text_operand(text);

    free(text);
    return operand;
}

/* A switch that a macro spells would be named like its cases: 8 == 4. */
static char *case_of_expansion(const struct maker *m, const struct xf_block *g)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < g->nlabels; i++) {
        if (g->labels[i]->op != XF_OP_CASE)
            continue;
        xf_buf_adds(&out, out.len ? " || " : "");
        xf_tree_print(&out, g->condition);
        xf_buf_adds(&out, " == ");
        xf_tree_print(&out, g->labels[i]->kids[0]);
    }
    for (const struct xf_node *n = g->decider; n;
         n = program_parent(m->body, n))
        if (*n->macro && !is_hint(n->macro)) {
            xf_buf_addf(&out, " in %s()", n->macro);
            break;
        }
    return xf_buf_detach(&out);
}

static char *case_text(const struct maker *m, const struct xf_block *g)
{
    struct xf_buf out = XF_BUF_INIT;
    int64_t value;
    char *what;

    if (g->decider->line && g->condition->begin == g->decider->begin &&
        xf_tree_value(g->condition, m->p->long_bits, &value))
        return case_of_expansion(m, g);
    what = selector(m, g);
    for (size_t i = 0; i < g->nlabels; i++) {
        const struct xf_node *l = g->labels[i];
        char *first = value_text(m, l->kids[0]);

        if (out.len)
            xf_buf_adds(&out, " || ");
        if (l->nkids == 3) {
            char *last = value_text(m, l->kids[1]);

            xf_buf_addf(&out, "(%s >= %s && %s <= %s)", what, first, what,
                        last);
            free(last);
        } else {
            xf_buf_addf(&out, "%s == %s", what, first);
        }
        free(first);
    }
    free(what);
    return xf_buf_detach(&out);
}

static void add_cases(struct xf_buf *out, const struct maker *m,
                      const struct xf_node *n, unsigned int *count)
{
    if (n->op == XF_OP_CASE) {
        char *text = value_text(m, n->kids[0]);

        if (++*count <= 8)
            xf_buf_addf(out, "%s%s%s", *count > 1 ? ", " : "", text,
                        n->nkids == 3 ? "..." : "");
        free(text);
    }
    if (n->op < XF_OP_VAR && n->op != XF_OP_SWITCH)
        for (uint32_t i = 0; i < n->nkids; i++)
            add_cases(out, m, n->kids[i], count);
}

static char *default_text(const struct maker *m, const struct xf_block *g)
{
    struct xf_buf out = XF_BUF_INIT;
    unsigned int count = 0;
    char *what = selector(m, g);

    xf_buf_addf(&out, "%s is none of ", what);
    add_cases(&out, m, g->decider->kids[1], &count);
    if (count > 8)
        xf_buf_addf(&out, " and %u more", count - 8);
    free(what);
    return xf_buf_detach(&out);
}

/* An invocation; one that holds whole statements by its name. */
static char *invocation(const struct maker *m, const struct xf_node *n)
{
    char *text = text_slice(m->p, m->body, n->begin, n->begin);

    if (text && strlen(text) > 100) {
        text[strcspn(text, "(")] = '\0';
        char *brief = xf_format("%s(...)", text);

        free(text);
        return brief;
    }
    return text;
}

/* Whether the outcome goes on with the loop; ! between turns it round. */
static bool goes_round(const struct maker *m, const struct xf_block *g)
{
    bool truth = g->guard == XF_GUARD_TRUE;

    for (const struct xf_node *n = g->condition; n && n != g->decider;
         n = program_parent(m->body, n))
        truth ^= n != g->condition && n->op == XF_OP_UNARY &&
                 !strcmp(n->name, "!");
    return truth;
}

/* Whether a macro spells the loop: the source does not begin with its word. */
static bool is_spelled_by_macro(const struct maker *m, const struct xf_node *n)
{
    static const char *const words[] = {"for", "while", "do"};
    size_t len;
    const struct xf_source *src = program_source(m->p, m->body->function->file);

    if (*n->macro)
        return true;
    if (!src || !n->line || n->begin >= src->len)
        return false;
    len = strspn(src->text + n->begin, "abcdefghijklmnopqrstuvwxyz_");
    for (size_t i = 0; i < 3; i++)
        if (strlen(words[i]) == len &&
            !strncmp(src->text + n->begin, words[i], len))
            return false;
    return true;
}

static char *loop_text(const struct maker *m, const struct xf_block *g)
{
    const struct xf_node *loop = g->decider;

    if (is_spelled_by_macro(m, loop)) {
        char *text = invocation(m, loop);

        if (text)
            return text;
    }
    return text_of(m->p, m->body, loop->kids[loop->op == XF_OP_WHILE ? 0 : 1],
                   m->inside);
}

/* A check that is spelled by a macro is named by its invocation. */
static char *check_text(const struct maker *m, const struct xf_block *g,
                        bool *polarity)
{
    char *text = NULL;

    if (g->condition->begin != m->inside &&
        is_part_of_expansion(m, g->condition))
        text = invocation(m, g->condition);
    if (!text)
        return condition_text(m, g->condition, polarity);
    *polarity = true;
    return text;
}

static int line_of(const struct maker *m, const struct xf_node *n)
{
    while (n && !n->line)
        n = program_parent(m->body, n);
    return n ? (int)n->line : 0;
}

/* Whether the site could not be reached if the constant were another one. */
static bool is_needed(const struct maker *m, uint32_t guard)
{
    uint32_t other = condition_other(m->cfg, guard);
    size_t n = xf_cfg_count(m->cfg), depth = 0;
    uint32_t *stack;
    char *seen;
    bool reached = false;

    if (other == XF_CFG_NONE)
        return true;
    stack = xf_calloc(n + 1, sizeof(*stack));
    seen = xf_calloc(n, 1);
    seen[guard] = seen[other] = 1;
    stack[depth++] = other;
    while (depth && !reached) {
        const struct xf_block *b = xf_cfg_block(m->cfg, stack[--depth]);

        reached = b == xf_cfg_block(m->cfg, m->block);
        for (size_t i = 0; i < b->nnext; i++)
            if (!seen[b->next[i]]) {
                seen[b->next[i]] = 1;
                stack[depth++] = b->next[i];
            }
    }
    free(stack);
    free(seen);
    return !reached;
}

/* Whether the other outcome stops, while this one goes on. Of an if that stops
 * either way, here or there, the outcome says why it is here; a BUG_ON() only
 * says so of itself. */
static bool is_check(const struct maker *m, uint32_t guard)
{
    const struct xf_block *g = xf_cfg_block(m->cfg, guard);

    if (!condition_stops(m->cfg, condition_other(m->cfg, guard)))
        return false;
    return !condition_stops(m->cfg, guard) ||
           is_part_of_expansion(m, statement_of(m, g)) ||
           !((g->decider->op == XF_OP_IF && g->decider->nkids > 2) ||
             xf_cfg_postdominates(m->cfg, m->block, guard));
}

/* An if of a macro that tests its own variable, as `rc = (p); if ( rc ) goto
 * done;`: the invocation says more than the variable. NULL for others. */
static char *passed_text(const struct maker *m, const struct xf_block *g)
{
    const struct xf_node *n = statement_of(m, g), *c = g->condition;
    char *what, *text;

    while (c->op == XF_OP_CAST || c->op == XF_OP_UNARY)
        c = c->kids[0];
    if (!n || n->op != XF_OP_IF || !n->line || n->begin == m->inside ||
        n->begin != g->condition->begin || c->op != XF_OP_VAR || !c->local)
        return NULL;
    what = invocation(m, n);
    text = what ? xf_format("`%s` going on", what) : NULL;
    free(what);
    return text;
}

/* The literal of a guard, or nothing. */
static void add_guard(struct maker *m, uint32_t block)
{
    const struct xf_block *g = xf_cfg_block(m->cfg, block);
    bool polarity = g->guard == XF_GUARD_TRUE, truth = polarity;
    int line = line_of(m, g->condition ? g->condition : g->decider);
    int64_t value;
    enum role role = ROLE_GUARD;
    char *text, *passed = NULL;

    if (g->guard == XF_GUARD_JUMP) {
        text = xf_strdup("the jump of the assembly or computed goto");
        polarity = true;
    } else if ((g->guard == XF_GUARD_CASE || g->guard == XF_GUARD_DEFAULT) &&
               !g->never && g->condition->begin == g->decider->begin &&
               xf_tree_value(g->condition, m->p->long_bits, &value)) {
        return; /* a macro that picks by the size of its argument */
    } else if (g->guard == XF_GUARD_CASE) {
        role = g->never ? ROLE_NEVER : ROLE_CASE;
        polarity = true;
        text = case_text(m, g);
    } else if (g->guard == XF_GUARD_DEFAULT) {
        role = ROLE_DEFAULT;
        polarity = true;
        text = default_text(m, g);
    } else {
        bool constant = xf_tree_value(g->condition, m->p->long_bits, &value);

        if (constant && !g->never && !is_named(g->condition))
            return;
        role = g->never                 ? ROLE_NEVER
               : constant               ? ROLE_CONSTANT
               : !is_loop(g->decider)   ? ROLE_GUARD
               : goes_round(m, g)       ? ROLE_LOOP
                                        : ROLE_LOOP_EXIT;
        if (role == ROLE_LOOP && g->decider->op == XF_OP_DO)
            return; /* the iteration before went round */
        if (role == ROLE_CONSTANT && !is_needed(m, block))
            return;
        if (role == ROLE_GUARD && is_check(m, block))
            role = ROLE_CHECK;
        if (role == ROLE_LOOP || role == ROLE_LOOP_EXIT)
            polarity = role == ROLE_LOOP; /* the text is all of its condition */
        if (role == ROLE_GUARD && (passed = passed_text(m, g)))
            polarity = true;
        text = passed ? passed
               : role == ROLE_LOOP || role == ROLE_LOOP_EXIT ? loop_text(m, g)
               : role == ROLE_CHECK ? check_text(m, g, &polarity)
                                    : condition_text(m, g->condition, &polarity);
    }
    if (is_own(m, g) && role != ROLE_NEVER && role != ROLE_CONSTANT)
        role = ROLE_PREDICATE;
    struct literal *l = add(m, role, text, polarity, line);

    l->guard = block;
    l->node = g->condition;
    l->truth = truth;
    l->words = passed != NULL;
    l->counts = g->decider->op == XF_OP_FOR;
}

/* ---- several ways -------------------------------------------------------------- */

#define WAYS 12

static char *guard_phrase(struct maker *m, uint32_t block)
{
    const struct xf_block *g = xf_cfg_block(m->cfg, block);
    bool polarity = g->guard == XF_GUARD_TRUE;
    char *text, *out;

    if (g->guard == XF_GUARD_CASE)
        return case_text(m, g);
    if (g->guard == XF_GUARD_DEFAULT)
        return default_text(m, g);
    if (g->guard == XF_GUARD_JUMP)
        return xf_strdup("the jump");
    text = condition_text(m, g->condition, &polarity);
    if (polarity)
        return text;
    out = text_negated(text);
    free(text);
    return out;
}

/* Whether guard `a` says no more than `b` does: an operand of b's && or ||, or
 * the other way round. */
static bool same_decision(struct maker *m, uint32_t a, uint32_t b)
{
    const struct xf_node *n = xf_cfg_block(m->cfg, a)->condition;
    const struct xf_node *whole = xf_cfg_block(m->cfg, b)->condition;

    if (!n || !whole || !is_compound(whole))
        return false;
    while (n && n != whole)
        n = program_parent(m->body, n);
    return n != NULL;
}

/* Whether every way from the dominator that does not lead to `block` stops. */
static bool others_stop(const struct maker *m, uint32_t block,
                        uint32_t dominator)
{
    size_t n = xf_cfg_count(m->cfg), depth = 0;
    uint32_t *stack = xf_calloc(n + 1, sizeof(*stack));
    char *seen = xf_calloc(n, 1);
    bool all = true;

    seen[block] = seen[dominator] = 1;
    stack[depth++] = dominator;
    while (depth && all) {
        const struct xf_block *b = xf_cfg_block(m->cfg, stack[--depth]);

        if (b->stops)
            continue;
        all = !b->returns;
        for (size_t i = 0; i < b->nnext; i++) {
            uint32_t next = b->next[i];

            /* Round a loop again: it did not begin to differ here. */
            all &= next != dominator && next != XF_CFG_EXIT;
            if (!seen[next] && !xf_cfg_block(m->cfg, next)->never) {
                seen[next] = 1;
                stack[depth++] = next;
            }
        }
    }
    free(stack);
    free(seen);
    return all;
}

/* A block where ways meet that began to differ behind its dominator: the
 * decisions that led here. */
static void add_ways(struct maker *m, uint32_t block, uint32_t dominator)
{
    uint32_t *guards, ways[WAYS];
    size_t n = xf_cfg_depends(m->cfg, block, &guards), len = 0, all = 0;
    struct xf_buf out = XF_BUF_INIT;
    struct literal *l;
    int line = 0;

    for (size_t i = 0; i < n; i++) {
        bool part = false;

        if (xf_cfg_dominates(m->cfg, block, guards[i]) ||
            xf_cfg_dominates(m->cfg, guards[i], block) ||
            !xf_cfg_dominates(m->cfg, dominator, guards[i]) ||
            xf_cfg_block(m->cfg, guards[i])->never)
            continue;
        for (size_t k = 0; k < n && !part; k++)
            part = k != i && same_decision(m, guards[i], guards[k]);
        if (part)
            continue;
        if (all++ < WAYS)
            ways[len++] = guards[i];
    }
    for (size_t i = 0; i < len; i++) {
        const struct xf_block *g = xf_cfg_block(m->cfg, ways[i]);
        char *text = guard_phrase(m, ways[i]);
        int at = line_of(m, g->condition ? g->condition : g->decider);

        xf_buf_addf(&out, "%s%s (line %d)", i ? ", or " : "", text, at);
        line = line ? line : at;
        free(text);
    }
    if (all > len)
        xf_buf_addf(&out, ", or %zu more", all - len);
    free(guards);
    if (!len) {
        xf_buf_release(&out);
        return;
    }
    l = add(m, others_stop(m, block, dominator) ? ROLE_CHECK : ROLE_ANY,
            xf_buf_detach(&out), true, line);
    l->guards = xf_calloc(len, sizeof(*l->guards));
    memcpy(l->guards, ways, len * sizeof(*ways));
    l->nguards = len;
}

static bool is_compound_guard(const struct xf_block *b)
{
    return (b->guard == XF_GUARD_TRUE || b->guard == XF_GUARD_FALSE) &&
           b->condition && is_compound(b->condition);
}

static void walk_dominators(struct maker *m, uint32_t block)
{
    size_t n = 0, cap = 0;
    uint32_t *chain = NULL;

    for (uint32_t b = block; b != XF_CFG_NONE;
         b = xf_cfg_block(m->cfg, b)->idom) {
        XF_GROW(chain, n, cap);
        chain[n++] = b;
    }
    while (n-- > 0) {
        const struct xf_block *b = xf_cfg_block(m->cfg, chain[n]);

        if (b->nprev > 1 && b->idom != XF_CFG_NONE && !is_compound_guard(b) &&
            !xf_cfg_postdominates(m->cfg, chain[n], b->idom))
            add_ways(m, chain[n], b->idom);
        if (b->guard != XF_GUARD_NONE)
            add_guard(m, chain[n]);
    }
    free(chain);
}

/* ---- cases ---------------------------------------------------------------------- */

/* Whether the local is what it was at the guard when control is at `point`,
 * and nobody else can write it. */
static bool is_settled(const struct maker *m, const struct xf_node *n,
                       uint32_t guard, struct xf_point point)
{
    return n && n->op == XF_OP_VAR && n->local &&
           !strstr(n->type, "volatile") &&
           !xf_definitions_shared(m->body->definitions, (uint32_t)n->value) &&
           !xf_definitions_between(m->body->definitions, (uint32_t)n->value,
                                   guard, point);
}

/* `x == A || x == B` for the labels that everything decided about x allows.
 * NULL when that are all, none, or it is not known. Caller frees. */
static char *cases_left(const struct maker *m, const struct xf_block *g,
                        const struct decided *d)
{
    struct xf_block left = *g;
    char *text = NULL;
    int64_t value;

    if (d->len < 2 || d->len == DECIDED_MAX)
        return NULL;
    left.labels = xf_calloc(g->nlabels + 1, sizeof(*left.labels));
    left.nlabels = 0;
    for (size_t i = 0; i < g->nlabels; i++)
        if (g->labels[i]->nkids > 2 ||
            !xf_tree_value(g->labels[i]->kids[0], m->p->long_bits, &value) ||
            decided_allows(d, value))
            left.labels[left.nlabels++] = g->labels[i];
    if (left.nlabels)
        text = case_text(m, &left);
    free(left.labels);
    return text;
}

/* Whether literal `l` is about the variable of the case alone, and so part of
 * which cases are left. */
static bool is_settled_by_case(const struct maker *m, const struct literal *l,
                               const struct literal *of, struct xf_point point)
{
    struct decided d = {.long_bits = m->p->long_bits};

    if ((l->role != ROLE_CASE && l->role != ROLE_DEFAULT &&
         l->role != ROLE_GUARD) ||
        l->guard == XF_CFG_NONE ||
        !is_settled(m, of->node, l->guard, point))
        return false;
    decided_add(&d, xf_cfg_block(m->cfg, l->guard), of->node);
    return d.len > 0;
}

/* ---- folding -------------------------------------------------------------------- */

static void drop(struct condition *c, size_t i)
{
    free(c->items[i].text);
    free(c->items[i].guards);
    memmove(c->items + i, c->items + i + 1,
            (c->len - i - 1) * sizeof(*c->items));
    c->len--;
}

static bool is_plain(const struct literal *l)
{
    return l->role == ROLE_GUARD || l->role == ROLE_CHECK ||
           l->role == ROLE_PREDICATE || l->role == ROLE_LOOP ||
           l->role == ROLE_LOOP_EXIT || l->role == ROLE_NEVER;
}

/* Whether a macro spells the whole decision, other than that of the site. */
static bool is_invocation(const struct maker *m, const struct xf_node *n)
{
    bool polarity = true;

    n = display(m, n, &polarity);
    return *n->macro && !is_hint(n->macro) && n->begin != m->inside;
}

/* The whole of an && that held says what its operands say, and the other way
 * round; one of them is enough. A macro's invocation is shown whole. */
static void fold_compounds(struct maker *m)
{
    struct condition *c = m->out;

    for (size_t i = 0; i < c->len; i++) {
        const struct xf_node *whole = c->items[i].node;
        bool both, keep;

        if (!whole || c->items[i].guard == XF_CFG_NONE || !is_compound(whole) ||
            !is_plain(&c->items[i]))
            continue;
        both = whole->op == XF_OP_BINARY &&
               (*whole->name == '&') == c->items[i].truth;
        keep = !both || is_invocation(m, whole) ||
               c->items[i].role == ROLE_LOOP;
        if (!keep) {
            drop(c, i--);
            continue;
        }
        for (size_t k = i; k-- > 0;)
            if (is_plain(&c->items[k]) && c->items[k].guard != XF_CFG_NONE &&
                c->items[k].node != whole &&
                same_decision(m, c->items[k].guard, c->items[i].guard)) {
                drop(c, k);
                i--;
            }
    }
}

/* Several cases and comparisons of one variable, which nobody changes in
 * between, are one: the cases that are left. */
static void fold_cases(const struct maker *m)
{
    struct condition *c = m->out;
    struct xf_point point;

    if (!m->site->node || !xf_cfg_point(m->cfg, m->site->node, &point))
        return;
    for (size_t i = c->len; i-- > 0;) {
        struct decided d = {.long_bits = m->p->long_bits};
        char *text;

        if (c->items[i].role != ROLE_CASE ||
            !is_settled(m, c->items[i].node, c->items[i].guard, point))
            continue;
        decided_collect(&d, m->body, c->items[i].node, point);
        text = cases_left(m, xf_cfg_block(m->cfg, c->items[i].guard), &d);
        if (!text)
            continue;
        free(c->items[i].text);
        c->items[i].text = text;
        for (size_t k = c->len; k-- > 0;)
            if (k != i && is_settled_by_case(m, &c->items[k], &c->items[i],
                                             point)) {
                drop(c, k);
                i -= k < i;
            }
    }
}

static bool fold_same(const struct literal *a, const struct literal *b)
{
    return a->role == b->role && a->polarity == b->polarity &&
           (a->line == b->line || a->role == ROLE_CONSTANT ||
            a->role == ROLE_NEVER) &&
           !strcmp(a->text, b->text);
}

/* A later literal that an earlier one settles says nothing new. */
static bool fold_implied(const struct maker *m, const struct literal *a,
                         const struct literal *b)
{
    return b->role == ROLE_GUARD && a->guard != XF_CFG_NONE &&
           (a->role == ROLE_GUARD || a->role == ROLE_CHECK) &&
           feasible_implies(m->p, m->body, a->guard, b->guard);
}

static void fold_equal(const struct maker *m)
{
    struct condition *c = m->out;

    for (size_t i = 0; i < c->len; i++)
        for (size_t k = i + 1; k < c->len; k++)
            if (fold_same(&c->items[i], &c->items[k]) ||
                fold_implied(m, &c->items[i], &c->items[k]))
                drop(c, k--);
}

/* The predicate as written in a BUG_ON() or ASSERT() replaces its parts. */
static void use_predicate(struct maker *m)
{
    struct condition *c = m->out;
    bool fires_when_true = !strcmp(m->site->kind, "BUG_ON");
    uint32_t *guards = NULL;
    size_t n = 0, cap = 0;
    const struct xf_node *node = NULL;
    bool truth = fires_when_true;
    struct literal *l;

    for (size_t i = 0; i < c->len; i++) {
        if (c->items[i].role != ROLE_PREDICATE)
            continue;
        XF_GROW(guards, n, cap);
        guards[n++] = c->items[i].guard;
        node = c->items[i].node;
        truth = c->items[i].truth;
        drop(c, i--);
    }
    l = add(m, ROLE_PREDICATE, xf_strdup(m->site->condition), fires_when_true,
            m->site->line);
    l->node = node;
    l->truth = truth;
    l->guard = n ? guards[n - 1] : XF_CFG_NONE;
    l->guards = guards;
    l->nguards = n;
}

/* Assembly decides for itself. */
static void add_assembly(struct maker *m)
{
    const struct site *site = m->site;
    struct condition *c = m->out;

    if (!strcmp(site->witness, "asm"))
        add(m, ROLE_PREDICATE,
            xf_format("the assembly of %s gets to line %d", site->function,
                      site->line),
            true, site->line);
    else if (site->frame >= 0 && !*site->macro)
        add(m, ROLE_PREDICATE,
            xf_format("the inline assembly of %s jumps to its bug frame",
                      site->function),
            true, site->line);
    for (size_t i = c->len; i-- > 0;)
        c->items[i].assembly = c->items[i].role == ROLE_PREDICATE &&
                               c->items[i].guard == XF_CFG_NONE;
}

/* Without a predicate of its own a site is there because of the last
 * decision. */
static void choose_predicate(struct condition *c)
{
    size_t at = c->len;

    for (size_t i = 0; i < c->len; i++)
        if (c->items[i].role == ROLE_PREDICATE)
            return;
    for (size_t i = c->len; i-- > 0 && at == c->len;)
        if (c->items[i].role == ROLE_GUARD || c->items[i].role == ROLE_CASE ||
            c->items[i].role == ROLE_DEFAULT || c->items[i].role == ROLE_ANY)
            at = i;
    if (at < c->len && c->items[at].role == ROLE_GUARD)
        c->items[at].role = ROLE_PREDICATE;
}

char *condition_text_of(struct program *p, const struct body *body,
                        const struct xf_node *node)
{
    const struct maker m = {.p = p, .body = body, .inside = SIZE_MAX};
    bool polarity = true;

    node = display(&m, node, &polarity);
    return text_of(p, body, node,
                   is_part_of_expansion(&m, node) ? node->begin : SIZE_MAX);
}

void condition_make(struct condition *out, struct program *p,
                    const struct site *site)
{
    struct maker m = {out, p, site, site->body, NULL, SIZE_MAX, XF_CFG_NONE,
                      NULL};
    struct xf_point point;

    memset(out, 0, sizeof(*out));
    out->reachable = out->live = true;
    if (site->node) {
        m.cfg = site->body->cfg;
        m.inside = *site->macro ? site->node->begin : SIZE_MAX;
        if (!xf_cfg_point(m.cfg, site->node, &point)) {
            out->reachable = out->live = false;
        } else {
            const struct xf_block *b = xf_cfg_block(m.cfg, point.block);

            out->reachable = b->reachable;
            out->live = b->live;
            m.block = point.block;
            if (*site->macro)
                m.own = find_own(&m);
            if (b->reachable)
                walk_dominators(&m, point.block);
        }
    }
    fold_compounds(&m);
    if (*site->condition)
        use_predicate(&m);
    else
        add_assembly(&m);
    fold_equal(&m);
    fold_cases(&m);
    choose_predicate(out);
}

void condition_of_call(struct condition *out, struct program *p,
                       struct body *body, const struct xf_node *call)
{
    const struct site site = {.kind = "", .macro = "", .condition = "",
                              .callee = "", .witness = "", .body = body,
                              .node = call, .function = body->function->name,
                              .file = body->function->file};
    struct maker m = {out, p, &site, body, body->cfg, SIZE_MAX, XF_CFG_NONE,
                      NULL};
    struct xf_point point;

    memset(out, 0, sizeof(*out));
    if (!xf_cfg_point(body->cfg, call, &point) ||
        !xf_cfg_block(body->cfg, point.block)->reachable)
        return;
    out->reachable = true;
    out->live = xf_cfg_block(body->cfg, point.block)->live;
    m.block = point.block;
    walk_dominators(&m, point.block);
    fold_compounds(&m);
    fold_equal(&m);
    fold_cases(&m);
}

void condition_release(struct condition *c)
{
    for (size_t i = 0; i < c->len; i++) {
        free(c->items[i].text);
        free(c->items[i].guards);
    }
    free(c->items);
    memset(c, 0, sizeof(*c));
}

/* ---- words ---------------------------------------------------------------------- */

static char *phrase(const struct literal *l)
{
    if (l->role == ROLE_DEFAULT || l->role == ROLE_ANY || l->polarity ||
        l->role == ROLE_LOOP)
        return xf_strdup(l->text);
    return text_negated(l->text);
}

/* The last decision when no literal is the predicate. */
static size_t last_decision(const struct condition *c)
{
    for (size_t i = c->len; i-- > 0;)
        if (c->items[i].role == ROLE_CASE || c->items[i].role == ROLE_DEFAULT ||
            c->items[i].role == ROLE_ANY)
            return i;
    return c->len;
}

size_t condition_first_predicate(const struct condition *c)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->items[i].role == ROLE_PREDICATE)
            return i;
    return last_decision(c);
}

bool condition_is_predicate(const struct condition *c, size_t i)
{
    size_t first = condition_first_predicate(c);

    return i == first ||
           (i > first && c->items[first].role == ROLE_PREDICATE &&
            c->items[i].role == ROLE_PREDICATE);
}

static void add_phrase(struct xf_buf *out, const struct literal *l)
{
    char *text = phrase(l);

    if (l->role == ROLE_ANY && l->nguards > 3)
        xf_buf_addf(out, "one of %zu ways from line %d on", l->nguards,
                    l->line);
    else if (l->role == ROLE_ANY)
        xf_buf_addf(out, "(%s)", text);
    else if (l->role == ROLE_DEFAULT || l->assembly || l->words)
        xf_buf_adds(out, text);
    else
        xf_buf_addf(out, "`%s`", text);
    free(text);
}

char *condition_predicate(const struct condition *c)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < c->len; i++)
        if (condition_is_predicate(c, i)) {
            char *text = phrase(&c->items[i]);

            xf_buf_addf(&out, "%s%s", out.len ? " && " : "", text);
            free(text);
        }
    return xf_buf_detach(&out);
}

static void add_group(struct xf_buf *out, const struct condition *c,
                      enum role role, const char *lead)
{
    size_t n = 0;

    for (size_t i = 0; i < c->len; i++) {
        const struct literal *l = &c->items[i];
        bool guard = l->role == ROLE_GUARD || l->role == ROLE_CASE ||
                     l->role == ROLE_DEFAULT || l->role == ROLE_ANY;

        if (condition_is_predicate(c, i) ||
            (role == ROLE_GUARD ? !guard : l->role != role) ||
            (role == ROLE_LOOP_EXIT && l->counts))
            continue;
        xf_buf_adds(out, n++ ? " and " : lead);
        if (role == ROLE_LOOP_EXIT)
            xf_buf_addf(out, "`%s`", l->text);
        else
            add_phrase(out, l);
    }
}

char *condition_way(const struct condition *c)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < c->len; i++) {
        const struct literal *l = &c->items[i];

        if (l->role == ROLE_CHECK || l->role == ROLE_LOOP_EXIT ||
            l->role == ROLE_LOOP)
            continue;
        xf_buf_adds(&out, out.len ? " and " : "");
        if (l->role == ROLE_NEVER)
            xf_buf_adds(&out, "(not in this build) ");
        add_phrase(&out, l);
    }
    return xf_buf_detach(&out);
}

char *condition_sentence(const struct condition *c, const struct site *site)
{
    struct xf_buf out = XF_BUF_INIT;
    bool any = false;

    if (!c->reachable) {
        xf_buf_adds(&out, "no way through the function leads here");
        return xf_buf_detach(&out);
    }
    for (size_t i = 0; i < c->len; i++)
        if (condition_is_predicate(c, i)) {
            xf_buf_adds(&out, any ? " and " : "fires when ");
            add_phrase(&out, &c->items[i]);
            any = true;
        }
    if (!any)
        xf_buf_addf(&out, "fires whenever control gets here in %s()",
                    site->function);
    add_group(&out, c, ROLE_GUARD, ", after ");
    add_group(&out, c, ROLE_LOOP, ", on some iteration of ");
    add_group(&out, c, ROLE_LOOP_EXIT, ", after the loop over ");
    add_group(&out, c, ROLE_CONSTANT, "; this build has ");
    add_group(&out, c, ROLE_NEVER, "; this build excludes it: ");
    return xf_buf_detach(&out);
}
