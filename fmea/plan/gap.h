/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/plan: words for what coverage has of a site.
 */
#ifndef XF_PLAN_GAP_H
#define XF_PLAN_GAP_H

#include "cases.h"

/* By enum ran. */
extern const char *const guard_words[], *const stop_words[];

/* What is missing for a site; "" when nothing is. A stop that did not run is
 * no gap where the rationale says why it cannot, a guard that nobody evaluated
 * always is, unless its condition is proved impossible. */
const char *gap_of(const struct plan_site *site);

#endif
