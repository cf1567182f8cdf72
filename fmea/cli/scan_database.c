/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The pipeline from facts to the outputs: `stages` is the whole of it in order.
 */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "builds.h"
#include "census.h"
#include "file.h"
#include "graph.h"
#include "identity.h"
#include "link.h"
#include "matching.h"
#include "rate.h"
#include "reach.h"
#include "sites.h"
#include "store.h"
#include "trigger.h"
#include "worksheets.h"

int scan_link_build(struct xf_store *store, struct scan_build *b)
{
    size_t n = b->commands.len;
    struct xf_link_tu *tus = xf_calloc(n, sizeof(*tus));
    int rc;

    for (size_t i = 0; i < n; i++) {
        tus[i].file = b->names[i].file;
        tus[i].command = b->names[i].command;
        tus[i].detail = b->names[i].detail;
        tus[i].object = b->commands.commands[i].object;
        tus[i].status = xf_unit_status_name(b->units[i].status);
        tus[i].facts = &b->units[i].facts;
    }
    rc = xf_link(store, b->commands.arch, b->commands.name,
                 b->commands.kconfig, tus, n);
    free(tus);
    return rc;
}

static int add_meta(struct xf_store *store, const char *name, const char *value)
{
    sqlite3_stmt *q =
        xf_store_prepare(store, "INSERT INTO meta VALUES (?1, ?2)");

    if (!q)
        return -1;
    xf_bind(q, 1, name);
    xf_bind(q, 2, value);
    return xf_store_run(store, q);
}

static int write_meta(struct scan *s, struct xf_store *store, const char *key)
{
    struct xf_buf failures = XF_BUF_INIT;
    char *tree = scan_tree_name(s);
    int rc;

    for (size_t i = 0; i < s->nbuilds; i++)
        xf_buf_adds(&failures, s->builds[i].commands.failures);
    rc = add_meta(store, "tool_version", XF_VERSION) ||
         add_meta(store, "tree", tree) ||
         add_meta(store, "scan_key", key) ||
         add_meta(store, "make_failures",
                  failures.data ? failures.data : "");
    xf_buf_release(&failures);
    free(tree);
    return rc ? -1 : 0;
}

static int write_outputs(struct scan *s, struct xf_store *store)
{
    if (worksheets_write(store, s->outputs.stage, s->root, s->data)) {
        xf_store_close(store);
        return -1;
    }
    return xf_store_commit(store);
}

/* The tables have it all now, and the stages can use the memory. */
static void drop_facts(struct scan *s)
{
    for (size_t i = 0; i < s->nbuilds; i++)
        for (size_t j = 0; j < s->builds[i].commands.len; j++)
            xf_buf_release(&s->builds[i].units[j].facts);
}

static int stage_link(struct scan *s, struct xf_store *store)
{
    int rc = 0;

    for (size_t i = 0; i < s->nbuilds && s->cppcheck_version; i++)
        scan_cppcheck_places(&s->builds[i]);
    for (size_t i = 0; i < s->nbuilds && !rc; i++)
        rc = scan_link_build(store, &s->builds[i]);
    drop_facts(s);
    return rc || xf_sites(store, s->catalogue) ||
                   xf_identity_record(store, s->root)
               ? -1
               : 0;
}

static int stage_graph(struct scan *s, struct xf_store *store)
{
    return xf_graph(store, s->data);
}

static int stage_reach(struct scan *s, struct xf_store *store)
{
    return xf_reach(store, s->data);
}

static int stage_trigger(struct scan *s, struct xf_store *store)
{
    return xf_trigger(store, s->root, s->data);
}

static int stage_census(struct scan *s, struct xf_store *store)
{
    return xf_census(store, s->root, s->data);
}

static int stage_history(struct scan *s, struct xf_store *store)
{
    return scan_history_run(&s->history, store, s->root, s->data);
}

