/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One self-contained page: the template data/web/index.html with {{NAME}}
 * replaced by the file data/web/NAME, {{data}} by the worksheet as JSON and
 * {{nonce}} by a hash of that JSON, which its content security policy asks of
 * every script and style.
 *
 * The JSON:
 *   facts      [[name, value], ...]
 *   context    XF_EXCERPT_CONTEXT
 *   functions  [name, ...], that "inliners" index
 *   excerpts   [[file, [[line, text], ...]], ...]: the lines that are needed of
 *              each file, once however many rows quote them
 *   sites      a site_id each: the columns of its first row, without empty
 *              ones; "more": its other rows, what differs from the first
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "escape.h"
#include "file.h"
#include "hash.h"
#include "map.h"

static void add_facts(struct xf_buf *out, const struct xf_sheet *sheet)
{
    for (size_t i = 0; i < sheet->nfacts; i++) {
        xf_buf_adds(out, i ? ",[" : "[");
        xf_escape_json(out, sheet->facts[i][0]);
        xf_buf_addch(out, ',');
        xf_escape_json(out, sheet->facts[i][1]);
        xf_buf_addch(out, ']');
    }
}

static void add_names(struct xf_buf *out, const struct xf_map *names)
{
    for (size_t i = 0; i < names->len; i++) {
        if (i)
            xf_buf_adds(out, ",\n");
        xf_escape_json(out, names->keys[i]);
    }
}

/* The text behind the first `count` lines of `text`; NULL: there is none. */
static const char *skip_lines(const char *text, long count)
{
    while (count-- > 0 && (text = strchr(text, '\n')))
        text++;
    return text;
}

/* Consecutive lines of a file, first..next-1; none when both are 0. */
struct piece {
    struct xf_buf text;
    long first, next;
};

static void separate(struct xf_buf *out)
{
    if (!strchr("[{", out->data[out->len - 1]))
        xf_buf_addch(out, ',');
}

static void end_piece(struct xf_buf *out, struct piece *piece)
{
    if (piece->next) {
        separate(out);
        xf_buf_addf(out, "[%ld,", piece->first);
        xf_escape_json(out, piece->text.data);
        xf_buf_addch(out, ']');
    }
    xf_buf_clear(&piece->text);
    piece->first = piece->next = 0;
}

/* Rows come ordered by line, so only the last piece can grow. */
static void add_excerpt(struct xf_buf *out, struct piece *piece,
                        const struct xf_row *row)
{
    const char *fresh;

    if (!row->excerpt_first)
        return;
    if (row->excerpt_first > piece->next) {
        end_piece(out, piece);
        piece->first = piece->next = row->excerpt_first;
    }
    fresh = skip_lines(row->excerpt, piece->next - row->excerpt_first);
    if (!fresh)
        return;
    if (piece->next > piece->first)
        xf_buf_addch(&piece->text, '\n');
    xf_buf_adds(&piece->text, fresh);
    for (; fresh; fresh = skip_lines(fresh, 1))
        piece->next++;
}

static void add_excerpts(struct xf_buf *out, const struct xf_sheet *sheet)
{
    struct piece piece = {0};

    for (size_t i = 0; i < sheet->len; i++) {
        const struct xf_row *row = &sheet->rows[i];

        if (!i || strcmp(row->file, row[-1].file)) {
            end_piece(out, &piece);
            xf_buf_adds(out, i ? "]],\n[" : "[");
            xf_escape_json(out, row->file);
            xf_buf_adds(out, ",[");
        }
        add_excerpt(out, &piece, row);
    }
    end_piece(out, &piece);
    if (sheet->len)
        xf_buf_adds(out, "]]");
    xf_buf_release(&piece.text);
}

static bool same_names(char *const *a, char *const *b)
{
    for (; a && *a && b && *b; a++, b++) {
        if (strcmp(*a, *b))
            return false;
    }
    return (!a || !*a) && (!b || !*b);
}

static void add_inliners(struct xf_buf *out, char *const *names,
                         struct xf_map *functions)
{
    separate(out);
    xf_buf_adds(out, "\"inliners\":[");
    for (; names && *names; names++) {
        separate(out);
        xf_buf_addf(out, "%u", xf_map_add(functions, *names, NULL));
    }
    xf_buf_addch(out, ']');
}

/* The members of `row` that `base` does not have alike. */
static void add_members(struct xf_buf *out, const struct xf_row *row,
                        const struct xf_row *base, struct xf_map *functions)
{
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        const struct sheet_column *column = &sheet_columns[i];

        if (column->is_number) {
            int value = sheet_get_number(row, column);

            if (value == sheet_get_number(base, column))
                continue;
            separate(out);
            xf_buf_addf(out, "\"%s\":%d", column->name, value);
        } else {
            const char *value = sheet_get_text(row, column);

            if (!strcmp(value, sheet_get_text(base, column)))
                continue;
            separate(out);
            xf_buf_addf(out, "\"%s\":", column->name);
            xf_escape_json(out, value);
        }
    }
    if (!same_names(row->inliners, base->inliners))
        add_inliners(out, row->inliners, functions);
}

