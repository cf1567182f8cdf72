/* SPDX-License-Identifier: GPL-2.0-only */
#include "origin.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "condition.h"
#include "value.h"

#define BUDGET 600  /* nodes looked at for one literal */
#define HOPS 9      /* steps of a chain */
#define CALLERS 24  /* of a function, followed to their arguments */
#define WRITERS 12  /* of a global or member */
#define SITES 16    /* calls of it in one caller */
#define CALLEES 12  /* of a call through a pointer */

/* How much farther away a value is behind such a step. */
enum {
    STEP = 1,
    THROUGH_GLOBAL = 3,
    THROUGH_MEMBER = 6,
    INDEX = 9,  /* that an index is wrong, rather than its bound */
    BOUND = 20, /* the bound itself */
    BESIDE = 4
};

struct step {
    const struct step *before;
    const char *text; /* what, */
    const char *file; /* where, "" when the text says all */
    uint32_t line;
};

struct trace {
    struct program *p;
    struct sources *s;
    struct origins *out;
    struct xf_pointers seen[WANTS]; /* nodes, by want */
    unsigned int budget;
};

struct frame;

/* Where a value is looked at. */
struct place {
    struct body *body;
    struct xf_point point;
    const struct step *steps;
    unsigned int hops, distance;
    bool state; /* found in what Xen keeps in memory */
    bool content; /* what the value points to is asked for, not the value */
    const struct frame *frame; /* the call through which we came into the
                                  function; NULL: any caller */
};

struct frame {
    const struct xf_node *call;
    const struct place *at; /* of the call */
};

static void follow(struct trace *t, const struct xf_node *n,
                   const struct place *at, enum want want);
static void follow_content(struct trace *t, const struct xf_node *pointer,
                           const struct place *at, enum want want);

/* ---- results ------------------------------------------------------------------- */

static void add_step(struct xf_buf *out, const struct step *s)
{
    if (s->before)
        add_step(out, s->before);
    if (out->len)
        xf_buf_adds(out, " <- ");
    xf_buf_adds(out, s->text);
    if (*s->file)
        xf_buf_addf(out, " at %s:%u", s->file, s->line);
}

static char *chain_text(const struct step *steps)
{
    struct xf_buf out = XF_BUF_INIT;

    if (steps)
        add_step(&out, steps);
    return xf_buf_detach(&out);
}

static void found(struct trace *t, const struct place *at, enum cause cause,
                  const char *text, const char *file, uint32_t line,
                  bool direct)
{
    struct origin *o;
    struct step step = {at->steps, text, file, line};

    /* What came from a request and was stored is Xen's own state: it was
     * checked on the way in, or should have been. An allocation that failed
     * failed then. */
    if (at->state && (cause == CAUSE_GUEST || cause == CAUSE_TOOLSTACK ||
                      cause == CAUSE_CONCURRENCY || cause == CAUSE_MEMORY))
        cause = CAUSE_INTERNAL;
    if (at->content && cause == CAUSE_MEMORY)
        cause = CAUSE_INTERNAL; /* what is in it was written by others */
    o = &t->out->items[cause];
    if (o->chain && o->distance <= at->distance)
        return;
    free(o->chain);
    o->cause = cause;
    o->distance = at->distance;
    o->direct = direct && at->distance <= STEP && !at->frame && !at->state;
    o->chain = chain_text(&step);
}

static void found_constant(struct trace *t, const struct place *at)
{
    found(t, at, CAUSE_INTERNAL, "a constant", "", 0, false);
}

static void lost(struct trace *t, const struct place *at, const char *why,
                 const char *name)
{
    char *text;
    struct step step = {at->steps, "", "", 0};

    if (t->out->lost)
        return;
    text = xf_format(why, name);
    step.text = text;
    t->out->lost = chain_text(&step);
    free(text);
}

void origins_release(struct origins *o)
{
    for (int i = 0; i < CAUSES; i++)
        free(o->items[i].chain);
    free(o->lost);
    memset(o, 0, sizeof(*o));
}

void origins_add(struct origins *into, const struct origins *from,
                 unsigned int farther)
{
    for (int i = 0; i < CAUSES; i++) {
        const struct origin *f = &from->items[i];
        struct origin *to = &into->items[i];

        if (!f->chain || (to->chain && to->distance <= f->distance + farther))
            continue;
        free(to->chain);
        *to = *f;
        to->distance += farther;
        to->chain = xf_strdup(f->chain);
    }
    into->excused |= from->excused;
    if (!into->lost && from->lost)
        into->lost = xf_strdup(from->lost);
}

enum cause origins_best(const struct origins *o)
{
    enum cause best = CAUSE_UNKNOWN;

    for (int i = 0; i < CAUSE_UNKNOWN; i++)
        if (o->items[i].chain &&
            (best == CAUSE_UNKNOWN ||
             o->items[i].distance < o->items[best].distance))
            best = (enum cause)i;
    return best;
}

/* ---- places ---------------------------------------------------------------------- */

static uint32_t line_of(const struct body *b, const struct xf_node *n)
{
    while (n && !n->line)
        n = program_parent(b, n);
    return n ? n->line : (uint32_t)b->function->line;
}

