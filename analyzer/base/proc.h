/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Child processes: no shell, a time limit, and the whole process group goes
 * when the limit is reached or xenfmea itself is told to stop.
 */
#ifndef XF_PROC_H
#define XF_PROC_H

#include <stdbool.h>

#include "buf.h"

struct xf_proc {
    const char *dir;        /* working folder; NULL: this one */
    const char *const *env; /* "NAME=value" added to ours, NULL ended; or NULL */
    const char *log;        /* file that takes stderr (and stdout, unless `out`
                               is set); NULL: stderr goes to ours */
    struct xf_buf *out;     /* takes stdout; NULL: see `log` */
    unsigned int seconds;   /* time limit; 0: none */
};

/* Run argv[0] found through PATH and wait. Returns its exit status (0..255,
 * 128 + signal when killed), or -1 with xf_error() when it could not be
 * started or ran past the limit. */
int xf_proc_run(const struct xf_proc *how, const char *const *argv);

/* Whether `name` (a path or a name in PATH) can be executed. */
bool xf_proc_found(const char *name);

#endif
