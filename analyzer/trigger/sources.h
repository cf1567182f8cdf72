/* SPDX-License-Identifier: GPL-2.0-only
 *
 * data/xen/sources.json: which functions, macros, variables and members bring
 * values in, and what causes them. Private to this folder.
 */
#ifndef XF_SOURCES_H
#define XF_SOURCES_H

#include <stdbool.h>

/* In order of precedence when several are equally near. */
enum cause {
    CAUSE_GUEST,
    CAUSE_TOOLSTACK,
    CAUSE_FIRMWARE,
    CAUSE_MEMORY,
    CAUSE_CONCURRENCY,
    CAUSE_HARDWARE,
    CAUSE_CONFIGURATION,
    CAUSE_INTERNAL,
    CAUSE_UNKNOWN,
    CAUSES
};

/* As in the worksheet. */
const char *cause_name(enum cause cause);

enum source_kind {
    SOURCE_FUNCTION,
    SOURCE_MACRO,
    SOURCE_GLOBAL,
    SOURCE_MEMBER,
    SOURCE_ASSEMBLY,
    SOURCE_PARAMETER,
    SOURCE_KINDS
};

struct source {
    const char *origin;
    enum cause cause;
    bool result, arguments; /* functions: what comes from there; members:
                               the value, what it points to */
    bool operands; /* it says nothing itself; what goes in does */
    bool memory;   /* only what is decided on the result itself comes from
                      there; a copy of it is what the memory held */
    bool never_null; /* an address that is computed, not looked for */
    bool excuse;     /* explains something when it holds, nothing when not */
    enum cause unrequested; /* where no request leads; CAUSE_UNKNOWN: nothing */
};

struct sources;

/* NULL with xf_error() when the file is missing or wrong. */
struct sources *sources_load(const char *data_dir);
void sources_free(struct sources *sources);

/* NULL when the name is not listed. Valid as long as `sources`. */
const struct source *sources_find(struct sources *sources,
                                  enum source_kind kind, const char *name);
/* Whose request control in that context serves: CAUSE_GUEST, CAUSE_TOOLSTACK,
 * or CAUSE_UNKNOWN for nobody's. */
enum cause sources_context(const struct sources *sources, const char *context);
/* Whether a parameter of that type names who asks, not what is asked for. */
bool sources_is_subject(const struct sources *sources, const char *type);
/* The nth record that describes command line parameters, or NULL. */
const char *sources_parameter_record(const struct sources *sources, int n);
/* What an error (a negative number) alone says, or NULL. */
const struct source *sources_error(struct sources *sources, long long value);

#endif
