/* SPDX-License-Identifier: GPL-2.0-only
 *
 * CSV as of RFC 4180: a header, a record per site and build.
 */
#include "buf.h"
#include "columns.h"
#include "escape.h"
#include "file.h"

/* RFC 4180 ends records so; a line break inside of a cell is a plain '\n'. */
#define END "\r\n"

static void add_header(struct xf_buf *out)
{
    for (size_t i = 0; i < sheet_ncolumns; i++)
        xf_buf_addf(out, "%s,", sheet_columns[i].name);
    xf_buf_adds(out, "inliners,excerpt_line,excerpt" END);
}

static void add_inliners(struct xf_buf *out, char *const *inliners)
{
    struct xf_buf list = XF_BUF_INIT;

    for (; inliners && *inliners; inliners++)
        xf_buf_addf(&list, "%s%s", list.len ? " " : "", *inliners);
    xf_escape_csv(out, list.data ? list.data : "");
    xf_buf_release(&list);
}

static void add_row(struct xf_buf *out, const struct xf_row *row)
{
    for (size_t i = 0; i < sheet_ncolumns; i++) {
        const struct sheet_column *column = &sheet_columns[i];

        if (column->is_number)
            xf_buf_addf(out, "%d", sheet_get_number(row, column));
        else
            xf_escape_csv(out, sheet_get_text(row, column));
        xf_buf_addch(out, ',');
    }
    add_inliners(out, row->inliners);
    xf_buf_addf(out, ",%d,", row->excerpt_first);
    xf_escape_csv(out, row->excerpt ? row->excerpt : "");
    xf_buf_adds(out, END);
}

int xf_sheet_write_csv(const struct xf_sheet *sheet, const char *path)
{
    struct xf_buf out = XF_BUF_INIT;
    int rc;

    add_header(&out);
    for (size_t i = 0; i < sheet->len; i++)
        add_row(&out, &sheet->rows[i]);
    rc = xf_file_write_atomic(path, out.data, out.len);
    xf_buf_release(&out);
    return rc;
}
