/* SPDX-License-Identifier: GPL-2.0-only */
#include "sources.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "map.h"

struct rule {
    const cJSON *names; /* array */
    struct source source;
};

struct table {
    struct rule *rules;
    size_t len, cap;
    struct xf_map asked;
    const struct source **answers; /* parallel to asked */
    size_t answers_cap;
};

struct sources {
    cJSON *json;
    struct table tables[SOURCE_KINDS];
    struct {
        long long number;
        struct source source;
    } *errors;
    size_t nerrors, errors_cap;
};

static const char *const table_names[SOURCE_KINDS] = {
    "functions", "macros", "globals", "members", "assembly", "parameters"};

static const char *const cause_names[CAUSES] = {
    "guest-input",       "toolstack-input", "firmware",
    "memory-exhaustion", "concurrency",     "hardware",
    "configuration",     "internal-invariant", "unknown"};

const char *cause_name(enum cause cause)
{
    return cause_names[cause];
}

static int read_cause(enum cause *out, const char *word)
{
    for (int i = 0; i < CAUSES; i++)
        if (!strcmp(cause_names[i], word)) {
            *out = (enum cause)i;
            return 0;
        }
    return xf_error("xen/sources.json: '%s' is no cause; use one of the words "
                    "of the worksheet, as guest-input",
                    word);
}

static int read_source(struct source *out, const cJSON *entry)
{
    const char *gives = xf_json_string(entry, "gives", "both");

    out->origin = xf_json_string(entry, "origin", "");
    out->result = strcmp(gives, "arguments") != 0;
    out->arguments = strcmp(gives, "result") != 0;
    out->operands = !strcmp(gives, "operands");
    out->memory = !strcmp(gives, "memory");
    out->never_null = cJSON_IsTrue(cJSON_GetObjectItem(entry, "never_null"));
    out->excuse = cJSON_IsTrue(cJSON_GetObjectItem(entry, "excuse"));
    if (read_cause(&out->unrequested,
                   xf_json_string(entry, "unrequested", "unknown")))
        return -1;
    if (out->operands)
        return 0;
    return read_cause(&out->cause, xf_json_string(entry, "cause", ""));
}

static int read_table(struct table *t, const cJSON *list)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, list)
    {
        struct rule r = {.names = cJSON_GetObjectItem(entry, "names")};

        if (!cJSON_IsArray(r.names))
            return xf_error("xen/sources.json: an entry has no list 'names'");
        if (read_source(&r.source, entry))
            return -1;
        XF_GROW(t->rules, t->len, t->cap);
        t->rules[t->len++] = r;
    }
    return 0;
}

static int read_errors(struct sources *s, const cJSON *list)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *value = cJSON_GetObjectItem(entry, "value");

        if (!cJSON_IsNumber(value))
            return xf_error("xen/sources.json: an error has no number 'value'");
        XF_GROW(s->errors, s->nerrors, s->errors_cap);
        s->errors[s->nerrors].number = (long long)value->valuedouble;
        if (read_source(&s->errors[s->nerrors].source, entry))
            return -1;
        s->nerrors++;
    }
    return 0;
}

struct sources *sources_load(const char *data_dir)
{
    struct sources *s = xf_calloc(1, sizeof(*s));
    char *path = xf_path_join(data_dir, "xen/sources.json");
    int rc;

    s->json = xf_json_load(path);
    rc = s->json ? 0 : -1;
    for (int i = 0; i < SOURCE_KINDS && !rc; i++)
        rc = read_table(&s->tables[i],
                        cJSON_GetObjectItem(s->json, table_names[i]));
    if (!rc)
        rc = read_errors(s, cJSON_GetObjectItem(s->json, "errors"));
    free(path);
    if (!rc)
        return s;
    sources_free(s);
    return NULL;
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    for (int i = 0; i < SOURCE_KINDS; i++) {
        free(s->tables[i].rules);
        free(s->tables[i].answers);
        xf_map_release(&s->tables[i].asked);
    }
    free(s->errors);
    cJSON_Delete(s->json);
    free(s);
}

static const struct source *look(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->len; i++) {
        const cJSON *glob;

        cJSON_ArrayForEach(glob, t->rules[i].names) if (
            cJSON_IsString(glob) && !fnmatch(glob->valuestring, name, 0))
            return &t->rules[i].source;
    }
    return NULL;
}

const struct source *sources_find(struct sources *s, enum source_kind kind,
                                  const char *name)
{
    struct table *t = &s->tables[kind];
    int is_new;
    uint32_t at;

    if (!*name)
        return NULL;
    at = xf_map_add(&t->asked, name, &is_new);
    if (is_new) {
        size_t len = at;

        XF_GROW(t->answers, len, t->answers_cap);
        t->answers[at] = look(t, name);
    }
    return t->answers[at];
}

enum cause sources_context(const struct sources *s, const char *context)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItem(s->json, "contexts"))
    {
        struct source source;

        if (!strcmp(xf_json_string(entry, "name", ""), context) &&
            !read_source(&source, entry))
            return source.cause;
    }
    return CAUSE_UNKNOWN;
}

bool sources_is_subject(const struct sources *s, const char *type)
{
    const cJSON *glob;

    cJSON_ArrayForEach(glob, cJSON_GetObjectItem(s->json, "subjects"))
        if (cJSON_IsString(glob) && !fnmatch(glob->valuestring, type, 0))
            return true;
    return false;
}

const char *sources_parameter_record(const struct sources *s, int n)
{
    return cJSON_GetStringValue(cJSON_GetArrayItem(
        cJSON_GetObjectItem(s->json, "parameter_records"), n));
}

const struct source *sources_error(struct sources *s, long long value)
{
    for (size_t i = 0; i < s->nerrors; i++)
        if (value < 0 && value == -s->errors[i].number)
            return &s->errors[i].source;
    return NULL;
}
