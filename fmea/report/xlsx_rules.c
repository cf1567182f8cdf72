/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The sheets of scales and rules. What was used is in the database, by id;
 * the words are those of the data folder. A rule that is not there came with
 * the safety context, and the sheet says so.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "book.h"
#include "file.h"
#include "json.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static cJSON *load(const struct book *book, const char *name)
{
    char *path = xf_path_join(book->how->data, name);
    cJSON *json = xf_json_load(path);

    free(path);
    return json;
}

/* A value as a rule has it: text, number, or a structure as JSON. */
static void put_value(struct book *book, lxw_worksheet *sheet, lxw_row_t at,
                      lxw_col_t column, const cJSON *value)
{
    char *text = cJSON_IsString(value) ? xf_strdup(value->valuestring)
                 : value               ? cJSON_PrintUnformatted(value)
                                       : xf_strdup("");

    put_text(book, sheet, at, column, text, book->style.text);
    if (value && !cJSON_IsString(value))
        cJSON_free(text);
    else
        free(text);
}

/* ---- scales ------------------------------------------------------------- */

static const struct head scale_heads[] = {
    {"scale", 14, NULL},
    {"what", 18, "anchor: a number and what it stands for; rule: when it is "
                 "given; else a part of the table of Action Priorities."},
    {"number", 14, NULL}, {"text", 70, NULL}, {"when", 60, NULL},
    {"source", 40, NULL}};

static void put_anchors(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                        const char *scale, const cJSON *json)
{
    const cJSON *anchor;

    cJSON_ArrayForEach(anchor,
                       cJSON_GetObjectItemCaseSensitive(json, "anchors"))
    {
        ++*at;
        put_text(book, sheet, *at, 0, scale, book->style.text);
        put_text(book, sheet, *at, 1, "anchor", book->style.text);
        put_number(book, sheet, *at, 2, anchor->string ? anchor->string : "");
        put_value(book, sheet, *at, 3, anchor);
    }
}

static void put_scale_rules(struct book *book, lxw_worksheet *sheet,
                            lxw_row_t *at, const char *scale,
                            const cJSON *json)
{
    const cJSON *rule;

    cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(json, "rules"))
    {
        ++*at;
        put_text(book, sheet, *at, 0, scale, book->style.text);
        put_value(book, sheet, *at, 1,
                  cJSON_GetObjectItemCaseSensitive(rule, "id"));
        put_value(book, sheet, *at, 2,
                  cJSON_GetObjectItemCaseSensitive(rule, "number"));
        put_value(book, sheet, *at, 3,
                  cJSON_GetObjectItemCaseSensitive(rule, "reason"));
        put_value(book, sheet, *at, 4,
                  cJSON_GetObjectItemCaseSensitive(rule, "when"));
        put_value(book, sheet, *at, 5,
                  cJSON_GetObjectItemCaseSensitive(rule, "source"));
    }
}

static void put_priorities(struct book *book, lxw_worksheet *sheet,
                           lxw_row_t *at, const cJSON *json)
{
    static const char *const names[] = {"severity", "occurrence", "detection"};
    const cJSON *cell;

    cJSON_ArrayForEach(cell, cJSON_GetObjectItemCaseSensitive(json, "cells"))
    {
        struct xf_buf where = XF_BUF_INIT;

        for (int i = 0; i < 3; i++) {
            const cJSON *pair =
                cJSON_GetObjectItemCaseSensitive(cell, names[i]);
            const cJSON *first = cJSON_GetArrayItem(pair, 0);
            const cJSON *last = cJSON_GetArrayItem(pair, 1);

            xf_buf_addf(&where, "%s%s %d-%d", i ? ", " : "", names[i],
                        first ? first->valueint : 0,
                        last ? last->valueint : 0);
        }
        ++*at;
        put_text(book, sheet, *at, 0, "action_priority", book->style.text);
        put_text(book, sheet, *at, 1, "cells", book->style.text);
        put_value(book, sheet, *at, 2,
                  cJSON_GetObjectItemCaseSensitive(cell, "priority"));
        put_text(book, sheet, *at, 3, where.data, book->style.text);
        put_value(book, sheet, *at, 5,
                  cJSON_GetObjectItemCaseSensitive(json, "source"));
        xf_buf_release(&where);
    }
}

int book_scales(struct book *book)
{
    static const char *const scales[] = {"severity", "occurrence", "detection",
                                         "action_priority"};
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Scales");
    lxw_row_t at = 0;

    put_head(book, sheet, 0, scale_heads, LENGTH(scale_heads), false);
    for (size_t i = 0; i < LENGTH(scales); i++) {
        char *name = xf_format("ratings/%s.json", scales[i]);
        cJSON *json = load(book, name);

        free(name);
        if (!json)
            return -1;
        put_anchors(book, sheet, &at, scales[i], json);
        put_scale_rules(book, sheet, &at, scales[i], json);
        put_priorities(book, sheet, &at, json);
        cJSON_Delete(json);
    }
    end_list(book, sheet, at, LENGTH(scale_heads), 2);
    return 0;
}

/* ---- rules -------------------------------------------------------------- */

static const struct head rule_heads[] = {
    {"rule", 24, NULL},
    {"sites", 8, "Proposals that it made, counted in each build."},
    {"proposed_disposition", 20, NULL}, {"confidence", 11, NULL},
    {"rationale", 70, NULL}, {"question", 40, NULL}, {"verify", 40, NULL},
    {"when", 60, NULL}, {"source", 44, NULL}};

static const cJSON *find_rule(const cJSON *json, const char *id)
{
    const cJSON *rule;

    cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(json, "rules"))
        if (!strcmp(xf_json_string(rule, "id", ""), id))
            return rule;
    return NULL;
}

static void put_rule(struct book *book, lxw_worksheet *sheet, lxw_row_t at,
                     const cJSON *rule, sqlite3_stmt *q)
{
    static const char *const members[] = {"rationale", "question", "verify",
                                          "when"};

    put_text(book, sheet, at, 0, xf_column(q, 0), book->style.text);
    put_number(book, sheet, at, 1, xf_column(q, 1));
    put_text(book, sheet, at, 2, xf_column(q, 2), book->style.text);
    put_text(book, sheet, at, 3, xf_column(q, 3), book->style.text);
    for (size_t i = 0; i < LENGTH(members); i++)
        put_value(book, sheet, at, (lxw_col_t)(4 + i),
                  cJSON_GetObjectItemCaseSensitive(rule, members[i]));
    if (!rule)
        put_text(book, sheet, at, 4,
                 "(not among the shipped rules: of the safety context, or of "
                 "another version)", book->style.text);
    put_text(book, sheet, at, 8, xf_column(q, 4), book->style.text);
}

int book_rules(struct book *book)
{
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, "Rules");
    cJSON *json = load(book, "rules/rules.json");
    sqlite3_stmt *q = xf_store_prepare(
        book->store,
        "SELECT rule, count(*), min(disposition), min(confidence), min(source)"
        " FROM proposal GROUP BY rule ORDER BY count(*) DESC, rule");
    lxw_row_t at = 0;
    int rc = q && json ? 0 : -1;

    put_head(book, sheet, 0, rule_heads, LENGTH(rule_heads), false);
    while (!rc && (rc = xf_store_step(book->store, q)) > 0) {
        at++;
        put_rule(book, sheet, at, find_rule(json, xf_column(q, 0)), q);
        rc = 0;
    }
    end_list(book, sheet, at, LENGTH(rule_heads), 1);
    cJSON_Delete(json);
    return rc;
}
