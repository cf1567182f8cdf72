/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea assume: what if. The database stays as it is.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "store.h"
#include "visible.h"
#include "whatif.h"

struct names { /* NULL ended once there is one */
    const char **items;
    size_t len;
};

struct options {
    const char *db, *context;
    struct names accepted, withdrawn, off;
    unsigned int rank;
    bool list;
};

enum { KEY_DB = 0x100, KEY_CONTEXT, KEY_WITHDRAW, KEY_OFF, KEY_RANK, KEY_LIST };

static const struct argp_option arguments[] = {
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"context", KEY_CONTEXT, "FILE", 0, "safety context to start from", 0},
    {"withdraw", KEY_WITHDRAW, "AOU", 0, "do not assume this one", 0},
    {"off", KEY_OFF, "CONFIG_X", 0, "switch this option off", 0},
    {"rank", KEY_RANK, "N", OPTION_ARG_OPTIONAL,
     "list the assumptions and options that take away most sites (10)", 0},
    {"list", KEY_LIST, NULL, 0, "list the catalogue", 0},
    {0},
};

static void add(struct names *names, const char *name)
{
    names->items = xf_realloc(names->items,
                              (names->len + 2) * sizeof(*names->items));
    names->items[names->len++] = name;
    names->items[names->len] = NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end;
    long n;

    switch (key) {
    case KEY_DB:
        o->db = arg;
        break;
    case KEY_CONTEXT:
        o->context = arg;
        break;
    case KEY_WITHDRAW:
        add(&o->withdrawn, arg);
        break;
    case KEY_OFF:
        if (strncmp(arg, "CONFIG_", 7))
            argp_error(state, "--off needs a name like CONFIG_X, not '%s'",
                       arg);
        add(&o->off, arg);
        break;
    case KEY_RANK:
        n = arg ? strtol(arg, &end, 10) : 10;
        if (arg && (*end || end == arg || n < 1 || n > 1000))
            argp_error(state, "--rank needs a number from 1 to 1000, not '%s'",
                       arg);
        o->rank = (unsigned int)n;
        break;
    case KEY_LIST:
        o->list = true;
        break;
    case ARGP_KEY_ARG:
        add(&o->accepted, arg);
        break;
    case ARGP_KEY_END:
        if (!o->accepted.len && !o->withdrawn.len && !o->off.len && !o->rank &&
            !o->list)
            argp_error(state, "name an assumption, --withdraw or --off one, "
                              "or ask for --list or --rank");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int answer(const struct options *o, struct xf_store *store,
                  const char *data, struct xf_buf *text)
{
    const struct xf_rate_options how = {.context = o->context,
                                        .accepted = o->accepted.items,
                                        .withdrawn = o->withdrawn.items,
                                        .off = o->off.items};

    if (o->list)
        return xf_whatif_list(text, store, data, o->context);
    if (o->rank)
        return xf_whatif_rank(text, store, data, o->context, o->rank);
    return xf_whatif(text, store, data, &how);
}

int cmd_assume(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .args_doc = "[AOU...]",
        .doc = "Accept or withdraw assumptions of use, or switch options off, "
               "and show which sites fall away, which come back, and which "
               "stay and why. Nothing is changed.\vExit status: 0 fine, 2 "
               "trouble.",
    };
    struct options o = {.db = "xenfmea-out/xenfmea.db"};
    const char *data = cmd_data_dir();
    struct xf_buf text = XF_BUF_INIT, shown = XF_BUF_INIT;
    struct xf_store *store = NULL;
    int status = XF_EXIT_OK;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    if (!data || xf_store_scratch(&store, o.db) ||
        answer(&o, store, data, &text)) {
        status = cmd_trouble();
    } else {
        xf_visible(&shown, text.data ? text.data : "", "\n");
        if (fputs(shown.data, stdout) < 0 || fflush(stdout)) {
            xf_error("cannot write to the standard output: %s",
                     strerror(errno));
            status = cmd_trouble();
        }
    }
    xf_store_close(store);
    xf_buf_release(&text);
    xf_buf_release(&shown);
    free(o.accepted.items);
    free(o.withdrawn.items);
    free(o.off.items);
    return status;
}
