/* SPDX-License-Identifier: GPL-2.0-only
 *
 * git as a child process, asked in forms that nothing in a repository's
 * configuration changes: no pager, no external diff, no text conversion, no
 * file system monitor. A clone may be somebody else's.
 */
#ifndef XF_HISTORY_GIT_H
#define XF_HISTORY_GIT_H

#include <stddef.h>

#include "buf.h"

/* Append what `git ARGS` prints for the repository `repo`. `args` ends with
 * NULL. 0, or -1 with xf_error() that names the repository. */
int git_run(struct xf_buf *out, const char *repo, const char *const *args);

/* The same, but git's answer may be "no": its exit status, or -1. */
int git_try(struct xf_buf *out, const char *repo, const char *const *args);

/* Next string of a NUL separated list; *at moves behind it. NULL at the end. */
const char *git_next(const struct xf_buf *list, size_t *at);

#endif
