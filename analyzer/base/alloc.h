/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Allocation that cannot fail: running out of memory ends the process with one
 * clear line and exit status 2, so no caller has to invent a recovery that
 * nobody can test.
 */
#ifndef XF_ALLOC_H
#define XF_ALLOC_H

#include <stddef.h>

void *xf_malloc(size_t size);
void *xf_calloc(size_t count, size_t size);
void *xf_realloc(void *ptr, size_t size);
char *xf_strdup(const char *s);
char *xf_strndup(const char *s, size_t len);

/* printf into a fresh string; the caller frees it. */
char *xf_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Grow an array that has `len` items so that one more fits. `cap` is in items. */
#define XF_GROW(array, len, cap)                                               \
    do {                                                                       \
        if ((len) == (cap)) {                                                \
            (cap) = (cap) ? 2 * (cap) : 16;                                    \
            (array) = xf_realloc((array), (cap) * sizeof(*(array)));           \
        }                                                                      \
    } while (0)

#endif
