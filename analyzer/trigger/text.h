/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Expressions as a person wrote them. Private to this folder.
 */
#ifndef XF_TRIGGER_TEXT_H
#define XF_TRIGGER_TEXT_H

#include "program.h"

/* The source text of `node`, white space folded; what macro bodies spell is
 * shown as the invocation, inside of the expansion that starts at byte
 * `inside` (SIZE_MAX: none) from the tree. Caller frees. */
char *text_of(struct program *p, const struct body *body,
              const struct xf_node *node, size_t inside);

/* The macro invocation or expression that starts at byte `begin` of the
 * function's file and ends at `end` or with the arguments that follow. NULL
 * when it cannot be found. Caller frees. */
char *text_slice(struct program *p, const struct body *body, size_t begin,
                 size_t end);

/* In parentheses if a comparison with it needs them. Caller frees. */
char *text_operand(const char *text);

/* The opposite of a condition, as short as it can be said. Caller frees. */
char *text_negated(const char *text);

/* Bytes of `text` without the parentheses that surround all of it. Caller
 * frees. */
char *text_bare(const char *text);

#endif
