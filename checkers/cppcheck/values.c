/* SPDX-License-Identifier: GPL-2.0-only */
#include "values.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

/* Bounds of walks through what the dump calls a tree. */
#define MAX_DEPTH 64
#define MAX_NODES 2000
#define MAX_NESTING 64
/* A condition longer than this is cut for display. */
#define MAX_TEXT 400

struct walk {
    const struct xf_dump *dump;
    const struct xf_wanted *wanted;
    xf_told_fn *fn;
    void *payload;
    unsigned int nodes;
};

static const struct xf_dump_token *token(const struct walk *w, uint32_t at)
{
    return &w->dump->tokens[at];
}

static bool is(const struct walk *w, uint32_t at, const char *text)
{
    return at != XF_DUMP_NONE && !strcmp(xf_dump_text(w->dump, at), text);
}

/* ---- the expression as text --------------------------------------------- */

/* First and last token of the expression with this root. */
static void extent(struct walk *w, uint32_t at, uint32_t *first, uint32_t *last,
                   unsigned int depth)
{
    const struct xf_dump_token *t;

    if (at == XF_DUMP_NONE || depth > MAX_DEPTH || w->nodes++ > MAX_NODES)
        return;
    t = token(w, at);
    *first = at < *first ? at : *first;
    *last = at > *last ? at : *last;
    if (t->link != XF_DUMP_NONE) {
        *first = t->link < *first ? t->link : *first;
        *last = t->link > *last ? t->link : *last;
    }
    extent(w, t->operand1, first, last, depth + 1);
    extent(w, t->operand2, first, last, depth + 1);
}

/* Brackets that are open at the end close, those that close unopened open. */
static void balance(const struct walk *w, uint32_t *first, uint32_t *last)
{
    for (uint32_t i = *first; i <= *last; i++) {
        uint32_t link = token(w, i)->link;

        if (link == XF_DUMP_NONE || link >= w->dump->ntokens)
            continue;
        if (link > *last && link - *last < 64)
            *last = link;
        if (link < *first && *first - link < 64)
            *first = link;
    }
}

static bool glued(const char *before, const char *text)
{
    static const char *const tight[] = {".", "->", "[", "(", "!", "~"};
    static const char *const close[] = {".", "->", "[", "]", ")", ","};

    for (size_t i = 0; i < sizeof(tight) / sizeof(tight[0]); i++)
        if (!strcmp(before, tight[i]))
            return true;
    for (size_t i = 0; i < sizeof(close) / sizeof(close[0]); i++)
        if (!strcmp(text, close[i]))
            return true;
    return false;
}

static void render(struct walk *w, struct xf_buf *out, uint32_t root)
{
    uint32_t first = root, last = root;
    bool name_before = false;

    w->nodes = 0;
    extent(w, root, &first, &last, 0);
    balance(w, &first, &last);
    for (uint32_t i = first; i <= last && out->len < MAX_TEXT; i++) {
        const char *text = xf_dump_text(w->dump, i);
        bool call = name_before && !strcmp(text, "(");

        if (i > first && !call &&
            !glued(xf_dump_text(w->dump, i - 1), text))
            xf_buf_addch(out, ' ');
        xf_buf_adds(out, text);
        name_before = token(w, i)->is_name;
    }
    if (out->len >= MAX_TEXT)
        xf_buf_adds(out, "...");
}

/* ---- the values --------------------------------------------------------- */

/* Every value of such a type has this. */
static bool is_trivial(const struct xf_dump_token *t,
                       const struct xf_dump_value *v)
{
    if (v->kind != XF_VALUE_IMPOSSIBLE)
        return false;
    return (t->is_bool && (v->value < 0 || v->value > 1)) ||
           (v->bound == XF_BOUND_UPPER && v->value == -1 && t->is_unsigned);
}

/* A range of a condition's values says neither that it holds nor that not. */
static bool is_vague(const struct xf_dump_token *t,
                     const struct xf_dump_value *v, bool is_condition)
{
    return v->kind == XF_VALUE_POSSIBLE && v->bound != XF_BOUND_POINT &&
           (is_condition || t->is_bool ||
            (t->is_unsigned && v->bound == XF_BOUND_LOWER && !v->value));
}

/* Behind `if ( !p ) return;` Cppcheck notes p as 1, which stands for true. */
static void weaken(const struct xf_dump_token *t, struct xf_dump_value *v,
                   bool is_condition)
{
    if (!is_condition && !t->is_bool && v->kind == XF_VALUE_KNOWN &&
        v->value == 1 && v->line) {
        v->kind = XF_VALUE_IMPOSSIBLE;
        v->value = 0;
    }
}

/* Told by the site itself: past it, its condition did not hold. */
static bool is_circular(const struct walk *w, const struct xf_dump_value *v)
{
    return v->line >= w->wanted->line && v->line <= w->wanted->end_line;
}

