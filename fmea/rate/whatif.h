/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What if: the same sites proposed under other assumptions, compared with what
 * the database says. Works on a store from xf_store_scratch().
 */
#ifndef XF_WHATIF_H
#define XF_WHATIF_H

#include "buf.h"
#include "rate.h"

/* Rate anew and append what changed: the sites that fall away or come back,
 * counted by context, and those that an assumption touches and that stay, each
 * with the reason. */
int xf_whatif(struct xf_buf *out, struct xf_store *store, const char *data_dir,
              const struct xf_rate_options *options);

/* Append the assumptions and options that take away most sites, each counted
 * without those of the ones before it; at most `most`. */
int xf_whatif_rank(struct xf_buf *out, struct xf_store *store,
                   const char *data_dir, const char *context,
                   unsigned int most);

/* Append the catalogue. */
int xf_whatif_list(struct xf_buf *out, struct xf_store *store,
                   const char *data_dir, const char *context);

#endif
