/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A scanned version of the tree as the gate sees it: its sites with what is
 * said of them in each build.
 *
 * Reads v_sites, build, identity and meta.
 */
#ifndef XF_VERSION_H
#define XF_VERSION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "identity.h"
#include "map.h"

/* What may change of a site, as columns of v_sites. "" is "not known". */
enum xf_said {
    XF_SAID_DISPOSITION,
    XF_SAID_STATUS,
    XF_SAID_CONTEXTS,
    XF_SAID_CAUSE,
    XF_SAID_PRIORITY,
    XF_SAID_AOU,
    XF_SAID_RULE,
    XF_SAID_DEBUG,
    XF_SAID
};

extern const char *const xf_said_columns[XF_SAID];

struct xf_said_row {
    char *values[XF_SAID];
};

struct xf_version {
    char *path;             /* of the database */
    char *tree;             /* its name, for people */
    struct xf_map builds;   /* "arm64 debug" */
    struct xf_identities sites;
    struct xf_map rows;     /* "site-id arch build" */
    struct xf_said_row *said; /* parallel to rows */
    size_t said_cap;
};

/* `path`: a database, the folder that a scan wrote, or a worksheet as JSON
 * (NAME.json). 0, or -1 with xf_error(). Release whatever the result. */
int xf_version_load(struct xf_version *out, const char *path);
/* Whether a JSON file calls itself a worksheet, whatever else is wrong. */
bool xf_version_is_json(const char *path);
/* A worksheet of 'xenfmea report --format json'; `out` is zeroed. The second
 * takes its text; `name` is for messages. */
int xf_version_load_json(struct xf_version *out, const char *path);
int xf_version_parse_json(struct xf_version *out, const char *name,
                          const cJSON *json);
void xf_version_release(struct xf_version *version);

/* What is said of a site in a build; NULL when it does not exist there. */
const struct xf_said_row *xf_version_said(const struct xf_version *version,
                                          const char *site_id,
                                          const char *build);

/* Leave out the sites that exist in none of `builds`. */
void xf_version_restrict(struct xf_version *version,
                         const struct xf_map *builds);

#endif
