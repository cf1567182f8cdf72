/* SPDX-License-Identifier: GPL-2.0-only */
#include "part.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "xlsx.h"

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

const char *part_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(local(attributes[0]), name))
            return attributes[1];
    return NULL;
}

bool part_exists(zip_t *zip, const char *name)
{
    return zip_name_locate(zip, name, 0) >= 0;
}

void part_stop(struct part *part, int result)
{
    part->stopped = true;
    part->result = result;
    XML_StopParser(part->parser, XML_FALSE);
}

static void begin_element(void *payload, const char *name,
                          const char **attributes)
{
    struct part *part = payload;

    if (part->begin && !part->stopped)
        part->begin(part, local(name), attributes);
}

static void end_element(void *payload, const char *name)
{
    struct part *part = payload;

    if (part->end && !part->stopped)
        part->end(part, local(name));
}

static void add_text(void *payload, const char *text, int len)
{
    struct part *part = payload;

    if (part->text && !part->stopped)
        part->text(part, text, (size_t)len);
}

/* Entities of its own are what a harmless file never has. */
static void begin_doctype(void *payload, const char *name, const char *system,
                          const char *public, int subset)
{
    struct part *part = payload;

    (void)name;
    (void)system;
    (void)public;
    (void)subset;
    part_stop(part, xf_error("%s: a part of it has a DTD, which no spreadsheet "
                             "program writes", part->file));
}

static int damaged(const struct part *part, const char *name, const char *why)
{
    return xf_error("%s: its part %s is damaged: %s; save the file again",
                    part->file, name, why);
}

static int feed(struct part *part, zip_file_t *from, const char *name)
{
    char chunk[16384];
    size_t total = 0;
    zip_int64_t n;

    do {
        n = zip_fread(from, chunk, sizeof(chunk));
        if (n < 0)
            return damaged(part, name, zip_file_strerror(from));
        total += (size_t)n;
        if (total > XLSX_MAX_PART)
            return damaged(part, name, "larger than any worksheet");
        if (XML_Parse(part->parser, chunk, (int)n, n == 0) != XML_STATUS_OK &&
            !part->stopped)
            return damaged(part, name,
                           XML_ErrorString(XML_GetErrorCode(part->parser)));
    } while (n && !part->stopped);
    return part->result;
}

int part_read(struct part *part, zip_t *zip, const char *name)
{
    zip_file_t *from = zip_fopen(zip, name, 0);
    int rc;

    if (!from)
        return damaged(part, name, zip_strerror(zip));
    part->parser = XML_ParserCreate(NULL);
    part->stopped = false;
    part->result = 0;
    XML_SetUserData(part->parser, part);
    XML_SetElementHandler(part->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(part->parser, add_text);
    XML_SetStartDoctypeDeclHandler(part->parser, begin_doctype);
    rc = feed(part, from, name);
    XML_ParserFree(part->parser);
    zip_fclose(from);
    return rc;
}
