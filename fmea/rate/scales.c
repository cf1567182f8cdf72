/* SPDX-License-Identifier: GPL-2.0-only */
#include "scales.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "slots.h"
#include "when.h"

static const char *const files[SCALES] = {"severity.json", "occurrence.json",
                                          "detection.json"};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* ---- Action Priority ------------------------------------------------------- */

static bool range(const cJSON *pair, int *first, int *last)
{
    const cJSON *a = cJSON_GetArrayItem(pair, 0), *b = cJSON_GetArrayItem(pair, 1);

    if (!cJSON_IsNumber(a) || !cJSON_IsNumber(b))
        return false;
    *first = a->valueint;
    *last = b->valueint;
    return *first >= 1 && *first <= *last && *last <= 10;
}

static int fill_cells(char table[11][11][11], const cJSON *cell,
                      const char *where)
{
    int s[2], o[2], d[2];
    const char *priority = xf_json_string(cell, "priority", "");

    if (!range(member(cell, "severity"), &s[0], &s[1]) ||
        !range(member(cell, "occurrence"), &o[0], &o[1]) ||
        !range(member(cell, "detection"), &d[0], &d[1]) ||
        strlen(priority) != 1 || !strchr("HML", *priority))
        return xf_error("%s: a cell needs severity, occurrence and detection "
                        "as [first, last] from 1 to 10, and a priority H, M "
                        "or L", where);
    for (int i = s[0]; i <= s[1]; i++)
        for (int k = o[0]; k <= o[1]; k++)
            for (int n = d[0]; n <= d[1]; n++) {
                if (table[i][k][n])
                    return xf_error("%s: severity %d, occurrence %d, detection "
                                    "%d is given twice", where, i, k, n);
                table[i][k][n] = *priority;
            }
    return 0;
}

/* A worse number never has a lower priority. */
static int check_order(char table[11][11][11], const char *where)
{
    static const char order[] = "LMH";

    for (int s = 1; s <= 10; s++)
        for (int o = 1; o <= 10; o++)
            for (int d = 1; d <= 10; d++) {
                const char *here = strchr(order, table[s][o][d]);

                if (!table[s][o][d])
                    return xf_error("%s: severity %d, occurrence %d, detection "
                                    "%d is missing", where, s, o, d);
                if ((s > 1 && here < strchr(order, table[s - 1][o][d])) ||
                    (o > 1 && here < strchr(order, table[s][o - 1][d])) ||
                    (d > 1 && here < strchr(order, table[s][o][d - 1])))
                    return xf_error("%s: severity %d, occurrence %d, detection "
                                    "%d has a lower priority than a better "
                                    "rating", where, s, o, d);
            }
    return 0;
}

int scales_read_priority(char table[11][11][11], const cJSON *json,
                         const char *where)
{
    const cJSON *cell;

    memset(table, 0, 11 * 11 * 11);
    cJSON_ArrayForEach(cell, member(json, "cells"))
        if (fill_cells(table, cell, where))
            return -1;
    return check_order(table, where);
}

char scales_priority(const struct scales *scales, int s, int o, int d)
{
    return s && o && d ? scales->priority[s][o][d] : '?';
}

/* ---- scales ---------------------------------------------------------------- */

static int check_rule(const cJSON *rule, const struct fact_names *names,
                      const char *path)
{
    const cJSON *n = member(rule, "number");
    const char *id = xf_json_string(rule, "id", "");
    char *where = xf_format("%s: rule '%s'", path, id);
    const char *reason = xf_json_string(rule, "reason", "");
    int rc = 0;

    if (!*id || !*reason || !*xf_json_string(rule, "source", ""))
        rc = xf_error("%s: id, reason and source must not be empty", where);
    else if (n && (!cJSON_IsNumber(n) || n->valueint < 1 || n->valueint > 10) &&
             !cJSON_IsString(n))
        rc = xf_error("%s: 'number' is 1 to 10, the name of a fact that holds "
                      "one, or absent for \"not rated\"", where);
    else if (cJSON_IsString(n) &&
             xf_map_find(&names->names, n->valuestring) == XF_MAP_NONE)
        rc = xf_error("%s: there is no fact '%s'", where, n->valuestring);
    else if (slots_check(reason, names, where) ||
             when_check(member(rule, "when"), names, where))
        rc = -1;
    free(where);
    return rc;
}

