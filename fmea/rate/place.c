/* SPDX-License-Identifier: GPL-2.0-only
 *
 * How a site lies in its function: what was done before it, what a build
 * without it does next, which switch branch or error path it is in.
 */
#include "bodies.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"

/* Enough to judge; a function that changed more is not undone by reading a
 * cell of a table. */
#define MOST_CHANGES 5

struct search {
    const struct place *place;
    const struct xf_node **path; /* from the root to the site */
    size_t len;
};

/* The stop inside of a macro that wraps more than it: its bug frame, or the
 * call. */
static bool is_stop(const struct place *p, const struct xf_node *n)
{
    const struct xf_node *fn = n->op == XF_OP_CALL ? called_function(n) : NULL;

    if ((int)n->line < p->line || (int)n->line > p->end_line ||
        !strcmp(p->macro, p->kind))
        return false;
    return (n->op == XF_OP_ASM && !strncmp(n->name, ".bug_frames", 11)) ||
           (fn && *p->callee && !strcmp(fn->name, p->callee));
}

/* Otherwise what the outermost macro spells. */
static bool is_use(const struct place *p, const struct xf_node *n)
{
    return (int)n->line >= p->line && (int)n->line <= p->end_line &&
           *p->macro && !strcmp(n->macro, p->macro);
}

static void keep_path(struct search *s, const struct walk *walk,
                      const struct xf_node *node)
{
    s->len = walk->depth + 1;
    s->path = xf_calloc(s->len, sizeof(*s->path));
    if (walk->depth)
        memcpy(s->path, walk->path, walk->depth * sizeof(*s->path));
    s->path[walk->depth] = node;
}

static void look_for_stop(struct walk *walk, const struct xf_node *node)
{
    struct search *s = walk->payload;

    if (!s->path && is_stop(s->place, node))
        keep_path(s, walk, node);
}

static void look_for_use(struct walk *walk, const struct xf_node *node)
{
    struct search *s = walk->payload;

    if (!s->path && is_use(s->place, node))
        keep_path(s, walk, node);
}

static bool matches(const cJSON *list, const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item) && !fnmatch(item->valuestring, text, 0))
            return true;
    return false;
}

/* ---- what was done before ------------------------------------------------- */

struct before {
    const cJSON *words;
    struct xf_buf seen;
    place_fact_fn *tell;
    void *payload;
    size_t n, stop_line;
};

/* The text that a write changes, or NULL for locals. */
static bool is_shared_memory(const struct xf_node *n)
{
    for (;;) {
        switch (n->op) {
        case XF_OP_ARROW:
        case XF_OP_DEREF:
            return true;
        case XF_OP_VAR:
            return !n->local && strcmp(n->home, "register");
        case XF_OP_MEMBER:
        case XF_OP_INDEX:
        case XF_OP_CAST:
            if (n->op == XF_OP_INDEX && n->nkids &&
                !strchr(n->kids[0]->type, '['))
                return true;
            break;
        default:
            return false;
        }
        if (!n->nkids)
            return false;
        n = n->kids[0];
    }
}

static void say(struct before *b, const char *fact, const char *verb,
                const struct xf_node *what)
{
    struct xf_buf text = XF_BUF_INIT;
    char *line;

    xf_buf_adds(&text, verb);
    xf_buf_addch(&text, ' ');
    if (what->op == XF_OP_CALL)
        xf_buf_addf(&text, "%s()", called_function(what)->name);
    else
        xf_tree_print(&text, what);
    line = xf_format("%s:%s\n", fact, text.data);
    if (text.len < 90 && !(b->seen.data && strstr(b->seen.data, line)) &&
        b->n++ < MOST_CHANGES) {
        xf_buf_adds(&b->seen, line);
        b->tell(b->payload, fact, text.data);
    }
    free(line);
    xf_buf_release(&text);
}

