/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What is a site: bug frames of the stopping types, and calls of functions
 * that never return and stop the host. The roots are data (data/xen/sites.json);
 * further stop functions are derived: a noreturn function all of whose ends
 * are stops is one itself.
 *
 * Reads tables witness, ending, function, call; writes site, site_function,
 * and function.stop_kind, function.stop_reason.
 */
#ifndef XF_SITES_H
#define XF_SITES_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct xf_catalogue; /* data/xen/sites.json, loaded */

/* NULL with xf_error() when the file is missing or wrong. */
struct xf_catalogue *xf_catalogue_load(const char *data);
void xf_catalogue_free(struct xf_catalogue *catalogue);

/* What the front end needs to know; all owned by `catalogue`, lists NULL ended. */
/* The ith frame type that stops: its number in facts and the symbol that gives
 * its number in a tree. 0 when there are no more. */
int xf_catalogue_frame(const struct xf_catalogue *catalogue, size_t i,
                       const char **macro, int *type);
const char *xf_catalogue_frame_section(const struct xf_catalogue *catalogue);
const char *const *
xf_catalogue_trap_tables(const struct xf_catalogue *catalogue);
const char *xf_catalogue_frame_macro(const struct xf_catalogue *catalogue);
const char *const *xf_catalogue_stops(const struct xf_catalogue *catalogue);
const char *const *xf_catalogue_census(const struct xf_catalogue *catalogue);
const char *const *xf_catalogue_debug_on(const struct xf_catalogue *catalogue);
const char *const *xf_catalogue_debug_off(const struct xf_catalogue *catalogue);

/* Make the sites of every build in the database. 0, or -1. */
int xf_sites(struct xf_store *store, const struct xf_catalogue *catalogue);

#endif
