/* SPDX-License-Identifier: GPL-2.0-only */
#include "edit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "error.h"
#include "fields.h"
#include "visible.h"

const char *const xf_edit_names[XF_EDIT_FIELDS] = {
    "site", "group", "disposition", "rationale",
    "aou",  "by",    "date",        "meeting"};

void xf_edit_release(struct xf_edit *edit)
{
    for (size_t i = 0; i < XF_EDIT_FIELDS; i++) {
        free(edit->texts[i]);
        free(edit->was[i]);
    }
    for (char **site = edit->sites; site && *site; site++)
        free(*site);
    free(edit->sites);
    memset(edit, 0, sizeof(*edit));
}

/* ---- one text ----------------------------------------------------------- */

static bool is_blank(char ch)
{
    return ch && strchr(" \t\n", ch);
}

/* In place: line ends are '\n', no blanks at the beginning and the end. */
static void tidy(char *text)
{
    char *to = text;
    const char *from = text;

    while (is_blank(*from) || *from == '\r')
        from++;
    for (; *from; from++)
        if (*from != '\r')
            *to++ = *from;
        else if (from[1] != '\n')
            *to++ = '\n';
    while (to > text && is_blank(to[-1]))
        to--;
    *to = '\0';
}

/* Ids as a decision has them, ", " between. */
static int tidy_ids(struct xf_buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, ",\n");
        char *id = xf_strndup(text, len);

        tidy(id);
        if (strlen(id) > XF_EDIT_MAX_NAME) {
            free(id);
            return xf_error("\"aou\" holds an id of more than %d bytes; put "
                            "',' between ids", XF_EDIT_MAX_NAME);
        }
        if (*id)
            xf_buf_addf(out, "%s%s", out->len ? ", " : "", id);
        free(id);
        text += len + (text[len] != '\0');
    }
    return 0;
}

static int tidy_disposition(struct xf_buf *out, const char *text)
{
    size_t len = strlen(text);

    for (const char *at = xf_dispositions; *text;) {
        size_t n = strcspn(at, ",");

        if (n == len && !strncasecmp(at, text, n)) {
            xf_buf_add(out, at, n);
            return 0;
        }
        if (!at[n])
            return xf_error("no disposition is called \"%.40s\"; write one of: "
                            "%s", text, xf_dispositions);
        at += n + 2;
    }
    return 0;
}

static size_t most_bytes(enum xf_edit_field field)
{
    switch (field) {
    case XF_EDIT_RATIONALE:
    case XF_EDIT_AOU:
        return XF_EDIT_MAX_TEXT;
    case XF_EDIT_GROUP: /* names of groups say what is in them */
        return 4 * XF_EDIT_MAX_NAME;
    default:
        return XF_EDIT_MAX_NAME;
    }
}

static int check(enum xf_edit_field field, const char *text)
{
    if (field == XF_EDIT_SITE && !decision_is_site_id(text))
        return xf_error("\"%.40s\" is no site id; it looks like "
                        "XF-0123456789ab, copy it from the worksheet", text);
    if (field == XF_EDIT_GROUP && !*text)
        return xf_error("\"group\" is empty; name a group or a \"site\"");
    if (field == XF_EDIT_DATE && *text && !decision_is_date(text))
        return xf_error("\"%.40s\" is no date; write YYYY-MM-DD", text);
    if (strlen(text) > most_bytes(field))
        return xf_error("\"%s\" has more than %zu bytes; shorten it",
                        xf_edit_names[field], most_bytes(field));
    return 0;
}

