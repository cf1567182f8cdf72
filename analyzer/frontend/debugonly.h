/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whether a preprocessor condition can only hold in a debug build: it is
 * evaluated for a release build and for a debug build, with unknown values.
 * Macros whose value depends on the build type are followed to their
 * definitions.
 */
#ifndef XF_DEBUGONLY_H
#define XF_DEBUGONLY_H

#include <stdbool.h>

#include "source.h"

struct xf_debug_symbols {
    /* Symbols that only debug builds define, respectively that only release
     * builds define; NULL ended. */
    const char *const *on, *const *off;
    /* The definition of a macro that the unit at hand sees, with its file;
     * NULL when there is none. May be NULL: no macro is known. */
    const struct xf_macro *(*definition)(void *payload, const char *name,
                                         const struct xf_source **src);
    void *payload;
};

/* True when the condition is certainly false in a release build and may hold
 * in a debug build. */
bool xf_debug_only(const char *condition,
                   const struct xf_debug_symbols *symbols);

#endif
