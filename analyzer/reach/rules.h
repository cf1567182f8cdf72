/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What data/xen says about entries, contexts and privilege: contexts.json,
 * entries.json, privilege.json. Strings belong to the JSON and live as long as
 * the rules.
 */
#ifndef XF_REACH_RULES_H
#define XF_REACH_RULES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Contexts are small numbers: index into xf_reach_rules.contexts. */
#define XF_MAX_CONTEXTS 16
#define XF_NO_CONTEXT UINT8_MAX
typedef uint16_t xf_context_set; /* bit: context */

struct xf_context {
    const char *name, *colour, *party;
    uint8_t shown; /* the context it is reported as, mostly itself */
};

struct xf_patterns { /* globs */
    const char **items;
    size_t len;
};

/* Entries: functions that start a path. */
struct xf_entry_rule {
    const char *id, *source;
    struct xf_patterns functions, except, callees_of;
    struct xf_patterns files; /* of the functions; empty: any */
    struct xf_patterns unless_reached; /* of a fallback: not needed then */
    xf_context_set contexts;
    bool fallback;
    bool prepared; /* the contexts have prepared what the functions work on */
};

/* Calls that change the context. */
struct xf_crossing {
    const char *id;
    struct xf_patterns caller, callee, via, section, kind; /* empty: any */
    xf_context_set from;
    uint8_t to; /* XF_NO_CONTEXT: the call does not happen */
    bool last;
};

/* A function that takes a callback or a key, arguments count from 1. */
struct xf_handover {
    const char *function;
    int callback, key; /* 0: none */
};

struct xf_handovers {
    struct xf_handover *items;
    size_t len, cap;
};

struct xf_mechanism {
    const char *id;
    uint8_t context;
    bool keeps, exclusive;
    xf_context_set not_from; /* contexts in which arming has no effect */
    struct xf_patterns dispatchers;
    const char *record, *member; /* of objects that are bound by an initialiser */
    struct xf_handovers arm, bind, fire;
};

struct xf_privilege {
    const char *name;
    uint8_t to[XF_MAX_CONTEXTS]; /* identity where it says nothing */
};

struct xf_check {
    const char *function; /* glob */
    bool zero_passes;
    int action, current; /* numbers of arguments, 0: none */
    uint8_t privilege;   /* index; UINT8_MAX: by action */
    const cJSON *actions;
};

struct xf_reach_rules {
    struct xf_context contexts[XF_MAX_CONTEXTS];
    size_t ncontexts;
    struct xf_entry_rule *entries;
    size_t nentries, entries_cap;
    struct xf_crossing *crossings;
    size_t ncrossings, crossings_cap;
    struct xf_mechanism *mechanisms;
    size_t nmechanisms, mechanisms_cap;
    struct xf_privilege *privileges;
    size_t nprivileges, privileges_cap;
    struct xf_check *checks;
    size_t nchecks, checks_cap;
    struct xf_patterns current_macros, current_functions;
    struct xf_patterns transparent; /* functions that return their argument */
    const char *current_domain; /* member that leads from vcpu to domain */
    cJSON *json[3];
};

/* Read the rules for an architecture from DATA/xen; NULL with xf_error(). */
struct xf_reach_rules *xf_reach_rules_load(const char *data, const char *arch);
void xf_reach_rules_free(struct xf_reach_rules *rules);

/* Whether a glob of the list matches. An empty list matches nothing. */
bool xf_matches(const struct xf_patterns *patterns, const char *text);

#endif
