/* SPDX-License-Identifier: GPL-2.0-only */
#include "mention.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "memo.h"
#include "fact.h"

/* Where the identifier stands: in a function's body, in a macro's, or in
 * neither (a declaration, say). */
static bool place(struct xf_mention *m, const struct xf_source *src,
                  const struct xf_ranges *ranges, size_t at)
{
    const struct xf_macro *macro = xf_source_macro_at(src, at);
    const struct xf_range *range;

    if (macro) {
        m->function = macro->name;
        m->in_macro = true;
        return at >= macro->body;
    }
    range = xf_functions_at(ranges, xf_source_line(src, at));
    m->function = range ? range->name : "";
    return src->is_asm || (range && at > range->body && at < range->end);
}

static void add(struct xf_mentions *out, const struct xf_stop_name *name,
                const struct xf_source *src, const struct xf_ranges *ranges,
                struct xf_token token)
{
    struct xf_mention m = {.name = name, .offset = token.begin};
    size_t end;

    if (!place(&m, src, ranges, token.begin))
        return;
    end = xf_source_arguments(src, token.begin, &m.text);
    if (!m.text && !src->is_asm)
        return;
    if (!m.text)
        m.text = xf_strdup("");
    m.line = xf_source_line(src, token.begin);
    m.end_line = xf_source_line(src, end > token.begin ? end - 1 : end);
    m.col = xf_source_column(src, token.begin);
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = m;
}

void xf_mentions_find(struct xf_mentions *out,
                      const struct xf_stop_names *names,
                      const struct xf_source *src,
                      const struct xf_ranges *ranges)
{
    size_t at = 0;

    for (;;) {
        struct xf_token token = xf_source_token(src, &at);
        const struct xf_stop_name *name;

        if (token.kind == XF_TOKEN_END)
            break;
        if (token.kind != XF_TOKEN_IDENT)
            continue;
        name = xf_stop_names_find(names, src->text + token.begin,
                                  token.end - token.begin);
        if (name)
            add(out, name, src, ranges, token);
    }
}

void xf_mentions_release(struct xf_mentions *mentions)
{
    for (size_t i = 0; i < mentions->len; i++)
        free(mentions->items[i].text);
    free(mentions->items);
    *mentions = (struct xf_mentions){0};
}

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

char *xf_predicate_normal(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;
    bool quoted = false, space = false;

    for (; *text; text++) {
        if (*text == '"' && (text[1] || quoted)) {
            /* "a" "b" is one literal. */
            const char *next = text + 1 + strspn(text + 1, " \t\n");

            if (quoted && *next == '"') {
                text = next;
                continue;
            }
            quoted = !quoted;
        }
        if (!quoted && isspace((unsigned char)*text)) {
            space = true;
            continue;
        }
        if (space && out.len && is_word(out.data[out.len - 1]) &&
            is_word(*text))
            xf_buf_addch(&out, ' ');
        space = false;
        xf_buf_addch(&out, *text);
        if (quoted && *text == '\\' && text[1])
            xf_buf_addch(&out, *++text);
    }
    return xf_buf_detach(&out);
}

/* ---- formats in macros -------------------------------------------------- */

/* Offset of the string literal that `name` stands for in this file, 0 when it
 * is nothing of the kind: #define name "..." or char name[] = "...". */
static size_t string_of(const struct xf_source *src, const char *name,
                        size_t len, size_t *end)
{
    size_t at = 0, seen = 0; /* how much of pattern */
    static const char pattern[] = "n[]=";

    for (size_t i = 0; i < src->nmacros; i++) {
        const struct xf_macro *m = &src->macros[i];

        *end = m->end;
        if (!m->function_like && strlen(m->name) == len &&
            !memcmp(m->name, name, len) && src->text[m->body] == '"')
            return m->body;
    }
    for (;;) {
        struct xf_token t = xf_source_token(src, &at);
        char ch = src->text[t.begin];

        if (t.kind == XF_TOKEN_END)
            return 0;
        if (t.kind == XF_TOKEN_STRING && seen == strlen(pattern)) {
            *end = at + strcspn(src->text + at, ";");
            return t.begin;
        }
        if (t.kind == XF_TOKEN_IDENT)
            seen = t.end - t.begin == len &&
                   !memcmp(src->text + t.begin, name, len);
        else
            seen = seen && ch == pattern[seen] ? seen + 1 : 0;
    }
}

/* The text with its first word replaced when that is a name of this file for
 * a string: panic(crash_fmt, msg). Caller frees. */
