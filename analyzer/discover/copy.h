/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The cache's copy of what a build needs of a tree: which files those are,
 * what they held when they were copied, and bringing the copy up to date.
 * Files that did not change keep their time stamp, so make sees what did.
 *
 * In the copy the hypervisor folder is always xen/, and what a symbolic link
 * points to stands for the link. Functions returning int
 * give 0, or -1 with xf_error() set.
 */
#ifndef XF_COPY_H
#define XF_COPY_H

#include <stdbool.h>

#include "hash.h"
#include "map.h"
#include "rules.h"

struct xf_copied {
    char hash[XF_HASH_HEX]; /* of the content */
    long long size, mtime; /* of the file in the copy; ns. 0: not copied */
};

/* File n has path paths.keys[n], relative to the root of the copy. */
struct xf_copy {
    struct xf_map paths;
    struct xf_copied *files;
    size_t cap;
};

/* List and hash what a build for `arch` needs of the tree whose hypervisor
 * folder is `hypervisor`. Folders with a build of their own and `cache`, when
 * it lies inside, are left out. */
int xf_copy_scan(struct xf_copy *out, const char *hypervisor, const char *cache,
                 const struct xf_arch *arch, const struct xf_rules *rules);

/* Make file `n` of `copy` in the folder `to` what it is in the tree, unless
 * `old`, which may be NULL, says that it is there already. `changed` (may be
 * NULL) tells whether it was written. The hash is updated to what was copied.*/
int xf_copy_update(struct xf_copy *copy, size_t n, const struct xf_copy *old,
                   const char *hypervisor, const char *to, bool *changed);

struct xf_copied *xf_copy_add(struct xf_copy *copy, const char *path);
void xf_copy_release(struct xf_copy *copy);

#endif
