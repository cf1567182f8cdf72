/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The loaded form of data/xen/sites.json, for the checkers' own files.
 */
#ifndef XF_CATALOGUE_H
#define XF_CATALOGUE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "sites.h"

struct xf_list {
    const char **items; /* NULL ended */
    size_t len;
};

struct xf_frame_rule {
    int type;
    const char *kind, *macro;
};

struct xf_macro_rule {
    const char *name, *kind;
    const char *message; /* the frame's message says it is this; NULL: name */
    int frame;
    bool predicate; /* its argument is the condition */
};

struct xf_function_rule {
    const char *name, *kind;
};

struct xf_catalogue {
    cJSON *json; /* owns every string below */
    struct xf_frame_rule *frames;
    struct xf_macro_rule *macros; /* most specific first */
    struct xf_function_rule *functions;
    size_t nframes, frames_cap, nmacros, macros_cap, nfunctions, functions_cap;
    struct xf_list stops, census, debug_on, debug_off, trap_tables, parks;
    const char *frame_section, *frame_macro;
};

#endif
