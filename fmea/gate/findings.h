/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the gate finds: every site of a scan against the decisions, a baseline,
 * justifications in the source and the list of imported files.
 */
#ifndef XF_FINDINGS_H
#define XF_FINDINGS_H

#include "decisions.h"
#include "version.h"

enum xf_state { /* see data/policy/default.json */
    XF_STATE_NEW,
    XF_STATE_STALE,
    XF_STATE_CHANGED,
    XF_STATE_MOVED,
    XF_STATE_VANISHED,
    XF_STATE_OPEN,
    XF_STATE_IMPORTED,
    XF_STATE_JUSTIFIED,
    XF_STATE_DECIDED,
    XF_STATES
};

enum xf_level { XF_LEVEL_FAIL, XF_LEVEL_WARN, XF_LEVEL_NOTE, XF_LEVEL_COUNT };

extern const char *const xf_state_names[XF_STATES];
extern const char *const xf_level_names[XF_LEVEL_COUNT + 1];

struct xf_finding {
    enum xf_state state;
    enum xf_level level;
    /* The site, a copy; of a vanished one as it was decided, line 0. */
    struct xf_identity site;
    char *commit_file; /* its place in the tree of `commit`, if another */
    int commit_line;
    char *reason;   /* what changed or how it was found again; "" */
    char *builds;   /* ", " between */
    char *contexts; /* union over the builds, ", " between; "" not known */
    char *priority, *proposal, *rule; /* of the first build that says it */
    char *justification; /* id and text of a SAF comment; why it is imported */
    char *decided;  /* "FILE:LINE" of the decision, "" for none */
    char *decision; /* its disposition and rationale */
    char *commit, *subject; /* that brought it; "" when not asked for */
    const char *guideline, *guideline_source; /* in the policy */
    char fingerprint[33];
    bool gone_again; /* a later commit took it away */
};

struct xf_findings {
    struct xf_finding *items; /* by level, then place */
    size_t len, cap;
    size_t counts[XF_STATES];
    size_t levels[XF_LEVEL_COUNT + 1];
};

struct xf_policy;

struct xf_check {
    const struct xf_version *now;
    const char *root;      /* hypervisor folder of `now` */
    const struct xf_decisions *decisions; /* NULL: none */
    const struct xf_version *baseline;    /* NULL: none */
    const struct xf_identities *known;    /* a baseline of another kind; NULL */
    const struct xf_policy *policy;
};

/* Append a finding for every site of `check->now` and every decision without
 * one. 0, or -1 with xf_error(). */
int xf_findings_make(struct xf_findings *out, const struct xf_check *check);
void xf_findings_release(struct xf_findings *list);
/* Move a finding to the end of another list, which counts it. */
void xf_findings_take(struct xf_findings *to, struct xf_finding *finding);
/* Give it the place of `site`, its own in a later version. */
void xf_finding_place(struct xf_finding *finding,
                      const struct xf_identity *site);
/* Set the levels anew; what is gone again is a note. */
void xf_findings_judge(struct xf_findings *list,
                       const struct xf_policy *policy);
/* Add what a more thorough scan of the same tree says of the sites, then
 * xf_findings_judge(). */
void xf_findings_say(struct xf_findings *list, const struct xf_version *scan,
                     const struct xf_policy *policy);
/* Sort by level and place. */
void xf_findings_sort(struct xf_findings *list);

/* "FILE:LINE", `prefix` before a file of the tree; FILE alone when the site is
 * gone; of the decision when it never was. Caller frees. */
char *xf_finding_where(const struct xf_finding *finding, const char *prefix);
/* One line without a name for the place: "new panic in f(): panic(\"x\")". */
char *xf_finding_title(const struct xf_finding *finding);
/* What to do about it, lines: who reaches it, the guideline, how to justify.
 * `decisions`: the file to name. Caller frees both. */
char *xf_finding_advice(const struct xf_finding *finding,
                        const char *decisions);

#endif
