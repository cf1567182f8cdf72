/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The lines of the file of decisions with the revision at which each changed
 * last. Private to this folder.
 */
#ifndef XF_REVIEW_LEDGER_H
#define XF_REVIEW_LEDGER_H

#include <time.h>

#include "decisions.h"
#include "map.h"

/* "site ID" or "group NAME" as the line has it; caller frees. */
char *review_key(const struct xf_decision *d);

/* What a list of decisions holds: parallel arrays. */
struct snapshot {
    struct xf_map keys;
    char **lines; /* of the file, without the ',' */
    char **jsons; /* what clients get, without the revision */
    char **groups; /* key of the group that decides a site; NULL: it is itself
                      that does */
};

/* The lines; jsons are NULL. Parallel to the list, which has no key twice. */
void snapshot_make(struct snapshot *out, const struct xf_decisions *list);
/* Add the jsons, for which the list is matched with the sites of the scan. */
void snapshot_match(struct snapshot *snapshot, const struct xf_decisions *list,
                    const struct xf_identities *known);
void snapshot_release(struct snapshot *snapshot);
/* The line of a key, NULL for none. */
const char *snapshot_line(const struct snapshot *snapshot, const char *key);

struct ledger_item {
    char *line, *json; /* line NULL: not decided any more */
    char *first;       /* `line` when the session began; NULL: not decided */
    char *group;       /* as in a snapshot */
    double revision;   /* at which `json` changed, or its group's line */
    double decided;    /* at which `line` changed */
    int edit;          /* of this session, that touched it last; 0: none */
    time_t when;       /* of that edit */
};

struct ledger {
    struct xf_map keys;
    struct ledger_item *items; /* parallel to it */
    size_t cap;
    double revision;
};

/* Whether the snapshot's lines are those of the ledger. */
bool ledger_has(const struct ledger *ledger, const struct snapshot *snapshot);
/* Make it say what the snapshot says, jsons and all; what differs gets the next revision.
 * The first one is revision 1. */
void ledger_take(struct ledger *ledger, const struct snapshot *snapshot);
void ledger_release(struct ledger *ledger);
/* NULL when nothing was ever decided under that key. */
struct ledger_item *ledger_find(const struct ledger *ledger, const char *key);
/* Append the item as clients get it. */
void ledger_add_json(struct xf_buf *out, const struct ledger_item *item);

/* Two lines of which each may be NULL. */
bool ledger_differs(const char *a, const char *b);

/* A line back as a decision, at the end of `list`. 0, or -1 with xf_error(). */
int ledger_parse(struct xf_decisions *list, const char *line);

#endif
