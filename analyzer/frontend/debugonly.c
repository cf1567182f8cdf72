/* SPDX-License-Identifier: GPL-2.0-only */
#include "debugonly.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* How deep expressions nest, and macros name others. */
#define EXPRESSION_DEPTH 100
#define MACRO_DEPTH 6

struct value {
    bool known;
    long number;
};

struct parser {
    const char *p;
    const struct xf_debug_symbols *symbols;
    bool debug; /* evaluate for a debug build, else for a release build */
    int depth;
    unsigned int macros; /* depth of macros followed */
};

static const struct value unknown = {false, 0};

static struct value parse_binary(struct parser *s, int weakest);
static struct value evaluate(const char *text,
                             const struct xf_debug_symbols *symbols, bool debug,
                             unsigned int macros);

static struct value number(long n)
{
    return (struct value){true, n};
}

static bool is_false(struct value v)
{
    return v.known && !v.number;
}

static bool is_true(struct value v)
{
    return v.known && v.number;
}

static void space(struct parser *s)
{
    while (isspace((unsigned char)*s->p))
        s->p++;
}

static bool accept(struct parser *s, const char *text)
{
    space(s);
    if (strncmp(s->p, text, strlen(text)))
        return false;
    s->p += strlen(text);
    return true;
}

static bool listed(const char *const *list, const char *word)
{
    for (; list && *list; list++)
        if (!strcmp(*list, word))
            return true;
    return false;
}

/* Whether the conditions around a definition rule it out in that build. */
static bool is_excluded(const struct parser *s, const struct xf_source *src,
                        const struct xf_macro *macro)
{
    for (int32_t at = macro->branch; at >= 0; at = src->branches[at].parent)
        if (is_false(evaluate(src->branches[at].condition, s->symbols,
                              s->debug, s->macros + 1)))
            return true;
    return false;
}

/* The definition in force in that build, when the unit's own is not: the only
 * other one of the same file that is not ruled out. *several: more than one. */
static const struct xf_macro *other_definition(const struct parser *s,
                                               const struct xf_source *src,
                                               const struct xf_macro *own,
                                               bool *several)
{
    const struct xf_macro *found = NULL;

    *several = false;
    for (size_t i = 0; i < src->nmacros; i++) {
        const struct xf_macro *macro = &src->macros[i];

        if (macro == own || strcmp(macro->name, own->name) ||
            is_excluded(s, src, macro))
            continue;
        *several |= found != NULL;
        found = macro;
    }
    return found;
}

/* What `name` is in that build: *defined as for defined(name), and its value
 * in an expression. Both unknown for a macro that does not depend on the type
 * of the build, but for a value that can be read. */
static struct value symbol(const struct parser *s, const char *name,
                           struct value *defined)
{
    const struct xf_debug_symbols *y = s->symbols;
    const struct xf_source *src = NULL;
    const struct xf_macro *macro;
    struct value value;
    bool several = false;
    char *body;

    *defined = unknown;
    if (listed(y->on, name) || listed(y->off, name)) {
        *defined = number(listed(y->on, name) == s->debug);
        return *defined;
    }
    if (s->macros >= MACRO_DEPTH || !y->definition)
        return unknown;
    macro = y->definition(y->payload, name, &src);
    if (!macro || macro->function_like)
        return unknown;
    if (is_excluded(s, src, macro)) {
        macro = other_definition(s, src, macro, &several);
        if (several)
            return unknown;
        *defined = number(macro != NULL);
        if (!macro)
            return number(0);
    }
    body = xf_source_normal(src, macro->body, macro->end);
    value = *body ? evaluate(body, y, s->debug, s->macros + 1) : unknown;
    free(body);
    return value;
}

/* Behind the balanced group whose '(' was taken. */
static void skip_group(struct parser *s)
{
    for (int depth = 1; *s->p && depth; s->p++)
        depth += (*s->p == '(') - (*s->p == ')');
}

static char *take_word(struct parser *s)
{
    size_t n = 0;
    char *word;

    while (isalnum((unsigned char)s->p[n]) || s->p[n] == '_')
        n++;
    word = xf_strndup(s->p, n);
    s->p += n;
    return word;
}

static struct value parse_word(struct parser *s)
{
    char *word = take_word(s), *tested;
    struct value value, defined;
    bool parenthesis;

