/* SPDX-License-Identifier: GPL-2.0-only */
#include "message.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"

/* One pattern and what a match of it means. */
struct rule {
    const char *what;
    regex_t regex;
    int group;
};

struct rules {
    struct rule *items;
    size_t len, cap;
};

struct message_forms {
    cJSON *json; /* owns the strings */
    struct xf_crash_grammar *grammar;
    struct rules trailers, numbers, parties;
    struct rules other; /* by OTHER_ constants */
    const cJSON *mainline;
};

enum {
    OTHER_ADVISORY, OTHER_FIRED, OTHER_REFACTORING, OTHER_TAG, OTHER_BRANCH
};

static int add(struct rules *rules, const char *what, const char *pattern,
               int group, const char *path)
{
    struct rule rule = {.what = what, .group = group};
    int rc = regcomp(&rule.regex, pattern, REG_EXTENDED | REG_ICASE);

    if (!*pattern || rc)
        return xf_error("%s: \"%s\" is no pattern for \"%s\"; correct it", path,
                        pattern, what);
    if (rule.group < 0 || (size_t)rule.group > rule.regex.re_nsub)
        rule.group = 0;
    XF_GROW(rules->items, rules->len, rules->cap);
    rules->items[rules->len++] = rule;
    return 0;
}

static int add_list(struct rules *rules, const cJSON *json, const char *list,
                    const char *key, const char *path)
{
    const cJSON *entry;
    int rc = 0;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(json, list))
    {
        const cJSON *group = cJSON_GetObjectItemCaseSensitive(entry, "group");

        if (!rc)
            rc = add(rules, xf_json_string(entry, key, ""),
                     xf_json_string(entry, "pattern", ""),
                     cJSON_IsNumber(group) ? group->valueint : 1, path);
    }
    if (!rc && !rules->len)
        rc = xf_error("%s: no \"%s\"; restore the file", path, list);
    return rc;
}

static int fill(struct message_forms *f, const char *path)
{
    const cJSON *releases =
        cJSON_GetObjectItemCaseSensitive(f->json, "releases");

    f->mainline = cJSON_GetObjectItemCaseSensitive(releases, "mainline");
    return add_list(&f->trailers, f->json, "trailers", "what", path) ||
                   add_list(&f->numbers, f->json, "numbers", "what", path) ||
                   add_list(&f->parties, f->json, "parties", "party", path) ||
                   add(&f->other, "advisory",
                       xf_json_string(f->json, "advisory", ""), 0, path) ||
                   add(&f->other, "fired", xf_json_string(f->json, "fired", ""),
                       0, path) ||
                   add(&f->other, "refactoring",
                       xf_json_string(f->json, "refactoring", ""), 0, path) ||
                   add(&f->other, "tag", xf_json_string(releases, "tag", ""), 2,
                       path) ||
                   add(&f->other, "branch",
                       xf_json_string(releases, "branch", ""), 2, path)
               ? -1
               : 0;
}

struct message_forms *message_forms_load(const char *data)
{
    struct message_forms *f = xf_calloc(1, sizeof(*f));
    char *path = xf_path_join(data, "xen/history.json");

    f->json = xf_json_load(path);
    f->grammar = xf_crash_grammar_load(data);
    if (!f->json || !f->grammar || fill(f, path)) {
        message_forms_free(f);
        f = NULL;
    }
    free(path);
    return f;
}

static void rules_release(struct rules *rules)
{
    for (size_t i = 0; i < rules->len; i++)
        regfree(&rules->items[i].regex);
    free(rules->items);
}

void message_forms_free(struct message_forms *f)
{
    if (!f)
        return;
    rules_release(&f->trailers);
    rules_release(&f->numbers);
    rules_release(&f->parties);
    rules_release(&f->other);
    xf_crash_grammar_free(f->grammar);
    cJSON_Delete(f->json);
    free(f);
}

/* Append an item to a comma list that does not have it. */
static void add_item(char **list, const char *item, size_t len)
{
    const char *at = *list;
    char *longer;

    while (len && (at = strstr(at, item)) &&
           !((at == *list || at[-1] == ',') && (!at[len] || at[len] == ',')))
        at++;
    if (!len || at)
        return;
    longer = xf_format("%s%s%s", *list, **list ? "," : "", item);
    free(*list);
    *list = longer;
}

