/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One pass over a file's tokens. Conditionals are not evaluated: text in an
 * untaken branch is counted and judged like any other, so what is said here
 * rests on the neighbouring tokens alone.
 */
#include "occurrence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"

struct walk {
    const struct names *names;
    const struct xf_source *src;
    struct occurrences *out;
    bool is_linker_script;

    struct xf_token prev, prev2; /* significant tokens before the current one */

    /* C: where we are. Brace depth is kept per conditional so that branches
     * which each open the same block do not add up. */
    uint32_t depth;
    uint32_t *saved; /* depth at each open #if */
    size_t nsaved, saved_cap;
    uint64_t control;    /* bit per open '(': follows if, while, for, switch */
    bool closed_control; /* the ')' last seen ended such a list */

    /* Assembly: the statement. */
    uint32_t line;
    size_t statement; /* offset of its first token, SIZE_MAX: none yet */

    /* The assembler macro around us, also in headers. */
    struct xf_token gas; /* name of the outermost open .macro */
    uint32_t gas_depth;
};

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

bool occurrences_likely(const struct names *names, const char *text, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t begin = at;

        if (!is_word(text[at])) {
            at++;
            continue;
        }
        while (at < len && is_word(text[at]))
            at++;
        /* A continuation may hide the rest of a name. */
        if (names_find(names, text + begin, at - begin) != XF_MAP_NONE ||
            (at < len && text[at] == '\\'))
            return true;
        /* "\nBUG" is a new line and then BUG. */
        if (begin && text[begin - 1] == '\\' &&
            names_find(names, text + begin + 1, at - begin - 1) != XF_MAP_NONE)
            return true;
    }
    return false;
}

void occurrences_clear(struct occurrences *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i].detail);
    list->len = 0;
}

