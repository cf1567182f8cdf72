/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea diff: two scans compared, with the numbers for release notes.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "diff.h"
#include "error.h"

struct options {
    const char *old, *new;
    bool json, all;
};

static const struct argp_option options[] = {
    {"format", 'f', "FORMAT", 0, "text (default) or json", 0},
    {"all", 'a', NULL, 0, "List the sites in which nothing changed as well", 0},
    {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'f':
        if (strcmp(arg, "text") && strcmp(arg, "json"))
            argp_error(state, "--format is 'text' or 'json', not '%s'", arg);
        o->json = !strcmp(arg, "json");
        break;
    case 'a':
        o->all = true;
        break;
    case ARGP_KEY_ARG:
        if (o->new)
            argp_error(state, "two scans, not more");
        if (o->old)
            o->new = arg;
        else
            o->old = arg;
        break;
    case ARGP_KEY_END:
        if (!o->new)
            argp_error(state, "name the old and the new scan");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_diff(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "OLD NEW",
        .doc = "Compare two scans, each the folder that 'xenfmea scan' wrote "
               "or its database: sites added, gone, changed, moved, and what "
               "is said otherwise of the others.\vExit status: 0 fine, "
               "2 trouble."};
    struct options o = {0};
    struct xf_diff diff;
    struct xf_buf out = XF_BUF_INIT;
    int rc;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    rc = xf_diff_load(&diff, o.old, o.new);
    if (!rc && o.json)
        xf_diff_json(&out, &diff, o.all);
    else if (!rc)
        xf_diff_text(&out, &diff, o.all);
    if (!rc) {
        fwrite(out.data, 1, out.len, stdout);
        if (fflush(stdout) || ferror(stdout))
            rc = xf_error("cannot write to the standard output: %s",
                          strerror(errno));
    }
    xf_buf_release(&out);
    xf_diff_release(&diff);
    return rc ? cmd_trouble() : XF_EXIT_OK;
}
