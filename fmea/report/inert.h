/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Text that others wrote (source, database, decisions) on its way into a
 * format: one function for each, any bytes accepted, well-formed UTF-8 without
 * control characters appended. JSON and CSV are in fmea/sheet/escape.h.
 * Private to this folder.
 */
#ifndef XF_REPORT_INERT_H
#define XF_REPORT_INERT_H

#include "buf.h"

/* A cell of a spreadsheet: valid in XML 1.0, without what Excel decodes
 * (_xHHHH_), at most 32,000 characters, of 32,767 that a cell can hold. Line
 * ends and tabs stay. It is a string by its type, so no formula needs care. */
void inert_cell(struct xf_buf *out, const char *text);

/* Markdown, also in a table: <code>, in which nothing is a link, a mention or
 * an emphasis. One line. */
void inert_code(struct xf_buf *out, const char *text);
/* The same without <code>, for words. */
void inert_words(struct xf_buf *out, const char *text);

/* A paragraph of reStructuredText: lines of at most `width` bytes where words
 * allow it, each behind `indent`; what would be markup is escaped. Line ends
 * of the text count as blanks. Ends with '\n'; nothing for an empty text. */
void inert_paragraph(struct xf_buf *out, const char *text, const char *indent,
                     size_t width);
/* The same as one line without its end, for titles and options. */
void inert_line(struct xf_buf *out, const char *text);

#endif
