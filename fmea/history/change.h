/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a commit does to functions and stops, from both versions of the files
 * that it touches. Comments, white space and moved lines are no change.
 */
#ifndef XF_HISTORY_CHANGE_H
#define XF_HISTORY_CHANGE_H

#include "map.h"
#include "mention.h"
#include "patch.h"

/* What became of a stop. */
enum change_class {
    CHANGE_ADDED,
    CHANGE_HANDLED,      /* the case is handled now: an error, a retry, ... */
    CHANGE_DOMAIN_CRASH, /* only the guest is stopped */
    CHANGE_REMOVED,
    CHANGE_WEAKENED,     /* fatal in fewer builds, or only logged */
    CHANGE_STRENGTHENED, /* fatal in more builds, or more is checked */
    CHANGE_REWRITTEN,    /* still fatal: other words, narrowed, moved */
    CHANGE_GONE,         /* went away together with its function */
    CHANGE_CLASSES
};

/* A stop on one side of a commit. Owned strings. */
struct change_stop {
    const struct xf_stop_name *name;
    char *path, *function;
    char *text;        /* in the normal form of xf_predicate_normal() */
    char *guard;       /* what stands before it, "if(x)", in the same form */
    size_t file;       /* number of the file in the commit */
    uint32_t group;    /* change that it is part of */
    uint32_t line;
    bool used;         /* has found its partner */
    bool function_stays; /* the other side has the function too */
};

struct change_site {
    enum change_class class;
    const struct change_stop *old, *new; /* NULL: none on that side */
};

struct change_touch {
    char *path;
    char *functions; /* comma list, sorted; "" for the file scope alone */
};

/* A stop that stays, with the number of lines between it and the nearest
 * changed one of its function. */
struct change_near {
    const struct xf_stop_name *name;
    char *path, *function, *text;
    uint32_t lines;
};

/* Stops farther away are not near. */
#define CHANGE_NEAR 60

/* How much a change adds of what handling an error looks like: occurrences on
 * the new side minus those on the old. */
struct change_adds {
    int returns, jumps, ifs, choices, errors, prints, crashes;
    int lines;              /* on the new side */
};

struct change_weights {
    struct change_adds *groups; /* by number */
    uint32_t ngroups;
    struct xf_map words;    /* "GROUP WORD": identifiers in added lines */
};

struct change_stops {
    struct change_stop *items;
    size_t len, cap;
};

struct change {
    const struct xf_stop_names *names;
    bool is_bug; /* the fix of one: find touched functions, not only stops */
    struct change_stops old, new; /* those in changed lines */
    struct change_site *sites;
    size_t nsites, sites_cap;
    struct change_touch *touches;
    size_t ntouches, touches_cap;
    struct change_near *near;
    size_t nnear, near_cap;
    struct change_weights *weights; /* by file */
    size_t nfiles, files_cap;
};

void change_begin(struct change *change, const struct xf_stop_names *names,
                  bool is_bug);
void change_file(struct change *change, const struct patch_file *file);
/* Find the partners; sites and touches are then whole. */
void change_end(struct change *change);
void change_release(struct change *change);

const char *change_class_name(enum change_class class);

#endif
