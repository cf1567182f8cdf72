/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A version of the tree from a worksheet as JSON, as fmea/report writes it
 * (data/report/worksheet.schema.json): what a gate needs of it. The file may
 * be anybody's, so everything that is used is checked, and nothing is taken
 * when something is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "version.h"

#define FORMAT "xenfmea-worksheet"

/* Of what a site is; a larger one is damage. */
#define MAX_NUMBER 10000000

struct reader {
    const char *name; /* of the file */
    const char *id;   /* of the site at hand, "" before one */
    struct xf_version *out;
};

static int wrong(const struct reader *r, const char *what)
{
    return xf_error("%s: %s%s%s; write it again with 'xenfmea report --format "
                    "json'", r->name, *r->id ? r->id : "",
                    *r->id ? ": " : "", what);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A text that must be there; it may be empty. NULL with xf_error(). */
static const char *text_of(const struct reader *r, const cJSON *object,
                           const char *name)
{
    const cJSON *value = member(object, name);
    char what[80];

    if (cJSON_IsString(value))
        return value->valuestring;
    snprintf(what, sizeof(what), "\"%s\" is not a text", name);
    wrong(r, what);
    return NULL;
}

static int number_of(const struct reader *r, const cJSON *object,
                     const char *name, int *number)
{
    const cJSON *value = member(object, name);
    char what[80];

    if (cJSON_IsNumber(value) && value->valuedouble >= 0 &&
        value->valuedouble <= MAX_NUMBER) {
        *number = value->valueint;
        return 0;
    }
    snprintf(what, sizeof(what), "\"%s\" is not a number from 0 on", name);
    return wrong(r, what);
}

/* Texts of an array with `separator` between. Caller frees; NULL with
 * xf_error(). */
static char *list_of(const struct reader *r, const cJSON *object,
                     const char *name, char separator)
{
    const cJSON *list = member(object, name), *item;
    struct xf_buf text = XF_BUF_INIT;
    char what[80];
    bool good = cJSON_IsArray(list);

    cJSON_ArrayForEach(item, list)
    {
        good = good && cJSON_IsString(item);
        if (!good)
            break;
        if (item->prev && item != list->child)
            xf_buf_addch(&text, separator);
        xf_buf_adds(&text, item->valuestring);
    }
    if (good)
        return xf_buf_detach(&text);
    snprintf(what, sizeof(what), "\"%s\" is not a list of texts", name);
    wrong(r, what);
    xf_buf_release(&text);
    return NULL;
}

/* ---- sites -------------------------------------------------------------- */

static int read_identity(struct reader *r, const cJSON *json)
{
    struct xf_identity *i;
    const cJSON *parts = member(json, "identity");
    char *conditions = list_of(r, parts, "conditions", '\n');
    const struct {
        const char *name;
        size_t offset;
    } texts[] = {{"file", offsetof(struct xf_identity, file)},
                 {"function", offsetof(struct xf_identity, function)},
                 {"kind", offsetof(struct xf_identity, kind)},
                 {"text", offsetof(struct xf_identity, text)},
                 {"message", offsetof(struct xf_identity, message)},
                 {"guard", offsetof(struct xf_identity, guard)},
                 {"near", offsetof(struct xf_identity, near)},
                 {"macros", offsetof(struct xf_identity, macros)}};
    struct xf_identities *sites = &r->out->sites;

    if (!conditions)
        return -1;
    XF_GROW(sites->items, sites->len, sites->cap);
    i = &sites->items[sites->len++];
    memset(i, 0, sizeof(*i));
    i->site_id = xf_strdup(r->id);
    i->conditions = conditions;
    for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
        const char *text = text_of(r, parts, texts[n].name);

        if (!text)
            return -1;
        *(char **)((char *)i + texts[n].offset) = xf_strdup(text);
    }
    if (number_of(r, parts, "version", &i->version) ||
        number_of(r, parts, "order", &i->order) ||
        number_of(r, parts, "equals", &i->equals) ||
        number_of(r, parts, "line", &i->line) ||
        number_of(r, parts, "end_line", &i->end_line))
        return -1;
    return 0;
}

/* One of xf_said_columns as v_sites has it. Caller frees; NULL with
 * xf_error(). */
static char *said_of(const struct reader *r, const cJSON *build, int column)
{
    const char *name = xf_said_columns[column], *text;
    int number = 0;

    if (column == XF_SAID_CONTEXTS)
        return list_of(r, build, name, ',');
    if (column == XF_SAID_DEBUG)
        return number_of(r, build, name, &number) ? NULL
                                                  : xf_format("%d", number);
    text = text_of(r, build, name);
    return text ? xf_strdup(text) : NULL;
}

