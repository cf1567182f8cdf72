/* SPDX-License-Identifier: GPL-2.0-only */
#include "functions.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "lex.h"

/* What is known of the declaration that is being read at depth 0. */
struct declaration {
    bool started;
    bool assigned;        /* behind a '=': what follows is an initialiser */
    size_t begin;         /* offset of its first token */
    struct xf_token name; /* identifier before the last parameter list */
    bool has_name;
};

struct finder {
    const struct xf_source *src;
    struct xf_ranges *out;
    struct declaration now;
    unsigned int depth, parens;
    struct xf_token last; /* token before this one */
    struct xf_range open; /* the function being read; name NULL: none */
    unsigned int *saved;  /* depth at each open #if */
    size_t nsaved, cap;
};

static bool token_is(const struct xf_source *src, struct xf_token t,
                     const char *text)
{
    size_t len = strlen(text);

    return t.end - t.begin == len && !memcmp(src->text + t.begin, text, len);
}

/* Identifiers that take a parenthesised list in front of or behind a
 * declarator without being its name. */
static bool is_attribute(const struct xf_source *src, struct xf_token t)
{
    static const char *const names[] = {
        "__attribute__", "__section",     "__aligned",  "__printf",
        "__format",      "__acquires",    "__releases", "__asm__",
        "asm",           "alignas",       "typeof",     "__typeof__",
        "__alloc_size",  "__constructor",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (token_is(src, t, names[i]))
            return true;
    return false;
}

static void start(struct finder *f, struct xf_token t)
{
    if (!f->now.started)
        f->now = (struct declaration){.started = true, .begin = t.begin};
}

static void reset(struct finder *f)
{
    f->now = (struct declaration){0};
    f->parens = 0;
}

static void open_body(struct finder *f, struct xf_token brace)
{
    if (f->now.has_name && !f->now.assigned) {
        f->open.name = xf_source_spelling(f->src, f->now.name);
        f->open.first = xf_source_line(f->src, f->now.begin);
        f->open.body = brace.begin;
    }
    f->depth = 1;
}

static void close_body(struct finder *f, struct xf_token brace)
{
    f->depth = 0;
    if (f->open.name) {
        f->open.last = xf_source_line(f->src, brace.begin);
        f->open.end = brace.end;
        XF_GROW(f->out->items, f->out->len, f->out->cap);
        f->out->items[f->out->len++] = f->open;
        f->open.name = NULL;
    }
    reset(f);
}

static bool in_first_column(const struct xf_source *src, size_t at)
{
    return !at || src->text[at - 1] == '\n';
}

static void inside(struct finder *f, struct xf_token t)
{
    char ch = t.kind == XF_TOKEN_PUNCT ? f->src->text[t.begin] : 0;

    if (ch == '{')
        f->depth++;
    else if (ch == '}' && (--f->depth == 0 || in_first_column(f->src, t.begin)))
        close_body(f, t);
}

static void outside(struct finder *f, struct xf_token t)
{
    char ch = t.kind == XF_TOKEN_PUNCT ? f->src->text[t.begin] : 0;

    if (ch == ';' && !f->parens) {
        /* Also between K&R parameters, which Xen has none of. */
        reset(f);
        return;
    }
    if (ch == '}') {
        reset(f);
        return;
    }
    start(f, t);
    if (ch == '(') {
        if (!f->parens++ && f->last.kind == XF_TOKEN_IDENT &&
            !is_attribute(f->src, f->last)) {
            f->now.name = f->last;
            f->now.has_name = true;
        }
    } else if (ch == ')') {
        f->parens -= f->parens > 0;
    } else if (ch == '=' && !f->parens) {
        f->now.assigned = true;
    } else if (ch == '{' && (!f->parens || in_first_column(f->src, t.begin))) {
        open_body(f, t);
    }
}

/* Each branch of an #if starts with the depth that the #if had. */
static void directive(struct finder *f, size_t hash)
{
    const struct xf_source *src = f->src;
    size_t begin = xf_lex_blank(src, hash + 1);
    const char *word = src->text + begin;

    if (!strncmp(word, "if", 2)) {
        XF_GROW(f->saved, f->nsaved, f->cap);
        f->saved[f->nsaved++] = f->depth;
    } else if (!strncmp(word, "el", 2) && f->nsaved) {
        unsigned int depth = f->saved[f->nsaved - 1];

        /* A function that began in the earlier branch goes on; one whose
         * signature stands in both is named by the second. */
        if (!depth && f->depth && f->open.name) {
            free(f->open.name);
            f->open.name = NULL;
            reset(f);
        }
        f->depth = depth;
    } else if (!strncmp(word, "endif", 5) && f->nsaved) {
        f->nsaved--;
    }
}

static void find_c(struct finder *f)
{
    size_t at = 0, line_end = 0; /* line_end: behind the last directive */

    for (;;) {
        struct xf_token t = xf_source_token(f->src, &at);

        if (t.kind == XF_TOKEN_END)
            break;
        if (t.kind == XF_TOKEN_COMMENT)
            continue;
        if (t.kind == XF_TOKEN_PUNCT && f->src->text[t.begin] == '#' &&
            (t.begin >= line_end) &&
            xf_lex_blank(f->src,
                         f->src->lines[xf_source_line(f->src, t.begin) - 1]) ==
                t.begin) {
            directive(f, t.begin);
            at = line_end = xf_source_line_end(f->src, t.begin);
            continue;
        }
        if (f->depth)
            inside(f, t);
        else
            outside(f, t);
        f->last = t;
    }
}

/* Label at the start of a line, or ENTRY(name) and its relatives. */
static void label(struct finder *f, struct xf_token name, size_t begin)
{
    struct xf_ranges *out = f->out;
    uint32_t line = xf_source_line(f->src, begin);

    if (out->len) {
        struct xf_range *before = &out->items[out->len - 1];

        before->last = line > before->first ? line - 1 : line;
        before->end = begin;
    }
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] =
        (struct xf_range){.name = xf_source_spelling(f->src, name),
                          .first = line,
                          .last = (uint32_t)f->src->nlines,
                          .body = begin,
                          .end = f->src->len};
}

