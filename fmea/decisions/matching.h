/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Decisions and the sites of a scan: which decision is about which site now,
 * whether it still holds, and the same as tables for whoever reads the
 * database. The file of decisions stays what counts.
 */
#ifndef XF_MATCHING_H
#define XF_MATCHING_H

#include "decisions.h"
#include "map.h"
#include "pairing.h"
#include "store.h"

enum xf_decided { /* what the decisions say of a site */
    XF_DECIDED_NOT,   /* nothing: what there is is a proposal */
    XF_DECIDED_HOLDS,
    XF_DECIDED_MOVED, /* the same condition in another place: confirm it */
    XF_DECIDED_STALE, /* what was decided upon has changed */
    XF_DECIDED_OPEN   /* somebody looked and left it open */
};

/* "proposed", "decided", "moved", "stale", "open" */
extern const char *const xf_decided_names[];

struct xf_matching {
    const struct xf_decisions *list; /* NULL: none */
    const struct xf_identities *now;
    struct xf_identities sites;      /* of the decisions, parallel to the list */
    struct xf_pairing pairing;       /* olds: decisions, news: sites */
};

/* `list` (may be NULL) and `now` must stay as long as `out`. */
void xf_matching_make(struct xf_matching *out, const struct xf_decisions *list,
                      const struct xf_identities *now);
void xf_matching_release(struct xf_matching *matching);

/* The state of now->items[at]. *decision (if asked for) is the line about it,
 * NULL for XF_DECIDED_NOT. */
enum xf_decided xf_matching_state(const struct xf_matching *matching, size_t at,
                                  const struct xf_decision **decision);
/* Whether the site of list->items[at] is gone. */
bool xf_matching_gone(const struct xf_matching *matching, size_t at);

/* Write table decision anew; `list` NULL: nothing is decided. 0, or -1 with
 * xf_error(). */
int xf_decisions_record(struct xf_store *store,
                        const struct xf_decisions *list);

/* Add the ids of the sites that a proposed group has now. 0, or -1 with
 * xf_error(); a name that is no proposed group adds nothing. */
int xf_decisions_members(struct xf_map *site_ids, struct xf_store *store,
                         const char *group);

#endif
