/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Tree to blocks and edges.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "value.h"

struct label {
    const char *name;
    uint32_t block;
    bool address_taken;
};

/* The switch around the current statement. */
struct selection {
    const struct xf_node *node;
    uint32_t from; /* block that decides */
    bool has_default;
    bool has_value; /* the controlling expression is constant */
    int64_t value;
    bool taken; /* a case that matches the constant was seen */
};

struct builder {
    struct xf_cfg *cfg;
    unsigned int long_bits;
    xf_noreturn_fn *noreturn;
    void *payload;
    uint32_t current; /* XF_CFG_NONE: control does not get here */
    uint32_t break_to, continue_to;
    struct selection *selection;
    struct label *labels;
    size_t nlabels, labels_cap;
    struct {
        uint32_t block;
        const struct xf_node *node;
    } *jumps; /* goto *x */
    size_t njumps, jumps_cap;
};

static uint32_t new_block(struct builder *b)
{
    struct xf_cfg *cfg = b->cfg;
    struct xf_block block = {.idom = XF_CFG_NONE, .ipdom = XF_CFG_NONE};

    XF_GROW(cfg->blocks, cfg->nblocks, cfg->blocks_cap);
    cfg->blocks[cfg->nblocks] = block;
    return (uint32_t)cfg->nblocks++;
}

static struct xf_block *at(struct builder *b, uint32_t block)
{
    return &b->cfg->blocks[block];
}

static void add_edge(struct builder *b, uint32_t from, uint32_t to)
{
    struct xf_block *block;

    if (from == XF_CFG_NONE)
        return;
    block = at(b, from);
    block->next = xf_realloc(block->next,
                             (block->nnext + 1) * sizeof(*block->next));
    block->next[block->nnext++] = to;
}

/* Where to put what comes next; a fresh block when nothing leads here. */
static uint32_t here(struct builder *b)
{
    if (b->current == XF_CFG_NONE)
        b->current = new_block(b);
    return b->current;
}

static void go(struct builder *b, uint32_t to)
{
    add_edge(b, b->current, to);
    b->current = XF_CFG_NONE;
}

static void mark(struct builder *b, const struct xf_node *n)
{
    struct xf_cfg *cfg = b->cfg;
    uint32_t block = here(b), at_index;
    bool is_new;
    size_t len;

    len = at_index = xf_pointers_add(&cfg->nodes, n, &is_new);
    if (!is_new)
        return;
    XF_GROW(cfg->points, len, cfg->points_cap);
    cfg->points[at_index] = (struct xf_point){block, at(b, block)->nactions};
}

static void act(struct builder *b, const struct xf_node *n)
{
    struct xf_block *block;

    mark(b, n);
    block = at(b, here(b));
    if (!(block->nactions & (block->nactions - 1)))
        block->actions = xf_realloc(
            block->actions, (block->nactions ? 2 * block->nactions : 1) *
                                sizeof(*block->actions));
    block->actions[block->nactions++] = n;
}

static uint32_t new_guard(struct builder *b, enum xf_guard kind,
                          const struct xf_node *condition,
                          const struct xf_node *decider)
{
    uint32_t block = new_block(b);

    at(b, block)->guard = kind;
    at(b, block)->condition = condition;
    at(b, block)->decider = decider;
    return block;
}

static struct label *label(struct builder *b, const char *name)
{
    for (size_t i = 0; i < b->nlabels; i++)
        if (!strcmp(b->labels[i].name, name))
            return &b->labels[i];
    XF_GROW(b->labels, b->nlabels, b->labels_cap);
    b->labels[b->nlabels] = (struct label){name, new_block(b), false};
    return &b->labels[b->nlabels++];
}

/* ---- expressions ---------------------------------------------------------- */

static void visit(struct builder *b, const struct xf_node *n);

static void visit_kids(struct builder *b, const struct xf_node *n)
{
    for (uint32_t i = 0; i < n->nkids; i++)
        visit(b, n->kids[i]);
}

static bool is_logical(const struct xf_node *n)
{
    return n->op == XF_OP_BINARY &&
           (!strcmp(n->name, "&&") || !strcmp(n->name, "||"));
}

