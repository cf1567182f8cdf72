/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The policy file: which findings fail, which warn. data/policy/default.json
 * describes the format. Functions returning int give 0, or -1 with xf_error().
 */
#ifndef XF_POLICY_H
#define XF_POLICY_H

#include "findings.h"

struct xf_policy;

/* NULL with xf_error() naming the file, the entry and the cure. */
struct xf_policy *xf_policy_load(const char *path);
void xf_policy_free(struct xf_policy *policy);

/* Level of a finding whose other members are set. */
enum xf_level xf_policy_level(const struct xf_policy *policy,
                              const struct xf_finding *finding);
/* What the project's rules say about that kind of site, "" for nothing; valid
 * as long as the policy. `source`: where it is written. */
const char *xf_policy_guideline(const struct xf_policy *policy,
                                const char *kind, const char **source);

#endif
