/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea decide: what was decided about sites, into the file of decisions and
 * out of it.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "decide_import.h"
#include "decisions.h"
#include "error.h"
#include "file.h"
#include "matching.h"
#include "pairing.h"
#include "store.h"
#include "visible.h"

enum action { SET, LIST, IMPORT, EXPORT, CONFIRM, REMOVE };

struct decide {
    enum action action;
    const char *path, *db, *file; /* file: to import from or export to */
    const char *group, *disposition, *rationale, *who, *when, *meeting;
    const char *todo, *owner, *status;
    struct xf_buf aou;
    char **sites; /* as named: an id, or FILE:LINE */
    size_t nsites, cap;
    bool replace, quiet;
    /* state of the run */
    struct xf_store *store;     /* the scan */
    struct xf_identities known; /* of it */
    struct xf_map members; /* of the proposed group, when it decides for them */
    struct xf_decisions incoming;
    char *name, today[16];
    size_t done, same;
    bool reported; /* what was done is said already */
};

/* ---- options ------------------------------------------------------------ */

enum {
    OPT_DECISIONS = 256,
    OPT_DB,
    OPT_LIST,
    OPT_IMPORT,
    OPT_EXPORT,
    OPT_CONFIRM,
    OPT_REMOVE,
    OPT_REPLACE,
    OPT_GROUP,
    OPT_DISPOSITION,
    OPT_RATIONALE,
    OPT_AOU,
    OPT_WHO,
    OPT_WHEN,
    OPT_MEETING,
    OPT_ACTION,
    OPT_OWNER,
    OPT_STATUS
};

static const struct argp_option options[] = {
    {"disposition", OPT_DISPOSITION, "WHAT", 0,
     "keep, remove-by-AoU, propagate, domain-crash, not-applicable or open", 0},
    {"rationale", OPT_RATIONALE, "TEXT", 0, "Why", 0},
    {"aou", OPT_AOU, "ID", 0, "Assumption of use; may be repeated", 0},
    {"group", OPT_GROUP, "ID", 0,
     "Decide the sites as a group: its line has the disposition, theirs "
     "refer to it; without sites those of the worksheet's group", 0},
    {"who", OPT_WHO, "NAME", 0, "Default: git's user.name", 0},
    {"when", OPT_WHEN, "DATE", 0, "YYYY-MM-DD (default: today)", 0},
    {"meeting", OPT_MEETING, "TEXT", 0, "Where it was decided", 0},
    {"action", OPT_ACTION, "TEXT", 0, "What is to be done", 0},
    {"owner", OPT_OWNER, "NAME", 0, "Who does it", 0},
    {"status", OPT_STATUS, "TEXT", 0, "How far it is", 0},
    {"list", OPT_LIST, NULL, 0, "Show the decisions", 1},
    {"import", OPT_IMPORT, "FILE", 0,
     "Take over what was decided elsewhere, all or nothing: another file of "
     "decisions, what the page exported, or the worksheet as .xlsx", 1},
    {"export", OPT_EXPORT, "FILE", 0,
     "Write the decisions on the sites (all when none is named) to a file, - "
     "for the standard output", 1},
    {"confirm", OPT_CONFIRM, NULL, 0,
     "The sites (all when none is named) have moved and are still what was "
     "decided: record where they are now", 1},
    {"remove", OPT_REMOVE, NULL, 0, "Forget the decisions on the sites", 1},
    {"replace", OPT_REPLACE, NULL, 0,
     "Import: where both decide a site, take the imported decision", 1},
    {"decisions", OPT_DECISIONS, "FILE", 0,
     "The file or folder (default: fmea-decisions.json)", 2},
    {"db", OPT_DB, "FILE", 0,
     "Scan that the sites are of, its folder or database (default: "
     "xenfmea-out)", 2},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 2},
    {0}};

static void add_aou(struct decide *d, const char *arg)
{
    xf_buf_addf(&d->aou, "%s%s", d->aou.len ? ", " : "", arg);
}

static void set_action(struct decide *d, enum action action,
                       struct argp_state *state)
{
    if (d->action != SET)
        argp_error(state, "one of --list, --import, --export, --confirm and "
                          "--remove at a time");
    d->action = action;
}

