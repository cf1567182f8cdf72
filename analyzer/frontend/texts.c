/* SPDX-License-Identifier: GPL-2.0-only */
#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "map.h"

static struct xf_map paths;
static struct xf_source **sources; /* parallel to paths; NULL: unreadable */
static size_t sources_cap;

const struct xf_source *xf_text(const char *path)
{
    int is_new;
    uint32_t at = xf_map_add(&paths, path, &is_new);

    if (is_new) {
        size_t len = at;

        XF_GROW(sources, len, sources_cap);
        sources[at] = xf_source_load(path);
    }
    return sources[at];
}

static int same(const struct xf_source *src, const struct xf_token *token,
                const char *word)
{
    size_t len = token->end - token->begin;
    char *spelling;
    int yes;

    if (token->kind != XF_TOKEN_IDENT)
        return 0;
    if (!memchr(src->text + token->begin, '\\', len))
        return strlen(word) == len &&
               !memcmp(src->text + token->begin, word, len);
    spelling = xf_source_spelling(src, *token);
    yes = !strcmp(spelling, word);
    free(spelling);
    return yes;
}

char *xf_text_word(const struct xf_source *src, size_t offset)
{
    size_t at = offset;
    struct xf_token token;

    if (!src || offset >= src->len)
        return xf_strdup("");
    token = xf_source_token(src, &at);
    if (token.kind != XF_TOKEN_IDENT || token.begin != offset)
        return xf_strdup("");
    return xf_source_spelling(src, token);
}

char *xf_text_debug_only(const struct xf_source *src, uint32_t line,
                         const struct xf_debug_symbols *symbols)
{
    int32_t at;

    if (!src)
        return NULL;
    for (at = xf_source_branch_at(src, line); at >= 0;
         at = src->branches[at].parent)
        if (xf_debug_only(src->branches[at].condition, symbols))
            return xf_strdup(src->branches[at].condition);
    return NULL;
}

unsigned int xf_text_count(const struct xf_source *src, size_t from, size_t to,
                           const char *word, const char *args)
{
    unsigned int n = 0;

    while (from < to) {
        struct xf_token token = xf_source_token(src, &from);
        char *here;

        if (token.kind == XF_TOKEN_END || token.begin >= to)
            break;
        if (!same(src, &token, word))
            continue;
        xf_source_arguments(src, token.begin, &here);
        n += !strcmp(here ? here : "", args ? args : "");
        free(here);
    }
    return n;
}

bool xf_text_mentions(const struct xf_source *src, const struct xf_macro *macro,
                      const char *word)
{
    size_t at = macro->body;

    while (at < macro->end) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END || token.begin >= macro->end)
            break;
        if (same(src, &token, word))
            return true;
    }
    return false;
}

char *xf_text_body_args(const struct xf_source *src,
                        const struct xf_macro *macro, const char *word,
                        unsigned int nth)
{
    size_t at = macro->body;
    char *args = NULL;

    while (at < macro->end) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END || token.begin >= macro->end)
            break;
        if (!same(src, &token, word))
            continue;
        free(args);
        xf_source_arguments(src, token.begin, &args);
        if (!nth--)
            break;
    }
    return args;
}

struct words {
    char **items;
    size_t len, cap;
    bool rest; /* the last one takes all that is left */
};

static void add_word(struct words *words, char *text)
{
    XF_GROW(words->items, words->len, words->cap);
    words->items[words->len++] = text;
}

static void release_words(struct words *words)
{
    for (size_t i = 0; i < words->len; i++)
        free(words->items[i]);
    free(words->items);
}

