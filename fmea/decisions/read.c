/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The reader. cJSON knows no lines and takes what it does not understand, so
 * the outer layers are read here and each decision alone is given to it.
 */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "fields.h"
#include "map.h"

/* What a decision was made for is never longer; a larger number is a typo. */
#define MAX_NUMBER 100000

/* Brackets within brackets; a decision has two levels. */
#define MAX_DEPTH 16

struct reader {
    const char *name; /* of the file */
    const char *text, *at, *end;
    struct xf_decisions *out;
    bool ended; /* the last entry was seen */
    const char *counted; /* up to here there are `lines` line ends */
    int lines;
};

static int line_of(const struct reader *r, const char *at)
{
    const char *from = at >= r->counted ? r->counted : r->text;
    int line = 1 + (at >= r->counted ? r->lines : 0);

    for (; from < at; from++)
        line += *from == '\n';
    return line;
}

static int wrong(const struct reader *r, const char *at, const char *what)
{
    return xf_error("%s:%d: %s", r->name, line_of(r, at), what);
}

/* ---- before anything is parsed ------------------------------------------ */

static bool is_marker(const char *line, size_t len)
{
    static const char *const markers[] = {"<<<<<<<", "=======", ">>>>>>>",
                                          "|||||||"};

    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
        if (len >= 7 && !memcmp(line, markers[i], 7) &&
            (len == 7 || line[7] == ' ' || line[7] == '\r'))
            return true;
    return false;
}

static int check_markers(const struct reader *r)
{
    for (const char *line = r->text; line < r->end;) {
        const char *end = memchr(line, '\n', (size_t)(r->end - line));

        end = end ? end : r->end;
        if (is_marker(line, (size_t)(end - line)))
            return wrong(r, line,
                         "a conflict marker: the merge is not finished; every "
                         "decision is one line, so keep the lines of both "
                         "sides, or one where both decide the same site, and "
                         "remove the marker lines");
        line = end + (end < r->end);
    }
    return 0;
}

