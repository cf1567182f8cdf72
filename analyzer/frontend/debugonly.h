/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whether a preprocessor condition can only hold in a debug build: it is
 * evaluated in three values for a release build, where the debug symbols are
 * known to be off and everything else is unknown.
 */
#ifndef XF_DEBUGONLY_H
#define XF_DEBUGONLY_H

#include <stdbool.h>

/* `on` lists symbols that only debug builds define, `off` those that only
 * release builds define; both NULL ended. True when the condition is certainly
 * false in a release build. */
bool xf_debug_only(const char *condition, const char *const *on,
                   const char *const *off);

#endif
