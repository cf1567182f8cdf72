/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reads the bodies that are worth it: those that call something the rules
 * name.
 */
#include "bodies.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "map.h"

#define MAX_ROUNDS 6

struct reader {
    struct xf_store *store;
    int64_t build;
    const struct xf_reach_rules *rules;
    struct xf_handover_list *handovers;
};

/* Functions whose bodies matter, in the temporary table `wanted`; those added
 * since `round` are looked at. */
static int want_callers_of(struct reader *r, const char *glob, int round)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "INSERT OR REPLACE INTO temp.wanted "
                  "SELECT DISTINCT c.caller, ?3 FROM function f "
                  "JOIN call c ON c.callee = f.id "
                  "WHERE f.build = ?1 AND f.name GLOB ?2");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, r->build);
    xf_bind(q, 2, glob);
    sqlite3_bind_int(q, 3, round);
    return xf_store_run(r->store, q);
}

static int want_by_rules(struct reader *r)
{
    int rc = xf_store_exec(r->store,
                           "CREATE TEMP TABLE IF NOT EXISTS wanted "
                           "(function INTEGER PRIMARY KEY, round INTEGER);"
                           "DELETE FROM temp.wanted;");

    for (size_t i = 0; i < r->rules->nchecks && !rc; i++)
        rc = want_callers_of(r, r->rules->checks[i].function, 0);
    for (size_t i = 0; i < r->rules->nmechanisms && !rc; i++) {
        const struct xf_mechanism *m = &r->rules->mechanisms[i];
        const struct xf_handovers *lists[] = {&m->arm, &m->bind, &m->fire};

        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < lists[j]->len && !rc; k++)
                rc = want_callers_of(r, lists[j]->items[k].function, 0);
    }
    return rc;
}

struct current { /* function being read */
    int64_t id;
    struct xf_checks *checks;
};

static int finish(struct reader *r, struct current *f)
{
    int rc = f->checks ? xf_checks_write(f->checks, r->store, f->id) : 0;

    xf_checks_free(f->checks);
    f->checks = NULL;
    return rc;
}

/* name and home of a function that gains a role are noted in `derived`. */
static int read_body(struct reader *r, struct current *f, sqlite3_stmt *q,
                     struct xf_map *derived)
{
    struct xf_tree *tree = xf_tree_read(xf_column(q, 4), xf_column(q, 3));
    const char *name = xf_column(q, 1);
    bool more = false;
    int rc;

    if (!tree)
        return -1;
    if (f->checks)
        xf_checks_body(f->checks, xf_tree_root(tree));
    rc = xf_handover_body(r->handovers, f->id, name, xf_column(q, 2),
                          xf_tree_root(tree), &more);
    if (more)
        xf_map_add(derived, name, NULL);
    xf_tree_free(tree);
    return rc;
}

static int read_round(struct reader *r, int round, struct xf_map *derived)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store,
        "SELECT f.id, f.name, CASE f.is_static WHEN 1 THEN f.file ELSE '' END, "
        "b.types, b.tree FROM temp.wanted w JOIN function f ON f.id = "
        "w.function JOIN body b ON b.function = f.id WHERE w.round = ?1 "
        "ORDER BY f.id, b.id");
    struct current f = {0};
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int(q, 1, round);
    while ((rc = xf_store_step(r->store, q)) > 0) {
        int64_t id = sqlite3_column_int64(q, 0);

        if (id != f.id) {
            if (finish(r, &f)) {
                rc = -1;
                break;
            }
            f.id = id;
            f.checks = round ? NULL : xf_checks_new(r->rules);
        }
        if (read_body(r, &f, q, derived)) {
            rc = -1;
            break;
        }
    }
    if (finish(r, &f))
        rc = -1;
    sqlite3_reset(q);
    return rc;
}

/* Variables whose initialiser names the member: ' =member ^record'. */
static int read_variables(struct reader *r, const struct xf_mechanism *m)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store,
        "SELECT name, CASE is_static WHEN 1 THEN file ELSE '' END, types, tree "
        "FROM variable WHERE build = ?1 AND instr(tree, ?2) ORDER BY id");
    char *text = xf_format("=%s ^%s", m->member, m->record);
    int rc = -1;

    if (q) {
        sqlite3_bind_int64(q, 1, r->build);
        xf_bind(q, 2, text);
    }
    free(text);
    while (q && (rc = xf_store_step(r->store, q)) > 0) {
        struct xf_tree *tree = xf_tree_read(xf_column(q, 3), xf_column(q, 2));

        rc = tree ? xf_handover_variable(r->handovers, xf_column(q, 0),
                                         xf_column(q, 1), xf_tree_root(tree))
                  : -1;
        xf_tree_free(tree);
        if (rc)
            break;
    }
    return rc;
}

int xf_bodies(struct xf_store *store, int64_t build,
              const struct xf_reach_rules *rules)
{
    struct reader r = {store, build, rules,
                       xf_handover_new(store, build, rules)};
    int rc = want_by_rules(&r);

    for (size_t i = 0; i < rules->nmechanisms && !rc; i++)
        if (*rules->mechanisms[i].member)
            rc = read_variables(&r, &rules->mechanisms[i]);
    for (int round = 0; round < MAX_ROUNDS && !rc; round++) {
        struct xf_map derived = XF_MAP_INIT;

        rc = read_round(&r, round, &derived);
        for (size_t i = 0; i < derived.len && !rc; i++)
            rc = want_callers_of(&r, derived.keys[i], round + 1);
        if (!derived.len)
            round = MAX_ROUNDS;
        xf_map_release(&derived);
    }
    xf_handover_free(r.handovers);
    return rc ? -1 : 0;
}
