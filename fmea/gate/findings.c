/* SPDX-License-Identifier: GPL-2.0-only */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "hash.h"
#include "justify.h"
#include "matching.h"
#include "pairing.h"
#include "policy.h"

const char *const xf_state_names[XF_STATES] = {
    "new", "stale", "changed", "moved", "vanished",
    "open", "imported", "justified", "decided"};

/* ---- the list ----------------------------------------------------------- */

static void release_finding(struct xf_finding *f)
{
    xf_identity_release(&f->site);
    free(f->reason);
    free(f->builds);
    free(f->contexts);
    free(f->priority);
    free(f->proposal);
    free(f->rule);
    free(f->justification);
    free(f->decided);
    free(f->decision);
    free(f->commit);
    free(f->commit_file);
    free(f->subject);
}

void xf_findings_release(struct xf_findings *list)
{
    for (size_t i = 0; i < list->len; i++)
        release_finding(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

void xf_findings_take(struct xf_findings *to, struct xf_finding *finding)
{
    XF_GROW(to->items, to->len, to->cap);
    to->items[to->len++] = *finding;
    to->counts[finding->state]++;
    to->levels[finding->level]++;
    memset(finding, 0, sizeof(*finding));
}

static int by_level(const void *a, const void *b)
{
    const struct xf_finding *x = a, *y = b;
    int rc = (int)x->level - (int)y->level;

    if (!rc)
        rc = strcmp(x->site.file, y->site.file);
    if (!rc)
        rc = (x->site.line > y->site.line) - (x->site.line < y->site.line);
    return rc ? rc : strcmp(x->site.site_id, y->site.site_id);
}

void xf_findings_sort(struct xf_findings *list)
{
    if (list->len)
        qsort(list->items, list->len, sizeof(*list->items), by_level);
}

/* ---- one finding -------------------------------------------------------- */

static void copy_site(struct xf_identity *to, const struct xf_identity *from)
{
    *to = *from;
    to->site_id = xf_strdup(from->site_id);
    to->file = xf_strdup(from->file);
    to->function = xf_strdup(from->function);
    to->kind = xf_strdup(from->kind);
    to->text = xf_strdup(from->text);
    to->conditions = xf_strdup(from->conditions);
    to->message = xf_strdup(from->message);
    to->guard = xf_strdup(from->guard);
    to->near = xf_strdup(from->near);
    to->macros = xf_strdup(from->macros);
}

/* Append to a ", " list what is not in it yet. */
static void add_word(char **list, const char *word, size_t len)
{
    const char *at = *list;
    char *more;

    while (*at) {
        size_t n = strcspn(at, ",");

        if (n == len && !strncmp(at, word, n))
            return;
        at += n;
        at += strspn(at, ", ");
    }
    more = xf_format("%s%s%.*s", *list, **list ? ", " : "", (int)len, word);
    free(*list);
    *list = more;
}

static void add_words(char **list, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, ",");

        if (n)
            add_word(list, words, n);
        words += n;
        words += strspn(words, ", ");
    }
}

static void keep_first(char **to, const char *value)
{
    if (!**to && *value)
        xf_decision_set(to, value);
}

/* Then v_sites has the decided disposition, else the proposed one. */
static bool is_decided(const char *status)
{
    return !strcmp(status, xf_decided_names[XF_DECIDED_HOLDS]) ||
           !strcmp(status, xf_decided_names[XF_DECIDED_MOVED]);
}

static void add_builds(struct xf_finding *f, const struct xf_version *now)
{
    for (size_t i = 0; i < now->builds.len; i++) {
        const char *build = now->builds.keys[i];
        const struct xf_said_row *row =
            xf_version_said(now, f->site.site_id, build);

        if (!row)
            continue;
        add_word(&f->builds, build, strlen(build));
        add_words(&f->contexts, row->values[XF_SAID_CONTEXTS]);
        keep_first(&f->priority, row->values[XF_SAID_PRIORITY]);
        keep_first(&f->rule, row->values[XF_SAID_RULE]);
        if (!is_decided(row->values[XF_SAID_STATUS]))
            keep_first(&f->proposal, row->values[XF_SAID_DISPOSITION]);
    }
}

