/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether brackets match and something is there. */
static bool is_whole(const char *text)
{
    int depth = 0;
    char quote = 0;

    for (const char *p = text; *p; p++) {
        if (quote) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == quote)
                quote = 0;
        } else if (*p == '"' || *p == '\'') {
            quote = *p;
        } else if (strchr("([{", *p)) {
            depth++;
        } else if (strchr(")]}", *p) && --depth < 0) {
            return false;
        } else if ((*p == ';' && !depth) ||
                   !strncmp(p, "#if", 3) || !strncmp(p, "#e", 2)) {
            return false; /* a statement, or a directive in between */
        }
    }
    return *text && !depth && !quote;
}

/* libclang ends a range that ends in a macro invocation at its name's
 * beginning: go on to the end of the name and of the arguments. */
static size_t complete(const struct xf_source *src, size_t begin, size_t end)
{
    char *args;

    if (end >= src->len || !is_word(src->text[end]) ||
        isdigit((unsigned char)src->text[end]) ||
        (end > begin && is_word(src->text[end - 1])))
        return end;
    end = xf_source_arguments(src, end, &args);
    free(args);
    return end;
}

char *text_slice(struct program *p, const struct body *body, size_t begin,
                 size_t end)
{
    const struct xf_source *src = program_source(p, body->function->file);
    char *text;

    if (!src || begin >= src->len || end > src->len || end < begin)
        return NULL;
    end = complete(src, begin, end);
    text = xf_source_normal(src, begin, end);
    if (is_whole(text))
        return text;
    free(text);
    return NULL;
}

struct context {
    struct program *p;
    const struct body *body;
    size_t inside;
};

static bool from_source(struct xf_buf *out, const struct xf_node *n,
                        bool parens, void *payload)
{
    const struct context *c = payload;
    char *text = NULL;

    if (n->line && n->begin != c->inside)
        text = text_slice(c->p, c->body, n->begin, n->end);
    if (text) {
        char *bare = text_bare(text);

        /* An invocation is a primary, whatever it stands for. */
        if (parens && !*n->macro)
            xf_buf_addf(out, "(%s)", bare);
        else
            xf_buf_adds(out, parens || *n->macro ? text : bare);
        free(bare);
        free(text);
        return true;
    }
    if (n->op == XF_OP_STATEMENTS && *n->macro) {
        xf_buf_addf(out, "%s(...)", n->macro);
        return true;
    }
    if (*n->macro && (n->op == XF_OP_INT || n->op == XF_OP_DEREF)) {
        xf_buf_adds(out, n->macro);
        return true;
    }
    return false;
}

char *text_of(struct program *p, const struct body *body,
              const struct xf_node *node, size_t inside)
{
    struct context c = {p, body, inside};
    struct xf_buf out = XF_BUF_INIT;
    char *text, *bare;

    xf_tree_print_with(&out, node, from_source, &c);
    text = xf_buf_detach(&out);
    bare = text_bare(text);
    free(text);
    return bare;
}

char *text_bare(const char *text)
{
    size_t len = strlen(text);
    char *inner;

    while (len && text[0] == ' ') {
        text++;
        len--;
    }
    while (len && text[len - 1] == ' ')
        len--;
    if (len < 2 || text[0] != '(' || text[len - 1] != ')')
        return xf_strndup(text, len);
    inner = xf_strndup(text + 1, len - 2);
    if (is_whole(inner)) {
        char *bare = text_bare(inner);

        free(inner);
        return bare;
    }
    free(inner);
    return xf_strndup(text, len);
}

/* ---- negation ----------------------------------------------------------------- */

/* Loosest binary operator outside of brackets: 3 && || ?: or a comma or an
 * assignment, 2 a comparison (*at: where, *len: its length), 1 another one, 0
 * none. */
static int loosest(const char *text, size_t *at, size_t *len)
{
    int depth = 0, found = 0, comparisons = 0;
    char quote = 0;

    for (size_t i = 0; text[i]; i++) {
        const char *p = text + i;

        if (quote) {
            if (*p == '\\' && p[1])
                i++;
            else if (*p == quote)
                quote = 0;
            continue;
        }
        if (*p == '"' || *p == '\'') {
            quote = *p;
            continue;
        }
        depth += strchr("([{", *p) != NULL;
        depth -= strchr(")]}", *p) != NULL;
        if (depth)
            continue;
        if (!strncmp(p, "&&", 2) || !strncmp(p, "||", 2) || *p == '?' ||
            *p == ',') {
            return 3;
        } else if (!strncmp(p, "->", 2)) {
            i++;
        } else if (!strncmp(p, "<<", 2) || !strncmp(p, ">>", 2)) {
            if (p[2] == '=')
                return 3;
            found = found ? found : 1;
            i++;
        } else if (!strncmp(p, "==", 2) || !strncmp(p, "!=", 2) ||
                   !strncmp(p, "<=", 2) || !strncmp(p, ">=", 2)) {
            found = 2;
            comparisons++;
            *at = i;
            *len = 2;
            i++;
        } else if (*p == '<' || *p == '>') {
            found = 2;
            comparisons++;
            *at = i;
            *len = 1;
        } else if (*p == '=') {
            return 3;
        } else if (strchr("+-*/%&|^", *p) && i) {
            found = found ? found : 1;
        }
    }
    return comparisons > 1 ? 3 : found;
}

char *text_negated(const char *text)
{
    static const char *const opposite[][2] = {{"==", "!="}, {"!=", "=="},
                                              {"<=", ">"},  {">=", "<"},
                                              {"<", ">="},  {">", "<="}};
    char *bare = text_bare(text), *out = NULL;
    size_t at = 0, len = 0;
    int kind = loosest(bare, &at, &len);

    if (kind == 2) {
        for (size_t i = 0; i < 6 && !out; i++)
            if (strlen(opposite[i][0]) == len &&
                !strncmp(bare + at, opposite[i][0], len))
                out = xf_format("%.*s%s%s", (int)at, bare, opposite[i][1],
                                bare + at + len);
    } else if (kind == 0 && bare[0] == '!') {
        out = text_bare(bare + 1);
    } else if (kind == 0) {
        out = xf_format("!%s", bare);
    } else {
        out = xf_format("!(%s)", bare);
    }
    free(bare);
    return out;
}

char *text_operand(const char *text)
{
    size_t at, len;
    int kind = loosest(text, &at, &len);

    return kind ? xf_format("(%s)", text) : xf_strdup(text);
}
