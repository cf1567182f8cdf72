/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/plan: the faults of a campaign while they are collected.
 */
#ifndef XF_PLAN_FAULTS_H
#define XF_PLAN_FAULTS_H

#include <cjson/cJSON.h>

#include "blob.h"
#include "map.h"
#include "store.h"

struct fault {
    const char *kind; /* "device tree", "memory", ... */
    char *machine;    /* options of QEMU that change, "" none */
    char *target, *basis;
    char *priority;         /* of the most urgent site */
    struct xf_map expected; /* site ids */
    struct xf_buf places;
};

struct faults {
    struct xf_store *store;
    cJSON *json; /* mutations.json */
    struct blob blob;
    struct xf_map keys; /* commands and machine; index into list */
    struct fault *list;
    size_t len, cap;
};

/* The site that is being looked at. */
struct target_site {
    int64_t id, build;
    const char *site_id, *file, *priority, *cause, *predicate, *origin;
    char *place;
};

/* Add a fault, or the site to one that is there. */
void fault_add(struct faults *faults, const struct target_site *site,
               const char *kind, const char *commands, const char *machine,
               const char *target, const char *basis);

/* reads.c: device tree reads that a chain "f() at file:line <- ..." names. */
int faults_from_chain(struct faults *faults, const struct target_site *site,
                      const char *chain);
/* others.c: memory, command line, modules, machine. */
int faults_others(struct faults *faults, const struct target_site *site);

/* Whether a text matches one of a list of globs. */
bool one_of(const cJSON *globs, const char *text);

#endif
