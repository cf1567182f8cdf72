/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The facts cache. An entry is found by the command line of a translation unit
 * and the content of every file that it read the last time (of the header of
 * all options: of the lines that matter), so a hit is exact: no time stamps are
 * trusted. A file of the same base name that appears
 * anywhere in the tree makes a miss, because an #include might now find it.
 * The cache never fails: what cannot be read or written is a miss. Any number
 * of processes on any number of machines may share one: every file in it is
 * complete from the moment that it has its name.
 */
#ifndef XF_CACHE_H
#define XF_CACHE_H

#include <stdbool.h>

#include "buf.h"

struct xf_cache;

/* `dir` is created when missing. `source` and `objects` are the roots that the
 * paths in facts are relative to. Free with xf_cache_free(). */
struct xf_cache *xf_cache_new(const char *dir, const char *source,
                              const char *objects);
void xf_cache_free(struct xf_cache *cache);

/* `header` (relative, as in facts) defines the options of the configuration,
 * one a line: for a unit only those lines count whose option some file that it
 * reads names. So builds that differ in other options share its facts. Before
 * the first use. */
void xf_cache_set_options(struct xf_cache *cache, const char *header);

/* Where the facts for `key` (any text) are stored if every file is as it was,
 * else NULL. Caller frees. */
char *xf_cache_find(struct xf_cache *cache, const char *key);
/* Read them into an empty buffer; false, which leaves it empty, when they are
 * gone or damaged. */
bool xf_cache_load(const char *path, struct xf_buf *facts);

/* Remove what was used longest ago until no more than `bytes` are left; a little
 * more goes, so that not every run has to. Others may use the cache meanwhile:
 * what is taken from under them is a miss. */
void xf_cache_trim(struct xf_cache *cache, unsigned long long bytes);

/* Store facts. Files changed since the cache was opened are a reason not to. */
void xf_cache_put(struct xf_cache *cache, const char *key,
                  const struct xf_buf *facts);

#endif