static bool opens_function(const struct xf_source *src, struct xf_token t)
{
    return token_is(src, t, "ENTRY") || token_is(src, t, "FUNC") ||
           token_is(src, t, "FUNC_LOCAL") || token_is(src, t, "GLOBAL");
}

static void find_asm(struct finder *f)
{
    const struct xf_source *src = f->src;

    for (size_t i = 0; i < src->nlines; i++) {
        size_t at = src->lines[i], next;
        struct xf_token word = xf_source_token(src, &at), inner;

        if (word.kind != XF_TOKEN_IDENT || word.begin != src->lines[i])
            continue;
        if (src->text[at] == ':') {
            label(f, word, word.begin);
        } else if (opens_function(src, word) && src->text[at] == '(') {
            next = at + 1;
            inner = xf_source_token(src, &next);
            if (inner.kind == XF_TOKEN_IDENT)
                label(f, inner, word.begin);
        }
    }
}

void xf_functions_find(struct xf_ranges *out, const struct xf_source *src)
{
    struct finder f = {.src = src, .out = out};

    if (src->is_asm)
        find_asm(&f);
    else
        find_c(&f);
    free(f.open.name);
    free(f.saved);
}

void xf_functions_release(struct xf_ranges *ranges)
{
    for (size_t i = 0; i < ranges->len; i++)
        free(ranges->items[i].name);
    free(ranges->items);
    *ranges = (struct xf_ranges){0};
}

const struct xf_range *xf_functions_at(const struct xf_ranges *ranges,
                                       uint32_t line)
{
    size_t low = 0, high = ranges->len;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (ranges->items[mid].first <= line)
            low = mid + 1;
        else
            high = mid;
    }
    if (!low || line > ranges->items[low - 1].last)
        return NULL;
    return &ranges->items[low - 1];
}
