/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Single faults in what configures a boot on Arm, each with the site that is
 * expected to stop it: from the functions that the chain of a trigger ends in,
 * the texts that are given to them, and the device tree that is there.
 *
 * Reads site, trigger, trigger_literal, trigger_producer, function, body,
 * variable and v_worksheet; data/plan/mutations.json. A prediction, no proof:
 * another check may come first.
 */
#ifndef XF_CAMPAIGN_H
#define XF_CAMPAIGN_H

#include "buf.h"
#include "store.h"

/* Append the cases as CSV (RFC 4180) for the device tree in the file `dtb`;
 * `data` is the data folder. 0, or -1 with xf_error(). */
int xf_campaign_csv(struct xf_buf *out, struct xf_store *store,
                    const char *data, const char *dtb);

#endif