    if (isdigit((unsigned char)*word)) {
        char *end;

        value = number(strtol(word, &end, 0));
        value.known = !end[strspn(end, "uUlL")];
    } else if (strcmp(word, "defined") && strcmp(word, "IS_ENABLED")) {
        value = symbol(s, word, &defined);
        if (accept(s, "(")) {
            skip_group(s);
            value = unknown;
        }
    } else {
        parenthesis = accept(s, "(");
        space(s);
        tested = take_word(s);
        value = symbol(s, tested, &defined);
        value = *word == 'd' || !value.known ? defined : value;
        free(tested);
        if (parenthesis)
            skip_group(s);
    }
    free(word);
    return value;
}

static struct value parse_unary(struct parser *s)
{
    struct value value = unknown;

    if (++s->depth > EXPRESSION_DEPTH) {
        s->p += strlen(s->p);
    } else if (accept(s, "!")) {
        value = parse_unary(s);
        value.number = !value.number;
    } else if (accept(s, "~")) {
        value = parse_unary(s);
        value.number = ~value.number;
    } else if (accept(s, "-")) {
        value = parse_unary(s);
        value.number = (long)(0ul - (unsigned long)value.number);
    } else if (accept(s, "+")) {
        value = parse_unary(s);
    } else if (accept(s, "(")) {
        value = parse_binary(s, 0);
        if (!accept(s, ")")) {
            skip_group(s);
            value = unknown;
        }
    } else if (isalnum((unsigned char)*s->p) || *s->p == '_') {
        value = parse_word(s);
    } else if (*s->p && *s->p != ')') {
        s->p++;
    }
    s->depth--;
    return value;
}

/* Operators by how strongly they bind, from 0; longer spellings first. */
static const struct operator {
    const char *text;
    int strength;
} operators[] = {
    {"||", 1}, {"&&", 2}, {"==", 6}, {"!=", 6}, {"<=", 7}, {">=", 7},
    {"<<", 8}, {">>", 8}, {"|", 3},  {"^", 4},  {"&", 5},  {"<", 7},
    {">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10},
    {"?", 0},  {":", 0},  {",", 0},  {NULL, 0}};

static struct value combine(const char *op, struct value a, struct value b)
{
    unsigned long x = (unsigned long)a.number, y = (unsigned long)b.number;

    if (!strcmp(op, "&&"))
        return is_false(a) || is_false(b) ? number(0)
               : is_true(a) && is_true(b) ? number(1)
                                          : unknown;
    if (!strcmp(op, "||"))
        return is_true(a) || is_true(b)     ? number(1)
               : is_false(a) && is_false(b) ? number(0)
                                            : unknown;
    if ((*op == '&' || *op == '*') && (is_false(a) || is_false(b)))
        return number(0);
    if (!a.known || !b.known)
        return unknown;
    switch (*op) {
    case '&':
        return number((long)(x & y));
    case '|':
        return number((long)(x | y));
    case '^':
        return number((long)(x ^ y));
    case '+':
        return number((long)(x + y));
    case '-':
        return number((long)(x - y));
    case '*':
        return number((long)(x * y));
    case '=':
        return number(x == y);
    case '!':
        return number(x != y);
    case '<':
        if (op[1] == '<')
            return y < 64 ? number((long)(x << y)) : unknown;
        return number(op[1] ? a.number <= b.number : a.number < b.number);
    case '>':
        if (op[1] == '>')
            return y < 64 ? number((long)(x >> y)) : unknown;
        return number(op[1] ? a.number >= b.number : a.number > b.number);
    }
    return unknown; /* division, choice: not followed */
}

static struct value parse_binary(struct parser *s, int weakest)
{
    struct value left = parse_unary(s);

    for (;;) {
        const struct operator *op = operators;

        space(s);
        while (op->text && strncmp(s->p, op->text, strlen(op->text)))
            op++;
        if (!op->text || op->strength < weakest)
            return left;
        s->p += strlen(op->text);
        left = combine(op->text, left, parse_binary(s, op->strength + 1));
    }
}

static struct value evaluate(const char *text,
                             const struct xf_debug_symbols *symbols, bool debug,
                             unsigned int macros)
{
    struct parser s = {text, symbols, debug, 0, macros};
    struct value value;

    if (macros > MACRO_DEPTH)
        return unknown;
    value = parse_binary(&s, 0);
    space(&s);
    return *s.p ? unknown : value;
}

bool xf_debug_only(const char *condition,
                   const struct xf_debug_symbols *symbols)
{
    return is_false(evaluate(condition, symbols, false, 0)) &&
           !is_false(evaluate(condition, symbols, true, 0));
}
