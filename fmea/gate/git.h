/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Commits of the user's repository, read only: trees are checked out into the
 * cache, with an index of their own there. Uses the program git. Functions
 * returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_GIT_H
#define XF_GIT_H

#include <stdbool.h>
#include <stddef.h>

struct xf_git {
    char *top;    /* of the repository's work tree */
    char *prefix; /* of the hypervisor folder in it, "xen/" or "" */
    char *folder; /* in the cache: work tree and index for commits */
    char *tree;   /* the hypervisor folder in that work tree */
    int lock;
};

struct xf_commit {
    char *hash, *subject;
    bool touches; /* whether anything that a build reads differs from the
                     commit before */
};

struct xf_commits {
    struct xf_commit *items; /* oldest first */
    size_t len, cap;
};

/* `root` is the hypervisor folder. Waits for another run that uses the same
 * checkout. Release whatever the result. */
int xf_git_open(struct xf_git *git, const char *root, const char *cache);
void xf_git_release(struct xf_git *git);

/* Prefix of `root` in its repository, "" when it is in none. Caller frees. */
char *xf_git_prefix(const char *root);

/* The commits behind the merge base of `base` and HEAD up to HEAD, along the
 * first parents; *from becomes the merge base (caller frees). */
int xf_git_commits(struct xf_commits *out, char **from,
                   const struct xf_git *git, const char *base);
void xf_commits_release(struct xf_commits *commits);

/* Whether the work tree differs from HEAD where a build reads. */
int xf_git_is_changed(bool *changed, const struct xf_git *git);

/* Bring git->tree to that commit; only files that differ are written. */
int xf_git_checkout(const struct xf_git *git, const char *commit);

#endif
