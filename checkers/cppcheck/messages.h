/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reader of the messages that `cppcheck --xml` writes. Nothing in them is
 * trusted.
 */
#ifndef XF_MESSAGES_H
#define XF_MESSAGES_H

#include <stddef.h>

/* Strings are valid during the call. `file` is "" for a message without a
 * place; the place is the first one that it names. */
typedef void xf_message_fn(const char *id, const char *file, unsigned int line,
                           const char *message, void *payload);

/* 0, or -1 with xf_error() when it is no XML or not whole. */
int xf_messages_read(const char *text, size_t len, const char *name,
                     xf_message_fn *fn, void *payload);

#endif
