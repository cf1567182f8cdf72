/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The writers, as xf_worksheet_write() calls them. Private to this folder.
 */
#ifndef XF_REPORT_FORMATS_H
#define XF_REPORT_FORMATS_H

#include "worksheet.h"

typedef int format_fn(struct xf_store *store,
                      const struct xf_worksheet_how *how, const char *path,
                      struct xf_buf *problems);

format_fn write_xlsx, write_csv, write_json, write_sarif, write_markdown,
    write_rst, write_score;

#endif
