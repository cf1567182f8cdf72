/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Text of a tree to nodes. Everything of one tree lives in one arena.
 */
#include "tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

#define CHUNK 16384
#define DEPTH_MAX 2000 /* deeper is no program; bounds the recursion */

struct chunk {
    struct chunk *next;
    size_t used, size;
    max_align_t data[];
};

struct xf_tree {
    struct chunk *chunks;
    const char **types;
    size_t ntypes;
    struct xf_node *root;
};

struct reader {
    struct xf_tree *tree;
    const char *at;
    struct xf_node **stack; /* children read and not yet attached */
    size_t len, cap;
    unsigned int depth;
};

static const char *const op_names[XF_OPS] = {
#define XF_OP(id, spelling, kids, meaning) spelling,
#include "tree_ops.def"
#undef XF_OP
};

const char *xf_op_name(enum xf_op op)
{
    return op_names[op];
}

static void *take(struct xf_tree *tree, size_t size)
{
    struct chunk *c = tree->chunks;

    size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    if (!c || c->size - c->used < size) {
        size_t want = size > CHUNK ? size : CHUNK;

        c = xf_malloc(sizeof(*c) + want);
        c->next = tree->chunks;
        c->used = 0;
        c->size = want;
        tree->chunks = c;
    }
    c->used += size;
    return (char *)c->data + c->used - size;
}

static const char *take_string(struct xf_tree *tree, const char *s, size_t len)
{
    char *copy = take(tree, len + 1);

    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

static int read_types(struct xf_tree *tree, const char *types)
{
    size_t n = 1, i = 0;

    for (const char *p = types; *p; p++)
        n += *p == XF_TYPE_SEP;
    tree->types = take(tree, n * sizeof(*tree->types));
    tree->ntypes = n;
    for (const char *p = types;; p++) {
        const char *end = strchr(p, XF_TYPE_SEP);
        size_t len = end ? (size_t)(end - p) : strlen(p);

        tree->types[i++] = take_string(tree, p, len);
        p += len;
        if (!*p)
            return 0;
    }
}

static int find_op(const char *word, size_t len)
{
    for (int i = 0; i < XF_OPS; i++)
        if (*op_names[i] == *word && !strncmp(op_names[i], word, len) &&
            !op_names[i][len])
            return i;
    return -1;
}

static bool ends_word(char c)
{
    return !c || c == ' ' || c == '(' || c == ')';
}

/* A bare word or a quoted string; NULL when malformed. */
static const char *read_word(struct reader *r)
{
    const char *start = r->at;
    struct xf_buf text = XF_BUF_INIT;
    const char *copy;

    if (*start != '"') {
        while (!ends_word(*r->at))
            r->at++;
        return take_string(r->tree, start, (size_t)(r->at - start));
    }
    for (r->at++; *r->at && *r->at != '"'; r->at++) {
        if (*r->at == '\\' && r->at[1])
            r->at++;
        xf_buf_addch(&text, *r->at);
    }
    copy = take_string(r->tree, text.data ? text.data : "", text.len);
    xf_buf_release(&text);
    if (*r->at != '"')
        return NULL;
    r->at++;
    return copy;
}

static bool read_number(struct reader *r, uint32_t *out, char behind)
{
    const char *p = r->at;
    uint64_t value = 0;

    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p) && value <= UINT32_MAX; p++)
        value = 10 * value + (uint64_t)(*p - '0');
    if (value > UINT32_MAX || (behind && *p != behind))
        return false;
    *out = (uint32_t)value;
    r->at = p + (behind != 0);
    return true;
}

static bool read_value(struct reader *r, struct xf_node *n)
{
    char *end;

    if (*r->at == 'l') { /* local variable: $l3 */
        n->local = true;
        r->at++;
    }
    n->value = strtoll(r->at, &end, 10);
    if (end == r->at)
        return false;
    n->has_value = true;
    r->at = end;
    return true;
}

static bool read_type(struct reader *r, struct xf_node *n)
{
    uint32_t type;

    if (!read_number(r, &type, 0) || type >= r->tree->ntypes)
        return false;
    n->type = r->tree->types[type];
    return true;
}

static bool read_attribute(struct reader *r, struct xf_node *n)
{
    const char **to;

    switch (*r->at++) {
    case '@':
        return read_number(r, &n->line, ':') &&
               read_number(r, &n->begin, '-') && read_number(r, &n->end, 0);
    case '$':
        return read_value(r, n);
    case '#':
        return read_type(r, n);
    case '=':
        to = &n->name;
        break;
    case '^':
        to = &n->home;
        break;
    case '~':
        to = &n->shared;
        break;
    case '%':
        to = &n->macro;
        break;
    case '|':
        to = &n->inner;
        break;
    default:
        return false;
    }
    *to = read_word(r);
    return *to != NULL;
}

