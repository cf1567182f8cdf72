/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Xen's own requirements: docs/fusa/reqs of newer trees, in the form of
 * OpenFastTrace. data/rules/requirements.json says which code they speak of; a
 * site is linked with a requirement only when the tree has it.
 *
 * Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_RATE_REQUIREMENTS_H
#define XF_RATE_REQUIREMENTS_H

#include <cjson/cJSON.h>

#include "facts.h"
#include "store.h"

struct requirement {
    char *id;     /* XenSwdgn~name~1 */
    char *title, *text;
    char *covers; /* ids, ", " between */
    int line;     /* of the id, from 1 */
};

/* Hand over every requirement of a file's text; anything may be in it. A
 * non-zero return of `found` ends it and is returned. */
typedef int requirement_fn(const struct requirement *requirement,
                           void *payload);
int requirements_parse(const char *text, requirement_fn *found, void *payload);

/* Write those of the tree to table requirement. `root`: the hypervisor folder;
 * a tree without any is no error. */
int requirements_read(struct xf_store *store, const char *root);

struct requirements {
    cJSON *json;
    struct xf_map present; /* ids that the tree has */
};

int requirements_load(struct requirements *out, const char *data_dir,
                      const struct fact_names *names, struct xf_store *store);
void requirements_release(struct requirements *r);
/* Write to table site_requirement those that speak of the site. */
int requirements_match(const struct requirements *r, struct xf_store *store,
                       int64_t site, const struct facts *facts);

#endif