static bool tell(struct walk *w, uint32_t at, bool is_condition)
{
    const struct xf_dump_token *t = token(w, at);
    struct xf_buf text = XF_BUF_INIT;
    const struct xf_dump_list *list;
    bool known = false;

    if (t->values == XF_DUMP_NONE)
        return false;
    list = &w->dump->lists[t->values];
    for (size_t i = 0; i < list->count; i++) {
        struct xf_told told = {is_condition,
                               w->dump->values[list->first + i], NULL};

        weaken(t, &told.value, is_condition);
        if (is_trivial(t, &told.value) || is_circular(w, &told.value) ||
            is_vague(t, &told.value, is_condition))
            continue;
        if (!text.len)
            render(w, &text, at);
        told.text = text.data;
        known |= told.value.kind == XF_VALUE_KNOWN;
        w->fn(&told, w->payload);
    }
    xf_buf_release(&text);
    return known;
}

/* Whether the expression depends on anything but constants. */
static bool varies(struct walk *w, uint32_t at, unsigned int depth)
{
    const struct xf_dump_token *t;

    if (at == XF_DUMP_NONE || depth > MAX_DEPTH || w->nodes++ > MAX_NODES)
        return false;
    t = token(w, at);
    if (is(w, at, "(") && is(w, t->operand1, "sizeof"))
        return false;
    return t->is_variable || varies(w, t->operand1, depth + 1) ||
           varies(w, t->operand2, depth + 1);
}

/* The parts of the condition, outermost first. Of one that is known the parts
 * are known, too, and tell no more. */
static void tell_parts(struct walk *w, uint32_t at, unsigned int depth,
                       unsigned int *budget)
{
    const uint32_t *operands[2];

    if (at == XF_DUMP_NONE || depth > MAX_DEPTH || !*budget)
        return;
    --*budget;
    operands[0] = &token(w, at)->operand1;
    operands[1] = &token(w, at)->operand2;
    for (int i = 0; i < 2; i++) {
        uint32_t part = *operands[i];

        /* the right side of a . or the name of a called function */
        if (part == XF_DUMP_NONE || (i == 1 && is(w, at, ".")) ||
            (i == 0 && is(w, at, "(") && !token(w, part)->is_variable))
            continue;
        w->nodes = 0;
        if (!varies(w, part, 0))
            continue;
        if (!tell(w, part, false))
            tell_parts(w, part, depth + 1, budget);
    }
}

/* ---- the site ----------------------------------------------------------- */

static bool is_wanted(const struct walk *w, uint32_t at)
{
    const struct xf_dump_token *t = token(w, at);

    return t->is_name && t->line == w->wanted->line &&
           t->scope != XF_DUMP_NONE && is(w, at, w->wanted->call) &&
           at + 1 < w->dump->ntokens && is(w, at + 1, "(") &&
           !strcmp(xf_dump_file(w->dump, at), w->wanted->file);
}

/* Index of the condition's root; XF_DUMP_NONE: the call is no direct part of
 * an `if`. In an `else` the condition is another one. */
static uint32_t condition(const struct walk *w, uint32_t call)
{
    uint32_t scope = token(w, call)->scope;

    for (unsigned int i = 0; scope != XF_DUMP_NONE && i < MAX_NESTING; i++) {
        const struct xf_dump_scope *s = &w->dump->scopes[scope];
        const char *type = w->dump->texts.keys[s->type];
        uint32_t body = s->body, open;

        if (!strcmp(type, "If")) {
            open = body != XF_DUMP_NONE && body && is(w, body - 1, ")")
                       ? token(w, body - 1)->link
                       : XF_DUMP_NONE;
            return open == XF_DUMP_NONE ? XF_DUMP_NONE
                                        : token(w, open)->operand2;
        }
        if (strcmp(type, "Do") && strcmp(type, "Unconditional"))
            break;
        scope = s->nested_in;
    }
    return XF_DUMP_NONE;
}

/* The call of the site, or XF_DUMP_NONE. */
static uint32_t find_call(const struct walk *w)
{
    uint32_t call = XF_DUMP_NONE;
    unsigned int n = 0;

    for (uint32_t i = 0; i < w->dump->ntokens; i++)
        if (is_wanted(w, i) && n++ == w->wanted->ordinal)
            call = i;
    return n == w->wanted->among ? call : XF_DUMP_NONE;
}

bool xf_values(const struct xf_dump *dump, const struct xf_wanted *wanted,
               xf_told_fn *fn, void *payload)
{
    struct walk w = {dump, wanted, fn, payload, 0};
    unsigned int budget = MAX_NODES;
    uint32_t call = find_call(&w), root;

    if (call == XF_DUMP_NONE)
        return false;
    root = condition(&w, call);
    if (root != XF_DUMP_NONE && !tell(&w, root, true))
        tell_parts(&w, root, 0, &budget);
    return true;
}
