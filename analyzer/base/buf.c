/* SPDX-License-Identifier: GPL-2.0-only */
#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void xf_buf_release(struct xf_buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof(*buf));
}

void xf_buf_clear(struct xf_buf *buf)
{
    buf->len = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void xf_buf_reserve(struct xf_buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;

    if (need <= buf->cap)
        return;
    buf->cap = need > 2 * buf->cap ? need + 64 : 2 * buf->cap;
    buf->data = xf_realloc(buf->data, buf->cap);
}

void xf_buf_add(struct xf_buf *buf, const void *data, size_t len)
{
    xf_buf_reserve(buf, len);
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void xf_buf_adds(struct xf_buf *buf, const char *s)
{
    xf_buf_add(buf, s, strlen(s));
}

void xf_buf_addch(struct xf_buf *buf, char ch)
{
    xf_buf_add(buf, &ch, 1);
}

void xf_buf_addf(struct xf_buf *buf, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0)
        return;
    xf_buf_reserve(buf, (size_t)len);
    va_start(ap, fmt);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)len;
}

char *xf_buf_detach(struct xf_buf *buf)
{
    char *out;

    xf_buf_reserve(buf, 0);
    buf->data[buf->len] = '\0';
    out = buf->data;
    memset(buf, 0, sizeof(*buf));
    return out;
}
