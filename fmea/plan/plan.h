/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The verification plan: which method fits a row of the worksheet, as cases
 * that serve many rows each; what coverage of the tests says about them.
 *
 * Reads v_worksheet (the rows that are shown), site, trigger, trigger_literal
 * and function; data/plan/methods.json. Functions returning int give 0, or -1
 * with xf_error() set.
 */
#ifndef XF_PLAN_H
#define XF_PLAN_H

#include <stdbool.h>

#include "buf.h"
#include "coverage.h"
#include "store.h"

struct xf_plan;

/* Make the plan of an open scan; `data` is the data folder. Free with
 * xf_plan_free(), NULL is fine. */
int xf_plan_load(struct xf_plan **out, struct xf_store *store,
                 const char *data);
void xf_plan_free(struct xf_plan *plan);

/* Say for every site what `coverage` has of its guard and of its stop. */
int xf_plan_measure(struct xf_plan *plan, struct xf_store *store,
                    const struct xf_coverage *coverage);

/* Append the plan. CSV: one record per case (RFC 4180). RST: the cases by
 * method; with coverage also the rationale of what did not run, and the gap. */
void xf_plan_csv(struct xf_buf *out, const struct xf_plan *plan);
void xf_plan_rst(struct xf_buf *out, const struct xf_plan *plan);
/* One record per site: what coverage has of it. Needs xf_plan_measure(). */
void xf_plan_coverage_csv(struct xf_buf *out, const struct xf_plan *plan);

#endif