/* The same site gives the same fingerprint for ever, and no two findings of a
 * run have the same. */
static void set_fingerprint(struct xf_finding *f)
{
    struct xf_hash *h = xf_hash_new();

    xf_hash_adds(h, "xenfmea/v1");
    xf_hash_adds(h, f->state == XF_STATE_VANISHED ? "vanished" : "site");
    xf_hash_adds(h, f->site.site_id);
    xf_hash_finish(h, f->fingerprint);
}

static struct xf_finding *start(struct xf_findings *out,
                                const struct xf_identity *site)
{
    struct xf_finding *f;

    XF_GROW(out->items, out->len, out->cap);
    f = &out->items[out->len++];
    memset(f, 0, sizeof(*f));
    copy_site(&f->site, site);
    f->reason = xf_strdup("");
    f->builds = xf_strdup("");
    f->contexts = xf_strdup("");
    f->priority = xf_strdup("");
    f->proposal = xf_strdup("");
    f->rule = xf_strdup("");
    f->justification = xf_strdup("");
    f->decided = xf_strdup("");
    f->decision = xf_strdup("");
    f->commit = xf_strdup("");
    f->subject = xf_strdup("");
    return f;
}

/* A decision of an id alone, which no site has: a slip of the pen, or of a
 * tree that was never here. */
static bool is_unknown(const struct xf_finding *f)
{
    return f->state == XF_STATE_VANISHED && !*f->site.text;
}

static enum xf_level level_of(const struct xf_finding *f,
                              const struct xf_policy *policy)
{
    enum xf_level level = xf_policy_level(policy, f);

    /* Somebody's decision does not hold where it was meant to. */
    return is_unknown(f) && level > XF_LEVEL_WARN ? XF_LEVEL_WARN : level;
}

static void finish(struct xf_findings *out, struct xf_finding *f,
                   const struct xf_check *check)
{
    set_fingerprint(f);
    f->guideline = xf_policy_guideline(check->policy, f->site.kind,
                                       &f->guideline_source);
    f->level = level_of(f, check->policy);
    out->counts[f->state]++;
    out->levels[f->level]++;
}

static void set_decision(struct xf_finding *f,
                         const struct xf_decisions *list,
                         const struct xf_decision *d)
{
    const struct xf_decision *e = xf_decision_effective(list, d);
    char *text = xf_format("%s%s%s", e->disposition,
                           *e->rationale ? ": " : "", e->rationale);

    free(f->decided);
    free(f->decision);
    f->decided = xf_format("%s:%d", d->path ? d->path : "", d->line);
    f->decision = text;
}

void xf_finding_place(struct xf_finding *f, const struct xf_identity *site)
{
    free(f->commit_file);
    f->commit_file = xf_strdup(f->site.file);
    f->commit_line = f->site.line;
    xf_decision_set(&f->site.site_id, site->site_id);
    xf_decision_set(&f->site.file, site->file);
    f->site.line = site->line;
    f->site.end_line = site->end_line;
    set_fingerprint(f);
}

void xf_findings_judge(struct xf_findings *list,
                       const struct xf_policy *policy)
{
    memset(list->levels, 0, sizeof(list->levels));
    for (size_t i = 0; i < list->len; i++) {
        struct xf_finding *f = &list->items[i];

        f->level = f->gone_again ? XF_LEVEL_NOTE : level_of(f, policy);
        list->levels[f->level]++;
    }
}

void xf_findings_say(struct xf_findings *list, const struct xf_version *scan,
                     const struct xf_policy *policy)
{
    for (size_t i = 0; i < list->len; i++)
        add_builds(&list->items[i], scan);
    xf_findings_judge(list, policy);
}

/* ---- states ------------------------------------------------------------- */

