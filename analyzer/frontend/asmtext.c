/* SPDX-License-Identifier: GPL-2.0-only */
#include "asmtext.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '$';
}

static const char *skip_space(const char *p)
{
    while (isspace((unsigned char)*p))
        p++;
    return p;
}

/* Behind the literal that starts with a quote at p. */
static const char *skip_literal(const char *p)
{
    char quote = *p++;

    while (*p && *p != quote)
        p += p[0] == '\\' && p[1] ? 2 : 1;
    return *p ? p + 1 : p;
}

/* Read one literal and undo its escapes, as StringLiteral prints them. */
static const char *read_literal(const char *p, struct xf_buf *out)
{
    p++;
    while (*p && *p != '"') {
        if (*p != '\\') {
            xf_buf_addch(out, *p++);
            continue;
        }
        p++;
        if (*p >= '0' && *p <= '7') {
            int value = 0;

            for (int i = 0; i < 3 && *p >= '0' && *p <= '7'; i++)
                value = value * 8 + (*p++ - '0');
            xf_buf_addch(out, (char)value);
        } else if (*p) {
            const char *from = "ntrabfv", *to = "\n\t\r\a\b\f\v";
            const char *at = strchr(from, *p);

            xf_buf_addch(out, at ? to[at - from] : *p);
            p++;
        }
    }
    return *p ? p + 1 : p;
}

/* Copy the parenthesised expression at p without the parentheses. */
static const char *read_group(const char *p, struct xf_buf *out)
{
    int depth = 0;

    for (; *p;) {
        const char *end = p + 1;

        if (*p == '"' || *p == '\'')
            end = skip_literal(p);
        else if (*p == '(')
            depth++;
        else if (*p == ')' && --depth == 0)
            return end;
        if (depth > 1 || *p != '(')
            xf_buf_add(out, p, (size_t)(end - p));
        p = end;
    }
    return p;
}

/* `[name] "constraint" (expression), ...` up to ':' or ')'. */
static const char *read_operands(const char *p, struct xf_asm *stmt,
                                 size_t *cap)
{
    for (;;) {
        struct xf_buf name = XF_BUF_INIT, value = XF_BUF_INIT,
                      constraint = XF_BUF_INIT;

        p = skip_space(p);
        if (*p == '[') {
            size_t len = strcspn(p + 1, "]");

            xf_buf_add(&name, p + 1, len);
            p = skip_space(p + 1 + len + (p[1 + len] == ']'));
        }
        if (*p != '"') {
            xf_buf_release(&name);
            return p;
        }
        p = skip_space(read_literal(p, &constraint));
        xf_buf_release(&constraint);
        if (*p == '(')
            p = skip_space(read_group(p, &value));
        XF_GROW(stmt->operands, stmt->noperands, *cap);
        stmt->operands[stmt->noperands].name = xf_buf_detach(&name);
        stmt->operands[stmt->noperands++].value = xf_buf_detach(&value);
        if (*p != ',')
            return p;
        p++;
    }
}

/* p is behind "asm "; fills *stmt and returns true if a statement is there. */
static bool read_statement(const char *p, struct xf_asm *stmt)
{
    static const char *const words[] = {"volatile ", "goto ", "inline "};
    struct xf_buf text = XF_BUF_INIT;
    size_t cap = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (!strncmp(p, words[i], strlen(words[i])))
            p += strlen(words[i]);
    if (p[0] != '(' || p[1] != '"')
        return false;
    p = skip_space(read_literal(p + 1, &text));
    while (*p == '"')
        p = skip_space(read_literal(p, &text));
    stmt->text = xf_buf_detach(&text);
    stmt->operands = NULL;
    stmt->noperands = stmt->noutputs = 0;
    if (*p == ':')
        p = skip_space(read_operands(p + 1, stmt, &cap));
    stmt->noutputs = stmt->noperands;
    if (*p == ':')
        read_operands(p + 1, stmt, &cap);
    return true;
}

