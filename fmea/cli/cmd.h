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
int cmd_history(int argc, char **argv);
int cmd_triage(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_assume(int argc, char **argv);
int cmd_rate(int argc, char **argv);

/* Print xf_error_message() as "xenfmea: ..." and return XF_EXIT_TROUBLE. */
int cmd_trouble(void);

/* data/ of this installation: $XENFMEA_DATA, the installed folder, or the
 * source tree's; valid until exit. NULL with xf_error() when none exists. */
const char *cmd_data_dir(void);

#endif
