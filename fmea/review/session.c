/* SPDX-License-Identifier: GPL-2.0-only */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "matching.h"

/* ---- what is on the disk ------------------------------------------------ */

static int add_stamp(const char *relative, const char *absolute, void *payload)
{
    struct stat st;

    if (xf_has_suffix(relative, ".json") && !stat(absolute, &st))
        xf_buf_addf(payload, "%s %lld %lld %lld.%09ld\n", relative,
                    (long long)st.st_ino, (long long)st.st_size,
                    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    return 0;
}

static bool no_folder(const char *relative, void *payload)
{
    (void)relative;
    (void)payload;
    return false;
}

/* Times and sizes: when they are as before, nothing has to be read. */
static char *stamp_of(const char *path)
{
    struct xf_buf stamp = XF_BUF_INIT;

    if (xf_dir_exists(path))
        xf_tree_walk(path, no_folder, add_stamp, &stamp);
    else
        add_stamp("file.json", path, &stamp);
    return xf_buf_detach(&stamp);
}

static bool is_there(const struct xf_session *s)
{
    return xf_dir_exists(s->path) || xf_file_exists(s->path);
}

/* That a file has gone may be a moment of a checkout: it is never taken for
 * "nothing is decided". */
static int check_there(struct xf_session *s)
{
    if (is_there(s))
        s->seen = true;
    else if (s->seen)
        return xf_error("%s is gone; restore it from version control, or begin "
                        "the review again", s->path);
    return 0;
}

static int load(struct xf_decisions *list, struct xf_session *s)
{
    memset(list, 0, sizeof(*list));
    if (check_there(s))
        return -1;
    return is_there(s) ? xf_decisions_load(list, s->path) : 0;
}

static void take_list(struct xf_session *s, const struct xf_decisions *list)
{
    struct snapshot now;

    snapshot_make(&now, list);
    if (!ledger_has(&s->ledger, &now)) {
        snapshot_match(&now, list, &s->known);
        ledger_take(&s->ledger, &now);
    }
    snapshot_release(&now);
}

static void set_trouble(struct xf_session *s, const char *text)
{
    free(s->trouble);
    s->trouble = xf_strdup(text);
}

/* A clock tick may hide a change right after the last look: what is younger
 * than this is read again. Seconds. */
#define FRESH 2

static bool is_fresh(const struct xf_session *s)
{
    return time(NULL) - s->stamped <= FRESH;
}

void xf_session_refresh(struct xf_session *s)
{
    char *stamp = stamp_of(s->path), print[XF_HASH_HEX];
    bool same = !strcmp(stamp, s->stamp);
    struct xf_decisions list;

    if (!same) {
        free(s->stamp);
        s->stamp = xf_strdup(stamp);
        s->stamped = time(NULL);
    }
    free(stamp);
    if (same && !is_fresh(s))
        return;
    if (xf_decisions_fingerprint(print, s->path)) {
        set_trouble(s, xf_error_message());
        return;
    }
    if (!strcmp(print, s->print))
        return;
    strcpy(s->print, print);
    if (load(&list, s)) {
        set_trouble(s, xf_error_message());
        return;
    }
    take_list(s, &list);
    xf_decisions_release(&list);
    set_trouble(s, "");
}

const char *xf_session_trouble(const struct xf_session *session)
{
    return session->trouble;
}

double xf_session_revision(const struct xf_session *session)
{
    return session->ledger.revision;
}

/* ---- beginning and end -------------------------------------------------- */

int xf_session_open(struct xf_session **out, const struct xf_session_how *how)
{
    struct xf_session *s = xf_calloc(1, sizeof(*s));
    struct xf_decisions list;
    int rc = xf_store_open(&s->store, how->db);

    s->path = xf_strdup(how->decisions);
    s->by = xf_strdup(how->by);
    s->meeting = xf_strdup(how->meeting);
    s->trouble = xf_strdup("");
    s->stamp = xf_strdup("");
    s->began = time(NULL);
    if (!rc)
        rc = xf_identity_load(&s->known, s->store);
    if (!rc)
        rc = load(&list, s);
    if (!rc) {
        take_list(s, &list);
        xf_decisions_release(&list);
        xf_session_refresh(s);
    }
    *out = s;
    if (rc) {
        xf_session_close(s);
        *out = NULL;
    }
    return rc;
}

static void release_change(struct change *change)
{
    for (size_t i = 0; i < change->keys.len; i++) {
        free(change->before[i]);
        free(change->after[i]);
    }
    free(change->before);
    free(change->after);
    xf_map_release(&change->keys);
}

void xf_session_close(struct xf_session *s)
{
    if (!s)
        return;
    if (s->store)
        xf_store_close(s->store);
    for (size_t i = 0; i < s->nchanges; i++)
        release_change(&s->changes[i]);
    free(s->changes);
    ledger_release(&s->ledger);
    xf_identities_release(&s->known);
    free(s->path);
    free(s->by);
    free(s->meeting);
    free(s->trouble);
    free(s->stamp);
    free(s);
}

/* ---- reading ------------------------------------------------------------ */

static void add_items(struct xf_buf *out, const struct xf_session *s,
                      double since, bool decided)
{
    for (size_t i = 0; i < s->ledger.keys.len; i++) {
        const struct ledger_item *item = &s->ledger.items[i];

        if (item->revision <= since || !item->line == decided)
            continue;
        if (out->data[out->len - 1] == '}')
            xf_buf_adds(out, ",\n");
        ledger_add_json(out, item);
    }
}

/* What is gone comes first: a site that was decided anew under another id is
 * in both parts. */
void xf_session_changes(struct xf_buf *out, const struct xf_session *s,
                        double since)
{
    if (since > s->ledger.revision)
        since = 0;
    xf_buf_addf(out, "{\"revision\":%.0f,\"decisions\":[", s->ledger.revision);
    add_items(out, s, since, false);
    add_items(out, s, since, true);
    xf_buf_adds(out, "]}\n");
}

static void add_answer(struct xf_buf *out, const struct xf_session *s,
                       const char *key)
{
    const struct ledger_item *item = key ? ledger_find(&s->ledger, key) : NULL;

    xf_buf_addf(out, "{\"revision\":%.0f,\"current\":", s->ledger.revision);
    if (item)
        ledger_add_json(out, item);
    else
        xf_buf_adds(out, "null");
    xf_buf_adds(out, "}\n");
}

/* ---- changing ----------------------------------------------------------- */

struct work {
    struct xf_session *session;
    const struct xf_edit *edit;
    struct change *undo; /* instead of an edit */
    enum xf_outcome outcome;
    char *key;             /* of the line that it is about */
    struct snapshot after; /* what the file will say */
};

static int conflict(struct work *w)
{
    w->outcome = XF_OUTCOME_CONFLICT;
    return xf_error("somebody else has decided that meanwhile");
}

/* Has what the edit is about changed since the client saw it? */
static bool is_newer(const struct xf_session *s, const struct xf_edit *edit,
                     const char *key)
{
    const struct ledger_item *item = ledger_find(&s->ledger, key);
    const struct ledger_item *group =
        item && item->group ? ledger_find(&s->ledger, item->group) : NULL;

    return edit->base > s->ledger.revision ||
           (item && item->decided > edit->base) ||
           (group && group->decided > edit->base);
}

static char *key_of(const struct xf_editing *e, const struct xf_edit *edit)
{
    const struct xf_decision *have = xf_editing_find(e, edit);
    const char *site = edit->texts[XF_EDIT_SITE];

    return have ? review_key(have)
                : xf_format("%s %s", site ? "site" : "group",
                            site ? site : edit->texts[XF_EDIT_GROUP]);
}

static int apply_edit(struct work *w, struct xf_editing *e)
{
    struct xf_edit_done done;

    w->outcome = XF_OUTCOME_WRONG;
    if (xf_editing_check(e, w->edit))
        return -1;
    free(w->key);
    w->key = key_of(e, w->edit);
    if (is_newer(w->session, w->edit, w->key))
        return conflict(w);
    if (xf_editing_apply(e, w->edit, &done))
        return -1;
    free(w->key); /* it may be decided under its new id */
    w->key = key_of(e, w->edit);
    return 0;
}

static void take_after(struct work *w, const struct xf_decisions *list)
{
    snapshot_make(&w->after, list);
    snapshot_match(&w->after, list, &w->session->known);
}

static int edit_list(struct xf_decisions *list, void *payload)
{
    struct work *w = payload;
    struct xf_session *s = w->session;
    time_t now = time(NULL);
    char today[16];
    struct tm tm;
    struct xf_editing e = {.list = list, .known = &s->known, .store = s->store,
                           .by = s->by, .date = today, .meeting = s->meeting};
    int rc;

    if (check_there(s))
        return -1;
    strftime(today, sizeof(today), "%Y-%m-%d", localtime_r(&now, &tm));
    take_list(s, list); /* what others did until now */
    xf_editing_begin(&e);
    rc = apply_edit(w, &e);
    xf_editing_end(&e);
    if (!rc) {
        w->outcome = XF_OUTCOME_TROUBLE;
        take_after(w, list);
    }
    return rc;
}

static struct xf_decision *find_key(const struct xf_decisions *list,
                                    const char *key)
{
    return !strncmp(key, "site ", 5) ? xf_decisions_find(list, key + 5)
                                     : xf_decisions_group(list, key + 6);
}

static int put_back(struct xf_decisions *list, const char *key,
                    const char *line)
{
    struct xf_decision *now = find_key(list, key);
    char *path = NULL;

    if (now) {
        path = now->path;
        now->path = NULL;
        xf_decision_release(now);
        memmove(now, now + 1,
                (size_t)(list->items + --list->len - now) * sizeof(*now));
    }
    if (line && ledger_parse(list, line)) {
        free(path);
        return -1;
    }
    if (line)
        list->items[list->len - 1].path = path;
    else
        free(path);
    return 0;
}

static int undo_list(struct xf_decisions *list, void *payload)
{
    struct work *w = payload;
    struct xf_session *s = w->session;
    struct change *change = w->undo;
    int rc = check_there(s);

    if (rc)
        return rc;
    take_list(s, list);
    for (size_t i = 0; i < change->keys.len; i++) {
        const struct ledger_item *item =
            ledger_find(&s->ledger, change->keys.keys[i]);

        if (ledger_differs(item ? item->line : NULL, change->after[i])) {
            free(w->key);
            w->key = xf_strdup(change->keys.keys[i]);
            return conflict(w);
        }
    }
    for (size_t i = 0; i < change->keys.len && !rc; i++)
        rc = put_back(list, change->keys.keys[i], change->before[i]);
    if (!rc)
        take_after(w, list);
    return rc;
}

/* What an edit changed, for undoing it: the ledger is as it was before. */
static void add_change(struct change *change, const struct ledger *ledger,
                       const struct snapshot *after)
{
    struct xf_map keys = XF_MAP_INIT;
    size_t n = 0;

    for (size_t i = 0; i < ledger->keys.len; i++)
        xf_map_add(&keys, ledger->keys.keys[i], NULL);
    for (size_t i = 0; i < after->keys.len; i++)
        xf_map_add(&keys, after->keys.keys[i], NULL);
    change->before = xf_calloc(keys.len + 1, sizeof(char *));
    change->after = xf_calloc(keys.len + 1, sizeof(char *));
    for (size_t i = 0; i < keys.len; i++) {
        const struct ledger_item *item = ledger_find(ledger, keys.keys[i]);
        const char *was = item ? item->line : NULL;
        const char *is = snapshot_line(after, keys.keys[i]);

        if (!ledger_differs(was, is))
            continue;
        change->before[n] = was ? xf_strdup(was) : NULL;
        change->after[n++] = is ? xf_strdup(is) : NULL;
        xf_map_add(&change->keys, keys.keys[i], NULL);
    }
    xf_map_release(&keys);
}

static void touch(struct xf_session *s, const char *key)
{
    struct ledger_item *item = ledger_find(&s->ledger, key);

    if (item) {
        item->edit = ++s->nedits;
        item->when = time(NULL);
    }
}

enum xf_outcome xf_session_edit(struct xf_buf *out, struct xf_session *s,
                                const struct xf_edit *edit, size_t editor)
{
    struct work w = {.session = s, .edit = edit, .outcome = XF_OUTCOME_TROUBLE};
    struct change change = {.editor = editor};

    if (!xf_decisions_edit(s->path, edit_list, &w)) {
        add_change(&change, &s->ledger, &w.after);
        ledger_take(&s->ledger, &w.after);
        touch(s, w.key);
        XF_GROW(s->changes, s->nchanges, s->changes_cap);
        s->changes[s->nchanges++] = change;
        w.outcome = XF_OUTCOME_DONE;
    }
    if (w.outcome == XF_OUTCOME_DONE || w.outcome == XF_OUTCOME_CONFLICT)
        add_answer(out, s, w.key);
    snapshot_release(&w.after);
    free(w.key);
    return w.outcome;
}

static struct change *last_change(const struct xf_session *s, size_t editor)
{
    for (size_t i = s->nchanges; i-- > 0;)
        if (s->changes[i].editor == editor && !s->changes[i].undone)
            return &s->changes[i];
    return NULL;
}

enum xf_outcome xf_session_undo(struct xf_buf *out, struct xf_session *s,
                                size_t editor)
{
    struct work w = {.session = s, .undo = last_change(s, editor),
                     .outcome = XF_OUTCOME_TROUBLE};

    if (!w.undo)
        return XF_OUTCOME_NOTHING;
    if (!xf_decisions_edit(s->path, undo_list, &w)) {
        ledger_take(&s->ledger, &w.after);
        w.outcome = XF_OUTCOME_DONE;
        w.key = w.undo->keys.len ? xf_strdup(w.undo->keys.keys[0]) : NULL;
    }
    /* One that cannot be taken back does not bar those before it. */
    w.undo->undone = w.outcome != XF_OUTCOME_TROUBLE;
    if (w.outcome == XF_OUTCOME_DONE || w.outcome == XF_OUTCOME_CONFLICT)
        add_answer(out, s, w.key);
    snapshot_release(&w.after);
    free(w.key);
    return w.outcome;
}
