/* SPDX-License-Identifier: GPL-2.0-only */
#include "slots.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

/* A slot at `text`, which is a '{': its end behind the '}', or NULL. The
 * caller frees *name. *fallback points into `text`, NULL when there is none. */
static const char *read_slot(const char *text, char **name,
                             const char **fallback)
{
    const char *end = strchr(text, '}');
    const char *bar = memchr(text, '|', end ? (size_t)(end - text) : 0);

    if (!end)
        return NULL;
    *fallback = bar ? bar + 1 : NULL;
    bar = bar ? bar : end;
    *name = xf_strndup(text + 1, (size_t)(bar - text - 1));
    return end + 1;
}

int slots_check(const char *text, const struct fact_names *names,
                const char *where)
{
    while ((text = strchr(text, '{'))) {
        const char *fallback, *end;
        char *name;
        bool known;

        end = read_slot(text, &name, &fallback);
        if (!end)
            return xf_error("%s: a '{' is never closed", where);
        known = xf_map_find(&names->names, name) != XF_MAP_NONE;
        if (!known)
            xf_error("%s: slot {%s} is no fact of rules/facts.json", where,
                     name);
        free(name);
        if (!known)
            return -1;
        text = end;
    }
    return 0;
}

/* List elements with commas between. */
static void add_value(struct xf_buf *out, const char *value, enum fact_type t)
{
    for (; *value; value++)
        if (t == FACT_LIST && *value == FACT_SEPARATOR)
            xf_buf_adds(out, ", ");
        else
            xf_buf_addch(out, *value == '\n' ? ' ' : *value);
}

int slots_fill(struct xf_buf *out, const char *text, const struct facts *facts,
               const char *where)
{
    while (*text) {
        size_t plain = strcspn(text, "{");
        const char *fallback, *value, *end;
        char *name;
        uint32_t at;

        xf_buf_add(out, text, plain);
        text += plain;
        if (!*text)
            break;
        end = read_slot(text, &name, &fallback);
        at = xf_map_find(&facts->names->names, name);
        value = facts->values[at];
        if (value && *value)
            add_value(out, value, facts->names->types[at]);
        else if (fallback)
            xf_buf_add(out, fallback, (size_t)(end - 1 - fallback));
        else
            xf_error("%s: slot {%s} is empty; add the fact to the condition "
                     "or words behind a '|'", where, name);
        free(name);
        if (!(value && *value) && !fallback)
            return -1;
        text = end;
    }
    return 0;
}
