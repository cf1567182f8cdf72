/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Assumptions of use and the triggers that they make impossible. A trigger is
 * a conjunction: when an assumption says that one of its decisions cannot
 * have gone that way, the site cannot fire. What has several ways (a
 * disjunction, an error with several producers) is only impossible when all
 * of them are. Private to this folder.
 *
 * Reads trigger_literal, trigger_producer; writes aou, aou_site.
 */
#ifndef XF_RATE_AOU_H
#define XF_RATE_AOU_H

#include "facts.h"

struct aou {
    const char *id, *category, *sentence, *rationale, *verify, *upstream;
    const char *state;        /* 'offered', 'upstream', 'accepted', 'withdrawn' */
    const cJSON *impossible;
};

struct aous {
    struct aou *items;
    size_t len, cap;
    cJSON **json;
    size_t njson, json_cap;
    cJSON *words; /* rules/words.json */
};

/* All files of DATA/aou and, when not NULL, the list "aous" of a safety
 * context; its "accepted" and "withdrawn" give their states. */
int aous_load(struct aous *out, const char *data_dir, const cJSON *context,
              const struct fact_names *names);
void aous_release(struct aous *aous);
struct aou *aous_find(const struct aous *aous, const char *id);

int aous_write(const struct aous *aous, struct xf_store *store);

/* Those that touch the trigger of `site`: rows of aou_site, and facts 'aou'
 * (those under which it cannot fire), 'aou_partly' (other ways remain),
 * 'aou_accepted' (of 'aou', those that are accepted or said upstream). */
int aous_match(const struct aous *aous, struct xf_store *store, int64_t site,
               struct facts *facts);

#endif
