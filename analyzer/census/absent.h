/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What some build leaves out, with the reason: as records for the memo, and
 * from them into the database. Private to this folder.
 */
#ifndef XF_ABSENT_H
#define XF_ABSENT_H

#include "buf.h"
#include "fact.h"
#include "reason.h"

/* Records: site id, or line and column; number of the build; why, "" when the
 * build did not read the file, which is for the Makefiles to explain. */
#define ABSENT_SITE 'S'
#define ABSENT_OCCURRENCE 'O'

/* For the sites of the file that some build has and another does not. */
void absent_sites(struct xf_buf *rows, const struct file *file);
/* For an occurrence that is no site in any build. */
void absent_occurrence(struct xf_buf *rows, const struct file *file,
                       const struct occurrence *occ);

/* Write a record to site_absence or census_absence. 0, or -1. */
int absent_write(struct file *file, const struct xf_record *row);

#endif
