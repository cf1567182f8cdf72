/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where in one file the names occur and what the text around them says. Knows
 * no build and no database. Private to this folder.
 */
#ifndef XF_OCCURRENCE_H
#define XF_OCCURRENCE_H

#include "names.h"
#include "source.h"

enum place {
    PLACE_COMMENT,
    PLACE_STRING,
    PLACE_NOT_C,       /* preprocessor line, linker script */
    PLACE_MACRO,       /* being defined, or in a definition's body */
    PLACE_DECLARATION, /* of the function of that name */
    PLACE_MENTION,     /* neither of these nor a use */
    PLACE_USE,         /* reads as a call or an expansion */
    PLACE_GAS,         /* a use in the body of an assembler macro */
};

struct occurrence {
    uint32_t name;
    size_t offset;
    uint32_t line, col;
    enum place place;
    char *detail; /* evidence for `place`; "" for a use; for PLACE_GAS the
                     name of the assembler macro */
};

struct occurrences {
    struct occurrence *items; /* in order of offset */
    size_t len, cap;
};

/* Whether a file with this text can have any occurrence: a quick look that may
 * say yes too often, never no. */
bool occurrences_likely(const struct names *names, const char *text,
                        size_t len);

/* Find them all. `path` tells linker scripts from assembly. */
void occurrences_find(struct occurrences *out, const struct names *names,
                      const struct xf_source *src, const char *path);
void occurrences_clear(struct occurrences *list); /* keeps the memory */
void occurrences_release(struct occurrences *list);

#endif
