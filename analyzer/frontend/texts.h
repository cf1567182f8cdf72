/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the source text says around a place that libclang names: the macros
 * whose bodies it came through, their arguments as written, the preprocessor
 * conditionals around it. Indexed files are kept for the life of the worker,
 * as most headers are read by every translation unit.
 */
#ifndef XF_TEXTS_H
#define XF_TEXTS_H

#include "debugonly.h"
#include "source.h"

/* The indexed file, or NULL when it cannot be read. Kept until the process
 * ends. */
const struct xf_source *xf_text(const char *path);

/* Identifier at `offset`, "" when there is none. Caller frees. */
char *xf_text_word(const struct xf_source *src, size_t offset);

/* The #if that makes `line` exist only in debug builds, or NULL. Caller
 * frees. */
char *xf_text_debug_only(const struct xf_source *src, uint32_t line,
                         const struct xf_debug_symbols *symbols);

/* How often the invocation `word`(`args`) (args NULL: none) is written between
 * the offsets `from` and `to`, in any branch. */
unsigned int xf_text_count(const struct xf_source *src, size_t from, size_t to,
                           const char *word, const char *args);

/* Whether the body of `macro` names `word`. */
bool xf_text_mentions(const struct xf_source *src, const struct xf_macro *macro,
                      const char *word);

/* Arguments of the nth (from 0) invocation of `word` in the body of `macro`,
 * the last one when there are fewer; NULL when there is none. Caller frees. */
char *xf_text_body_args(const struct xf_source *src,
                        const struct xf_macro *macro, const char *word,
                        unsigned int nth);

/* `text`, a part of the body of `macro`, with the parameters replaced by the
 * arguments `args` of an invocation, # and ## done. Caller frees. */
char *xf_text_substitute(const struct xf_source *src,
                         const struct xf_macro *macro, const char *args,
                         const char *text);

#endif
