/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "internal.h"

static bool has(const char *dir, const char *name)
{
    char *path = xf_format("%s/%s", dir, name);
    bool found = xf_file_exists(path) || xf_dir_exists(path);

    free(path);
    return found;
}

static bool is_hypervisor(const char *dir)
{
    return has(dir, "arch") && has(dir, "common") && has(dir, "Makefile") &&
           has(dir, "Rules.mk") && has(dir, "include/xen");
}

char *xf_discover_hypervisor(const char *tree)
{
    char *real = xf_path_real(tree), *below;

    if (!real || is_hypervisor(real))
        return real;
    below = xf_format("%s/xen", real);
    if (is_hypervisor(below)) {
        free(real);
        real = xf_path_real(below);
        free(below);
        return real;
    }
    xf_error("%s is not a Xen tree: neither it nor its xen/ holds arch/, "
             "common/, include/xen/, Makefile and Rules.mk; pass the folder of "
             "the hypervisor's source", tree);
    free(below);
    free(real);
    return NULL;
}
