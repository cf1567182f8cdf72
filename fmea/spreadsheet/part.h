/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One XML part of the archive. Private to this folder.
 */
#ifndef XF_XLSX_PART_H
#define XF_XLSX_PART_H

#include <expat.h>
#include <stdbool.h>
#include <zip.h>

#include "buf.h"

struct part {
    XML_Parser parser; /* to be stopped from a handler with part_stop() */
    const char *file;  /* of the archive, for messages */
    bool stopped;      /* xf_error() is set */
    int result;        /* of the reading when it was stopped */
    void *payload;
    void (*begin)(struct part *part, const char *name, const char **attributes);
    void (*end)(struct part *part, const char *name);
    void (*text)(struct part *part, const char *text, size_t len);
};

/* Read a part of the archive; handlers may be NULL. Names come without their
 * prefix. 0, what part_stop() was given, or -1 with xf_error(). */
int part_read(struct part *part, zip_t *zip, const char *name);
void part_stop(struct part *part, int result);

/* An attribute by its name without prefix, NULL for none. */
const char *part_attribute(const char **attributes, const char *name);
bool part_exists(zip_t *zip, const char *name);

#endif
