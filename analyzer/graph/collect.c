/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "pointers.h"

const char xf_lost_assembly[] = "inline assembly";

static xf_ptr_node value_of(struct xf_collector *c, const struct xf_node *n);
static void walk(struct xf_collector *c, const struct xf_node *n);

/* ---- types ----------------------------------------------------------------
 *
 * Most variables cannot hold a function, so no constraints are made for them:
 * left are pointers to functions and to such pointers, void *, and unsigned
 * long, Xen's integer for addresses. */

/* A function itself: the type of a parameter that is declared as a function,
 * which makes it a pointer to one. */
static bool is_function(const char *type)
{
    return strstr(type, " (") && !strstr(type, "(*") &&
           !strstr(type, "(unnamed") && !strstr(type, "(anonymous");
}

static bool can_carry(const char *type)
{
    return strstr(type, "(*") || strstr(type, "void *") ||
           strstr(type, "unsigned long") || is_function(type) || !*type;
}

static bool is_array(const char *type)
{
    return strchr(type, '[') && !strstr(type, "(*)[");
}

/* A pointer to a function, not to something that points to one: one star in the
 * parentheses, qualifiers aside, and parameters behind them. */
static bool is_function_pointer(const char *type)
{
    const char *open = strstr(type, "(*"), *p;

    if (!open)
        return is_function(type);
    for (p = open + 2; *p && *p != ')'; p++)
        if (*p == '*' || *p == '[' || *p == '(')
            return false;
    return *p && p[1] == '(';
}

/* ---- functions ------------------------------------------------------------ */

uint32_t xf_collect_function(struct xf_collector *c, int64_t id,
                             const char *name, const char *file, bool is_static)
{
    struct xf_program_function f = {.id = id, .result = XF_PTR_NONE,
                                    .is_static = is_static};
    uint32_t at = (uint32_t)c->nfunctions, slot;
    int is_new;

    f.name = xf_strdup(name);
    f.file = xf_strdup(file);
    f.type = xf_strdup("");
    XF_GROW(c->functions, c->nfunctions, c->functions_cap);
    c->functions[c->nfunctions++] = f;
    if (is_static) {
        char *key = xf_format("%s\x1f%s", name, file);
        size_t n = slot = xf_map_add(&c->statics, key, &is_new);

        if (is_new)
            XF_GROW(c->static_index, n, c->static_cap);
        c->static_index[slot] = at;
        free(key);
    } else {
        size_t n = slot = xf_map_add(&c->externs, name, &is_new);
        struct xf_definitions *d;

        if (is_new) {
            XF_GROW(c->extern_index, n, c->extern_cap);
            memset(&c->extern_index[slot], 0, sizeof(*c->extern_index));
        }
        d = &c->extern_index[slot];
        XF_GROW(d->items, d->len, d->cap);
        d->items[d->len++] = at;
    }
    return at;
}

/* Which functions a name means: one, or every external definition of it. */
static const uint32_t *definitions_of(struct xf_collector *c,
                                      const struct xf_node *fn, size_t *n)
{
    uint32_t at;

    *n = 1;
    if (*fn->home) {
        char *key = xf_format("%s\x1f%s", fn->name, fn->home);

        at = xf_map_find(&c->statics, key);
        free(key);
        if (at == XF_MAP_NONE) {
            xf_collect_function(c, 0, fn->name, fn->home, true);
            at = (uint32_t)c->statics.len - 1;
        }
        return &c->static_index[at];
    }
    at = xf_map_find(&c->externs, fn->name);
    if (at == XF_MAP_NONE) {
        xf_collect_function(c, 0, fn->name, "", false);
        at = xf_map_find(&c->externs, fn->name);
    }
    *n = c->extern_index[at].len;
    return c->extern_index[at].items;
}

static xf_ptr_node fresh(struct xf_collector *c)
{
    return xf_solver_node(c->solver);
}

static struct xf_node_info *info_of(struct xf_collector *c, xf_ptr_node node)
{
    size_t want = node + 1;

    if (want > c->ninfos) {
        want = want * 2;
        c->infos = xf_realloc(c->infos, want * sizeof(*c->infos));
        for (size_t i = c->ninfos; i < want; i++)
            c->infos[i] = (struct xf_node_info){
                .place = XF_MAP_NONE, .pointer = XF_PTR_NONE};
        c->ninfos = want;
    }
    return &c->infos[node];
}

/* The node of a named place, made when it is new. */
static xf_ptr_node named(struct xf_collector *c, const char *key)
{
    int is_new;
    uint32_t at = xf_map_add(&c->places, key, &is_new);

    if (is_new) {
        size_t n = at;

        XF_GROW(c->place_nodes, n, c->places_cap);
        c->place_nodes[at] = fresh(c);
        info_of(c, c->place_nodes[at])->place = at;
    }
    return c->place_nodes[at];
}

