/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Runs Xen's make in a copy of the tree, with stand-ins for its tools and an
 * environment that holds nothing of the user's.
 */
#ifndef XF_MAKE_H
#define XF_MAKE_H

#include "internal.h"

struct xf_make {
    const struct xf_discover *how;
    const struct xf_rules *rules;
    const struct xf_arch *arch;
    const char *hypervisor; /* the user's folder */
    const char *folder;  /* holds tree/xen, bin/, record, log */
    const char *python;  /* from xf_make_find_python() */
    const char *kconfig; /* text of the user's .config, or NULL */
};

/* Whether every tool that make needs is there. */
int xf_make_check(const struct xf_make *make);

/* The interpreter itself behind python3; the caller frees. */
int xf_make_find_python(char **out, unsigned int seconds);

/* Leave a .config in the copy: the user's or the architecture's default with
 * CONFIG_DEBUG as asked, completed by Kconfig. */
int xf_make_configure(const struct xf_make *make);

/* Run the build; the stand-ins append to the file record. `failures` gets one
 * line for each target that failed and could hide a compilation; the caller
 * frees it. */
int xf_make_build(const struct xf_make *make, char **failures);

#endif
