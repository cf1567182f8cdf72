/* SPDX-License-Identifier: GPL-2.0-only */
#include "fact.h"

#include <stdarg.h>
#include <string.h>

static void add_field(struct xf_buf *out, const char *s)
{
    for (;;) {
        size_t plain = strcspn(s, "\t\n\\");

        xf_buf_add(out, s, plain);
        s += plain;
        if (!*s)
            return;
        xf_buf_addch(out, '\\');
        xf_buf_addch(out, *s == '\t' ? 't' : *s == '\n' ? 'n' : '\\');
        s++;
    }
}

void xf_fact(struct xf_buf *out, char tag, ...)
{
    const char *field;
    va_list ap;

    xf_buf_addch(out, tag);
    va_start(ap, tag);
    while ((field = va_arg(ap, const char *))) {
        xf_buf_addch(out, '\t');
        add_field(out, field);
    }
    va_end(ap);
    xf_buf_addch(out, '\n');
}

/* Undo the escapes of the field at `s` in place, up to a tab or NUL. Returns
 * where the field ended in the input. */
static char *unescape(char *s)
{
    char *to = s;

    while (*s && *s != '\t') {
        if (*s == '\\' && s[1]) {
            s++;
            *to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s;
        } else {
            *to++ = *s;
        }
        s++;
    }
    if (to != s)
        *to = '\0';
    return s;
}

int xf_fact_split(struct xf_record *record, char *line)
{
    record->tag = *line;
    record->nfields = 0;
    for (size_t i = 0; i < XF_FACTS_FIELDS; i++)
        record->fields[i] = "";
    if (!*line)
        return -1;
    line++;
    while (*line == '\t') {
        char *end;

        if (record->nfields == XF_FACTS_FIELDS)
            return -1;
        *line = '\0';
        record->fields[record->nfields++] = ++line;
        end = unescape(line);
        if (*end == '\t') {
            line = end;
            continue;
        }
        return 0;
    }
    return *line ? -1 : 0;
}

int xf_fact_next(struct xf_record *record, char **at, char *end)
{
    char *line = *at, *newline;

    if (line == end)
        return 0;
    newline = memchr(line, '\n', (size_t)(end - line));
    *newline = '\0';
    *at = newline + 1;
    return xf_fact_split(record, line) ? -1 : 1;
}