static int read_build(struct reader *r, const cJSON *json)
{
    struct xf_version *out = r->out;
    const char *arch = text_of(r, json, "arch");
    const char *build = arch ? text_of(r, json, "build") : NULL;
    char *name, *key;
    bool known;
    int is_new;
    size_t n;

    if (!build)
        return -1;
    name = xf_format("%s %s", arch, build);
    known = xf_map_find(&out->builds, name) != XF_MAP_NONE;
    key = xf_format("%s %s", r->id, name);
    free(name);
    if (!known) {
        free(key);
        return wrong(r, "its build is not in the list \"builds\"");
    }
    n = xf_map_add(&out->rows, key, &is_new);
    free(key);
    if (!is_new)
        return wrong(r, "a build is there twice");
    XF_GROW(out->said, n, out->said_cap);
    memset(&out->said[n], 0, sizeof(out->said[n]));
    for (int c = 0; c < XF_SAID; c++)
        if (!(out->said[n].values[c] = said_of(r, json, c)))
            return -1;
    return 0;
}

static int read_site(struct reader *r, const cJSON *json, struct xf_map *seen)
{
    const cJSON *builds = member(json, "builds"), *build;
    const char *id;
    int is_new;

    r->id = "";
    id = text_of(r, json, "site_id");
    if (!id)
        return -1;
    if (strncmp(id, "XF-", 3))
        return wrong(r, "\"site_id\" is no id of a site");
    r->id = id;
    xf_map_add(seen, r->id, &is_new);
    if (!is_new)
        return wrong(r, "the site is there twice");
    if (!cJSON_IsArray(builds) || !builds->child)
        return wrong(r, "\"builds\" is not a list of builds");
    if (read_identity(r, json))
        return -1;
    cJSON_ArrayForEach(build, builds)
        if (read_build(r, build))
            return -1;
    return 0;
}

/* ---- the whole ---------------------------------------------------------- */

static int read_head(struct reader *r, const cJSON *json)
{
    const char *format = xf_json_string(json, "format", "");
    const cJSON *list = member(json, "builds"), *build;

    if (strcmp(format, FORMAT " 1"))
        return xf_error("%s: format '%.40s', this xenfmea reads '" FORMAT
                        " 1'; use the xenfmea that wrote it, or write it "
                        "again", r->name, format);
    r->out->tree = xf_strdup(xf_json_string(json, "tree", ""));
    if (!cJSON_IsArray(list) || !list->child)
        return wrong(r, "\"builds\" is not a list of builds");
    cJSON_ArrayForEach(build, list)
    {
        const char *arch = text_of(r, build, "arch");
        const char *name = arch ? text_of(r, build, "build") : NULL;
        char *key;

        if (!name)
            return -1;
        key = xf_format("%s %s", arch, name);
        xf_map_add(&r->out->builds, key, NULL);
        free(key);
    }
    return 0;
}

/* As identity.h has them, in whatever order the file is. */
static int by_place(const void *a, const void *b)
{
    const struct xf_identity *x = a, *y = b;
    int order = strcmp(x->file, y->file);

    if (!order)
        order = (x->line > y->line) - (x->line < y->line);
    return order ? order : strcmp(x->site_id, y->site_id);
}

int xf_version_parse_json(struct xf_version *out, const char *name,
                          const cJSON *json)
{
    struct reader r = {.name = name, .id = "", .out = out};
    struct xf_map seen = XF_MAP_INIT;
    const cJSON *sites = member(json, "sites"), *site;
    int rc = read_head(&r, json);

    if (!rc && !cJSON_IsArray(sites))
        rc = wrong(&r, "\"sites\" is not a list");
    if (!rc)
        cJSON_ArrayForEach(site, sites)
            if ((rc = read_site(&r, site, &seen)))
                break;
    if (!rc && out->sites.len)
        qsort(out->sites.items, out->sites.len, sizeof(*out->sites.items),
              by_place);
    xf_map_release(&seen);
    return rc;
}

int xf_version_load_json(struct xf_version *out, const char *path)
{
    cJSON *json = xf_json_load(path);
    int rc = json ? xf_version_parse_json(out, path, json) : -1;

    out->path = xf_strdup(path);
    cJSON_Delete(json);
    return rc;
}

bool xf_version_is_json(const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    bool is = xf_file_exists(path) && !xf_file_read(&text, path) && text.len &&
              strstr(text.data, "\"" FORMAT);

    xf_buf_release(&text);
    return is;
}
