/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of the join: its state, and what follows for the rating.
 */
#ifndef XF_HISTORY_JOIN_H
#define XF_HISTORY_JOIN_H

#include "tables.h"
#include "history.h"
#include "map.h"
#include "mention.h"
#include "tree.h"

/* A text this long says by itself which stop it is. */
enum { JOIN_TELLING = 12 };

/* Lines of a function in which everything is near to everything. */
enum { JOIN_SHORT = 150 };

/* Keys to one value each; a key with several is ambiguous. */
struct join_index {
    struct xf_map keys;
    uint32_t *values;
    size_t cap;
};

struct join_site {
    char *site_id, *file, *function, *kind;
    char *text; /* facts_text() of the normal form */
};

struct join {
    struct xf_store *store;
    const struct xf_history_join *how;
    struct facts facts;
    struct tree tree;
    const char *newest;       /* date of the newest commit known */
    struct xf_map commit_ids; /* index: row of table commits */
    int64_t *bugs;            /* by that row; -1: none of this tree */
    struct xf_map names;      /* ids of copies too; name_rows[]: their row */
    size_t *name_rows, name_rows_cap;
    struct xf_map places;     /* "file\tfunction" that the tree has */
    struct xf_map strings;
    struct xf_map inlined;     /* "site_id function" of v_inliners */
    struct join_index by_name; /* function name: place */
    struct join_index by_base; /* file name without folders: in strings */
    struct join_index global;  /* the same for those that are not static */
    struct join_index by_exact, by_file, by_text; /* sites */
    struct join_site *sites;
    size_t nsites, sites_cap;
    struct join_site *others; /* of configurations that were not scanned */
    size_t nothers, others_cap;
};

/* Fill site_history from bug and bug_site by data/ratings/history.json. */
int join_evidence(struct xf_store *store, const char *data);

#endif
