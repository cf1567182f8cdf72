/* SPDX-License-Identifier: GPL-2.0-only */
#include "worksheet.h"

#include <ctype.h>
#include <stdlib.h>

#include "error.h"
#include "formats.h"
#include "link.h"
#include "summary.h"

const struct xf_format_info xf_formats[XF_FORMATS] = {
    [XF_FORMAT_XLSX] = {"xlsx", "worksheet.xlsx"},
    [XF_FORMAT_CSV] = {"csv", "worksheet-rows.csv"},
    [XF_FORMAT_JSON] = {"json", "worksheet.json"},
    [XF_FORMAT_SARIF] = {"sarif", "worksheet.sarif"},
    [XF_FORMAT_MARKDOWN] = {"markdown", "worksheet.md"},
    [XF_FORMAT_RST] = {"rst", "assumptions.rst"},
    [XF_FORMAT_SCORE] = {"s-core", "feat_saf_fmea.rst"},
};

static format_fn *const writers[XF_FORMATS] = {
    [XF_FORMAT_XLSX] = write_xlsx,         [XF_FORMAT_CSV] = write_csv,
    [XF_FORMAT_JSON] = write_json,         [XF_FORMAT_SARIF] = write_sarif,
    [XF_FORMAT_MARKDOWN] = write_markdown, [XF_FORMAT_RST] = write_rst,
    [XF_FORMAT_SCORE] = write_score,
};

int xf_worksheet_check(const struct xf_worksheet_how *how,
                       struct xf_store *store)
{
    char *recorded = meta_value(store, "tree_revision");
    int rc = recorded ? link_check(how, recorded) : -1;

    for (const char *at = how->aou_type; !rc && at && *at; at++)
        if (!isalpha((unsigned char)*at))
            rc = xf_error("--aou-type '%s' is no type of requirement; it has "
                          "letters only, such as XenSwdgn", how->aou_type);
    free(recorded);
    return rc;
}

int xf_worksheet_write(enum xf_format format, struct xf_store *store,
                       const struct xf_worksheet_how *how, const char *path,
                       struct xf_buf *problems)
{
    return writers[format](store, how, path, problems);
}
