/* SPDX-License-Identifier: GPL-2.0-only
 *
 * An edit: what somebody decides about one site or one group, on whatever way
 * it comes in - the review server, the page's export, a spreadsheet. Its names
 * are those of the page: "by" and "date" are `who` and `when` of a decision.
 *
 * A site's edit decides that site. A group's edit decides the group's line and
 * makes its "sites", or those that the scan proposes for it now, its members,
 * each with the condition that it has now; a site that was decided by itself
 * keeps that decision, and one that joins the proposed group later is not
 * decided. Fields that an edit does not give stay as they are. An empty
 * disposition takes a decision back.
 *
 * Functions returning int give 0, or -1 with xf_error() set: what is wrong
 * without the place, which the caller knows.
 */
#ifndef XF_EDIT_H
#define XF_EDIT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "decisions.h"
#include "map.h"
#include "store.h"

/* Bytes of a text. */
#define XF_EDIT_MAX_TEXT 16384
#define XF_EDIT_MAX_NAME 256

enum xf_edit_field {
    XF_EDIT_SITE,
    XF_EDIT_GROUP,
    XF_EDIT_DISPOSITION,
    XF_EDIT_RATIONALE,
    XF_EDIT_AOU, /* ids, ',' or line end between */
    XF_EDIT_BY,
    XF_EDIT_DATE,
    XF_EDIT_MEETING,
    XF_EDIT_FIELDS
};

extern const char *const xf_edit_names[XF_EDIT_FIELDS];

struct xf_edit {
    char *texts[XF_EDIT_FIELDS]; /* NULL: not given */
    bool has_was;                /* the decision as it was when this was made */
    char *was[XF_EDIT_FIELDS];   /* NULL like "" */
    bool has_base;
    double base;  /* revision of the session at which it was made */
    char **sites; /* members of the group, NULL ended; NULL: not given */
    int place;    /* line or row that it is from */
};

void xf_edit_release(struct xf_edit *edit);

/* Set a field, as text that may hold anything: checked, line ends made '\n',
 * blanks around it removed, what a terminal would obey spelled out. */
int xf_edit_set(struct xf_edit *edit, enum xf_edit_field field,
                const char *text);

/* From a JSON object with the names above, "sites" (ids), "was" (such an
 * object, or null for not decided) and "base"; a "status" is the page's and
 * does not count. `out` is to be released after an error, too. */
int xf_edit_read(struct xf_edit *out, const cJSON *object);

/* Parse `len` bytes of JSON that others wrote: UTF-8, no NUL, one value and
 * nothing behind it. NULL with xf_error(). */
cJSON *xf_edit_json(const char *text, size_t len);

/* What was exported by the page without a server:
 *   {"format": "xenfmea-edits", "version": 1, "edits": [{...}, ...]}
 */
#define XF_EDITS_FORMAT "xenfmea-edits"
#define XF_EDITS_VERSION 1

struct xf_edits {
    struct xf_edit *items;
    size_t len, cap;
};

struct xf_edit *xf_edits_add(struct xf_edits *list);
void xf_edits_release(struct xf_edits *list);
/* `place` of each is its number from 1. `name` is for messages, which name the
 * place here. `out` is empty after an error. */
int xf_edits_parse(struct xf_edits *out, const char *name, const char *text,
                   size_t len);

/* ---- applying them ------------------------------------------------------ */

/* A list that edits are applied to, within xf_decisions_edit(). */
struct xf_editing {
    struct xf_decisions *list;
    const struct xf_identities *known; /* sites of the scan */
    struct xf_store *store;            /* the scan */
    const char *by, *date;             /* where an edit does not say */
    const char *meeting;
    struct xf_map moved;  /* ids of now whose decision has another id */
    char **decided_as;    /* parallel to it */
    struct xf_map stale;  /* ids, as decided */
};

void xf_editing_begin(struct xf_editing *e);
void xf_editing_end(struct xf_editing *e);

/* The line about what the edit is about, NULL for none. */
struct xf_decision *xf_editing_find(const struct xf_editing *e,
                                    const struct xf_edit *edit);

/* The text of a decision that goes by this name. */
const char *xf_edit_text(const struct xf_decision *d, enum xf_edit_field field);
/* Whether the texts that the edit gives are those of `d` already. */
bool xf_edit_same(const struct xf_edit *edit, const struct xf_decision *d);
/* Whether edit->was is what `d` (NULL: nothing) says. */
bool xf_edit_saw(const struct xf_edit *edit, const struct xf_decision *d);

struct xf_edit_done {
    size_t sites; /* that the edit decided */
    size_t kept;  /* of a group, that have a decision of their own */
};

/* Does the edit name something of this scan and say what is decided? */
int xf_editing_check(const struct xf_editing *e, const struct xf_edit *edit);
int xf_editing_apply(struct xf_editing *e, const struct xf_edit *edit,
                     struct xf_edit_done *done);

#endif
