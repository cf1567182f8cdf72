/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The index over a source file: line starts, macro definitions, conditionals.
 * One pass over logical lines; only directives are looked at token by token.
 */
#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "file.h"
#include "lex.h"

/* An #if whose #endif has not come yet. */
struct group {
    int32_t branch; /* the one that is open now */
    int32_t parent; /* around the whole group */
    char *earlier;  /* what holds when no branch so far was taken */
};

struct scan {
    struct xf_source *src;
    struct group *groups;
    size_t ngroups, groups_cap;
    size_t lines_cap, branches_cap, macros_cap;
};

static void index_lines(struct scan *scan)
{
    struct xf_source *src = scan->src;
    size_t at = 0;

    do {
        const char *nl = memchr(src->text + at, '\n', src->len - at);

        XF_GROW(src->lines, src->nlines, scan->lines_cap);
        src->lines[src->nlines++] = at;
        at = nl ? (size_t)(nl - src->text) + 1 : src->len;
    } while (at < src->len);
}

uint32_t xf_source_line(const struct xf_source *src, size_t offset)
{
    size_t low = 0, high = src->nlines;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;

        if (src->lines[mid] <= offset)
            low = mid;
        else
            high = mid;
    }
    return (uint32_t)low + 1;
}

uint32_t xf_source_column(const struct xf_source *src, size_t offset)
{
    uint32_t line = xf_source_line(src, offset);

    return (uint32_t)(offset - src->lines[line - 1]) + 1;
}

/* Append the token without the continuations inside it. */
static void add_spelling(struct xf_buf *out, const struct xf_source *src,
                         size_t begin, size_t end)
{
    while (begin < end) {
        const char *from = src->text + begin;
        const char *slash = memchr(from, '\\', end - begin);
        size_t plain = slash ? (size_t)(slash - from) : end - begin;
        size_t blank;

        xf_buf_add(out, from, plain);
        begin += plain;
        if (!slash)
            return;
        blank = 1 + strspn(slash + 1, " \t\r\v\f");
        if (slash[blank] == '\n' && begin + blank < end) {
            begin += blank + 1;
        } else {
            xf_buf_addch(out, '\\');
            begin++;
        }
    }
}

static char *finish_text(struct xf_buf *out)
{
    /* A NUL in the source would cut a C string short. */
    for (size_t i = 0; i < out->len; i++)
        if (!out->data[i])
            out->data[i] = ' ';
    return xf_buf_detach(out);
}

char *xf_source_spelling(const struct xf_source *src, struct xf_token token)
{
    struct xf_buf out = XF_BUF_INIT;

    add_spelling(&out, src, token.begin, token.end);
    return finish_text(&out);
}

char *xf_source_normal(const struct xf_source *src, size_t begin, size_t end)
{
    struct xf_buf out = XF_BUF_INIT;
    size_t at = begin, behind = begin; /* of the last token copied */

    if (end > src->len)
        end = src->len;
    while (at < end) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END || token.begin >= end)
            break;
        if (token.kind == XF_TOKEN_COMMENT)
            continue;
        if (out.len && token.begin > behind)
            xf_buf_addch(&out, ' ');
        behind = token.end;
        add_spelling(&out, src, token.begin,
                     token.end < end ? token.end : end);
    }
    return finish_text(&out);
}

/* "!defined(X)" and "defined(X)" turn into each other, so that the #else of an
 * #ifndef reads well. */
static char *negated(const char *condition, bool is_defined)
{
    if (!is_defined)
        return xf_format("!(%s)", condition);
    return condition[0] == '!' ? xf_strdup(condition + 1)
                               : xf_format("!%s", condition);
}

/* Condition of an #if-like directive on its own, from its name and operand. */
static char *own_condition(const char *name, const char *operand)
{
    if (xf_has_suffix(name, "ifdef")) /* also elifdef of C23 */
        return xf_format("defined(%s)", operand);
    if (xf_has_suffix(name, "ifndef"))
        return xf_format("!defined(%s)", operand);
    return xf_strdup(operand);
}

/* Start the branch that the directive in [hash, end) opens. */
static void open_branch(struct scan *scan, struct group *group, size_t hash,
                        size_t end, char *text, char *condition)
{
    struct xf_source *src = scan->src;
    struct xf_branch *branch;

    XF_GROW(src->branches, src->nbranches, scan->branches_cap);
    group->branch = (int32_t)src->nbranches;
    branch = &src->branches[src->nbranches++];
    branch->line = xf_source_line(src, hash);
    branch->first = xf_source_line(src, end) + 1;
    branch->last = (uint32_t)src->nlines;
    branch->parent = group->parent;
    branch->text = text;
    branch->condition = condition;
}