void occurrences_release(struct occurrences *list)
{
    occurrences_clear(list);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

/* Takes `detail` over. */
static void add(struct walk *walk, uint32_t name, size_t offset,
                enum place place, char *detail)
{
    struct occurrences *out = walk->out;

    if (walk->names->is_instruction[name] &&
        !(walk->src->is_asm && walk->statement == offset)) {
        free(detail);
        return;
    }
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = (struct occurrence){
        .name = name,
        .offset = offset,
        .line = xf_source_line(walk->src, offset),
        .col = xf_source_column(walk->src, offset),
        .place = place,
        .detail = detail,
    };
}

/* Every name among the words of a comment or string. */
static void add_words(struct walk *walk, struct xf_token token,
                      enum place place, const char *detail)
{
    const char *text = walk->src->text;
    size_t at = token.begin;

    while (at < token.end) {
        size_t begin = at;
        uint32_t name;

        if (text[at] == '\\' && token.kind == XF_TOKEN_STRING) {
            at += 2;
            continue;
        }
        if (!is_word(text[at])) {
            at++;
            continue;
        }
        while (at < token.end && is_word(text[at]))
            at++;
        name = names_find(walk->names, text + begin, at - begin);
        if (name != XF_MAP_NONE)
            add(walk, name, begin, place, xf_strdup(detail));
    }
}

static bool token_is(const struct walk *walk, struct xf_token token,
                     const char *text)
{
    size_t len = strlen(text);

    return token.end - token.begin == len &&
           !memcmp(walk->src->text + token.begin, text, len);
}

static bool token_in(const struct walk *walk, struct xf_token token,
                     const char *const *list)
{
    for (; *list; list++)
        if (token_is(walk, token, *list))
            return true;
    return false;
}

static bool is_punct(const struct walk *walk, struct xf_token token, char ch)
{
    return token.kind == XF_TOKEN_PUNCT && walk->src->text[token.begin] == ch;
}

static bool is_punct_of(const struct walk *walk, struct xf_token token,
                        const char *set)
{
    return token.kind == XF_TOKEN_PUNCT && walk->src->text[token.begin] &&
           strchr(set, walk->src->text[token.begin]);
}

static struct xf_token next_significant(const struct xf_source *src, size_t at)
{
    struct xf_token token;

    do
        token = xf_source_token(src, &at);
    while (token.kind == XF_TOKEN_COMMENT);
    return token;
}

static uint32_t find(const struct walk *walk, struct xf_token token)
{
    const char *text = walk->src->text + token.begin;
    size_t len = token.end - token.begin;
    uint32_t name;
    char *clean;

    if (!memchr(text, '\\', len))
        return names_find(walk->names, text, len);
    clean = xf_source_spelling(walk->src, token);
    name = names_find(walk->names, clean, strlen(clean));
    free(clean);
    return name;
}

static void save_depth(struct walk *walk, const char *directive)
{
    if (!strncmp(directive, "if", 2)) {
        XF_GROW(walk->saved, walk->nsaved, walk->saved_cap);
        walk->saved[walk->nsaved++] = walk->depth;
    } else if (walk->nsaved && !strncmp(directive, "el", 2)) {
        walk->depth = walk->saved[walk->nsaved - 1];
    } else if (walk->nsaved && !strcmp(directive, "endif")) {
        walk->nsaved--;
    }
}

/* A name on a preprocessor line, outside comments. */
static void add_in_directive(struct walk *walk, const char *directive,
                             struct xf_token token)
{
    uint32_t name = find(walk, token);
    const struct xf_macro *macro;

    if (name == XF_MAP_NONE)
        return;
    macro = xf_source_macro_at(walk->src, token.begin);
    if (macro)
        add(walk, name, token.begin, PLACE_MACRO,
            xf_format(token.begin < macro->body ? "defines %s" : "body of %s",
                      macro->name));
    else if (!strcmp(directive, "undef"))
        add(walk, name, token.begin, PLACE_MACRO, xf_strdup("undefines it"));
    else
        add(walk, name, token.begin, PLACE_NOT_C,
            xf_format("#%s line", directive));
}

static bool is_message(const char *directive)
{
    return !strcmp(directive, "error") || !strcmp(directive, "warning");
}

/* The directive whose '#' ends at `at`. Returns the end of its line. */
static size_t walk_directive(struct walk *walk, size_t at)
{
    size_t end = xf_source_line_end(walk->src, at);
    struct xf_token word = next_significant(walk->src, at);
    char *directive;

    if (word.begin >= end)
        return end;
    at = word.end;
    directive = xf_source_spelling(walk->src, word);
    save_depth(walk, directive);
    while (at < end) {
        struct xf_token token = xf_source_token(walk->src, &at);

        if (token.begin >= end)
            break;
        if (token.kind == XF_TOKEN_COMMENT)
            add_words(walk, token, PLACE_COMMENT, "");
        else if (token.kind == XF_TOKEN_STRING && is_message(directive))
            add_words(walk, token, PLACE_NOT_C, "#error line");
        else if (token.kind == XF_TOKEN_STRING)
            add_words(walk, token, PLACE_STRING, "");
        else if (token.kind == XF_TOKEN_IDENT)
            add_in_directive(walk, directive, token);
    }
    free(directive);
    return end;
}

/* Only blanks before it on its line. */
static bool starts_line(const struct xf_source *src, size_t offset)
{
    while (offset && strchr(" \t", src->text[offset - 1]) &&
           src->text[offset - 1])
        offset--;
    return !offset || src->text[offset - 1] == '\n';
}

static bool after_member(const struct walk *walk)
{
    if (is_punct(walk, walk->prev, '.'))
        return true;
    return is_punct(walk, walk->prev, '>') &&
           is_punct(walk, walk->prev2, '-') &&
           walk->prev2.end == walk->prev.begin;
}

static bool is_declarator(const struct walk *walk)
{
    static const char *const statements[] = {
        "return", "else", "do",     "case",    "goto", "sizeof",
        "typeof", "if",   "switch", "default", NULL,
    };
    static const char *const specifiers[] = {
        "void",     "int",        "long",          "bool",   "unsigned",
        "noreturn", "__noreturn", "always_inline", "extern", "static",
        "inline",   "asmlinkage", NULL,
    };

    if (walk->depth)
        return token_in(walk, walk->prev, specifiers);
    if (walk->prev.kind == XF_TOKEN_IDENT)
        return !token_in(walk, walk->prev, statements);
    return is_punct(walk, walk->prev, '*') ||
           (is_punct(walk, walk->prev, ')') && !walk->closed_control);
}

static const char *mention(const struct walk *walk, uint32_t name,
                           struct xf_token next)
{
    if (after_member(walk))
        return "member of that name";
    if (!walk->names->is_function[name])
        return "mentioned: no '(' follows, so no expansion";
    if (is_punct(walk, next, ':') && is_punct_of(walk, walk->prev, ";{}"))
        return "label";
    if (is_punct_of(walk, walk->prev, "&=(,{?:") &&
        is_punct_of(walk, next, ",);}:?"))
        return "address taken";
    if (token_is(walk, walk->prev, "return"))
        return "address taken";
    return "mentioned";
}

static void add_in_c(struct walk *walk, uint32_t name, struct xf_token token)
{
    struct xf_token next = next_significant(walk->src, token.end);
    enum place place = PLACE_USE;
    const char *detail = "";

    if (after_member(walk) || !is_punct(walk, next, '(')) {
        place = PLACE_MENTION;
        detail = mention(walk, name, next);
    } else if (is_declarator(walk)) {
        place = PLACE_DECLARATION;
    }
    add(walk, name, token.begin, place, xf_strdup(detail));
}

static void step_c(struct walk *walk, struct xf_token token)
{
    static const char *const controls[] = {"if", "while", "for", "switch",
                                           NULL};

    if (token.kind != XF_TOKEN_PUNCT)
        return;
    switch (walk->src->text[token.begin]) {
    case '{':
        walk->depth++;
        break;
    case '}':
        /* Column 1 ends a function or a type, whatever was miscounted. */
        if (walk->depth)
            walk->depth--;
        if (xf_source_column(walk->src, token.begin) == 1)
            walk->depth = 0;
        break;
    case '(':
        walk->control <<= 1;
        walk->control |= token_in(walk, walk->prev, controls);
        break;
    case ')':
        walk->closed_control = walk->control & 1;
        walk->control >>= 1;
        break;
    }
}

/* First token of the statement, its dot included: "bl", ".globl", "ENTRY". */
static bool statement_in(const struct walk *walk, const char *const *list)
{
    const char *text = walk->src->text + walk->statement;
    size_t len = *text == '.';

    while (is_word(text[len]))
        len++;
    for (; *list; list++)
        if (strlen(*list) == len && !memcmp(*list, text, len))
            return true;
    return false;
}

static void add_in_asm(struct walk *walk, uint32_t name, struct xf_token token)
{
    static const char *const declaring[] = {
        ".globl", ".global", ".type", ".size", ".weak", ".hidden", ".extern",
        "ENTRY",  "END",     "ENDPROC", "GLOBAL", "FUNC", "FUNC_LOCAL",
        "LABEL",  "WEAK",    NULL,
    };
    static const char *const taking[] = {
        ".quad", ".long", ".word", ".xword", ".dword", "lea", "leaq", "leal",
        "ldr",   "adr",   "adrp",  "adr_l",  "la",     NULL,
    };
    struct xf_token next = next_significant(walk->src, token.end);

    if (is_punct(walk, next, ':') && walk->statement == token.begin) {
        add(walk, name, token.begin, PLACE_DECLARATION, xf_strdup("label"));
    } else if (statement_in(walk, declaring)) {
        add(walk, name, token.begin, PLACE_DECLARATION, xf_strdup(""));
    } else if (statement_in(walk, taking)) {
        add(walk, name, token.begin, PLACE_MENTION, xf_strdup("address taken"));
    } else {
        add(walk, name, token.begin, PLACE_USE, xf_strdup(""));
    }
}

/* Statements end with the line, ';' and the ':' of a label. */
static void step_asm(struct walk *walk, struct xf_token token)
{
    uint32_t line = xf_source_line(walk->src, token.begin);

    if (line != walk->line || is_punct_of(walk, walk->prev, ";:"))
        walk->statement = SIZE_MAX;
    walk->line = line;
    if (walk->statement == SIZE_MAX)
        walk->statement = token.begin;
}

/* ".macro" and ".endm" can be nothing else, so this serves headers for C and
 * assembly too. */
static void step_gas(struct walk *walk, struct xf_token token)
{
    if (!is_punct(walk, walk->prev, '.') || walk->prev.end != token.begin ||
        !starts_line(walk->src, walk->prev.begin))
        return;
    if (token_is(walk, token, "macro") && !walk->gas_depth++)
        walk->gas = next_significant(walk->src, token.end);
    if (token_is(walk, token, "endm") && walk->gas_depth)
        walk->gas_depth--;
}

static void walk_token(struct walk *walk, struct xf_token token)
{
    uint32_t name = XF_MAP_NONE;

    if (walk->src->is_asm)
        step_asm(walk, token);
    else
        step_c(walk, token);
    step_gas(walk, token);
    if (token.kind == XF_TOKEN_IDENT)
        name = find(walk, token);
    if (name == XF_MAP_NONE)
        return;
    if (walk->gas_depth)
        add(walk, name, token.begin, PLACE_GAS,
            xf_source_spelling(walk->src, walk->gas));
    else if (walk->is_linker_script)
        add(walk, name, token.begin, PLACE_NOT_C, xf_strdup("linker script"));
    else if (walk->src->is_asm)
        add_in_asm(walk, name, token);
    else
        add_in_c(walk, name, token);
}

void occurrences_find(struct occurrences *out, const struct names *names,
                      const struct xf_source *src, const char *path)
{
    struct walk walk = {
        .names = names,
        .src = src,
        .out = out,
        .is_linker_script = xf_has_suffix(path, ".lds.S"),
        .prev = {XF_TOKEN_END, 0, 0},
        .prev2 = {XF_TOKEN_END, 0, 0},
        .statement = SIZE_MAX,
    };
    size_t at = 0;

    for (;;) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END)
            break;
        if (token.kind == XF_TOKEN_COMMENT) {
            add_words(&walk, token, PLACE_COMMENT, "");
            continue;
        }
        if (token.kind == XF_TOKEN_STRING) {
            add_words(&walk, token, PLACE_STRING, "");
        } else if (is_punct(&walk, token, '#') &&
                   starts_line(src, token.begin)) {
            at = walk_directive(&walk, at);
            continue;
        } else {
            walk_token(&walk, token);
        }
        walk.prev2 = walk.prev;
        walk.prev = token;
    }
    free(walk.saved);
}
