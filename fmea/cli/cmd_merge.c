/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea merge: the parts of a scan, which `scan --shard` wrote, to a
 * worksheet.
 */
#include "cmd.h"

#include <argp.h>
#include <signal.h>
#include <stdlib.h>

#include "alloc.h"
#include "hash.h"
#include "scan.h"
#include "shard.h"

static int read_shards(struct scan *s)
{
    char key[XF_HASH_HEX];
    struct xf_shard_build *list = NULL;
    size_t n = 0;

    if (scan_tree_key(s, key) ||
        xf_shard_read(&list, &n, key, s->shards, s->nshards))
        return -1;
    s->builds = xf_calloc(n, sizeof(*s->builds));
    s->nbuilds = n;
    for (size_t i = 0; i < n; i++) {
        s->builds[i].commands = *list[i].build;
        s->builds[i].units = list[i].units;
        s->builds[i].names = list[i].names;
        free(list[i].build);
    }
    free(list);
    return 0;
}

static int run_merge(struct scan *s)
{
    if (scan_prepare(s) || scan_find_root(s) ||
        decisions_arg_load(&s->decisions, s->root) || scan_make_output(s) ||
        read_shards(s))
        return -1;
    scan_stage_ends(s, "read");
    return scan_write_sheet(s);
}

enum { OPT_DECISIONS = 256 };

static const struct argp_option merge_options[] = {
    {"decisions", OPT_DECISIONS, "FILE", 0,
     "Decisions, a file or a folder (default: fmea-decisions.json here or "
     "beside the hypervisor folder)", 0},
    {"output", 'o', "DIR", 0, "Where to write (default: xenfmea-out)", 0},
    {"verbose", 'v', NULL, 0, "Say more", 1},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 1},
    {0}};

static error_t parse_merge(int key, char *arg, struct argp_state *state)
{
    struct scan *s = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &s->history;
        break;
    case OPT_DECISIONS:
        s->decisions.named = arg;
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
        if (!s->tree) {
            s->tree = arg;
            break;
        }
        XF_GROW(s->shards, s->nshards, s->shards_cap);
        s->shards[s->nshards++] = arg;
        break;
    case ARGP_KEY_END:
        if (!s->nshards)
            argp_error(state, "name the tree and the files that 'xenfmea scan "
                              "--shard' wrote");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_merge(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&scan_history_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = merge_options, .parser = parse_merge, .children = children,
        .args_doc = "XEN-TREE SHARD...",
        .doc = "Put the parts of a scan together: the same files as those of "
               "one scan of the tree. Parts of several architectures and "
               "configurations may be named together.\vExit status: 0 fine, "
               "1 something needs a look (a unit that does not parse), 2 "
               "trouble."};
    struct scan s = {.out = "xenfmea-out"};
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    rc = run_merge(&s);
    scan_clear_bar(&s);
    if (rc || scan_report(&s))
        s.status = cmd_trouble();
    rc = s.status;
    scan_release(&s);
    return rc;
}
