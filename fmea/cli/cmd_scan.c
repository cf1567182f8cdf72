/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea scan: from a tree to a worksheet. run() is the whole of it in order.
 */
#include "cmd.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "hash.h"
#include "scan.h"
#include "shard.h"

enum {
    OPT_BUILD_DIR = 256,
    OPT_COMMANDS,
    OPT_CACHE,
    OPT_TIMEOUT,
    OPT_CLANG,
    OPT_SITES_ONLY,
    OPT_SHARD,
    OPT_CACHE_SIZE,
    OPT_CONTEXT,
    OPT_DECISIONS,
    OPT_CPPCHECK
};

static const struct argp_option options[] = {
    {"build-dir", OPT_BUILD_DIR, "DIR", 0,
     "Take the compile commands of this existing build", 0},
    {"compile-commands", OPT_COMMANDS, "FILE", 0,
     "Take them from this compile_commands.json", 0},
    {"context", OPT_CONTEXT, "FILE", 0,
     "Safety context: accepted assumptions, features off, own rules", 1},
    {"decisions", OPT_DECISIONS, "FILE", 0,
     "Decisions, a file or a folder (default: fmea-decisions.json here or "
     "beside the hypervisor folder)", 1},
    {"output", 'o', "DIR", 0, "Where to write (default: xenfmea-out)", 1},
    {"jobs", 'j', "N", 0, "Worker processes (default: number of processors)",
     1},
    {"cache", OPT_CACHE, "DIR", 0,
     "Cache folder (default: $XDG_CACHE_HOME/xenfmea or ~/.cache/xenfmea)", 1},
    {"cache-size", OPT_CACHE_SIZE, "MIB", 0,
     "Bound of the facts in the cache, in MiB (default: 4096)", 1},
    {"timeout", OPT_TIMEOUT, "SECONDS", 0,
     "Limit for one translation unit, and ten times that for configuring "
     "(default: 120)",
     1},
    {"clang", OPT_CLANG, "PROGRAM", 0,
     "Compiler for configuring and assembly files (default: clang-19)", 1},
    {"sites-only", OPT_SITES_ONLY, NULL, 0,
     "Stop when the sites are known: a database without calls through "
     "pointers, reachability, census and worksheet",
     1},
    {"shard", OPT_SHARD, "K/N", 0,
     "Parse the Kth of N parts only and write it for 'xenfmea merge'", 1},
    {"cppcheck", OPT_CPPCHECK, NULL, 0,
     "Also ask Cppcheck about the sites' conditions: minutes the first time, "
     "then cached",
     1},
    {"verbose", 'v', NULL, 0, "Say more", 2},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 2},
    {0}};

static unsigned int positive(const char *arg, const char *name,
                             struct argp_state *state)
{
    char *end;
    long value = strtol(arg, &end, 10);

    if (*end || value < 1 || value > 100000)
        argp_error(state, "--%s needs a number from 1 to 100000, not '%s'",
                   name, arg);
    return (unsigned int)value;
}

static void set_shard(struct scan *s, const char *arg,
                      struct argp_state *state)
{
    char end;

