/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheet in the formats that people and machines expect, all from the
 * same rows: v_worksheet and the views about assumptions, groups and scope.
 * Rows are read one by one; what is kept of each is its place in the sheet.
 *
 * Reads views and tables meta, build, tu, census, identity, site_context,
 * proposal; writes no table.
 */
#ifndef XF_WORKSHEET_H
#define XF_WORKSHEET_H

#include "buf.h"
#include "store.h"

enum xf_format {
    XF_FORMAT_XLSX,
    XF_FORMAT_CSV,
    XF_FORMAT_JSON,
    XF_FORMAT_SARIF,
    XF_FORMAT_MARKDOWN,
    XF_FORMAT_RST,
    XF_FORMAT_SCORE,
    XF_FORMATS
};

extern const struct xf_format_info {
    const char *name; /* for --format */
    const char *file; /* in a folder of reports */
} xf_formats[XF_FORMATS];

struct xf_worksheet_how {
    const char *data;     /* data folder: scales, rules, requirements */
    const char *version;  /* of xenfmea */
    const char *code_url; /* template with %f file, %l line, %r revision;
                             NULL: no links to the code */
    const char *revision; /* for %r; NULL: the one that the scan recorded */
    const char *prefix;   /* of paths in SARIF, from the repository: "xen/", "" */
    const char *tree;     /* whose requirements ids refer to; NULL: unknown */
    const char *aou_type; /* of drafted requirements: "XenSwdgn", "XenAoU" */
};

/* Check `how` before anything is written. 0, or -1 with xf_error(). */
int xf_worksheet_check(const struct xf_worksheet_how *how,
                       struct xf_store *store);

/* Write one format to `path`, whole or not at all; NULL: to the standard
 * output, but for XLSX. What is wrong with the content, such as a link to a
 * requirement that does not exist, is a line each in `problems`. 0, or -1 with
 * xf_error(). */
int xf_worksheet_write(enum xf_format format, struct xf_store *store,
                       const struct xf_worksheet_how *how, const char *path,
                       struct xf_buf *problems);

#endif
