/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which options of a configuration a reason of the census speaks of.
 */
#ifndef XF_OPTIONS_H
#define XF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Calls `fn` for every Kconfig symbol in `reason` with the value that lets the
 * place be compiled. "#ifndef CONFIG_X at line 7", "#else (!defined(CONFIG_X))
 * at line 9" and "arch/x86/Makefile: obj-$(CONFIG_X) += x.o, inside ifneq
 * ($(CONFIG_Y),y)" are understood; what is numeric or has a macro's value is
 * not looked into. */
void xf_options_in(const char *reason,
                   void (*fn)(const char *symbol, size_t len, bool on,
                              void *payload),
                   void *payload);

/* The same for one expression whose symbols begin with `prefix`; "" is for
 * Kconfig's own expressions. */
void xf_options_scan(const char *expression, size_t len, const char *prefix,
                     bool negated,
                     void (*fn)(const char *symbol, size_t len, bool on,
                                void *payload),
                     void *payload);

#endif
