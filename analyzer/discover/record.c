/* SPDX-License-Identifier: GPL-2.0-only */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"

void xf_record_release(struct xf_record *record)
{
    free(record->field);
    memset(record, 0, sizeof(*record));
}

void xf_record_field(struct xf_buf *line, const char *text)
{
    if (line->len && line->data[line->len - 1] != '\n')
        xf_buf_addch(line, '\t');
    for (; *text; text++) {
        char ch = *text == '\t' ? 't' : *text == '\n' ? 'n' : *text;

        if (ch != *text || ch == '\\')
            xf_buf_addch(line, '\\');
        xf_buf_addch(line, ch);
    }
}

void xf_record_end(struct xf_buf *line)
{
    xf_buf_addch(line, '\n');
}

int xf_record_append(const char *path, const struct xf_buf *line)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    ssize_t put;

    if (fd < 0)
        return -1;
    put = write(fd, line->data, line->len);
    if (put >= 0 && (size_t)put < line->len)
        errno = ENOSPC;
    return close(fd) || put < 0 || (size_t)put < line->len ? -1 : 0;
}

int xf_record_next(struct xf_record *out, char **at)
{
    char *from = *at, *to = *at;

    out->len = 0;
    if (!*from)
        return 0;
    XF_GROW(out->field, out->len, out->cap);
    out->field[out->len++] = to;
    for (;; from++) {
        char ch = *from;

        if (!ch)
            return -1;
        if (ch == '\n')
            break;
        if (ch == '\t') {
            *to++ = '\0';
            XF_GROW(out->field, out->len, out->cap);
            out->field[out->len++] = to;
            continue;
        }
        if (ch == '\\') {
            ch = *++from;
            if (!ch)
                return -1;
            ch = ch == 't' ? '\t' : ch == 'n' ? '\n' : ch;
        }
        *to++ = ch;
    }
    *to = '\0';
    *at = from + 1;
    return 1;
}