static void add_match(char **list, const char *line, regmatch_t at, size_t max)
{
    size_t len = (size_t)(at.rm_eo - at.rm_so);
    char *item;

    if (at.rm_so < 0)
        return;
    if (len > max)
        len = max;
    item = xf_strndup(line + at.rm_so, len);
    add_item(list, item, len);
    free(item);
}

static char **list_of(struct message *m, const char *what)
{
    return !strcmp(what, "xsa")       ? &m->xsa
           : !strcmp(what, "cve")     ? &m->cve
           : !strcmp(what, "fixes")   ? &m->fixes
           : !strcmp(what, "reverts") ? &m->reverts
                                      : &m->backport;
}

static void read_line(struct message *m, const struct message_forms *f,
                      const char *line)
{
    regmatch_t at[5];

    for (size_t i = 0; i < f->trailers.len; i++) {
        const struct rule *r = &f->trailers.items[i];

        if (!regexec(&r->regex, line, 5, at, 0))
            add_match(list_of(m, r->what), line, at[r->group], COMMIT_DIGITS);
    }
    for (size_t i = 0; i < f->numbers.len; i++) {
        const struct rule *r = &f->numbers.items[i];

        for (const char *p = line; !regexec(&r->regex, p, 5, at, 0);
             p += at[0].rm_eo)
            add_match(list_of(m, r->what), p, at[r->group], 20);
    }
    if (!regexec(&f->other.items[OTHER_ADVISORY].regex, line, 0, NULL, 0))
        m->is_advisory = true;
}

static void read_lines(struct message *m, const struct message_forms *f,
                       const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = xf_strndup(text, len < 2000 ? len : 2000);

        read_line(m, f, line);
        free(line);
        text += len + (text[len] == '\n');
    }
}

/* Prose is folded, so it is searched in one line. */
static void read_prose(struct message *m, const struct message_forms *f,
                       const char *text)
{
    bool is_bug = *m->xsa || *m->cve || *m->fixes;
    char *line = xf_strdup(text);

    for (char *p = line; *p; p++)
        if (*p == '\n')
            *p = ' ';
    m->fired = !regexec(&f->other.items[OTHER_FIRED].regex, line, 0, NULL, 0);
    m->refactoring =
        !regexec(&f->other.items[OTHER_REFACTORING].regex, line, 0, NULL, 0);
    for (size_t i = 0; i < f->parties.len && is_bug && !*m->party; i++)
        if (!regexec(&f->parties.items[i].regex, line, 0, NULL, 0)) {
            free(m->party);
            m->party = xf_strdup(f->parties.items[i].what);
        }
    free(line);
}

void message_read(struct message *out, const struct message_forms *f,
                  const char *text)
{
    struct xf_crash_reader *reader = xf_crash_begin(f->grammar);

    *out = (struct message){.xsa = xf_strdup(""),
                            .cve = xf_strdup(""),
                            .fixes = xf_strdup(""),
                            .reverts = xf_strdup(""),
                            .backport = xf_strdup(""),
                            .party = xf_strdup("")};
    read_lines(out, f, text);
    read_prose(out, f, text);
    xf_crash_feed(reader, text, strlen(text));
    xf_crash_end(reader, &out->quotes);
}

void message_release(struct message *m)
{
    free(m->xsa);
    free(m->cve);
    free(m->fixes);
    free(m->reverts);
    free(m->backport);
    free(m->party);
    xf_crash_log_release(&m->quotes);
}

static bool version_in(const struct rule *rule, const char *name, char *out)
{
    regmatch_t at[5];

    if (regexec(&rule->regex, name, 5, at, 0) || at[rule->group].rm_so < 0)
        return false;
    snprintf(out, 32, "%.*s",
             (int)(at[rule->group].rm_eo - at[rule->group].rm_so),
             name + at[rule->group].rm_so);
    return true;
}

bool message_tag_version(const struct message_forms *f, const char *name,
                         char *out)
{
    return version_in(&f->other.items[OTHER_TAG], name, out);
}

bool message_branch_version(const struct message_forms *f, const char *name,
                            char *out)
{
    return version_in(&f->other.items[OTHER_BRANCH], name, out);
}

const char *message_mainline(const struct message_forms *f, size_t i)
{
    const cJSON *item = cJSON_GetArrayItem(f->mainline, (int)i);

    return cJSON_IsString(item) ? item->valuestring : NULL;
}