/* Which rows are of the same site: chains of row numbers, SIZE_MAX ends one.
 * They need not be neighbours, since a line may differ between builds. */
struct chains {
    struct xf_map ids;
    size_t *first, *last; /* by index in `ids` */
    size_t *next;         /* by row */
};

static void link_chains(struct chains *chains, const struct xf_sheet *sheet)
{
    memset(chains, 0, sizeof(*chains));
    chains->first = xf_calloc(sheet->len + 1, sizeof(size_t));
    chains->last = xf_calloc(sheet->len + 1, sizeof(size_t));
    chains->next = xf_calloc(sheet->len + 1, sizeof(size_t));
    for (size_t i = 0; i < sheet->len; i++) {
        int is_new;
        uint32_t id = xf_map_add(&chains->ids, sheet->rows[i].site_id, &is_new);

        if (is_new)
            chains->first[id] = i;
        else
            chains->next[chains->last[id]] = i;
        chains->last[id] = i;
        chains->next[i] = SIZE_MAX;
    }
}

static void release_chains(struct chains *chains)
{
    xf_map_release(&chains->ids);
    free(chains->first);
    free(chains->last);
    free(chains->next);
}

static void add_site(struct xf_buf *out, const struct xf_sheet *sheet,
                     const struct chains *chains, size_t first,
                     struct xf_map *functions)
{
    static const struct xf_row nothing;
    const struct xf_row *base = &sheet->rows[first];

    xf_buf_addch(out, '{');
    add_members(out, base, &nothing, functions);
    if (chains->next[first] != SIZE_MAX)
        xf_buf_adds(out, ",\"more\":[");
    for (size_t i = chains->next[first]; i != SIZE_MAX; i = chains->next[i]) {
        separate(out);
        xf_buf_addch(out, '{');
        add_members(out, &sheet->rows[i], base, functions);
        xf_buf_addch(out, '}');
    }
    if (chains->next[first] != SIZE_MAX)
        xf_buf_addch(out, ']');
    xf_buf_addch(out, '}');
}

static void add_sites(struct xf_buf *out, const struct xf_sheet *sheet,
                      struct xf_map *functions)
{
    struct chains chains;

    link_chains(&chains, sheet);
    for (size_t i = 0; i < chains.ids.len; i++) {
        if (i)
            xf_buf_adds(out, ",\n");
        add_site(out, sheet, &chains, chains.first[i], functions);
    }
    release_chains(&chains);
}

static void add_data(struct xf_buf *out, const struct xf_sheet *sheet)
{
    struct xf_map functions = XF_MAP_INIT;

    xf_buf_adds(out, "{\"facts\":[");
    add_facts(out, sheet);
    xf_buf_addf(out, "],\n\"context\":%d,\n\"sites\":[", XF_EXCERPT_CONTEXT);
    add_sites(out, sheet, &functions);
    xf_buf_adds(out, "],\n\"excerpts\":[");
    add_excerpts(out, sheet);
    xf_buf_adds(out, "],\n\"functions\":[");
    add_names(out, &functions);
    xf_buf_adds(out, "]}");
    xf_map_release(&functions);
}

static int add_part(struct xf_buf *out, const char *web, const char *name,
                    const struct xf_buf *json)
{
    char *path;
    int rc;

    if (!strcmp(name, "data")) {
        xf_buf_add(out, json->data, json->len);
        return 0;
    }
    if (!strcmp(name, "nonce")) {
        char nonce[XF_HASH_HEX];

        xf_hash_bytes(nonce, json->data, json->len);
        xf_buf_adds(out, nonce);
        return 0;
    }
    path = xf_path_join(web, name);
    rc = xf_file_read(out, path);
    free(path);
    return rc;
}

/* What is filled in is not searched for {{ again: source code holds them. */
static int fill(struct xf_buf *out, const char *template, const char *web,
                const struct xf_buf *json)
{
    const char *open, *close;
    int rc = 0;

    while (!rc && (open = strstr(template, "{{")) &&
           (close = strstr(open, "}}"))) {
        char *name = xf_strndup(open + 2, (size_t)(close - open - 2));

        xf_buf_add(out, template, (size_t)(open - template));
        rc = add_part(out, web, name, json);
        free(name);
        template = close + 2;
    }
    xf_buf_adds(out, template);
    return rc;
}

int xf_sheet_write_html(const struct xf_sheet *sheet, const char *path,
                        const char *data)
{
    struct xf_buf template = XF_BUF_INIT, json = XF_BUF_INIT;
    struct xf_buf page = XF_BUF_INIT;
    char *web = xf_path_join(data, "web");
    char *index = xf_path_join(web, "index.html");
    int rc = xf_file_read(&template, index);

    if (!rc) {
        add_data(&json, sheet);
        rc = fill(&page, template.data, web, &json);
    }
    if (!rc)
        rc = xf_file_write_atomic(path, page.data, page.len);
    xf_buf_release(&page);
    xf_buf_release(&json);
    xf_buf_release(&template);
    free(index);
    free(web);
    return rc;
}
