/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The cells of an .xlsx file (ECMA-376) as text: shared, inline and rich
 * strings, values of formulas as they were computed last. Nothing is computed,
 * no link is followed; styles, pictures and everything else are not read.
 *
 * The file is others': a DTD, parts that unpack to more than XLSX_MAX_PART
 * bytes and whatever is not well-formed are refused. Functions returning int
 * give 0, or -1 with xf_error() set to a line that names the file.
 */
#ifndef XF_XLSX_H
#define XF_XLSX_H

#include <stdbool.h>
#include <stddef.h>

#define XLSX_MAX_PART (256u * 1024 * 1024)

struct xf_xlsx;

int xf_xlsx_open(struct xf_xlsx **out, const char *path);
/* The same for bytes in memory, which stay the caller's until it is closed;
 * `name` is for messages. */
int xf_xlsx_parse(struct xf_xlsx **out, const char *name, const void *data,
                  size_t len);
void xf_xlsx_close(struct xf_xlsx *book);

size_t xf_xlsx_sheets(const struct xf_xlsx *book);
const char *xf_xlsx_name(const struct xf_xlsx *book, size_t sheet);
/* Days are counted from 1904-01-01, not from 1899-12-30. */
bool xf_xlsx_from_1904(const struct xf_xlsx *book);

enum xf_cell_type { XF_CELL_TEXT, XF_CELL_NUMBER, XF_CELL_BOOL, XF_CELL_ERROR };

struct xf_cell {
    int row, column; /* from 1 */
    enum xf_cell_type type;
    bool formula;
    const char *text; /* UTF-8; "" for a formula without a value */
};

/* Called for every cell that is not empty, in the order of the file. A result
 * other than 0 ends the reading and is returned. */
typedef int xf_cell_fn(const struct xf_cell *cell, void *payload);
int xf_xlsx_cells(struct xf_xlsx *book, size_t sheet, xf_cell_fn *cell,
                  void *payload);

#endif
