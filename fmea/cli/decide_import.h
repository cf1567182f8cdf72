/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Edits that come back from a meeting, into the file of decisions: all of them
 * or none, with a line for each.
 */
#ifndef XF_DECIDE_IMPORT_H
#define XF_DECIDE_IMPORT_H

#include "edit.h"

struct decide_import {
    struct xf_edits edits;
    const char *file;      /* that they are from */
    const char *decisions; /* to change */
    const struct xf_identities *known;
    struct xf_store *store;
    const char *by, *date, *meeting; /* where an edit does not say */
    bool replace; /* take the imported one where both decide */
    bool quiet;   /* print what is refused only */
};

/* Whether a file holds edits, not decisions. 1, 0, or -1 with xf_error(). On 1
 * they are in `out`, to be freed with xf_edits_release(). */
int decide_import_read(struct xf_edits *out, const char *file);

/* 0, or -1 with xf_error(): nothing is taken. */
int decide_import_run(struct decide_import *import);

#endif
