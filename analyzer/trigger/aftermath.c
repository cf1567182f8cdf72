/* SPDX-License-Identifier: GPL-2.0-only */
#include "aftermath.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "text.h"
#include "value.h"

/* ---- the function's result ------------------------------------------------------ */

static bool returns_error(struct program *p, const struct xf_node *n)
{
    int64_t value;

    if (n->op == XF_OP_RETURN && n->nkids)
        return xf_tree_value(n->kids[0], p->long_bits, &value) && value < 0;
    if (n->op == XF_OP_ASSIGN && xf_tree_value(n->kids[1], p->long_bits, &value)
        && value < 0 && n->kids[0]->op == XF_OP_VAR && n->kids[0]->local)
        return true; /* rc = -EINVAL */
    for (uint32_t i = 0; i < n->nkids; i++)
        if (returns_error(p, n->kids[i]))
            return true;
    return false;
}

static const char *result_of(struct program *p, const struct body *b)
{
    const char *type = b->root->type; /* "int (struct domain *)" */
    size_t len = strcspn(type, "(");

    while (len && type[len - 1] == ' ')
        len--;
    if (len && type[len - 1] == '*')
        return "pointer";
    if (len == 4 && !memcmp(type, "void", 4))
        return "nothing";
    if (len == 5 && !memcmp(type, "_Bool", 5))
        return "truth";
    if ((len == 3 && !memcmp(type, "int", 3)) ||
        (len == 4 && !memcmp(type, "long", 4)))
        return returns_error(p, b->root) ? "error" : "value";
    return "value";
}

/* ---- its callers ------------------------------------------------------------------ */

/* Whether the value of a call goes anywhere. */
static bool is_used(const struct body *b, const struct xf_node *call)
{
    const struct xf_node *n = call, *up;

    while ((up = program_parent(b, n))) {
        if (up->op == XF_OP_CAST) {
            if (!strcmp(up->type, "void"))
                return false;
            n = up;
            continue;
        }
        if (up->op >= XF_OP_VAR)
            return up->op != XF_OP_STATEMENTS;
        return up->op == XF_OP_RETURN || up->op == XF_OP_DECL ||
               ((up->op == XF_OP_IF || up->op == XF_OP_WHILE ||
                 up->op == XF_OP_SWITCH) &&
                up->kids[0] == n) ||
               (up->op == XF_OP_DO && up->kids[1] == n) ||
               (up->op == XF_OP_FOR && up->kids[1] == n);
    }
    return false;
}

static void count_callers(struct aftermath *out, struct program *p,
                          struct function *f)
{
    const struct function *last = NULL;

    for (size_t i = 0; i < f->ncallers; i++) {
        const struct call_edge *e = f->callers[i];
        struct body *b = e->caller->nbodies ? e->caller->bodies : NULL;

        if (e->indirect) {
            out->callers++; /* through a pointer: not counted as checking */
            continue;
        }
        if (e->caller == last || !b || program_body(p, b))
            continue;
        last = e->caller;
        for (size_t k = 0; k < b->ncalls; k++) {
            const struct xf_node *fn = b->calls[k]->kids[0];

            if (fn->op != XF_OP_FN || strcmp(fn->name, f->name) ||
                program_callee(p, fn) != f)
                continue;
            out->callers++;
            out->checking += is_used(b, b->calls[k]);
        }
    }
}

/* ---- what happened before ----------------------------------------------------------- */

static bool writes_outside(const struct xf_node *n)
{
    const struct xf_node *to = n->kids[0];

    if (n->op != XF_OP_ASSIGN && n->op != XF_OP_UNARY)
        return false;
    while (to->op == XF_OP_MEMBER || to->op == XF_OP_CAST)
        to = to->kids[0];
    return to->op != XF_OP_VAR || !to->local;
}

