/* SPDX-License-Identifier: GPL-2.0-only
 *
 * 'xenfmea check --base': commit by commit. Each is compared with the one
 * before it, so that every finding has a commit that brought it.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "map.h"
#include "pairing.h"

struct series {
    struct check *check;
    struct xf_git git;
    struct xf_commits commits;
    struct xf_version last; /* of the commit before */
    bool have_last;
    struct xf_map seen; /* "state site-id" that was there already */
};

static bool concerns_commit(const struct xf_finding *f)
{
    return f->state <= XF_STATE_VANISHED;
}

static bool is_first(struct series *s, const struct xf_finding *f)
{
    char *key = xf_format("%s %s", xf_state_names[f->state], f->site.site_id);
    int is_new;

    xf_map_add(&s->seen, key, &is_new);
    free(key);
    return is_new;
}

static struct xf_check against_last(const struct series *s,
                                    const struct xf_version *now,
                                    const char *root)
{
    const struct check *c = s->check;

    return (struct xf_check){
        .now = now, .root = root, .policy = c->policy,
        .decisions = decisions_arg_list(&c->decisions),
        .baseline = s->have_last ? &s->last : now};
}

/* Findings of this version that the one before did not have. At the base,
 * whose findings are nobody's in the series, they are only remembered. */
static int judge(struct series *s, const struct xf_version *now,
                 const char *root, const struct xf_commit *commit)
{
    struct xf_check how = against_last(s, now, root);
    struct xf_findings all;
    int rc = xf_findings_make(&all, &how);

    for (size_t i = 0; i < all.len; i++) {
        struct xf_finding *f = &all.items[i];

        if (!concerns_commit(f) || !is_first(s, f) || !commit)
            continue;
        xf_decision_set(&f->commit, commit->hash);
        xf_decision_set(&f->subject, commit->subject);
        xf_findings_take(&s->check->findings, f);
    }
    xf_findings_release(&all);
    return rc;
}

static void advance(struct series *s, struct xf_version *now)
{
    xf_version_release(&s->last);
    s->last = *now;
    s->have_last = true;
    memset(now, 0, sizeof(*now));
}

static double now_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int step(struct series *s, const struct xf_commit *commit,
                const char *hash)
{
    struct xf_version now = {0};
    double since = now_seconds();
    int rc = xf_git_checkout(&s->git, hash);

    if (!rc)
        rc = check_scan(s->check, &now, s->git.tree, "commit", false);
    if (!rc)
        rc = judge(s, &now, s->git.tree, commit);
    if (!rc)
        advance(s, &now);
    xf_version_release(&now);
    if (s->check->verbose && !rc)
        fprintf(stderr, "%s %.12s: %.3f s\n", commit ? "commit" : "base",
                hash, now_seconds() - since);
    return rc;
}

static int step_work_tree(struct series *s)
{
    const struct xf_commit commit = {"work tree", "not committed yet", true};
    struct xf_version now = {0};
    bool changed;
    int rc = xf_git_is_changed(&changed, &s->git);

    if (rc || !changed)
        return rc;
    rc = check_scan(s->check, &now, s->check->root, "now", false);
    if (!rc)
        rc = judge(s, &now, s->check->root, &commit);
    if (!rc)
        advance(s, &now);
    xf_version_release(&now);
    return rc;
}

/* One that was added and then edited is still what was added. */
static void keep_first(struct xf_findings *list)
{
    struct xf_map seen = XF_MAP_INIT;
    struct xf_findings kept = {0};

    for (size_t i = 0; i < list->len; i++) {
        int is_new;

        xf_map_add(&seen, list->items[i].fingerprint, &is_new);
        if (is_new)
            xf_findings_take(&kept, &list->items[i]);
    }
    xf_map_release(&seen);
    xf_findings_release(list);
    *list = kept;
}

/* A site that a commit brought may have moved or be gone again since: reports
 * are read beside the tree as it is now. */
static void follow(struct check *c)
{
    struct xf_identities sites = {0};
    struct xf_pairing pairing;

    for (size_t i = 0; i < c->findings.len; i++) {
        XF_GROW(sites.items, sites.len, sites.cap);
        sites.items[sites.len++] = c->findings.items[i].site;
    }
    xf_pairing_make(&pairing, &sites, &c->now.sites);
    for (size_t i = 0; i < c->findings.len; i++) {
        struct xf_finding *f = &c->findings.items[i];
        uint32_t at = pairing.olds[i].other;

        if (f->state == XF_STATE_VANISHED)
            continue;
        if (at == XF_NO_PAIR)
            f->gone_again = true;
        else
            xf_finding_place(f, &c->now.sites.items[at]);
    }
    xf_pairing_release(&pairing);
    free(sites.items);
    keep_first(&c->findings);
    xf_findings_judge(&c->findings, c->policy);
}

/* The rest of the tip, for the counts: what no commit of the series brought. */
static int add_rest(struct series *s, const char *root)
{
    struct check *c = s->check;
    struct xf_check how = against_last(s, &c->now, root);
    struct xf_map found = XF_MAP_INIT;
    struct xf_findings all;
    int rc;

    how.baseline = &c->now;
    for (size_t i = 0; i < c->findings.len; i++)
        xf_map_add(&found, c->findings.items[i].fingerprint, NULL);
    rc = xf_findings_make(&all, &how);
    for (size_t i = 0; i < all.len; i++)
        if (!concerns_commit(&all.items[i]) &&
            xf_map_find(&found, all.items[i].fingerprint) == XF_MAP_NONE)
            xf_findings_take(&c->findings, &all.items[i]);
    xf_findings_release(&all);
    xf_map_release(&found);
    return rc;
}

int check_series(struct check *check)
{
    struct series s = {.check = check};
    char *from = NULL;
    int rc = xf_git_open(&s.git, check->root, check->cache_dir);

    if (!rc)
        rc = xf_git_commits(&s.commits, &from, &s.git, check->base);
    if (!rc) {
        free(check->against);
        check->against = xf_format("%s (%.12s, %zu commits before HEAD)",
                                   check->base, from, s.commits.len);
        rc = step(&s, NULL, from);
    }
    for (size_t i = 0; i < s.commits.len && !rc; i++)
        if (s.commits.items[i].touches)
            rc = step(&s, &s.commits.items[i], s.commits.items[i].hash);
    if (!rc)
        rc = step_work_tree(&s);
    if (!rc) {
        check->now = s.last;
        memset(&s.last, 0, sizeof(s.last));
        s.have_last = false;
        follow(check);
        rc = add_rest(&s, check->root);
    }
    xf_version_release(&s.last);
    xf_map_release(&s.seen);
    xf_commits_release(&s.commits);
    xf_git_release(&s.git);
    free(from);
    return rc;
}
