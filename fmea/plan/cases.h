/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of fmea/plan: the plan in memory. All texts are owned by the plan.
 */
#ifndef XF_PLAN_CASES_H
#define XF_PLAN_CASES_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "map.h"
#include "plan.h"

/* What a row offers to conditions ("when") and to sentences ({name}). */
enum field {
    FIELD_ROW_ID,
    FIELD_SITE_ID,
    FIELD_FILE,
    FIELD_LINE,
    FIELD_FUNCTION,
    FIELD_KIND,
    FIELD_MODE,
    FIELD_CAUSE,
    FIELD_PHASE,
    FIELD_FEASIBILITY,
    FIELD_DISPOSITION,
    FIELD_VERIFICATION,
    FIELD_PRIORITY,
    FIELD_PREDICATE,
    FIELD_ORIGIN,
    FIELD_SOURCE, /* the end of `origin`, the chain */
    FIELD_PLACE,
    FIELDS
};

extern const char *const field_names[FIELDS];

/* What coverage has of a guard or of a stop. */
enum ran { RAN_UNKNOWN, RAN_NO_DATA, RAN_NOT, RAN_YES };

struct plan_site {
    char *site_id, *place, *function, *kind, *priority;
    char *rationale; /* why the stop need not run, or what is to be done */
    bool gap;        /* the rationale says that a test is missing */
    bool proved;     /* infeasible: the guard need not be evaluated either */
    enum ran guard, stop;
    double guard_count;
};

struct plan_case {
    char *id, *text, *expected, *priority;
    int method;    /* index into methods */
    struct xf_buf rows, places, conditions; /* lists */
    uint32_t *sites; /* indices, each once */
    size_t nrows, nsites, cap;
};

struct method {
    const char *id, *title, *how; /* of `json` */
};

struct xf_plan {
    cJSON *json; /* methods.json */
    struct method *methods;
    int nmethods;
    struct xf_map keys; /* of cases */
    struct plan_case *cases;
    size_t ncases, cases_cap;
    struct xf_map site_keys; /* by site_id */
    struct plan_site *sites;
    size_t nsites, sites_cap;
    bool measured;
};

/* 0 for H; the greater the later. */
int priority_rank(const char *priority);

/* methods.c: check the file, fill `methods`. */
int methods_load(struct xf_plan *plan, const char *data);
/* First entry of a checked list ("rules", "gaps") of which all conditions
 * hold; the last always does. */
const cJSON *methods_match(const struct xf_plan *plan, const char *list,
                           char *const fields[FIELDS]);
int methods_find(const struct xf_plan *plan, const char *id);
/* Append a sentence with its {names} replaced. */
void methods_fill(struct xf_buf *out, const char *sentence,
                  char *const fields[FIELDS]);

#endif