size_t decision_utf8(const unsigned char *s, size_t left)
{
    size_t n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3
               : *s < 0xf5 ? 4 : 0;

    if (!n || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
        (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static int check_bytes(const struct reader *r)
{
    for (const char *at = r->text; at < r->end;) {
        size_t n = *at ? decision_utf8((const unsigned char *)at,
                                       (size_t)(r->end - at)) : 0;

        if (!n)
            return wrong(r, at, *at ? "not UTF-8; save the file as UTF-8"
                                    : "a NUL byte; restore the file from "
                                      "version control");
        at += n;
    }
    return 0;
}

/* ---- the outer layers --------------------------------------------------- */

static void skip_blank(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at))
        r->at++;
}

static bool take(struct reader *r, char ch)
{
    skip_blank(r);
    if (r->at >= r->end || *r->at != ch)
        return false;
    r->at++;
    return true;
}

/* Behind the string that begins at `at`, NULL when its line ends before. */
static const char *string_end(const struct reader *r, const char *at)
{
    for (at++; at < r->end && *at != '\n'; at++) {
        if (*at == '"')
            return at + 1;
        if (*at == '\\' && at + 1 < r->end)
            at++;
    }
    return NULL;
}

/* The value at r->at, which moves behind it; cJSON says what is in it. NULL
 * with the error set. */
static const char *take_value(struct reader *r)
{
    const char *begin, *at;
    char open[MAX_DEPTH];
    int depth = 0;

    skip_blank(r);
    begin = at = r->at;
    while (at < r->end) {
        if (*at == '"') {
            const char *end = string_end(r, at);

            if (!end) {
                wrong(r, at, "a text without its closing quote; add it, or "
                             "write a quote in the text as \\\"");
                return NULL;
            }
            at = end;
        } else if ((*at == '{' || *at == '[') && depth < MAX_DEPTH) {
            open[depth++] = *at++;
        } else if (*at == '}' || *at == ']') {
            if (!depth || open[depth - 1] != (*at == '}' ? '{' : '['))
                break;
            at++;
            depth--;
        } else if (*at == ',' && !depth) {
            break;
        } else {
            at++;
        }
        if (!depth && (at == r->end || strchr(" \t\r\n,]}", *at)))
            break;
    }
    if (depth || at == begin) {
        wrong(r, begin, depth ? "what begins here does not end; close it, or "
                                "restore the file from version control"
                              : "something is missing here; restore the file "
                                "from version control");
        return NULL;
    }
    r->at = at;
    return begin;
}

/* ---- one decision ------------------------------------------------------- */

static int wrong_field(const struct reader *r, const char *at,
                       const char *field, const char *what)
{
    return xf_error("%s:%d: \"%s\" %s", r->name, line_of(r, at), field, what);
}

static int read_array(const struct reader *r, const char *at, char **to,
                      const struct decision_field *field, const cJSON *item)
{
    const char *separator = field->type == DECISION_LINES ? "\n" : ", ";
    struct xf_buf out = XF_BUF_INIT;
    const cJSON *text;

    if (cJSON_IsString(item)) { /* a list of one */
        xf_decision_set(to, item->valuestring);
        return 0;
    }
    if (!cJSON_IsArray(item))
        return wrong_field(r, at, field->name,
                           "is a list of texts: write [\"...\", \"...\"]");
    cJSON_ArrayForEach(text, item) {
        if (!cJSON_IsString(text) || strstr(text->valuestring, separator)) {
            xf_buf_release(&out);
            return wrong_field(r, at, field->name,
                               "holds something else than single texts; write "
                               "[\"...\", \"...\"]");
        }
        xf_buf_addf(&out, "%s%s", out.len ? separator : "", text->valuestring);
    }
    free(*to);
    *to = xf_buf_detach(&out);
    return 0;
}

static int read_field(const struct reader *r, const char *at,
                      struct xf_decision *d,
                      const struct decision_field *field, const cJSON *item)
{
    switch (field->type) {
    case DECISION_NUMBER:
        if (!cJSON_IsNumber(item) || item->valuedouble != item->valueint ||
            item->valueint < 0 || item->valueint > MAX_NUMBER)
            return wrong_field(r, at, field->name,
                               "is a whole number, not negative");
        *decision_number(d, field) = item->valueint;
        return 0;
    case DECISION_TEXT:
        if (!cJSON_IsString(item))
            return wrong_field(r, at, field->name,
                               "is a text: put it in quotes");
        xf_decision_set(decision_text(d, field), item->valuestring);
        return 0;
    case DECISION_LINES:
    case DECISION_LIST:
    default:
        return read_array(r, at, decision_text(d, field), field, item);
    }
}

static int unknown_field(const struct reader *r, const char *at,
                         const char *name)
{
    struct xf_buf known = XF_BUF_INIT;

    for (size_t i = 0; i < decision_nfields; i++)
        xf_buf_addf(&known, "%s%s", i ? ", " : "", decision_fields[i].name);
    xf_error("%s:%d: no field is called \"%s\"; correct it to one of: %s",
             r->name, line_of(r, at), name, known.data);
    xf_buf_release(&known);
    return -1;
}

static int read_fields(const struct reader *r, const char *at,
                       struct xf_decision *d, const cJSON *object)
{
    struct xf_map seen = XF_MAP_INIT;
    const cJSON *item;
    int rc = 0;

    cJSON_ArrayForEach(item, object) {
        const struct decision_field *field = NULL;
        int is_new;

        for (size_t i = 0; i < decision_nfields && !field; i++)
            if (!strcmp(decision_fields[i].name, item->string))
                field = &decision_fields[i];
        xf_map_add(&seen, item->string, &is_new);
        if (!field)
            rc = unknown_field(r, at, item->string);
        else if (!is_new)
            rc = wrong_field(r, at, field->name,
                             "is there twice; keep one of them");
        else
            rc = read_field(r, at, d, field, item);
        if (rc)
            break;
    }
    xf_map_release(&seen);
    return rc;
}

bool decision_is_site_id(const char *id)
{
    if (strncmp(id, "XF-", 3) || strspn(id + 3, "0123456789abcdef") != 12)
        return false;
    id += 15;
    return !*id || (*id == '-' && id[1] && !id[1 + strspn(id + 1, "0123456789")]);
}

bool decision_is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    size_t i = 0;

    for (; form[i]; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i])
                           : text[i] != form[i])
            return false;
    return !text[i] || text[i] == 'T';
}

static int check_decision(const struct reader *r, const char *at,
                          const struct xf_decision *d)
{
    if (!*d->site.site_id && !*d->group)
        return wrong(r, at, "neither \"site\" nor \"group\" says what is "
                            "decided; add one");
    if (*d->site.site_id && !decision_is_site_id(d->site.site_id))
        return wrong_field(r, at, "site",
                           "is no site id; it looks like XF-0123456789ab, "
                           "copy it from the worksheet");
    if (*d->disposition && !xf_disposition_known(d->disposition))
        return xf_error("%s:%d: no disposition is called \"%s\"; write one of: "
                        "%s", r->name, line_of(r, at), d->disposition,
                        xf_dispositions);
    if (!*d->disposition && (!*d->group || !*d->site.site_id))
        return wrong(r, at, "\"disposition\" is missing; add what was decided, "
                            "or \"open\"");
    if (*d->when && !decision_is_date(d->when))
        return wrong_field(r, at, "when", "is no date; write YYYY-MM-DD");
    return 0;
}

static int bad_json(const struct reader *r, const char *at, const char *where)
{
    /* cJSON stops behind what is wrong or at it; the line is what counts. */
    return xf_error("%s:%d: not valid JSON near '%.20s'; correct it (texts in "
                    "double quotes, ',' between fields, none behind the last), "
                    "or restore the line from version control",
                    r->name, line_of(r, where),
                    where && where < r->end ? where : at);
}

