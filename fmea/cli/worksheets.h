/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The worksheets that a scan and a new rating leave beside the database.
 */
#ifndef XF_WORKSHEETS_H
#define XF_WORKSHEETS_H

struct xf_store;

/* Write worksheet.csv and worksheet.html of a rated database into a folder.
 * `root` is the hypervisor folder for the excerpts, which are kept in the
 * database; NULL: take them from there. 0, or -1 with xf_error() set. */
int worksheets_write(struct xf_store *store, const char *folder,
                     const char *root, const char *data);

#endif
