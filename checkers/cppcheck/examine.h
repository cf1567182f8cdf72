/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Cppcheck on one translation unit: preprocess, prune, ask the cache or run
 * Cppcheck, read what it wrote. The result is text in the form of facts.h:
 *
 *   S  status detail                  'ok', 'broken' (Cppcheck gave it up),
 *                                     'failed', 'timeout'
 *   M  n                              site n of the list was found in it
 *   C  n part kind value bound line text
 *                                     a value, see table cppcheck_value
 *   W  id file line message           a finding that is shown
 *   K                                 came from the cache
 */
#ifndef XF_EXAMINE_H
#define XF_EXAMINE_H

#include "cppcheck.h"
#include "knowledge.h"
#include "values.h"

struct xf_unit_job {
    const struct xf_cppcheck_unit *unit;
    const struct xf_cppcheck *how;
    const struct xf_knowledge *knowledge;
    const char *version; /* of Cppcheck */
    const struct xf_wanted *wanted; /* sites to look at */
    size_t nwanted;
    const char *folder; /* an empty one for temporary files */
};

/* Never fails: what goes wrong is the status. */
void xf_unit_examine(struct xf_buf *result, const struct xf_unit_job *job);

#endif
