/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A printf format as written in C, turned round: does this text come from it?
 */
#ifndef XF_FORMAT_H
#define XF_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

struct xf_format_text;

/* From the arguments of a call as written: string literals, macros between
 * them (PRIx64, say: they match what a conversion prints), then the values.
 * Never NULL. Free with xf_format_text_free(). */
struct xf_format_text *xf_format_parse(const char *arguments);
void xf_format_text_free(struct xf_format_text *format);

/* How many bytes of literal text the format has; 0 for "%s\n". */
size_t xf_format_literals(const struct xf_format_text *format);

/* Literal bytes that `text` shares with the format, or -1 when it does not
 * come from it. `cut`: the text may end early. */
int xf_format_match(const struct xf_format_text *format, const char *text,
                    bool cut);

/* The same when one of both goes on where the other has ended. */
int xf_format_begins(const struct xf_format_text *format, const char *text);

/* Append the literal words of the format, for comparing reworded messages. */
char *xf_format_words(const struct xf_format_text *format);

#endif
