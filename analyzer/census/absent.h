/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Sites that some build has and another does not, with the reason. Private to
 * this folder.
 */
#ifndef XF_ABSENT_H
#define XF_ABSENT_H

#include "reason.h"

/* Write site_absence for the sites of the file. 0, or -1. */
int absent_sites(struct file *file);
/* Write census_absence for an occurrence that is no site in any build. */
int absent_occurrence(struct file *file, const struct occurrence *occ);

#endif