static int read_decision(struct reader *r, const char *begin, size_t len)
{
    char *text = xf_strndup(begin, len);
    const char *stop = NULL;
    int line = line_of(r, begin);
    cJSON *object = cJSON_ParseWithOpts(text, &stop, 1);
    struct xf_decision *d;
    int rc = 0;

    r->counted = begin;
    r->lines = line - 1;
    if (!object) {
        rc = bad_json(r, begin, stop ? begin + (stop - text) : begin);
    } else if (!cJSON_IsObject(object)) {
        rc = wrong(r, begin, "a decision is an object: {\"site\": ...}");
    } else if (memmem(begin, len, "\\u0000", 6)) {
        rc = wrong(r, begin, "\\u0000 in a text; remove it");
    } else if (cJSON_GetArraySize(object) == 1 &&
               cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "end"))) {
        r->ended = true;
    } else {
        d = xf_decisions_add(r->out);
        d->path = xf_strdup(r->name);
        d->line = line;
        rc = read_fields(r, begin, d, object);
        if (!rc)
            rc = check_decision(r, begin, d);
    }
    cJSON_Delete(object);
    free(text);
    return rc;
}

static int read_list(struct reader *r)
{
    if (!take(r, '['))
        return wrong(r, r->at, "\"decisions\" is a list: write [ here");
    if (take(r, ']'))
        return 0;
    for (;;) {
        const char *begin = take_value(r);

        if (!begin)
            return -1;
        if (r->ended)
            return wrong(r, begin, "this stands behind the {\"end\": true} "
                                   "that ends the list; move it before it");
        if (read_decision(r, begin, (size_t)(r->at - begin)))
            return -1;
        if (take(r, ']'))
            return 0;
        if (!take(r, ','))
            return wrong(r, r->at - (r->at == r->end),
                         "a ',' or ']' is missing before this; add it behind "
                         "the decision above");
    }
}

static int check_format(const struct reader *r, const char *value, size_t len)
{
    static const char want[] = "\"" XF_DECISIONS_FORMAT "\"";

    if (len == strlen(want) && !memcmp(value, want, len))
        return 0;
    return xf_error("%s:%d: the format is %.*s, this xenfmea reads %s; use the "
                    "xenfmea that wrote it", r->name, line_of(r, value),
                    (int)(len > 60 ? 60 : len), value, want);
}

/* The member's name without quotes, NULL with the error set. */
static char *take_name(struct reader *r)
{
    const char *begin, *end;

    skip_blank(r);
    begin = r->at;
    end = begin < r->end && *begin == '"' ? string_end(r, begin) : NULL;
    r->at = end ? end : begin;
    if (!end || !take(r, ':')) {
        wrong(r, begin, "not a file of decisions; it begins with {\"format\": "
                        "\"" XF_DECISIONS_FORMAT "\", \"decisions\": [");
        return NULL;
    }
    return xf_strndup(begin + 1, (size_t)(end - begin - 2));
}

static int read_member(struct reader *r, bool *format, bool *list)
{
    char *name = take_name(r);
    int rc = name ? 0 : -1;

    if (!rc && !strcmp(name, "format") && !*format) {
        const char *value = take_value(r);

        rc = value ? check_format(r, value, (size_t)(r->at - value)) : -1;
        *format = true;
    } else if (!rc && !strcmp(name, "decisions") && *format && !*list) {
        rc = read_list(r);
        *list = true;
    } else if (!rc) {
        rc = wrong(r, r->at, "only \"format\" and then \"decisions\" belong "
                             "here; remove the rest, or restore the file from "
                             "version control");
    }
    free(name);
    return rc;
}

static int read_members(struct reader *r)
{
    bool format = false, list = false;

    do {
        if (read_member(r, &format, &list))
            return -1;
    } while (take(r, ','));
    return list ? 0 : wrong(r, r->at, "the list \"decisions\" is missing; "
                                      "restore the file from version control");
}

int xf_decisions_parse(struct xf_decisions *out, const char *name,
                       const char *text, size_t len)
{
    struct reader r = {.name = name, .text = text, .at = text,
                       .end = text + len, .out = out, .counted = text};
    int rc;

    memset(out, 0, sizeof(*out));
    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        r.at += 3;
    rc = check_markers(&r) || check_bytes(&r);
    if (!rc && !take(&r, '{'))
        rc = wrong(&r, r.at, "not a file of decisions; it begins with "
                             "{\"format\": \"" XF_DECISIONS_FORMAT
                             "\", \"decisions\": [");
    if (!rc)
        rc = read_members(&r);
    if (!rc && !take(&r, '}'))
        rc = wrong(&r, r.at, "the '}' that ends the file is missing; add it, "
                             "or restore the file from version control");
    skip_blank(&r);
    if (!rc && r.at < r.end)
        rc = wrong(&r, r.at, "something stands behind the end; remove it");
    if (rc)
        xf_decisions_release(out);
    return rc ? -1 : 0;
}
