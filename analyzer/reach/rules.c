/* SPDX-License-Identifier: GPL-2.0-only */
#include "rules.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

struct loader {
    struct xf_reach_rules *rules;
    const char *arch;
    char *path; /* of the file being read */
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool truth(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(member(object, name));
}

static int number(const cJSON *object, const char *name)
{
    const cJSON *item = member(object, name);

    return cJSON_IsNumber(item) ? item->valueint : 0;
}

bool xf_matches(const struct xf_patterns *patterns, const char *text)
{
    for (size_t i = 0; i < patterns->len; i++) {
        const char *p = patterns->items[i];

        if (strpbrk(p, "*?[") ? !fnmatch(p, text, 0) : !strcmp(p, text))
            return true;
    }
    return false;
}

/* A string or a list of strings. */
static struct xf_patterns patterns(const cJSON *object, const char *name)
{
    const cJSON *list = member(object, name), *item;
    struct xf_patterns p = {0};
    size_t cap = 0;

    if (cJSON_IsString(list)) {
        XF_GROW(p.items, p.len, cap);
        p.items[p.len++] = list->valuestring;
    }
    if (cJSON_IsArray(list))
        cJSON_ArrayForEach(item, list)
        {
            XF_GROW(p.items, p.len, cap);
            p.items[p.len++] = cJSON_IsString(item) ? item->valuestring : "";
        }
    return p;
}

static bool for_this_arch(const struct loader *l, const cJSON *rule)
{
    struct xf_patterns arch = patterns(rule, "arch");
    bool yes = !arch.len || xf_matches(&arch, l->arch);

    free(arch.items);
    return yes;
}

static int context_number(const struct loader *l, const char *name,
                          uint8_t *out)
{
    for (size_t i = 0; i < l->rules->ncontexts; i++)
        if (!strcmp(l->rules->contexts[i].name, name)) {
            *out = (uint8_t)i;
            return 0;
        }
    return xf_error("%s: '%s' is no context of contexts.json; correct it",
                    l->path, name);
}

/* A context or a list of them; "!name" is every other. Absent: all. */
static int context_set(const struct loader *l, const cJSON *object,
                       const char *name, xf_context_set *out)
{
    struct xf_patterns list = patterns(object, name);
    int rc = 0;

    *out = list.len ? 0 : UINT16_MAX;
    for (size_t i = 0; i < list.len && !rc; i++) {
        bool others = list.items[i][0] == '!';
        uint8_t c = 0;

        rc = context_number(l, list.items[i] + others, &c);
        *out |= (xf_context_set)(others ? ~(1U << c) : 1U << c);
    }
    free(list.items);
    return rc;
}

static int read_contexts(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item;

    cJSON_ArrayForEach(item, member(json, "contexts"))
    {
        struct xf_context *c = &r->contexts[r->ncontexts];

        if (r->ncontexts == XF_MAX_CONTEXTS)
            return xf_error("%s: more than %d contexts", l->path,
                            XF_MAX_CONTEXTS);
        c->name = xf_json_string(item, "name", "");
        c->colour = xf_json_string(item, "colour", "#000000");
        c->party = xf_json_string(item, "party", "");
        c->shown = (uint8_t)r->ncontexts++;
    }
    cJSON_ArrayForEach(item, member(json, "contexts"))
    {
        const char *shown = xf_json_string(item, "shown_as", NULL);
        uint8_t self = 0;

        if (context_number(l, xf_json_string(item, "name", ""), &self) ||
            (shown && context_number(l, shown, &r->contexts[self].shown)))
            return -1;
    }
    return r->ncontexts ? 0 : xf_error("%s: lists no contexts", l->path);
}

static int read_entries(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item;

    cJSON_ArrayForEach(item, member(json, "entries"))
    {
        struct xf_entry_rule e = {
            .id = xf_json_string(item, "id", ""),
            .source = xf_json_string(item, "source", ""),
            .fallback = truth(item, "fallback"),
            .prepared = truth(item, "prepared")};

        if (!for_this_arch(l, item))
            continue;
        if (context_set(l, item, "context", &e.contexts))
            return -1;
        e.functions = patterns(item, "functions");
        e.except = patterns(item, "except");
        e.files = patterns(item, "files");
        e.callees_of = patterns(item, "callees_of");
        e.unless_reached = patterns(item, "unless_reached");
        XF_GROW(r->entries, r->nentries, r->entries_cap);
        r->entries[r->nentries++] = e;
    }
    return 0;
}

static int read_crossings(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item;

    cJSON_ArrayForEach(item, member(json, "crossings"))
    {
        const char *to = xf_json_string(item, "to", "");
        struct xf_crossing c = {.id = xf_json_string(item, "id", ""),
                                .to = XF_NO_CONTEXT,
                                .last = truth(item, "last")};

        if (!for_this_arch(l, item))
            continue;
        if (context_set(l, item, "from", &c.from) ||
            (strcmp(to, "none") && context_number(l, to, &c.to)))
            return -1;
        c.caller = patterns(item, "caller");
        c.callee = patterns(item, "callee");
        c.via = patterns(item, "via");
        c.section = patterns(item, "section");
        c.kind = patterns(item, "kind");
        XF_GROW(r->crossings, r->ncrossings, r->crossings_cap);
        r->crossings[r->ncrossings++] = c;
    }
    return 0;
}

static struct xf_handovers handovers(const cJSON *object, const char *name)
{
    struct xf_handovers h = {0};
    const cJSON *item;

