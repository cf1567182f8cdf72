/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *ptr)
{
    if (!ptr) {
        fputs("xenfmea: out of memory; free some or lower -j\n", stderr);
        exit(2);
    }
    return ptr;
}

void *xf_malloc(size_t size)
{
    return or_die(malloc(size ? size : 1));
}

void *xf_calloc(size_t count, size_t size)
{
    return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *xf_realloc(void *ptr, size_t size)
{
    return or_die(realloc(ptr, size ? size : 1));
}

char *xf_strdup(const char *s)
{
    return or_die(strdup(s));
}

char *xf_strndup(const char *s, size_t len)
{
    return or_die(strndup(s, len));
}

char *xf_format(const char *fmt, ...)
{
    char *out;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&out, fmt, ap) < 0)
        out = NULL;
    va_end(ap);
    return or_die(out);
}
