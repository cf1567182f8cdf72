/* SPDX-License-Identifier: GPL-2.0-only
 *
 * CSV as of RFC 4180: a header, a record per row of v_worksheet.
 */
#include "columns.h"
#include "escape.h"
#include "formats.h"
#include "stream.h"
#include "visible.h"

#define END "\r\n"

static int add_row(const struct row *row, void *payload)
{
    struct stream *out = payload;
    struct xf_buf cell = XF_BUF_INIT;

    for (int c = 0; c < COLUMNS; c++) {
        if (c)
            xf_buf_addch(&out->text, ',');
        xf_buf_clear(&cell);
        xf_visible(&cell, row->text[c], "\n\t");
        xf_escape_csv(&out->text, cell.len ? cell.data : "");
    }
    xf_buf_adds(&out->text, END);
    xf_buf_release(&cell);
    return stream_flush(out);
}

int write_csv(struct xf_store *store, const struct xf_worksheet_how *how,
              const char *path, struct xf_buf *problems)
{
    struct stream out;

    (void)how;
    (void)problems;
    if (stream_begin(&out, path))
        return -1;
    for (int c = 0; c < COLUMNS; c++)
        xf_buf_addf(&out.text, "%s%s", c ? "," : "", columns[c].name);
    xf_buf_adds(&out.text, END);
    return stream_end(&out, each_row(store, add_row, &out));
}