static bool is_call_of(const struct xf_node *n, const char *name)
{
    return n->op == XF_OP_CALL && n->kids[0]->op == XF_OP_FN &&
           !strcmp(n->kids[0]->name, name);
}

static void branch(struct builder *b, const struct xf_node *n,
                   const struct xf_node *decider, uint32_t yes, uint32_t no);

/* A decision that is no operator itself. */
static void branch_literal(struct builder *b, const struct xf_node *n,
                           const struct xf_node *decider, uint32_t yes,
                           uint32_t no)
{
    uint32_t on_true, on_false, from;
    int64_t value;

    visit(b, n);
    mark(b, n);
    from = here(b);
    on_true = new_guard(b, XF_GUARD_TRUE, n, decider);
    on_false = new_guard(b, XF_GUARD_FALSE, n, decider);
    if (xf_tree_value(n, b->long_bits, &value))
        at(b, value ? on_false : on_true)->never = true;
    add_edge(b, from, on_true);
    add_edge(b, from, on_false);
    add_edge(b, on_true, yes);
    add_edge(b, on_false, no);
    b->current = XF_CFG_NONE;
}

/* && and ||: each operand, and guards of the whole. */
static void branch_logical(struct builder *b, const struct xf_node *n,
                           const struct xf_node *decider, uint32_t yes,
                           uint32_t no)
{
    uint32_t on_true = new_guard(b, XF_GUARD_TRUE, n, decider);
    uint32_t on_false = new_guard(b, XF_GUARD_FALSE, n, decider);
    uint32_t second = new_block(b);
    int64_t value;

    if (xf_tree_value(n, b->long_bits, &value))
        at(b, value ? on_false : on_true)->never = true;
    if (*n->name == '&')
        branch(b, n->kids[0], n, second, on_false);
    else
        branch(b, n->kids[0], n, on_true, second);
    b->current = second;
    branch(b, n->kids[1], n, on_true, on_false);
    add_edge(b, on_true, yes);
    add_edge(b, on_false, no);
    b->current = XF_CFG_NONE;
}

static void branch_conditional(struct builder *b, const struct xf_node *n,
                               const struct xf_node *decider, uint32_t yes,
                               uint32_t no)
{
    uint32_t on_true = new_guard(b, XF_GUARD_TRUE, n, decider);
    uint32_t on_false = new_guard(b, XF_GUARD_FALSE, n, decider);
    uint32_t first = new_block(b), second = new_block(b);

    branch(b, n->kids[0], n, first, second);
    b->current = first;
    branch(b, n->kids[1], n, on_true, on_false);
    b->current = second;
    branch(b, n->kids[2], n, on_true, on_false);
    add_edge(b, on_true, yes);
    add_edge(b, on_false, no);
}

/* ({ ...; x; }) */
static const struct xf_node *last_of(const struct xf_node *statements)
{
    const struct xf_node *block = statements->kids[0];

    return block->op == XF_OP_BLOCK && block->nkids
               ? block->kids[block->nkids - 1]
               : NULL;
}

static bool is_expression(const struct xf_node *n)
{
    return n->op >= XF_OP_VAR;
}

/* Control goes to `yes` when `n` is not zero, else to `no`. */
static void branch(struct builder *b, const struct xf_node *n,
                   const struct xf_node *decider, uint32_t yes, uint32_t no)
{
    const struct xf_node *last;

    if (n->op == XF_OP_UNARY && !strcmp(n->name, "!")) {
        branch(b, n->kids[0], decider, no, yes);
    } else if (is_logical(n)) {
        branch_logical(b, n, decider, yes, no);
    } else if (n->op == XF_OP_BINARY && !strcmp(n->name, ",")) {
        visit(b, n->kids[0]);
        branch(b, n->kids[1], decider, yes, no);
    } else if (n->op == XF_OP_CONDITIONAL) {
        branch_conditional(b, n, decider, yes, no);
    } else if (is_call_of(n, "__builtin_expect") && n->nkids >= 2) {
        branch(b, n->kids[1], decider, yes, no);
    } else if (n->op == XF_OP_CAST && !strcmp(n->type, "_Bool")) {
        branch(b, n->kids[0], decider, yes, no);
    } else if (n->op == XF_OP_STATEMENTS && (last = last_of(n)) &&
               is_expression(last)) {
        const struct xf_node *block = n->kids[0];

        for (uint32_t i = 0; i + 1 < block->nkids; i++)
            visit(b, block->kids[i]);
        branch(b, last, decider, yes, no);
    } else {
        branch_literal(b, n, decider, yes, no);
    }
}