static struct words parameters(const struct xf_source *src,
                               const struct xf_macro *macro)
{
    struct words words = {0};
    size_t at = macro->begin;
    bool inside = false;

    while (macro->function_like && at < macro->body) {
        struct xf_token t = xf_source_token(src, &at);
        char ch = src->text[t.begin];

        if (t.kind == XF_TOKEN_END ||
            (t.kind == XF_TOKEN_PUNCT && ch == ')'))
            break;
        if (t.kind == XF_TOKEN_PUNCT && ch == '(')
            inside = true;
        else if (t.kind == XF_TOKEN_PUNCT && ch == '.')
            words.rest = true;
        else if (t.kind == XF_TOKEN_IDENT && inside)
            add_word(&words, xf_source_spelling(src, t));
    }
    /* "args..." has its own name, "..." is __VA_ARGS__. */
    if (words.rest) {
        size_t end = macro->body;

        while (end > macro->begin && src->text[end - 1] != '.')
            end--;
        while (end > macro->begin && src->text[end - 1] == '.')
            end--;
        if (end > macro->begin && strchr("(, \t", src->text[end - 1]))
            add_word(&words, xf_strdup("__VA_ARGS__"));
    }
    return words;
}

static struct words arguments(const char *args, const struct words *params)
{
    struct xf_source *src = xf_source_from("", args, strlen(args));
    struct words words = {0};
    size_t at = 0, begin = 0;
    int depth = 0;

    for (;;) {
        struct xf_token t = xf_source_token(src, &at);
        char ch = t.kind == XF_TOKEN_PUNCT ? src->text[t.begin] : '\0';
        bool last = params->rest && words.len + 1 >= params->len;

        depth += (ch && strchr("([{", ch)) - (ch && strchr(")]}", ch));
        if (t.kind != XF_TOKEN_END && (ch != ',' || depth || last))
            continue;
        add_word(&words, xf_source_normal(src, begin, t.begin));
        begin = at;
        if (t.kind == XF_TOKEN_END)
            break;
    }
    xf_source_free(src);
    return words;
}

/* The argument that the token stands for, NULL when it is no parameter. */
static const char *value_of(const struct xf_source *src,
                            const struct xf_token *token,
                            const struct words *params,
                            const struct words *args)
{
    for (size_t i = 0; i < params->len && i < args->len; i++)
        if (same(src, token, params->items[i]))
            return args->items[i];
    return NULL;
}

static void add_string(struct xf_buf *out, const char *text)
{
    xf_buf_addch(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            xf_buf_addch(out, '\\');
        xf_buf_addch(out, *text);
    }
    xf_buf_addch(out, '"');
}

char *xf_text_substitute(const struct xf_source *src,
                         const struct xf_macro *macro, const char *args,
                         const char *text)
{
    struct words params = parameters(src, macro);
    struct words values = arguments(args, &params);
    struct xf_source *body = xf_source_from("", text, strlen(text));
    struct xf_buf out = XF_BUF_INIT;
    size_t at = 0, copied = 0;

    for (;;) {
        struct xf_token t = xf_source_token(body, &at);
        const char *value = value_of(body, &t, &params, &values);
        size_t hash = t.begin, gap;

        if (t.kind == XF_TOKEN_END)
            break;
        if (t.kind == XF_TOKEN_PUNCT && !strncmp(body->text + hash, "##", 2)) {
            /* Paste: drop it and the white space around. */
            xf_buf_add(&out, body->text + copied, hash - copied);
            while (out.len && out.data[out.len - 1] == ' ')
                out.data[--out.len] = '\0';
            copied = hash + 2;
            copied += strspn(body->text + copied, " ");
            at = copied;
            continue;
        }
        if (!value)
            continue;
        while (hash > copied && body->text[hash - 1] == ' ')
            hash--;
        gap = hash > copied && body->text[hash - 1] == '#' ? hash - 1
                                                           : t.begin;
        xf_buf_add(&out, body->text + copied, gap - copied);
        if (gap != t.begin)
            add_string(&out, value);
        else
            xf_buf_adds(&out, value);
        copied = t.end;
    }
    xf_buf_adds(&out, body->text + copied);
    xf_source_free(body);
    release_words(&params);
    release_words(&values);
    return xf_buf_detach(&out);
}