static xf_ptr_node param_of(struct xf_collector *c, uint32_t function, size_t i)
{
    struct xf_program_function *f = &c->functions[function];

    if (i >= f->nparams) {
        f->params = xf_realloc(f->params, (i + 1) * sizeof(*f->params));
        while (f->nparams <= i)
            f->params[f->nparams++] = XF_PTR_NONE;
    }
    if (f->params[i] == XF_PTR_NONE) {
        char *key = xf_format("p%u.%zu", function, i);

        f->params[i] = named(c, key);
        free(key);
    }
    return f->params[i];
}

static xf_ptr_node result_of(struct xf_collector *c, uint32_t function)
{
    struct xf_program_function *f = &c->functions[function];

    if (f->result == XF_PTR_NONE) {
        xf_ptr_node node = fresh(c);

        if (!f->has_body)
            info_of(c, node)->lost =
                "the result of a function whose body is not known";
        f->result = node;
        return node;
    }
    return f->result;
}

/* ---- locations ------------------------------------------------------------ */

/* The members of a union are one location: what is stored as one of them may
 * be read as another. */
static xf_ptr_node member(struct xf_collector *c, const struct xf_node *n)
{
    char *key = *n->shared ? xf_format("u%s", n->shared)
                           : xf_format("m%s.%s", n->home, n->name);
    xf_ptr_node node = named(c, key);

    if (*n->shared && !info_of(c, node)->shown)
        info_of(c, node)->shown = xf_format("%.*s.%s",
                                            (int)strcspn(n->home, "@"),
                                            n->home, n->name);
    free(key);
    return node;
}

static xf_ptr_node global(struct xf_collector *c, const char *name,
                          const char *home)
{
    char *key = xf_format("v%s\x1f%s", name, home);
    xf_ptr_node node = named(c, key);

    free(key);
    return node;
}

static bool is_param(const struct xf_collector *c, uint32_t number)
{
    return number < c->root->nkids &&
           c->root->kids[number]->op == XF_OP_PARAM;
}

static xf_ptr_node local(struct xf_collector *c, uint32_t number)
{
    if (number > 100000)
        return fresh(c);
    if (is_param(c, number))
        return param_of(c, c->function, number);
    while (c->nlocals <= number) {
        XF_GROW(c->locals, c->nlocals, c->locals_cap);
        c->locals[c->nlocals++] = XF_PTR_NONE;
    }
    if (c->locals[number] == XF_PTR_NONE)
        c->locals[number] = fresh(c);
    return c->locals[number];
}

static xf_ptr_node variable(struct xf_collector *c, const struct xf_node *n)
{
    return n->local ? local(c, (uint32_t)n->value)
                    : global(c, n->name, n->home);
}

/* Assembly names the stack pointer as an operand only to be ordered; it holds
 * no function. */
static bool is_register(const struct xf_node *n)
{
    return !n->local && !strcmp(n->home, "register");
}

/* ---- values --------------------------------------------------------------- */

static xf_ptr_node address(struct xf_collector *c, xf_ptr_node of)
{
    xf_ptr_node node = fresh(c);

    xf_solver_value(c->solver, node, xf_ptr_address(of));
    return node;
}

static xf_ptr_node both(struct xf_collector *c, xf_ptr_node a, xf_ptr_node b)
{
    xf_ptr_node node;

    if (a == XF_PTR_NONE || b == XF_PTR_NONE)
        return a == XF_PTR_NONE ? b : a;
    node = fresh(c);
    xf_solver_copy(c->solver, node, a);
    xf_solver_copy(c->solver, node, b);
    return node;
}

static xf_ptr_node function_value(struct xf_collector *c,
                                  const struct xf_node *fn)
{
    size_t n;
    const uint32_t *found = definitions_of(c, fn, &n);
    xf_ptr_node node = fresh(c);

    for (size_t i = 0; i < n; i++) {
        c->functions[found[i]].taken = true;
        xf_solver_value(c->solver, node, xf_ptr_function(found[i]));
    }
    return node;
}

static xf_ptr_node loaded(struct xf_collector *c, xf_ptr_node pointer)
{
    xf_ptr_node node;

    if (pointer == XF_PTR_NONE)
        return XF_PTR_NONE;
    node = fresh(c);
    info_of(c, node)->pointer = pointer;
    xf_solver_load(c->solver, node, pointer);
    return node;
}

