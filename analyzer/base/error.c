/* SPDX-License-Identifier: GPL-2.0-only */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

static char message[4096];

int xf_error(const char *fmt, ...)
{
    /* The arguments may point into the previous message. */
    char text[sizeof(message)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(message, sizeof(message), "%s", text);
    return -1;
}

const char *xf_error_message(void)
{
    return message;
}
