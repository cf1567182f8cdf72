/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A growing byte buffer that is always NUL terminated (the NUL is not counted
 * in `len`). Initialise with XF_BUF_INIT, free with xf_buf_release().
 */
#ifndef XF_BUF_H
#define XF_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct xf_buf {
    char *data;
    size_t len, cap;
};

#define XF_BUF_INIT {0}

void xf_buf_release(struct xf_buf *buf);
void xf_buf_clear(struct xf_buf *buf); /* keeps the memory */
void xf_buf_reserve(struct xf_buf *buf, size_t more);
void xf_buf_add(struct xf_buf *buf, const void *data, size_t len);
void xf_buf_adds(struct xf_buf *buf, const char *s);
void xf_buf_addch(struct xf_buf *buf, char ch);
void xf_buf_addf(struct xf_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Hand the string (never NULL) to the caller, who frees it; buf is empty. */
char *xf_buf_detach(struct xf_buf *buf);

#endif
