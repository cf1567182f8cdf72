/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inline assembly as libclang pretty-prints it. libclang 19 has no access to
 * the template of an asm statement, but the printed text of the function
 * holds it whole, with every macro expanded: the one reliable witness of a
 * bug frame.
 */
#ifndef XF_ASMTEXT_H
#define XF_ASMTEXT_H

#include <stddef.h>

struct xf_asm_operand {
    char *name;  /* "" when unnamed */
    char *value; /* expression text */
};

struct xf_asm {
    char *text; /* template, unescaped */
    struct xf_asm_operand *operands; /* outputs, then inputs */
    size_t noperands, noutputs;
};

struct xf_asms {
    struct xf_asm *items;
    size_t len, cap;
};

/* All asm statements in the printed text of a function, in order. */
void xf_asms_parse(struct xf_asms *out, const char *printed);
void xf_asms_release(struct xf_asms *asms);

/* Bug frames in one asm statement: calls `fn` with the frame's type (-1 when
 * it is not a constant here) and its message (NULL: none). */
void xf_asm_frames(const struct xf_asm *stmt, const char *section,
                   void (*fn)(int type, const char *message, void *payload),
                   void *payload);

#endif
