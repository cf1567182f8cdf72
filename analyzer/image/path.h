/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Comparing paths from their end, because the same file is spelled in several
 * ways: absolute, relative to a folder of a recursive make, or through a link
 * (common/efi/boot.c is built as arch/x86/efi/boot.c). A component "asm" also
 * stands for "asm-x86" and its like, as it did until Xen 4.15.
 */
#ifndef XF_PATH_H
#define XF_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct xf_map;

/* How many trailing components two paths share. */
unsigned int xf_path_common(const char *a, const char *b);
/* Whether all components of `suffix` end `path`. */
bool xf_path_ends(const char *path, const char *suffix);

/* A set of file names to find other spellings in. */
struct xf_path_set {
    const char **files; /* by base name */
    size_t count;
};

/* The keys of `files`, which must stay until xf_path_set_release(). */
void xf_path_set_init(struct xf_path_set *set, const struct xf_map *files);
void xf_path_set_release(struct xf_path_set *set);
/* The file of the set that `path` most likely is: itself, else the one that
 * shares most trailing components, when there is one such. NULL otherwise.
 * Files in `others` (may be NULL) are known under their own name on the side
 * that `path` comes from, so they are not `path`. */
const char *xf_path_set_find(const struct xf_path_set *set, const char *path,
                             const struct xf_map *others);

#endif
