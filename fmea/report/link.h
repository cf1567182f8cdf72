/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Links from a place in the source to where it can be read. Private to this
 * folder.
 */
#ifndef XF_REPORT_LINK_H
#define XF_REPORT_LINK_H

#include "worksheet.h"

/* 0, or -1 with xf_error(): the template has something else than %f, %l, %r
 * and %%, is no web address, or needs a revision that is not known. */
int link_check(const struct xf_worksheet_how *how, const char *recorded);

/* The address of a place; `how` was checked. Caller frees. */
char *link_make(const struct xf_worksheet_how *how, const char *recorded,
                const char *file, const char *line);

#endif
