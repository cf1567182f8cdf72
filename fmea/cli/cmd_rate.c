/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea rate: the last stage of a scan alone, on its database. What was
 * found in the tree stays; rules, assumptions, scales, the safety context and
 * the decisions are read anew, and the worksheets beside it written anew.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "baseline.h"
#include "builds.h"
#include "decisions_arg.h"
#include "error.h"
#include "file.h"
#include "matching.h"
#include "outputs.h"
#include "rate.h"
#include "store.h"
#include "worksheets.h"

struct options {
    const char *db, *baseline;
    struct xf_rate_options how;
    struct decisions_arg decisions;
    struct xf_diff diff; /* with the baseline */
};

enum { KEY_DB = 0x100, KEY_CONTEXT, KEY_DECISIONS, KEY_BASELINE };

static const struct argp_option arguments[] = {
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"context", KEY_CONTEXT, "FILE", 0,
     "safety context: accepted assumptions, features off, own rules", 0},
    {"decisions", KEY_DECISIONS, "FILE", 0,
     "decisions, a file or a folder (default: fmea-decisions.json)", 0},
    {"baseline", KEY_BASELINE, "FILE", 0,
     "an earlier scan's folder, database or worksheet as JSON, for the trend "
     "in the summary", 0},
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
    case KEY_DECISIONS:
        o->decisions.named = arg;
        break;
    case KEY_BASELINE:
        o->baseline = arg;
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

static int rate(struct xf_store *store, const struct options *o,
                const char *data)
{
    return xf_rate(store, data, &o->how) ||
                   xf_decisions_record(store,
                                       decisions_arg_list(&o->decisions)) ||
                   xf_builds(store) ||
                   (o->baseline && xf_baseline_record(store, &o->diff))
               ? -1
               : 0;
}

/* A database by itself: a copy somewhere, or of a scan without a worksheet. */
static int rate_database(const struct options *o, const char *data)
{
    struct xf_store *store;

    if (xf_store_update(&store, o->db, NULL))
        return -1;
    if (rate(store, o, data) || say(store)) {
        xf_store_close(store);
        return -1;
    }
    return xf_store_commit(store);
}

/* ---- the folder of a scan ----------------------------------------------- */

static void ignore(void *payload)
{
    (void)payload;
}

/* All of it replaced at once. The next scan finds that these are not its
 * outputs, and makes its own. */
static int rate_folder(const struct options *o, const char *data,
                       struct xf_outputs *outputs)
{
    struct xf_store *store = NULL;
    char *db;
    int rc = xf_outputs_begin(outputs, ignore, NULL);

    if (rc)
        return -1;
    db = xf_path_join(outputs->stage, "xenfmea.db");
    rc = xf_store_update(&store, o->db, db);
    free(db);
    if (rc)
        return -1;
    if (rate(store, o, data) ||
        worksheets_write(store, outputs->stage, NULL, data) || say(store)) {
        xf_store_close(store);
        return -1;
    }
    return xf_store_commit(store) ||
                   xf_outputs_publish(outputs, "", "", XF_EXIT_OK)
               ? -1
               : 0;
}

/* The folder that the database is in when a scan's worksheet is there, too;
 * NULL otherwise. Caller frees. */
static char *folder_of(const char *db)
{
    bool is_folder = xf_dir_exists(db);
    size_t len = (size_t)(xf_path_base(db) - db);
    char *folder = is_folder ? xf_strdup(db)
                   : len     ? xf_strndup(db, len)
                             : xf_strdup(".");
    char *html = xf_path_join(folder, "worksheet.html");

    if ((!is_folder && strcmp(xf_path_base(db), "xenfmea.db")) ||
        !xf_file_exists(html)) {
        free(folder);
        folder = NULL;
    }
    free(html);
    return folder;
}

static int run(struct options *o)
{
    const char *data = cmd_data_dir();
    struct xf_outputs outputs;
    char *folder;
    int rc;

    if (!data || decisions_arg_load(&o->decisions, NULL) ||
        (o->baseline && xf_diff_load(&o->diff, o->baseline, o->db)))
        return -1;
    folder = folder_of(o->db);
    if (!folder)
        return rate_database(o, data);
    rc = xf_outputs_open(&outputs, folder, xf_output_names);
    if (!rc)
        rc = rate_folder(o, data, &outputs);
    xf_outputs_release(&outputs);
    free(folder);
    return rc;
}

int cmd_rate(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .doc = "Propose a disposition for every site of a database anew, and "
               "rate it: with other rules, scales or assumptions, but without "
               "a scan. Decisions are joined anew.\vThe database and the "
               "worksheets beside it are replaced when all of them are done. "
               "Exit status: 0 fine, 2 trouble.",
    };
    struct options o = {.db = "xenfmea-out/xenfmea.db"};
    int rc;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    rc = run(&o);
    xf_diff_release(&o.diff);
    decisions_arg_release(&o.decisions);
    return rc ? cmd_trouble() : XF_EXIT_OK;
}
