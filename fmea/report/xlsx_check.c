/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The library gathers the parts of a workbook in temporary files and does not
 * notice when one of those was cut short by a full disk. So the finished file
 * is read back: the check sums of the archive, and every part as XML.
 */
#include <expat.h>
#include <zip.h>

#include "book.h"
#include "error.h"
#include "file.h"

static int damaged(const char *shown)
{
    return xf_error("cannot write %s: a part of it was cut short; free some "
                    "space there, or choose another place with -o", shown);
}

static int check_part(zip_t *zip, zip_uint64_t i)
{
    static char chunk[64 * 1024];
    zip_file_t *part = zip_fopen_index(zip, i, 0);
    XML_Parser parser = XML_ParserCreate(NULL);
    zip_int64_t n = part && parser ? 1 : -1;

    while (n > 0) {
        n = zip_fread(part, chunk, sizeof(chunk));
        if (n >= 0 && XML_Parse(parser, chunk, (int)n, n == 0) !=
                          XML_STATUS_OK)
            n = -1;
    }
    if (parser)
        XML_ParserFree(parser);
    if (part)
        zip_fclose(part);
    return n < 0 ? -1 : 0;
}

int book_check(const char *path, const char *shown)
{
    zip_t *zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
    zip_int64_t parts = zip ? zip_get_num_entries(zip, 0) : 0;
    int rc = parts > 0 ? 0 : -1;

    for (zip_int64_t i = 0; i < parts && !rc; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);

        if (name && (xf_has_suffix(name, ".xml") ||
                     xf_has_suffix(name, ".rels") ||
                     xf_has_suffix(name, ".vml")))
            rc = check_part(zip, (zip_uint64_t)i);
    }
    if (zip)
        zip_discard(zip);
    return rc ? damaged(shown) : 0;
}
