/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Many translation units on worker processes. A worker that crashes or hangs
 * costs the unit it was on: it is replaced and the unit is reported.
 */
#ifndef XF_POOL_H
#define XF_POOL_H

#include "frontend.h"

enum xf_unit_status {
    XF_UNIT_OK,       /* facts, without an error */
    XF_UNIT_ERRORS,   /* facts, but the compiler found errors */
    XF_UNIT_FAILED,   /* no facts: unreadable or refused */
    XF_UNIT_CRASHED,  /* no facts: the worker died */
    XF_UNIT_TIMEOUT   /* no facts: the worker was stopped */
};

struct xf_unit {
    struct xf_buf facts;
    enum xf_unit_status status;
    char *detail; /* first error, "" when ok; owned */
    int cached;   /* came from the cache */
};

struct xf_pool {
    unsigned int workers;  /* at least 1 */
    unsigned int seconds;  /* limit per unit */
    const char *cache_dir; /* NULL: none */
    unsigned long long cache_bytes; /* bound of the cache; 0: none */
    const char *key;       /* what besides command and files decides the facts:
                              versions, data */
    const char *options;   /* as xf_cache_set_options(), or NULL */
    void (*progress)(void *payload, unsigned int done, unsigned int total,
                     const char *file); /* may be NULL */
    void *payload;
    long peak_kib; /* out: largest memory of one worker, KiB */
    unsigned int parsed; /* out: units that were not in the cache */
};

/* Fill units[0..n) for tus[0..n), all of one build. 0, or -1 with xf_error()
 * when workers cannot be started at all. Free each with xf_unit_release(). */
int xf_pool_run(struct xf_unit *units, const struct xf_tu *tus, size_t n,
                const struct xf_frontend_options *options,
                struct xf_pool *pool);
void xf_unit_release(struct xf_unit *unit);

/* "ok", "errors", "failed", "crashed", "timeout" */
const char *xf_unit_status_name(enum xf_unit_status status);

#endif
