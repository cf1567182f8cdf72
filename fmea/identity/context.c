/* SPDX-License-Identifier: GPL-2.0-only */
#include "context.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "hash.h"
#include "identity.h"

/* ---- tokens ------------------------------------------------------------- */

static bool is_word(char ch)
{
    return ch == '_' || isalnum((unsigned char)ch) || (unsigned char)ch >= 0x80;
}

/* 0x1FUL and 0x1f are the same number. */
static void normal_number(char *number)
{
    size_t len = strlen(number);

    for (char *at = number; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    while (len > 1 && (number[len - 1] == 'u' || number[len - 1] == 'l'))
        number[--len] = '\0';
}

static void add_token(struct xf_buf *out, const struct xf_source *src,
                      struct xf_token token)
{
    char *text = xf_source_spelling(src, token);

    if (token.kind == XF_TOKEN_NUMBER)
        normal_number(text);
    /* "a" "b" is one string */
    if (token.kind == XF_TOKEN_STRING && *text == '"' && out->len &&
        out->data[out->len - 1] == '"') {
        out->data[--out->len] = '\0';
        xf_buf_adds(out, text + 1);
    } else {
        if (out->len && *text && is_word(out->data[out->len - 1]) &&
            is_word(*text))
            xf_buf_addch(out, ' ');
        xf_buf_adds(out, text);
    }
    free(text);
}

char *identity_tokens(const struct xf_source *src, size_t begin, size_t end)
{
    struct xf_buf out = XF_BUF_INIT;
    size_t at = begin;

    while (at < end) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END || token.begin >= end)
            break;
        if (token.kind != XF_TOKEN_COMMENT)
            add_token(&out, src, token);
    }
    return xf_buf_detach(&out);
}

/* Whether the parenthesis that opens the text closes at its end. */
static bool is_wrapped(const char *text, size_t len)
{
    int depth = 0;

    if (len < 2 || text[0] != '(' || text[len - 1] != ')')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\'')
            return false; /* not worth a second lexer */
        depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (!depth && i + 1 < len)
            return false;
    }
    return true;
}

char *xf_identity_compact(const char *text)
{
    struct xf_source *src = xf_source_from("text.c", text, strlen(text));
    char *flat = identity_tokens(src, 0, src->len), *from = flat, *out;
    size_t len = strlen(flat);

    while (is_wrapped(from, len)) {
        from++;
        len -= 2;
    }
    out = xf_strndup(from, len);
    free(flat);
    xf_source_free(src);
    return out;
}

/* ---- the invocation ----------------------------------------------------- */

static bool find_offset(const struct xf_source *src, int line, int column,
                        size_t *offset)
{
    if (line < 1 || (size_t)line > src->nlines)
        return false;
    *offset = src->lines[line - 1] + (column > 0 ? (size_t)column - 1 : 0);
    return *offset < src->len;
}

char *identity_text(const struct xf_source *src, int line, int column)
{
    size_t begin, end, at;
    struct xf_token token;
    char *args = NULL;

    if (!find_offset(src, line, column, &begin))
        return xf_strdup("");
    at = begin;
    token = xf_source_token(src, &at);
    if (src->is_asm || token.kind != XF_TOKEN_IDENT) {
        end = xf_source_line_end(src, begin);
    } else {
        end = xf_source_arguments(src, token.begin, &args);
        begin = token.begin;
    }
    free(args);
    return identity_tokens(src, begin, end);
}

/* ---- the lines around --------------------------------------------------- */

/* Hash of the line's code; false for one that says nothing. */
static bool hash_line(const struct xf_source *src, int line, char hex[9])
{
    size_t begin = src->lines[line - 1];
    size_t end = (size_t)line < src->nlines ? src->lines[line] : src->len;
    char *text = identity_tokens(src, begin, end), full[XF_HASH_HEX];
    bool says = text[strspn(text, "{};")] != '\0';

    if (says) {
        xf_hash_bytes(full, text, strlen(text));
        memcpy(hex, full, 8);
        hex[8] = '\0';
    }
    free(text);
    return says;
}

static void find_line(const struct xf_source *src, int from, int step,
                      char hex[9])
{
    strcpy(hex, "-");
    for (int line = from, n = 0;
         n < 20 && line >= 1 && (size_t)line <= src->nlines; line += step, n++)
        if (hash_line(src, line, hex))
            return;
}