static int stage_rate(struct scan *s, struct xf_store *store)
{
    const struct xf_rate_options how = {.context = s->context};

    return xf_rate_facts(store, s->root, s->data) ||
                   xf_rate(store, s->data, &how) ||
                   xf_decisions_record(store,
                                       decisions_arg_list(&s->decisions)) ||
                   xf_builds(store)
               ? -1
               : 0;
}

/* In order; each reads what those before it wrote, see its header. */
static const struct stage {
    const char *name, *shown;
    int (*run)(struct scan *s, struct xf_store *store);
} stages[] = {
    {"link", "linking", stage_link},
    {"graph", "call graph", stage_graph},
    {"reach", "contexts", stage_reach},
    {"trigger", "conditions", stage_trigger},
    {"cppcheck", "Cppcheck", scan_cppcheck}, /* only when it is asked */
    {"census", "census", stage_census},
    {"history", "history", stage_history},
    {"rate", "proposals", stage_rate},
};

static int run_stages(struct scan *s, struct xf_store *store)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
        if (stages[i].run == scan_cppcheck && !s->cppcheck_version)
            continue;
        scan_show_step(s, stages[i].shown);
        if (stages[i].run(s, store))
            return -1;
        scan_stage_ends(s, stages[i].name);
    }
    return 0;
}

static int build_database(struct scan *s, const char *key)
{
    char *db = xf_path_join(s->outputs.stage, "xenfmea.db");
    char *schema = xf_path_join(s->data, "schema");
    struct xf_store *store = NULL;
    struct xf_memo *memo = scan_memo_open(s);
    int rc = xf_store_create(&store, db, schema);

    if (!rc) {
        xf_store_set_memo(store, memo);
        rc = run_stages(s, store) || write_meta(s, store, key) ||
             scan_summarise(s, store);
    }
    scan_show_step(s, "writing");
    if (!rc)
        rc = write_outputs(s, store);
    else
        xf_store_close(store);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, key,
                                s->summary.data ? s->summary.data : "",
                                s->status);
    scan_memo_close(s, memo, !rc);
    scan_stage_ends(s, "write");
    free(db);
    free(schema);
    return rc ? -1 : 0;
}

void scan_drop_trees(struct xf_buf *facts)
{
    char *to = facts->data, *from = to, *end = to + facts->len;

    while (from < end) {
        char *next = memchr(from, '\n', (size_t)(end - from));
        size_t len = (size_t)((next ? next + 1 : end) - from);

        if (*from != 'T' && *from != 'G') {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    facts->len = (size_t)(to - facts->data);
}

int scan_write_sites(struct scan *s)
{
    char *db = xf_path_join(s->outputs.stage, "xenfmea.db");
    char *schema = xf_path_join(s->data, "schema");
    struct xf_store *store = NULL;
    int rc = xf_outputs_begin(&s->outputs, scan_show_waiting, s);

    if (!rc)
        rc = xf_store_create(&store, db, schema);
    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        struct scan_build *b = &s->builds[i];

        for (size_t j = 0; j < b->commands.len; j++)
            scan_drop_trees(&b->units[j].facts);
        rc = scan_link_build(store, b);
        scan_say_build(s, b);
    }
    if (!rc)
        rc = xf_sites(store, s->catalogue);
    if (!rc)
        rc = xf_identity_record(store, s->root);
    if (!rc)
        rc = write_meta(s, store, "");
    if (rc)
        xf_store_close(store);
    else
        rc = xf_store_commit(store);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, "", s->summary.data, s->status);
    scan_stage_ends(s, "sites");
    free(db);
    free(schema);
    return rc;
}

int scan_write_sheet(struct scan *s)
{
    char key[XF_HASH_HEX];

    if (scan_outputs_key(s, key) ||
        xf_outputs_begin(&s->outputs, scan_show_waiting, s))
        return -1;
    if (xf_outputs_same(&s->outputs, key, &s->summary, &s->status)) {
        scan_stage_ends(s, "unchanged");
        return 0;
    }
    return build_database(s, key);
}
