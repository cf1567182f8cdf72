/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XF_STOPS_H
#define XF_STOPS_H

#include "sites.h"

/* Fill function.stop_kind and stop_reason from the catalogue and by derivation. */
int xf_stops(struct xf_store *store, const struct xf_catalogue *catalogue);

#endif