int xf_edit_set(struct xf_edit *edit, enum xf_edit_field field,
                const char *text)
{
    bool lines = field == XF_EDIT_RATIONALE || field == XF_EDIT_AOU;
    struct xf_buf out = XF_BUF_INIT;
    char *copy = xf_strdup(text), *shown;
    int rc = 0;

    tidy(copy);
    xf_visible(&out, copy, lines ? "\n\t" : "");
    shown = xf_buf_detach(&out);
    if (field == XF_EDIT_AOU)
        rc = tidy_ids(&out, shown);
    else if (field == XF_EDIT_DISPOSITION)
        rc = tidy_disposition(&out, shown);
    else
        xf_buf_adds(&out, shown);
    if (!out.data)
        xf_buf_adds(&out, "");
    if (!rc)
        rc = check(field, out.data);
    if (!rc) {
        free(edit->texts[field]);
        edit->texts[field] = xf_buf_detach(&out);
    }
    xf_buf_release(&out);
    free(shown);
    free(copy);
    return rc;
}

/* ---- JSON --------------------------------------------------------------- */

/* cJSON would end a text at \u0000. */
static bool has_nul(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        if (!text[i])
            return true;
        if (text[i] == '\\' && len - i >= 6 && !memcmp(text + i, "\\u0000", 6))
            return true;
        i += text[i] == '\\';
    }
    return len && !text[len - 1];
}

cJSON *xf_edit_json(const char *text, size_t len)
{
    const char *stop = NULL;
    char *copy;
    cJSON *json;

    for (size_t at = 0, n; at < len; at += n) {
        n = decision_utf8((const unsigned char *)text + at, len - at);
        if (!n) {
            xf_error("not UTF-8 at byte %zu", at + 1);
            return NULL;
        }
    }
    if (has_nul(text, len)) {
        xf_error("a NUL in a text; remove it");
        return NULL;
    }
    copy = xf_strndup(text, len);
    json = cJSON_ParseWithOpts(copy, &stop, 1);
    if (!json)
        xf_error("not valid JSON near '%.20s'", stop ? stop : copy);
    free(copy);
    return json;
}

static int set_list(struct xf_edit *edit, enum xf_edit_field field,
                    const cJSON *value)
{
    struct xf_buf ids = XF_BUF_INIT;
    const cJSON *id;
    int rc = 0;

    cJSON_ArrayForEach(id, value) {
        if (!cJSON_IsString(id) || strpbrk(id->valuestring, ",\n"))
            rc = xf_error("\"%s\" holds something else than single ids; write "
                          "[\"...\", \"...\"]", xf_edit_names[field]);
        else
            xf_buf_addf(&ids, "%s%s", ids.len ? ", " : "", id->valuestring);
    }
    if (!rc)
        rc = xf_edit_set(edit, field, ids.data ? ids.data : "");
    xf_buf_release(&ids);
    return rc;
}

static int set_json(struct xf_edit *edit, enum xf_edit_field field,
                    const cJSON *value)
{
    if (cJSON_IsString(value))
        return xf_edit_set(edit, field, value->valuestring);
    if (field == XF_EDIT_AOU && cJSON_IsArray(value))
        return set_list(edit, field, value);
    return xf_error("\"%s\" is %s", xf_edit_names[field],
                    field == XF_EDIT_AOU ? "a list of ids" : "a text: put it "
                                                             "in quotes");
}

static enum xf_edit_field field_named(const char *name)
{
    enum xf_edit_field field = 0;

    while (field < XF_EDIT_FIELDS && strcmp(xf_edit_names[field], name))
        field++;
    return field;
}

/* What the page shows of a decision may have more members: they do not count. */
static int read_was(struct xf_edit *out, const cJSON *value)
{
    struct xf_edit was = {0};
    const cJSON *item;
    int rc = 0;

    if (!cJSON_IsObject(value) && !cJSON_IsNull(value))
        return xf_error("\"was\" is the decision as it was, or null");
    cJSON_ArrayForEach(item, value) {
        enum xf_edit_field field = field_named(item->string);

        if (!rc && field < XF_EDIT_FIELDS)
            rc = set_json(&was, field, item);
    }
    out->has_was = !rc;
    for (size_t i = 0; i < XF_EDIT_FIELDS; i++) {
        out->was[i] = was.texts[i];
        was.texts[i] = NULL;
    }
    return rc;
}

