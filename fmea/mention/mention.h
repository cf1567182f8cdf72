/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Stops as they are written, whatever the build: the invocations of Xen's
 * stop macros and functions in the text of one file. History needs them for
 * versions that nobody builds, triage for configurations that nobody scanned.
 *
 * Reads tables census, site; writes table mention.
 */
#ifndef XF_MENTION_H
#define XF_MENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "functions.h"
#include "hash.h"
#include "source.h"
#include "store.h"

struct xf_stop_name {
    const char *name, *kind;
    bool predicate; /* its argument is what is asserted or forbidden */
    bool stops;     /* false: a reaction that does not stop the host */
};

struct xf_stop_names; /* data/xen/sites.json, and reactions.json */

/* NULL with xf_error() when a file is missing or wrong. `reactions`: also the
 * names of data/xen/reactions.json. */
struct xf_stop_names *xf_stop_names_load(const char *data, bool reactions);
void xf_stop_names_free(struct xf_stop_names *names);
const struct xf_stop_name *xf_stop_names_find(const struct xf_stop_names *names,
                                              const char *text, size_t len);
/* Add all that they say. */
void xf_stop_names_hash(struct xf_hash *hash,
                        const struct xf_stop_names *names);
/* Whether any name occurs in the text, as a quick test. */
bool xf_stop_names_likely(const struct xf_stop_names *names, const char *text,
                          size_t len);

struct xf_mention {
    const struct xf_stop_name *name; /* owned by the names */
    uint32_t line, end_line, col;
    size_t offset;
    const char *function; /* owned by the ranges or the source; a macro's name
                             in its body; "" outside both */
    bool in_macro;
    char *text;           /* arguments, normal form of source.h; owned */
};

struct xf_mentions {
    struct xf_mention *items; /* in order */
    size_t len, cap;
};

/* Append those of `src`, whose functions are `ranges`. */
void xf_mentions_find(struct xf_mentions *out,
                      const struct xf_stop_names *names,
                      const struct xf_source *src,
                      const struct xf_ranges *ranges);
void xf_mentions_release(struct xf_mentions *mentions);

/* The text of a condition or message in the form in which two versions are
 * compared: no white space but between words, string literals joined. Caller
 * frees. */
char *xf_predicate_normal(const char *text);

/* Fill table mention: one row for every occurrence that the census counts as
 * a site, a macro's or another configuration's. `root` is the hypervisor
 * folder. 0, or -1. */
int xf_mentions_store(struct xf_store *store, const char *root,
                      const struct xf_stop_names *names);

#endif