static struct xf_node *new_node(struct reader *r, enum xf_op op)
{
    struct xf_node *n = take(r->tree, sizeof(*n));

    memset(n, 0, sizeof(*n));
    n->op = op;
    n->name = n->home = n->shared = n->type = n->macro = n->inner = "";
    return n;
}

static void attach(struct reader *r, struct xf_node *n, size_t first)
{
    n->nkids = (uint32_t)(r->len - first);
    n->kids = take(r->tree, (n->nkids + 1) * sizeof(*n->kids));
    if (n->nkids)
        memcpy(n->kids, r->stack + first, n->nkids * sizeof(*n->kids));
    n->kids[n->nkids] = NULL;
    r->len = first;
}

/* How many children an operator needs at least, so that the analyses need not
 * ask; and at most. */
static bool kids_fit(const struct xf_node *n)
{
    static const struct {
        int least, most; /* most 0: not bounded */
    } table[XF_OPS] = {
        [XF_OP_FUNCTION] = {1, 0}, [XF_OP_GLOBAL] = {1, 1},
        [XF_OP_DECL] = {0, 1}, [XF_OP_IF] = {2, 3},
        [XF_OP_FOR] = {4, 4}, [XF_OP_WHILE] = {2, 2},
        [XF_OP_DO] = {2, 2}, [XF_OP_SWITCH] = {2, 2},
        [XF_OP_CASE] = {2, 3}, [XF_OP_DEFAULT] = {1, 1},
        [XF_OP_LABEL] = {1, 1}, [XF_OP_RETURN] = {0, 1},
        [XF_OP_MEMBER] = {1, 1}, [XF_OP_ARROW] = {1, 1},
        [XF_OP_INDEX] = {2, 2}, [XF_OP_CALL] = {1, 0},
        [XF_OP_ADDRESS] = {1, 1}, [XF_OP_DEREF] = {1, 1},
        [XF_OP_UNARY] = {1, 1}, [XF_OP_BINARY] = {2, 2},
        [XF_OP_ASSIGN] = {2, 2}, [XF_OP_CONDITIONAL] = {3, 3},
        [XF_OP_GNU_CONDITIONAL] = {2, 2}, [XF_OP_CAST] = {1, 1},
        [XF_OP_AT] = {1, 1}, [XF_OP_STATEMENTS] = {1, 1},
        [XF_OP_COMPUTED_GOTO] = {1, 1},
    };

    return (int)n->nkids >= table[n->op].least &&
           (!table[n->op].most || (int)n->nkids <= table[n->op].most);
}

static struct xf_node *read_node(struct reader *r)
{
    const char *word = r->at + 1;
    size_t first = r->len;
    struct xf_node *n;
    int op;

    if (*r->at != '(' || r->depth >= DEPTH_MAX)
        return NULL;
    for (r->at++; !ends_word(*r->at);)
        r->at++;
    op = find_op(word, (size_t)(r->at - word));
    if (op < 0)
        return NULL;
    n = new_node(r, (enum xf_op)op);
    r->depth++;
    while (*r->at && *r->at != ')') {
        struct xf_node *kid;

        if (*r->at == ' ') {
            r->at++;
            continue;
        }
        if (*r->at != '(') {
            if (!read_attribute(r, n))
                return NULL;
            continue;
        }
        kid = read_node(r);
        if (!kid)
            return NULL;
        XF_GROW(r->stack, r->len, r->cap);
        r->stack[r->len++] = kid;
    }
    r->depth--;
    if (*r->at != ')')
        return NULL;
    r->at++;
    attach(r, n, first);
    return kids_fit(n) ? n : NULL;
}

struct xf_tree *xf_tree_read(const char *text, const char *types)
{
    struct xf_tree *tree = xf_calloc(1, sizeof(*tree));
    struct reader r = {.tree = tree, .at = text};

    read_types(tree, types);
    tree->root = read_node(&r);
    free(r.stack);
    if (!tree->root || *r.at ||
        (tree->root->op != XF_OP_FUNCTION && tree->root->op != XF_OP_GLOBAL)) {
        xf_error("the body of a function is malformed at byte %zu of its "
                 "facts; remove the cache folder and scan again",
                 (size_t)(r.at - text));
        xf_tree_free(tree);
        return NULL;
    }
    return tree;
}

void xf_tree_free(struct xf_tree *tree)
{
    if (!tree)
        return;
    while (tree->chunks) {
        struct chunk *next = tree->chunks->next;

        free(tree->chunks);
        tree->chunks = next;
    }
    free(tree);
}

const struct xf_node *xf_tree_root(const struct xf_tree *tree)
{
    return tree->root;
}
