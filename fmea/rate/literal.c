/* SPDX-License-Identifier: GPL-2.0-only */
#include "literal.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* The first of `operators` outside of parentheses, or NULL. */
static const char *find_operator(const char *text, const char *const *operators,
                                 size_t *which)
{
    int depth = 0;

    for (const char *at = text; *at; at++) {
        depth += *at == '(' || *at == '[';
        depth -= *at == ')' || *at == ']';
        for (size_t i = 0; !depth && operators[i]; i++)
            if (!strncmp(at, operators[i], strlen(operators[i]))) {
                *which = i;
                return at;
            }
    }
    return NULL;
}

/* Whether the parenthesis at the beginning closes at the end. */
static bool is_wrapped(const char *text, size_t len)
{
    int depth = 0;

    if (len < 2 || text[0] != '(' || text[len - 1] != ')')
        return false;
    for (size_t i = 0; i < len; i++) {
        depth += text[i] == '(';
        depth -= text[i] == ')';
        if (!depth)
            return i == len - 1;
    }
    return false;
}

/* Without parentheses and negations around it, which turn *polarity. Caller
 * frees. */
static char *bare(const char *text, bool *polarity)
{
    static const char *const binary[] = {" && ", " || ", " == ", " != ", " < ",
                                         " > ", " <= ", " >= ", " ? ", NULL};
    char *copy = xf_strdup(text), *at = copy, *out;
    size_t which;

    for (;;) {
        size_t len;

        while (*at == ' ')
            at++;
        len = strlen(at);
        while (len && at[len - 1] == ' ')
            at[--len] = '\0';
        if (is_wrapped(at, len)) {
            at[len - 1] = '\0';
            at++;
        } else if (*at == '!' && at[1] != '=' &&
                   !find_operator(at, binary, &which)) {
            *polarity = !*polarity;
            at++;
        } else {
            break;
        }
    }
    out = xf_strdup(at);
    free(copy);
    return out;
}

static bool is_nothing(const char *text)
{
    while (*text == ' ')
        text++;
    return !strcmp(text, "NULL") || !strcmp(text, "0") ||
           !strcmp(text, "false");
}

static const char *of_bare(const char *text, bool polarity)
{
    static const char *const joins[] = {" && ", " || ", " ? ", NULL};
    static const char *const orders[] = {" == ", " != ", " <= ", " >= ",
                                         " < ", " > ", NULL};
    size_t which;
    const char *at;

    if (strstr(text, " is none of "))
        return "none of";
    if (find_operator(text, joins, &which))
        return "compound";
    if (!strncmp(text, "IS_ERR", 6))
        return polarity ? "error" : "nonzero";
    at = find_operator(text, orders, &which);
    if (!at)
        return polarity ? "nonzero" : "zero";
    at += strlen(orders[which]);
    if (which < 2) {
        bool equal = polarity == (which == 0);

        if (is_nothing(at))
            return equal ? "zero" : "nonzero";
        return equal ? "equal" : "unequal";
    }
    if (is_nothing(at) && ((which == 4 && polarity) || (which == 3 && !polarity)))
        return "negative";
    return "compare";
}

const char *literal_value(const char *text, bool polarity)
{
    char *plain = bare(text, &polarity);
    const char *value = of_bare(plain, polarity);

    free(plain);
    return value;
}

const char *literal_what(const char *text, const cJSON *words)
{
    bool polarity = true;
    char *plain = bare(text, &polarity);
    size_t len = 0;
    const cJSON *item;
    const char *what = "value";

    while (isalnum((unsigned char)plain[len]) || plain[len] == '_')
        len++;
    if (len && plain[len] == '(')
        what = "call";
    plain[len] = '\0';
    cJSON_ArrayForEach(item,
                       cJSON_GetObjectItemCaseSensitive(words, "errors"))
        if (cJSON_IsString(item) && !strcmp(what, "value") &&
            !fnmatch(item->valuestring, plain, 0))
            what = "error";
    free(plain);
    return what;
}

const char *literal_direct(const char *origin, const char *function)
{
    const char *written = strstr(origin, " is written by ");
    size_t len = strlen(function);

    if (strstr(origin, "argument of ") || strstr(origin, "lost: ") ||
        strstr(origin, "itself, written at "))
        return "no";
    while (written) {
        const char *by = written + strlen(" is written by ");

        if (strncmp(by, function, len) || by[len] != '(')
            return "no";
        written = strstr(by, " is written by ");
    }
    return strstr(origin, "return ") ? "returned" : "yes";
}