static struct place nearer(const struct place *at, const struct step *step,
                           unsigned int distance)
{
    struct place next = *at;

    next.steps = step;
    next.hops++;
    next.distance += distance;
    return next;
}

static const struct xf_node *plain(const struct xf_node *n)
{
    while (n->op == XF_OP_CAST)
        n = n->kids[0];
    return n;
}

static bool is_pointer(const char *type)
{
    size_t len = strlen(type);

    return len && type[len - 1] != ']' && strchr(type, '*') != NULL;
}

/* Whether the outcome that is asked for is that of a failure: only then memory
 * that ran out explains it. A pointer that is compared with another is none. */
static bool is_failure(const struct source *s, const struct xf_node *n,
                       enum want want)
{
    return s->cause != CAUSE_MEMORY || !is_pointer(n->type) ||
           !(want & WANT_NOT_ZERO);
}

/* What a listed call or macro gives. That an allocation did not fail explains
 * less than anything else. */
static void found_source(struct trace *t, const struct source *s,
                         const struct xf_node *n, const char *name,
                         const struct place *at, bool failure)
{
    struct place farther = *at;
    char *text = xf_format("%s: %s()", s->origin, name);

    if (!failure)
        farther.distance += BESIDE;
    found(t, &farther, failure ? s->cause : CAUSE_INTERNAL, text,
          at->body->function->file, line_of(at->body, n), true);
    free(text);
}

/* NULL is asked for, of what never gives it. */
static bool is_never(struct trace *t, const struct source *s,
                     const struct xf_node *n, const char *name,
                     const struct place *at, enum want want)
{
    struct place farther = *at;
    char *text;

    if (!s->never_null || !is_pointer(n->type) || (want & WANT_NOT_ZERO))
        return false;
    text = xf_format("an address that %s() computes, never NULL", name);
    farther.distance += BOUND;
    found(t, &farther, CAUSE_INTERNAL, text, at->body->function->file,
          line_of(at->body, n), false);
    free(text);
    return true;
}

/* What goes into a call; where a pointer goes in, what it points to. */
static void follow_operands(struct trace *t, const struct xf_node *call,
                            const struct place *at)
{
    int64_t value;

    for (uint32_t i = 1; i < call->nkids; i++)
        if (is_pointer(call->kids[i]->type))
            follow_content(t, call->kids[i], at, WANT_ANY);
        else if (!xf_tree_value(call->kids[i], t->p->long_bits, &value))
            follow(t, call->kids[i], at, WANT_ANY);
}

/* ---- what the data knows --------------------------------------------------------- */

/* Whether the value is that of the operands. */
static bool only_passes(const struct source *s, const struct place *at)
{
    return s->operands || (s->memory && at->distance > 0);
}

static bool by_macro(struct trace *t, const struct xf_node *n,
                     const struct place *at, enum want want)
{
    const char *names[] = {n->macro, n->inner};

    for (int i = 0; i < 2; i++) {
        const struct source *s = sources_find(t->s, SOURCE_MACRO, names[i]);

        if (!s)
            continue;
        if (is_never(t, s, n, names[i], at, want))
            return true;
        if (only_passes(s, at))
            return false;
        found_source(t, s, n, names[i], at, is_failure(s, n, want));
        return true;
    }
    return false;
}

static bool by_call(struct trace *t, const struct xf_node *call,
                    const struct place *at, bool result, enum want want)
{
    const struct xf_node *fn = call->kids[0];
    const struct source *s = fn->op == XF_OP_FN
                                 ? sources_find(t->s, SOURCE_FUNCTION, fn->name)
                                 : NULL;

    if (!s || !(result ? s->result : s->arguments))
        return false;
    if (result && is_never(t, s, call, fn->name, at, want))
        return true;
    if (only_passes(s, at)) {
        struct place next = *at;

        next.state |= s->memory; /* what Xen stored there before */
        follow_operands(t, call, &next);
        return true;
    }
    found_source(t, s, call, fn->name, at,
                 !result || is_failure(s, call, want));
    return true;
}

/* ---- functions ------------------------------------------------------------------- */

/* What a call may call; returns their number. */
static size_t callees_of(struct trace *t, const struct xf_node *call,
                         const struct body *b, struct function *out[CALLEES])
{
    struct function *f = program_callee(t->p, call->kids[0]);
    size_t n = 0;

    if (f) {
        out[0] = f;
        return 1;
    }
    if (call->kids[0]->op == XF_OP_FN)
        return 0;
    for (size_t i = 0; i < b->function->ncallees && n < CALLEES; i++) {
        const struct call_edge *e = b->function->callees[i];

        if (e->indirect && (uint32_t)e->line == line_of(b, call))
            out[n++] = e->callee;
    }
    return n;
}

struct returns {
    const struct xf_node *items[64];
    size_t len;
};

static void find_returns(struct returns *r, const struct xf_node *n)
{
    if (n->op == XF_OP_RETURN && n->nkids && r->len < 64)
        r->items[r->len++] = n;
    if (n->op < XF_OP_VAR || n->op == XF_OP_STATEMENTS)
        for (uint32_t i = 0; i < n->nkids; i++)
            find_returns(r, n->kids[i]);
}

