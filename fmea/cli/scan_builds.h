/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which builds a scan is to analyse: the options that say so, and the list
 * that they make.
 */
#ifndef XF_SCAN_BUILDS_H
#define XF_SCAN_BUILDS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

struct scan_builds {
    const char *archs;    /* comma lists, NULL: not given */
    const char *types, *profiles;
    const char **kconfigs; /* files; owned array */
    size_t nkconfigs, kconfigs_cap;
    bool all; /* plan builds that cover every site */
};

/* One build to make. Strings are owned; NULL where xf_discover takes none. */
struct scan_spec {
    char *arch, *name, *options, *kconfig;
    char *config; /* text of a whole .config */
    bool everything;
};

struct scan_specs {
    struct scan_spec *items;
    size_t len, cap;
};

/* Parser of the options; its input is a struct scan_builds. */
extern const struct argp scan_builds_argp;

/* The builds asked for, each once, ordered by architecture and name: two scans
 * that lock build folders must not wait for each other. Everything is the
 * debug build of arm64 when nothing is asked for. 0, or -1 with xf_error(). */
int scan_builds_list(struct scan_specs *out, const struct scan_builds *builds,
                     const char *data);
/* The builds that a plan begins with: of each architecture of the tree whose
 * hypervisor folder is `root`, or of those asked for, the seed profiles. */
int scan_builds_seeds(struct scan_specs *out, const struct scan_builds *builds,
                      const char *root, const char *data);
/* Append; the strings are copied. */
void scan_specs_add(struct scan_specs *specs, const struct scan_spec *spec);
void scan_specs_release(struct scan_specs *specs);
void scan_builds_release(struct scan_builds *builds);

#endif
