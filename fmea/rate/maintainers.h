/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Xen's MAINTAINERS file: which section of it a file belongs to. Private to
 * this folder.
 */
#ifndef XF_RATE_MAINTAINERS_H
#define XF_RATE_MAINTAINERS_H

#include <stddef.h>

struct maintainers_section {
    char *name;   /* its title */
    char *people; /* M: lines, ", " between; "" none */
};

struct maintainers_pattern {
    char *text;
    size_t section;
    int excludes; /* X: instead of F: */
};

struct maintainers {
    struct maintainers_section *sections;
    size_t len, cap;
    struct maintainers_pattern *patterns;
    size_t npatterns, patterns_cap;
};

/* Read the text of the file. What is no section is passed over. */
void maintainers_read(struct maintainers *out, const char *text);
void maintainers_release(struct maintainers *m);

/* The section with the longest pattern that matches `file`, a path from the
 * top of the repository; NULL when there is none. */
const struct maintainers_section *maintainers_find(const struct maintainers *m,
                                                   const char *file);

#endif
