/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The history stage of a scan, with its options: past bugs at the sites, and
 * what triage looks up.
 */
#ifndef XF_SCAN_HISTORY_H
#define XF_SCAN_HISTORY_H

#include <argp.h>
#include <stdbool.h>

#include "hash.h"
#include "store.h"

struct scan_history {
    const char *folder, *events, *until;
    bool off;
};

/* Parser of the options; its input is a struct scan_history. */
extern const struct argp scan_history_argp;

/* Add what the stage's result depends on besides the tree's files and the data
 * folder. */
int scan_history_key(const struct scan_history *h, const char *root,
                     struct xf_hash *hash);

/* Run it behind the census. 0, or -1 with xf_error(). */
int scan_history_run(const struct scan_history *h, struct xf_store *store,
                     const char *root, const char *data);

#endif
