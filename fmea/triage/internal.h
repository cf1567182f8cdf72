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
};

struct xf_triage_index {
    struct entry *entries; /* rows first, then what is no row */
    size_t len, cap;
    struct xf_map inlined; /* "site_id function" of v_inliners */
    char *version;
};

#endif
