/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/decisions: the members of a decision as a table, so that
 * reading and writing cannot disagree.
 */
#ifndef XF_DECISIONS_FIELDS_H
#define XF_DECISIONS_FIELDS_H

#include <stddef.h>

#include "decisions.h"

enum decision_type {
    DECISION_TEXT,
    DECISION_NUMBER, /* int, not negative */
    DECISION_LINES,  /* array of texts, '\n' between in memory */
    DECISION_LIST    /* array of texts, ", " between in memory */
};

struct decision_field {
    const char *name;
    enum decision_type type;
    size_t offset;
};

/* In the order of a line. */
extern const struct decision_field decision_fields[];
extern const size_t decision_nfields;

static inline char **decision_text(struct xf_decision *d,
                                   const struct decision_field *field)
{
    return (char **)((char *)d + field->offset);
}

static inline int *decision_number(struct xf_decision *d,
                                   const struct decision_field *field)
{
    return (int *)((char *)d + field->offset);
}

/* XF-0123456789ab, or with -2 behind it. */
bool decision_is_site_id(const char *id);
/* YYYY-MM-DD, or with a time behind it. */
bool decision_is_date(const char *text);
/* Bytes of a well-formed UTF-8 sequence (RFC 3629), 0 for none. */
size_t decision_utf8(const unsigned char *s, size_t left);

#endif
