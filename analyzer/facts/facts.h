/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The facts of one translation unit, as text: what the front end writes, the
 * cache keeps and the link stage reads. One record a line, fields separated by
 * tabs; tab, newline and backslash inside a field are written \t \n \\. The
 * last line is "." so that a truncated file is noticed.
 *
 * Records (tag, fields); `file` is relative to the hypervisor folder or, for
 * files elsewhere, absolute; lines and columns count from 1:
 *
 *   V  version                     first record, XF_FACTS_VERSION
 *   R  file how                    a file that was read; how: "", or "quiet" when
 *                                  its skipped lines are not known
 *   D  severity file line text     a diagnostic
 *   I  file first-last,...         lines that the preprocessor skipped
 *   X  file line:col,...           expansions of the census macros
 *   U  file line:col               what would be a site is never executed there:
 *                                  operand of sizeof, typeof and the like
 *   F  name file line end flags section spelled
 *                                  a function begins; the records below belong
 *                                  to it. flags: s static, i inline,
 *                                  n noreturn, a assembly label.
 *                                  `spelled`: the identifier in the source at
 *                                  the place of the name (a macro's, when the
 *                                  function comes from one)
 *   C  callee home file line col via
 *                                  direct call. via "address": assembly takes
 *                                  the symbol's address; it may be no function
 *                                  at all. `home`: file of the callee's
 *                                  definition when it is static, else "".
 *                                  file "" means: as in F
 *   B  file line end col frame message chain ordinal sub debug
 *                                  bug frame of that type
 *   N  file line end col callee home message chain ordinal sub debug
 *                                  call of a function that never returns; in
 *                                  assembly, which has no declarations, any
 *   H  file line end col what chain ordinal sub debug
 *                                  loop that nothing leaves and that does
 *                                  nothing ("endless loop"), or a trap
 *                                  instruction that nothing handles (its name)
 *   E  unreachables loops callees ends
 *                                  ways to end without a call: number of
 *                                  __builtin_unreachable(), endless loops, functions called in those
 *                                  loops (comma list); ends: 1 when the body's
 *                                  last statement never completes
 *   T  name file types tree      body of a function (analyzer/tree/tree.h);
 *                                  absent for header functions that the unit
 *                                  has no use for
 *   G  name file line flags section types tree
 *                                  a file-scope variable with its initialiser, or
 *                                  the pointer by which a constructor is called.
 *                                  flags: s static
 *
 * `chain` is the macros around a site, outermost first, joined by
 * XF_CHAIN_SEP; each is a name, XF_ARGS_SEP and its arguments as written.
 * `ordinal` counts equal texts before this one in the function, from 0; `sub`
 * the sites that stem from the same place. `debug` is the condition that makes
 * the site exist in debug builds only, or "".
 */
#ifndef XF_FACTS_H
#define XF_FACTS_H

#include <stddef.h>

#include "fact.h"

#define XF_FACTS_VERSION "18"
#define XF_CHAIN_SEP '\x1f'
#define XF_ARGS_SEP '\x1e'

void xf_facts_end(struct xf_buf *out);

/* Called per record; a non-zero result ends the reading. */
typedef int xf_record_fn(const struct xf_record *record, void *payload);

/* Whether the text is complete and of this version. */
int xf_facts_complete(const char *text, size_t len);

/* Read records from `text`, which is modified in place. 0, the callback's
 * result, or -1 with xf_error() when it is not well formed. */
int xf_facts_read(char *text, size_t len, xf_record_fn *fn, void *payload);

#endif