static void check_arguments(struct decide *d, struct argp_state *state)
{
    if (d->disposition && !xf_disposition_known(d->disposition))
        argp_error(state, "--disposition is one of %s, not '%s'",
                   xf_dispositions, d->disposition);
    if (d->action == SET && !d->nsites && !(d->group && d->disposition))
        argp_error(state, "name a site and its --disposition");
    if (d->action == SET && !d->disposition && !d->group)
        argp_error(state, "say what is decided with --disposition");
    if (d->action == REMOVE && !d->nsites && !d->group)
        argp_error(state, "name the sites to forget");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct decide *d = state->input;
    const struct {
        int key;
        const char **to;
    } texts[] = {{OPT_DECISIONS, &d->path}, {OPT_DB, &d->db},
                 {OPT_GROUP, &d->group}, {OPT_DISPOSITION, &d->disposition},
                 {OPT_RATIONALE, &d->rationale}, {OPT_WHO, &d->who},
                 {OPT_WHEN, &d->when}, {OPT_MEETING, &d->meeting},
                 {OPT_ACTION, &d->todo}, {OPT_OWNER, &d->owner},
                 {OPT_STATUS, &d->status}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].key == key) {
            *texts[i].to = arg;
            return 0;
        }
    switch (key) {
    case OPT_AOU:
        add_aou(d, arg);
        break;
    case OPT_LIST:
        set_action(d, LIST, state);
        break;
    case OPT_IMPORT:
    case OPT_EXPORT:
        set_action(d, key == OPT_IMPORT ? IMPORT : EXPORT, state);
        d->file = arg;
        break;
    case OPT_CONFIRM:
        set_action(d, CONFIRM, state);
        break;
    case OPT_REMOVE:
        set_action(d, REMOVE, state);
        break;
    case OPT_REPLACE:
        d->replace = true;
        break;
    case 'q':
        d->quiet = true;
        break;
    case ARGP_KEY_ARG:
        XF_GROW(d->sites, d->nsites, d->cap);
        d->sites[d->nsites++] = arg;
        break;
    case ARGP_KEY_END:
        check_arguments(d, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- sites -------------------------------------------------------------- */

static int load_known(struct decide *d)
{
    int rc = xf_store_open(&d->store, d->db);

    if (!rc)
        rc = xf_identity_load(&d->known, d->store);
    if (!rc && d->group && !d->nsites)
        rc = xf_decisions_members(&d->members, d->store, d->group);
    return rc;
}

/* FILE:LINE with exactly one site in it. */
static const struct xf_identity *find_place(const struct decide *d,
                                            const char *named)
{
    const char *colon = strrchr(named, ':');
    const struct xf_identity *found = NULL;
    struct xf_buf ids = XF_BUF_INIT;
    size_t n = 0;

    for (size_t i = 0; i < d->known.len && colon; i++) {
        const struct xf_identity *s = &d->known.items[i];

        if (strlen(s->file) != (size_t)(colon - named) ||
            strncmp(s->file, named, (size_t)(colon - named)) ||
            s->line != atoi(colon + 1))
            continue;
        xf_buf_addf(&ids, "%s%s", n++ ? ", " : "", s->site_id);
        found = s;
    }
    if (n > 1) {
        xf_error("%s has %zu sites: %s; name one of them", named, n, ids.data);
        found = NULL;
    } else if (!n) {
        xf_error("%s is no site of %s; copy an id from the worksheet, or scan "
                 "the tree again", named, d->db);
    }
    xf_buf_release(&ids);
    return found;
}

static const struct xf_identity *find_site(const struct decide *d,
                                           const char *named)
{
    for (size_t i = 0; i < d->known.len; i++)
        if (!strcmp(d->known.items[i].site_id, named))
            return &d->known.items[i];
    return find_place(d, named);
}

/* ---- setting ------------------------------------------------------------ */

static void fill(const struct decide *d, struct xf_decision *to)
{
    const struct {
        char **to;
        const char *from;
    } texts[] = {{&to->disposition, d->disposition},
                 {&to->rationale, d->rationale}, {&to->meeting, d->meeting},
                 {&to->action, d->todo}, {&to->owner, d->owner},
                 {&to->status, d->status}, {&to->aou, d->aou.data}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].from)
            xf_decision_set(texts[i].to, texts[i].from);
    xf_decision_set(&to->who, d->who ? d->who : d->name);
    xf_decision_set(&to->when, d->when ? d->when : d->today);
}

static void set_group(struct decide *d, struct xf_decisions *list)
{
    struct xf_decision *group = xf_decisions_group(list, d->group);

    if (!d->disposition)
        return;
    if (!group) {
        group = xf_decisions_add(list);
        xf_decision_set(&group->group, d->group);
    }
    fill(d, group);
}

/* The decision that is about this site now, whatever id it was made under. */
static struct xf_decision *decision_on(struct decide *d,
                                       struct xf_decisions *list,
                                       const struct xf_identity *site)
{
    struct xf_decision *found = xf_decisions_find(list, site->site_id);
    struct xf_identities decided = xf_decisions_sites(list);
    struct xf_pairing pairing;

    xf_pairing_make(&pairing, &decided, &d->known);
    for (size_t i = 0; i < list->len && !found; i++)
        if (pairing.olds[i].other != XF_NO_PAIR &&
            &d->known.items[pairing.olds[i].other] == site)
            found = &list->items[i];
    xf_pairing_release(&pairing);
    free(decided.items);
    return found;
}

static void set_site(struct decide *d, struct xf_decision *to,
                     const struct xf_identity *site)
{
    xf_decision_set_site(to, site);
    if (d->group) {
        xf_decision_set(&to->group, d->group);
        xf_decision_set(&to->disposition, "");
    } else {
        fill(d, to);
    }
    d->done++;
}

/* What the worksheet puts into the group, but for sites that somebody decided
 * by themselves: those were taken out. */
static void set_members(struct decide *d, struct xf_decisions *list)
{
    for (size_t i = 0; i < d->members.len; i++) {
        const struct xf_identity *site = find_site(d, d->members.keys[i]);
        struct xf_decision *to = site ? decision_on(d, list, site) : NULL;

        if (site && (!to || !*to->disposition))
            set_site(d, to ? to : xf_decisions_add(list), site);
    }
}

static int edit_set(struct xf_decisions *list, void *payload)
{
    struct decide *d = payload;

    if (d->group)
        set_group(d, list);
    for (size_t i = 0; i < d->nsites; i++) {
        const struct xf_identity *site = find_site(d, d->sites[i]);
        struct xf_decision *to;

        if (!site)
            return -1;
        to = decision_on(d, list, site);
        set_site(d, to ? to : xf_decisions_add(list), site);
    }
    set_members(d, list);
    if (d->group && !xf_decisions_group(list, d->group))
        return xf_error("the group %s is not decided yet; add --disposition",
                        d->group);
    return 0;
}

/* ---- confirming, removing ----------------------------------------------- */

static bool is_named(const struct decide *d, const struct xf_identity *old,
                     const struct xf_identity *now)
{
    for (size_t i = 0; i < d->nsites; i++)
        if (!strcmp(d->sites[i], old->site_id) ||
            (now && !strcmp(d->sites[i], now->site_id)))
            return true;
    return !d->nsites;
}

/* Sites that moved. A stale decision is decided again, not confirmed. */
static int edit_confirm(struct xf_decisions *list, void *payload)
{
    struct decide *d = payload;
    struct xf_identities decided = xf_decisions_sites(list);
    struct xf_pairing pairing;
    int rc = 0;

    xf_pairing_make(&pairing, &decided, &d->known);
    for (size_t i = 0; i < list->len && !rc; i++) {
        const struct xf_pair *pair = &pairing.olds[i];
        const struct xf_identity *now =
            pair->other == XF_NO_PAIR ? NULL : &d->known.items[pair->other];

        if (!now || !is_named(d, &list->items[i].site, now))
            continue;
        if (xf_pair_carry(pair) == XF_CARRY_STALE) {
            if (d->nsites)
                rc = xf_error("%s: what was decided upon has changed; decide "
                              "it again with --disposition", now->site_id);
            continue;
        }
        d->done += xf_pair_carry(pair) == XF_CARRY_CONFIRM ||
                   strcmp(list->items[i].site.site_id, now->site_id);
        xf_decision_set_site(&list->items[i], now);
    }
    xf_pairing_release(&pairing);
    free(decided.items);
    return rc;
}

static int edit_remove(struct xf_decisions *list, void *payload)
{
    struct decide *d = payload;

    for (size_t i = 0; i < d->nsites; i++) {
        struct xf_decision *found = xf_decisions_find(list, d->sites[i]);

        if (!found)
            return xf_error("%s is not decided in %s; 'xenfmea decide --list' "
                            "shows what is", d->sites[i], d->path);
        xf_decision_release(found);
        memmove(found, found + 1,
                (size_t)(list->items + --list->len - found) * sizeof(*found));
        d->done++;
    }
    if (d->group) {
        struct xf_decision *group = xf_decisions_group(list, d->group);

        if (!group)
            return xf_error("%s is no group of %s", d->group, d->path);
        for (size_t i = 0; i < list->len; i++)
            if (&list->items[i] != group &&
                !strcmp(list->items[i].group, d->group))
                return xf_error("%s still has sites, %s for one; remove them "
                                "or decide them by themselves first", d->group,
                                list->items[i].site.site_id);
        xf_decision_release(group);
        memmove(group, group + 1,
                (size_t)(list->items + --list->len - group) * sizeof(*group));
        d->done++;
    }
    return 0;
}

/* ---- importing ---------------------------------------------------------- */

static bool same_text(const struct xf_decision *a, const struct xf_decision *b)
{
    struct xf_decisions x = {(struct xf_decision *)a, 1, 1};
    struct xf_decisions y = {(struct xf_decision *)b, 1, 1};
    struct xf_buf p = XF_BUF_INIT, q = XF_BUF_INIT;
    bool same;

    xf_decisions_print(&p, &x, NULL);
    xf_decisions_print(&q, &y, NULL);
    same = p.len == q.len && !memcmp(p.data, q.data, p.len);
    xf_buf_release(&p);
    xf_buf_release(&q);
    return same;
}

/* Every site must be one of the scan, as it is or found again. */
static int check_incoming(struct decide *d)
{
    struct xf_identities sites = xf_decisions_sites(&d->incoming);
    struct xf_pairing pairing;
    int rc = 0;

    xf_pairing_make(&pairing, &sites, &d->known);
    for (size_t i = 0; i < d->incoming.len && !rc; i++) {
        struct xf_decision *in = &d->incoming.items[i];
        const struct xf_identity *now = NULL;

        if (!*in->site.site_id)
            continue;
        for (size_t k = 0; k < d->known.len && !*in->site.text; k++)
            if (!strcmp(d->known.items[k].site_id, in->site.site_id))
                now = &d->known.items[k];
        if (!now && pairing.olds[i].other != XF_NO_PAIR)
            now = &d->known.items[pairing.olds[i].other];
        if (!now)
            rc = xf_error("%s:%d: site %s is not in %s; correct the id, or "
                          "scan the tree that it is of", in->path, in->line,
                          in->site.site_id, d->db);
        else if (!*in->site.text)
            xf_decision_set_site(in, now);
    }
    xf_pairing_release(&pairing);
    free(sites.items);
    return rc;
}

static int take(struct decide *d, struct xf_decisions *list,
                struct xf_decision *in)
{
    struct xf_decision *have =
        *in->site.site_id ? xf_decisions_find(list, in->site.site_id)
                          : xf_decisions_group(list, in->group);

    if (have && same_text(have, in)) {
        d->same++;
        return 0;
    }
    if (have && !d->replace)
        return xf_error("%s:%d: %s is decided otherwise in %s:%d; agree on one "
                        "and pass --replace to take the imported one",
                        in->path, in->line,
                        *in->site.site_id ? in->site.site_id : in->group,
                        have->path, have->line);
    free(in->path);
    in->path = have ? xf_strdup(have->path) : NULL;
    if (!have)
        have = xf_decisions_add(list);
    xf_decision_release(have);
    *have = *in;
    memset(in, 0, sizeof(*in));
    d->done++;
    return 0;
}

static int edit_import(struct xf_decisions *list, void *payload)
{
    struct decide *d = payload;

    for (size_t i = 0; i < d->incoming.len; i++)
        if (take(d, list, &d->incoming.items[i]))
            return -1;
    return 0;
}

/* ---- showing ------------------------------------------------------------ */

static void show(const struct xf_decisions *list, const struct xf_decision *d)
{
    const struct xf_decision *e = xf_decision_effective(list, d);
    struct xf_buf line = XF_BUF_INIT;
    char *text = *d->site.site_id
                     ? xf_format("%s %s %s %s(): %s%s%s", d->site.site_id,
                                 e->disposition, d->site.file,
                                 d->site.function, d->site.text,
                                 *e->rationale ? " -- " : "", e->rationale)
                     : xf_format("%s %s%s%s", d->group, d->disposition,
                                 *d->rationale ? " -- " : "", d->rationale);

    xf_visible(&line, text, "");
    puts(line.data);
    xf_buf_release(&line);
    free(text);
}

static int list_all(struct decide *d)
{
    struct xf_decisions list;

    if (xf_decisions_load(&list, d->path))
        return -1;
    for (size_t i = 0; i < list.len; i++)
        if (is_named(d, &list.items[i].site, NULL))
            show(&list, &list.items[i]);
    xf_decisions_release(&list);
    return 0;
}

static int export_them(struct decide *d)
{
    struct xf_decisions list, some = {0};
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_decisions_load(&list, d->path);

    if (rc)
        return rc;
    for (size_t i = 0; i < list.len; i++) {
        if (!is_named(d, &list.items[i].site, NULL) &&
            *list.items[i].site.site_id)
            continue;
        XF_GROW(some.items, some.len, some.cap);
        some.items[some.len++] = list.items[i];
    }
    xf_decisions_print(&text, &some, NULL);
    if (strcmp(d->file, "-"))
        rc = xf_file_write_atomic(d->file, text.data, text.len);
    else
        fwrite(text.data, 1, text.len, stdout);
    free(some.items);
    xf_buf_release(&text);
    xf_decisions_release(&list);
    return rc;
}

/* ---- the command -------------------------------------------------------- */

/* Decisions of another file, or edits of a meeting. */
static int import(struct decide *d)
{
    struct decide_import how = {
        .file = d->file, .decisions = d->path, .known = &d->known,
        .store = d->store, .by = d->who ? d->who : d->name,
        .date = d->when ? d->when : d->today,
        .meeting = d->meeting ? d->meeting : "", .replace = d->replace,
        .quiet = d->quiet};
    int rc = decide_import_read(&how.edits, d->file);

    if (rc > 0) {
        rc = decide_import_run(&how);
        xf_edits_release(&how.edits);
        d->reported = true;
        return rc;
    }
    if (!rc)
        rc = xf_decisions_load(&d->incoming, d->file) || check_incoming(d);
    return rc ? -1 : xf_decisions_edit(d->path, edit_import, d);
}

static int change(struct decide *d)
{
    static xf_decisions_edit_fn *const edits[] = {
        [SET] = edit_set, [CONFIRM] = edit_confirm, [REMOVE] = edit_remove};
    time_t now = time(NULL);
    struct tm tm;
    int rc = 0;

    strftime(d->today, sizeof(d->today), "%Y-%m-%d", localtime_r(&now, &tm));
    d->name = cmd_user_name();
    if (d->action != REMOVE)
        rc = load_known(d);
    if (!rc)
        rc = d->action == IMPORT
                 ? import(d) : xf_decisions_edit(d->path, edits[d->action], d);
    if (!rc && !d->quiet && !d->reported)
        printf("%s: %zu %s%s\n", d->path, d->done,
               d->action == REMOVE ? "removed"
               : d->action == CONFIRM ? "confirmed" : "decided",
               d->same ? " (others were there already)" : "");
    return rc ? -1 : 0;
}

int cmd_decide(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "[SITE...]",
        .doc = "Record what was decided about sites. SITE is an id of the "
               "worksheet (XF-...) or FILE:LINE.\v"
               "Exit status: 0 fine, 2 trouble; then nothing is changed."};
    struct decide d = {.path = XF_DECISIONS_FILE, .db = "xenfmea-out"};
    int rc;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &d);
    rc = d.action == LIST     ? list_all(&d)
         : d.action == EXPORT ? export_them(&d)
                              : change(&d);
    if (!rc && (fflush(stdout) || ferror(stdout)))
        rc = xf_error("cannot write to the standard output: %s",
                      strerror(errno));
    if (d.store)
        xf_store_close(d.store);
    xf_identities_release(&d.known);
    xf_map_release(&d.members);
    xf_decisions_release(&d.incoming);
    xf_buf_release(&d.aou);
    free(d.sites);
    free(d.name);
    return rc ? cmd_trouble() : XF_EXIT_OK;
}
