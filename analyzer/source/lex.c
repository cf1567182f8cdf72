/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The lexer proper. It follows translation phases 2 and 3 of C17 5.1.1.2 with
 * what GCC and clang add: blanks between a backslash and its newline, and bytes
 * from 0x80 in identifiers.
 *
 * Assembly goes through the same preprocessor, so the same rules hold, but
 * people write prose and lone quotes there. A quote that is not closed on its
 * line is then plain punctuation, and the assembler's own comments count as
 * comments although the preprocessor does not know them.
 */
#include "lex.h"

#include <string.h>

enum { BLANK = 1, WORD = 2, DIGIT = 4, STOP = 8 };

/* STOP: bytes at which a scan for the end of a line has to look closer. */
static const unsigned char class_of[256] = {
    [0] = BLANK | STOP,   ['\n'] = STOP,        ['\\'] = STOP,
    ['"'] = STOP,         ['\''] = STOP,        ['/'] = STOP,
    [' '] = BLANK,        ['\t'] = BLANK,       ['\r'] = BLANK,
    ['\v'] = BLANK,       ['\f'] = BLANK,       ['_'] = WORD,
    ['a' ... 'z'] = WORD, ['A' ... 'Z'] = WORD, ['0' ... '9'] = WORD | DIGIT,
    [0x80 ... 0xff] = WORD,
};

static bool is(const struct xf_source *src, size_t at, int class)
{
    return at < src->len && class_of[(unsigned char)src->text[at]] & class;
}

/* Length of the continuation (backslash, newline) at `at`, 0 when none. */
static size_t splice(const struct xf_source *src, size_t at)
{
    size_t end = at + 1;

    if (at >= src->len || src->text[at] != '\\')
        return 0;
    while (is(src, end, BLANK))
        end++;
    return end < src->len && src->text[end] == '\n' ? end + 1 - at : 0;
}

/* The newline at or after `at` that no backslash hides, or len. */
static size_t physical_end(const struct xf_source *src, size_t at)
{
    for (;;) {
        const char *nl = memchr(src->text + at, '\n', src->len - at);
        size_t end = nl ? (size_t)(nl - src->text) : src->len, back = end;

        if (!nl)
            return end;
        while (back > at && is(src, back - 1, BLANK))
            back--;
        if (back == at || src->text[back - 1] != '\\')
            return end;
        at = end + 1;
    }
}

static size_t block_comment(const struct xf_source *src, size_t at)
{
    const char *from = src->text + at + 2;
    const char *end = memmem(from, src->len - at - 2, "*/", 2);

    return end ? (size_t)(end + 2 - src->text) : src->len;
}

/* Behind the comment of C at `at`, which is `at` when there is none. The
 * newline behind a line comment is not part of it. */
static size_t comment(const struct xf_source *src, size_t at)
{
    if (at + 1 >= src->len || src->text[at] != '/')
        return at;
    if (src->text[at + 1] == '*')
        return block_comment(src, at);
    return src->text[at + 1] == '/' ? physical_end(src, at + 2) : at;
}

/* Behind the string or character constant whose quote is at `at`. */
static size_t literal(const struct xf_source *src, size_t at)
{
    char quote = src->text[at];
    size_t end = at + 1;

    while (end < src->len && src->text[end] != '\n') {
        if (src->text[end] == quote)
            return end + 1;
        if (src->text[end] != '\\') {
            end++;
            continue;
        }
        end += splice(src, end) ? splice(src, end) : 2;
    }
    if (src->is_asm)
        return at + 1;
    return end < src->len ? end : src->len;
}

/* Assembly writes a character as 'x' or '\x' and also as a lone 'x, so a quote
 * says little about what follows it. */
static bool is_character(const struct xf_source *src, size_t at)
{
    size_t end = at + 1 + (src->text[at + 1] == '\\');

    return end + 1 < src->len && src->text[end] != '\n' &&
           src->text[end + 1] == '\'';
}

static size_t quoted(const struct xf_source *src, size_t at)
{
    if (src->is_asm && src->text[at] == '\'' && !is_character(src, at))
        return at + 1;
    return literal(src, at);
}

/* The newline that ends the logical line around `at`, or the comment before
 * it, or len. */
static size_t line_or_comment(const struct xf_source *src, size_t at)
{
    while (at < src->len) {
        switch (src->text[at]) {
        case '\n':
            return at;
        case '\\':
            at += splice(src, at) ? splice(src, at) : 1;
            break;
        case '"':
        case '\'':
            at = quoted(src, at);
            break;
        case '/':
            if (comment(src, at) != at)
                return at;
            at++;
            break;
        default:
            do
                at++;
            while (!(class_of[(unsigned char)src->text[at]] & STOP));
        }
    }
    return src->len;
}