/* Follow the decision that leads to `block`, the nearest that is none of the
 * checks that stop. False when there is none. */
static bool follow_guards(struct trace *t, const struct place *at,
                          uint32_t block)
{
    struct body *b = at->body;
    uint32_t *guards;
    size_t n = xf_cfg_depends(b->cfg, block, &guards);
    bool any = false;

    for (size_t i = 0; i < n && i < 6; i++) {
        const struct xf_block *g = xf_cfg_block(b->cfg, guards[i]);
        struct place here = *at;
        int64_t value;

        if (!g->condition || g->never ||
            xf_tree_value(g->condition, t->p->long_bits, &value))
            continue;
        if (!xf_cfg_point(b->cfg, g->condition, &here.point))
            here.point = (struct xf_point){guards[i], 0};
        any = true;
        follow(t, g->condition, &here,
               g->guard == XF_GUARD_TRUE    ? WANT_NOT_ZERO
               : g->guard == XF_GUARD_FALSE ? WANT_ZERO
                                            : WANT_ANY);
    }
    free(guards);
    return any;
}

static void follow_decision(struct trace *t, const struct place *at,
                            uint32_t block)
{
    if (!follow_guards(t, at, block))
        found_constant(t, at);
}

static void follow_constant(struct trace *t, const struct place *at,
                            const struct xf_node *n, int64_t value,
                            uint32_t block)
{
    const struct source *error = sources_error(t->s, value);

    if (error) {
        found(t, at, error->cause, error->origin, at->body->function->file,
              line_of(at->body, n), false);
        return;
    }
    follow_decision(t, at, block);
}

static void follow_return(struct trace *t, struct body *b,
                          const struct xf_node *r, const struct place *at,
                          const struct frame *frame, enum want want)
{
    struct xf_buf text = XF_BUF_INIT;
    struct step step;
    struct place next;
    int64_t value;

    if (xf_tree_value(r->kids[0], t->p->long_bits, &value) &&
        !want_has(want, value))
        return;
    xf_buf_adds(&text, "return ");
    xf_tree_print(&text, r->kids[0]);
    if (text.len > 60) {
        text.len = 57;
        text.data[57] = '\0';
        xf_buf_adds(&text, "...");
    }
    xf_buf_addf(&text, " in %s()", b->function->name);
    step = (struct step){at->steps, text.data, b->function->file,
                         line_of(b, r)};
    next = nearer(at, &step, STEP);
    next.body = b;
    next.frame = frame;
    if (xf_cfg_point(b->cfg, r, &next.point)) {
        if (xf_tree_value(r->kids[0], t->p->long_bits, &value))
            follow_constant(t, &next, r, value, next.point.block);
        else
            follow(t, r->kids[0], &next, want);
    }
    xf_buf_release(&text);
}

static void follow_result(struct trace *t, const struct xf_node *call,
                          const struct place *at, enum want want)
{
    struct function *callees[CALLEES];
    size_t n = callees_of(t, call, at->body, callees);
    const struct frame frame = {call, at};
    bool any = false;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < callees[i]->nbodies && k < 1; k++) {
            struct body *b = &callees[i]->bodies[k];
            struct returns r = {.len = 0};

            if (program_body(t->p, b))
                continue;
            find_returns(&r, b->root);
            for (size_t j = 0; j < r.len; j++)
                follow_return(t, b, r.items[j], at, &frame, want);
            any |= r.len > 0;
        }
    if (!any) {
        if (call->kids[0]->op == XF_OP_FN &&
            !strncmp(call->kids[0]->name, "__builtin_", 10)) {
            for (uint32_t i = 1; i < call->nkids; i++)
                follow(t, call->kids[i], at, want);
            return;
        }
        lost(t, at,
             call->kids[0]->op == XF_OP_FN
                 ? "%s() has no body in this build"
                 : "the pointer that is called leads to no known function%s",
             call->kids[0]->op == XF_OP_FN ? call->kids[0]->name : "");
    }
}

static bool is_call_of(struct trace *t, const struct xf_node *call,
                       const struct body *b, const struct call_edge *e)
{
    const struct xf_node *fn = call->kids[0];

    if (e->indirect)
        return fn->op != XF_OP_FN && line_of(b, call) == (uint32_t)e->line;
    return fn->op == XF_OP_FN && !strcmp(fn->name, e->callee->name) &&
           program_callee(t->p, fn) == e->callee;
}

static void follow_argument(struct trace *t, const struct call_edge *e,
                            uint32_t number, const struct place *at,
                            enum want want)
{
    for (size_t k = 0; k < e->caller->nbodies && k < 1; k++) {
        struct body *b = &e->caller->bodies[k];
        size_t n = 0;

        if (program_body(t->p, b))
            continue;
        for (size_t i = 0; i < b->ncalls && n < SITES; i++) {
            const struct xf_node *call = b->calls[i];
            struct step step;
            struct place next;
            char *text;

            if (!is_call_of(t, call, b, e))
                continue;
            n++;
            text = xf_format("argument of %s()", e->caller->name);
            step = (struct step){at->steps, text, e->caller->file,
                                 line_of(b, call)};
            next = nearer(at, &step, STEP);
            next.body = b;
            next.frame = NULL;
            if (number + 1 < call->nkids &&
                xf_cfg_point(b->cfg, call, &next.point))
                follow(t, call->kids[number + 1], &next, want);
            free(text);
        }
    }
}

