/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What Cppcheck said of a unit (examine.h), kept under the hash of everything
 * that it depends on. Like the facts cache it never fails: what cannot be read
 * or written is a miss.
 */
#ifndef XF_KEPT_H
#define XF_KEPT_H

#include <stdbool.h>

#include "buf.h"

/* Append the records kept under `hex`, and a K record. */
bool xf_kept_get(struct xf_buf *records, const char *dir, const char *hex);
void xf_kept_put(const char *dir, const char *hex,
                   const struct xf_buf *records);
/* Remove what nobody asked for in a long time, and what killed scans left. */
void xf_kept_trim(const char *dir);

#endif