/* The value of a location of that type: an array is its own address. */
static xf_ptr_node content(struct xf_collector *c, xf_ptr_node at,
                           const char *type)
{
    return is_array(type) ? address(c, at) : at;
}

static xf_ptr_node address_of(struct xf_collector *c, const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_FN:
        return function_value(c, n);
    case XF_OP_VAR:
        return can_carry(n->type) && !is_register(n)
                   ? address(c, variable(c, n))
                   : XF_PTR_NONE;
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        walk(c, n->kids[0]);
        return can_carry(n->type) ? address(c, member(c, n)) : XF_PTR_NONE;
    case XF_OP_INDEX:
        walk(c, n->kids[1]);
        return value_of(c, n->kids[0]);
    case XF_OP_DEREF:
        return value_of(c, n->kids[0]);
    default:
        return value_of(c, n);
    }
}

static void initialise(struct xf_collector *c, xf_ptr_node to,
                       const struct xf_node *list);

static void assign(struct xf_collector *c, const struct xf_node *to,
                   xf_ptr_node from)
{
    xf_ptr_node pointer;

    switch (to->op) {
    case XF_OP_VAR:
        if (from != XF_PTR_NONE && can_carry(to->type) && !is_register(to))
            xf_solver_copy(c->solver, variable(c, to), from);
        break;
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        walk(c, to->kids[0]);
        if (from != XF_PTR_NONE)
            xf_solver_copy(c->solver, member(c, to), from);
        break;
    case XF_OP_INDEX:
    case XF_OP_DEREF:
        pointer = value_of(c, to->kids[0]);
        if (to->op == XF_OP_INDEX)
            walk(c, to->kids[1]);
        if (from != XF_PTR_NONE && pointer != XF_PTR_NONE)
            xf_solver_store(c->solver, pointer, from);
        break;
    case XF_OP_CAST:
        assign(c, to->kids[0], from);
        break;
    default:
        walk(c, to);
    }
}

/* Lists name the members they set; elements of an array go to `to`. */
static void initialise(struct xf_collector *c, xf_ptr_node to,
                       const struct xf_node *list)
{
    for (uint32_t i = 0; i < list->nkids; i++) {
        const struct xf_node *at = list->kids[i], *value;
        xf_ptr_node place = to, v;

        if (at->op != XF_OP_AT) {
            walk(c, at);
            continue;
        }
        value = at->kids[0];
        if (*at->name || *at->home)
            place = member(c, at);
        if (value->op == XF_OP_INITLIST) {
            initialise(c, place, value);
            continue;
        }
        v = value_of(c, value);
        if (v != XF_PTR_NONE && place != XF_PTR_NONE)
            xf_solver_copy(c->solver, place, v);
    }
}

static void set(struct xf_collector *c, const struct xf_node *to,
                const struct xf_node *value)
{
    xf_ptr_node v;

    if (value->op == XF_OP_INITLIST) {
        initialise(c, XF_PTR_NONE, value);
        walk(c, to);
        return;
    }
    v = value_of(c, value);
    assign(c, to, v);
}

/* ---- calls ---------------------------------------------------------------- */

static struct xf_pointer_call *add_call(struct xf_collector *c,
                                        xf_ptr_node pointer, uint32_t line)
{
    struct xf_pointer_call call = {.caller = c->function,
                                   .where = c->function, .pointer = pointer,
                                   .result = XF_PTR_NONE, .line = line};

    XF_GROW(c->calls, c->ncalls, c->calls_cap);
    c->calls[c->ncalls] = call;
    return &c->calls[c->ncalls++];
}

/* What a function without a body is given as a pointer to a function may be
 * called by it. (A function's address in a void * or a number is data to it:
 * memcpy() calls nothing.) */
static void escape(struct xf_collector *c, uint32_t to, xf_ptr_node value,
                   uint32_t where, uint32_t line)
{
    struct xf_pointer_call *call = add_call(c, value, line);

    call->caller = to;
    call->where = where;
    call->escape = true;
    call->member = xf_strdup("");
    call->type = xf_strdup("");
    call->text = xf_strdup("");
    xf_solver_call(c->solver, value, (uint32_t)c->ncalls - 1);
}

static void connect_argument(struct xf_collector *c, uint32_t function,
                             size_t i, const struct xf_pointer_call *call)
{
    if (call->args[i] == XF_PTR_NONE)
        return;
    if (c->functions[function].has_body)
        xf_solver_copy(c->solver, param_of(c, function, i), call->args[i]);
    else if (call->callable[i])
        escape(c, function, call->args[i], call->where, call->line);
}

static void connect(struct xf_collector *c, const struct xf_pointer_call *call,
                    uint32_t function)
{
    for (size_t i = 0; i < call->nargs; i++)
        connect_argument(c, function, i, call);
    if (call->result != XF_PTR_NONE)
        xf_solver_copy(c->solver, call->result, result_of(c, function));
}

