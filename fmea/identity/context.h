/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What stands around a site in its file: read from the text, because the same
 * text has to give the same result with every later version of the program.
 */
#ifndef XF_IDENTITY_CONTEXT_H
#define XF_IDENTITY_CONTEXT_H

#include "source.h"

/* Tokens from begin to end in the form of xf_identity_compact(), the outer
 * parentheses kept. Caller frees. */
char *identity_tokens(const struct xf_source *src, size_t begin, size_t end);

/* The invocation at that place: the name and its arguments, or the line of an
 * assembly file. "" when the place is not in the file. Caller frees. */
char *identity_text(const struct xf_source *src, int line, int column);

/* Headers of the if, else, switch, case, for, while and loop macros that
 * enclose the place in the function that begins at line `first`: outermost
 * first, ' / ' between. Both branches of an #if are read; braces that do not
 * pair end the list early, the same way each time. Caller frees. */
char *identity_guard(const struct xf_source *src, int first, int line,
                     int column);

/* Hashes of the nearest lines of code before `line` and behind `end_line`.
 * Caller frees. */
char *identity_near(const struct xf_source *src, int line, int end_line);

#endif
