/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A review meeting: the decisions as several people see and change them at
 * once. What counts is the file of decisions: every edit reads it under its
 * lock, and it is on the disk before the edit is answered. Others may change
 * the file meanwhile; what they changed gets a new revision like an edit.
 *
 * Revisions are numbers from 1. A decision carries the one at which it changed
 * last, and an edit says which one it was made at: if the decision is newer,
 * the edit is refused and the decision is shown instead.
 *
 * Answers are JSON, an object without the last brace being of no use to
 * anybody else. Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_SESSION_H
#define XF_SESSION_H

#include <stdbool.h>

#include "buf.h"
#include "edit.h"

struct xf_session;

struct xf_session_how {
    const char *decisions; /* file or folder; may not exist yet */
    const char *db;        /* the scan */
    const char *by, *meeting; /* where an edit does not say; "" */
};

int xf_session_open(struct xf_session **out, const struct xf_session_how *how);
void xf_session_close(struct xf_session *session);

/* Take in what others did to the file. After an error, which
 * xf_session_trouble() keeps, the decisions are the last that could be read,
 * and edits are refused. */
void xf_session_refresh(struct xf_session *session);
const char *xf_session_trouble(const struct xf_session *session);
double xf_session_revision(const struct xf_session *session);

/* Append {"revision": n, "decisions": [...]} with what is newer than `since`;
 * what is not decided any more has the disposition "". A revision that this
 * session did not have yet counts as 0. */
void xf_session_changes(struct xf_buf *out, const struct xf_session *session,
                        double since);

enum xf_outcome {
    XF_OUTCOME_DONE,
    XF_OUTCOME_WRONG,    /* the edit itself; xf_error() is set */
    XF_OUTCOME_CONFLICT, /* somebody else was there before */
    XF_OUTCOME_NOTHING,  /* to undo */
    XF_OUTCOME_TROUBLE   /* with the file; xf_error() is set */
};

/* Append the answer, for done and conflict: {"revision": n, "current": the
 * decision as it is}. `editor`, any number, is who may undo it. */
enum xf_outcome xf_session_edit(struct xf_buf *out, struct xf_session *session,
                                const struct xf_edit *edit, size_t editor);
/* Take back the last edit of `editor` that is not taken back yet. When what it
 * decided was changed since, that is a conflict. */
enum xf_outcome xf_session_undo(struct xf_buf *out, struct xf_session *session,
                                size_t editor);

/* Append what was decided since the session began, as text for people. */
void xf_session_minutes(struct xf_buf *out, const struct xf_session *session);

#endif
