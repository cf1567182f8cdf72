/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Picks the subcommand. To add one: cmd_<name>.c, a prototype in cmd.h, a row
 * in the table below.
 */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "proc.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"scan", "find every place that stops the host; write the worksheet",
     cmd_scan},
    {"verify", "prove a worksheet complete against a linked xen-syms",
     cmd_verify},
    {"merge", "put the parts of 'scan --shard' together", cmd_merge},
    {"diff", "compare two scans: what was added, is gone, moved or changed",
     cmd_diff},
    {"check", "the gate: what is new, stale or not decided, and what to do",
     cmd_check},
    {"decide", "record what was decided about sites; list, import, export",
     cmd_decide},
    {"review", "serve the worksheet to browsers of this machine; save what is "
               "decided", cmd_review},
    {"history", "extract facts about past bugs from a clone of Xen",
     cmd_history},
    {"triage", "find the site that stopped the machine in a console log",
     cmd_triage},
    {"report", "write the worksheet as xlsx, JSON, SARIF, RST, ...",
     cmd_report},
    {"plan", "write the verification plan, with what coverage lacks", cmd_plan},
    {"explain", "say who reaches a site, and how", cmd_explain},
    {"graph", "draw the paths to a site", cmd_graph},
    {"assume", "show what falls away under assumptions of use", cmd_assume},
    {"rate", "propose anew, with another safety context, without a scan",
     cmd_rate},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int cmd_trouble(void)
{
    fprintf(stderr, "xenfmea: %s\n", xf_error_message());
    return XF_EXIT_TROUBLE;
}

const char *cmd_data_dir(void)
{
    static char *found;
    const char *env = getenv("XENFMEA_DATA");
    const char *tries[] = {env, XF_DATA_INSTALLED, XF_DATA_SOURCE};

    if (found)
        return found;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        char *probe;

        if (!tries[i])
            continue;
        probe = xf_path_join(tries[i], "xen/sites.json");
        if (xf_file_exists(probe))
            found = xf_strdup(tries[i]);
        free(probe);
        if (found)
            return found;
        if (tries[i] == env) {
            xf_error("XENFMEA_DATA=%s holds no xen/sites.json; unset it or "
                     "name xenfmea's data folder",
                     env);
            return NULL;
        }
    }
    xf_error("no data folder at %s; install xenfmea, or set XENFMEA_DATA",
             XF_DATA_INSTALLED);
    return NULL;
}

char *cmd_user_name(void)
{
    const char *argv[] = {"git", "config", "user.name", NULL};
    const char *user = getenv("USER");
    struct xf_buf out = XF_BUF_INIT;
    struct xf_proc how = {.log = "/dev/null", .out = &out};

    if (xf_proc_found("git") && !xf_proc_run(&how, argv) && out.len) {
        out.data[strcspn(out.data, "\n")] = '\0';
        return xf_buf_detach(&out);
    }
    xf_buf_release(&out);
    return xf_strdup(user ? user : "");
}

static char *cache_name(const char *option)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    return option          ? xf_strdup(option)
           : xdg && *xdg   ? xf_format("%s/xenfmea", xdg)
           : home && *home ? xf_format("%s/.cache/xenfmea", home)
                           : NULL;
}

/* The hypervisor folder is not ours to write to: refused before anything is
 * created. */
int cmd_refuse_in_tree(const char *dir, const char *root, const char *option)
{
    char *full = xf_path_real_ahead(dir);
    int rc = 0;

    if (!strcmp(full, root) || xf_path_below(full, root))
        rc = xf_error("%s lies inside the hypervisor folder %s, which xenfmea "
                      "never writes to; choose another place with %s",
                      dir, root, option);
    free(full);
    return rc;
}

char *cmd_cache_dir(const char *option, const char *root)
{
    char *dir = cache_name(option), *real = NULL;

    if (!dir) {
        xf_error("no cache folder: set HOME or pass --cache DIR");
        return NULL;
    }
    if (!cmd_refuse_in_tree(dir, root, "--cache")) {
        if (!xf_mkdirs(dir))
            real = xf_path_real(dir);
        if (!real)
            xf_error("%s; choose another cache folder with --cache",
                     xf_error_message());
    }
    free(dir);
    return real;
}

static void usage(FILE *to)
{
    fputs("Usage: xenfmea COMMAND [OPTION...]\n"
          "Find, explain and disposition every place where Xen stops the "
          "host.\n\nCommands:\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n'xenfmea COMMAND --help' explains one. Exit status: 0 fine, "
          "1 findings, 2 trouble.\n",
          to);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return XF_EXIT_TROUBLE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        usage(stdout);
        return XF_EXIT_OK;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("xenfmea " XF_VERSION);
        return XF_EXIT_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        static char name[64];

        if (strcmp(argv[1], commands[i].name))
            continue;
        snprintf(name, sizeof(name), "xenfmea %s", commands[i].name);
        argv[1] = name;
        return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "xenfmea: no command '%s'; 'xenfmea --help' lists them\n",
            argv[1]);
    return XF_EXIT_TROUBLE;
}
