/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a site is, apart from where it is: parts that are kept separately, so
 * that a site can be found again after a file was renamed, a function split or
 * a line re-indented. A site id hashes some of them; here they are compared
 * one by one (pairing.h), and an id of an older scheme still leads to its site.
 *
 * Reads site, site_function, function, build and the source files; writes
 * identity.
 */
#ifndef XF_IDENTITY_H
#define XF_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "store.h"

/* Raise it when a part below is made in another way; then the parts that
 * changed are not compared with those of older records. */
#define XF_IDENTITY_VERSION 1

struct xf_identity {
    char *site_id;
    char *file, *function, *kind;
    char *text;       /* invocation, see xf_identity_compact() */
    char *conditions; /* as written, sorted, '\n' between; "" for none */
    char *message;
    char *guard;      /* conditions around it, ' / ' between */
    char *near;       /* two hashes, of the line before and the one behind */
    char *macros;
    int version;
    int order;        /* among those of equal file, function, kind and text, from 0 */
    int equals;       /* how many of those there are, with this one */
    int line, end_line; /* 0: not known, as in a decision */
};

struct xf_identities {
    struct xf_identity *items; /* ordered by file, line, site id */
    size_t len, cap;
};

/* Record the parts of every site in the database. `root` is the hypervisor
 * folder; a file that is not there costs its sites the parts that only the
 * text tells. 0, or -1 with xf_error(). */
int xf_identity_record(struct xf_store *store, const char *root);

/* Read them. 0, or -1 with xf_error(); `out` then is empty. */
int xf_identity_load(struct xf_identities *out, struct xf_store *store);

void xf_identity_release(struct xf_identity *identity);
void xf_identities_release(struct xf_identities *list);

/* C text reduced to what the compiler sees, for comparing: no comments, no
 * blanks but between words, adjacent strings joined, numbers in lower case
 * without suffix, no parentheses around the whole. Any bytes are accepted.
 * Caller frees. */
char *xf_identity_compact(const char *text);

#endif
