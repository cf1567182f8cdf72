/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea rate: the last stage of a scan alone, on its database. What was
 * found in the tree stays; rules, assumptions, scales and the safety context
 * are read anew.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "builds.h"
#include "error.h"
#include "rate.h"
#include "store.h"

struct options {
    const char *db;
    struct xf_rate_options how;
};

enum { KEY_DB = 0x100, KEY_CONTEXT };

static const struct argp_option arguments[] = {
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"context", KEY_CONTEXT, "FILE", 0,
     "safety context: accepted assumptions, features off, own rules", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_DB:
        o->db = arg;
        break;
    case KEY_CONTEXT:
        o->how.context = arg;
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not expected; name the database with --db",
                   arg);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int say(struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT b.arch, b.name, p.disposition, count(*) FROM proposal p "
               "JOIN site s ON s.id = p.site JOIN build b ON b.id = s.build "
               "GROUP BY b.id, p.disposition ORDER BY b.id, p.disposition");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0)
        printf("%s %s: %s %d\n", xf_column(q, 0), xf_column(q, 1),
               xf_column(q, 2), sqlite3_column_int(q, 3));
    if (fflush(stdout))
        return xf_error("cannot write to the standard output: %s",
                        strerror(errno));
    return rc;
}

int cmd_rate(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .doc = "Propose a disposition for every site of a database anew, and "
               "rate it: with other rules, scales or assumptions, but without "
               "a scan.\vThe database is replaced when all of it is done. "
               "Exit status: 0 fine, 2 trouble.",
    };
    struct options o = {.db = "xenfmea-out/xenfmea.db"};
    const char *data = cmd_data_dir();
    struct xf_store *store = NULL;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    if (!data || xf_store_update(&store, o.db))
        return cmd_trouble();
    if (xf_rate(store, data, &o.how) || xf_builds(store) || say(store)) {
        xf_store_close(store);
        return cmd_trouble();
    }
    return xf_store_commit(store) ? cmd_trouble() : XF_EXIT_OK;
}