/* Writes in blocks that every way to the site passes. */
static void find_change(struct aftermath *out, const struct body *b,
                        struct xf_point site)
{
    for (uint32_t at = site.block; at != XF_CFG_NONE;
         at = xf_cfg_block(b->cfg, at)->idom) {
        const struct xf_block *block = xf_cfg_block(b->cfg, at);
        size_t n = at == site.block ? site.index : block->nactions;

        for (size_t i = 0; i < n; i++)
            if (writes_outside(block->actions[i])) {
                out->changed = true;
                out->changed_line = (int)block->actions[i]->line;
            }
    }
}

/* A decision before the site that a call failed. */
static void find_error_path(struct aftermath *out, const struct site *site,
                            const struct condition *c)
{
    const struct body *b = site->body;

    for (size_t i = 0; i < c->len && !out->error_path; i++) {
        const struct literal *l = &c->items[i];
        const struct xf_node *call;

        if (l->role != ROLE_GUARD || !l->node ||
            condition_is_predicate(c, i))
            continue;
        call = xf_definitions_call(b->cfg, b->definitions, l->node);
        if (call && l->truth && (!strcmp(call->type, "int") ||
                                 !strcmp(call->type, "long"))) {
            out->error_path = true;
            out->error_line = l->line;
        }
    }
}

/* ---- what is at hand ------------------------------------------------------------------ */

static bool is_subject(const char *type, const char *const *subjects)
{
    if (!strncmp(type, "const ", 6))
        type += 6;
    for (; *subjects; subjects++)
        if (!strcmp(type, *subjects))
            return true;
    return false;
}

static const struct xf_node *find_subject(const struct xf_node *n,
                                          const char *const *subjects)
{
    const struct xf_node *found;

    if ((n->op == XF_OP_PARAM || (n->op == XF_OP_DECL && n->local)) &&
        is_subject(n->type, subjects))
        return n;
    for (uint32_t i = 0; i < n->nkids; i++)
        if ((found = find_subject(n->kids[i], subjects)))
            return found;
    return NULL;
}

/* ---- what comes next -------------------------------------------------------------------- */

/* The statement behind the one that holds the site's macro. */
static void find_next(struct aftermath *out, struct program *p,
                      const struct site *site)
{
    const struct xf_node *n = site->node, *up, *next = NULL;

    while ((up = program_parent(site->body, n)) && !next) {
        if (up->op == XF_OP_BLOCK && up->begin != site->node->begin) {
            for (uint32_t i = 0; i + 1 < up->nkids; i++)
                if (up->kids[i] == n)
                    next = up->kids[i + 1];
        }
        if (up->op == XF_OP_CASE || up->op == XF_OP_FUNCTION)
            break;
        n = up;
    }
    if (next && next->op == XF_OP_NIL)
        next = NULL;
    if (next && next->line) {
        out->next = text_slice(p, site->body, next->begin, next->end);
        out->next_line = (int)next->line;
    }
    if (!out->next)
        out->next = xf_strdup("");
    if (strlen(out->next) > 120) {
        out->next[117] = '\0';
        strcat(out->next, "...");
    }
}

void aftermath_find(struct aftermath *out, struct program *p,
                    const struct site *site, const struct condition *condition,
                    const char *const *subjects)
{
    const struct xf_node *subject;
    struct xf_point point;

    memset(out, 0, sizeof(*out));
    out->returns = "";
    if (!site->body) {
        out->subject = xf_strdup("");
        out->next = xf_strdup("");
        return;
    }
    out->returns = result_of(p, site->body);
    count_callers(out, p, site->body->function);
    if (xf_cfg_point(site->body->cfg, site->node, &point))
        find_change(out, site->body, point);
    find_error_path(out, site, condition);
    subject = find_subject(site->body->root, subjects);
    out->subject = xf_strdup(subject ? subject->name : "");
    find_next(out, p, site);
}

void aftermath_release(struct aftermath *a)
{
    free(a->subject);
    free(a->next);
}