static void note_call(struct before *b, const struct xf_node *n)
{
    const struct xf_node *fn = called_function(n);
    const cJSON *kind;

    if (!fn)
        return;
    cJSON_ArrayForEach(kind, cJSON_GetObjectItemCaseSensitive(b->words,
                                                              "effects"))
    {
        const cJSON *names = cJSON_GetObjectItemCaseSensitive(kind, "names");
        const cJSON *except = cJSON_GetObjectItemCaseSensitive(kind, "except");
        const cJSON *does = cJSON_GetObjectItemCaseSensitive(kind, "does");

        if (cJSON_IsString(does) && matches(names, fn->name) &&
            !matches(except, fn->name)) {
            say(b, "changed", does->valuestring, n);
            return;
        }
    }
}

static void note(struct walk *walk, const struct xf_node *n)
{
    struct before *b = walk->payload;

    if (n->op == XF_OP_CALL)
        note_call(b, n);
    if (n->op == XF_OP_ASSIGN && n->nkids && is_shared_memory(n->kids[0]))
        say(b, "changed", "writes", n->kids[0]);
}

static bool leaves(const struct xf_node *n)
{
    switch (n->op) {
    case XF_OP_RETURN:
    case XF_OP_GOTO:
    case XF_OP_BREAK:
    case XF_OP_CONTINUE:
        return true;
    case XF_OP_BLOCK:
        return n->nkids && leaves(n->kids[n->nkids - 1]);
    default:
        return false;
    }
}

/* Statements that ran, or may have run, on the way: the earlier ones of every
 * block around the site. Branches that leave are no part of the way. */
static void note_statement(struct before *b, const struct xf_node *n)
{
    if (leaves(n))
        return;
    if (n->op == XF_OP_IF && n->nkids >= 2) {
        walk_tree(n->kids[0], note, b);
        for (uint32_t i = 1; i < n->nkids; i++)
            note_statement(b, n->kids[i]);
    } else if (n->op == XF_OP_BLOCK) {
        for (uint32_t i = 0; i < n->nkids; i++)
            note_statement(b, n->kids[i]);
    } else {
        walk_tree(n, note, b);
    }
}

static void changed_before(const struct search *s, struct before *b)
{
    for (size_t i = 0; i + 1 < s->len; i++) {
        const struct xf_node *n = s->path[i];
        uint32_t begin = 0;

        if (n->op == XF_OP_IF || n->op == XF_OP_WHILE) {
            if (n->kids[0] != s->path[i + 1])
                walk_tree(n->kids[0], note, b);
            continue;
        }
        if (n->op != XF_OP_BLOCK)
            continue;
        /* Of a switch: the branch that holds the site. */
        if (i && s->path[i - 1]->op == XF_OP_SWITCH)
            for (uint32_t k = 0; n->kids[k] != s->path[i + 1]; k++)
                if (k && leaves(n->kids[k - 1]))
                    begin = k;
        for (uint32_t k = begin; n->kids[k] != s->path[i + 1]; k++)
            note_statement(b, n->kids[k]);
    }
    if (!b->n)
        b->tell(b->payload, "changed", "");
}

/* ---- branch, error path --------------------------------------------------- */

static bool names_error(const cJSON *words, const struct xf_node *n)
{
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(words, "errors");

    if (n->op == XF_OP_VAR && n->local && matches(names, n->name))
        return true;
    for (uint32_t i = 0; i < n->nkids; i++)
        if (names_error(words, n->kids[i]))
            return true;
    return false;
}

/* The label or case in front of a statement of a block. */
static const struct xf_node *label_before(const struct xf_node *block,
                                          const struct xf_node *at)
{
    const struct xf_node *label = NULL;

    for (uint32_t i = 0; i < block->nkids; i++) {
        const struct xf_node *n = block->kids[i];

        if (n->op == XF_OP_LABEL || n->op == XF_OP_CASE ||
            n->op == XF_OP_DEFAULT)
            label = n;
        if (n == at)
            break;
    }
    return label;
}

