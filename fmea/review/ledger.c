/* SPDX-License-Identifier: GPL-2.0-only */
#include "ledger.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "matching.h"

#define HEAD "{\"format\": \"" XF_DECISIONS_FORMAT "\", \"decisions\": [\n"
#define END ",\n{\"end\": true}]}\n"

char *review_key(const struct xf_decision *d)
{
    bool site = *d->site.site_id;

    return xf_format("%s %s", site ? "site" : "group",
                     site ? d->site.site_id : d->group);
}

/* ---- one line ----------------------------------------------------------- */

static char *line_of(const struct xf_decision *d)
{
    struct xf_decisions one = {(struct xf_decision *)d, 1, 1};
    struct xf_buf text = XF_BUF_INIT;
    char *line;

    xf_decisions_print(&text, &one, NULL);
    line = xf_strndup(text.data + strlen(HEAD),
                      text.len - strlen(HEAD) - strlen(END));
    xf_buf_release(&text);
    return line;
}

int ledger_parse(struct xf_decisions *list, const char *line)
{
    char *text = xf_format(HEAD "%s" END, line);
    struct xf_decisions one;
    int rc = xf_decisions_parse(&one, "decision", text, strlen(text));

    free(text);
    if (rc)
        return rc;
    free(one.items[0].path);
    one.items[0].path = NULL;
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = one.items[0];
    free(one.items);
    return 0;
}

/* ---- what clients get --------------------------------------------------- */

static void add_ids(cJSON *object, const char *name, const char *ids)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);

    while (*ids) {
        const char *end = strstr(ids, ", ");
        char *id = xf_strndup(ids, end ? (size_t)(end - ids) : strlen(ids));

        cJSON_AddItemToArray(list, cJSON_CreateString(id));
        free(id);
        if (!end)
            break;
        ids = end + 2;
    }
}

static void add_words(cJSON *object, const struct xf_decision *d)
{
    cJSON_AddStringToObject(object, "disposition", d->disposition);
    cJSON_AddStringToObject(object, "rationale", d->rationale);
    add_ids(object, "aou", d->aou);
    cJSON_AddStringToObject(object, "by", d->who);
    cJSON_AddStringToObject(object, "date", d->when);
    cJSON_AddStringToObject(object, "meeting", d->meeting);
}

/* The sites that it decides, as they are called now and in their order. */
static void add_members(cJSON *object, const struct xf_matching *m,
                        const char *group)
{
    cJSON *sites = cJSON_AddArrayToObject(object, "sites");

    for (size_t i = 0; i < m->now->len; i++) {
        uint32_t at = m->pairing.news[i].other;
        const struct xf_decision *d =
            at == XF_NO_PAIR ? NULL : &m->list->items[at];

        if (d && !*d->disposition && !strcmp(d->group, group))
            cJSON_AddItemToArray(
                sites, cJSON_CreateString(m->now->items[i].site_id));
    }
}

static void add_state(cJSON *object, const struct xf_matching *m, size_t at)
{
    uint32_t now = m->pairing.olds[at].other;
    char *why;

    if (now == XF_NO_PAIR) {
        cJSON_AddStringToObject(object, "status", "vanished");
        return;
    }
    cJSON_AddStringToObject(object, "status",
                            xf_decided_names[xf_matching_state(m, now, NULL)]);
    why = xf_pair_reason(&m->pairing.olds[at], &m->sites.items[at],
                         &m->now->items[now]);
    if (why && *why)
        cJSON_AddStringToObject(object, "why", why);
    free(why);
}

static char *json_of(const struct xf_matching *m, size_t at)
{
    const struct xf_decision *d = &m->list->items[at];
    uint32_t now = m->pairing.olds[at].other;
    cJSON *object = cJSON_CreateObject();
    char *text, *copy;

    if (*d->site.site_id)
        cJSON_AddStringToObject(object, "site",
                                now == XF_NO_PAIR
                                    ? d->site.site_id
                                    : m->now->items[now].site_id);
    if (*d->group)
        cJSON_AddStringToObject(object, "group", d->group);
    add_words(object, d);
    if (*d->site.site_id)
        add_state(object, m, at);
    else
        add_members(object, m, d->group);
    text = cJSON_PrintUnformatted(object);
    copy = xf_strdup(text);
    cJSON_free(text);
    cJSON_Delete(object);
    return copy;
}

/* What clients get of something that is not decided any more. */
static char *json_gone(const char *json)
{
    cJSON *was = cJSON_Parse(json), *object = cJSON_CreateObject();
    const cJSON *site = cJSON_GetObjectItemCaseSensitive(was, "site");
    const cJSON *group = cJSON_GetObjectItemCaseSensitive(was, "group");
    char *text, *copy;

    cJSON_AddStringToObject(object, site ? "site" : "group",
                            (site ? site : group)->valuestring);
    cJSON_AddStringToObject(object, "disposition", "");
    text = cJSON_PrintUnformatted(object);
    copy = xf_strdup(text);
    cJSON_free(text);
    cJSON_Delete(object);
    cJSON_Delete(was);
    return copy;
}

/* ---- all lines ---------------------------------------------------------- */

