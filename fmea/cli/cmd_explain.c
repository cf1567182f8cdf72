/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea explain: who reaches a site, and how, in words.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "paths.h"
#include "picture.h"
#include "say_trigger.h"
#include "site_arg.h"
#include "store.h"
#include "visible.h"

#define MAX_PATHS 100

struct options {
    const char *site, *db, *arch;
    size_t paths;
};

enum { KEY_DB = 0x100, KEY_PATHS, KEY_ARCH };

static const struct argp_option arguments[] = {
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"paths", KEY_PATHS, "K", 0,
     "show the K best different paths of every context (1)", 0},
    {"arch", KEY_ARCH, "ARCH", 0, "only the builds of this architecture", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end;
    long n;

    switch (key) {
    case KEY_DB:
        o->db = arg;
        break;
    case KEY_ARCH:
        o->arch = arg;
        break;
    case KEY_PATHS:
        n = strtol(arg, &end, 10);
        if (*end || end == arg || n < 1 || n > MAX_PATHS)
            argp_error(state, "--paths needs a number from 1 to %d, not '%s'",
                       MAX_PATHS, arg);
        o->paths = (size_t)n;
        break;
    case ARGP_KEY_ARG:
        if (o->site)
            argp_error(state, "one site at a time");
        o->site = arg;
        break;
    case ARGP_KEY_END:
        if (!o->site)
            argp_error(state, "name a site");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* A line for everything that Cppcheck told. */
static int say_cppcheck(struct xf_buf *text, struct xf_store *store,
                        const struct xf_shown_site *site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT statement FROM v_cppcheck WHERE site_id = ?1 AND "
               "arch = ?2 AND build = ?3 GROUP BY statement ORDER BY "
               "min(part = 'function'), min(part = 'site'), "
               "min(part = 'operand'), min(line), statement");
    const char *begin = "\n  Cppcheck: ";
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, site->id);
    xf_bind(q, 2, site->arch);
    xf_bind(q, 3, site->build);
    while ((rc = xf_store_step(store, q)) > 0) {
        xf_buf_adds(text, begin);
        xf_visible(text, xf_column(q, 0), "");
        xf_buf_adds(text, "\n");
        begin = "  Cppcheck: ";
    }
    return rc;
}

/* What the other builds of the database say of the site. */
static int say_builds(struct xf_buf *text, struct xf_store *store,
                      const struct xf_shown_site *site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT builds, differs FROM site_row WHERE site_id = ?1 AND "
               "count > 1");
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, site->id);
    rc = xf_store_step(store, q);
    if (rc > 0) {
        xf_buf_adds(text, "\n  in builds: ");
        xf_visible(text, xf_column(q, 0), "");
        for (const char *line = xf_column(q, 1); *line;) {
            size_t len = strcspn(line, "\n");
            char *copy = xf_strndup(line, len);

            xf_buf_adds(text, "\n  differs: ");
            xf_visible(text, copy, "");
            free(copy);
            line += len + (line[len] == '\n');
        }
        xf_buf_adds(text, "\n");
    }
    sqlite3_reset(q);
    return rc < 0 ? -1 : 0;
}

/* Builds of the database that do not have the site, and why. */
static int say_absent(struct xf_buf *text, struct xf_store *store,
                      const struct xf_shown_site *site)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT arch || ' ' || build, absent_why, options "
               "FROM v_site_builds WHERE site_id = ?1 AND NOT present "
               "ORDER BY arch, build");
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, site->id);
    while ((rc = xf_store_step(store, q)) > 0) {
        xf_buf_adds(text, "  absent from ");
        xf_visible(text, xf_column(q, 0), "");
        if (*xf_column(q, 2)) {
            xf_buf_adds(text, " because ");
            xf_visible(text, xf_column(q, 2), "");
        }
        xf_buf_adds(text, ": ");
        xf_visible(text, xf_column(q, 1), "");
        xf_buf_adds(text, "\n");
    }
    return rc;
}

static bool is_last_of_site(const struct xf_site_list *sites, size_t i)
{
    return i + 1 == sites->len ||
           strcmp(sites->items[i].id, sites->items[i + 1].id) != 0;
}

static int explain(const struct options *o, struct xf_store *store,
                   struct xf_buf *text)
{
    struct xf_site_list sites = {0};
    int rc = xf_site_find(&sites, store, o->site, o->arch);

    for (size_t i = 0; i < sites.len && !rc; i++) {
        struct xf_paths paths;

        rc = xf_paths_find(&paths, store, sites.items[i].row, o->paths);
        if (i)
            xf_buf_adds(text, "\n");
        if (!rc)
            xf_words(text, &sites.items[i], &paths);
        if (!rc)
            rc = say_trigger(text, store, &sites.items[i]);
        if (!rc)
            rc = say_cppcheck(text, store, &sites.items[i]);
        if (!rc && is_last_of_site(&sites, i))
            rc = say_builds(text, store, &sites.items[i]) ||
                 say_absent(text, store, &sites.items[i]) ? -1 : 0;
        xf_paths_release(&paths);
    }
    xf_site_list_release(&sites);
    return rc;
}

int cmd_explain(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .args_doc = "SITE",
        .doc = "Say who can make the host stop at a site: for every context "
               "that reaches it the shortest path from where control enters "
               "Xen, or the reason why there is none. " XF_SITE_ARG_DOC
               "\vExit status: 0 fine, 2 trouble.",
    };
    struct options o = {.db = "xenfmea-out/xenfmea.db", .paths = 1};
    struct xf_buf text = XF_BUF_INIT;
    struct xf_store *store = NULL;
    int status = XF_EXIT_OK;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    if (xf_store_open(&store, o.db) || explain(&o, store, &text))
        status = cmd_trouble();
    else if (fputs(text.data ? text.data : "", stdout) < 0 || fflush(stdout)) {
        xf_error("cannot write to the standard output: %s", strerror(errno));
        status = cmd_trouble();
    }
    xf_store_close(store);
    xf_buf_release(&text);
    return status;
}
