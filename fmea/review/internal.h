/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/review: the state of a session. Private to this folder.
 */
#ifndef XF_REVIEW_INTERNAL_H
#define XF_REVIEW_INTERNAL_H

#include <time.h>

#include "hash.h"
#include "ledger.h"
#include "session.h"

/* What one edit did to the file: before and after each line that it changed,
 * NULL for none. */
struct change {
    size_t editor;
    bool undone;
    struct xf_map keys;
    char **before, **after; /* parallel to it */
};

struct xf_session {
    char *path; /* of the decisions */
    bool seen;  /* it was there */
    struct xf_store *store;
    struct xf_identities known;
    char *by, *meeting;
    time_t began;
    struct ledger ledger;
    char *stamp;             /* times and sizes when the file was last read */
    time_t stamped;
    char print[XF_HASH_HEX]; /* its content then */
    char *trouble;           /* why it could not be read; "" */
    struct change *changes;
    size_t nchanges, changes_cap;
    int nedits;
};

#endif
