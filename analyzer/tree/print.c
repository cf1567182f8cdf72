/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Expressions back to C text. Precedences as in C11 6.5; a smaller number
 * binds tighter.
 */
#include "tree.h"

#include <inttypes.h>
#include <string.h>

enum { PRIMARY = 1, POSTFIX = 2, PREFIX = 3, COND = 15, ASSIGN = 16, COMMA = 17 };

static int binary_precedence(const char *op)
{
    static const struct {
        const char *op;
        int precedence;
    } table[] = {{"*", 4},  {"/", 4},  {"%", 4},   {"+", 5},   {"-", 5},
                 {"<<", 6}, {">>", 6}, {"<", 7},   {">", 7},   {"<=", 7},
                 {">=", 7}, {"==", 8}, {"!=", 8},  {"&", 9},   {"^", 10},
                 {"|", 11}, {"&&", 12}, {"||", 13}, {",", COMMA}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(table[i].op, op))
            return table[i].precedence;
    return ASSIGN;
}

struct printer {
    struct xf_buf *out;
    xf_print_fn *fn; /* may be NULL */
    void *payload;
};

static void print(struct printer *p, const struct xf_node *n, int around);

static void print_list(struct printer *p, const struct xf_node *n,
                       uint32_t first)
{
    for (uint32_t i = first; i < n->nkids; i++) {
        if (i > first)
            xf_buf_adds(p->out, ", ");
        print(p, n->kids[i], ASSIGN);
    }
}

static void print_unary(struct printer *p, const struct xf_node *n)
{
    size_t len = strlen(n->name);
    bool word = len > 2 && n->name[0] >= 'a';

    if (len == 3 && (!strcmp(n->name, "x++") || !strcmp(n->name, "x--"))) {
        print(p, n->kids[0], POSTFIX);
        xf_buf_adds(p->out, n->name + 1);
        return;
    }
    if (!word && len == 3) { /* ++x */
        xf_buf_add(p->out, n->name, 2);
        print(p, n->kids[0], PREFIX);
        return;
    }
    xf_buf_adds(p->out, n->name);
    if (word)
        xf_buf_addch(p->out, ' ');
    print(p, n->kids[0], PREFIX);
}

static void print_element(struct printer *p, const struct xf_node *n)
{
    if (*n->name)
        xf_buf_addf(p->out, ".%s = ", n->name);
    else if (n->value >= 0)
        xf_buf_addf(p->out, "[%" PRId64 "] = ", n->value);
    print(p, n->kids[0], ASSIGN);
}

static int precedence(const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_BINARY:
        return binary_precedence(n->name);
    case XF_OP_ASSIGN:
        return ASSIGN;
    case XF_OP_CONDITIONAL:
    case XF_OP_GNU_CONDITIONAL:
        return COND;
    case XF_OP_UNARY:
    case XF_OP_ADDRESS:
    case XF_OP_DEREF:
    case XF_OP_CAST:
        return PREFIX;
    case XF_OP_INT:
        return n->value < 0 && !*n->name ? PREFIX : PRIMARY;
    default:
        return PRIMARY;
    }
}

static void print_inner(struct printer *p, const struct xf_node *n)
{
    int own = precedence(n);

    switch (n->op) {
    case XF_OP_VAR:
    case XF_OP_FN: {
        /* a static local is called function.name */
        const char *dot = strrchr(n->name, '.');

        xf_buf_adds(p->out, dot ? dot + 1 : n->name);
        break;
    }
    case XF_OP_STR:
        xf_buf_adds(p->out, n->name);
        break;
    case XF_OP_INT:
        if (*n->name)
            xf_buf_adds(p->out, n->name);
        else
            xf_buf_addf(p->out, "%" PRId64, n->value);
        break;
    case XF_OP_MEMBER:
    case XF_OP_ARROW:
        print(p, n->kids[0], POSTFIX);
        if (*n->name)
            xf_buf_addf(p->out, "%s%s", n->op == XF_OP_ARROW ? "->" : ".",
                        n->name);
        break;
    case XF_OP_INDEX:
        print(p, n->kids[0], POSTFIX);
        xf_buf_addch(p->out, '[');
        print(p, n->kids[1], COMMA);
        xf_buf_addch(p->out, ']');
        break;
    case XF_OP_CALL:
        print(p, n->kids[0], POSTFIX);
        xf_buf_addch(p->out, '(');
        print_list(p, n, 1);
        xf_buf_addch(p->out, ')');
        break;
    case XF_OP_ADDRESS:
    case XF_OP_DEREF:
        xf_buf_addch(p->out, n->op == XF_OP_ADDRESS ? '&' : '*');
        print(p, n->kids[0], PREFIX);
        break;
    case XF_OP_UNARY:
        print_unary(p, n);
        break;
    case XF_OP_BINARY:
    case XF_OP_ASSIGN:
        print(p, n->kids[0], n->op == XF_OP_ASSIGN ? PREFIX : own);
        xf_buf_addf(p->out, strcmp(n->name, ",") ? " %s " : "%s ", n->name);
        print(p, n->kids[1], n->op == XF_OP_ASSIGN ? own : own - 1);
        break;
    case XF_OP_CONDITIONAL:
        print(p, n->kids[0], COND - 1);
        xf_buf_adds(p->out, " ? ");
        print(p, n->kids[1], ASSIGN);
        xf_buf_adds(p->out, " : ");
        print(p, n->kids[2], COND);
        break;
    case XF_OP_GNU_CONDITIONAL:
        print(p, n->kids[0], COND - 1);
        xf_buf_adds(p->out, " ?: ");
        print(p, n->kids[1], COND);
        break;
    case XF_OP_CAST:
        xf_buf_addf(p->out, "(%s)", n->type);
        print(p, n->kids[0], PREFIX);
        break;
    case XF_OP_INITLIST:
        xf_buf_adds(p->out, "{ ");
        print_list(p, n, 0);
        xf_buf_adds(p->out, " }");
        break;
    case XF_OP_AT:
        print_element(p, n);
        break;
    case XF_OP_STATEMENTS:
        xf_buf_adds(p->out, "({ ... })");
        break;
    case XF_OP_LABEL_ADDRESS:
        xf_buf_addf(p->out, "&&%s", n->name);
        break;
    default:
        xf_buf_addf(p->out, "<%s>", xf_op_name(n->op));
    }
}

static void print(struct printer *p, const struct xf_node *n, int around)
{
    bool parens = precedence(n) > around;

    if (p->fn && p->fn(p->out, n, parens, p->payload))
        return;
    if (parens)
        xf_buf_addch(p->out, '(');
    print_inner(p, n);
    if (parens)
        xf_buf_addch(p->out, ')');
}

void xf_tree_print_with(struct xf_buf *out, const struct xf_node *expression,
                        xf_print_fn *fn, void *payload)
{
    struct printer p = {out, fn, payload};

    print(&p, expression, COMMA);
}

void xf_tree_print(struct xf_buf *out, const struct xf_node *expression)
{
    xf_tree_print_with(out, expression, NULL, NULL);
}
