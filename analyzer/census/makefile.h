/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Which Makefile line decides that a file is not compiled. Reads the folders'
 * Makefiles as text; makes no attempt to evaluate them. Private to this folder.
 */
#ifndef XF_MAKEFILE_H
#define XF_MAKEFILE_H

/* For `file`, relative to the hypervisor folder `root`: the lines that make the
 * file or a folder around it conditional, innermost first, "; " between, as
 * "path/Makefile: obj-$(CONFIG_FOO) += foo.o" and the ifeq blocks around each.
 * Which of them is false is not decided here. Without any, what was found
 * instead. Never NULL; caller frees. */
char *makefile_reason(const char *root, const char *file);

#endif
