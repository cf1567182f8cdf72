/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From what is known of a site to a proposal: keep, remove by an assumption of
 * use, or propagate; with the rule, its evidence, the failure modes and their
 * ratings. The knowledge is data: data/rules, data/aou, data/ratings, and the
 * safety context of a user over them.
 *
 * xf_rate_facts() reads what the stages before it found and the tree's
 * MAINTAINERS, requirements and Makefiles, and writes site_fact, call_use and
 * requirement. xf_rate()
 * makes everything else from these, and can run again alone on a database.
 */
#ifndef XF_RATE_H
#define XF_RATE_H

#include "hash.h"
#include "store.h"

/* `root`: the hypervisor folder. 0, or -1 with xf_error(). */
int xf_rate_facts(struct xf_store *store, const char *root,
                  const char *data_dir);

/* Add to a hash what xf_rate_facts() reads beside the hypervisor folder. */
int xf_rate_key(const char *root, struct xf_hash *h);

/* What a user says; all may be NULL. Lists are NULL ended, and come on top of
 * what the context says. */
struct xf_rate_options {
    const char *context;          /* file with the safety context */
    const char *const *accepted;  /* ids of assumptions of use */
    const char *const *withdrawn;
    const char *const *off;       /* options switched off: CONFIG_... */
};

/* What an earlier run proposed is replaced. 0, or -1 with xf_error(). */
int xf_rate(struct xf_store *store, const char *data_dir,
            const struct xf_rate_options *options);

#endif
