/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Edits applied to a list of decisions. It is matched with the sites of the
 * scan once: an edit never moves a decision to another site.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "edit.h"
#include "error.h"
#include "matching.h"

/* Where a text of an edit goes. */
static char **member(struct xf_decision *d, enum xf_edit_field field)
{
    switch (field) {
    case XF_EDIT_DISPOSITION:
        return &d->disposition;
    case XF_EDIT_RATIONALE:
        return &d->rationale;
    case XF_EDIT_AOU:
        return &d->aou;
    case XF_EDIT_BY:
        return &d->who;
    case XF_EDIT_DATE:
        return &d->when;
    case XF_EDIT_MEETING:
        return &d->meeting;
    case XF_EDIT_SITE:
        return &d->site.site_id;
    case XF_EDIT_GROUP:
    default:
        return &d->group;
    }
}

const char *xf_edit_text(const struct xf_decision *d, enum xf_edit_field field)
{
    return *member((struct xf_decision *)d, field);
}

/* ---- what there is ------------------------------------------------------ */

void xf_editing_begin(struct xf_editing *e)
{
    struct xf_matching m;

    xf_matching_make(&m, e->list, e->known);
    e->decided_as = xf_calloc(e->known->len + 1, sizeof(char *));
    for (size_t i = 0; i < e->known->len; i++) {
        const char *now = e->known->items[i].site_id;
        const struct xf_decision *d;
        enum xf_decided state = xf_matching_state(&m, i, &d);

        if (d && state == XF_DECIDED_STALE)
            xf_map_add(&e->stale, d->site.site_id, NULL);
        if (d && strcmp(d->site.site_id, now))
            e->decided_as[xf_map_add(&e->moved, now, NULL)] =
                xf_strdup(d->site.site_id);
    }
    xf_matching_release(&m);
}

void xf_editing_end(struct xf_editing *e)
{
    for (size_t i = 0; i < e->moved.len; i++)
        free(e->decided_as[i]);
    free(e->decided_as);
    e->decided_as = NULL;
    xf_map_release(&e->moved);
    xf_map_release(&e->stale);
}

static const struct xf_identity *known_site(const struct xf_editing *e,
                                            const char *site_id)
{
    for (size_t i = 0; i < e->known->len; i++)
        if (!strcmp(e->known->items[i].site_id, site_id))
            return &e->known->items[i];
    return NULL;
}

static struct xf_decision *decision_on(const struct xf_editing *e,
                                       const char *site_id)
{
    uint32_t at = xf_map_find(&e->moved, site_id);
    struct xf_decision *d = NULL;

    if (at != XF_MAP_NONE)
        d = xf_decisions_find(e->list, e->decided_as[at]);
    return d ? d : xf_decisions_find(e->list, site_id);
}

static const char *given(const struct xf_edit *edit, enum xf_edit_field field)
{
    return edit->texts[field] ? edit->texts[field] : "";
}

struct xf_decision *xf_editing_find(const struct xf_editing *e,
                                    const struct xf_edit *edit)
{
    return *given(edit, XF_EDIT_SITE)
               ? decision_on(e, given(edit, XF_EDIT_SITE))
               : xf_decisions_group(e->list, given(edit, XF_EDIT_GROUP));
}

/* ---- comparing ---------------------------------------------------------- */

bool xf_edit_same(const struct xf_edit *edit, const struct xf_decision *d)
{
    for (int i = XF_EDIT_DISPOSITION; i < XF_EDIT_FIELDS; i++)
        if (edit->texts[i] && strcmp(edit->texts[i], xf_edit_text(d, i)))
            return false;
    return true;
}

bool xf_edit_saw(const struct xf_edit *edit, const struct xf_decision *d)
{
    if (!edit->has_was)
        return false;
    if (!edit->was[XF_EDIT_DISPOSITION] || !*edit->was[XF_EDIT_DISPOSITION])
        return !d || !*d->disposition;
    for (int i = XF_EDIT_DISPOSITION; i < XF_EDIT_FIELDS; i++)
        if (edit->was[i] &&
            (!d || strcmp(edit->was[i], xf_edit_text(d, i))))
            return false;
    return true;
}

/* ---- applying ----------------------------------------------------------- */

static int check_site(const struct xf_editing *e, const char *site_id)
{
    return known_site(e, site_id)
               ? 0 : xf_error("%s is no site of this scan; correct the id, or "
                              "scan the tree that it is of", site_id);
}

static int check_group(const struct xf_editing *e, const struct xf_edit *edit,
                       bool have)
{
    const char *group = given(edit, XF_EDIT_GROUP);
    struct xf_map members = XF_MAP_INIT;
    int rc = 0;

    for (char **site = edit->sites; site && *site && !rc; site++)
        rc = check_site(e, *site);
    if (!rc && !have)
        rc = xf_decisions_members(&members, e->store, group);
    if (!rc && !have && !members.len)
        rc = xf_error("%s is no group of this scan; correct the name, or scan "
                      "the tree that it is of", group);
    xf_map_release(&members);
    return rc;
}

