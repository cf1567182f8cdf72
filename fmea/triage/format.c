/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A format becomes a list of parts: literal text, or a class of what a
 * conversion can print. Matching walks the parts once and keeps the set of
 * places in the text where the parts so far may end, so its cost is bounded by
 * parts * text length squared and no text makes it explode.
 */
#include "format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

enum part_kind {
    PART_TEXT,
    PART_DECIMAL, /* %d, %u */
    PART_HEX,     /* %x, %p */
    PART_WORD,    /* %pd, "%" PRIpaddr: no white space */
    PART_CHAR,
    PART_ANY /* %s, a macro of unknown content */
};

struct part {
    enum part_kind kind;
    char *text;
    size_t len;
};

struct xf_format_text {
    struct part *parts;
    size_t len, cap;
};

enum { TEXT_MAX = 2048 };

static struct part *add_part(struct xf_format_text *f, enum part_kind kind)
{
    XF_GROW(f->parts, f->len, f->cap);
    f->parts[f->len] = (struct part){.kind = kind};
    return &f->parts[f->len++];
}

static void flush(struct xf_format_text *f, struct xf_buf *text)
{
    struct part *part;

    if (!text->len)
        return;
    part = add_part(f, PART_TEXT);
    part->len = text->len;
    part->text = xf_buf_detach(text);
}

/* ---- the format as written ---------------------------------------------- */

/* The byte that an escape sequence behind the backslash at *at stands for. */
static char unescape(const char **at)
{
    const char *p = *at + 1;
    char ch = *p;

    *at = ch ? p + 1 : p;
    if (ch == 'n')
        return '\n';
    if (ch == 't')
        return '\t';
    if (ch == 'r')
        return '\r';
    if (ch >= '0' && ch <= '7') {
        char *end;
        char digits[4] = {0};

        strncpy(digits, p, 3);
        ch = (char)strtol(digits, &end, 8);
        *at = p + (end - digits);
    }
    return ch;
}

/* Contents of the literal whose quote is at *at, which moves behind it. */
static void literal(struct xf_buf *out, const char **at)
{
    const char *p = *at + 1;

    while (*p && *p != '"')
        if (*p == '\\')
            xf_buf_addch(out, unescape(&p));
        else
            xf_buf_addch(out, *p++);
    *at = *p ? p + 1 : p;
}

/* The first argument in one string: literals joined, whatever else is written
 * there as \1, which ends a conversion that was begun. */
static char *first_argument(const char *p)
{
    struct xf_buf out = XF_BUF_INIT;
    int depth = 0;

    while (*p && (depth || *p != ',')) {
        if (*p == '"') {
            literal(&out, &p);
        } else if (isspace((unsigned char)*p)) {
            p++;
        } else if (*p == 'L' && p[1] == '"') {
            p++;
        } else {
            /* An expression: (x ? "a" : "b"), a macro, a variable. */
            while (*p && ((*p != ',' && *p != '"') || depth)) {
                depth += (*p == '(') - (*p == ')');
                p++;
            }
            xf_buf_addch(&out, '\1');
        }
    }
    return xf_buf_detach(&out);
}

/* Behind the conversion at p ("%..."), its class in *kind. */
static const char *conversion(const char *p, enum part_kind *kind)
{
    p++;
    p += strspn(p, "-+ #0123456789.*hlLqjzt");
    *kind = PART_ANY;
    switch (*p) {
    case 'd':
    case 'i':
    case 'u':
        *kind = PART_DECIMAL;
        break;
    case 'x':
    case 'X':
    case 'o':
        *kind = PART_HEX;
        break;
    case 'c':
        *kind = PART_CHAR;
        break;
    case 'p':
        *kind = PART_HEX;
        /* Xen's own: %pd, %pv, %ps, %pp, ... (docs/misc/printk-formats.txt) */
        if (p[1] && strchr("bdfhMpsSv", p[1]) &&
            !isalpha((unsigned char)p[2])) {
            *kind = strchr("bh", p[1]) ? PART_ANY : PART_WORD;
            p++;
        }
        break;
    case '\1': /* "%" PRIx64 */
        *kind = PART_WORD;
        break;
    default:
        break;
    }
    return *p ? p + 1 : p;
}

static void trim(char *text)
{
    size_t len = strlen(text);

    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
}

struct xf_format_text *xf_format_parse(const char *arguments)
{
    struct xf_format_text *f = xf_calloc(1, sizeof(*f));
    struct xf_buf text = XF_BUF_INIT;
    char *format = first_argument(arguments);
    const char *p = format;

