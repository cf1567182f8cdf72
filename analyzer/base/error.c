/* SPDX-License-Identifier: GPL-2.0-only */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

#include "visible.h"

static char message[4096];

int xf_error(const char *fmt, ...)
{
    /* The arguments may point into the previous message. */
    char text[sizeof(message)];
    struct xf_buf line = XF_BUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    xf_visible(&line, text, "");
    snprintf(message, sizeof(message), "%s", line.data ? line.data : "");
    xf_buf_release(&line);
    return -1;
}

const char *xf_error_message(void)
{
    return message;
}
