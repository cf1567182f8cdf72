/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the database says about places in files, loaded once and grouped by
 * file. Builds are numbered from 0 in order of their ids. Private to this
 * folder.
 */
#ifndef XF_EVIDENCE_H
#define XF_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "map.h"
#include "store.h"

struct spot {
    uint32_t build, line, col;
};

struct site_spot {
    struct spot at;
    uint32_t end_line;
    char *site_id;
    char *macro;  /* outermost expansion, "" for none */
    char *macros; /* all of them, " > " between */
    char *callee;
    char *debug;  /* the #if that confines it to debug builds, or "" */
    bool is_loop; /* endless loop or trap, from its line to end_line */
};

struct call_spot {
    struct spot at;
    char *file; /* that defines the function called, "" unknown */
};

struct range {
    uint32_t build, first, last;
};

struct file_evidence {
    struct site_spot *sites;
    size_t nsites, sites_cap;
    struct spot *expanded;
    size_t nexpanded, expanded_cap;
    struct spot *unexecuted; /* operands of sizeof and the like */
    size_t nunexecuted, unexecuted_cap;
    struct call_spot *calls; /* of functions that return, by a stop's name */
    size_t ncalls, calls_cap;
    struct range *inactive;
    size_t ninactive, inactive_cap;
    bool *read;       /* by build: some TU read the file */
    char **failed;    /* by build: status of its own TU when that is not ok */
};

struct evidence {
    struct xf_map files;
    struct file_evidence *items; /* parallel to files */
    size_t items_cap;
    int64_t *builds; /* ids, ascending */
    size_t nbuilds;
    struct xf_map *arches; /* by build: folders below arch/ that have a TU */
    struct xf_map *options; /* by build: Kconfig symbols that are on */
    struct xf_map live;   /* "build macro": a site of the build comes from it */
};

/* Instead of a build's number: any of them. */
#define ALL_BUILDS UINT32_MAX

int evidence_load(struct evidence *ev, struct xf_store *store);
void evidence_release(struct evidence *ev);

/* NULL when no table mentions the file. */
const struct file_evidence *evidence_file(const struct evidence *ev,
                                          const char *file);

/* The widest inactive range around `line` in that build, NULL when active. */
const struct range *evidence_inactive(const struct file_evidence *file,
                                      uint32_t build, uint32_t line);
bool evidence_expanded(const struct file_evidence *file, struct spot at);
bool evidence_unexecuted(const struct file_evidence *file, struct spot at);
const struct call_spot *evidence_call(const struct file_evidence *file,
                                      struct spot at);

/* Add all that is known of the file, which may be NULL. */
void evidence_hash(struct xf_hash *hash, const struct evidence *ev,
                   const struct file_evidence *file);

/* Whether the build has a TU in that folder below arch/. */
bool evidence_has_arch(const struct evidence *ev, uint32_t build,
                       const char *arch);

/* Whether a site of the build is made by the macro. */
bool evidence_is_live(const struct evidence *ev, uint32_t build,
                      const char *macro);

/* Whether `name` is one of the expansions in a site's `macros`. */
bool evidence_in_macros(const char *macros, const char *name);

#endif