static void follow_parameter(struct trace *t, const struct xf_node *param,
                             const struct place *at, enum want want)
{
    struct function *f = at->body->function;
    const struct source *s = sources_find(t->s, SOURCE_PARAMETER, f->name);
    size_t direct = 0;

    if (at->frame) { /* the argument of the call that led here */
        const struct frame *frame = at->frame;
        struct place back = *frame->at;

        back.steps = at->steps;
        back.hops = at->hops;
        back.distance = at->distance;
        back.state = at->state;
        if ((uint32_t)param->value + 1 < frame->call->nkids &&
            xf_cfg_point(back.body->cfg, frame->call, &back.point))
            follow(t, frame->call->kids[param->value + 1], &back, want);
        return;
    }
    if (s) {
        bool asks = sources_is_subject(t->s, param->type);
        char *text = xf_format("%s: '%s' of %s()",
                               asks ? "who made the access" : s->origin,
                               param->name, f->name);

        found(t, at, asks ? CAUSE_INTERNAL : s->cause, text, f->file,
              (uint32_t)f->line, false);
        free(text);
        return;
    }
    for (size_t i = 0; i < f->ncallers && direct < CALLERS; i++, direct++)
        if (i == 0 || f->callers[i]->caller != f->callers[i - 1]->caller ||
            f->callers[i]->indirect)
            follow_argument(t, f->callers[i], (uint32_t)param->value, at, want);
    if (!f->ncallers)
        lost(t, at, "nothing in this build calls %s()", f->name);
}

/* ---- variables -------------------------------------------------------------------- */

/* What the callee stores through parameter `number`. */
static void follow_out(struct trace *t, const struct xf_node *call,
                       uint32_t number, const struct place *at, enum want want);

static void find_stores(const struct xf_node *n, int64_t parameter,
                        const struct xf_node *out[16], size_t *len)
{
    if (n->op == XF_OP_ASSIGN && *len < 16) {
        const struct xf_node *to = n->kids[0];
        bool through = false;

        while (to->nkids && (to->op == XF_OP_DEREF || to->op == XF_OP_ARROW ||
                             to->op == XF_OP_MEMBER || to->op == XF_OP_INDEX ||
                             to->op == XF_OP_CAST)) {
            through |= to->op != XF_OP_MEMBER && to->op != XF_OP_CAST;
            to = to->kids[0];
        }
        if (through && to->op == XF_OP_VAR && to->local &&
            to->value == parameter)
            out[(*len)++] = n;
    }
    for (uint32_t i = 0; i < n->nkids; i++)
        find_stores(n->kids[i], parameter, out, len);
}

static void follow_out(struct trace *t, const struct xf_node *call,
                       uint32_t number, const struct place *at, enum want want)
{
    struct function *callees[CALLEES];
    size_t n = callees_of(t, call, at->body, callees);
    const struct frame frame = {call, at};
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        struct body *b = callees[i]->nbodies ? callees[i]->bodies : NULL;
        const struct xf_node *stores[16];
        size_t len = 0;

        if (!b || program_body(t->p, b))
            continue;
        find_stores(b->root, number, stores, &len);
        for (size_t k = 0; k < len; k++) {
            char *text = xf_format("written by %s()", callees[i]->name);
            struct step step = {at->steps, text, callees[i]->file,
                                line_of(b, stores[k])};
            struct place next = nearer(at, &step, STEP);

            next.body = b;
            next.frame = &frame;
            if (xf_cfg_point(b->cfg, stores[k], &next.point))
                follow(t, stores[k]->kids[1], &next, want);
            free(text);
            any = true;
        }
    }
    if (!any)
        lost(t, at, "filled in by %s()",
             call->kids[0]->op == XF_OP_FN ? call->kids[0]->name
                                           : "a call through a pointer");
}

static bool holds_address_of(const struct xf_node *n, int64_t local)
{
    if (n->op == XF_OP_VAR)
        return n->local && n->value == local;
    if (n->op == XF_OP_CALL)
        return false;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (holds_address_of(n->kids[i], local))
            return true;
    return false;
}

static void follow_assembly(struct trace *t, const struct xf_node *n,
                            const struct place *at)
{
    const struct source *s = sources_find(t->s, SOURCE_ASSEMBLY, n->name);
    int64_t value;
    char *text;

    if (!s || only_passes(s, at)) {
        struct place next = *at;

        next.state |= s && s->memory;
        /* An empty template only hides a value from the optimiser. */
        for (uint32_t i = n->has_value ? (uint32_t)n->value : 0; i < n->nkids;
             i++)
            if (!xf_tree_value(n->kids[i], t->p->long_bits, &value))
                follow(t, n->kids[i], &next, WANT_ANY);
        if (*n->name && !s)
            lost(t, at, "assembly: %s", n->name);
        return;
    }
    text = xf_format("%s: `%s`", s->origin, n->name);
    found(t, at, s->cause, text, at->body->function->file,
          line_of(at->body, n), false);
    free(text);
}

struct definitions {
    const struct xf_definition **items; /* all that reach the same place */
    size_t len;
};

