/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Preprocessed C made small and independent of where it was made: bodies of
 * functions in files of no interest become declarations, and the names of files
 * are relative to the hypervisor folder. Lines keep their numbers.
 */
#ifndef XF_PRUNE_H
#define XF_PRUNE_H

#include "buf.h"
#include "map.h"

struct xf_prune {
    const char *dir;     /* that relative names are relative to */
    const char *source;  /* hypervisor folder, absolute and real */
    const char *objects; /* folder of generated files, likewise */
    const struct xf_map *keep; /* files, as they are named in the result, whose
                                  functions keep their bodies */
};

/* Append `text`, preprocessed, to `out`. Text that is no C, or with brackets
 * left open, comes out in some way that is no worse. */
void xf_prune(struct xf_buf *out, const char *text, size_t len,
              const struct xf_prune *how);

#endif
