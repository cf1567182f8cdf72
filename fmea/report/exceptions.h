/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reactions that hit one guest, as an interface document.
 */
#ifndef XF_REPORT_EXCEPTIONS_H
#define XF_REPORT_EXCEPTIONS_H

struct xf_store;

/* Write reStructuredText to `path`, whole or not at all; NULL: to the standard
 * output. `data`: the data folder. 0, or -1 with xf_error(). */
int xf_exceptions_write(struct xf_store *store, const char *data,
                        const char *path);

#endif