/* A default that stayed: of what was to replace it, the decisions did not lead
 * there. */
static bool follow_replacements(struct trace *t, const struct place *at,
                                const struct xf_definition *d,
                                const struct definitions *all)
{
    bool any = false;

    for (size_t i = 0; i < all->len; i++)
        if (all->items[i] != d && all->items[i]->node &&
            all->items[i]->point.block != d->point.block)
            any |= follow_guards(t, at, all->items[i]->point.block);
    return any;
}

static void follow_definition(struct trace *t, const struct xf_definition *d,
                              const struct definitions *all,
                              const struct xf_node *var,
                              const struct place *at, enum want want)
{
    const struct xf_node *n = d->node;
    char *text = xf_format("'%s'", var->name);
    struct step step = {at->steps, text, at->body->function->file,
                        d->kind == XF_DEF_PARAMETER
                            ? (uint32_t)at->body->function->line
                            : line_of(at->body, n)};
    struct place next = nearer(at, &step, d->kind == XF_DEF_PARAMETER ? 0 : STEP);
    int64_t value;

    next.point = d->point;
    switch (d->kind) {
    case XF_DEF_PARAMETER:
        next.steps = at->steps;
        if (n)
            follow_parameter(t, n, &next, want);
        break;
    case XF_DEF_VALUE: {
        const struct xf_node *from = n->kids[n->op == XF_OP_DECL ? 0 : 1];

        if (!xf_tree_value(from, t->p->long_bits, &value))
            follow(t, from, &next, want);
        else if (want_has(want, value) &&
                 (sources_error(t->s, value) ||
                  follow_guards(t, &next, d->point.block) ||
                  !follow_replacements(t, &next, d, all)))
            follow_constant(t, &next, n, value, d->point.block);
        break;
    }
    case XF_DEF_CHANGE:
    case XF_DEF_PART:
        if (n->op == XF_OP_ASSIGN) {
            next.distance += d->kind == XF_DEF_PART ? BESIDE : 0;
            /* Of a flag that is set, the decision to set it. */
            if (!xf_tree_value(n->kids[1], t->p->long_bits, &value) ||
                !follow_guards(t, &next, d->point.block))
                follow(t, n->kids[1], &next, WANT_ANY);
        }
        if (d->kind == XF_DEF_CHANGE) {
            struct place before = next;

            /* Where a sum began says less than what was added. */
            if (n->op == XF_OP_ASSIGN &&
                !xf_tree_value(n->kids[1], t->p->long_bits, &value))
                before.distance += BESIDE;
            follow(t, n->kids[0], &before, WANT_ANY);
        }
        break;
    case XF_DEF_ASM:
        follow_assembly(t, n, &next);
        break;
    case XF_DEF_CALL:
        if (by_macro(t, n, &next, WANT_ANY) ||
            by_call(t, n, &next, false, WANT_ANY))
            break;
        for (uint32_t i = 1; i < n->nkids; i++)
            if (holds_address_of(n->kids[i], var->value))
                follow_out(t, n, i - 1, &next, want);
        break;
    default:
        break;
    }
    free(text);
}

static void follow_local(struct trace *t, const struct xf_node *n,
                         const struct place *at, enum want want)
{
    const struct xf_definition **defs;
    size_t count = xf_definitions_reaching(at->body->definitions,
                                           (uint32_t)n->value, at->point, &defs);
    const struct definitions all = {defs, count};

    for (size_t i = 0; i < count; i++)
        follow_definition(t, defs[i], &all, n, at, want);
    free(defs);
}

/* Whether both name the same object, as long as the locals in them stay what
 * they are. */
static bool same_place(const struct xf_node *a, const struct xf_node *b)
{
    a = plain(a);
    b = plain(b);
    if (a->op != b->op || a->nkids != b->nkids || strcmp(a->name, b->name) ||
        strcmp(a->home, b->home) || a->local != b->local ||
        a->value != b->value || a->op == XF_OP_CALL || a->op == XF_OP_ASSIGN ||
        a->op == XF_OP_ASM || a->op == XF_OP_STATEMENTS)
        return false;
    for (uint32_t i = 0; i < a->nkids; i++)
        if (!same_place(a->kids[i], b->kids[i]))
            return false;
    return true;
}

static bool comes_before(const struct xf_cfg *cfg, struct xf_point a,
                         struct xf_point b)
{
    return a.block == b.block ? a.index < b.index
                              : xf_cfg_dominates(cfg, a.block, b.block);
}

/* Whether a local that the place names may be another one at `to`. */
static bool changes_between(const struct body *b, const struct xf_node *n,
                            struct xf_point from, struct xf_point to)
{
    if (n->op == XF_OP_VAR && n->local)
        return from.block != to.block &&
               xf_definitions_between(b->definitions, (uint32_t)n->value,
                                      from.block, to);
    for (uint32_t i = 0; i < n->nkids; i++)
        if (changes_between(b, n->kids[i], from, to))
            return true;
    return false;
}

/* The function wrote it itself on every way to here: the last such write is
 * where the value comes from, when it is one that is asked for. */
