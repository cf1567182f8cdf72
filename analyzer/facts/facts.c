/* SPDX-License-Identifier: GPL-2.0-only */
#include "facts.h"

#include <stdarg.h>
#include <string.h>

#include "error.h"

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

void xf_facts_end(struct xf_buf *out)
{
    xf_buf_adds(out, ".\n");
}

int xf_facts_complete(const char *text, size_t len)
{
    static const char head[] = "V\t" XF_FACTS_VERSION "\n";
    size_t n = sizeof(head) - 1;

    return len >= n + 2 && !memcmp(text, head, n) &&
           !memcmp(text + len - 3, "\n.\n", 3);
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

int xf_facts_read(char *text, size_t len, xf_record_fn *fn, void *payload)
{
    char *line = text;

    if (!xf_facts_complete(text, len))
        return xf_error("the facts of a translation unit are incomplete; "
                        "remove the cache folder and scan again");
    while (line < text + len - 2) {
        char *end = memchr(line, '\n', (size_t)(text + len - line));
        struct xf_record record;
        int rc;

        *end = '\0';
        if (xf_fact_split(&record, line))
            return xf_error("a record of a translation unit's facts is "
                            "malformed; remove the cache folder and scan "
                            "again");
        rc = fn(&record, payload);
        if (rc)
            return rc;
        line = end + 1;
    }
    return 0;
}