/* Operands that the compiler only looks at. */
static bool is_unevaluated(const struct xf_node *call)
{
    return is_call_of(call, "__builtin_constant_p") ||
           is_call_of(call, "__builtin_object_size") ||
           is_call_of(call, "__builtin_types_compatible_p");
}

static void visit_call(struct builder *b, const struct xf_node *n)
{
    const struct xf_node *callee = n->kids[0];

    if (is_unevaluated(n))
        return;
    visit_kids(b, n);
    act(b, n);
    if (is_call_of(n, "__builtin_unreachable") ||
        is_call_of(n, "__builtin_trap") || b->noreturn(callee, b->payload)) {
        at(b, here(b))->stops = true;
        go(b, XF_CFG_EXIT);
    }
}

/* The value of a && b, a ?: b, a ? b : c outside of decisions. */
static void visit_choice(struct builder *b, const struct xf_node *n)
{
    uint32_t join = new_block(b), first, second;

    if (n->op == XF_OP_BINARY) {
        branch(b, n, n, join, join);
    } else if (n->op == XF_OP_GNU_CONDITIONAL) {
        second = new_block(b);
        branch(b, n->kids[0], n, join, second);
        b->current = second;
        visit(b, n->kids[1]);
        go(b, join);
    } else {
        first = new_block(b);
        second = new_block(b);
        branch(b, n->kids[0], n, first, second);
        b->current = first;
        visit(b, n->kids[1]);
        go(b, join);
        b->current = second;
        visit(b, n->kids[2]);
        go(b, join);
    }
    b->current = join;
}

/* ---- statements ----------------------------------------------------------- */

static void visit_if(struct builder *b, const struct xf_node *n)
{
    uint32_t yes = new_block(b), after = new_block(b);
    uint32_t no = n->nkids > 2 ? new_block(b) : after;

    branch(b, n->kids[0], n, yes, no);
    b->current = yes;
    visit(b, n->kids[1]);
    go(b, after);
    if (n->nkids > 2) {
        b->current = no;
        visit(b, n->kids[2]);
        go(b, after);
    }
    b->current = after;
}

static void visit_loop_body(struct builder *b, const struct xf_node *body,
                            uint32_t break_to, uint32_t continue_to)
{
    uint32_t old_break = b->break_to, old_continue = b->continue_to;

    b->break_to = break_to;
    b->continue_to = continue_to;
    visit(b, body);
    b->break_to = old_break;
    b->continue_to = old_continue;
}

/* Also while: without init and step. */
static void visit_for(struct builder *b, const struct xf_node *n,
                      const struct xf_node *cond, const struct xf_node *step,
                      const struct xf_node *body)
{
    uint32_t head = new_block(b), inside = new_block(b);
    uint32_t again = step ? new_block(b) : head, after = new_block(b);

    mark(b, n);
    go(b, head);
    b->current = head;
    if (cond->op == XF_OP_NIL)
        go(b, inside);
    else
        branch(b, cond, n, inside, after);
    b->current = inside;
    visit_loop_body(b, body, after, again);
    go(b, again);
    if (step) {
        b->current = again;
        visit(b, step);
        go(b, head);
    }
    b->current = after;
}

static void visit_do(struct builder *b, const struct xf_node *n)
{
    uint32_t inside = new_block(b), check = new_block(b), after = new_block(b);

    mark(b, n);
    go(b, inside);
    b->current = inside;
    visit_loop_body(b, n->kids[0], after, check);
    go(b, check);
    b->current = check;
    branch(b, n->kids[1], n, inside, after);
    b->current = after;
}

