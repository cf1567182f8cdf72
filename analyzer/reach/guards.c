/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "spread.h"

struct guard {
    uint32_t function;
    int line;
    uint8_t privilege;
    char *callee, *checked;
};

struct xf_guards {
    struct guard *items; /* by function, line, callee */
    size_t len, cap;
};

static int privilege_of(const struct xf_reach_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->nprivileges; i++)
        if (!strcmp(rules->privileges[i].name, name))
            return (int)i;
    return -1;
}

struct xf_guards *xf_guards_load(struct xf_store *store,
                                 const struct xf_graph *g,
                                 const struct xf_reach_rules *rules)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT g.function, g.line, g.callee, g.privilege, g.checked "
               "FROM guard g JOIN function f ON f.id = g.function "
               "WHERE f.build = ?1 ORDER BY g.function, g.line, g.callee");
    struct xf_guards *guards = xf_calloc(1, sizeof(*guards));
    int rc = -1;

    if (q)
        sqlite3_bind_int64(q, 1, g->build);
    while (q && (rc = xf_store_step(store, q)) > 0) {
        int privilege = privilege_of(rules, xf_column(q, 3));
        struct guard item = {
            .function = (uint32_t)(sqlite3_column_int64(q, 0) - g->first_id),
            .line = sqlite3_column_int(q, 1),
            .privilege = (uint8_t)privilege};

        if (privilege < 0)
            continue;
        item.callee = xf_strdup(xf_column(q, 2));
        item.checked = xf_strdup(xf_column(q, 4));
        XF_GROW(guards->items, guards->len, guards->cap);
        guards->items[guards->len++] = item;
    }
    if (!rc)
        return guards;
    xf_guards_free(guards);
    return NULL;
}

void xf_guards_free(struct xf_guards *guards)
{
    if (!guards)
        return;
    for (size_t i = 0; i < guards->len; i++) {
        free(guards->items[i].callee);
        free(guards->items[i].checked);
    }
    free(guards->items);
    free(guards);
}

static bool before(const struct guard *g, uint32_t function, int line)
{
    return g->function != function ? g->function < function : g->line < line;
}

unsigned int xf_guards_at(const struct xf_guards *guards, uint32_t function,
                          int line, const char *callee, const char **checked)
{
    size_t low = 0, high = guards->len;
    unsigned int bits = 0;

    *checked = "";
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (before(&guards->items[middle], function, line))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < guards->len && guards->items[low].function == function &&
           guards->items[low].line == line;
         low++) {
        if (strcmp(guards->items[low].callee, callee))
            continue;
        bits |= 1U << guards->items[low].privilege;
        *checked = guards->items[low].checked;
    }
    return bits;
}

uint8_t xf_privileged(const struct xf_reach_rules *rules, unsigned int privileges,
                      uint8_t context)
{
    /* The last of the file first: it is the weakest. */
    for (size_t i = rules->nprivileges; i-- > 0;)
        if (privileges & (1U << i))
            context = rules->privileges[i].to[context];
    return context;
}
