/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What must hold for a site to fire, in words, for `xenfmea explain`.
 */
#ifndef XF_SAY_TRIGGER_H
#define XF_SAY_TRIGGER_H

#include "buf.h"
#include "picture.h"
#include "store.h"

/* Appends the condition, its cause and verdict, the console, who made the
 * error, and what the callers decided. 0, or -1 with xf_error(). */
int say_trigger(struct xf_buf *text, struct xf_store *store,
                const struct xf_shown_site *site);

#endif
