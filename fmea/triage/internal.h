/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/triage: the loaded index.
 */
#ifndef XF_TRIAGE_INTERNAL_H
#define XF_TRIAGE_INTERNAL_H

#include "format.h"
#include "map.h"
#include "triage.h"

struct entry {
    struct xf_stop_place stop;
    char *predicate;               /* in the normal form, "" for none */
    struct xf_format_text *format; /* of a message, or NULL */
    uint32_t file;                 /* in the index's files */
};

/* A file and the names that it had before. */
struct names {
    char **old;
    size_t len, cap;
};

struct xf_triage_index {
    struct entry *entries; /* rows first, then what is no row */
    size_t len, cap;
    struct xf_map inlined; /* "site_id function" of v_inliners */
    struct xf_map callers; /* "site_id function": calls the site's function,
                              which is static and may be inlined there in
                              another build */
    struct xf_map files;   /* of the entries; names[] runs parallel */
    struct xf_map bases;   /* of the files, without folders; shared[] parallel */
    bool *shared;          /* several files have that name */
    size_t shared_cap;
    struct names *names;
    size_t names_cap;
    char *version;
};

#endif
