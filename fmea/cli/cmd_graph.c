/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea graph: the paths to a site as a picture, drawn by Graphviz.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "paths.h"
#include "picture.h"
#include "proc.h"
#include "site_arg.h"
#include "store.h"

#define MAX_PATHS 100

struct options {
    const char *site, *db, *arch, *out;
    size_t paths, nodes;
    unsigned int seconds;
};

enum { KEY_DB = 0x100, KEY_PATHS, KEY_ARCH, KEY_NODES, KEY_TIMEOUT };

static const struct argp_option arguments[] = {
    {"output", 'o', "FILE", 0,
     "what to write: NAME.svg (and NAME.txt, the same in words), NAME.dot or "
     "NAME.txt",
     0},
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"paths", KEY_PATHS, "K", 0,
     "draw the K best different paths of every context (1)", 0},
    {"arch", KEY_ARCH, "ARCH", 0,
     "the build of this architecture; needed when several have the site", 0},
    {"max-nodes", KEY_NODES, "N", 0, "most functions in a picture (60)", 0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "limit for Graphviz (30)", 0},
    {0},
};

static long number(const char *arg, const char *name, long most,
                   struct argp_state *state)
{
    char *end;
    long n = strtol(arg, &end, 10);

    if (*end || end == arg || n < 1 || n > most)
        argp_error(state, "--%s needs a number from 1 to %ld, not '%s'", name,
                   most, arg);
    return n;
}

static bool is_known_suffix(const char *path)
{
    return xf_has_suffix(path, ".svg") || xf_has_suffix(path, ".dot") ||
           xf_has_suffix(path, ".txt");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case KEY_DB:
        o->db = arg;
        break;
    case KEY_ARCH:
        o->arch = arg;
        break;
    case KEY_PATHS:
        o->paths = (size_t)number(arg, "paths", MAX_PATHS, state);
        break;
    case KEY_NODES:
        o->nodes = (size_t)number(arg, "max-nodes", 10000, state);
        break;
    case KEY_TIMEOUT:
        o->seconds = (unsigned int)number(arg, "timeout", 100000, state);
        break;
    case ARGP_KEY_ARG:
        if (o->site)
            argp_error(state, "one site at a time");
        o->site = arg;
        break;
    case ARGP_KEY_END:
        if (!o->site)
            argp_error(state, "name a site");
        if (!o->out || !is_known_suffix(o->out))
            argp_error(state, "-o needs a file named .svg, .dot or .txt");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Run dot over `text`; what it draws goes to `svg`. */
static int draw(struct xf_buf *svg, const struct xf_buf *text,
                unsigned int seconds)
{
    const char *tmp = getenv("TMPDIR");
    char *path = xf_format("%s/xenfmea-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    const char *argv[] = {"dot", "-Tsvg", path, NULL};
    struct xf_proc how = {.out = svg, .log = "/dev/null", .seconds = seconds};
    int fd, rc;

    if (!xf_proc_found("dot")) {
        free(path);
        return xf_error("dot is not installed; install graphviz, or write a "
                        ".dot or .txt file");
    }
    fd = mkstemp(path);
    if (fd < 0) {
        rc = xf_error("%s: cannot create a temporary file: %s; set TMPDIR",
                      path, strerror(errno));
        free(path);
        return rc;
    }
    close(fd);
    rc = xf_file_write_atomic(path, text->data, text->len);
    if (!rc)
        rc = xf_proc_run(&how, argv);
    if (rc > 0)
        rc = xf_error("dot fails (exit status %d); write a .dot file to see "
                      "what it is given",
                      rc);
    else if (!rc && !svg->len)
        rc = xf_error("dot drew nothing; check the installation of graphviz");
    unlink(path);
    free(path);
    return rc;
}

static int write_words(const char *path, const struct xf_shown_site *site,
                       const struct xf_paths *paths)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    xf_words(&text, site, paths);
    rc = xf_file_write_atomic(path, text.data, text.len);
    xf_buf_release(&text);
    return rc;
}

static int write_picture(const struct options *o,
                         const struct xf_shown_site *site,
                         const struct xf_paths *paths)
{
    struct xf_buf dot = XF_BUF_INIT, svg = XF_BUF_INIT;
    size_t left_out = xf_dot(&dot, site, paths, o->nodes);
    bool is_dot = xf_has_suffix(o->out, ".dot");
    int rc = is_dot ? 0 : draw(&svg, &dot, o->seconds);
    const struct xf_buf *text = is_dot ? &dot : &svg;

    if (!rc)
        rc = xf_file_write_atomic(o->out, text->data, text->len);
    if (!rc && !is_dot) {
        char *twin = xf_format("%.*s.txt", (int)strlen(o->out) - 4, o->out);

        rc = write_words(twin, site, paths);
        free(twin);
    }
    if (!rc && left_out)
        fprintf(stderr, "xenfmea: %zu paths do not fit into %zu functions; "
                        "--max-nodes takes more\n",
                left_out, o->nodes);
    xf_buf_release(&dot);
    xf_buf_release(&svg);
    return rc;
}

/* A picture shows one site of one build. */
static int pick(const struct options *o, const struct xf_site_list *sites)
{
    if (sites->len == 1)
        return 0;
    for (size_t i = 1; i < sites->len; i++)
        if (strcmp(sites->items[i].id, sites->items[0].id))
            return xf_error("%s holds several sites (%s, %s); name one by its "
                            "id",
                            o->site, sites->items[0].id, sites->items[i].id);
    return xf_error("%s is in several builds (%s, %s); choose with --arch",
                    o->site, sites->items[0].arch, sites->items[1].arch);
}

static int graph(const struct options *o, struct xf_store *store)
{
    struct xf_site_list sites = {0};
    struct xf_paths paths = {0};
    int rc = xf_site_find(&sites, store, o->site, o->arch) ||
             pick(o, &sites) ||
             xf_paths_find(&paths, store, sites.items[0].row, o->paths);

    if (!rc)
        rc = xf_has_suffix(o->out, ".txt")
                 ? write_words(o->out, &sites.items[0], &paths)
                 : write_picture(o, &sites.items[0], &paths);
    xf_paths_release(&paths);
    xf_site_list_release(&sites);
    return rc ? -1 : 0;
}

int cmd_graph(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .args_doc = "SITE",
        .doc = "Draw the paths to a site: entries at the top, the site at the "
               "bottom, coloured by context, calls through pointers "
               "dashed. " XF_SITE_ARG_DOC
               "\vExit status: 0 fine, 2 trouble.",
    };
    struct options o = {.db = "xenfmea-out/xenfmea.db", .paths = 1,
                        .nodes = 60, .seconds = 30};
    struct xf_store *store = NULL;
    int status = XF_EXIT_OK;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    if (xf_store_open(&store, o.db) || graph(&o, store))
        status = cmd_trouble();
    xf_store_close(store);
    return status;
}
