/* SPDX-License-Identifier: GPL-2.0-only */
#include "when.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

static bool is_any(const cJSON *item)
{
    return !strcmp(item->string, "any");
}

static bool is_none(const cJSON *item)
{
    return !strcmp(item->string, "none");
}

/* ---- checking ----------------------------------------------------------- */

static int check_text(const char *text, const cJSON *allowed, const char *fact,
                      const char *where)
{
    const cJSON *item;

    if (!cJSON_IsArray(allowed) || strpbrk(text, "*?["))
        return 0;
    cJSON_ArrayForEach(item, allowed)
        if (cJSON_IsString(item) && !strcmp(item->valuestring, text))
            return 0;
    return xf_error("%s: fact '%s' is never '%s'", where, fact, text);
}

static int check_value(const cJSON *value, const cJSON *allowed,
                       const char *fact, const char *where)
{
    const cJSON *item;
    int rc = 0;

    if (cJSON_IsString(value))
        return check_text(value->valuestring, allowed, fact, where);
    if (cJSON_IsArray(value)) {
        cJSON_ArrayForEach(item, value)
            if (!rc)
                rc = check_value(item, allowed, fact, where);
        return rc;
    }
    item = cJSON_IsObject(value) ? value->child : NULL;
    if (!item || item->next)
        return xf_error("%s: the value for '%s' is no text, list or object "
                        "with one member", where, fact);
    if (!strcmp(item->string, "not") || !strcmp(item->string, "only"))
        return check_value(item, allowed, fact, where);
    if ((!strcmp(item->string, "least") || !strcmp(item->string, "most")) &&
        cJSON_IsNumber(item))
        return 0;
    if (!strcmp(item->string, "known") && cJSON_IsBool(item))
        return 0;
    return xf_error("%s: '%s' is not known for fact '%s'", where, item->string,
                    fact);
}

int when_check(const cJSON *when, const struct fact_names *names,
               const char *where)
{
    const cJSON *item, *inner;

    if (!when)
        return 0;
    if (!cJSON_IsObject(when))
        return xf_error("%s: a condition is an object", where);
    cJSON_ArrayForEach(item, when)
    {
        uint32_t at = xf_map_find(&names->names, item->string);

        if (is_any(item) || is_none(item)) {
            if (!cJSON_IsArray(item))
                return xf_error("%s: '%s' is a list", where, item->string);
            cJSON_ArrayForEach(inner, item)
                if (when_check(inner, names, where))
                    return -1;
            continue;
        }
        if (at == XF_MAP_NONE)
            return xf_error("%s: there is no fact '%s' in rules/facts.json",
                            where, item->string);
        if (check_value(item, names->values[at], item->string, where))
            return -1;
    }
    return 0;
}

/* ---- evaluation --------------------------------------------------------- */

static enum truth negate(enum truth t)
{
    return t == TRUTH_OPEN ? t : t == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}

static enum truth of(bool yes)
{
    return yes ? TRUTH_YES : TRUTH_NO;
}

static bool glob(const char *pattern, const char *text)
{
    return strpbrk(pattern, "*?[") ? !fnmatch(pattern, text, 0)
                                   : !strcmp(pattern, text);
}

/* Whether some element of a list matches. */
static bool some_element(const char *list, const char *pattern)
{
    char *copy = xf_strdup(list), *rest = copy, *element;
    const char separator[] = {FACT_SEPARATOR, '\0'};
    bool yes = false;

    while (*list && !yes && (element = strsep(&rest, separator)))
        yes = glob(pattern, element);
    free(copy);
    return yes;
}

static enum truth value_holds(const cJSON *value, const char *known,
                              enum fact_type type);

/* Each element must match one of the patterns, not all of them the same. */
static enum truth only_holds(const cJSON *value, const char *known)
{
    char *copy = xf_strdup(known), *rest = copy, *element;
    const char separator[] = {FACT_SEPARATOR, '\0'};
    enum truth t = of(*known);

    while (t == TRUTH_YES && (element = strsep(&rest, separator)))
        t = value_holds(value, element, FACT_TEXT);
    free(copy);
    return t;
}

static enum truth object_holds(const cJSON *item, const char *known,
                               enum fact_type type)
{
    if (!strcmp(item->string, "known"))
        return of(cJSON_IsTrue(item) == (known != NULL));
    if (!known)
        return TRUTH_OPEN;
    if (!strcmp(item->string, "not"))
        return negate(value_holds(item, known, type));
    if (!strcmp(item->string, "only"))
        return only_holds(item, known);
    if (!strcmp(item->string, "least"))
        return of(strtod(known, NULL) >= item->valuedouble);
    return of(strtod(known, NULL) <= item->valuedouble);
}

static enum truth value_holds(const cJSON *value, const char *known,
                              enum fact_type type)
{
    const cJSON *item;
    enum truth t = TRUTH_NO;

    if (cJSON_IsObject(value))
        return object_holds(value->child, known, type);
    if (!known)
        return TRUTH_OPEN;
    if (cJSON_IsString(value))
        return of(type == FACT_LIST
                      ? some_element(known, value->valuestring)
                      : glob(value->valuestring, known));
    cJSON_ArrayForEach(item, value)
    {
        enum truth one = value_holds(item, known, type);

        if (one == TRUTH_YES)
            return one;
        if (one == TRUTH_OPEN)
            t = one;
    }
    return t;
}

/* One of a list of conditions. */
static enum truth some_hold(const cJSON *list, const struct facts *facts,
                            const char **open)
{
    const cJSON *item;
    enum truth t = TRUTH_NO;

    cJSON_ArrayForEach(item, list)
    {
        enum truth one = when_holds(item, facts, open);

        if (one == TRUTH_YES)
            return one;
        if (one == TRUTH_OPEN)
            t = one;
    }
    return t;
}

static enum truth member_holds(const cJSON *item, const struct facts *facts,
                               const char **open)
{
    uint32_t at;
    enum truth t;

    if (is_any(item))
        return some_hold(item, facts, open);
    if (is_none(item))
        return negate(some_hold(item, facts, open));
    at = xf_map_find(&facts->names->names, item->string);
    if (at == XF_MAP_NONE)
        return TRUTH_NO;
    t = value_holds(item, facts->values[at], facts->names->types[at]);
    if (t == TRUTH_OPEN && open && !*open)
        *open = item->string;
    return t;
}

enum truth when_holds(const cJSON *when, const struct facts *facts,
                      const char **open)
{
    const cJSON *item;
    const char *first = NULL;
    enum truth t = TRUTH_YES;

    cJSON_ArrayForEach(item, when)
    {
        enum truth one = member_holds(item, facts, &first);

        if (one == TRUTH_NO)
            return one;
        if (one == TRUTH_OPEN)
            t = one;
    }
    if (t == TRUTH_OPEN && open && !*open)
        *open = first;
    return t;
}