static int read_sites(struct xf_edit *out, const cJSON *value)
{
    const cJSON *id;
    size_t n = 0;

    if (!cJSON_IsArray(value))
        return xf_error("\"sites\" is a list of ids");
    out->sites = xf_calloc((size_t)cJSON_GetArraySize(value) + 1,
                           sizeof(*out->sites));
    cJSON_ArrayForEach(id, value) {
        if (!cJSON_IsString(id) || !decision_is_site_id(id->valuestring))
            return xf_error("\"sites\" holds something else than site ids");
        out->sites[n++] = xf_strdup(id->valuestring);
    }
    return 0;
}

static int read_member(struct xf_edit *out, const cJSON *item)
{
    enum xf_edit_field field = field_named(item->string);

    if (field < XF_EDIT_FIELDS)
        return set_json(out, field, item);
    if (!strcmp(item->string, "was"))
        return read_was(out, item);
    if (!strcmp(item->string, "base")) {
        out->has_base = cJSON_IsNumber(item) && item->valuedouble >= 0;
        out->base = item->valuedouble;
        return out->has_base ? 0 : xf_error("\"base\" is the number of a "
                                            "revision");
    }
    if (!strcmp(item->string, "sites"))
        return read_sites(out, item);
    if (!strcmp(item->string, "status"))
        return 0;
    return xf_error("no field is called \"%.40s\"", item->string);
}

int xf_edit_read(struct xf_edit *out, const cJSON *object)
{
    struct xf_map seen = XF_MAP_INIT;
    const cJSON *item;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (!cJSON_IsObject(object))
        return xf_error("an edit is an object: {\"site\": ...}");
    cJSON_ArrayForEach(item, object) {
        int is_new;

        xf_map_add(&seen, item->string, &is_new);
        rc = is_new ? read_member(out, item)
                    : xf_error("\"%.40s\" is there twice; keep one of them",
                               item->string);
        if (rc)
            break;
    }
    xf_map_release(&seen);
    return rc;
}

/* ---- a file of them ----------------------------------------------------- */

struct xf_edit *xf_edits_add(struct xf_edits *list)
{
    XF_GROW(list->items, list->len, list->cap);
    memset(&list->items[list->len], 0, sizeof(*list->items));
    return &list->items[list->len++];
}

void xf_edits_release(struct xf_edits *list)
{
    for (size_t i = 0; i < list->len; i++)
        xf_edit_release(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

static int check_head(const cJSON *root)
{
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(root, "format");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");

    if (!cJSON_IsString(format) || strcmp(format->valuestring, XF_EDITS_FORMAT))
        return xf_error("not an export of the worksheet; it begins with "
                        "{\"format\": \"" XF_EDITS_FORMAT "\"");
    if (!cJSON_IsNumber(version) || version->valuedouble != XF_EDITS_VERSION)
        return xf_error("this xenfmea reads version %d of such a file; use the "
                        "xenfmea that made the worksheet", XF_EDITS_VERSION);
    if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root, "edits")))
        return xf_error("the list \"edits\" is missing; export it again");
    return 0;
}

static int read_edits(struct xf_edits *out, const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list) {
        struct xf_edit *edit = xf_edits_add(out);

        if (xf_edit_read(edit, item))
            return xf_error("edit %zu: %s", out->len, xf_error_message());
        edit->place = (int)out->len;
    }
    return 0;
}

int xf_edits_parse(struct xf_edits *out, const char *name, const char *text,
                   size_t len)
{
    cJSON *root = xf_edit_json(text, len);
    int rc = root ? check_head(root) : -1;

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = read_edits(out, cJSON_GetObjectItemCaseSensitive(root, "edits"));
    if (rc) {
        xf_error("%s: %s", name, xf_error_message());
        xf_edits_release(out);
    }
    cJSON_Delete(root);
    return rc;
}
