/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The minutes: what the decisions are now that this session made, beside what
 * they were when it began. What was taken back is not in them.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "internal.h"
#include "matching.h"
#include "visible.h"

struct minutes {
    struct xf_buf *out;
    const struct xf_session *session;
    struct xf_decisions now, first; /* the file's lines */
    struct xf_matching matching;    /* of now */
};

static void add_text(struct xf_buf *out, const char *text)
{
    xf_visible(out, text, "");
}

/* "    Rationale: ...", further lines indented. Nothing for "". */
static void add_lines(struct xf_buf *out, const char *name, const char *text)
{
    if (!*text)
        return;
    xf_buf_addf(out, "    %s: ", name);
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = xf_strndup(text, len);

        add_text(out, line);
        xf_buf_addch(out, '\n');
        free(line);
        text += len + (text[len] != '\0');
        if (*text)
            xf_buf_addf(out, "%*s", (int)strlen(name) + 6, "");
    }
}

static const struct xf_decision *find(const struct xf_decisions *list,
                                      const char *key)
{
    return !strncmp(key, "site ", 5) ? xf_decisions_find(list, key + 5)
                                     : xf_decisions_group(list, key + 6);
}

/* Its site as it is now, or as it was when decided. */
static const struct xf_identity *site_of(const struct minutes *m,
                                         const struct xf_decision *d)
{
    size_t at = (size_t)(d - m->now.items);
    uint32_t now = at < m->now.len ? m->matching.pairing.olds[at].other
                                   : XF_NO_PAIR;

    return now == XF_NO_PAIR ? &d->site : &m->session->known.items[now];
}

static void add_site(const struct minutes *m, const struct xf_decision *d)
{
    const struct xf_identity *site = site_of(m, d);
    char *place = site->line ? xf_format("%s:%d", site->file, site->line)
                             : xf_strdup(site->file);
    char *text = xf_format("%s %s %s(): %s", site->site_id, place,
                           site->function, site->text);

    add_text(m->out, text);
    xf_buf_addch(m->out, '\n');
    free(text);
    free(place);
}

static void add_members(const struct minutes *m, const char *group)
{
    for (size_t i = 0; i < m->now.len; i++) {
        const struct xf_decision *d = &m->now.items[i];

        if (!*d->site.site_id || *d->disposition || strcmp(d->group, group))
            continue;
        xf_buf_adds(m->out, "      ");
        add_site(m, d);
    }
}

static const char *disposition_in(const struct xf_decisions *list,
                                  const struct xf_decision *d)
{
    d = d ? xf_decision_effective(list, d) : NULL;
    return d ? d->disposition : "not decided";
}

static void add_item(const struct minutes *m, size_t n, const char *key,
                     const struct ledger_item *item)
{
    const struct xf_decision *now = find(&m->now, key);
    const struct xf_decision *first = find(&m->first, key);
    const struct xf_decision *either = now ? now : first;
    char when[16];
    struct tm tm;

    strftime(when, sizeof(when), "%H:%M", localtime_r(&item->when, &tm));
    xf_buf_addf(m->out, "\n%zu. ", n);
    if (*either->site.site_id) {
        add_site(m, either);
    } else {
        xf_buf_adds(m->out, "Group ");
        add_text(m->out, either->group);
        xf_buf_addch(m->out, '\n');
    }
    xf_buf_addf(m->out, "    %s  %s (was: %s)\n", when,
                now ? disposition_in(&m->now, now) : "taken back",
                disposition_in(&m->first, first));
    if (!now)
        return;
    add_lines(m->out, "Rationale", now->rationale);
    add_lines(m->out, "AoU", now->aou);
    add_lines(m->out, "By", now->who);
    add_lines(m->out, "Meeting", now->meeting);
    if (!*now->site.site_id)
        add_members(m, now->group);
}

static int by_edit(const void *a, const void *b)
{
    const struct ledger_item *x = *(struct ledger_item *const *)a;
    const struct ledger_item *y = *(struct ledger_item *const *)b;

    return (x->edit > y->edit) - (x->edit < y->edit);
}

static bool is_decision_of_session(const struct ledger_item *item)
{
    return item->edit && ledger_differs(item->first, item->line);
}

static size_t count_decided(const struct minutes *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->session->known.len; i++) {
        enum xf_decided state = xf_matching_state(&m->matching, i, NULL);

        n += state == XF_DECIDED_HOLDS || state == XF_DECIDED_MOVED;
    }
    return n;
}

static void add_head(const struct minutes *m, size_t decisions)
{
    const struct xf_session *s = m->session;
    char from[32];
    struct tm tm;

    strftime(from, sizeof(from), "%Y-%m-%d, %H:%M",
             localtime_r(&s->began, &tm));
    xf_buf_addf(m->out, "Review of %s\n", from);
    if (*s->meeting) {
        xf_buf_adds(m->out, "Meeting: ");
        add_text(m->out, s->meeting);
        xf_buf_addch(m->out, '\n');
    }
    xf_buf_adds(m->out, "Decisions in ");
    add_text(m->out, s->path);
    xf_buf_addf(m->out, "\n%zu made here; %zu of %zu sites are decided now\n",
                decisions, count_decided(m), s->known.len);
}

static void parse_lines(struct minutes *m)
{
    const struct ledger *ledger = &m->session->ledger;

    /* The lines are this program's own. */
    for (size_t i = 0; i < ledger->keys.len; i++) {
        if (ledger->items[i].line)
            ledger_parse(&m->now, ledger->items[i].line);
        if (ledger->items[i].first)
            ledger_parse(&m->first, ledger->items[i].first);
    }
}

void xf_session_minutes(struct xf_buf *out, const struct xf_session *s)
{
    struct minutes m = {.out = out, .session = s};
    const struct ledger_item **items =
        xf_calloc(s->ledger.keys.len + 1, sizeof(*items));
    size_t n = 0;

    parse_lines(&m);
    xf_matching_make(&m.matching, &m.now, &s->known);
    for (size_t i = 0; i < s->ledger.keys.len; i++)
        if (is_decision_of_session(&s->ledger.items[i]))
            items[n++] = &s->ledger.items[i];
    qsort(items, n, sizeof(*items), by_edit);
    add_head(&m, n);
    for (size_t i = 0; i < n; i++)
        add_item(&m, i + 1, s->ledger.keys.keys[items[i] - s->ledger.items],
                 items[i]);
    xf_matching_release(&m.matching);
    xf_decisions_release(&m.now);
    xf_decisions_release(&m.first);
    free(items);
}
