/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What it would cost to return an error instead of stopping: whether every
 * caller up to the entry looks at the result, or how many functions would have
 * to learn to return one. Private to this folder.
 *
 * Reads tables function, call, call_use, entry, site_function and the fact
 * 'returns'; writes the facts 'callers' and 'price'.
 */
#ifndef XF_RATE_PRICE_H
#define XF_RATE_PRICE_H

#include "store.h"

/* One build, behind bodies_read(). */
int price_read(struct xf_store *store, int64_t build);

#endif