void snapshot_make(struct snapshot *out, const struct xf_decisions *list)
{
    memset(out, 0, sizeof(*out));
    out->lines = xf_calloc(list->len + 1, sizeof(char *));
    out->jsons = xf_calloc(list->len + 1, sizeof(char *));
    out->groups = xf_calloc(list->len + 1, sizeof(char *));
    for (size_t i = 0; i < list->len; i++) {
        const struct xf_decision *d = &list->items[i];
        char *key = review_key(d);
        uint32_t at = xf_map_add(&out->keys, key, NULL);

        free(key);
        out->lines[at] = line_of(d);
        if (*d->site.site_id && !*d->disposition)
            out->groups[at] = xf_format("group %s", d->group);
    }
}

void snapshot_match(struct snapshot *snapshot, const struct xf_decisions *list,
                    const struct xf_identities *known)
{
    struct xf_matching m;

    xf_matching_make(&m, list, known);
    for (size_t i = 0; i < list->len; i++)
        snapshot->jsons[i] = json_of(&m, i);
    xf_matching_release(&m);
}

void snapshot_release(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->keys.len; i++) {
        free(snapshot->lines[i]);
        free(snapshot->jsons[i]);
        free(snapshot->groups[i]);
    }
    free(snapshot->lines);
    free(snapshot->jsons);
    free(snapshot->groups);
    xf_map_release(&snapshot->keys);
    memset(snapshot, 0, sizeof(*snapshot));
}

const char *snapshot_line(const struct snapshot *snapshot, const char *key)
{
    uint32_t at = xf_map_find(&snapshot->keys, key);

    return at == XF_MAP_NONE ? NULL : snapshot->lines[at];
}

bool ledger_differs(const char *a, const char *b)
{
    return !a != !b || (a && strcmp(a, b));
}

bool ledger_has(const struct ledger *ledger, const struct snapshot *snapshot)
{
    size_t n = 0;

    for (size_t i = 0; i < ledger->keys.len; i++)
        n += ledger->items[i].line != NULL;
    for (size_t i = 0; i < snapshot->keys.len; i++) {
        const struct ledger_item *item =
            ledger_find(ledger, snapshot->keys.keys[i]);

        if (!item || ledger_differs(item->line, snapshot->lines[i]))
            return false;
    }
    return ledger->revision && n == snapshot->keys.len;
}

static struct ledger_item *add_item(struct ledger *ledger, const char *key)
{
    int is_new;
    uint32_t at = xf_map_add(&ledger->keys, key, &is_new);

    if (is_new) {
        XF_GROW(ledger->items, at, ledger->cap);
        memset(&ledger->items[at], 0, sizeof(*ledger->items));
    }
    return &ledger->items[at];
}

static void replace(char **to, const char *text)
{
    char *copy = text ? xf_strdup(text) : NULL;

    free(*to);
    *to = copy;
}

static void take_item(struct ledger *ledger, const struct snapshot *snapshot,
                      size_t at, double next)
{
    struct ledger_item *item = add_item(ledger, snapshot->keys.keys[at]);
    bool line = ledger_differs(item->line, snapshot->lines[at]);

    if (!line && !ledger_differs(item->json, snapshot->jsons[at]))
        return;
    replace(&item->line, snapshot->lines[at]);
    replace(&item->json, snapshot->jsons[at]);
    replace(&item->group, snapshot->groups[at]);
    item->revision = ledger->revision = next;
    if (line)
        item->decided = next;
}

static void take_gone(struct ledger *ledger, const struct snapshot *snapshot,
                      double next)
{
    for (size_t i = 0; i < ledger->keys.len; i++) {
        struct ledger_item *item = &ledger->items[i];
        char *json;

        if (!item->line || snapshot_line(snapshot, ledger->keys.keys[i]))
            continue;
        json = json_gone(item->json);
        replace(&item->line, NULL);
        replace(&item->json, json);
        replace(&item->group, NULL);
        item->revision = item->decided = ledger->revision = next;
        free(json);
    }
}

/* A group's decision is its sites' as well. */
static void take_groups(struct ledger *ledger, double next)
{
    for (size_t i = 0; i < ledger->keys.len; i++) {
        struct ledger_item *item = &ledger->items[i];
        const struct ledger_item *group =
            item->group ? ledger_find(ledger, item->group) : NULL;

        if (group && group->decided == next)
            item->revision = next;
    }
}

void ledger_take(struct ledger *ledger, const struct snapshot *snapshot)
{
    bool begins = !ledger->revision;
    double next = ledger->revision + 1;

    if (begins)
        ledger->revision = next;
    for (size_t i = 0; i < snapshot->keys.len; i++)
        take_item(ledger, snapshot, i, next);
    take_gone(ledger, snapshot, next);
    take_groups(ledger, next);
    for (size_t i = 0; begins && i < ledger->keys.len; i++)
        replace(&ledger->items[i].first, ledger->items[i].line);
}

void ledger_release(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->keys.len; i++) {
        free(ledger->items[i].line);
        free(ledger->items[i].json);
        free(ledger->items[i].first);
        free(ledger->items[i].group);
    }
    free(ledger->items);
    xf_map_release(&ledger->keys);
    memset(ledger, 0, sizeof(*ledger));
}

struct ledger_item *ledger_find(const struct ledger *ledger, const char *key)
{
    uint32_t at = xf_map_find(&ledger->keys, key);

    return at == XF_MAP_NONE ? NULL : &ledger->items[at];
}

void ledger_add_json(struct xf_buf *out, const struct ledger_item *item)
{
    xf_buf_add(out, item->json, strlen(item->json) - 1);
    xf_buf_addf(out, ",\"revision\":%.0f}", item->revision);
}