static bool follow_own_write(struct trace *t, const struct xf_node *n,
                             const char *key, const struct place *at,
                             enum want want)
{
    const struct writers *list = program_writers(t->p, key);
    struct body *b = at->body;
    const struct xf_node *last = NULL;
    struct xf_point point = {0, 0}, one;
    struct step step;
    struct place next;
    int64_t value;

    for (size_t i = 0; i < list->len; i++) {
        const struct xf_node *w = list->items[i].node;

        if (list->items[i].body == b && w->op == XF_OP_ASSIGN &&
            !strcmp(w->name, "=") && same_place(w->kids[0], n) &&
            xf_cfg_point(b->cfg, w, &one) &&
            comes_before(b->cfg, one, at->point) &&
            (!last || comes_before(b->cfg, point, one)) &&
            !changes_between(b, n, one, at->point)) {
            last = w;
            point = one;
        }
    }
    if (!last || (xf_tree_value(last->kids[1], t->p->long_bits, &value) &&
                  !want_has(want, value)))
        return false;
    step = (struct step){at->steps, "written", b->function->file,
                         line_of(b, last)};
    next = nearer(at, &step, STEP);
    next.point = point;
    follow(t, last->kids[1], &next, want);
    return true;
}

/* Which writers of a pointer or array are meant. */
enum written { WRITTEN_ANY, WRITTEN_WHOLE, WRITTEN_ELEMENT };

static bool is_meant(const struct xf_node *writer, enum written written)
{
    const struct xf_node *to = writer->kids[0];

    if (written == WRITTEN_ANY || writer->op != XF_OP_ASSIGN)
        return true;
    while (to->op == XF_OP_CAST)
        to = to->kids[0];
    return (to->op == XF_OP_INDEX) == (written == WRITTEN_ELEMENT);
}

/* The writers of a global or of a member. */
static void follow_writers(struct trace *t, const char *key, const char *shown,
                           const struct place *at, unsigned int distance,
                           enum want want, enum written written)
{
    const struct writers *list = program_writers(t->p, key);
    char *text;

    for (size_t i = 0; i < list->len && i < WRITERS; i++) {
        const struct writer *w = &list->items[i];
        const struct xf_node *n = w->node;
        struct step step;
        struct place next;

        if (!is_meant(n, written) || program_body(t->p, w->body))
            continue;
        text = xf_format("%s is written by %s()", shown,
                         w->body->function->name);
        step = (struct step){at->steps, text, w->body->function->file,
                             line_of(w->body, n)};
        next = nearer(at, &step, distance);
        next.state = true;
        next.frame = NULL;
        next.body = w->body;
        if (xf_cfg_point(w->body->cfg, n, &next.point)) {
            int64_t value;

            if (n->op == XF_OP_ASSIGN &&
                !xf_tree_value(n->kids[1], t->p->long_bits, &value))
                follow(t, n->kids[1], &next, want);
            else if (n->op == XF_OP_CALL && !by_macro(t, n, &next, WANT_ANY))
                by_call(t, n, &next, false, WANT_ANY);
            else if (n->op == XF_OP_ASM)
                follow_assembly(t, n, &next);
        }
        free(text);
    }
    text = xf_format("%s, which Xen keeps itself, written at %zu places", shown,
                     list->len);
    struct place here = *at;
    here.distance += distance + 2;
    found(t, &here, CAUSE_INTERNAL, text, "", 0, false);
    free(text);
}

/* A pointer is not written by who writes what it points to. */
static enum written written_as(const struct xf_node *n)
{
    return is_pointer(n->type) ? WRITTEN_WHOLE : WRITTEN_ANY;
}

static void follow_global(struct trace *t, const struct xf_node *n,
                          const struct place *at, enum want want)
{
    const struct source *s = sources_find(t->s, SOURCE_GLOBAL, n->name);
    char *key = program_key(n), *text = NULL;

    if (s) {
        text = xf_format("%s: %s", s->origin, n->name);
        found(t, at, s->cause, text, "", 0, false);
    } else if (program_is_parameter(t->p, key)) {
        text = xf_format("command line: %s", n->name);
        found(t, at, CAUSE_CONFIGURATION, text, "", 0, false);
    } else if (!follow_own_write(t, n, key, at, want)) {
        follow_writers(t, key, n->name, at, THROUGH_GLOBAL, want,
                       written_as(n));
    }
    free(text);
    free(key);
}

/* record.member of any member on the way to the object; behind a pointer only
 * of those whose pointers lead to more of the same. */
static bool by_member(struct trace *t, const struct xf_node *n,
                      const struct place *at, enum want want)
{
    struct place farther = *at;
    bool pointed = at->content;

    for (; n->op == XF_OP_MEMBER || n->op == XF_OP_ARROW ||
           n->op == XF_OP_INDEX || n->op == XF_OP_DEREF || n->op == XF_OP_CAST;
         n = n->kids[0]) {
        const struct source *s;
        char *key = program_key(n);

        s = key ? sources_find(t->s, SOURCE_MEMBER, key) : NULL;
        if (s && pointed && !s->arguments)
            s = NULL;
        pointed |= n->op == XF_OP_ARROW || n->op == XF_OP_DEREF ||
                   (n->op == XF_OP_INDEX && is_pointer(n->kids[0]->type));
        if (s) {
            char *text = xf_format("%s: %s", s->origin, key);

            if (s->excuse && !(want & WANT_NOT_ZERO))
                t->out->excused = true;
            else
                found(t, at, s->cause, text, at->body->function->file,
                      line_of(at->body, n), false);
            farther.distance += BESIDE;
            if (s->unrequested != CAUSE_UNKNOWN)
                found(t, &farther, s->unrequested, text,
                      at->body->function->file, line_of(at->body, n), false);
            free(text);
        }
        free(key);
        if (s)
            return true;
    }
    return false;
}

