/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The reader of spreadsheets: any bytes as an archive, and any bytes as each of
 * its parts in turn, since few mutations of an archive get past its checksums.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "error.h"
#include "sheet_edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const parts[][2] = {
    {"_rels/.rels",
     "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" "
     "Target=\"xl/workbook.xml\"/></Relationships>"},
    {"xl/workbook.xml",
     "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"S\" "
     "r:id=\"s\" xmlns:r=\"r\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" "
     "Target=\"sheet.xml\"/><Relationship Id=\"t\" Type=\"x/sharedStrings\" "
     "Target=\"/xl/strings.xml\"/></Relationships>"},
    {"xl/strings.xml",
     "<sst><si><t>site_id</t></si><si><r><t>Deci</t></r><r><t>sion</t></r>"
     "</si><si><t>XF-0123456789ab</t></si><si><t>keep</t></si></sst>"},
    {"xl/sheet.xml",
     "<worksheet><sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c><c t=\"s\">"
     "<v>1</v></c></row><row><c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c>"
     "</row></sheetData></worksheet>"}};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void check(struct xf_xlsx *book)
{
    struct xf_edits edits;

    if (!book)
        return;
    if (xf_sheet_edits_read(&edits, book, "name"))
        assert(!edits.len && !strncmp(xf_error_message(), "name", 4));
    for (size_t i = 0; i < edits.len; i++)
        assert(edits.items[i].place &&
               (edits.items[i].wrong ||
                edits.items[i].texts[XF_EDIT_DISPOSITION]));
    xf_edits_release(&edits);
    xf_xlsx_close(book);
}

/* An archive in which part `at` is the input; the others are sound. */
static void run_part(size_t at, const uint8_t *data, size_t size)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = zip_open_from_source(memory, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    struct xf_xlsx *book = NULL;
    zip_stat_t stat;
    char *bytes;

    assert(zip);
    zip_source_keep(memory);
    for (size_t i = 0; i < PARTS; i++) {
        const void *text = i == at ? (const void *)data : parts[i][1];
        size_t len = i == at ? size : strlen(parts[i][1]);
        zip_source_t *part = zip_source_buffer(zip, text, len, 0);
        zip_int64_t index = zip_file_add(zip, parts[i][0], part, 0);

        assert(index >= 0);
        zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
    }
    assert(!zip_close(zip));
    assert(!zip_source_stat(memory, &stat) && !zip_source_open(memory));
    bytes = malloc(stat.size);
    assert(bytes && zip_source_read(memory, bytes, stat.size) ==
                        (zip_int64_t)stat.size);
    zip_source_close(memory);
    zip_source_free(memory);
    if (xf_xlsx_parse(&book, "name", bytes, stat.size))
        assert(!book && !strncmp(xf_error_message(), "name", 4));
    check(book);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xf_xlsx *book;

    if (xf_xlsx_parse(&book, "name", data, size))
        assert(!book && !strncmp(xf_error_message(), "name", 4));
    check(book);
    for (size_t i = 0; i < PARTS; i++)
        run_part(i, data, size);
    return 0;
}