size_t xf_source_line_end(const struct xf_source *src, size_t at)
{
    for (;;) {
        size_t stop = line_or_comment(src, at);

        at = comment(src, stop);
        if (at == stop)
            return at;
    }
}

size_t xf_lex_blank(const struct xf_source *src, size_t at)
{
    for (;;) {
        size_t from = at;

        while (is(src, at, BLANK))
            at++;
        at = comment(src, at + splice(src, at));
        if (at == from)
            return at;
    }
}

size_t xf_lex_word(const struct xf_source *src, size_t at)
{
    for (;;) {
        size_t more;

        while (is(src, at, WORD))
            at++;
        more = splice(src, at);
        if (!more || !is(src, at + more, WORD))
            return at;
        at += more;
    }
}

/* A preprocessing number, C17 6.4.8: what follows the first digit. */
static size_t number(const struct xf_source *src, size_t at)
{
    for (;;) {
        size_t word = xf_lex_word(src, at);

        if (src->text[word] == '.')
            word++;
        else if (word > at && strchr("+-", src->text[word]) &&
                 src->text[word] && strchr("eEpP", src->text[word - 1]))
            word++;
        if (word == at)
            return at;
        at = word;
    }
}

bool xf_lex_is_directive(const struct xf_source *src, size_t hash)
{
    static const char *const names[] = {
        "define", "undef",   "include", "if",     "ifdef", "ifndef", "elif",
        "else",   "endif",   "error",   "pragma", "line",  "warning",
        "ident",  "include_next",
    };
    size_t at, len;

    if (!src->is_asm)
        return true;
    at = xf_lex_blank(src, hash + 1);
    len = xf_lex_word(src, at) - at;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strlen(names[i]) == len && !memcmp(src->text + at, names[i], len))
            return true;
    return false;
}

/* First byte of the logical line around `at`, going back. */
static size_t line_start(const struct xf_source *src, size_t at)
{
    for (;;) {
        const char *nl = memrchr(src->text, '\n', at);
        size_t start = nl ? (size_t)(nl - src->text) + 1 : 0, back;

        if (!start)
            return 0;
        back = start - 1;
        while (back && is(src, back - 1, BLANK))
            back--;
        if (!back || src->text[back - 1] != '\\')
            return start;
        at = start - 1;
    }
}

/* Whether the byte at `at` starts a comment of the assembler. On x86 and arm32
 * one may follow an instruction, but not a directive: there '#' belongs to the
 * preprocessor. "\@" is gas's macro counter. */
static bool is_asm_comment(const struct xf_source *src, size_t at)
{
    char ch = src->text[at];
    size_t first;

    if (!src->is_asm || !ch || (ch != '#' && ch != src->asm_comment) ||
        (at && src->text[at - 1] == '\\'))
        return false;
    first = xf_lex_blank(src, line_start(src, at));
    if (first >= at)
        return ch != '#' || !xf_lex_is_directive(src, at);
    if (src->text[first] == '#' && xf_lex_is_directive(src, first))
        return false;
    return ch == src->asm_comment;
}

/* White space, newlines and continuations. Comments are tokens. */
static size_t skip_space(const struct xf_source *src, size_t at)
{
    for (;;) {
        size_t more;

        while (is(src, at, BLANK) || src->text[at] == '\n')
            at++;
        more = splice(src, at);
        if (!more)
            return at;
        at += more;
    }
}

struct xf_token xf_source_token(const struct xf_source *src, size_t *at)
{
    size_t begin = *at < src->len ? skip_space(src, *at) : src->len;
    struct xf_token token = {XF_TOKEN_PUNCT, begin, begin + 1};
    char ch = src->text[begin];

    if (begin >= src->len) {
        token = (struct xf_token){XF_TOKEN_END, src->len, src->len};
    } else if (is(src, begin, WORD) && !is(src, begin, DIGIT)) {
        token.kind = XF_TOKEN_IDENT;
        token.end = xf_lex_word(src, begin);
    } else if (is(src, begin, DIGIT) ||
               (ch == '.' && is(src, begin + 1, DIGIT))) {
        token.kind = XF_TOKEN_NUMBER;
        token.end = number(src, begin + 1);
    } else if (ch == '"' || ch == '\'') {
        token.end = quoted(src, begin);
        if (token.end > begin + 1 || !src->is_asm)
            token.kind = XF_TOKEN_STRING;
    } else if (comment(src, begin) != begin) {
        token.kind = XF_TOKEN_COMMENT;
        token.end = comment(src, begin);
    } else if (is_asm_comment(src, begin)) {
        token.kind = XF_TOKEN_COMMENT;
        token.end = line_or_comment(src, begin + 1);
    }
    *at = token.end;
    return token;
}
