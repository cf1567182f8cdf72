/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What people decided about sites, in a text file under their version control:
 *
 *   {"format": "xenfmea-decisions 1", "decisions": [
 *   {"site": "XF-0123456789ab", "file": "common/a.c", ..., "disposition": "keep", ...},
 *   {"end": true}]}
 *
 * One decision a line, sorted, no line numbers of the source; the last entry
 * is there so that no other line ever changes for want of a comma. A folder of
 * such files (*.json) serves as well, one per subsystem. Sites of a decision
 * made for many carry the id of a group, whose own line has no site; a group
 * never takes in a site by itself.
 *
 * The reader takes any layout of the JSON but nothing else: a file that it
 * does not understand to the last field is refused as a whole, and so is never
 * written over. Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_DECISIONS_H
#define XF_DECISIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "hash.h"
#include "identity.h"

#define XF_DECISIONS_FORMAT "xenfmea-decisions 1"
#define XF_DECISIONS_FILE "fmea-decisions.json"

struct xf_decision {
    struct xf_identity site; /* as it was when decided; site_id "" for a
                                group's own line */
    char *group;             /* id, "" for none */
    char *disposition;       /* see xf_disposition_known(); "" in a member of a
                                group: as the group */
    char *rationale, *aou;   /* aou: ids, ", " between */
    char *who, *when, *meeting;
    char *action, *owner, *status; /* what is to be done, by whom, how far */
    char *path;              /* file it is from; NULL: not in one yet */
    int line;                /* in that file */
};

struct xf_decisions {
    struct xf_decision *items;
    size_t len, cap;
};

/* keep, remove-by-AoU, propagate, domain-crash, not-applicable, open */
bool xf_disposition_known(const char *disposition);
/* The names above as one text, for messages. */
extern const char xf_dispositions[];

/* Read a file or folder, which must exist. `out` is empty after an error. */
int xf_decisions_load(struct xf_decisions *out, const char *path);
/* The same for text in memory; `name` is for messages. */
int xf_decisions_parse(struct xf_decisions *out, const char *name,
                       const char *text, size_t len);
void xf_decisions_release(struct xf_decisions *list);
void xf_decision_release(struct xf_decision *decision);

/* A new decision with every text "" at the end of the list; valid until the
 * next one is added. */
struct xf_decision *xf_decisions_add(struct xf_decisions *list);
/* Set a member to a copy of `text`. */
void xf_decision_set(char **member, const char *text);
/* Copy the parts of a site into a decision. */
void xf_decision_set_site(struct xf_decision *decision,
                          const struct xf_identity *site);

/* The decision on a site, or the line of a group; NULL for none. */
struct xf_decision *xf_decisions_find(const struct xf_decisions *list,
                                      const char *site_id);
struct xf_decision *xf_decisions_group(const struct xf_decisions *list,
                                       const char *group);
/* The one whose disposition and rationale count: the decision itself, or the
 * line of its group. Never NULL. */
const struct xf_decision *xf_decision_effective(
    const struct xf_decisions *list, const struct xf_decision *decision);

/* The sites of all decisions as a list to match (pairing.h), parallel to
 * list->items; the texts stay those of `list`. Free items with free(). */
struct xf_identities xf_decisions_sites(const struct xf_decisions *list);

/* Append the file that holds the decisions of `path` (all if NULL). */
void xf_decisions_print(struct xf_buf *out, const struct xf_decisions *list,
                        const char *path);

/* A hash of all that xf_decisions_load() would read; a missing file counts as
 * an empty one. */
int xf_decisions_fingerprint(char hex[XF_HASH_HEX], const char *path);

/* Change what is in a file or folder: lock it against other writers, read it,
 * let `edit` change the list, and write the files that became different, each
 * whole or not at all. When a program that knows nothing of the lock has
 * changed something in between, nothing is written and that is an error. A missing one is an empty one. `edit` returns 0, or -1
 * with xf_error(): then nothing is written. */
typedef int xf_decisions_edit_fn(struct xf_decisions *list, void *payload);
int xf_decisions_edit(const char *path, xf_decisions_edit_fn *edit,
                      void *payload);

#endif
