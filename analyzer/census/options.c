/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const char prefix[] = "CONFIG_";

static size_t word_length(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && (isalnum((unsigned char)s[n]) || s[n] == '_'))
        n++;
    return n;
}

static bool is_word(const char *s, size_t len, const char *word)
{
    return strlen(word) == len && !memcmp(s, word, len);
}

/* Words that only wrap a symbol: a '!' before them is one of the symbol. */
static bool is_wrapper(const char *s, size_t len)
{
    return is_word(s, len, "defined") || is_word(s, len, "IS_ENABLED") ||
           is_word(s, len, "config_enabled");
}

static bool is_symbol(const char *s, size_t len, const char *with)
{
    if (*with)
        return len > strlen(with) && !memcmp(s, with, strlen(with));
    for (size_t i = 0; i < len; i++)
        if (islower((unsigned char)s[i]))
            return false;
    return !isdigit((unsigned char)*s) || strspn(s, "0123456789") < len;
}

/* '!' and parentheses count; && and || do not: every symbol of both sides is
 * one that helps. What is quoted or compared with is no symbol. */
void xf_options_scan(const char *s, size_t len, const char *with, bool negated,
                     void (*fn)(const char *symbol, size_t len, bool on,
                                void *payload),
                     void *payload)
{
    uint64_t outer = 0; /* a bit for each open parenthesis */
    bool now = negated, next = false;

    for (size_t i = 0; i < len;) {
        size_t n = word_length(s + i, len - i);

        if (n && !is_wrapper(s + i, n)) {
            if (is_symbol(s + i, n, with))
                fn(s + i, n, now == next, payload);
            next = false;
        } else if (s[i] == '"') {
            const char *end = memchr(s + i + 1, '"', len - i - 1);

            i = end ? (size_t)(end - s) : len - 1;
        } else if (s[i] == '!' && i + 1 < len && s[i + 1] == '=') {
            i++; /* a comparison */
        } else if (s[i] == '!') {
            next = !next;
        } else if (s[i] == '(') {
            outer = outer << 1 | now;
            now = now != next;
            next = false;
        } else if (s[i] == ')') {
            now = outer & 1;
            outer >>= 1;
        }
        i += n ? n : 1;
    }
}

static bool starts(const char *s, size_t len, const char *with)
{
    return len >= strlen(with) && !memcmp(s, with, strlen(with));
}

/* One of the parts that hold together. */
static void scan_part(const char *s, size_t len,
                      void (*fn)(const char *symbol, size_t len, bool on,
                                 void *payload),
                      void *payload)
{
    bool negated = false;

    if (starts(s, len, "else of ")) {
        negated = true;
        s += strlen("else of ");
        len -= strlen("else of ");
    }
    if (starts(s, len, "ifn") || starts(s, len, "#ifn"))
        negated = !negated;
    xf_options_scan(s, len, prefix, negated, fn, payload);
}

void xf_options_in(const char *reason,
                   void (*fn)(const char *symbol, size_t len, bool on,
                              void *payload),
                   void *payload)
{
    static const char inside[] = ", inside ";

    while (*reason) {
        size_t len = strcspn(reason, ";");
        const char *block = strstr(reason, inside);

        if (block && (size_t)(block - reason) < len)
            len = (size_t)(block - reason);
        scan_part(reason, len, fn, payload);
        reason += len;
        if (!strncmp(reason, inside, strlen(inside)))
            reason += strlen(inside);
        else
            reason += strspn(reason, "; ");
    }
}
