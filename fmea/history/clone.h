/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The commits of a clone that touch the hypervisor: their messages, which of
 * them are copies of another, the releases that have them.
 */
#ifndef XF_HISTORY_CLONE_H
#define XF_HISTORY_CLONE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "map.h"
#include "message.h"

enum { ID_BYTES = COMMIT_DIGITS + 1 };

struct commit {
    char id[ID_BYTES];
    char full[65];
    const char *date, *author, *subject, *text; /* owned by clone.log */
    struct message message;
    size_t canonical; /* index of the change that this is a copy of, or self */
    bool mainline, is_new, wanted;
    struct xf_buf releases, backports; /* of a canonical one; comma lists */
};

struct clone {
    const char *repo;
    const struct message_forms *forms;
    struct xf_buf log;
    struct commit *commits; /* oldest first */
    size_t len, cap;
    struct xf_map by_id;    /* ids of 12 digits: index */
    struct xf_map seen_releases;
    size_t copies;
};

/* Each 0, or -1 with xf_error(). In this order: */
int clone_check(const struct clone *clone); /* that it is one, and whole */
int clone_read_log(struct clone *clone);
int clone_mark_mainline(struct clone *clone);
/* Copies say where they come from; older ones only share subject and author. */
void clone_find_copies(struct clone *clone);
int clone_read_releases(struct clone *clone);
/* Set is_new of what none of the `len` commits in `seen` has as an ancestor. */
int clone_mark_new(struct clone *clone, const char *const *seen, size_t len);

void clone_release(struct clone *clone);

bool clone_has(const struct clone *clone, const char *ref);
/* Index of the commit with that id, which may be shorter than 12 digits;
 * SIZE_MAX when there is none. */
size_t clone_find(const struct clone *clone, const char *id);

#endif
