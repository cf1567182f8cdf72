/* SPDX-License-Identifier: GPL-2.0-only */
#include "callers.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "condition.h"

/* One call on a path. */
struct call {
    struct function *caller, *callee;
    int line;
};

struct calls {
    struct call *items;
    size_t len, cap;
};

static int load(struct calls *calls, struct program *p)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store,
        "SELECT DISTINCT q.function, t.function, t.line FROM path_step t "
        "JOIN path_step q ON q.site = t.site AND q.context = t.context AND "
        "q.armed = t.armed AND q.step = t.step - 1 "
        "JOIN function f ON f.id = q.function "
        "WHERE f.build = ?1 AND t.armed = 0 AND t.kind IN ('direct', "
        "'indirect') ORDER BY 1, 2, 3");
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, p->build);
    while ((rc = xf_store_step(p->store, s)) > 0) {
        struct call c = {program_function(p, sqlite3_column_int64(s, 0)),
                         program_function(p, sqlite3_column_int64(s, 1)),
                         sqlite3_column_int(s, 2)};

        if (!c.caller || !c.callee || !c.caller->nbodies)
            continue;
        XF_GROW(calls->items, calls->len, calls->cap);
        calls->items[calls->len++] = c;
    }
    return rc;
}

static bool is_call(struct program *p, const struct body *b,
                    const struct xf_node *n, const struct call *call)
{
    const struct xf_node *at = n;

    while (at && !at->line)
        at = program_parent(b, at);
    return at && at->line == (uint32_t)call->line &&
           (n->kids[0]->op != XF_OP_FN ||
            program_callee(p, n->kids[0]) == call->callee);
}

/* What was decided on every way to the call; "" when nothing. Of several calls
 * on the line, or bodies, that differ, nothing is said. Caller frees. */
static char *way_to(struct program *p, const struct call *call)
{
    char *way = NULL;

    for (size_t i = 0; i < call->caller->nbodies; i++) {
        struct body *b = &call->caller->bodies[i];

        if (program_body(p, b))
            continue;
        for (size_t k = 0; k < b->ncalls; k++) {
            struct condition c;
            char *one;

            if (!is_call(p, b, b->calls[k], call))
                continue;
            condition_of_call(&c, p, b, b->calls[k]);
            one = condition_way(&c);
            condition_release(&c);
            if (way && strcmp(way, one)) {
                free(one);
                free(way);
                return xf_strdup("");
            }
            free(way);
            way = one;
        }
    }
    return way ? way : xf_strdup("");
}

static int write_call(struct program *p, const struct call *call,
                      const char *way)
{
    sqlite3_stmt *s = xf_store_prepare(
        p->store, "INSERT INTO trigger_call VALUES (?1, ?2, ?3, ?4)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, call->caller->id);
    sqlite3_bind_int64(s, 2, call->callee->id);
    sqlite3_bind_int(s, 3, call->line);
    xf_bind(s, 4, way);
    return xf_store_run(p->store, s);
}

int callers_write(struct program *p)
{
    struct calls calls = {0};
    int rc = load(&calls, p);

    for (size_t i = 0; i < calls.len && !rc; i++) {
        char *way = way_to(p, &calls.items[i]);

        if (*way)
            rc = write_call(p, &calls.items[i], way);
        free(way);
    }
    free(calls.items);
    return rc;
}
