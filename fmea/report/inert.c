/* SPDX-License-Identifier: GPL-2.0-only */
#include "inert.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "visible.h"

#define CELL_LIMIT 32000 /* characters */

/* ---- spreadsheets ------------------------------------------------------- */

/* _xHHHH_ is how Excel writes a character that XML cannot hold. */
static bool is_escape(const char *at)
{
    if (at[0] != '_' || at[1] != 'x')
        return false;
    for (int i = 2; i < 6; i++)
        if (!isxdigit((unsigned char)at[i]))
            return false;
    return at[6] == '_';
}

/* U+FFFE and U+FFFF, which are UTF-8 but not XML. */
static bool is_no_character(const char *at)
{
    return !memcmp(at, "\xef\xbf", 2) &&
           ((unsigned char)at[2] & 0xfe) == 0xbe;
}

void inert_cell(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;
    size_t n = 0;

    xf_visible(&shown, text, "\n\t");
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        bool begins = ((unsigned char)*at & 0xc0) != 0x80;

        if (begins && n >= CELL_LIMIT) {
            xf_buf_addf(out, " [%zu more bytes]", strlen(at));
            break;
        }
        n += begins;
        if (is_escape(at)) {
            xf_buf_adds(out, "_x005F_");
            n += 6;
        } else if (begins && at[1] && is_no_character(at)) {
            xf_buf_adds(out, "\xef\xbf\xbd");
            at += 2;
        } else {
            xf_buf_addch(out, *at);
        }
    }
    xf_buf_release(&shown);
}

/* ---- Markdown ----------------------------------------------------------- */

void inert_words(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "\n\t");
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        /* "www." alone makes a link. */
        bool link = *at == '.' && at - shown.data >= 3 &&
                    !strncasecmp(at - 3, "www", 3);

        if (*at == '\n' || *at == '\t')
            xf_buf_addch(out, ' ');
        else if (link || strchr("&<>\"'`*_[](){}#+=!|~\\@:$^", *at))
            xf_buf_addf(out, "&#%d;", *at);
        else
            xf_buf_addch(out, *at);
    }
    xf_buf_release(&shown);
}

void inert_code(struct xf_buf *out, const char *text)
{
    xf_buf_adds(out, "<code>");
    inert_words(out, text);
    xf_buf_adds(out, "</code>");
}

/* ---- reStructuredText --------------------------------------------------- */

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ((unsigned char)ch & 0x80);
}

/* One word, which is at the begin of a line or not. */
static void add_word(struct xf_buf *out, const char *word, size_t len,
                     bool first)
{
    for (size_t i = 0; i < len; i++) {
        char next = i + 1 < len ? word[i + 1] : ' ';
        bool markup = strchr("\\`*|", word[i]) ||
                      (word[i] == '_' && !is_word(next)) ||
                      (word[i] == ':' && next == ':');

        /* Lists, fields, comments and underlines begin so. */
        if (first && !i && ispunct((unsigned char)word[i]))
            markup = true;
        if (markup)
            xf_buf_addch(out, '\\');
        xf_buf_addch(out, word[i]);
    }
}

/* docutils refuses lines of more than 10,000 characters. */
#define WORD_LIMIT 2000 /* bytes, then it is cut in two */
#define LINE_LIMIT 8000 /* bytes, then the rest is left out */

/* At most `limit` bytes of `text`, no character cut. */
static size_t cut(const char *text, size_t len, size_t limit)
{
    if (len <= limit)
        return len;
    for (len = limit; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
        len--;
    return len;
}

/* Append `text` word by word; `indent` NULL: all in one line. */
static void fill(struct xf_buf *out, const char *text, const char *indent,
                 size_t width)
{
    size_t begin = out->len;
    bool first = true;

    while (*(text += strspn(text, " \n\t"))) {
        size_t len = cut(text, strcspn(text, " \n\t"), WORD_LIMIT);

        if (!indent && out->len - begin > LINE_LIMIT) {
            xf_buf_addf(out, " [%zu more bytes]", strlen(text));
            break;
        }
        if (!first && indent && out->len - begin + 1 + len > width) {
            xf_buf_addch(out, '\n');
            begin = out->len;
            first = true;
        }
        if (first && indent)
            xf_buf_adds(out, indent);
        else if (!first)
            xf_buf_addch(out, ' ');
        add_word(out, text, len, first);
        first = false;
        text += len;
    }
}

void inert_paragraph(struct xf_buf *out, const char *text, const char *indent,
                     size_t width)
{
    struct xf_buf shown = XF_BUF_INIT;
    size_t before = out->len;

    xf_visible(&shown, text, "\n\t");
    fill(out, shown.data ? shown.data : "", indent, width);
    if (out->len > before)
        xf_buf_addch(out, '\n');
    xf_buf_release(&shown);
}

void inert_line(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "\n\t");
    fill(out, shown.data ? shown.data : "", NULL, 0);
    xf_buf_release(&shown);
}