    trim(format);
    p += strspn(p, "\n");
    while (*p) {
        enum part_kind kind = PART_ANY;

        if (*p == '%' && p[1] == '%') {
            xf_buf_addch(&text, '%');
            p += 2;
        } else if (*p == '%' || *p == '\1') {
            p = *p == '%' ? conversion(p, &kind) : p + 1;
            flush(f, &text);
            add_part(f, kind);
        } else {
            xf_buf_addch(&text, *p++);
        }
    }
    flush(f, &text);
    xf_buf_release(&text);
    free(format);
    return f;
}

void xf_format_text_free(struct xf_format_text *format)
{
    if (!format)
        return;
    for (size_t i = 0; i < format->len; i++)
        free(format->parts[i].text);
    free(format->parts);
    free(format);
}

static size_t visible(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += !isspace((unsigned char)text[i]);
    return n;
}

size_t xf_format_literals(const struct xf_format_text *format)
{
    size_t n = 0;

    for (size_t i = 0; i < format->len; i++)
        if (format->parts[i].kind == PART_TEXT)
            n += visible(format->parts[i].text, format->parts[i].len);
    return n;
}

char *xf_format_words(const struct xf_format_text *format)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < format->len; i++)
        if (format->parts[i].kind == PART_TEXT)
            xf_buf_adds(&out, format->parts[i].text);
        else
            xf_buf_addch(&out, ' ');
    return xf_buf_detach(&out);
}

/* ---- matching ----------------------------------------------------------- */

static bool fits(enum part_kind kind, unsigned char ch, bool first)
{
    switch (kind) {
    case PART_DECIMAL:
        return isdigit(ch) || (first && (ch == '-' || ch == '+'));
    case PART_HEX:
        return isxdigit(ch) || ch == 'x';
    case PART_WORD:
        return !isspace(ch);
    default:
        return true;
    }
}

/* Ends that a conversion can have, for all its possible starts. */
static void spread(bool *to, const bool *from, const char *text, size_t len,
                   enum part_kind kind)
{
    for (size_t i = 0; i <= len; i++) {
        size_t end = i;

        if (!from[i])
            continue;
        if (kind == PART_ANY) {
            memset(to + i, true, len + 1 - i);
            return;
        }
        if (kind == PART_CHAR) {
            if (i < len)
                to[i + 1] = true;
            continue;
        }
        /* Padding of "%4u" and the like. */
        while (kind != PART_WORD && end < len && text[end] == ' ')
            end++;
        for (size_t start = end;
             end < len && fits(kind, (unsigned char)text[end], end == start);)
            to[++end] = true;
    }
}

static void advance(bool *to, const bool *from, const char *text, size_t len,
                    const struct part *part)
{
    for (size_t i = 0; i + part->len <= len; i++)
        if (from[i] && !memcmp(text + i, part->text, part->len))
            to[i + part->len] = true;
}

/* Most bytes of the literal with which the text may end, -1 for none. */
static int cut_inside(const bool *from, const char *text, size_t len,
                      const struct part *part)
{
    for (size_t i = len > part->len ? len - part->len + 1 : 0; i <= len; i++)
        if (from[i] && !memcmp(text + i, part->text, len - i))
            return (int)visible(text + i, len - i);
    return -1;
}

enum end {
    END_WHOLE, /* the format and the text end together */
    END_CUT,   /* the text may end early */
    END_OPEN   /* the text may go on */
};

static int match(const struct xf_format_text *format, const char *text,
                 enum end end)
{
    size_t len = strlen(text);
    bool a[TEXT_MAX + 1] = {false}, b[TEXT_MAX + 1], *now = a, *next = b;
    int score = 0;

    if (len > TEXT_MAX)
        len = TEXT_MAX;
    now[0] = true;
    for (size_t i = 0; i < format->len; i++) {
        const struct part *part = &format->parts[i];
        bool *swap = now;

        if (end == END_CUT && part->kind == PART_TEXT) {
            int inside = cut_inside(now, text, len, part);

            if (inside >= 0)
                return score + inside;
        }
        memset(next, false, len + 1);
        if (part->kind == PART_TEXT) {
            advance(next, now, text, len, part);
            score += (int)visible(part->text, part->len);
        } else {
            spread(next, now, text, len, part->kind);
        }
        if (!memchr(next, true, len + 1))
            return -1;
        now = next;
        next = swap;
    }
    return now[len] || end == END_OPEN ? score : -1;
}

int xf_format_match(const struct xf_format_text *format, const char *text,
                    bool cut)
{
    return match(format, text, cut ? END_CUT : END_WHOLE);
}

int xf_format_begins(const struct xf_format_text *format, const char *text)
{
    int shorter = match(format, text, END_CUT);
    int longer = match(format, text, END_OPEN);

    return shorter > longer ? shorter : longer;
}
