/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Units on child processes, one each: what goes wrong in one costs only that
 * unit.
 */
#ifndef XF_WORKERS_H
#define XF_WORKERS_H

#include "examine.h"

/* Fill results[0..n) with the records of jobs[0..n). `folder` is a folder of
 * temporary files. 0, or -1 with xf_error() when no child can be started. */
int xf_cppcheck_workers(struct xf_buf *results, struct xf_unit_job *jobs, size_t n,
                     const char *folder);

#endif