    if (sscanf(arg, "%u/%u%c", &s->part, &s->parts, &end) != 2 || !s->part ||
        s->part > s->parts || s->parts > 1000)
        argp_error(state, "--shard needs K/N with K from 1 to N, such as 2/4, "
                          "not '%s'", arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct scan *s = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &s->history;
        state->child_inputs[1] = &s->which;
        break;
    case OPT_BUILD_DIR:
        s->build_dir = arg;
        break;
    case OPT_COMMANDS:
        s->compile_commands = arg;
        break;
    case OPT_CACHE:
        s->cache = arg;
        break;
    case OPT_CLANG:
        s->clang = arg;
        break;
    case OPT_SITES_ONLY:
        s->sites_only = true;
        break;
    case OPT_CPPCHECK:
        s->cppcheck = true;
        break;
    case OPT_CACHE_SIZE:
        s->cache_size = positive(arg, "cache-size", state);
        break;
    case OPT_SHARD:
        set_shard(s, arg, state);
        break;
    case OPT_CONTEXT:
        s->context = arg;
        break;
    case OPT_DECISIONS:
        s->decisions.named = arg;
        break;
    case OPT_TIMEOUT:
        s->timeout = positive(arg, "timeout", state);
        break;
    case 'j':
        s->jobs = positive(arg, "jobs", state);
        break;
    case 'o':
        s->out = arg;
        break;
    case 'v':
        s->verbose = true;
        break;
    case 'q':
        s->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (s->tree)
            argp_error(state, "one tree at a time");
        s->tree = arg;
        break;
    case ARGP_KEY_END:
        if (!s->tree && !s->build_dir && !s->compile_commands)
            argp_error(state, "name a Xen tree");
        if (s->build_dir && s->compile_commands)
            argp_error(state, "--build-dir or --compile-commands, not both");
        if (s->which.all && (s->build_dir || s->compile_commands || s->parts))
            argp_error(state, "--all makes its builds itself; leave %s out",
                       s->build_dir ? "--build-dir"
                       : s->parts   ? "--shard"
                                    : "--compile-commands");
        if (s->cppcheck && (s->sites_only || s->parts))
            argp_error(state, "--cppcheck needs all of the scan, not --%s",
                       s->parts ? "shard" : "sites-only");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static struct xf_shard_build *shard_builds(struct scan *s)
{
    struct xf_shard_build *list = xf_calloc(s->nbuilds, sizeof(*list));

    for (size_t i = 0; i < s->nbuilds; i++) {
        list[i].build = &s->builds[i].commands;
        list[i].units = s->builds[i].units;
        list[i].names = s->builds[i].names;
    }
    return list;
}

/* What is wrong in it is for the merge to say, which has the whole. */
static int write_shard(struct scan *s)
{
    char key[XF_HASH_HEX], *path;
    struct xf_shard_build *builds;
    int rc;

    if (scan_tree_key(s, key) ||
        xf_outputs_begin(&s->outputs, scan_show_waiting, s))
        return -1;
    builds = shard_builds(s);
    path = xf_path_join(s->outputs.stage, s->shard_output[0]);
    rc = xf_shard_write(path, key, s->part, s->parts, builds, s->nbuilds);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, key, "", XF_EXIT_OK);
    free(builds);
    free(path);
    return rc;
}

static int run(struct scan *s)
{
    if (scan_prepare(s))
        return -1;
    if (scan_find_root(s) || decisions_arg_load(&s->decisions, s->root) ||
        scan_make_output(s) || scan_find_cache(s) || scan_find_standin(s))
        return -1;
    if (!s->nbuilds && (s->which.all ? scan_plan(s) : scan_discover(s)))
        return -1;
    if (scan_check_sources(s) || scan_check_clang(s))
        return -1;
    scan_stage_ends(s, "discover");
    if (scan_parse(s))
        return -1;
    scan_stage_ends(s, "parse");
    for (size_t i = 0; i < s->nbuilds; i++)
        scan_name_units(&s->builds[i]);
    if (s->parts)
        return write_shard(s);
    return s->sites_only ? scan_write_sites(s) : scan_write_sheet(s);
}

int cmd_scan(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&scan_history_argp, 0, NULL, 0}, {&scan_builds_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "[XEN-TREE]",
        .children = children,
        .doc = "Find every place where the hypervisor stops the host and write "
               "xenfmea.db, worksheet.html and worksheet.csv. The tree is "
               "never written to.\vExit status: 0 fine, 1 something needs a "
               "look (a unit that does not parse), 2 trouble."};
    struct scan s = {.out = "xenfmea-out", .clang = "clang-19",
                     .timeout = 120, .cache_size = 4096};
    int rc;

    /* A file size limit is to be an error like a full disk, not the end. */
    signal(SIGXFSZ, SIG_IGN);
    s.jobs = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    rc = run(&s);
    scan_clear_bar(&s);
    if (rc || scan_report(&s))
        s.status = cmd_trouble();
    rc = s.status;
    scan_release(&s);
    return rc;
}