static cJSON *load(const char *data_dir, const char *own, const char *file)
{
    char *mine = own ? xf_path_join(own, file) : NULL;
    char *name = xf_format("ratings/%s", file);
    char *path = xf_path_join(data_dir, name);
    cJSON *json = xf_json_load(mine && xf_file_exists(mine) ? mine : path);

    free(mine);
    free(name);
    free(path);
    return json;
}

static int check_modes(const cJSON *modes, const struct fact_names *names)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, member(modes, "modes"))
    {
        const char *mode = xf_json_string(item, "mode", "");
        char *where = xf_format("ratings/modes.json: '%s'", mode);
        int rc = when_check(member(item, "when"), names, where) ||
                 slots_check(xf_json_string(item, "failure_mode", ""), names,
                             where) ||
                 slots_check(xf_json_string(item, "local_effect", ""), names,
                             where) ||
                 slots_check(xf_json_string(item, "system_effect", ""), names,
                             where);

        free(where);
        if (rc)
            return -1;
    }
    return 0;
}

static int write_anchors(struct xf_store *store, const cJSON *json,
                         const char *file)
{
    char *scale = xf_strndup(file, strcspn(file, "."));
    const cJSON *anchor;
    int rc = 0;

    cJSON_ArrayForEach(anchor, member(json, "anchors"))
    {
        int number = anchor->string ? atoi(anchor->string) : 0;
        sqlite3_stmt *q;

        if (rc || number < 1 || number > 10 || !cJSON_IsString(anchor))
            continue;
        q = xf_store_prepare(
            store, "INSERT OR REPLACE INTO anchor VALUES (?1, ?2, ?3)");
        if (q) {
            xf_bind(q, 1, scale);
            sqlite3_bind_int(q, 2, number);
            xf_bind(q, 3, anchor->valuestring);
        }
        rc = q ? xf_store_run(store, q) : -1;
    }
    free(scale);
    return rc;
}

int scales_write(const struct scales *scales, struct xf_store *store)
{
    for (int i = 0; i < SCALES; i++)
        if (write_anchors(store, scales->json[i], files[i]))
            return -1;
    return 0;
}

int scales_load(struct scales *out, const char *data_dir, const char *own,
                const struct fact_names *names)
{
    const cJSON *rule;
    cJSON *priority;
    int rc;

    memset(out, 0, sizeof(*out));
    for (int i = 0; i < SCALES; i++) {
        out->json[i] = load(data_dir, own, files[i]);
        if (!out->json[i])
            return -1;
        cJSON_ArrayForEach(rule, member(out->json[i], "rules"))
            if (check_rule(rule, names, files[i]))
                return -1;
    }
    out->modes = load(data_dir, own, "modes.json");
    if (!out->modes || check_modes(out->modes, names))
        return -1;
    priority = load(data_dir, own, "action_priority.json");
    if (!priority)
        return -1;
    rc = scales_read_priority(out->priority, priority, "action_priority.json");
    cJSON_Delete(priority);
    return rc;
}

void scales_release(struct scales *scales)
{
    for (int i = 0; i < SCALES; i++)
        cJSON_Delete(scales->json[i]);
    cJSON_Delete(scales->modes);
    memset(scales, 0, sizeof(*scales));
}

static int number_of(const cJSON *rule, const struct facts *facts)
{
    const cJSON *n = member(rule, "number");
    const char *value;
    long number;

    if (cJSON_IsNumber(n))
        return n->valueint;
    value = cJSON_IsString(n) ? fact_get(facts, n->valuestring) : NULL;
    number = value ? strtol(value, NULL, 10) : 0;
    return number >= 1 && number <= 10 ? (int)number : 0;
}

int scales_rate(const struct scales *scales, enum scale scale,
                const struct facts *facts, char **why)
{
    const cJSON *rule;
    const char *open = NULL;

    cJSON_ArrayForEach(rule, member(scales->json[scale], "rules"))
    {
        struct xf_buf text = XF_BUF_INIT;
        const char *id = xf_json_string(rule, "id", "");

        if (when_holds(member(rule, "when"), facts, &open) != TRUTH_YES)
            continue;
        if (slots_fill(&text, xf_json_string(rule, "reason", ""), facts, id)) {
            xf_buf_release(&text);
            return -1;
        }
        xf_buf_addf(&text, " (%s)", id);
        *why = xf_buf_detach(&text);
        return number_of(rule, facts);
    }
    *why = open ? xf_format("not rated: '%s' is not known", open)
                : xf_strdup("not rated: no rule of the scale holds");
    return 0;
}
