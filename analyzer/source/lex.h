/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where tokens, comments and logical lines end in C and assembly text. Private
 * to this folder; source.h is the interface;
 * lex.c also has the two functions of it that need no index.
 *
 * All of it works on a struct xf_source whose text, len, is_asm and asm_comment
 * are set. Reading text[len], the NUL, is always allowed.
 */
#ifndef XF_LEX_H
#define XF_LEX_H

#include "source.h"

/* Behind white space, comments and continuations from `at` up to the first
 * token or the line's end. A block comment may carry it to a later line. */
size_t xf_lex_blank(const struct xf_source *src, size_t at);

/* Behind the word of letters, digits and '_' at `at`; `at` itself when there
 * is none. */
size_t xf_lex_word(const struct xf_source *src, size_t at);

/* Whether the '#' at `hash` starts a preprocessor directive, given that only
 * blanks precede it on its line. In C all of them do. */
bool xf_lex_is_directive(const struct xf_source *src, size_t hash);

#endif
