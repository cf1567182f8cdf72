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

/* "a\tb"; caller frees. */
char *join_key(const char *a, const char *b);

/* What an index has of a key: XF_MAP_NONE, its value, or JOIN_AMBIGUOUS. */
#define JOIN_AMBIGUOUS (UINT32_MAX - 1)
uint32_t join_index_get(const struct join_index *index, const char *key);

/* Functions and sites of the store. Each 0, or -1 with xf_error(). */
int join_load(struct join *j);
void join_unload(struct join *j);

/* The site that the text is today; NULL when it cannot be told. */
const struct join_site *join_site_today(struct join *j, const char *file,
                                        const char *function, const char *kind,
                                        const char *text);
/* The only site of the function with that text, or NULL. */
const struct join_site *
join_site_in_function(struct join *j, const char *file, const char *function,
                      const char *kind, const char *text);

/* Index the commits' rows; the facts are loaded. */
void join_read_commits(struct join *j);
const struct facts_row *join_commit(const struct join *j, const char *id);

/* The commit whose row is being joined. A row of table bug is only made for one
 * that has a place in this tree. */
struct join_subject {
    const char *commit;
    const char *what; /* class of the stop it took away, "" for none */
};

/* Row of table bug for the subject, made when first needed: *id, 0 when it is
 * none of this tree. */
int join_bug(struct join *j, const char *commit, const char *what, int64_t *id);
int join_add_place(struct join *j, struct join_subject of, const char *file,
                   const char *function, const char *class, const char *why);
int join_put_match(struct join *j, int64_t bug, const struct join_site *site,
                   const char *match, const char *class, const char *why);
int join_add_match(struct join *j, struct join_subject of,
                   const struct join_site *site, const char *match,
                   const char *class, const char *why);

/* What a row of facts speaks of: a function of a file as a commit had it. */
struct join_place {
    const char *file, *function;
    const struct facts_row *commit;
};

/* Today's place of a function: in its file, or in another one when there is
 * only one function of that name. Both strings live as long as `j`. */
bool join_place_today(struct join *j, const struct join_place *p,
                      const char **file);
/* Both files are of an architecture, and not of the same. */
bool join_other_architecture(const char *a, const char *b);
/* The commit is of one architecture only, and the file of another. */
bool join_is_foreign(const struct join *j, const char *commit,
                     const char *file);

/* The steps of the join, the best matches first. Each 0, or -1. */
int join_quotes(struct join *j);
int join_events(struct join *j);
int join_sites(struct join *j);
int join_touched(struct join *j);
int join_near(struct join *j);
int join_functions(struct join *j);
int join_hot_spots(struct join *j);

/* Fill site_history from bug and bug_site by data/ratings/history.json. */
int join_evidence(struct xf_store *store, const char *data);

#endif
