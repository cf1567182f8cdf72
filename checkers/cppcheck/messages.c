/* SPDX-License-Identifier: GPL-2.0-only */
#include "messages.h"

#include <expat.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

struct reader {
    XML_Parser parser;
    xf_message_fn *fn;
    void *payload;
    char *id, *file, *message;
    unsigned int line;
    bool open, whole;
};

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], name))
            return attributes[1];
    return "";
}

static void forget(struct reader *r)
{
    free(r->id);
    free(r->file);
    free(r->message);
    r->id = r->file = r->message = NULL;
    r->line = 0;
    r->open = false;
}

static void XMLCALL on_begin(void *payload, const char *name, const char **a)
{
    struct reader *r = payload;

    if (!strcmp(name, "error")) {
        forget(r);
        r->open = true;
        r->id = xf_strdup(attribute(a, "id"));
        r->message = xf_strdup(attribute(a, "msg"));
    } else if (!strcmp(name, "location") && r->open && !r->file) {
        unsigned long line = strtoul(attribute(a, "line"), NULL, 10);

        r->file = xf_strdup(attribute(a, "file"));
        r->line = line > INT32_MAX ? 0 : (unsigned int)line;
    }
}

static void XMLCALL on_end(void *payload, const char *name)
{
    struct reader *r = payload;

    if (!strcmp(name, "results"))
        r->whole = true;
    if (strcmp(name, "error") || !r->open)
        return;
    r->fn(r->id, r->file ? r->file : "", r->line, r->message, r->payload);
    forget(r);
}

static void XMLCALL on_doctype(void *payload, const XML_Char *name,
                               const XML_Char *system_id,
                               const XML_Char *public_id, int internal)
{
    struct reader *r = payload;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    XML_StopParser(r->parser, XML_FALSE);
}

int xf_messages_read(const char *text, size_t len, const char *name,
                     xf_message_fn *fn, void *payload)
{
    struct reader r = {.fn = fn, .payload = payload};
    int rc = 0;

    r.parser = XML_ParserCreate(NULL);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_begin, on_end);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    if (len > INT32_MAX ||
        XML_Parse(r.parser, text, (int)len, 1) != XML_STATUS_OK)
        rc = xf_error("%s: line %lu is no message of Cppcheck: %s", name,
                      (unsigned long)XML_GetCurrentLineNumber(r.parser),
                      XML_ErrorString(XML_GetErrorCode(r.parser)));
    else if (!r.whole)
        rc = xf_error("%s: Cppcheck's messages have no end", name);
    XML_ParserFree(r.parser);
    forget(&r);
    return rc;
}
