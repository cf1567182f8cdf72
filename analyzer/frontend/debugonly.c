/* SPDX-License-Identifier: GPL-2.0-only */
#include "debugonly.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum tri { NO, YES, UNKNOWN };

struct parser {
    const char *p;
    const char *const *on, *const *off;
    int depth;
};

static enum tri parse_or(struct parser *s);

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

static bool listed(const char *const *list, const char *word, size_t len)
{
    for (; list && *list; list++)
        if (strlen(*list) == len && !memcmp(*list, word, len))
            return true;
    return false;
}

static enum tri symbol(const struct parser *s, const char *word, size_t len)
{
    if (listed(s->on, word, len))
        return NO;
    return listed(s->off, word, len) ? YES : UNKNOWN;
}

/* Behind the balanced group whose '(' was taken. */
static void skip_group(struct parser *s)
{
    for (int depth = 1; *s->p && depth; s->p++)
        depth += (*s->p == '(') - (*s->p == ')');
}

static size_t word_length(const char *p)
{
    size_t n = 0;

    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return n;
}

static enum tri parse_word(struct parser *s)
{
    const char *word = s->p;
    size_t len = word_length(word);
    bool test;
    enum tri value;

    s->p += len;
    if (isdigit((unsigned char)*word))
        return strtol(word, NULL, 0) ? YES : NO;
    test = (len == 7 && !memcmp(word, "defined", 7)) ||
           (len == 10 && !memcmp(word, "IS_ENABLED", 10));
    if (!test) {
        value = symbol(s, word, len);
        if (accept(s, "(")) {
            skip_group(s);
            value = UNKNOWN;
        }
        return value;
    }
    test = accept(s, "(");
    space(s);
    len = word_length(s->p);
    value = symbol(s, s->p, len);
    s->p += len;
    if (test)
        skip_group(s);
    return value;
}

static enum tri parse_unary(struct parser *s)
{
    enum tri value = UNKNOWN;

    if (++s->depth > 100) {
        s->p += strlen(s->p);
    } else if (accept(s, "!")) {
        value = parse_unary(s);
        value = value == UNKNOWN ? UNKNOWN : value == YES ? NO : YES;
    } else if (accept(s, "(")) {
        value = parse_or(s);
        if (!accept(s, ")"))
            skip_group(s);
    } else if (word_length(s->p)) {
        value = parse_word(s);
    } else if (*s->p) {
        s->p++;
    }
    s->depth--;
    return value;
}

/* Comparisons and arithmetic are not followed: their result is unknown. */
static enum tri parse_operand(struct parser *s)
{
    enum tri value = parse_unary(s);

    for (space(s); *s->p && *s->p != ')' && strncmp(s->p, "&&", 2) &&
                   strncmp(s->p, "||", 2);
         space(s)) {
        s->p += strspn(s->p, "<>=!+-*/%&|^?:~,");
        parse_unary(s);
        value = UNKNOWN;
    }
    return value;
}

static enum tri parse_and(struct parser *s)
{
    enum tri value = parse_operand(s);

    while (accept(s, "&&")) {
        enum tri right = parse_operand(s);

        value = value == NO || right == NO          ? NO
                : value == YES && right == YES ? YES
                                               : UNKNOWN;
    }
    return value;
}

static enum tri parse_or(struct parser *s)
{
    enum tri value = parse_and(s);

    while (accept(s, "||")) {
        enum tri right = parse_and(s);

        value = value == YES || right == YES        ? YES
                : value == NO && right == NO ? NO
                                             : UNKNOWN;
    }
    return value;
}

bool xf_debug_only(const char *condition, const char *const *on,
                   const char *const *off)
{
    struct parser s = {condition, on, off, 0};
    enum tri value = parse_or(&s);

    space(&s);
    return value == NO && !*s.p;
}
