/* SPDX-License-Identifier: GPL-2.0-only */
#include "scan_history.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "history.h"
#include "mention.h"

enum { OPT_NO_HISTORY = 512, OPT_HISTORY, OPT_EVENTS, OPT_UNTIL };

static const struct argp_option options[] = {
    {"no-history", OPT_NO_HISTORY, NULL, 0, "Leave past bugs out", 3},
    {"history", OPT_HISTORY, "DIR", 0,
     "Facts about past bugs (default: the shipped ones)", 3},
    {"history-events", OPT_EVENTS, "FILE", 0,
     "Also count the stops that triage --record wrote there", 3},
    {"history-until", OPT_UNTIL, "COMMIT", 0,
     "Of a git clone: only bugs fixed in this commit's ancestors", 3},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct scan_history *h = state->input;

    switch (key) {
    case OPT_NO_HISTORY:
        h->off = true;
        break;
    case OPT_HISTORY:
        if (!xf_dir_exists(arg))
            argp_error(state, "--history needs a folder of facts, '%s' is none",
                       arg);
        h->folder = arg;
        break;
    case OPT_EVENTS:
        h->events = arg;
        break;
    case OPT_UNTIL:
        h->until = arg;
        break;
    case ARGP_KEY_END:
        if (h->off && (h->folder || h->events || h->until))
            argp_error(state, "--no-history and the other --history options "
                              "exclude each other");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp scan_history_argp = {.options = options, .parser = parse};

static int hash_file(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_read(&text, absolute);

    xf_hash_adds(payload, relative);
    xf_hash_add(payload, text.data ? text.data : "", text.len);
    xf_buf_release(&text);
    return rc;
}

int scan_history_key(const struct scan_history *h, const char *root,
                     struct xf_hash *hash)
{
    char *tip, *name, *behind;

    xf_hash_adds(hash, h->off ? "no history" : "history");
    if (h->off)
        return 0;
    if ((h->folder && xf_tree_walk(h->folder, NULL, hash_file, hash)) ||
        (h->events && hash_file("events", h->events, hash)) ||
        xf_history_tip(&tip, root, h->until))
        return -1;
    /* Not the name itself: the outputs do not depend on where a tree is. */
    name = xf_history_name(root);
    behind = xf_format("%u", xf_history_behind(root, name));
    xf_hash_adds(hash, tip);
    xf_hash_adds(hash, h->until ? h->until : "");
    xf_hash_adds(hash, behind);
    free(name);
    free(behind);
    free(tip);
    return 0;
}

int scan_history_run(const struct scan_history *h, struct xf_store *store,
                     const char *root, const char *data)
{
    struct xf_stop_names *names = xf_stop_names_load(data, false);
    char *shipped = xf_path_join(data, "history"),
         *name = xf_history_name(root);
    struct xf_history_join how = {.folder = h->off      ? NULL
                                            : h->folder ? h->folder
                                                        : shipped,
                                  .events = h->events,
                                  .data = data,
                                  .root = root,
                                  .name = name,
                                  .until = h->until};
    int rc = names && !xf_mentions_store(store, root, names)
                 ? xf_history_join(store, &how)
                 : -1;

    xf_stop_names_free(names);
    free(shipped);
    free(name);
    return rc;
}