static void on_call(void *payload, uint32_t at, uint32_t function)
{
    struct xf_collector *c = payload;
    struct xf_pointer_call call;

    for (size_t i = 0; i < c->calls[at].ncallees; i++)
        if (c->calls[at].callees[i] == function)
            return;
    XF_GROW(c->calls[at].callees, c->calls[at].ncallees,
            c->calls[at].callees_cap);
    c->calls[at].callees[c->calls[at].ncallees++] = function;
    call = c->calls[at]; /* the array may move */
    if (!call.escape)
        connect(c, &call, function);
}

/* The function that an expression names without any pointer, or NULL. */
static const struct xf_node *named_function(const struct xf_node *n)
{
    while (n->op == XF_OP_DEREF || n->op == XF_OP_ADDRESS)
        n = n->kids[0];
    return n->op == XF_OP_FN ? n : NULL;
}

static void take_arguments(struct xf_collector *c, const struct xf_node *n,
                           struct xf_pointer_call *call)
{
    call->nargs = n->nkids - 1;
    call->args = xf_calloc(call->nargs + 1, sizeof(*call->args));
    call->callable = xf_calloc(call->nargs + 1, sizeof(*call->callable));
    for (size_t i = 0; i < call->nargs; i++) {
        const struct xf_node *arg = n->kids[i + 1];

        call->args[i] = value_of(c, arg);
        call->callable[i] = named_function(arg) ||
                            is_function_pointer(arg->type);
    }
}

static xf_ptr_node call_direct(struct xf_collector *c, const struct xf_node *n,
                               const struct xf_node *fn)
{
    struct xf_pointer_call call = {.where = c->function,
                                   .result = XF_PTR_NONE, .line = n->line};
    const uint32_t *found;
    size_t nfound;

    take_arguments(c, n, &call);
    if (!strncmp(fn->name, "__builtin_", 10)) {
        xf_ptr_node first = call.nargs ? call.args[0] : XF_PTR_NONE;

        free(call.args);
        free(call.callable);
        return !strcmp(fn->name, "__builtin_expect") ? first : XF_PTR_NONE;
    }
    if (can_carry(n->type))
        call.result = fresh(c);
    found = definitions_of(c, fn, &nfound);
    for (size_t i = 0; i < nfound; i++)
        connect(c, &call, found[i]);
    free(call.args);
    free(call.callable);
    return call.result;
}

static char *printed(const struct xf_node *n)
{
    struct xf_buf text = XF_BUF_INIT;

    xf_tree_print(&text, n);
    return xf_buf_detach(&text);
}

static xf_ptr_node call_pointer(struct xf_collector *c, const struct xf_node *n)
{
    const struct xf_node *callee = n->kids[0];
    xf_ptr_node pointer, result = XF_PTR_NONE;
    struct xf_pointer_call *call, given = {0};

    /* *f of a function pointer is the function, which is a pointer again */
    while (callee->op == XF_OP_DEREF &&
           is_function_pointer(callee->kids[0]->type))
        callee = callee->kids[0];
    pointer = value_of(c, callee);
    take_arguments(c, n, &given);
    if (can_carry(n->type))
        result = fresh(c);
    call = add_call(c, pointer, n->line);
    call->member = *callee->shared ? xf_format("%.*s.%s",
                                               (int)strcspn(callee->home, "@"),
                                               callee->home, callee->name)
                                   : xf_strdup("");
    call->args = given.args;
    call->callable = given.callable;
    call->nargs = given.nargs;
    call->result = result;
    call->type = xf_strdup(callee->type);
    call->text = printed(callee);
    if (pointer != XF_PTR_NONE)
        xf_solver_call(c->solver, pointer, (uint32_t)c->ncalls - 1);
    return result;
}

/* ---- inline assembly ------------------------------------------------------ */

static bool is_in(const struct xf_collector *c, const char *const *macros,
                  const struct xf_node *n)
{
    for (const char *const *p = macros; p && *p; p++)
        if (!fnmatch(*p, c->macro, 0) || !fnmatch(*p, n->macro, 0) ||
            !fnmatch(*p, n->inner, 0))
            return true;
    return false;
}

static const struct xf_node *without_casts(const struct xf_node *n)
{
    while (n->op == XF_OP_CAST)
        n = n->kids[0];
    return n;
}

/* A function, a pointer to one or its address: what assembly is given to call.
 * A pointer in a local variable is an argument when there is something else to
 * call. */