char *identity_near(const struct xf_source *src, int line, int end_line)
{
    char before[9], behind[9];

    if (line < 1)
        return xf_strdup("");
    find_line(src, line - 1, -1, before);
    find_line(src, (end_line > line ? end_line : line) + 1, 1, behind);
    return xf_format("%s %s", before, behind);
}

/* ---- the conditions around ---------------------------------------------- */

/* An open construct: a header whose statement is not over. */
struct level {
    char *header; /* "" for a plain block */
    char *label;  /* of a switch: the last cases, or NULL */
    bool braces;  /* its statement is a block, otherwise up to the next ';' */
    bool is_if;
};

struct scanner {
    const struct xf_source *src;
    size_t at, end;   /* offsets; `end`: the site */
    struct level *levels;
    size_t depth, cap;
    char *last_if;    /* header that an else would belong to, or NULL */
    char *pending;    /* header whose statement comes next, or NULL */
    bool pending_if;
    int parentheses;
    bool after_label; /* nothing since the last case */
};

static void push(struct scanner *s, bool braces)
{
    struct level level = {s->pending ? s->pending : xf_strdup(""), NULL,
                          braces, s->pending && s->pending_if};

    XF_GROW(s->levels, s->depth, s->cap);
    s->levels[s->depth++] = level;
    s->pending = NULL;
    s->pending_if = false;
}

static void pop(struct scanner *s)
{
    struct level *level = &s->levels[--s->depth];

    free(s->last_if);
    s->last_if = NULL;
    if (level->is_if)
        s->last_if = level->header;
    else
        free(level->header);
    free(level->label);
}

static struct xf_token peek(const struct scanner *s)
{
    size_t at = s->at;
    struct xf_token token;

    do
        token = xf_source_token(s->src, &at);
    while (token.kind == XF_TOKEN_COMMENT);
    return token;
}

static bool is_punct(const struct scanner *s, struct xf_token token, char ch)
{
    return token.kind == XF_TOKEN_PUNCT && s->src->text[token.begin] == ch;
}

static bool next_is_else(const struct scanner *s)
{
    struct xf_token next = peek(s);
    char *word = xf_source_spelling(s->src, next);
    bool is_else = next.kind == XF_TOKEN_IDENT && !strcmp(word, "else");

    free(word);
    return is_else;
}

/* A statement is over, and so are the headers whose statement it was, up to
 * the if that an else goes on with. */
static void end_statement(struct scanner *s)
{
    while (!(s->last_if && next_is_else(s)) && s->depth &&
           !s->levels[s->depth - 1].braces)
        pop(s);
}

/* Arguments of the word that ends at s->at, compact; NULL when there are none
 * or the site is among them, "" never. */
static char *take_arguments(struct scanner *s, struct xf_token word)
{
    char *args = NULL, *text;
    size_t end = xf_source_arguments(s->src, word.begin, &args);

    if (!args || end > s->end) {
        free(args);
        return NULL;
    }
    free(args);
    text = identity_tokens(s->src, word.end, end);
    s->at = end;
    return text;
}

static void set_pending(struct scanner *s, char *header, bool is_if)
{
    if (s->pending)
        push(s, false);
    s->pending = header;
    s->pending_if = is_if;
}

static void take_else(struct scanner *s)
{
    struct xf_token next = peek(s);
    char *word = xf_source_spelling(s->src, next), *before = s->last_if;

    s->last_if = NULL;
    if (!strcmp(word, "if")) {
        size_t at = next.end;
        char *args;

        s->at = at;
        args = take_arguments(s, next);
        set_pending(s, xf_format("!%s & if%s", before ? before : "?",
                                 args ? args : "(?)"), true);
        free(args);
    } else {
        set_pending(s, xf_format("!%s", before ? before : "?"), false);
    }
    free(before);
    free(word);
}

