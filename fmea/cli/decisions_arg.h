/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file of decisions as commands that read a tree or a database find it.
 */
#ifndef XF_DECISIONS_ARG_H
#define XF_DECISIONS_ARG_H

#include "decisions.h"
#include "hash.h"

struct decisions_arg {
    const char *named;        /* --decisions, or NULL */
    char *path;               /* NULL: there is none */
    struct xf_decisions list; /* read when path is set */
};

/* Read what is named, else fmea-decisions.json here or beside the hypervisor
 * folder `root` (may be NULL). None is no error unless one was named. 0, or -1
 * with xf_error(). */
int decisions_arg_load(struct decisions_arg *arg, const char *root);
void decisions_arg_release(struct decisions_arg *arg);

/* NULL when there are none. */
const struct xf_decisions *decisions_arg_list(const struct decisions_arg *arg);
/* What outputs depend on. */
void decisions_arg_key(const struct decisions_arg *arg, struct xf_hash *h);

#endif