static bool is_callee(const struct xf_node *operand, bool sure)
{
    operand = without_casts(operand);
    if (operand->op == XF_OP_VAR && operand->local)
        return !sure && is_function_pointer(operand->type);
    return named_function(operand) || is_function_pointer(operand->type) ||
           (operand->op == XF_OP_ADDRESS &&
            is_function_pointer(operand->kids[0]->type));
}

/* What the assembly may call when `operand` is given to it. */
static xf_ptr_node called_operand(struct xf_collector *c,
                                  const struct xf_node *operand)
{
    operand = without_casts(operand);
    if (named_function(operand))
        return function_value(c, named_function(operand));
    return value_of(c, operand->op == XF_OP_ADDRESS ? operand->kids[0]
                                                    : operand);
}

static bool is_lvalue(const struct xf_node *n)
{
    return n->op == XF_OP_VAR || n->op == XF_OP_MEMBER ||
           n->op == XF_OP_ARROW || n->op == XF_OP_INDEX ||
           n->op == XF_OP_DEREF;
}

static void call_operand(struct xf_collector *c, const struct xf_node *n,
                         const struct xf_node *operand, xf_ptr_node pointer,
                         xf_ptr_node mixed)
{
    xf_ptr_node *args = xf_calloc(6, sizeof(*args));
    bool *callable = xf_calloc(6, sizeof(*callable));
    struct xf_pointer_call *call = add_call(c, pointer, n->line);

    for (size_t i = 0; i < 6; i++)
        args[i] = mixed;
    call->is_asm = true;
    call->member = xf_strdup("");
    call->is_asm = true;
    call->args = args;
    call->callable = callable;
    call->nargs = 6; /* registers of the calling conventions */
    call->result = mixed;
    if (operand->op == XF_OP_ADDRESS)
        operand = operand->kids[0];
    call->type = xf_strdup(operand->type);
    call->text = printed(operand);
    if (pointer != XF_PTR_NONE)
        xf_solver_call(c->solver, pointer, (uint32_t)c->ncalls - 1);
}

static void mix_operand(struct xf_collector *c, const struct xf_node *operand,
                        xf_ptr_node mixed)
{
    xf_ptr_node v = value_of(c, operand);

    if (v != XF_PTR_NONE)
        xf_solver_copy(c->solver, mixed, v);
    if (is_lvalue(operand))
        assign(c, operand, mixed);
}

static void walk_asm(struct xf_collector *c, const struct xf_node *n)
{
    xf_ptr_node mixed = fresh(c);
    bool calls = !is_in(c, c->opaque, n), all = is_in(c, c->calling, n);
    bool sure = false;

    if (calls && n->nkids)
        info_of(c, mixed)->lost = xf_lost_assembly;
    for (uint32_t i = 0; i < n->nkids; i++)
        sure |= is_callee(n->kids[i], true);
    for (uint32_t i = 0; i < n->nkids; i++) {
        const struct xf_node *operand = n->kids[i];

        if (operand->op == XF_OP_LABEL_ADDRESS)
            continue;
        if (calls && (is_callee(operand, sure) ||
                      (all && operand->op == XF_OP_VAR &&
                       can_carry(operand->type))))
            call_operand(c, n, operand, called_operand(c, operand), mixed);
        else
            mix_operand(c, operand, mixed);
    }
}

/* ---- expressions ----------------------------------------------------------- */

/* ({ ... }) has the value of its last statement. */
static xf_ptr_node value_of_statements(struct xf_collector *c,
                                       const struct xf_node *n)
{
    const struct xf_node *block = n->kids[0];
    const char *around = c->macro;
    xf_ptr_node value = XF_PTR_NONE;

    if (*n->macro)
        c->macro = n->macro;
    for (uint32_t i = 0; i + 1 < block->nkids; i++)
        walk(c, block->kids[i]);
    if (block->nkids)
        value = value_of(c, block->kids[block->nkids - 1]);
    c->macro = around;
    return value;
}

/* Address arithmetic keeps what it points to; tags are masked off and on. */
static bool keeps_pointer(const char *op)
{
    return !strcmp(op, "+") || !strcmp(op, "-") || !strcmp(op, "&") ||
           !strcmp(op, "|");
}