int xf_editing_check(const struct xf_editing *e, const struct xf_edit *edit)
{
    const char *site = given(edit, XF_EDIT_SITE);
    const struct xf_decision *have;

    if (!*site == !*given(edit, XF_EDIT_GROUP))
        return xf_error("name either a \"site\" or a \"group\"");
    have = xf_editing_find(e, edit);
    if (!edit->texts[XF_EDIT_DISPOSITION] && (!have || !*have->disposition))
        return xf_error("what is decided is missing; add \"disposition\"");
    return *site ? check_site(e, site) : check_group(e, edit, have);
}

static void fill(const struct xf_editing *e, struct xf_decision *d,
                 const struct xf_edit *edit)
{
    xf_decision_set(&d->who, e->by);
    xf_decision_set(&d->when, e->date);
    if (*e->meeting)
        xf_decision_set(&d->meeting, e->meeting);
    for (int i = XF_EDIT_DISPOSITION; i < XF_EDIT_FIELDS; i++)
        if (edit->texts[i])
            xf_decision_set(member(d, i), edit->texts[i]);
}

static void remove_line(struct xf_decisions *list, struct xf_decision *d)
{
    xf_decision_release(d);
    memmove(d, d + 1, (size_t)(list->items + --list->len - d) * sizeof(*d));
}

/* It leaves a group that it was decided in: taken back, it is not decided. The
 * group's decision was made for another condition, perhaps. */
static void apply_site(struct xf_editing *e, const struct xf_edit *edit)
{
    struct xf_decision *d = xf_editing_find(e, edit);

    if (!d)
        d = xf_decisions_add(e->list);
    xf_decision_set_site(d, known_site(e, given(edit, XF_EDIT_SITE)));
    xf_decision_set(&d->group, "");
    fill(e, d, edit);
}

static void take_back_group(struct xf_editing *e, struct xf_decision *group)
{
    char *name = xf_strdup(group->group);

    remove_line(e->list, group);
    for (size_t i = e->list->len; i-- > 0;) {
        struct xf_decision *d = &e->list->items[i];

        if (strcmp(d->group, name))
            continue;
        if (*d->disposition)
            xf_decision_set(&d->group, "");
        else
            remove_line(e->list, d);
    }
    free(name);
}

/* Is what was decided on this member of a proposed group to be left alone?
 * What a group settled before is, unless the condition has changed. */
static bool stays(const struct xf_editing *e, const struct xf_decision *d,
                  const char *group)
{
    return d && (*d->disposition ||
                 (strcmp(d->group, group) &&
                  xf_map_find(&e->stale, d->site.site_id) == XF_MAP_NONE));
}

static void join(struct xf_editing *e, const char *group, const char *site_id,
                 struct xf_edit_done *done)
{
    struct xf_decision *d = decision_on(e, site_id);

    if (stays(e, d, group)) {
        done->kept++;
        return;
    }
    if (!d)
        d = xf_decisions_add(e->list);
    xf_decision_set_site(d, known_site(e, site_id));
    xf_decision_set(&d->group, group);
    done->sites++;
}

/* Those that the edit lists, else those that the scan proposes. */
static int find_members(struct xf_map *out, const struct xf_editing *e,
                        const struct xf_edit *edit)
{
    if (!edit->sites)
        return xf_decisions_members(out, e->store,
                                    given(edit, XF_EDIT_GROUP));
    for (char **site = edit->sites; *site; site++)
        xf_map_add(out, *site, NULL);
    return 0;
}

static int apply_group(struct xf_editing *e, const struct xf_edit *edit,
                       struct xf_edit_done *done)
{
    const char *name = given(edit, XF_EDIT_GROUP);
    struct xf_decision *group = xf_decisions_group(e->list, name);
    struct xf_map members = XF_MAP_INIT;
    int rc = find_members(&members, e, edit);

    if (!rc && !group) {
        group = xf_decisions_add(e->list);
        xf_decision_set(&group->group, name);
    }
    if (!rc)
        fill(e, group, edit);
    for (size_t i = 0; i < members.len && !rc; i++)
        join(e, name, members.keys[i], done);
    xf_map_release(&members);
    return rc;
}

int xf_editing_apply(struct xf_editing *e, const struct xf_edit *edit,
                     struct xf_edit_done *done)
{
    const char *disposition = edit->texts[XF_EDIT_DISPOSITION];
    bool site = *given(edit, XF_EDIT_SITE);
    struct xf_decision *d;

    memset(done, 0, sizeof(*done));
    if (xf_editing_check(e, edit))
        return -1;
    d = xf_editing_find(e, edit);
    if (!disposition || *disposition) {
        if (!site)
            return apply_group(e, edit, done);
        apply_site(e, edit);
    } else if (d && site) {
        remove_line(e->list, d);
    } else if (d) {
        take_back_group(e, d);
    }
    done->sites = site;
    return 0;
}
