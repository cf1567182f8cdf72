/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The names that the census counts, and a quick test for them. Private to this
 * folder.
 */
#ifndef XF_NAMES_H
#define XF_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "store.h"

struct names {
    struct xf_map map;  /* name -> index into the arrays below */
    char **kinds;       /* kind of site that the name stands for */
    bool *is_function;  /* otherwise a macro */
    bool *is_instruction; /* parallel: counts in .S files only, as mnemonic */
    size_t cap;
    size_t longest;
    uint64_t lengths[256]; /* by first byte: bit n set for a name of n bytes,
                              bit 63 for all longer ones */
};

/* Macros and functions of data/xen/sites.json, then every function that table
 * function says stops the host. */
int names_load(struct names *names, struct xf_store *store, const char *data);
void names_release(struct names *names);

/* Index of the name that is exactly text[0 .. len-1], or XF_MAP_NONE. */
uint32_t names_find(const struct names *names, const char *text, size_t len);

#endif
