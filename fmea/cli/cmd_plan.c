/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea plan: how the rows of a worksheet are verified.
 */
#include "cmd.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "campaign.h"
#include "error.h"
#include "file.h"
#include "plan.h"

enum format { FORMAT_CSV, FORMAT_RST, FORMAT_COVERAGE, FORMAT_CAMPAIGN,
              FORMATS };

static const char *const formats[FORMATS] = {
    [FORMAT_CSV] = "csv", [FORMAT_RST] = "rst", [FORMAT_COVERAGE] = "coverage",
    [FORMAT_CAMPAIGN] = "campaign",
};

struct options {
    const char *dir, *out, *dtb;
    int format;
    const char **coverage;
    size_t ncoverage, cap;
};

enum { KEY_FORMAT = 0x100, KEY_COVERAGE, KEY_DTB };

static const struct argp_option arguments[] = {
    {"format", KEY_FORMAT, "NAME", 0,
     "csv (default) or rst: a case per line or section; coverage: a line per "
     "site, what --coverage has of it; campaign: single faults for --dtb, each "
     "with the site that is expected to stop the boot", 0},
    {"coverage", KEY_COVERAGE, "FILE", 0,
     "Line coverage of the tests: JSON of 'gcov --json-format', or an .info "
     "file of lcov; may be given several times", 0},
    {"dtb", KEY_DTB, "FILE", 0,
     "Device tree blob that boots, the base of --format campaign", 0},
    {"output", 'o', "FILE", 0, "Where to write (default: standard output)", 0},
    {0}};

static void set_format(struct options *o, const char *name,
                       struct argp_state *state)
{
    o->format = 0;
    while (o->format < FORMATS && strcmp(formats[o->format], name))
        o->format++;
    if (o->format == FORMATS)
        argp_error(state, "there is no format '%s'; --help lists them", name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_FORMAT:
        set_format(o, arg, state);
        break;
    case KEY_COVERAGE:
        XF_GROW(o->coverage, o->ncoverage, o->cap);
        o->coverage[o->ncoverage++] = arg;
        break;
    case KEY_DTB:
        o->dtb = arg;
        break;
    case 'o':
        o->out = arg;
        break;
    case ARGP_KEY_ARG:
        if (o->dir)
            argp_error(state, "one scan at a time");
        o->dir = arg;
        break;
    case ARGP_KEY_END:
        if (o->format == FORMAT_COVERAGE && !o->ncoverage)
            argp_error(state, "--format coverage needs --coverage FILE");
        if ((o->format == FORMAT_CAMPAIGN) != (o->dtb != NULL))
            argp_error(state, "--format campaign and --dtb FILE need each "
                              "other");
        if (o->format == FORMAT_CAMPAIGN && o->ncoverage)
            argp_error(state, "--format campaign takes no --coverage");
        if (!o->dir)
            o->dir = "xenfmea-out";
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int measure(const struct options *o, struct xf_plan *plan,
                   struct xf_store *store)
{
    struct xf_coverage coverage = XF_COVERAGE_INIT;
    int rc = 0;

    for (size_t i = 0; i < o->ncoverage && !rc; i++)
        rc = xf_coverage_read(&coverage, o->coverage[i]);
    if (!rc && o->ncoverage) {
        xf_coverage_finish(&coverage);
        rc = xf_plan_measure(plan, store, &coverage);
    }
    xf_coverage_release(&coverage);
    return rc;
}

static int write_plan(const struct options *o, struct xf_store *store,
                      struct xf_buf *text)
{
    struct xf_plan *plan;
    int rc = -1;

    if (o->format == FORMAT_CAMPAIGN)
        return xf_campaign_csv(text, store, cmd_data_dir(), o->dtb);
    if (xf_plan_load(&plan, store, cmd_data_dir()))
        return -1;
    if (!measure(o, plan, store)) {
        if (o->format == FORMAT_RST)
            xf_plan_rst(text, plan);
        else if (o->format == FORMAT_COVERAGE)
            xf_plan_coverage_csv(text, plan);
        else
            xf_plan_csv(text, plan);
        rc = 0;
    }
    xf_plan_free(plan);
    return rc;
}

static int put(const struct options *o, const struct xf_buf *text)
{
    if (o->out && strcmp(o->out, "-"))
        return xf_file_write_atomic(o->out, text->data, text->len);
    if (fwrite(text->data, 1, text->len, stdout) != text->len ||
        fflush(stdout))
        return xf_error("standard output: cannot write the plan: %m");
    return 0;
}

int cmd_plan(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments, .parser = parse, .args_doc = "[DIR]",
        .doc = "Write the verification plan of a scan: a method with a "
               "concrete case for every row of the worksheet, by action "
               "priority. DIR is the folder that the scan wrote, or its "
               "xenfmea.db (default: xenfmea-out).\v"
               "Exit status: 0 fine, 2 trouble."};
    struct options o = {0};
    struct xf_store *store = NULL;
    struct xf_buf text = XF_BUF_INIT;
    int status = XF_EXIT_OK;

    /* A file size limit is to be an error like a full disk, not the end. */
    signal(SIGXFSZ, SIG_IGN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    if (!cmd_data_dir() || xf_store_open(&store, o.dir) ||
        write_plan(&o, store, &text) || put(&o, &text))
        status = cmd_trouble();
    xf_store_close(store);
    xf_buf_release(&text);
    free(o.coverage);
    return status;
}
