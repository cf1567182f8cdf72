/* SPDX-License-Identifier: GPL-2.0-only */
#include "matching.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"

const char *const xf_decided_names[] = {"proposed", "decided", "moved",
                                        "stale", "open"};

/* A line that somebody wrote by hand may have the id alone: complete it. */
static void complete(struct xf_identities *decided,
                     const struct xf_identities *now)
{
    for (size_t i = 0; i < decided->len; i++) {
        struct xf_identity *d = &decided->items[i];

        for (size_t k = 0; !*d->text && *d->site_id && k < now->len; k++)
            if (!strcmp(now->items[k].site_id, d->site_id))
                *d = now->items[k];
    }
}

void xf_matching_make(struct xf_matching *out, const struct xf_decisions *list,
                      const struct xf_identities *now)
{
    memset(out, 0, sizeof(*out));
    out->list = list;
    out->now = now;
    if (!list)
        return;
    out->sites = xf_decisions_sites(list);
    complete(&out->sites, now);
    xf_pairing_make(&out->pairing, &out->sites, now);
}

void xf_matching_release(struct xf_matching *matching)
{
    xf_pairing_release(&matching->pairing);
    free(matching->sites.items);
    memset(matching, 0, sizeof(*matching));
}

enum xf_decided xf_matching_state(const struct xf_matching *m, size_t at,
                                  const struct xf_decision **decision)
{
    const struct xf_pair *pair = m->list ? &m->pairing.news[at] : NULL;
    const struct xf_decision *d = NULL;

    if (pair && pair->other != XF_NO_PAIR)
        d = &m->list->items[pair->other];
    if (decision)
        *decision = d;
    if (!d)
        return XF_DECIDED_NOT;
    if (!strcmp(xf_decision_effective(m->list, d)->disposition, "open"))
        return XF_DECIDED_OPEN;
    switch (xf_pair_carry(pair)) {
    case XF_CARRY_HOLDS:
        return XF_DECIDED_HOLDS;
    case XF_CARRY_CONFIRM:
        return XF_DECIDED_MOVED;
    case XF_CARRY_STALE:
    default:
        return XF_DECIDED_STALE;
    }
}

bool xf_matching_gone(const struct xf_matching *m, size_t at)
{
    return *m->list->items[at].site.site_id &&
           m->pairing.olds[at].other == XF_NO_PAIR;
}

/* ---- tables ------------------------------------------------------------- */

/* `site_id` NULL: of a group's own line, or its site is gone. */
static int write_line(struct xf_store *store, const struct xf_decisions *list,
                      const struct xf_decision *d, const char *site_id,
                      const char *state, const char *why)
{
    const struct xf_decision *e = xf_decision_effective(list, d);
    char *place = xf_format("%s:%d", xf_path_base(d->path ? d->path : ""),
                            d->line);
    const char *texts[] = {site_id, d->site.site_id, d->group, state, why,
                           e->disposition, e->rationale, e->aou, e->who,
                           e->when, e->meeting, e->action, e->owner,
                           e->status, d->site.file, d->site.function,
                           d->site.text, place};
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO decision (site_id, decided_as, decided_group, "
               "state, why, disposition, rationale, aou, who, decided_on, "
               "meeting, action, owner, progress, file, function, text, place) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
               "?14, ?15, ?16, ?17, ?18)");
    int rc = q ? 0 : -1;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !rc; i++)
        xf_bind(q, (int)i + 1, texts[i]);
    if (!rc)
        rc = xf_store_run(store, q);
    free(place);
    return rc;
}

static int write_decided(struct xf_store *store, const struct xf_matching *m)
{
    int rc = 0;

    for (size_t i = 0; i < m->now->len && !rc; i++) {
        const struct xf_decision *d;
        enum xf_decided state = xf_matching_state(m, i, &d);
        char *why;

        if (!d)
            continue;
        why = xf_pair_reason(&m->pairing.news[i],
                             &m->sites.items[m->pairing.news[i].other],
                             &m->now->items[i]);
        rc = write_line(store, m->list, d, m->now->items[i].site_id,
                        xf_decided_names[state], why ? why : "");
        free(why);
    }
    return rc;
}

static int write_others(struct xf_store *store, const struct xf_matching *m)
{
    int rc = 0;

    for (size_t i = 0; i < m->list->len && !rc; i++) {
        const struct xf_decision *d = &m->list->items[i];

        if (!*d->site.site_id)
            rc = write_line(store, m->list, d, NULL, "group", "");
        else if (xf_matching_gone(m, i))
            rc = write_line(store, m->list, d, NULL, "vanished",
                            "no site of this tree is like it");
    }
    return rc;
}

int xf_decisions_record(struct xf_store *store, const struct xf_decisions *list)
{
    struct xf_identities now = {0};
    struct xf_matching m;
    int rc = xf_store_exec(store, "DELETE FROM decision");

    if (rc || !list)
        return rc;
    if (xf_identity_load(&now, store))
        return -1;
    xf_matching_make(&m, list, &now);
    rc = write_decided(store, &m) || write_others(store, &m) ? -1 : 0;
    xf_matching_release(&m);
    xf_identities_release(&now);
    return rc;
}

int xf_decisions_members(struct xf_map *site_ids, struct xf_store *store,
                         const char *group)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT DISTINCT s.site_id FROM decision_group g "
               "JOIN proposal p ON p.decision_group = g.id "
               "JOIN site s ON s.id = p.site WHERE g.name = ?1 ORDER BY 1");
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, group);
    while ((rc = xf_store_step(store, q)) > 0)
        xf_map_add(site_ids, xf_column(q, 0), NULL);
    return rc;
}