static xf_ptr_node value_of(struct xf_collector *c, const struct xf_node *n)
{
    xf_ptr_node a, b;

    switch (n->op) {
    case XF_OP_FN:
        return function_value(c, n);
    case XF_OP_VAR:
        if (!can_carry(n->type) || is_register(n))
            return XF_PTR_NONE;
        /* a parameter that is declared as an array is a pointer */
        return n->local && is_param(c, (uint32_t)n->value)
                   ? variable(c, n)
                   : content(c, variable(c, n), n->type);
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        walk(c, n->kids[0]);
        return can_carry(n->type) ? content(c, member(c, n), n->type)
                                  : XF_PTR_NONE;
    case XF_OP_INDEX:
        walk(c, n->kids[1]);
        a = value_of(c, n->kids[0]);
        return can_carry(n->type) ? (is_array(n->type) ? a : loaded(c, a))
                                  : XF_PTR_NONE;
    case XF_OP_DEREF:
        a = value_of(c, n->kids[0]);
        if (is_function_pointer(n->kids[0]->type))
            return a;
        return can_carry(n->type) ? (is_array(n->type) ? a : loaded(c, a))
                                  : XF_PTR_NONE;
    case XF_OP_ADDRESS:
        return address_of(c, n->kids[0]);
    case XF_OP_CAST:
        a = value_of(c, n->kids[0]);
        if (a == XF_PTR_NONE && n->kids[0]->op != XF_OP_INT &&
            can_carry(n->type)) {
            a = fresh(c);
            info_of(c, a)->lost = "a cast of something that is not followed";
        }
        return a;
    case XF_OP_CALL: {
        const struct xf_node *fn = named_function(n->kids[0]);

        return fn ? call_direct(c, n, fn) : call_pointer(c, n);
    }
    case XF_OP_ASSIGN:
        set(c, n->kids[0], n->kids[1]);
        return n->kids[0]->op == XF_OP_VAR && can_carry(n->kids[0]->type)
                   ? variable(c, n->kids[0])
                   : XF_PTR_NONE;
    case XF_OP_CONDITIONAL:
        walk(c, n->kids[0]);
        a = value_of(c, n->kids[1]);
        b = value_of(c, n->kids[2]);
        return both(c, a, b);
    case XF_OP_GNU_CONDITIONAL:
        a = value_of(c, n->kids[0]);
        b = value_of(c, n->kids[1]);
        return both(c, a, b);
    case XF_OP_BINARY:
        a = value_of(c, n->kids[0]);
        b = value_of(c, n->kids[1]);
        if (!strcmp(n->name, ","))
            return b;
        return keeps_pointer(n->name) ? both(c, a, b) : XF_PTR_NONE;
    case XF_OP_UNARY:
        a = value_of(c, n->kids[0]);
        return n->name[0] == 'x' || n->name[1] == n->name[0] ? a : XF_PTR_NONE;
    case XF_OP_STATEMENTS:
        return value_of_statements(c, n);
    case XF_OP_INITLIST: /* a compound literal */
        a = fresh(c);
        initialise(c, a, n);
        return is_array(n->type) ? address(c, a) : a;
    case XF_OP_OTHER:
        a = fresh(c);
        info_of(c, a)->lost = "an expression that is not understood";
        for (uint32_t i = 0; i < n->nkids; i++) {
            b = value_of(c, n->kids[i]);
            if (b != XF_PTR_NONE)
                xf_solver_copy(c->solver, a, b);
        }
        return a;
    default:
        walk(c, n);
        return XF_PTR_NONE;
    }
}

/* ---- statements ------------------------------------------------------------ */

static void walk_declaration(struct xf_collector *c, const struct xf_node *n)
{
    xf_ptr_node to = XF_PTR_NONE, v;

    if (!n->nkids)
        return;
    if (can_carry(n->type))
        to = n->local ? local(c, (uint32_t)n->value)
                      : global(c, n->name, n->home);
    if (n->kids[0]->op == XF_OP_INITLIST) {
        initialise(c, to, n->kids[0]);
        return;
    }
    v = value_of(c, n->kids[0]);
    if (v != XF_PTR_NONE && to != XF_PTR_NONE)
        xf_solver_copy(c->solver, to, v);
}

static bool is_statement(enum xf_op op)
{
    return op <= XF_OP_NIL;
}

static void walk_statement(struct xf_collector *c, const struct xf_node *n)
{
    xf_ptr_node v;

    switch (n->op) {
    case XF_OP_DECL:
        walk_declaration(c, n);
        break;
    case XF_OP_RETURN:
        v = n->nkids ? value_of(c, n->kids[0]) : XF_PTR_NONE;
        if (v != XF_PTR_NONE)
            xf_solver_copy(c->solver, result_of(c, c->function), v);
        break;
    case XF_OP_ASM:
        walk_asm(c, n);
        break;
    default:
        for (uint32_t i = 0; i < n->nkids; i++)
            walk(c, n->kids[i]);
    }
}

