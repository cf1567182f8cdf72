/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One function per subcommand, each in its cmd_<name>.c. argv[0] is the full
 * name, "xenfmea scan". The result is the exit status.
 */
#ifndef XF_CMD_H
#define XF_CMD_H

/* Exit statuses of every subcommand. */
enum xf_exit {
    XF_EXIT_OK = 0,
    XF_EXIT_FINDINGS = 1, /* it worked, and found something to look at */
    XF_EXIT_TROUBLE = 2   /* it could not do its work */
};

int cmd_scan(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_decide(int argc, char **argv);
int cmd_review(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_triage(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_assume(int argc, char **argv);
int cmd_rate(int argc, char **argv);
int cmd_plan(int argc, char **argv);

/* Print xf_error_message() as "xenfmea: ..." and return XF_EXIT_TROUBLE. */
int cmd_trouble(void);

/* Who is at the keyboard, as git has it, else the system. Caller frees. */
char *cmd_user_name(void);

/* data/ of this installation: $XENFMEA_DATA, the installed folder, or the
 * source tree's; valid until exit. NULL with xf_error() when none exists. */
const char *cmd_data_dir(void);

/* The cache folder, created when missing: `option` or the default. NULL with
 * xf_error() when that cannot be, or when it lies in `root`, the hypervisor
 * folder. Caller frees. */
char *cmd_cache_dir(const char *option, const char *root);
/* 0, or -1 with xf_error() when `dir` is in the hypervisor folder `root`;
 * `option` is the one to use instead. */
int cmd_refuse_in_tree(const char *dir, const char *root, const char *option);

#endif
