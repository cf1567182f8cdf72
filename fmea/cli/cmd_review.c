/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea review: the worksheet for a meeting, in browsers of this machine.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "server.h"

#define PORT 8317

struct review {
    const char *dir;
    struct xf_session_how how;
    const char *minutes;
    int port;
    bool quiet;
    struct xf_session *session;
};

enum { OPT_DECISIONS = 256, OPT_MEETING, OPT_MINUTES, OPT_PORT, OPT_WHO };

static const struct argp_option options[] = {
    {"decisions", OPT_DECISIONS, "FILE", 0,
     "The file or folder (default: fmea-decisions.json)", 0},
    {"meeting", OPT_MEETING, "TEXT", 0,
     "What the meeting is called, where a decision does not say", 0},
    {"minutes", OPT_MINUTES, "FILE", 0,
     "Keep the minutes in a new file, up to date with every decision", 0},
    {"port", OPT_PORT, "N", 0, "Default: 8317; 0 for any that is free", 0},
    {"who", OPT_WHO, "NAME", 0,
     "Who decides, where a decision does not say (default: git's user.name)",
     0},
    {"quiet", 'q', NULL, 0, "Print the address alone", 0},
    {0}};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static int port_of(const char *text, struct argp_state *state)
{
    char *end;
    long port = strtol(text, &end, 10);

    if (!*text || *end || port < 0 || port > 65535)
        argp_error(state, "--port is a number up to 65535, not '%s'", text);
    return (int)port;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct review *r = state->input;

    switch (key) {
    case OPT_DECISIONS:
        r->how.decisions = arg;
        break;
    case OPT_MEETING:
        r->how.meeting = arg;
        break;
    case OPT_MINUTES:
        r->minutes = arg;
        break;
    case OPT_PORT:
        r->port = port_of(arg, state);
        break;
    case OPT_WHO:
        r->how.by = arg;
        break;
    case 'q':
        r->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (state->arg_num)
            argp_error(state, "one folder at a time");
        r->dir = arg;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- minutes ------------------------------------------------------------ */

static int write_minutes(const struct review *r)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (r->minutes) {
        xf_session_minutes(&text, r->session);
        rc = xf_file_write_atomic(r->minutes, text.data, text.len);
    }
    xf_buf_release(&text);
    return rc;
}

/* Those of another session are not written over. */
static int check_minutes(const struct review *r)
{
    return r->minutes && xf_file_exists(r->minutes)
               ? xf_error("%s exists already; name a new file for these "
                          "minutes", r->minutes)
               : 0;
}

/* The decision itself is saved: the meeting goes on. */
static void changed(void *payload)
{
    if (write_minutes(payload))
        cmd_trouble();
}

/* ---- the command -------------------------------------------------------- */

static int ready(const char *address, void *payload)
{
    const struct review *r = payload;

    if (write_minutes(r))
        return -1;
    if (!r->quiet)
        printf("Decisions go to %s; Ctrl-C ends the review.\n",
               r->how.decisions);
    puts(address);
    fflush(stdout);
    return 0;
}

static void catch_signals(void)
{
    struct sigaction stopping = {.sa_handler = stop};
    struct sigaction ignoring = {.sa_handler = SIG_IGN};

    sigaction(SIGINT, &stopping, NULL);
    sigaction(SIGTERM, &stopping, NULL);
    sigaction(SIGHUP, &stopping, NULL);
    sigaction(SIGPIPE, &ignoring, NULL); /* a browser that goes away */
}

static int check_folder(const char *db, const char *page, const char *dir)
{
    if (xf_file_exists(db) && xf_file_exists(page))
        return 0;
    return xf_error("%s holds no worksheet; name the folder that 'xenfmea "
                    "scan' wrote, or scan first", dir);
}

static int review(struct review *r)
{
    char *db = xf_path_join(r->dir, "xenfmea.db");
    char *page = xf_path_join(r->dir, "worksheet.html");
    struct xf_server_how how = {.page = page, .port = r->port,
                                .stop = &stopped, .ready = ready,
                                .changed = changed, .payload = r};
    int rc = check_folder(db, page, r->dir);

    r->how.db = db;
    if (!rc)
        rc = xf_session_open(&r->session, &r->how);
    if (!rc)
        rc = check_minutes(r);
    if (!rc) {
        how.session = r->session;
        rc = xf_server_run(&how);
    }
    if (!rc)
        rc = write_minutes(r);
    xf_session_close(r->session);
    free(page);
    free(db);
    return rc;
}

int cmd_review(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "[FOLDER]",
        .doc = "Serve the worksheet of FOLDER (xenfmea-out) to browsers on "
               "this machine, and save every decision when it is made. Open "
               "the address that is printed.\v"
               "Exit status: 0 fine, 2 trouble."};
    struct review r = {.dir = "xenfmea-out", .port = PORT,
                       .how = {.decisions = "fmea-decisions.json",
                               .meeting = ""}};
    char *name;
    int rc;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    name = cmd_user_name();
    if (!r.how.by)
        r.how.by = name;
    catch_signals();
    rc = review(&r);
    free(name);
    return rc ? cmd_trouble() : XF_EXIT_OK;
}
