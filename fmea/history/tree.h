/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the scanned tree knows of itself: its version, the commits it has when
 * it is a clone, and where a file of an older version is today.
 */
#ifndef XF_HISTORY_TREE_H
#define XF_HISTORY_TREE_H

#include <stdbool.h>

#include "tables.h"
#include "map.h"

enum tree_has { TREE_UNKNOWN, TREE_YES, TREE_NO };

struct tree {
    const char *root;
    bool is_clone;
    struct xf_map ancestors; /* of a clone: ids of 12 digits */
    unsigned int number[3];  /* of a release: 4, 17, 5 */
    unsigned int behind;     /* commits behind it, "4.17.5+72": 72 */
    bool has_number;
    bool is_unstable;        /* before its first release */
    struct xf_map renames;   /* old file -> indices below */
    struct tree_move {
        const char *date, *from, *to; /* owned by the facts */
        size_t next;           /* of the same old file, SIZE_MAX: none */
    } *moves;
    size_t nmoves, moves_cap;
    size_t *first;           /* by index in renames */
    size_t first_cap;
    struct xf_map files;     /* asked for; exists[] runs parallel */
    bool *exists;
    size_t exists_cap;
};

/* `name` of the tree and `until` as in struct xf_history_join. `facts` must
 * outlive the tree. 0, or -1 with xf_error(). */
int tree_open(struct tree *tree, const struct facts *facts, const char *root,
              const char *name, const char *until);
void tree_release(struct tree *tree);

/* Whether the tree has the change of a row of table commits. */
enum tree_has tree_has(const struct tree *tree, const struct facts_row *commit);

/* Today's name of a file that had this one at `date`, or NULL when the tree
 * has neither. */
const char *tree_file(struct tree *tree, const char *file, const char *date);
/* The name under which a tree that is older than `date` has the file, or NULL
 * when it does not have it yet. */
const char *tree_file_before(struct tree *tree, const char *file,
                             const char *date);

#endif
