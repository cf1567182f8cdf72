/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea report: the worksheet of a scan in other formats.
 */
#include "cmd.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "exceptions.h"
#include "file.h"
#include "store.h"
#include "worksheet.h"

struct options {
    const char *dir, *out;
    bool exceptions; /* that document in the place of the worksheet */
    bool formats[XF_FORMATS];
    int nformats;
    struct xf_worksheet_how how;
};

enum { KEY_FORMAT = 0x100, KEY_URL, KEY_REVISION, KEY_TREE, KEY_AOU_TYPE,
       KEY_PREFIX, KEY_PROFILE };

static const struct argp_option arguments[] = {
    {"format", KEY_FORMAT, "LIST", 0,
     "xlsx (default), csv, json, sarif, markdown, rst, s-core; several with "
     "commas between; all", 0},
    {"output", 'o', "FILE", 0,
     "Where to write; a folder for several formats (default: the standard "
     "output, or worksheet.xlsx in DIR)", 0},
    {"profile", KEY_PROFILE, "NAME", 0,
     "exceptions: with --format rst, the reactions that hit one guest in the "
     "place of the worksheet", 0},
    {"code-url", KEY_URL, "URL", 0,
     "Address of a line of code, with %f for its file, %l for the line and %r "
     "for the revision", 1},
    {"revision", KEY_REVISION, "REV", 0,
     "What %r stands for (default: the commit that was scanned)", 1},
    {"prefix", KEY_PREFIX, "DIR/", 0,
     "Hypervisor folder in the repository, in front of SARIF's paths: xen/", 1},
    {"tree", KEY_TREE, "XEN-TREE", 0,
     "Look up requirements in docs/fusa/reqs of this tree", 1},
    {"aou-type", KEY_AOU_TYPE, "TYPE", 0,
     "Type of drafted requirements: XenSwdgn (default), as Xen's assumptions "
     "have it, or XenAoU, as in the worksheet", 1},
    {0}};

static void add_formats(struct options *o, const char *list,
                        struct argp_state *state)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        bool all = len == 3 && !strncmp(list, "all", 3), known = all;

        for (int i = 0; i < XF_FORMATS; i++)
            if (all || (strlen(xf_formats[i].name) == len &&
                        !strncmp(xf_formats[i].name, list, len)))
                o->formats[i] = known = true;
        if (!known)
            argp_error(state, "there is no format '%.*s'; --help lists them",
                       (int)len, list);
        list += len + (list[len] == ',');
    }
}

static void check(struct options *o, struct argp_state *state)
{
    for (int i = 0; i < XF_FORMATS; i++)
        o->nformats += o->formats[i];
    if (o->exceptions && !o->nformats) {
        o->formats[XF_FORMAT_RST] = true;
        o->nformats = 1;
    }
    if (o->exceptions && (o->nformats > 1 || !o->formats[XF_FORMAT_RST]))
        argp_error(state, "the profile 'exceptions' has the format rst only");
    if (!o->nformats) {
        o->formats[XF_FORMAT_XLSX] = true;
        o->nformats = 1;
    }
    if (o->nformats > 1 && !o->out)
        argp_error(state, "several formats need a folder; name one with -o");
    if (!o->dir)
        o->dir = "xenfmea-out";
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_FORMAT:
        add_formats(o, arg, state);
        break;
    case KEY_PROFILE:
        if (strcmp(arg, "exceptions"))
            argp_error(state, "there is no profile '%s'; --help lists them",
                       arg);
        o->exceptions = true;
        break;
    case 'o':
        o->out = arg;
        break;
    case KEY_URL:
        o->how.code_url = arg;
        break;
    case KEY_REVISION:
        o->how.revision = arg;
        break;
    case KEY_PREFIX:
        o->how.prefix = arg;
        break;
    case KEY_TREE:
        o->how.tree = arg;
        break;
    case KEY_AOU_TYPE:
        o->how.aou_type = arg;
        break;
    case ARGP_KEY_ARG:
        if (o->dir)
            argp_error(state, "one scan at a time");
        o->dir = arg;
        break;
    case ARGP_KEY_END:
        check(o, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Where a format goes; NULL: the standard output. Caller frees. */
static char *target(const struct options *o, enum xf_format format)
{
    if (o->nformats > 1 || (o->out && xf_dir_exists(o->out)))
        return xf_path_join(o->out, xf_formats[format].file);
    if (o->out && strcmp(o->out, "-"))
        return xf_strdup(o->out);
    if (format != XF_FORMAT_XLSX)
        return NULL;
    return xf_path_join(xf_dir_exists(o->dir) ? o->dir : ".",
                        xf_formats[format].file);
}

static int write_exceptions(const struct options *o, struct xf_store *store)
{
    char *path = NULL;
    int rc;

    if (o->out && xf_dir_exists(o->out))
        path = xf_path_join(o->out, "exceptions.rst");
    else if (o->out && strcmp(o->out, "-"))
        path = xf_strdup(o->out);
    rc = xf_exceptions_write(store, o->how.data, path);
    free(path);
    return rc;
}

static int write_all(const struct options *o, struct xf_store *store,
                     struct xf_buf *problems)
{
    if (xf_worksheet_check(&o->how, store) ||
        (o->nformats > 1 && xf_mkdirs(o->out)))
        return -1;
    for (int i = 0; i < XF_FORMATS; i++) {
        char *path;
        int rc;

        if (!o->formats[i])
            continue;
        path = target(o, i);
        rc = xf_worksheet_write(i, store, &o->how, path, problems);
        free(path);
        if (rc)
            return -1;
    }
    return 0;
}

int cmd_report(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments, .parser = parse, .args_doc = "[DIR]",
        .doc = "Write the worksheet of a scan in another format. DIR is the "
               "folder that the scan wrote, or its xenfmea.db (default: "
               "xenfmea-out).\vExit status: 0 fine, 1 a requirement is linked "
               "to that does not exist, or an id is wrong, 2 trouble."};
    struct options o = {.how = {.version = XF_VERSION, .aou_type = "XenSwdgn",
                                .prefix = ""}};
    struct xf_store *store = NULL;
    struct xf_buf problems = XF_BUF_INIT;
    int status = XF_EXIT_OK;

    /* A file size limit is to be an error like a full disk, not the end. */
    signal(SIGXFSZ, SIG_IGN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &o))
        return XF_EXIT_TROUBLE;
    o.how.data = cmd_data_dir();
    if (!o.how.data || xf_store_open(&store, o.dir) ||
        (o.exceptions ? write_exceptions(&o, store)
                      : write_all(&o, store, &problems)))
        status = cmd_trouble();
    if (status == XF_EXIT_OK && problems.len) {
        fputs(problems.data, stderr);
        status = XF_EXIT_FINDINGS;
    }
    xf_store_close(store);
    xf_buf_release(&problems);
    return status;
}
