/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which configuration options a line of source depends on, by what Makefiles
 * and #if directives say as text: options that, switched off, take the line
 * away. Private to this folder.
 */
#ifndef XF_RATE_KCONFIG_H
#define XF_RATE_KCONFIG_H

#include "map.h"
#include "source.h"

struct kconfig {
    const char *root; /* hypervisor folder */
    struct xf_map files;
    char **by_makefile; /* parallel: options of the whole file */
    size_t cap;
    char *open_file;
    struct xf_source *open;
};

void kconfig_init(struct kconfig *k, const char *root);
void kconfig_release(struct kconfig *k);

/* Names, '\n' between, "" for none. Caller frees. Fastest when asked file by
 * file. */
char *kconfig_options(struct kconfig *k, const char *file, unsigned int line);

#endif