static int32_t innermost(const struct scan *scan)
{
    return scan->ngroups ? scan->groups[scan->ngroups - 1].branch : -1;
}

static struct group *push_group(struct scan *scan)
{
    int32_t parent = innermost(scan);
    struct group *group;

    XF_GROW(scan->groups, scan->ngroups, scan->groups_cap);
    group = &scan->groups[scan->ngroups++];
    *group = (struct group){.branch = -1, .parent = parent};
    return group;
}

static void pop_group(struct scan *scan)
{
    free(scan->groups[--scan->ngroups].earlier);
}

/* Add "not this condition" to what holds for the group's later branches. */
static void exclude(struct group *group, const char *name, const char *own)
{
    char *not_own = negated(own, xf_has_suffix(name, "def"));
    char *earlier = group->earlier;

    if (!earlier) {
        group->earlier = not_own;
        return;
    }
    group->earlier = xf_format("%s && %s", earlier, not_own);
    free(not_own);
    free(earlier);
}

static char *branch_condition(const struct group *group, const char *name,
                              const char *own)
{
    if (!group->earlier)
        return xf_strdup(own);
    if (!strcmp(name, "else"))
        return xf_strdup(group->earlier);
    if (xf_has_suffix(name, "def"))
        return xf_format("%s && %s", group->earlier, own);
    return xf_format("%s && (%s)", group->earlier, own);
}

static void conditional(struct scan *scan, const char *name, size_t hash,
                        size_t operand, size_t end)
{
    struct xf_source *src = scan->src;
    bool opens = !strncmp(name, "if", 2);
    char *rest, *own, *text, *condition;
    struct group *group;

    if (!opens && !scan->ngroups)
        return;
    group = opens ? push_group(scan) : &scan->groups[scan->ngroups - 1];
    if (!opens)
        src->branches[group->branch].last = xf_source_line(src, hash) - 1;
    if (!strcmp(name, "endif")) {
        pop_group(scan);
        return;
    }
    rest = xf_source_normal(src, operand, end);
    own = own_condition(name, rest);
    text = xf_format("#%s%s%s", name, *rest ? " " : "", rest);
    condition = branch_condition(group, name, own);
    open_branch(scan, group, hash, end, text, condition);
    if (strcmp(name, "else"))
        exclude(group, name, own);
    free(own);
    free(rest);
}

static void define(struct scan *scan, size_t hash, size_t operand, size_t end)
{
    struct xf_source *src = scan->src;
    size_t at = operand;
    struct xf_token name = xf_source_token(src, &at);
    struct xf_macro *macro;

    while (name.kind == XF_TOKEN_COMMENT)
        name = xf_source_token(src, &at);
    if (name.kind != XF_TOKEN_IDENT || name.begin >= end)
        return;
    XF_GROW(src->macros, src->nmacros, scan->macros_cap);
    macro = &src->macros[src->nmacros++];
    macro->name = xf_source_spelling(src, name);
    macro->line = xf_source_line(src, hash);
    macro->begin = hash;
    macro->end = end;
    macro->branch = innermost(scan);
    /* Only a parenthesis that touches the name makes parameters. */
    macro->function_like = src->text[at] == '(';
    while (macro->function_like && at < end && src->text[at] != ')')
        at++;
    at = xf_lex_blank(src, at + macro->function_like);
    macro->body = at < end ? at : end;
}

static bool one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names))
        names++;
    return *names;
}

static void directive(struct scan *scan, size_t hash, size_t end)
{
    static const char *const conditionals[] = {
        "if",      "ifdef", "ifndef", "elif", "elifdef",
        "elifndef", "else", "endif",  NULL,
    };
    struct xf_source *src = scan->src;
    size_t begin = xf_lex_blank(src, hash + 1);
    size_t behind = xf_lex_word(src, begin);
    struct xf_token word = {XF_TOKEN_IDENT, begin, behind};
    char *name;

    if (begin >= end)
        return;
    name = xf_source_spelling(src, word);
    if (!strcmp(name, "define"))
        define(scan, hash, behind, end);
    else if (one_of(name, conditionals))
        conditional(scan, name, hash, behind, end);
    free(name);
}

