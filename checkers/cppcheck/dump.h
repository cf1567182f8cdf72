/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reader of the files that `cppcheck --dump` writes: the tokens with their
 * syntax tree, the scopes, and what ValueFlow knows. The text is streamed, and
 * nothing in it is trusted: links that lead nowhere are XF_DUMP_NONE, and a
 * syntax tree may have cycles (xf_dump users bound their walks).
 */
#ifndef XF_DUMP_H
#define XF_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"

#define XF_DUMP_NONE UINT32_MAX

enum xf_bound {
    XF_BOUND_POINT, /* this value */
    XF_BOUND_UPPER, /* this one and all below */
    XF_BOUND_LOWER  /* this one and all above */
};

enum xf_value_kind { XF_VALUE_KNOWN, XF_VALUE_POSSIBLE, XF_VALUE_IMPOSSIBLE };

struct xf_dump_value {
    int64_t value; /* of an unsigned 64-bit type: the same bits */
    enum xf_value_kind kind;
    enum xf_bound bound;
    unsigned int line; /* of the condition that tells it; 0: none */
};

/* Links are indices into the token or scope list, or XF_DUMP_NONE. */
struct xf_dump_token {
    uint32_t text, file; /* indices into `texts`, `files` */
    unsigned int line;   /* from 1 */
    uint32_t link, operand1, operand2, scope;
    uint32_t values; /* index into `lists` */
    bool is_name, is_variable, is_bool, is_unsigned;
};

struct xf_dump_scope {
    uint32_t type; /* index into `texts`: "If", "Else", "Function", ... */
    uint32_t body, nested_in;
};

struct xf_dump {
    struct xf_map texts, files;
    struct xf_dump_token *tokens;
    size_t ntokens, tokens_cap;
    struct xf_dump_scope *scopes;
    size_t nscopes, scopes_cap;
    /* The values of list n are values[lists[n].first .. + lists[n].count). */
    struct xf_dump_list {
        size_t first, count;
    } *lists;
    size_t nlists, lists_cap;
    struct xf_dump_value *values;
    size_t nvalues, values_cap;
};

const char *xf_dump_text(const struct xf_dump *dump, uint32_t token);
const char *xf_dump_file(const struct xf_dump *dump, uint32_t token);

struct xf_dump_reader;

/* Parts of a dump in order, cut anywhere; the end. -1 with xf_error() when it
 * is no XML or not whole; `name` names it in messages. The reader is freed by
 * the end; `out` is the caller's, whatever the result. */
struct xf_dump_reader *xf_dump_begin(struct xf_dump *out, const char *name);
int xf_dump_feed(struct xf_dump_reader *reader, const char *data, size_t len);
int xf_dump_end(struct xf_dump_reader *reader);

/* The whole file. */
int xf_dump_read(struct xf_dump *out, const char *path);
void xf_dump_release(struct xf_dump *dump);

#endif