static void take_label(struct scanner *s, struct xf_token word)
{
    struct level *level = NULL;
    size_t at = word.end, end = word.end;
    struct xf_token token = word;

    while (!is_punct(s, token, ':') && !is_punct(s, token, ';') &&
           token.kind != XF_TOKEN_END && at < s->end) {
        end = at;
        token = xf_source_token(s->src, &at);
    }
    for (size_t i = s->depth; i-- > 0 && !level;)
        if (!strncmp(s->levels[i].header, "switch", 6))
            level = &s->levels[i];
    if (level && is_punct(s, token, ':')) {
        char *label = identity_tokens(s->src, word.begin, end);
        char *all = level->label && s->after_label
                        ? xf_format("%s %s", level->label, label)
                        : xf_strdup(label);

        free(label);
        free(level->label);
        level->label = all;
        s->at = at;
        s->after_label = true;
    }
}

static bool is_label(const struct scanner *s, struct xf_token token)
{
    char *word = xf_source_spelling(s->src, token);
    bool label = !strcmp(word, "case") || !strcmp(word, "default");

    free(word);
    return label;
}

/* for_each_vcpu ( d, v ) { ... } is a loop although no word of C says so. */
static void take_word(struct scanner *s, struct xf_token token)
{
    char *word = xf_source_spelling(s->src, token), *args;
    size_t back = s->at;

    if (!strcmp(word, "if") || !strcmp(word, "switch") ||
        !strcmp(word, "while") || !strcmp(word, "for")) {
        args = take_arguments(s, token);
        if (args)
            set_pending(s, xf_format("%s%s", word, args), *word == 'i');
        free(args);
    } else if (!strcmp(word, "else")) {
        take_else(s);
    } else if (!strcmp(word, "do")) {
        set_pending(s, xf_strdup("do"), false);
    } else if (!s->parentheses && s->depth && (args = take_arguments(s, token))) {
        if (is_punct(s, peek(s), '{'))
            set_pending(s, xf_format("%s%s", word, args), false);
        else
            s->at = back;
        free(args);
    }
    free(word);
}

static void take_punct(struct scanner *s, char ch)
{
    if (ch == '(' || ch == '[') {
        s->parentheses++;
    } else if ((ch == ')' || ch == ']') && s->parentheses) {
        s->parentheses--;
    } else if (ch == '{') {
        push(s, true);
    } else if (ch == '}') {
        while (s->depth && !s->levels[s->depth - 1].braces)
            pop(s);
        if (s->depth)
            pop(s);
        end_statement(s);
    } else if (ch == ';' && !s->parentheses) {
        free(s->last_if);
        s->last_if = NULL;
        if (s->pending)
            push(s, false);
        end_statement(s);
    }
}

static void scan(struct scanner *s)
{
    while (s->at < s->end) {
        struct xf_token token = xf_source_token(s->src, &s->at);

        if (token.kind == XF_TOKEN_END || token.begin >= s->end)
            return;
        if (token.kind == XF_TOKEN_COMMENT)
            continue;
        if (is_punct(s, token, '#')) {
            s->at = xf_source_line_end(s->src, token.begin);
            continue;
        }
        if (token.kind == XF_TOKEN_IDENT && is_label(s, token)) {
            take_label(s, token);
            continue;
        }
        s->after_label = false;
        if (token.kind == XF_TOKEN_IDENT)
            take_word(s, token);
        else if (token.kind == XF_TOKEN_PUNCT)
            take_punct(s, s->src->text[token.begin]);
    }
}

static void add_header(struct xf_buf *out, const char *header)
{
    if (!*header || !strcmp(header, "do"))
        return;
    xf_buf_addf(out, "%s%s", out->len ? " / " : "", header);
}

char *identity_guard(const struct xf_source *src, int first, int line,
                     int column)
{
    struct scanner s = {.src = src};
    struct xf_buf out = XF_BUF_INIT;

    if (!src->is_asm && first > 0 && first <= line &&
        find_offset(src, line, column, &s.end) &&
        find_offset(src, first, 1, &s.at))
        scan(&s);
    if (s.pending)
        push(&s, false);
    for (size_t i = 0; i < s.depth; i++) {
        add_header(&out, s.levels[i].header);
        if (s.levels[i].label)
            xf_buf_addf(&out, " %s", s.levels[i].label);
        free(s.levels[i].header);
        free(s.levels[i].label);
    }
    free(s.levels);
    free(s.last_if);
    return xf_buf_detach(&out);
}