static char *with_format(const struct xf_source *src, const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
                              "abcdefghijklmnopqrstuvwxyz");
    size_t end, begin = len && (!text[len] || text[len] == ',')
                            ? string_of(src, text, len, &end)
                            : 0;
    char *body, *whole;

    if (!begin)
        return xf_strdup(text);
    body = xf_source_normal(src, begin, end);
    whole = xf_format("%s%s", body, text + len);
    free(body);
    return whole;
}

/* ---- table mention ------------------------------------------------------ */

/* The mentions of one file, while its rows are written. */
struct file {
    char *path;         /* relative; NULL: none yet */
    struct xf_buf text; /* a record for each, which `rows` point into */
    struct xf_record *rows;
    size_t len, cap;
};

static void file_release(struct file *f)
{
    free(f->path);
    xf_buf_release(&f->text);
    free(f->rows);
    *f = (struct file){0};
}

/* Append M line col function in_macro text for each mention. */
static void mention_records(struct xf_buf *out, const struct xf_buf *text,
                            const char *path,
                            const struct xf_stop_names *names)
{
    struct xf_source *src = xf_source_from(path, text->data, text->len);
    struct xf_ranges ranges = {0};
    struct xf_mentions mentions = {0};

    xf_functions_find(&ranges, src);
    xf_mentions_find(&mentions, names, src, &ranges);
    for (size_t i = 0; i < mentions.len; i++) {
        const struct xf_mention *m = &mentions.items[i];
        char *line = xf_format("%u", m->line), *col = xf_format("%u", m->col);
        char *shown = with_format(src, m->text);

        xf_fact(out, 'M', line, col, m->function, m->in_macro ? "1" : "0",
                shown, NULL);
        free(line);
        free(col);
        free(shown);
    }
    xf_mentions_release(&mentions);
    xf_functions_release(&ranges);
    xf_source_free(src);
}

/* The records, kept under the content of the file. */
static int find_records(struct xf_buf *out, struct xf_memo *memo,
                        const char *root, const char *path,
                        const struct xf_stop_names *names)
{
    char *absolute = xf_path_join(root, path), key[XF_HASH_HEX];
    struct xf_buf text = XF_BUF_INIT;
    struct xf_hash *hash;

    if (xf_file_read(&text, absolute)) {
        free(absolute);
        return -1;
    }
    hash = xf_hash_new();
    xf_hash_adds(hash, "mention");
    xf_stop_names_hash(hash, names);
    xf_hash_adds(hash, path);
    xf_hash_add(hash, text.data, text.len);
    xf_hash_finish(hash, key);
    if (!xf_memo_find(memo, key, out)) {
        mention_records(out, &text, path, names);
        xf_memo_keep(memo, key, out);
    }
    free(absolute);
    xf_buf_release(&text);
    return 0;
}

static int file_open(struct file *f, struct xf_memo *memo, const char *root,
                     const char *path, const struct xf_stop_names *names)
{
    struct xf_record row;
    char *at;
    int rc;

    if (f->path && !strcmp(f->path, path))
        return 0;
    file_release(f);
    if (find_records(&f->text, memo, root, path, names))
        return -1;
    f->path = xf_strdup(path);
    at = f->text.data;
    while ((rc = xf_fact_next(&row, &at, f->text.data + f->text.len)) > 0) {
        XF_GROW(f->rows, f->len, f->cap);
        f->rows[f->len++] = row;
    }
    return rc;
}

static const struct xf_record *mention_at(const struct file *f,
                                          const char *line, const char *col)
{
    for (size_t i = 0; i < f->len; i++)
        if (!strcmp(f->rows[i].fields[0], line) &&
            !strcmp(f->rows[i].fields[1], col))
            return &f->rows[i];
    return NULL;
}

static int write_row(struct xf_store *store, const struct file *f,
                     const struct xf_record *row)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "INSERT INTO mention (file, line, col, function, in_macro, text)"
               " VALUES (?, ?, ?, ?, ?, ?)");

    if (!stmt)
        return -1;
    xf_bind(stmt, 1, f->path);
    for (int i = 0; i < 5; i++)
        xf_bind(stmt, i + 2, row->fields[i]);
    return xf_store_run(store, stmt);
}

int xf_mentions_store(struct xf_store *store, const char *root,
                      const struct xf_stop_names *names)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT file, line, col FROM census WHERE accounted IN"
               " ('site', 'other-config', 'macro-definition', 'unanalysed')"
               " ORDER BY file, line, col");
    struct file file = {0};
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        const struct xf_record *row;

        rc = file_open(&file, xf_store_memo(store), root, xf_column(q, 0),
                       names);
        if (rc)
            break;
        row = mention_at(&file, xf_column(q, 1), xf_column(q, 2));
        if (row && write_row(store, &file, row)) {
            rc = -1;
            break;
        }
    }
    sqlite3_reset(q);
    file_release(&file);
    return rc < 0 ? -1 : 0;
}
