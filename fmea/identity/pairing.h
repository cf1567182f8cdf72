/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The sites of one version found again in another, in steps from the surest to
 * the vaguest; each match says which step found it and what has changed, so
 * that nothing decided for one site is ever applied to another unseen.
 *
 * Within a step, sites whose texts are equal are matched as a run, in order,
 * by what stands around them: a check added before an identical one does not
 * take the place of it.
 */
#ifndef XF_PAIRING_H
#define XF_PAIRING_H

#include <stdint.h>

#include "identity.h"

#define XF_NO_PAIR UINT32_MAX

enum xf_pair_how {
    XF_PAIR_NONE,
    XF_PAIR_SAME,     /* same file, function, kind and text */
    XF_PAIR_FILE,     /* the function is in another file */
    XF_PAIR_FUNCTION, /* same file, in another function */
    XF_PAIR_MOVED,    /* in another function and file */
    XF_PAIR_EDITED,   /* same place, other arguments */
    XF_PAIR_KIND      /* same place, another kind of stop */
};

/* What differs between two matched sites. */
enum {
    XF_CHANGED_CONDITION = 1, /* its own predicate */
    XF_CHANGED_MESSAGE = 2,
    XF_CHANGED_GUARD = 4,     /* conditions around it in the function */
    XF_CHANGED_KIND = 8,
    XF_UNSURE = 16            /* equal neighbours: it may be another of them */
};

/* What the match means for a decision. */
enum xf_carry {
    XF_CARRY_HOLDS,   /* the same site */
    XF_CARRY_CONFIRM, /* the same condition in another place */
    XF_CARRY_STALE    /* found, but what was decided upon has changed */
};

struct xf_pair {
    uint32_t other; /* index in the other list, or XF_NO_PAIR */
    enum xf_pair_how how;
    int score;      /* 0 to 100: how much of the parts agrees */
    unsigned int changes;
    bool displaced; /* same function and text, nothing around it agrees */
};

struct xf_pairing {
    struct xf_pair *olds, *news; /* parallel to the two lists */
};

void xf_pairing_make(struct xf_pairing *out, const struct xf_identities *olds,
              const struct xf_identities *news);
void xf_pairing_release(struct xf_pairing *pairing);

enum xf_carry xf_pair_carry(const struct xf_pair *match);

/* In words, for people: "moved from common/a.c f()"; caller frees. */
char *xf_pair_reason(const struct xf_pair *match,
                      const struct xf_identity *old,
                      const struct xf_identity *new);

/* "same", "file", "function", "moved", "edited", "kind"; "none" */
const char *xf_pair_name(enum xf_pair_how how);

#endif