    cJSON_ArrayForEach(item, member(object, name))
    {
        XF_GROW(h.items, h.len, h.cap);
        h.items[h.len].function = xf_json_string(item, "function", "");
        h.items[h.len].callback = number(item, "callback");
        h.items[h.len++].key = number(item, "key");
    }
    return h;
}

static int read_mechanisms(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item;

    cJSON_ArrayForEach(item, member(json, "mechanisms"))
    {
        struct xf_mechanism m = {.id = xf_json_string(item, "id", ""),
                                 .keeps = truth(item, "keeps"),
                                 .exclusive = truth(item, "exclusive")};

        if (context_number(l, xf_json_string(item, "context", ""),
                           &m.context) ||
            (member(item, "not_from") &&
             context_set(l, item, "not_from", &m.not_from)))
            return -1;
        m.dispatchers = patterns(item, "dispatchers");
        m.record = xf_json_string(item, "record", "");
        m.member = xf_json_string(item, "member", "");
        m.arm = handovers(item, "arm");
        m.bind = handovers(item, "bind");
        m.fire = handovers(item, "fire");
        XF_GROW(r->mechanisms, r->nmechanisms, r->mechanisms_cap);
        r->mechanisms[r->nmechanisms++] = m;
    }
    return 0;
}

static int read_privileges(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item, *map;

    cJSON_ArrayForEach(item, member(json, "privileges"))
    {
        struct xf_privilege p = {.name = xf_json_string(item, "name", "")};

        for (uint8_t i = 0; i < XF_MAX_CONTEXTS; i++)
            p.to[i] = i;
        cJSON_ArrayForEach(map, member(item, "to"))
        {
            uint8_t from = 0, to = 0;

            if (context_number(l, map->string, &from) ||
                context_number(l, cJSON_IsString(map) ? map->valuestring : "",
                               &to))
                return -1;
            p.to[from] = to;
        }
        XF_GROW(r->privileges, r->nprivileges, r->privileges_cap);
        r->privileges[r->nprivileges++] = p;
    }
    return r->nprivileges < 8 ? 0
                              : xf_error("%s: more than 7 privileges", l->path);
}

static int privilege_number(const struct loader *l, const char *name,
                            uint8_t *out)
{
    for (size_t i = 0; i < l->rules->nprivileges; i++)
        if (!strcmp(l->rules->privileges[i].name, name)) {
            *out = (uint8_t)i;
            return 0;
        }
    return xf_error("%s: '%s' is not among its privileges; correct it",
                    l->path, name);
}

static int read_checks(struct loader *l, const cJSON *json)
{
    struct xf_reach_rules *r = l->rules;
    const cJSON *item, *action, *current = member(json, "current");

    cJSON_ArrayForEach(item, member(json, "checks"))
    {
        struct xf_check c = {
            .function = xf_json_string(item, "function", ""),
            .zero_passes = !strcmp(xf_json_string(item, "result", ""), "zero"),
            .action = number(item, "action"),
            .current = number(item, "current"),
            .privilege = UINT8_MAX,
            .actions = member(item, "actions")};
        const char *name = xf_json_string(item, "privilege", NULL);
        uint8_t unused;

        if (name && privilege_number(l, name, &c.privilege))
            return -1;
        cJSON_ArrayForEach(action, c.actions) if (privilege_number(
            l, cJSON_IsString(action) ? action->valuestring : "", &unused))
            return -1;
        XF_GROW(r->checks, r->nchecks, r->checks_cap);
        r->checks[r->nchecks++] = c;
    }
    r->current_macros = patterns(current, "macros");
    r->current_functions = patterns(current, "functions");
    r->transparent = patterns(json, "transparent");
    r->current_domain = xf_json_string(current, "domain", "");
    return 0;
}

static int read_file(struct loader *l, int n, const char *data,
                     const char *name)
{
    free(l->path);
    l->path = xf_path_join(data, name);
    l->rules->json[n] = xf_json_load(l->path);
    return l->rules->json[n] ? 0 : -1;
}

struct xf_reach_rules *xf_reach_rules_load(const char *data, const char *arch)
{
    struct xf_reach_rules *r = xf_calloc(1, sizeof(*r));
    struct loader l = {.rules = r, .arch = arch};

    if (read_file(&l, 0, data, "xen/contexts.json") ||
        read_contexts(&l, r->json[0]) ||
        read_file(&l, 1, data, "xen/entries.json") ||
        read_entries(&l, r->json[1]) || read_crossings(&l, r->json[1]) ||
        read_mechanisms(&l, r->json[1]) ||
        read_file(&l, 2, data, "xen/privilege.json") ||
        read_privileges(&l, r->json[2]) || read_checks(&l, r->json[2])) {
        xf_reach_rules_free(r);
        r = NULL;
    }
    free(l.path);
    return r;
}

void xf_reach_rules_free(struct xf_reach_rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->nentries; i++) {
        free(r->entries[i].functions.items);
        free(r->entries[i].except.items);
        free(r->entries[i].files.items);
        free(r->entries[i].callees_of.items);
        free(r->entries[i].unless_reached.items);
    }
    for (size_t i = 0; i < r->ncrossings; i++) {
        free(r->crossings[i].caller.items);
        free(r->crossings[i].callee.items);
        free(r->crossings[i].via.items);
        free(r->crossings[i].section.items);
        free(r->crossings[i].kind.items);
    }
    for (size_t i = 0; i < r->nmechanisms; i++) {
        free(r->mechanisms[i].dispatchers.items);
        free(r->mechanisms[i].arm.items);
        free(r->mechanisms[i].bind.items);
        free(r->mechanisms[i].fire.items);
    }
    free(r->current_macros.items);
    free(r->current_functions.items);
    free(r->transparent.items);
    free(r->entries);
    free(r->crossings);
    free(r->mechanisms);
    free(r->privileges);
    free(r->checks);
    for (size_t i = 0; i < 3; i++)
        cJSON_Delete(r->json[i]);
    free(r);
}