static const struct xf_node *object_of(const struct xf_node *n)
{
    while (n->op == XF_OP_MEMBER || n->op == XF_OP_INDEX ||
           n->op == XF_OP_CAST)
        n = n->kids[0];
    return n;
}

static void follow_member(struct trace *t, const struct xf_node *n,
                          const struct place *at, enum want want)
{
    const struct xf_node *object = object_of(n);
    char *key = program_key(n);
    bool own = key && follow_own_write(t, n, key, at, want);

    if (own || by_member(t, n, at, want)) {
        free(key);
        return;
    }
    if (object->op == XF_OP_VAR && object->local) {
        struct place next = *at;

        next.distance++;
        follow_local(t, object, &next, WANT_ANY);
        free(key);
        return;
    } else if (object->op == XF_OP_VAR) {
        const struct source *s =
            sources_find(t->s, SOURCE_GLOBAL, object->name);

        if (s) {
            follow_global(t, object, at, want);
            free(key);
            return;
        }
    } else if (object->op == XF_OP_CALL || object->op == XF_OP_STATEMENTS) {
        follow(t, object, at, WANT_ANY);
    }
    if (key)
        follow_writers(t, key, key, at, THROUGH_MEMBER, want, written_as(n));
    else if (n->nkids)
        follow(t, n->kids[0], at, WANT_ANY);
    free(key);
}

/* ---- expressions -------------------------------------------------------------------- */

static void follow_comparison(struct trace *t, const struct xf_node *n,
                              const struct place *at, enum want want)
{
    struct place bound = *at;
    uint32_t side;

    bound.distance += BOUND;
    if (want_below_comparison(n, t->p->long_bits, &want, &side)) {
        follow(t, n->kids[side], at, want);
    } else {
        follow(t, n->kids[0], at, WANT_ANY);
        follow(t, n->kids[1], &bound, WANT_ANY);
        bound.distance = at->distance + INDEX;
        if (*n->name == '<' || *n->name == '>')
            found(t, &bound, CAUSE_INTERNAL, "an index and its bound", "", 0, false);
    }
}

static void follow_binary(struct trace *t, const struct xf_node *n,
                          const struct place *at, enum want want)
{
    if (want_is_comparison(n)) {
        follow_comparison(t, n, at, want);
    } else if (!strcmp(n->name, ",")) {
        follow(t, n->kids[1], at, want);
    } else {
        bool logical = !strcmp(n->name, "&&") || !strcmp(n->name, "||");
        int64_t value;
        bool left = xf_tree_value(n->kids[0], t->p->long_bits, &value);
        bool right = xf_tree_value(n->kids[1], t->p->long_bits, &value);

        struct place second = *at;

        if (!strcmp(n->name, "<<") || !strcmp(n->name, ">>"))
            second.distance += INDEX; /* selects a bit */
        /* A constant says nothing beside what is masked with it. */
        if (!left || right)
            follow(t, n->kids[0], at, logical ? want : WANT_ANY);
        if (!right)
            follow(t, n->kids[1], &second, logical ? want : WANT_ANY);
    }
}

/* What a pointer leads to: elements that are stored through it, and where the
 * memory comes from. */
static void follow_content(struct trace *t, const struct xf_node *pointer,
                           const struct place *at, enum want want)
{
    struct place content = *at;
    char *key;

    if (at->hops > HOPS || !t->budget)
        return;
    t->budget--;
    pointer = plain(pointer);
    if (pointer->op == XF_OP_ADDRESS) {
        follow(t, pointer->kids[0], at, want);
        return;
    }
    key = program_key(pointer);
    content.content = true;
    content.distance += STEP;
    if (key)
        follow_writers(t, key, key, at, THROUGH_MEMBER, want, WRITTEN_ELEMENT);
    if (!key || pointer->op != XF_OP_VAR)
        follow(t, pointer, &content, WANT_ANY);
    free(key);
}

/* An array that nothing writes: what comes out is decided by the index. */
static bool is_table(struct trace *t, const struct xf_node *array)
{
    char *key = array->op == XF_OP_VAR ? program_key(array) : NULL;
    bool table = key && !is_pointer(array->type) &&
                 !program_writers(t->p, key)->len;

    free(key);
    return table;
}