struct judge {
    const struct xf_check *check;
    struct xf_justify *justify;
    struct xf_matching decided;
    struct xf_pairing by_baseline;
    const struct xf_identities *baseline; /* NULL: none */
};

static void set_reason(struct xf_finding *f, char *reason)
{
    free(f->reason);
    f->reason = reason;
}

static void judge_decided(const struct judge *j, struct xf_finding *f,
                          size_t at, enum xf_decided decided)
{
    static const enum xf_state states[] = {
        [XF_DECIDED_HOLDS] = XF_STATE_DECIDED,
        [XF_DECIDED_MOVED] = XF_STATE_MOVED,
        [XF_DECIDED_STALE] = XF_STATE_STALE,
        [XF_DECIDED_OPEN] = XF_STATE_OPEN};
    const struct xf_pair *pair = &j->decided.pairing.news[at];

    set_decision(f, j->check->decisions,
                 &j->check->decisions->items[pair->other]);
    set_reason(f, xf_pair_reason(pair, &j->decided.sites.items[pair->other],
                                 &f->site));
    f->state = states[decided];
}

static void judge_undecided(const struct judge *j, struct xf_finding *f,
                            const struct xf_pair *pair)
{
    const char *imported = xf_justify_imported(j->justify, f->site.file);
    char *remark = NULL;
    char *comment = xf_justify_site(j->justify, &f->site, &remark);

    if (comment || imported) {
        f->state = comment ? XF_STATE_JUSTIFIED : XF_STATE_IMPORTED;
        free(f->justification);
        f->justification = comment ? comment : xf_strdup(imported);
    } else if (pair && pair->other != XF_NO_PAIR) {
        const struct xf_identity *old = &j->baseline->items[pair->other];

        set_reason(f, xf_pair_reason(pair, old, &f->site));
        f->state = xf_pair_carry(pair) == XF_CARRY_STALE ? XF_STATE_CHANGED
                                                         : XF_STATE_OPEN;
    } else {
        f->state = XF_STATE_NEW;
        if (remark)
            set_reason(f, xf_strdup(remark));
    }
    free(remark);
}

static void judge_site(struct xf_findings *out, const struct judge *j,
                       size_t at)
{
    enum xf_decided decided = xf_matching_state(&j->decided, at, NULL);
    struct xf_finding *f = start(out, &j->check->now->sites.items[at]);

    add_builds(f, j->check->now);
    if (decided != XF_DECIDED_NOT)
        judge_decided(j, f, at, decided);
    else
        judge_undecided(j, f, j->baseline ? &j->by_baseline.news[at] : NULL);
    finish(out, f, j->check);
}

static void judge_vanished(struct xf_findings *out, const struct judge *j)
{
    const struct xf_decisions *list = j->check->decisions;

    for (size_t i = 0; list && i < list->len; i++) {
        const struct xf_decision *d = &list->items[i];
        struct xf_finding *f;

        if (!xf_matching_gone(&j->decided, i))
            continue;
        f = start(out, &d->site);
        f->state = XF_STATE_VANISHED;
        set_decision(f, list, d);
        finish(out, f, j->check);
    }
}

int xf_findings_make(struct xf_findings *out, const struct xf_check *check)
{
    struct judge j = {.check = check};

    memset(out, 0, sizeof(*out));
    j.justify = xf_justify_load(check->root);
    if (!j.justify)
        return -1;
    j.baseline = check->baseline ? &check->baseline->sites : check->known;
    xf_matching_make(&j.decided, check->decisions, &check->now->sites);
    if (j.baseline)
        xf_pairing_make(&j.by_baseline, j.baseline, &check->now->sites);
    for (size_t i = 0; i < check->now->sites.len; i++)
        judge_site(out, &j, i);
    judge_vanished(out, &j);
    xf_findings_sort(out);
    xf_matching_release(&j.decided);
    xf_pairing_release(&j.by_baseline);
    xf_justify_free(j.justify);
    return 0;
}

/* ---- words -------------------------------------------------------------- */

