/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the tree itself says about its sites: comments SAF-<n>-safe with the
 * texts of docs/misra/safe.json (docs/misra/documenting-violations.rst), and
 * the files that docs/misra/exclude-list.json calls imported.
 */
#ifndef XF_JUSTIFY_H
#define XF_JUSTIFY_H

#include "identity.h"

struct xf_justify;

/* `root` is the hypervisor folder; a tree without docs/misra has nothing to
 * say. NULL with xf_error() when one of the files is there and is wrong. */
struct xf_justify *xf_justify_load(const char *root);
void xf_justify_free(struct xf_justify *justify);

/* The comment that justifies the site: "SAF-12-safe: text", or NULL. Only an
 * entry that speaks of xenfmea counts ("analyser": {"xenfmea": "any"} or a
 * list of kinds), or one that speaks of no analyser at all; for others
 * *remark says why the comment does not justify. Caller frees both. */
char *xf_justify_site(struct xf_justify *justify,
                      const struct xf_identity *site, char **remark);

/* Why the file is imported, or NULL; valid as long as `justify`. */
const char *xf_justify_imported(const struct xf_justify *justify,
                                const char *file);

#endif
