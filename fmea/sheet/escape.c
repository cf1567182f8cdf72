/* SPDX-License-Identifier: GPL-2.0-only */
#include "escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes of the well-formed UTF-8 sequence at `s`, 0 when there is none. Table
 * 3-7 of the Unicode standard: the lead byte narrows the range of the second
 * one, which excludes overlong forms, surrogates and what is above U+10FFFF. */
static size_t sequence(const unsigned char *s)
{
    unsigned int low = 0x80, high = 0xbf;
    size_t len;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* What to write instead of the sequence of `len` bytes at `s`; NULL: itself.
 * `scratch` may hold the result. */
typedef const char *substitute_fn(const unsigned char *s, size_t len,
                                  char scratch[8]);

static void escape(struct xf_buf *out, const char *text, substitute_fn *fn)
{
    const unsigned char *s = (const unsigned char *)text, *run = s;

    while (*s) {
        char scratch[8];
        size_t len = sequence(s);
        const char *instead = len ? fn(s, len, scratch) : REPLACEMENT;

        len = len ? len : 1;
        if (instead) {
            xf_buf_add(out, run, (size_t)(s - run));
            xf_buf_adds(out, instead);
            run = s + len;
        }
        s += len;
    }
    xf_buf_add(out, run, (size_t)(s - run));
}

static const char *json_substitute(const unsigned char *s, size_t len,
                                   char scratch[8])
{
    if (len == 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] & 0xfe) == 0xa8)
        return s[2] == 0xa8 ? "\\u2028" : "\\u2029";
    if (len > 1 || (s[0] >= 0x20 && !strchr("\"\\<>&\x7f", s[0])))
        return NULL;
    switch (s[0]) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    default:
        snprintf(scratch, 8, "\\u%04x", s[0]);
        return scratch;
    }
}

void xf_escape_json(struct xf_buf *out, const char *text)
{
    xf_buf_addch(out, '"');
    escape(out, text, json_substitute);
    xf_buf_addch(out, '"');
}

static const char *csv_substitute(const unsigned char *s, size_t len,
                                  char scratch[8])
{
    /* C1 controls: some terminals obey them like C0 ones. */
    unsigned int code = len == 2 && s[0] == 0xc2 ? s[1] : s[0];

    if (code == '"')
        return "\"\"";
    if (code == '\t')
        return "        ";
    if (code == '\n' || (code >= 0x20 && code < 0x7f) || code >= 0xa0)
        return NULL;
    snprintf(scratch, 8, "\\x%02x", code);
    return scratch;
}

/* What OWASP lists as the start of a formula ("CSV Injection"), with the
 * full-width signs that spreadsheets with an East Asian locale accept. */
static bool starts_formula(const char *text)
{
    static const char *const starts[] = {
        "=", "+", "-", "@", "\t", "\r",
        "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0",
    };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (!strncmp(text, starts[i], strlen(starts[i])))
            return true;
    }
    return false;
}

void xf_escape_csv(struct xf_buf *out, const char *text)
{
    bool quoted = strpbrk(text, "\",\n") != NULL;

    if (quoted)
        xf_buf_addch(out, '"');
    if (starts_formula(text))
        xf_buf_addch(out, '\'');
    escape(out, text, csv_substitute);
    if (quoted)
        xf_buf_addch(out, '"');
}
