/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea history update: facts about past bugs, from a clone of Xen.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "file.h"
#include "history.h"
#include "visible.h"

struct options {
    const char *verb, *repo, *out;
    bool quiet, bar;
};

static void show(void *payload, size_t done, size_t total)
{
    struct options *o = payload;

    if (o->quiet || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K%zu of %zu commits", done, total);
    o->bar = true;
}

static void print_counts(const struct xf_history_counts *n, const char *out)
{
    struct xf_buf name = XF_BUF_INIT;

    xf_visible(&name, out, "");
    printf("commits: %zu touch the hypervisor, %zu of them copies on another "
           "branch; %zu read in this run\n"
           "advisories: %zu commits are part of one, of %zu advisories; %zu "
           "mention one\n"
           "fixes: %zu commits have a Fixes: tag, %zu are reverts\n"
           "crashes: %zu quoted\n"
           "stops: %zu added, taken away or changed; %zu files renamed\n"
           "facts: %s\n",
           n->commits, n->backports, n->read, n->advisories, n->xsas,
           n->mentions, n->fixes, n->reverts, n->quotes, n->sites, n->renames,
           name.data);
    xf_buf_release(&name);
}

static int update(struct options *o)
{
    const char *data = cmd_data_dir();
    char *shipped = data ? xf_path_join(data, "history") : NULL;
    const char *out = o->out ? o->out : shipped;
    struct xf_history_update how = {.repo = o->repo,
                                    .folder = out,
                                    .data = data,
                                    .progress = show,
                                    .payload = o};
    struct xf_history_counts counts;
    int rc = data ? xf_history_update(&counts, &how) : -1;

    if (o->bar)
        fputs("\r\033[K", stderr);
    if (!rc)
        print_counts(&counts, out);
    if (!rc && fflush(stdout))
        rc = xf_error("cannot write to the standard output: %s",
                      strerror(errno));
    free(shipped);
    return rc ? cmd_trouble() : XF_EXIT_OK;
}

static const struct argp_option options[] = {
    {"output", 'o', "DIR", 0,
     "Folder of the facts, read and written (default: the shipped ones)", 0},
    {"quiet", 'q', NULL, 0, "No progress", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case 'q':
        o->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (!o->verb) {
            if (strcmp(arg, "update"))
                argp_error(state, "the only verb is 'update', not '%s'", arg);
            o->verb = arg;
        } else if (!o->repo) {
            o->repo = arg;
        } else {
            argp_error(state, "one clone at a time");
        }
        break;
    case ARGP_KEY_END:
        if (!o->repo)
            argp_error(state, "say: history update CLONE-OF-XEN");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_history(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "update CLONE",
        .doc = "Extract facts about past bugs from a git clone of Xen: "
               "advisories, fixes, quoted crashes, what became of stops. Only "
               "new commits are read the next time; an interrupted run goes "
               "on where it ended.\vExit status: 0 fine, 2 trouble; the facts "
               "are then as before."};
    struct options o = {0};

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    return update(&o);
}
