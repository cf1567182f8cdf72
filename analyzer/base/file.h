/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Files and paths. Every function that returns int gives 0, or -1 with
 * xf_error() set to a line that names the file.
 */
#ifndef XF_FILE_H
#define XF_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Append the whole file to `out`. */
int xf_file_read(struct xf_buf *out, const char *path);

/* The file appears with all of `data` or not at all: temporary file in the
 * same folder, fsync, rename. */
int xf_file_write_atomic(const char *path, const void *data, size_t len);

/* The same without fsync, for what carries its own sum and can be lost. */
int xf_file_replace(const char *path, const void *data, size_t len);

/* The first half of it: the file is written under a temporary name beside
 * `path`, for xf_file_commit() or unlink(2). *tmp is the caller's to free, NULL
 * after an error. */
int xf_file_stage(char **tmp, const char *path, const void *data, size_t len);

/* Make `path` durable under its final name: fsync `tmp`, rename it. */
int xf_file_commit(const char *tmp, const char *path);

bool xf_file_exists(const char *path);
bool xf_dir_exists(const char *path);
int xf_mkdirs(const char *path);
int xf_remove_tree(const char *path); /* missing is fine */

/* Lexically clean: no "//", ".", "..", no trailing '/'. Caller frees. */
char *xf_path_clean(const char *path);
/* dir + '/' + path, or path alone when it is absolute; cleaned. Caller frees. */
char *xf_path_join(const char *dir, const char *path);
/* `path` relative to `root` when it lies below it (a pointer into `path`),
 * otherwise NULL. Both absolute and clean. */
const char *xf_path_below(const char *path, const char *root);
/* realpath(3); NULL with xf_error() set when the path does not exist. */
char *xf_path_real(const char *path);
/* The same for a path of which the last parts need not exist yet: what it will
 * be once they are created. Never NULL. Caller frees. */
char *xf_path_real_ahead(const char *path);
const char *xf_path_base(const char *path);
bool xf_has_suffix(const char *s, const char *suffix);

/* Visit regular files and symbolic links below `root` in byte order of their
 * relative paths. `keep_dir` (may be NULL) says whether to enter a folder.
 * A non-zero return of `visit` ends the walk and is returned. */
typedef int xf_visit_fn(const char *relative, const char *absolute,
                        void *payload);
typedef bool xf_keep_dir_fn(const char *relative, void *payload);
int xf_tree_walk(const char *root, xf_keep_dir_fn *keep_dir, xf_visit_fn *visit,
                 void *payload);

#endif
