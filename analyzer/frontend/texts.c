/* SPDX-License-Identifier: GPL-2.0-only */
#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
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
