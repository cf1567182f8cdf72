/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The text of one C or assembly source file, indexed: lines, tokens outside
 * and inside comments and strings, macro definitions, and the stack of
 * preprocessor conditionals. Knows nothing of any build: which branch of an
 * #if is taken is not decided here.
 *
 * Offsets are bytes from 0; lines and columns count from 1.
 */
#ifndef XF_SOURCE_H
#define XF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One branch of a conditional: the lines between its directive and the next
 * #elif, #else or #endif of the same #if. */
struct xf_branch {
    uint32_t line;       /* of the directive that opens it */
    uint32_t first, last; /* lines it governs, exclusive of the directives;
                             first > last when empty */
    int32_t parent;      /* index of the branch around it, -1: none */
    char *text;          /* directive as written, one line: "#if X", "#else" */
    char *condition;     /* what must hold for this branch to be taken, with
                            earlier branches negated: "!(X)" for an #else,
                            "defined(Y)" for #ifdef Y */
};

struct xf_macro {
    char *name;
    uint32_t line;         /* of the #define */
    size_t begin, end;     /* from the '#' to the end of the last body line,
                              continuation lines included */
    size_t body;           /* offset of the body's first byte */
    bool function_like;
    int32_t branch;        /* innermost branch around it, -1: none */
};

enum xf_token_kind {
    XF_TOKEN_IDENT,
    XF_TOKEN_NUMBER,
    XF_TOKEN_STRING,  /* also character constants */
    XF_TOKEN_COMMENT,
    XF_TOKEN_PUNCT,   /* one byte each */
    XF_TOKEN_END
};

struct xf_token {
    enum xf_token_kind kind;
    size_t begin, end; /* offsets; end is exclusive */
};

struct xf_source {
    char *text; /* owned, NUL terminated */
    size_t len;
    size_t *lines; /* lines[i]: offset of line i + 1 */
    size_t nlines;
    struct xf_branch *branches;
    size_t nbranches;
    struct xf_macro *macros; /* in order of `begin` */
    size_t nmacros;
    bool is_asm;      /* a .S file: '#' may start a comment line */
    char asm_comment; /* starts one anywhere: '#' on x86, '@' on arm32, or 0 */
};

/* Read and index `path`; NULL with xf_error(). Free with xf_source_free().
 * Any byte sequence is accepted: an unterminated comment or string ends at the
 * end of the file, respectively of the line. */
struct xf_source *xf_source_load(const char *path);
/* The same for text in memory (copied). `name` decides .S or C. */
struct xf_source *xf_source_from(const char *name, const char *text,
                                 size_t len);
void xf_source_free(struct xf_source *src);

/* Line (1-based) and column (1-based, bytes) of an offset. */
uint32_t xf_source_line(const struct xf_source *src, size_t offset);
uint32_t xf_source_column(const struct xf_source *src, size_t offset);

/* The token that starts at or after *at, which moves behind it. White space
 * and line continuations are skipped. *at must not lie inside a token: start
 * from 0, a line's beginning outside comments, or where this function left it.
 * A prefix as in L"x" is an identifier of its own. Directives are tokens like
 * any others. */
struct xf_token xf_source_token(const struct xf_source *src, size_t *at);

/* The token's text as the compiler sees it, continuations inside it removed.
 * Caller frees. */
char *xf_source_spelling(const struct xf_source *src, struct xf_token token);

/* The newline that ends the logical line around `offset` (continuations and
 * block comments carry it on), or len. `offset` as for *at above. */
size_t xf_source_line_end(const struct xf_source *src, size_t offset);

/* Macro definition whose text contains `offset`, or NULL. */
const struct xf_macro *xf_source_macro_at(const struct xf_source *src,
                                          size_t offset);
/* Innermost branch that governs `line`, -1: none. */
int32_t xf_source_branch_at(const struct xf_source *src, uint32_t line);

/* For the identifier at `offset`: the offset behind the parenthesised argument
 * list that follows it (comments, strings and nesting respected), and the
 * arguments' text without the outer parentheses, comments dropped and white
 * space folded to single spaces (caller frees). When no '(' follows, *args is
 * NULL and the result is the end of the identifier. An unbalanced list ends at
 * the end of the file; no list reaches beyond the macro definition that the
 * identifier is part of. */
size_t xf_source_arguments(const struct xf_source *src, size_t offset,
                           char **args);

/* Text from begin to end in the same normal form. Caller frees. */
char *xf_source_normal(const struct xf_source *src, size_t begin, size_t end);

#endif