char *xf_finding_where(const struct xf_finding *f, const char *prefix)
{
    if (!*f->site.file)
        return xf_strdup(f->decided);
    return f->site.line ? xf_format("%s%s:%d", prefix, f->site.file,
                                    f->site.line)
                        : xf_format("%s%s", prefix, f->site.file);
}

char *xf_finding_title(const struct xf_finding *f)
{
    const struct xf_identity *s = &f->site;
    const char *what[XF_STATES] = {
        [XF_STATE_NEW] = "new", [XF_STATE_STALE] = "decision is stale for",
        [XF_STATE_CHANGED] = "changed", [XF_STATE_MOVED] = "moved, confirm",
        [XF_STATE_VANISHED] = "decided site is gone:",
        [XF_STATE_OPEN] = "open", [XF_STATE_IMPORTED] = "imported",
        [XF_STATE_JUSTIFIED] = "justified", [XF_STATE_DECIDED] = "decided"};
    /* Long enough to know it by; the whole is in the file. */
    int len = (int)strlen(s->text);

    if (is_unknown(f))
        return xf_format("decided, but no site has the id %s", s->site_id);
    return xf_format("%s %s in %s(): %.*s%s", what[f->state], s->kind,
                     s->function, len > 160 ? 160 : len, s->text,
                     len > 160 ? "..." : "");
}

static void advise_reader(struct xf_buf *out, const struct xf_finding *f)
{
    if (*f->reason)
        xf_buf_addf(out, "why: %s\n", f->reason);
    if (*f->decided)
        xf_buf_addf(out, "decided: %s (%s)\n", f->decision, f->decided);
    if (*f->justification)
        xf_buf_addf(out, "justified: %s\n", f->justification);
    if (*f->site.guard)
        xf_buf_addf(out, "when: %s\n", f->site.guard);
    if (f->state == XF_STATE_VANISHED)
        return;
    if (f->state <= XF_STATE_CHANGED)
        xf_buf_addf(out, "reached from: %s\n",
                    *f->contexts ? f->contexts : "not known");
    if (*f->proposal && f->state <= XF_STATE_CHANGED)
        xf_buf_addf(out, "proposed: %s%s%s%s\n", f->proposal,
                    *f->rule ? " (rule " : "", f->rule, *f->rule ? ")" : "");
    if (f->guideline && *f->guideline && f->state <= XF_STATE_CHANGED)
        xf_buf_addf(out, "guideline: %s [%s]\n", f->guideline,
                    f->guideline_source);
}

char *xf_finding_advice(const struct xf_finding *f, const char *decisions)
{
    struct xf_buf out = XF_BUF_INIT;
    const char *id = f->site.site_id;

    advise_reader(&out, f);
    switch (f->state) {
    case XF_STATE_NEW:
    case XF_STATE_CHANGED:
    case XF_STATE_OPEN:
        xf_buf_addf(&out,
                    "to do: handle the error instead; or decide it: xenfmea "
                    "decide %s --disposition keep --rationale '...' (a line in "
                    "%s); or put a comment /* SAF-<n>-safe ... */ above it, "
                    "with an entry in docs/misra/safe.json\n",
                    id, decisions);
        break;
    case XF_STATE_STALE:
        xf_buf_addf(&out,
                    "to do: decide it again: xenfmea decide %s --disposition "
                    "... --rationale '...'\n", id);
        break;
    case XF_STATE_MOVED:
        xf_buf_addf(&out, "to do: look at it and confirm: xenfmea decide "
                          "--confirm %s\n", id);
        break;
    case XF_STATE_VANISHED:
        if (is_unknown(f)) {
            xf_buf_addf(&out, "to do: correct the id in %s (the worksheet and "
                              "this check list those of this tree), or remove "
                              "the decision: xenfmea decide --remove %s\n",
                        f->decided, id);
            break;
        }
        xf_buf_addf(&out, "to do: nothing, or remove the decision: xenfmea "
                          "decide --remove %s\n", id);
        break;
    default:
        break;
    }
    return xf_buf_detach(&out);
}
