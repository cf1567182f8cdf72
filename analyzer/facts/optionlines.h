/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The header of all options of a configuration, which every unit reads: for
 * one unit only those count that some file it reads names, as Kbuild's fixdep
 * has it. Private to the cache.
 */
#ifndef XF_OPTIONLINES_H
#define XF_OPTIONLINES_H

#include <stdint.h>

#include "hash.h"
#include "map.h"

/* Numbers of options, each once. */
struct option_list {
    uint32_t *items;
    size_t len, cap;
};

struct options {
    struct xf_map names; /* CONFIG_X, of every file seen */
    struct option_line { /* of the header */
        uint32_t name;   /* XF_MAP_NONE: a line that always counts */
        char *text;
    } *lines;
    size_t nlines, lines_cap;
    uint32_t *mentioned; /* by name: stamp of the last unit that does */
    size_t mentioned_cap;
    uint32_t stamp;
};

/* Options that a text names anywhere. The list is cleared first. */
void options_scan(struct options *o, struct option_list *out, const char *text,
                  size_t len);
/* Read the header. */
void options_header(struct options *o, const char *text);
/* A new unit; then what its files name; then hash what counts for it. */
void options_begin(struct options *o);
void options_mention(struct options *o, const struct option_list *list);
void options_hash(const struct options *o, struct xf_hash *hash);
void options_release(struct options *o);

#endif
