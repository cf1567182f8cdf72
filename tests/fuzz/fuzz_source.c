/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Any bytes as a source file, through every accessor. The first byte chooses
 * the file name, because assembly lexes differently. Links xf_source.
 */
#include <assert.h>
#include <stdlib.h>

#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_index(const struct xf_source *src)
{
    for (size_t i = 0; i < src->nmacros; i++) {
        const struct xf_macro *macro = &src->macros[i];

        assert(macro->begin <= macro->body && macro->body <= macro->end);
        assert(macro->end <= src->len);
        assert(xf_source_macro_at(src, macro->begin) == macro);
        assert(macro->branch < (int32_t)src->nbranches);
    }
    for (size_t i = 0; i < src->nbranches; i++) {
        const struct xf_branch *branch = &src->branches[i];

        assert(branch->text && branch->condition);
        assert(branch->parent < (int32_t)i);
        assert(branch->last <= src->nlines);
    }
    for (uint32_t line = 1; line <= src->nlines; line++)
        assert(xf_source_branch_at(src, line) < (int32_t)src->nbranches);
}

static void check_identifier(const struct xf_source *src,
                             struct xf_token token)
{
    char *args;
    size_t end = xf_source_arguments(src, token.begin, &args);

    assert(end >= token.end && end <= src->len);
    free(args);
    free(xf_source_spelling(src, token));
    xf_source_macro_at(src, token.begin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a.c", "arch/x86/a.S",
                                        "arch/arm/arm32/a.S", "a.S"};
    struct xf_source *src;
    size_t at = 0, last = 0, identifiers = 0;

    if (!size)
        return 0;
    src = xf_source_from(names[data[0] & 3], (const char *)data + 1, size - 1);
    check_index(src);
    for (;;) {
        struct xf_token token = xf_source_token(src, &at);

        if (token.kind == XF_TOKEN_END)
            break;
        assert(token.begin >= last && token.begin < token.end);
        assert(token.end == at && token.end <= src->len);
        assert(xf_source_line(src, token.begin) <= src->nlines);
        assert(xf_source_column(src, token.begin) >= 1);
        last = at;
        /* An argument list may reach to the end: keep it linear. */
        if (token.kind == XF_TOKEN_IDENT && identifiers++ < 64)
            check_identifier(src, token);
    }
    free(xf_source_normal(src, 0, src->len));
    xf_source_free(src);
    return 0;
}
