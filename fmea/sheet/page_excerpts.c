/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Source code for the page: excerpts [[file, [[line, text], ...]], ...], the
 * lines that are needed of each file, once however many rows quote them.
 */
#include <string.h>

#include "escape.h"
#include "page_json.h"

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

static void end_piece(struct xf_buf *out, struct piece *piece)
{
    if (piece->next) {
        page_separate(out);
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

void page_add_excerpts(struct xf_buf *out, const struct xf_sheet *sheet)
{
    struct piece piece = {0};

    xf_buf_adds(out, ",\n\"excerpts\":[");
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
    xf_buf_adds(out, sheet->len ? "]]]" : "]");
    xf_buf_release(&piece.text);
}