static void follow_inner(struct trace *t, const struct xf_node *n,
                         const struct place *at, enum want want)
{
    struct place beside = *at;
    const struct xf_node *block;

    beside.distance += BESIDE;
    int64_t value;

    if (xf_tree_value(n, t->p->long_bits, &value)) {
        const struct source *error = sources_error(t->s, value);

        if (want_has(want, value) && error)
            found(t, at, error->cause, error->origin, "", 0, false);
        else if (want_has(want, value))
            found_constant(t, at);
        return;
    }
    switch (n->op) {
    case XF_OP_INT:
    case XF_OP_STR:
    case XF_OP_FN:
        if (want & WANT_NOT_ZERO)
            found_constant(t, at);
        break;
    case XF_OP_VAR:
        if (n->local)
            follow_local(t, n, at, want);
        else
            follow_global(t, n, at, want);
        break;
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        follow_member(t, n, at, want);
        break;
    case XF_OP_INDEX:
        if (by_member(t, n, at, want))
            break;
        if (is_pointer(n->kids[0]->type))
            follow_content(t, n->kids[0], at, want);
        else
            follow(t, n->kids[0], at, want);
        follow(t, n->kids[1], is_table(t, n->kids[0]) ? at : &beside, WANT_ANY);
        break;
    case XF_OP_DEREF:
        if (!by_member(t, n, at, want))
            follow_content(t, n->kids[0], at, want);
        break;
    case XF_OP_ADDRESS:
        if (n->kids[0]->op != XF_OP_VAR)
            follow(t, n->kids[0], &beside, WANT_ANY);
        break;
    case XF_OP_CALL:
        if (!strcmp(n->kids[0]->name, "__builtin_expect") && n->nkids > 1)
            follow(t, n->kids[1], at, want);
        else if (!by_call(t, n, at, true, want))
            follow_result(t, n, at, want);
        break;
    case XF_OP_UNARY:
        follow(t, n->kids[0], at,
               !strcmp(n->name, "!")   ? want_below_not(want)
               : !strcmp(n->name, "-") ? want_below_minus(want)
                                       : WANT_ANY);
        break;
    case XF_OP_BINARY:
        follow_binary(t, n, at, want);
        break;
    case XF_OP_ASSIGN:
        follow(t, n->kids[1], at, want);
        break;
    case XF_OP_CONDITIONAL:
        follow(t, n->kids[1], at, want);
        follow(t, n->kids[2], at, want);
        follow(t, n->kids[0], &beside, WANT_ANY);
        break;
    case XF_OP_STATEMENTS:
        block = n->kids[0];
        if (block->nkids)
            follow(t, block->kids[block->nkids - 1], at, want);
        break;
    case XF_OP_ASM:
        follow_assembly(t, n, at);
        break;
    case XF_OP_GNU_CONDITIONAL: /* the second stands in for the first */
        for (uint32_t i = 0; i < n->nkids; i++)
            follow(t, n->kids[i], i ? &beside : at, want);
        break;
    case XF_OP_OTHER:
        for (uint32_t i = 0; i < n->nkids; i++)
            follow(t, n->kids[i], at, want);
        break;
    default:
        break;
    }
}

static void follow(struct trace *t, const struct xf_node *n,
                   const struct place *at, enum want want)
{
    bool is_new;

    for (; n->op == XF_OP_CAST; n = n->kids[0])
        if (is_pointer(n->kids[0]->type) && !is_pointer(n->type) &&
            strcmp(n->type, "_Bool"))
            want = (enum want)(want & WANT_NOT_ZERO); /* an address as a number */
    if (!want)
        return;
    if (at->hops > HOPS || !t->budget) {
        lost(t, at, "the chain is longer than what is followed%s", "");
        return;
    }
    /* What a function does with its parameters differs from call to call. */
    xf_pointers_add(&t->seen[want], n, &is_new);
    if (!is_new && !at->frame && n->op != XF_OP_INT)
        return;
    t->budget--;
    if (!by_macro(t, n, at, want))
        follow_inner(t, n, at, want);
}

void origin_trace(struct origins *out, struct program *p, struct sources *s,
                  struct body *body, const struct xf_node *node,
                  struct xf_point point, enum want want)
{
    struct trace t = {.p = p, .s = s, .out = out, .budget = BUDGET};
    struct place at = {body, point, NULL, 0, 0, false, false, NULL};

    memset(out, 0, sizeof(*out));
    follow(&t, node, &at, want);
    for (int i = 0; i < WANTS; i++)
        xf_pointers_release(&t.seen[i]);
}

void origin_of_constant(struct origins *out, struct program *p,
                        struct sources *s, struct body *body,
                        const struct xf_node *node)
{
    struct trace t = {.p = p, .s = s, .out = out};
    struct place at = {body, {0, 0}, NULL, 0, 0, false, false, NULL};

    memset(out, 0, sizeof(*out));
    for (const struct xf_node *n = node; n && n->begin == node->begin;
         n = program_parent(body, n))
        if (by_macro(&t, n, &at, WANT_ANY))
            return;
    found(&t, &at, CAUSE_CONFIGURATION, "constant of this build", "", 0, false);
}

void origin_trace_decision(struct origins *out, struct program *p,
                           struct sources *s, struct body *body,
                           uint32_t block)
{
    struct trace t = {.p = p, .s = s, .out = out, .budget = BUDGET};
    struct place at = {body, {block, 0}, NULL, 0, 0, false, false, NULL};

    memset(out, 0, sizeof(*out));
    follow_decision(&t, &at, block);
    for (int i = 0; i < WANTS; i++)
        xf_pointers_release(&t.seen[i]);
}
