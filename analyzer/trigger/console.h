/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whether a message gets out where a site is: boot order against the call that
 * starts the console (data/xen/console.json). Private to this folder.
 */
#ifndef XF_TRIGGER_CONSOLE_H
#define XF_TRIGGER_CONSOLE_H

#include "condition.h"

struct console;

/* NULL with xf_error(). `kconfig`: the build's .config. */
struct console *console_load(struct program *p, const char *data_dir,
                             const char *kconfig);
void console_free(struct console *console);

/* "available", "not yet" (only run before), "both" (before and after),
 * "early only" and "early and later" when this build has an early console,
 * "firmware" when only the firmware's is there, "unknown". *why: the reason,
 * the caller's to free. */
const char *console_at(struct console *console, const struct site *site,
                       char **why);

#endif
