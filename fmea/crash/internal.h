/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/crash: the loaded forms, and how one is tried on a line.
 */
#ifndef XF_CRASH_INTERNAL_H
#define XF_CRASH_INTERNAL_H

#include <cjson/cJSON.h>
#include <regex.h>

#include "crash.h"

enum what {
    WHAT_ASSERT,
    WHAT_BUG,
    WHAT_WARN,
    WHAT_PANIC,
    WHAT_TRAP,
    WHAT_BANNER,
    WHAT_PC,
    WHAT_TRACE,
    WHAT_FRAME,
    WHAT_FAULT,
    WHAT_END,
    WHAT_ORDERLY,
    WHAT_VERSION,
    WHAT_CHANGESET,
    WHAT_BUILD_ID,
    WHAT_KEY,
    WHAT_GUEST_DUMP,
    WHAT_NONE
};

enum group {
    GROUP_PREDICATE,
    GROUP_FILE,
    GROUP_LINE,
    GROUP_CPU,
    GROUP_MESSAGE,
    GROUP_SYMBOL,
    GROUP_VERSION,
    GROUP_ARCH,
    GROUP_DEBUG,
    GROUPS
};

struct form {
    enum what what;
    const char *has;
    const char *arch_is, *functions;
    regex_t regex;
    int groups[GROUPS]; /* number in the pattern, 0: none */
};

struct arch_hint {
    const char *has, *arch;
};

struct xf_crash_grammar {
    cJSON *json; /* owns the strings */
    const char *prefix;
    regex_t guest;
    bool has_guest;
    struct form *forms;
    size_t nforms, forms_cap;
    struct arch_hint *hints;
    size_t nhints, hints_cap;
};

struct match {
    const struct form *form; /* NULL: no form fits */
    const char *line;
    regmatch_t at[10];
};

/* The first form that fits; match->form is NULL when none does. */
void crash_match(struct match *out, const struct xf_crash_grammar *grammar,
                 const char *line);
/* Text of a group, "" when the form has none. Caller frees. */
char *crash_group(const struct match *match, enum group group);

#endif
