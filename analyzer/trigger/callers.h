/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What must have been decided for the calls of the recorded paths to happen:
 * the conditions of a site's callers. Private to this folder.
 */
#ifndef XF_CALLERS_H
#define XF_CALLERS_H

#include "program.h"

/* Writes table trigger_call. 0, or -1 with xf_error(). */
int callers_write(struct program *p);

#endif