static void visit_switch(struct builder *b, const struct xf_node *n)
{
    struct selection s = {.node = n}, *outer = b->selection;
    uint32_t after = new_block(b), old_break = b->break_to, none;

    visit(b, n->kids[0]);
    mark(b, n->kids[0]);
    s.from = here(b);
    s.has_value = xf_tree_value(n->kids[0], b->long_bits, &s.value);
    b->current = XF_CFG_NONE;
    b->selection = &s;
    b->break_to = after;
    visit(b, n->kids[1]);
    go(b, after);
    if (!s.has_default) {
        none = new_guard(b, XF_GUARD_DEFAULT, n->kids[0], n);
        at(b, none)->never = s.has_value && s.taken;
        add_edge(b, s.from, none);
        add_edge(b, none, after);
    }
    b->break_to = old_break;
    b->selection = outer;
    b->current = after;
}

static bool matches(const struct builder *b, const struct xf_node *label,
                    int64_t value)
{
    int64_t first, last;

    if (!xf_tree_value(label->kids[0], b->long_bits, &first))
        return true;
    if (label->nkids < 3)
        return first == value;
    return !xf_tree_value(label->kids[1], b->long_bits, &last) ||
           (first <= value && value <= last);
}

/* case a: case b: default: stmt is one guard. */
static void visit_case(struct builder *b, const struct xf_node *n)
{
    struct selection *s = b->selection;
    uint32_t guard, body = new_block(b);
    const struct xf_node *stmt = n;
    bool may = false, is_default = false;
    struct xf_block *block;

    if (!s) { /* malformed */
        visit(b, n->kids[n->nkids - 1]);
        return;
    }
    go(b, body);
    guard = new_guard(b, XF_GUARD_CASE, s->node->kids[0], s->node);
    block = at(b, guard);
    while (stmt->op == XF_OP_CASE || stmt->op == XF_OP_DEFAULT) {
        block->labels = xf_realloc(block->labels, (block->nlabels + 1) *
                                                      sizeof(*block->labels));
        block->labels[block->nlabels++] = stmt;
        is_default |= stmt->op == XF_OP_DEFAULT;
        may |= stmt->op == XF_OP_CASE && matches(b, stmt, s->value);
        stmt = stmt->kids[stmt->nkids - 1];
    }
    s->taken |= may && s->has_value;
    if (is_default) {
        block->guard = XF_GUARD_DEFAULT;
        s->has_default = true;
    } else {
        block->never = s->has_value && !may;
    }
    add_edge(b, s->from, guard);
    add_edge(b, guard, body);
    b->current = body;
    visit(b, stmt);
}

static void visit_label(struct builder *b, const struct xf_node *n)
{
    uint32_t block = label(b, n->name)->block;

    go(b, block);
    b->current = block;
    visit(b, n->kids[0]);
}

static void jump_to_label(struct builder *b, uint32_t from, const char *name,
                          const struct xf_node *decider)
{
    uint32_t target = label(b, name)->block;
    uint32_t guard = new_guard(b, XF_GUARD_JUMP, NULL, decider);

    add_edge(b, from, guard);
    add_edge(b, guard, target);
}

static void visit_asm(struct builder *b, const struct xf_node *n)
{
    uint32_t from, after;
    bool jumps = false;

    visit_kids(b, n);
    act(b, n);
    from = here(b);
    for (uint32_t i = 0; i < n->nkids; i++)
        if (n->kids[i]->op == XF_OP_LABEL_ADDRESS) {
            jump_to_label(b, from, n->kids[i]->name, n);
            jumps = true;
        }
    if (!jumps)
        return;
    after = new_guard(b, XF_GUARD_JUMP, NULL, n);
    go(b, after);
    b->current = after;
}

static void visit_return(struct builder *b, const struct xf_node *n)
{
    visit_kids(b, n);
    act(b, n);
    at(b, here(b))->returns = true;
    go(b, XF_CFG_EXIT);
}

static void visit_computed_goto(struct builder *b, const struct xf_node *n)
{
    visit_kids(b, n);
    mark(b, n);
    XF_GROW(b->jumps, b->njumps, b->jumps_cap);
    b->jumps[b->njumps].node = n;
    b->jumps[b->njumps++].block = here(b);
    b->current = XF_CFG_NONE;
}