static void walk(struct xf_collector *c, const struct xf_node *n)
{
    const char *around = c->macro;

    if (is_statement(n->op)) {
        if (*n->macro)
            c->macro = n->macro;
        walk_statement(c, n);
        c->macro = around;
    } else if (n->op != XF_OP_INT && n->op != XF_OP_STR &&
               n->op != XF_OP_LABEL_ADDRESS && n->op != XF_OP_VAR) {
        value_of(c, n);
    }
}

/* ---- the program ------------------------------------------------------------ */

void xf_collector_init(struct xf_collector *c)
{
    memset(c, 0, sizeof(*c));
    c->macro = "";
    c->solver = xf_solver_new(on_call, c);
}

void xf_collector_release(struct xf_collector *c)
{
    for (size_t i = 0; i < c->nfunctions; i++) {
        free(c->functions[i].name);
        free(c->functions[i].file);
        free(c->functions[i].type);
        free(c->functions[i].params);
    }
    for (size_t i = 0; i < c->ncalls; i++) {
        free(c->calls[i].args);
        free(c->calls[i].callable);
        free(c->calls[i].type);
        free(c->calls[i].text);
        free(c->calls[i].member);
        free(c->calls[i].callees);
    }
    for (size_t i = 0; i < c->externs.len; i++)
        free(c->extern_index[i].items);
    free(c->functions);
    free(c->static_index);
    free(c->extern_index);
    free(c->place_nodes);
    for (size_t i = 0; i < c->ninfos; i++)
        free(c->infos[i].shown);
    free(c->infos);
    free(c->calls);
    free(c->locals);
    xf_map_release(&c->statics);
    xf_map_release(&c->externs);
    xf_map_release(&c->places);
    xf_solver_free(c->solver);
}

void xf_collect_body(struct xf_collector *c, uint32_t function,
                     const struct xf_node *root)
{
    struct xf_program_function *f = &c->functions[function];

    c->function = function;
    c->root = root;
    c->nlocals = 0;
    if (!*f->type) {
        free(f->type);
        f->type = xf_strdup(root->type);
    }
    for (uint32_t i = 0; i < root->nkids; i++)
        walk(c, root->kids[i]);
}

void xf_collect_variable(struct xf_collector *c, const char *section,
                         const struct xf_node *root)
{
    xf_ptr_node at = global(c, root->name, root->home), v;
    const struct xf_node *value = root->kids[0];

    c->function = XF_PTR_NONE;
    c->root = root;
    c->nlocals = 0;
    if (value->op == XF_OP_INITLIST) {
        initialise(c, at, value);
    } else {
        v = value_of(c, value);
        if (v != XF_PTR_NONE)
            xf_solver_copy(c->solver, at, v);
    }
    for (size_t i = 0; *section && i < c->nsections; i++) {
        xf_ptr_node array, elements;
        char *key;

        if (fnmatch(c->sections[i].section, section, 0))
            continue;
        key = xf_format("s%s", section);
        elements = named(c, key);
        array = global(c, c->sections[i].symbol, "");
        xf_solver_copy(c->solver, elements, at);
        xf_solver_copy(c->solver, array, elements);
        info_of(c, array)->place = info_of(c, elements)->place;
        free(key);
    }
}

void xf_collect_assembly_read(struct xf_collector *c, const char *name,
                              const char *pattern)
{
    uint32_t at = xf_map_find(&c->externs, name);

    if (at == XF_MAP_NONE)
        return;
    for (size_t i = 0; i < c->places.len; i++) {
        const char *key = c->places.keys[i];
        struct xf_pointer_call *call;

        if (*key != 'm' || fnmatch(pattern, key + 1, 0))
            continue;
        call = add_call(c, c->place_nodes[i], 0);
        call->caller = call->where = c->extern_index[at].items[0];
        call->type = xf_strdup("");
        call->text = xf_strdup(key + 1);
        call->member = xf_strdup("");
        xf_solver_call(c->solver, c->place_nodes[i],
                       (uint32_t)c->ncalls - 1);
    }
}

void xf_collect_solve(struct xf_collector *c)
{
    xf_solver_run(c->solver);
}

/* ---- how a function came to a call ------------------------------------------- */

/* Place of a node as `via` says it; NULL for nodes without a name. */
static char *describe(const struct xf_collector *c, xf_ptr_node node)
{
    uint32_t place = node < c->ninfos ? c->infos[node].place : XF_MAP_NONE;
    const char *key, *rest;
    unsigned int function, param;

    if (place == XF_MAP_NONE)
        return NULL;
    key = c->places.keys[place];
    rest = key + 1;
    switch (*key) {
    case 'm': { /* the file of a private record is noise here */
        const char *dot = strrchr(rest, '.');
        size_t record = strcspn(rest, "@");

        if (rest + record > dot)
            record = (size_t)(dot - rest);
        return xf_format("%.*s%s", (int)record, rest, dot);
    }
    case 'v':
        return xf_strndup(rest, strcspn(rest, "\x1f"));
    case 's':
        return xf_strdup(rest);
    case 'u':
        return xf_strdup(c->infos[node].shown);
    default:
        if (sscanf(rest, "%u.%u", &function, &param) == 2)
            return xf_format("parameter %u of %s", param + 1,
                             c->functions[function].name);
        return NULL;
    }
}