void xf_asms_parse(struct xf_asms *out, const char *printed)
{
    const char *p = printed;

    while (*p) {
        if (*p == '"' || *p == '\'') {
            p = skip_literal(p);
        } else if (!is_word(*p)) {
            p++;
        } else {
            const char *word = p;
            struct xf_asm stmt;

            while (is_word(*p))
                p++;
            if (p - word == 3 && !memcmp(word, "asm ", 4) &&
                read_statement(p + 1, &stmt)) {
                XF_GROW(out->items, out->len, out->cap);
                out->items[out->len++] = stmt;
            }
        }
    }
}

void xf_asms_release(struct xf_asms *asms)
{
    for (size_t i = 0; i < asms->len; i++) {
        struct xf_asm *stmt = &asms->items[i];

        for (size_t j = 0; j < stmt->noperands; j++) {
            free(stmt->operands[j].name);
            free(stmt->operands[j].value);
        }
        free(stmt->operands);
        free(stmt->text);
    }
    free(asms->items);
    memset(asms, 0, sizeof(*asms));
}

/* Operand that "%c[name]" or "%2" at p refers to, or NULL. */
static const char *operand_at(const struct xf_asm *stmt, const char *p)
{
    if (*p++ != '%')
        return NULL;
    if (isalpha((unsigned char)*p))
        p++;
    if (isdigit((unsigned char)*p)) {
        size_t n = strtoul(p, NULL, 10);

        return n < stmt->noperands ? stmt->operands[n].value : NULL;
    }
    if (*p++ != '[')
        return NULL;
    for (size_t i = 0; i < stmt->noperands; i++) {
        size_t len = strlen(stmt->operands[i].name);

        if (!strncmp(stmt->operands[i].name, p, len) && p[len] == ']')
            return stmt->operands[i].value;
    }
    return NULL;
}

/* A small non-negative constant such as "2", "(2)" or "2U"; -1 otherwise. */
static int constant(const char *text)
{
    char *end;
    long value;

    while (*text == '(' || isspace((unsigned char)*text))
        text++;
    if (!isdigit((unsigned char)*text))
        return -1;
    value = strtol(text, &end, 0);
    while (*end && strchr("uUlL) \t", *end))
        end++;
    return *end || value > 255 ? -1 : (int)value;
}

/* Message of the frame: the operand of that name when it is a string literal,
 * else the last non-empty .asciz of the template before the frame. */
static char *find_message(const struct xf_asm *stmt, const char *from,
                          const char *to)
{
    char *found = NULL;

    for (size_t i = 0; i < stmt->noperands; i++) {
        const char *value = stmt->operands[i].value;
        struct xf_buf text = XF_BUF_INIT;

        if (strcmp(stmt->operands[i].name, "bf_msg"))
            continue;
        while (*value == '(')
            value++;
        if (*value == '"') {
            read_literal(value, &text);
            return xf_buf_detach(&text);
        }
    }
    for (const char *p = from; (p = strstr(p, ".asciz")) && p < to;) {
        p = skip_space(p + 6);
        if (*p == '"') {
            struct xf_buf text = XF_BUF_INIT;

            p = read_literal(p, &text);
            free(found);
            found = xf_buf_detach(&text);
        } else {
            free(found);
            found = NULL;
        }
    }
    return found;
}

void xf_asm_frames(const struct xf_asm *stmt, const char *section,
                   void (*fn)(int type, const char *message, void *payload),
                   void *payload)
{
    const char *p = stmt->text, *begin = stmt->text;

    while ((p = strstr(p, section))) {
        const char *value = p + strlen(section);
        const char *operand = operand_at(stmt, value);
        char *message = find_message(stmt, begin, p);

        fn(operand                          ? constant(operand)
           : isdigit((unsigned char)*value) ? atoi(value)
                                            : -1,
           message, payload);
        free(message);
        begin = p = value;
    }
}
