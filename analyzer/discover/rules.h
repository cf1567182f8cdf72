/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What data/clang/ says about compilers and about Xen's build system.
 */
#ifndef XF_RULES_H
#define XF_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct xf_arch {
    char *name;   /* Xen's name: XEN_TARGET_ARCH */
    char *folder; /* below arch/ */
    char *target; /* clang's --target */
    char *symbol; /* Kconfig symbol, with CONFIG_ */
    char **compilers; /* prefixes of cross compilers, NULL ended */
};

/* Lists of fnmatch(3) patterns, NULL ended; data/clang/ says what each
 * is for. */
struct xf_rules {
    char *gcc_version;
    char *options_header; /* of Kconfig's options, relative */
    char **gcc_only, **clang_only, **not_for_parsing, **gnu_as;
    char **wanted, **leftovers, **only_links, **steering;
    char **probes, **linked_scripts, **image_targets;
    struct xf_arch *archs;
    size_t narchs;
};

/* Read data/clang/ of the folder `data`. */
int xf_rules_load(struct xf_rules *out, const char *data);
void xf_rules_release(struct xf_rules *rules);

/* NULL when there is none of that name. */
const struct xf_arch *xf_rules_arch(const struct xf_rules *rules,
                                    const char *name);
/* The architecture that a .config is for; NULL when it does not say. */
const struct xf_arch *xf_rules_arch_of_kconfig(const struct xf_rules *rules,
                                               const char *kconfig);

/* Whether a relative `path` matches a pattern: one with a '/' is about '/' and
 * the path, one without about the base name. */
bool xf_rules_match_path(char *const *patterns, const char *path);

/* Whether line "SYMBOL=y" is in the text of a .config. */
bool xf_kconfig_is_set(const char *kconfig, const char *symbol);

#endif
