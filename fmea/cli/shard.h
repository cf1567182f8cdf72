/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A part of a scan that another machine ran: the facts of some of its units,
 * with all that is needed to put the parts together again, in one file.
 * Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_SHARD_H
#define XF_SHARD_H

#include <stddef.h>

#include "discover.h"
#include "pool.h"

/* What the outputs call a unit. */
struct xf_unit_names {
    char *file, *command, *detail;
};

/* One build with units of it. */
struct xf_shard_build {
    struct xf_build *build;       /* arch, name, kconfig, failures; len
                                     commands, of which only `object` counts */
    struct xf_unit *units;        /* parallel to the commands */
    struct xf_unit_names *names;  /* likewise */
};

/* Write part `part` of `parts` (from 1): the units whose number, counted over
 * all builds, leaves part - 1 when divided by parts. `key` is what all parts
 * of all builds must agree in, `tree` the name of the tree. */
int xf_shard_write(const char *path, const char *key, unsigned int part,
                   unsigned int parts, const struct xf_shard_build *builds,
                   size_t n);

/* Whether unit `number` belongs to the part. */
static inline int xf_shard_has(unsigned int part, unsigned int parts,
                               size_t number)
{
    return !parts || number % parts == part - 1;
}

/* Put parts together. The files may be those of several scans (other
 * architectures, other configurations); each scan must be complete. Refused:
 * parts that do not belong together, that are there twice, or missing, and
 * those of another tree or another xenfmea than `key` says. The builds are in
 * order of architecture and name. */
int xf_shard_read(struct xf_shard_build **out, size_t *n, const char *key,
                  char *const *paths, size_t npaths);
void xf_shard_release(struct xf_shard_build *build);

#endif
