/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Past bugs: extracted from a clone of Xen into facts (xf_history_update), and
 * the facts joined with the sites of a scanned tree (xf_history_join).
 */
#ifndef XF_HISTORY_H
#define XF_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "store.h"

struct xf_history_update {
    const char *repo;   /* clone of Xen */
    const char *folder; /* of the facts, read and written */
    const char *data;   /* data folder */
    void (*progress)(void *payload, size_t done, size_t total);
    void *payload;
};

/* What an update found, over all history. */
struct xf_history_counts {
    size_t commits;    /* that touch the hypervisor, merges left out */
    size_t read;       /* of these, read in this run */
    size_t backports;  /* of these, copies of another */
    size_t advisories; /* commits that are part of an advisory */
    size_t mentions;   /* commits that mention one */
    size_t xsas;       /* different advisories */
    size_t fixes;      /* commits with a Fixes: tag */
    size_t reverts;
    size_t quotes;     /* quoted crashes */
    size_t sites;      /* stops added, taken away or changed */
    size_t renames;
};

/* Bring the facts up to date. What was read before an interruption is not read
 * again. 0, or -1 with xf_error(); the facts are then as before. */
int xf_history_update(struct xf_history_counts *out,
                      const struct xf_history_update *how);

struct xf_history_join {
    const char *folder; /* of the facts */
    const char *events; /* file of recorded events, or NULL */
    const char *data;
    const char *root;   /* the hypervisor folder that was scanned */
    const char *name;   /* of the tree, may tell its version ("4.17.5+72") */
    const char *until;  /* only ancestors of this commit of the tree's clone
                           count; NULL: HEAD, when the tree is a clone */
};

/* Reads tables site, function, build; writes bug, bug_place, bug_site,
 * site_history, hot_spot, and meta xen_version and, of a clone, tree_revision. 0, or -1. */
int xf_history_join(struct xf_store *store, const struct xf_history_join *how);

/* The tree's version: XEN_FULLVERSION of its Makefile ("4.17.5",
 * "4.23-unstable"). Caller frees; "" when it has none. */
char *xf_history_version(const char *root);

/* A stop in a console log, whose site is known. */
struct xf_history_event {
    const char *id;       /* the same for the same log */
    const char *version;  /* of the Xen that printed it */
    const char *form;     /* "panic", "bug", "assert", "trap" */
    const char *file, *function, *kind;
    const char *text;     /* of the site as it is written: mention.text or, when
                             it has none, site.condition */
    unsigned int line;    /* as printed, 0: none */
};

/* Add it to a file of events, made when missing; the same event once. 0, or -1
 * with xf_error(): the file is then as before. */
int xf_history_record(const char *path, const struct xf_history_event *event);

/* What the tree's place says of its version: the last two folders of `root`.
 * Caller frees. */
char *xf_history_name(const char *root);

/* How many commits behind its release the tree is, as `name` tells ("+72"); 0
 * when it does not. */
unsigned int xf_history_behind(const char *root, const char *name);

/* Commit that the join of a clone stands at, "" when the tree is none. 0, or
 * -1 with xf_error() when `until` is no commit of it. Caller frees *tip. */
int xf_history_tip(char **tip, const char *root, const char *until);

#endif
