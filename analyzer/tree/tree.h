/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bodies of functions and initialisers of variables as the analyses see them:
 * C after the preprocessor with names resolved, without libclang. The front
 * end writes trees as text (records T and G of facts.h); the stages behind it
 * read them with xf_tree_read().
 *
 * Text form, one tree: `(op attribute... child...)` with
 *   =name  ^home  ~shared  $value  #type  @line:begin-end  %macro  |inner
 * Names with other characters than letters, digits, _ . $ - are in double
 * quotes with \" and \\ inside. Types are numbers into the list that comes
 * with the tree.
 */
#ifndef XF_TREE_H
#define XF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum xf_op {
#define XF_OP(id, spelling, kids, meaning) XF_OP_##id,
#include "tree_ops.def"
#undef XF_OP
    XF_OPS
};

/* All strings are "" when absent, never NULL, and live as long as the tree. */
struct xf_node {
    enum xf_op op;
    uint32_t nkids;
    struct xf_node **kids; /* never NULL pointers inside */
    /* VAR: a local has `local` set and its number in `value` (parameters come
     * first, from 0; each declaration of the body has its own; the type of one
     * that is declared as an array is that array). A global has
     * `home`: the defining file when it is static, else ""; a static local is
     * a global called function.name; a variable that is a register of the
     * machine (current_stack_pointer) has the home "register".
     * MEMBER, ARROW, AT: `home` is the record: the tag, or the typedef's name,
     * or file:line when it has neither; records that are defined in a .c file
     * are followed by '@' and the file, as others may have the same tag. */
    const char *name, *home;
    /* MEMBER, ARROW, AT: the same text for all members of one union, which
     * share their storage; "" for members of structures. */
    const char *shared;
    /* ASM: name: the template, shortened, or for a bug frame its section;
     * value: number of outputs. Both absent when they could not be found. */
    bool local;
    bool has_value;
    int64_t value;         /* INT: the value, sign extended */
    const char *type;      /* canonical spelling of the C type; on expressions
                              and declarations */
    /* Place in the function's file as a person sees it: line from 1, bytes
     * from 0, `end` exclusive. line 0: not known, or in another file. For what
     * a macro's body spells it is the whole invocation; for a macro argument
     * where the argument is written. */
    uint32_t line, begin, end;
    const char *macro; /* outermost macro whose body spells this node and not
                          its parent */
    const char *inner; /* innermost such macro, when it is another one */
};

struct xf_tree;

/* Parse; `types` is the list joined by XF_TYPE_SEP. NULL with xf_error() when
 * malformed. Free with xf_tree_free(). */
#define XF_TYPE_SEP '\x1f'
struct xf_tree *xf_tree_read(const char *text, const char *types);
void xf_tree_free(struct xf_tree *tree);
/* FUNCTION or GLOBAL. Owned by the tree. */
const struct xf_node *xf_tree_root(const struct xf_tree *tree);

/* Spelling of an operator, as in tree_ops.def. */
const char *xf_op_name(enum xf_op op);

/* C text of an expression, made from the tree (macros are gone, parentheses
 * as needed). Prefer the source text where a node has a place. */
void xf_tree_print(struct xf_buf *out, const struct xf_node *expression);

/* The same; `fn` may write the text of a node itself and return true. `parens`:
 * what is around it needs the node in parentheses. */
typedef bool xf_print_fn(struct xf_buf *out, const struct xf_node *node,
                         bool parens, void *payload);
void xf_tree_print_with(struct xf_buf *out, const struct xf_node *expression,
                        xf_print_fn *fn, void *payload);

#endif
