/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A declaration at file level is a function with a body when a name before
 * brackets - other than __attribute__ and the like - was seen in it, no '=',
 * and then '{'.
 */
#include "prune.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"

struct pruner {
    const struct xf_prune *how;
    struct xf_buf *out;
    struct xf_map raw;   /* names in line markers */
    char **shown;        /* parallel: what they become */
    bool *kept;          /* parallel */
    size_t shown_cap;
    uint32_t file;       /* of the current line */
    unsigned long line;
    unsigned int braces, brackets;
    bool declarator, assigned; /* seen in the current declaration */
    const char *word;    /* the last token, when it is a word */
    size_t word_len;
    unsigned int body;   /* braces around the body that is being dropped */
};

/* ---- names of files ----------------------------------------------------- */

static char *shown_name(const struct xf_prune *how, const char *name)
{
    char *path, *real;
    const char *below;

    if (*name == '<')
        return xf_strdup(name);
    path = xf_path_join(how->dir, name);
    real = realpath(path, NULL);
    if (real) {
        free(path);
        path = real;
    }
    below = xf_path_below(path, how->source);
    if (!below)
        below = xf_path_below(path, how->objects);
    below = xf_strdup(below ? below : path);
    free(path);
    return (char *)below;
}

static void set_file(struct pruner *p, const char *name)
{
    int is_new;

    p->file = xf_map_add(&p->raw, name, &is_new);
    if (!is_new)
        return;
    if (p->file == p->shown_cap) {
        p->shown_cap = p->shown_cap ? 2 * p->shown_cap : 64;
        p->shown = xf_realloc(p->shown, p->shown_cap * sizeof(*p->shown));
        p->kept = xf_realloc(p->kept, p->shown_cap * sizeof(*p->kept));
    }
    p->shown[p->file] = shown_name(p->how, name);
    p->kept[p->file] =
        xf_map_find(p->how->keep, p->shown[p->file]) != XF_MAP_NONE;
}

static void put_marker(struct pruner *p)
{
    xf_buf_addf(p->out, "# %lu \"", p->line);
    for (const char *s = p->shown[p->file]; *s; s++) {
        if (*s == '"' || *s == '\\')
            xf_buf_addch(p->out, '\\');
        xf_buf_addch(p->out, *s);
    }
    xf_buf_adds(p->out, "\"\n");
}

/* `# 12 "file" 1 3`: what follows stems from that line. */
static bool on_marker(struct pruner *p, const char *s, const char *end)
{
    struct xf_buf name = XF_BUF_INIT;
    char *after;
    unsigned long line;

    if (end - s < 5 || s[0] != '#' || s[1] != ' ' ||
        !isdigit((unsigned char)s[2]))
        return false;
    line = strtoul(s + 2, &after, 10);
    if (after + 2 > end || after[0] != ' ' || after[1] != '"')
        return false;
    for (s = after + 2; s < end && *s != '"'; s++) {
        if (*s == '\\' && s + 1 < end)
            s++;
        xf_buf_addch(&name, *s);
    }
    set_file(p, name.data ? name.data : "");
    xf_buf_release(&name);
    p->line = line;
    if (!p->body)
        put_marker(p);
    return true;
}

/* ---- tokens ------------------------------------------------------------- */

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '$';
}

/* Whether brackets behind the last token make no declarator. */
static bool is_extension(const struct pruner *p)
{
    static const char *const names[] = {
        "__attribute__", "__attribute", "__asm__", "asm",      "__asm",
        "typeof",        "__typeof__",  "__typeof", "_Alignas", "__declspec",
        "_Static_assert"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == p->word_len &&
            !strncmp(p->word, names[i], p->word_len))
            return true;
    return false;
}

static void end_declaration(struct pruner *p)
{
    p->declarator = p->assigned = false;
    p->brackets = 0;
}