static bool is_parameter(const char *text)
{
    return !strncmp(text, "parameter ", 10);
}

#define UPSTREAM_LIMIT 5000 /* nodes; a wave that large explains nothing */

/* Nodes from which something flows to `start`, nearest first; with `value`
 * (else XF_PTR_NONE) only those that hold it. The caller frees. */
static xf_ptr_node *upstream(const struct xf_collector *c, xf_ptr_node start,
                             xf_ptr_value value, size_t *len)
{
    struct xf_pointers seen = {0};
    xf_ptr_node *queue = NULL;
    size_t cap = 0;

    *len = 0;
    XF_GROW(queue, *len, cap);
    queue[(*len)++] = start;
    xf_pointers_add(&seen, (void *)(uintptr_t)start, NULL);
    for (size_t i = 0; i < *len && *len < UPSTREAM_LIMIT; i++) {
        size_t n;
        const xf_ptr_node *sources = xf_solver_sources(c->solver, queue[i], &n);

        for (size_t j = 0; j < n; j++) {
            bool is_new;

            if (value != XF_PTR_NONE &&
                !xf_solver_holds(c->solver, sources[j], value))
                continue;
            xf_pointers_add(&seen, (void *)(uintptr_t)sources[j], &is_new);
            if (!is_new)
                continue;
            XF_GROW(queue, *len, cap);
            queue[(*len)++] = sources[j];
        }
    }
    xf_pointers_release(&seen);
    return queue;
}

/* The nearest member, variable or section among the nodes, else the nearest
 * parameter, else "". Caller frees. */
static char *nearest_place(const struct xf_collector *c,
                           const xf_ptr_node *nodes, size_t n)
{
    char *param = NULL;

    for (size_t i = 0; i < n; i++) {
        char *text = describe(c, nodes[i]);

        if (!text)
            continue;
        if (!is_parameter(text)) {
            free(param);
            return text;
        }
        if (param)
            free(text);
        else
            param = text;
    }
    return param ? param : xf_strdup("");
}

char *xf_collect_via(const struct xf_collector *c,
                     const struct xf_pointer_call *call, uint32_t function)
{
    xf_ptr_node *nodes;
    size_t n;
    char *via;

    if (call->escape)
        return xf_strdup("argument");
    if (*call->member)
        return xf_strdup(call->member);
    nodes = upstream(c, call->pointer, xf_ptr_function(function), &n);
    via = nearest_place(c, nodes, n);
    free(nodes);
    if (*via)
        return via;
    free(via);
    return xf_strdup(call->is_asm ? "inline assembly" : "local");
}

/* Whether nothing is known of what the node is loaded from. */
static bool from_nowhere(const struct xf_collector *c, xf_ptr_node node)
{
    const xf_ptr_value *values;
    size_t n;

    if (node >= c->ninfos || c->infos[node].pointer == XF_PTR_NONE)
        return false;
    values = xf_solver_values(c->solver, c->infos[node].pointer, &n);
    for (size_t i = 0; i < n; i++)
        if (values[i] & 1)
            return false;
    return true;
}

char *xf_collect_reason(const struct xf_collector *c,
                        const struct xf_pointer_call *call, const char **lost)
{
    xf_ptr_node *nodes;
    const char *why = NULL;
    char *place, *text;
    size_t n;

    *lost = "a computation that is not followed";
    if (call->pointer == XF_PTR_NONE)
        return xf_format("its value comes from %s", *lost);
    nodes = upstream(c, call->pointer, XF_PTR_NONE, &n);
    for (size_t i = 0; i < n && !why; i++) {
        if (nodes[i] < c->ninfos)
            why = c->infos[nodes[i]].lost;
        if (!why && from_nowhere(c, nodes[i]))
            why = "memory that nothing known points to";
    }
    place = nearest_place(c, nodes, n);
    free(nodes);
    *lost = why;
    if (why)
        text = xf_format("its value comes from %s", why);
    else if (is_parameter(place))
        text = xf_format("nobody passes a function as %s", place);
    else if (*place)
        text = xf_format("no function is ever stored in %s", place);
    else
        text = xf_strdup("it only ever holds null");
    free(place);
    return text;
}
