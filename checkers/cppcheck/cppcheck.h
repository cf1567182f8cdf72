/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Cppcheck as a second witness for the conditions of sites: what its ValueFlow
 * knows of them, and messages at the sites. Evidence only: no verdict changes
 * by it. What Cppcheck cannot do with a unit is a row, never an error.
 *
 * Reads tables tu, site, function, witness, trigger; writes cppcheck_unit,
 * cppcheck_value and cppcheck_finding.
 */
#ifndef XF_CPPCHECK_H
#define XF_CPPCHECK_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "store.h"

/* A translation unit of C; all borrowed. */
struct xf_cppcheck_unit {
    const char *name;    /* main file, as in table tu */
    const char *object;  /* likewise */
    const char *dir, *file; /* working folder and main file, absolute */
    const char *source, *objects; /* roots that names are relative to */
    const char *const *argv; /* arguments of clang */
    size_t argc;
    const char *places; /* from xf_cppcheck_places(), never NULL */
    const char *reads;  /* from xf_cppcheck_reads(), never NULL */
};

/* Where else than in its main file `name` the unit with these facts (facts.h)
 * may have sites: "file:line" a line. */
void xf_cppcheck_places(struct xf_buf *out, const struct xf_buf *facts,
                        const char *name);

/* The files that the unit with these facts read, a line each. */
void xf_cppcheck_reads(struct xf_buf *out, const struct xf_buf *facts);

struct xf_cppcheck {
    const char *data;
    const char *clang;
    const char *cache_dir;  /* of this stage alone */
    const char *version;    /* from xf_cppcheck_version() */
    const char *data_hash;  /* set by xf_cppcheck() itself */
    unsigned int jobs, seconds; /* limit for one unit */
    void (*progress)(void *payload, unsigned int done, unsigned int total,
                     const char *file); /* may be NULL */
    void *payload;
    unsigned int examined, cached; /* out: units; those that the cache knew */
};

/* The version of the cppcheck in PATH, "2.10"; the caller frees. NULL with
 * xf_error() when there is none, or none that will do. */
char *xf_cppcheck_version(const char *data);

/* Examine the units of build `build` (row of table build) that hold sites.
 * Every site is looked at in the units whose main file it is in; one of a
 * header in one unit that compiles it. 0, or -1 with xf_error(). */
int xf_cppcheck(struct xf_store *store, int64_t build,
                const struct xf_cppcheck_unit *units, size_t n,
                struct xf_cppcheck *how);

#endif
