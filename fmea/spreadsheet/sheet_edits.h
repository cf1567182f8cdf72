/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The decisions in a spreadsheet that came back from people. Tables are found
 * by their header: a row with "Decision" and "site_id" or "decision_group",
 * whatever other columns there are and in which order they stand; "Rationale",
 * "AoU", "By", "Date" and "Meeting" may be missing. A row without a decision
 * says nothing. What is in a cell is text: of a formula the value that was
 * seen.
 */
#ifndef XF_SHEET_EDITS_H
#define XF_SHEET_EDITS_H

#include "edit.h"
#include "xlsx.h"

/* `place` of an edit is "SHEET row N"; what is wrong with a row is in `wrong`.
 * 0, or -1 with xf_error(), `out` then is empty: no such table, no such file. */
int xf_sheet_edits(struct xf_edits *out, const char *path);
/* The same for a book that is open; `name` is for messages. */
int xf_sheet_edits_read(struct xf_edits *out, struct xf_xlsx *book,
                        const char *name);

#endif
