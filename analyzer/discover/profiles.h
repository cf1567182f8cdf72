/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Configurations that have a name: data/profiles/.
 */
#ifndef XF_PROFILES_H
#define XF_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

struct xf_profile {
    char *name;
    char **archs;   /* fnmatch(3) patterns, NULL ended; none: every one */
    char *options;  /* lines of a .config: xf_discover.options */
    bool everything, seed;
};

struct xf_profiles {
    struct xf_profile *items; /* in the order of the files' names */
    size_t len, cap;
    char **left_alone; /* patterns of options that no plan turns over, NULL
                          ended, or NULL */
};

/* Read every file of data/profiles/. 0, or -1 with xf_error(). */
int xf_profiles_load(struct xf_profiles *out, const char *data);
void xf_profiles_release(struct xf_profiles *profiles);

bool xf_profile_fits(const struct xf_profile *profile, const char *arch);

/* The profile of that name for the architecture. NULL with xf_error() that
 * lists what there is. */
const struct xf_profile *xf_profiles_find(const struct xf_profiles *profiles,
                                          const char *name, const char *arch);

#endif
