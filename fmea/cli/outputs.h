/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the outputs in a folder were made from, so that a scan of an unchanged
 * tree can leave them alone. Kept in <out>/.state.json; a file that is missing
 * or damaged only costs time.
 */
#ifndef XF_OUTPUTS_H
#define XF_OUTPUTS_H

#include <stdbool.h>

#include "buf.h"

/* Whether the outputs `names` (NULL ended, in `out`) are exactly what a scan
 * with this key wrote. On true, `summary` gets the summary it printed and
 * *status the exit status it had. */
bool xf_outputs_same(const char *out, const char *key, const char *const *names,
                   struct xf_buf *summary, int *status);

int xf_outputs_save(const char *out, const char *key, const char *const *names,
                  const char *summary, int status);

#endif