static void visit_jump(struct builder *b, const struct xf_node *n)
{
    uint32_t to = n->op == XF_OP_GOTO    ? label(b, n->name)->block
                  : n->op == XF_OP_BREAK ? b->break_to
                                         : b->continue_to;

    here(b);
    mark(b, n);
    go(b, to == XF_CFG_NONE ? XF_CFG_EXIT : to);
}

static void visit_statement(struct builder *b, const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_DECL:
        if (n->local) {
            visit_kids(b, n);
            act(b, n);
        }
        break;
    case XF_OP_IF:
        visit_if(b, n);
        break;
    case XF_OP_FOR:
        visit(b, n->kids[0]);
        visit_for(b, n, n->kids[1], n->kids[2], n->kids[3]);
        break;
    case XF_OP_WHILE:
        visit_for(b, n, n->kids[0], NULL, n->kids[1]);
        break;
    case XF_OP_DO:
        visit_do(b, n);
        break;
    case XF_OP_SWITCH:
        visit_switch(b, n);
        break;
    case XF_OP_CASE:
    case XF_OP_DEFAULT:
        visit_case(b, n);
        break;
    case XF_OP_LABEL:
        visit_label(b, n);
        break;
    case XF_OP_GOTO:
    case XF_OP_BREAK:
    case XF_OP_CONTINUE:
        visit_jump(b, n);
        break;
    case XF_OP_COMPUTED_GOTO:
        visit_computed_goto(b, n);
        break;
    case XF_OP_RETURN:
        visit_return(b, n);
        break;
    case XF_OP_ASM:
        visit_asm(b, n);
        break;
    default:
        visit_kids(b, n);
    }
}

static bool is_step(const struct xf_node *n)
{
    return n->op == XF_OP_UNARY &&
           (strstr(n->name, "++") || strstr(n->name, "--"));
}

static void visit(struct builder *b, const struct xf_node *n)
{
    if (!is_expression(n)) {
        visit_statement(b, n);
    } else if (is_logical(n) || n->op == XF_OP_CONDITIONAL ||
               n->op == XF_OP_GNU_CONDITIONAL) {
        visit_choice(b, n);
    } else if (n->op == XF_OP_CALL) {
        visit_call(b, n);
    } else if (n->op == XF_OP_ASSIGN) {
        visit(b, n->kids[1]);
        visit(b, n->kids[0]);
        act(b, n);
    } else if (n->op == XF_OP_LABEL_ADDRESS) {
        label(b, n->name)->address_taken = true;
    } else {
        visit_kids(b, n);
        if (is_step(n))
            act(b, n);
    }
}

static void finish_jumps(struct builder *b)
{
    for (size_t i = 0; i < b->njumps; i++)
        for (size_t j = 0; j < b->nlabels; j++)
            if (b->labels[j].address_taken)
                jump_to_label(b, b->jumps[i].block, b->labels[j].name,
                              b->jumps[i].node);
}

struct xf_cfg *xf_cfg_build(const struct xf_node *function,
                            unsigned int long_bits, xf_noreturn_fn *noreturn,
                            void *payload)
{
    struct xf_cfg *cfg = xf_calloc(1, sizeof(*cfg));
    struct builder b = {.cfg = cfg, .long_bits = long_bits,
                        .noreturn = noreturn, .payload = payload,
                        .break_to = XF_CFG_NONE, .continue_to = XF_CFG_NONE};

    b.current = new_block(&b); /* XF_CFG_ENTRY */
    new_block(&b);             /* XF_CFG_EXIT */
    for (uint32_t i = 0; i < function->nkids; i++)
        if (function->kids[i]->op != XF_OP_PARAM)
            visit(&b, function->kids[i]);
    if (b.current != XF_CFG_NONE) {
        at(&b, b.current)->returns = true;
        go(&b, XF_CFG_EXIT);
    }
    finish_jumps(&b);
    free(b.labels);
    free(b.jumps);
    xf_cfg_finish(cfg);
    return cfg;
}