static void index_directives(struct scan *scan)
{
    struct xf_source *src = scan->src;
    size_t at = 0;

    while (at < src->len) {
        size_t first = xf_lex_blank(src, at);
        size_t end = xf_source_line_end(src, first);

        if (src->text[first] == '#' && xf_lex_is_directive(src, first))
            directive(scan, first, end);
        at = end + 1;
    }
    while (scan->ngroups)
        pop_group(scan);
    free(scan->groups);
}

static bool has_component(const char *path, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = path; (p = strstr(p, name)); p += len)
        if ((p == path || p[-1] == '/') && p[len] == '/')
            return true;
    return false;
}

/* Takes the buffer over. */
static struct xf_source *build(const char *name, struct xf_buf *text)
{
    struct xf_source *src = xf_calloc(1, sizeof(*src));
    struct scan scan = {.src = src};

    src->len = text->len;
    src->text = xf_buf_detach(text);
    src->is_asm = xf_has_suffix(name, ".S") || xf_has_suffix(name, ".s");
    if (src->is_asm && has_component(name, "x86"))
        src->asm_comment = '#';
    else if (src->is_asm && has_component(name, "arm32"))
        src->asm_comment = '@';
    index_lines(&scan);
    index_directives(&scan);
    return src;
}

struct xf_source *xf_source_load(const char *path)
{
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_read(&text, path)) {
        xf_buf_release(&text);
        return NULL;
    }
    return build(path, &text);
}

struct xf_source *xf_source_from(const char *name, const char *text,
                                 size_t len)
{
    struct xf_buf copy = XF_BUF_INIT;

    xf_buf_add(&copy, text, len);
    return build(name, &copy);
}

void xf_source_free(struct xf_source *src)
{
    if (!src)
        return;
    for (size_t i = 0; i < src->nbranches; i++) {
        free(src->branches[i].text);
        free(src->branches[i].condition);
    }
    for (size_t i = 0; i < src->nmacros; i++)
        free(src->macros[i].name);
    free(src->branches);
    free(src->macros);
    free(src->lines);
    free(src->text);
    free(src);
}

const struct xf_macro *xf_source_macro_at(const struct xf_source *src,
                                          size_t offset)
{
    size_t low = 0, high = src->nmacros;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (src->macros[mid].begin <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    if (!low || offset >= src->macros[low - 1].end)
        return NULL;
    return &src->macros[low - 1];
}

int32_t xf_source_branch_at(const struct xf_source *src, uint32_t line)
{
    size_t low = 0, high = src->nbranches;
    int32_t at;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (src->branches[mid].line < line)
            low = mid + 1;
        else
            high = mid;
    }
    /* The last one opened before the line, or one around that. */
    at = (int32_t)low - 1;
    while (at >= 0 && (line < src->branches[at].first ||
                       line > src->branches[at].last))
        at = src->branches[at].parent;
    return at;
}

/* Next token that is no comment; one of kind END at `end`. */
static struct xf_token next(const struct xf_source *src, size_t *at, size_t end)
{
    struct xf_token token = xf_source_token(src, at);

    while (token.kind == XF_TOKEN_COMMENT)
        token = xf_source_token(src, at);
    if (token.begin >= end)
        token = (struct xf_token){XF_TOKEN_END, end, end};
    return token;
}

/* Offset of the ')' that closes the list before `at`, or `end`. */
static size_t closing(const struct xf_source *src, size_t at, size_t end)
{
    size_t depth = 1;

    for (;;) {
        struct xf_token token = next(src, &at, end);

        if (token.kind == XF_TOKEN_END)
            return end;
        if (token.kind != XF_TOKEN_PUNCT)
            continue;
        if (src->text[token.begin] == '(')
            depth++;
        else if (src->text[token.begin] == ')' && !--depth)
            return token.begin;
    }
}

size_t xf_source_arguments(const struct xf_source *src, size_t offset,
                           char **args)
{
    const struct xf_macro *macro = xf_source_macro_at(src, offset);
    size_t end = macro ? macro->end : src->len, at = offset, close;
    struct xf_token name = xf_source_token(src, &at);
    struct xf_token open = next(src, &at, end);

    *args = NULL;
    if (open.kind != XF_TOKEN_PUNCT || src->text[open.begin] != '(')
        return name.end;
    close = closing(src, at, end);
    *args = xf_source_normal(src, at, close);
    return close < end ? close + 1 : end;
}