static void tell_branch(const struct search *s, const cJSON *words,
                        place_fact_fn *tell, void *payload)
{
    const cJSON *labels = cJSON_GetObjectItemCaseSensitive(words, "labels");
    const char *branch = "none", *error = "no";

    for (size_t i = 0; i + 1 < s->len; i++) {
        const struct xf_node *n = s->path[i], *label = NULL;

        if (n->op == XF_OP_BLOCK)
            label = label_before(n, s->path[i + 1]);
        if (label && label->op == XF_OP_LABEL)
            error = matches(labels, label->name) ? "yes" : error;
        else if (label && i && s->path[i - 1]->op == XF_OP_SWITCH) {
            /* case X: default: is one place */
            while (label->op == XF_OP_CASE && label->nkids > 1 &&
                   (label->kids[label->nkids - 1]->op == XF_OP_DEFAULT ||
                    label->kids[label->nkids - 1]->op == XF_OP_CASE))
                label = label->kids[label->nkids - 1];
            branch = label->op == XF_OP_DEFAULT ? "default" : "case";
        } else if (n->op == XF_OP_IF && n->kids[0] != s->path[i + 1]) {
            branch = "if";
            if (!*n->macro && names_error(words, n->kids[0]))
                error = "yes";
        }
    }
    tell(payload, "branch", branch);
    tell(payload, "error_path", error);
}

/* ---- what a build without the site does next ------------------------------- */

static const struct xf_node *first_statement(const struct xf_node *n)
{
    while ((n->op == XF_OP_LABEL || n->op == XF_OP_BLOCK ||
            n->op == XF_OP_CASE || n->op == XF_OP_DEFAULT) && n->nkids)
        n = n->op == XF_OP_CASE ? n->kids[n->nkids - 1] : n->kids[0];
    return n;
}

/* The statement behind the site; NULL at the end of its block. */
static const struct xf_node *next_statement(const struct search *s)
{
    for (size_t i = s->len - 1; i-- > 0;) {
        const struct xf_node *n = s->path[i];

        if (n->op == XF_OP_CASE || n->op == XF_OP_DEFAULT ||
            n->op == XF_OP_LABEL)
            continue;
        if (n->op != XF_OP_BLOCK)
            return NULL;
        for (uint32_t k = 0; k + 1 < n->nkids; k++)
            if (n->kids[k] == s->path[i + 1])
                return first_statement(n->kids[k + 1]);
        return NULL;
    }
    return NULL;
}

struct reaction {
    const cJSON *names;
    bool found;
};

static void look_for_reaction(struct walk *walk, const struct xf_node *n)
{
    struct reaction *r = walk->payload;
    const struct xf_node *fn = n->op == XF_OP_CALL ? called_function(n) : NULL;

    if (fn && matches(r->names, fn->name))
        r->found = true;
}

static const char *fallback_of(const struct xf_node *n, const cJSON *words)
{
    const cJSON *reactions = cJSON_GetObjectItemCaseSensitive(words,
                                                              "reactions");
    struct reaction r = {.names = reactions};
    const struct xf_node *fn;

    if (!n)
        return "none";
    switch (n->op) {
    case XF_OP_RETURN:
        return "return";
    case XF_OP_GOTO:
        return "goto";
    case XF_OP_BREAK:
        return "break";
    case XF_OP_CONTINUE:
        return "continue";
    case XF_OP_ASSIGN:
        return error_constant(n->kids[1]) ? "return" : "goes on";
    case XF_OP_CALL:
        fn = called_function(n);
        return fn && matches(reactions, fn->name) ? "domain_crash" : "goes on";
    case XF_OP_DO: /* domain_crash() is a macro */
        walk_tree(n, look_for_reaction, &r);
        return r.found ? "domain_crash" : "goes on";
    default:
        return "goes on";
    }
}

bool place_facts(const struct place *place, const cJSON *words,
                 place_fact_fn *tell, void *payload)
{
    struct search s = {.place = place};
    struct before b = {.words = words, .tell = tell, .payload = payload};

    walk_tree(place->root, look_for_stop, &s);
    if (!s.path)
        walk_tree(place->root, look_for_use, &s);
    if (!s.path)
        return false;
    tell_branch(&s, words, tell, payload);
    tell(payload, "fallback", fallback_of(next_statement(&s), words));
    changed_before(&s, &b);
    xf_buf_release(&b.seen);
    free(s.path);
    return true;
}