static void on_brace(struct pruner *p)
{
    if (!p->braces++ && !p->body && p->declarator && !p->assigned &&
        !p->brackets && p->file != XF_MAP_NONE && !p->kept[p->file]) {
        xf_buf_adds(p->out, ";");
        p->body = p->braces;
    }
}

static void on_close(struct pruner *p)
{
    bool dropped = p->body && p->braces == p->body;

    if (p->braces)
        p->braces--;
    if (!p->braces) {
        if (p->declarator && !p->assigned)
            end_declaration(p);
        /* else: a type or an initialiser, whose declaration goes on */
    }
    if (!dropped)
        return;
    p->body = 0;
    xf_buf_adds(p->out, "\n");
    put_marker(p);
}

static void on_mark(struct pruner *p, char ch)
{
    if (ch == '{')
        on_brace(p);
    else if (p->braces)
        return;
    else if (ch == '(' && !p->brackets++ && p->word && !is_extension(p))
        p->declarator = true;
    else if (ch == ')' && p->brackets)
        p->brackets--;
    else if (ch == '=' && !p->brackets)
        p->assigned = true;
    else if (ch == ';' && !p->brackets)
        end_declaration(p);
}

/* Length of the string, character constant, word or mark at `s`. */
static size_t token_length(const char *s, const char *end)
{
    size_t n = 1;

    if (*s == '"' || *s == '\'') {
        while (s + n < end && s[n] != *s && s[n] != '\n')
            n += s[n] == '\\' && s + n + 1 < end ? 2 : 1;
        return n + (s + n < end && s[n] == *s);
    }
    if (is_word(*s))
        while (s + n < end && is_word(s[n]))
            n++;
    return n;
}

/* `a ?: b`, which Cppcheck does not know, gets a middle of which nothing is
 * known. Returns what was read, 0 when it is no such thing. */
static size_t on_elvis(struct pruner *p, const char *s, const char *end)
{
    size_t n = 1;

    if (*s != '?')
        return 0;
    while (s + n < end && isspace((unsigned char)s[n]))
        n++;
    if (s + n == end || s[n] != ':')
        return 0;
    if (!p->body)
        xf_buf_adds(p->out, "? xenfmea_any() :");
    p->word = NULL;
    return n + 1;
}

/* Cppcheck takes the GNU keyword without underscores for a macro. */
static void put_token(struct pruner *p, const char *s, size_t n)
{
    if (n == strlen("typeof") && !strncmp(s, "typeof", n))
        xf_buf_adds(p->out, "__typeof__");
    else
        xf_buf_add(p->out, s, n);
}

static void on_line(struct pruner *p, const char *s, const char *end)
{
    while (s < end) {
        size_t n = token_length(s, end), elvis = on_elvis(p, s, end);
        bool closes = *s == '}';

        if (elvis) {
            s += elvis;
            continue;
        }
        if (closes) {
            if (!p->body)
                xf_buf_addch(p->out, '}');
            on_close(p);
        } else {
            if (!isspace((unsigned char)*s) && !is_word(*s))
                on_mark(p, *s);
            if (!p->body)
                put_token(p, s, n);
        }
        if (!isspace((unsigned char)*s)) {
            p->word = is_word(*s) ? s : NULL;
            p->word_len = n;
        }
        s += n;
    }
}

void xf_prune(struct xf_buf *out, const char *text, size_t len,
              const struct xf_prune *how)
{
    struct pruner p = {.how = how, .out = out, .file = XF_MAP_NONE};
    const char *end = text + len;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;

        if (!on_marker(&p, text, stop)) {
            on_line(&p, text, stop);
            if (!p.body)
                xf_buf_addch(out, '\n');
            p.line++;
        }
        text = newline ? newline + 1 : end;
    }
    for (size_t i = 0; i < p.raw.len; i++)
        free(p.shown[i]);
    free(p.shown);
    free(p.kept);
    xf_map_release(&p.raw);
}
