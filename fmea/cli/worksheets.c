/* SPDX-License-Identifier: GPL-2.0-only */
#include "worksheets.h"

#include <stdlib.h>

#include "file.h"
#include "page.h"
#include "sheet.h"
#include "store.h"

int worksheets_write(struct xf_store *store, const char *folder,
                     const char *root, const char *data)
{
    struct xf_sheet sheet = {0};
    struct xf_page page = {0};
    char *csv = xf_path_join(folder, "worksheet.csv");
    char *html = xf_path_join(folder, "worksheet.html");
    int rc = xf_sheet_load(&sheet, store, root) ||
             (root && xf_sheet_record(&sheet, store)) ||
             xf_page_load(&page, &sheet, store) ||
             xf_sheet_write_csv(&sheet, csv) ||
             xf_page_write(&page, html, data);

    xf_page_release(&page);
    xf_sheet_release(&sheet);
    free(csv);
    free(html);
    return rc ? -1 : 0;
}
