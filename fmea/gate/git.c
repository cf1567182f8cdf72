/* SPDX-License-Identifier: GPL-2.0-only */
#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "proc.h"

/* Run git in the repository; its output without the last newline in *out. Its
 * exit status, or -1 with the error set. */
static int run(char **out, const char *dir, const char *const *env,
               const char *const *args)
{
    const char *argv[32] = {"git"};
    struct xf_buf text = XF_BUF_INIT;
    struct xf_proc how = {.dir = dir, .env = env, .log = "/dev/null",
                          .out = &text};
    int n = 1, status;

    for (; args[n - 1] && n < 31; n++)
        argv[n] = args[n - 1];
    argv[n] = NULL;
    status = xf_proc_run(&how, argv);
    while (text.len && text.data[text.len - 1] == '\n')
        text.data[--text.len] = '\0';
    *out = xf_buf_detach(&text);
    return status;
}

char *xf_git_prefix(const char *root)
{
    const char *args[] = {"rev-parse", "--show-prefix", NULL};
    char *prefix = NULL, *parent, *config;

    if (xf_proc_found("git") && !run(&prefix, root, NULL, args))
        return prefix;
    free(prefix);
    parent = xf_path_join(root, "..");
    /* An unpacked release: below the folder that holds Config.mk. */
    config = xf_path_join(parent, "Config.mk");
    prefix = xf_file_exists(config) ? xf_format("%s/", xf_path_base(root))
                                    : xf_strdup("");
    free(config);
    free(parent);
    return prefix;
}

static int lock(struct xf_git *git)
{
    char *path = xf_format("%s/lock", git->folder);

    git->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (git->lock < 0 || (flock(git->lock, LOCK_EX) && errno != ENOLCK &&
                          errno != EOPNOTSUPP && errno != ENOSYS)) {
        xf_error("cannot lock %s: %s", path, strerror(errno));
        free(path);
        return -1;
    }
    free(path);
    return 0;
}

int xf_git_open(struct xf_git *git, const char *root, const char *cache)
{
    const char *args[] = {"rev-parse", "--show-toplevel", NULL};
    char hex[XF_HASH_HEX];
    int status;

    memset(git, 0, sizeof(*git));
    git->lock = -1;
    if (!xf_proc_found("git"))
        return xf_error("--base needs git; install it, or compare with "
                        "--baseline");
    status = run(&git->top, root, NULL, args);
    if (status < 0)
        return -1;
    if (status)
        return xf_error("%s is in no git repository, which --base needs; give "
                        "a clone, or compare with --baseline", root);
    git->prefix = xf_git_prefix(root);
    xf_hash_bytes(hex, git->top, strlen(git->top));
    git->folder = xf_format("%s/commits/%.16s", cache, hex);
    git->tree = xf_format("%s/tree/%s", git->folder, git->prefix);
    if (git->tree[strlen(git->tree) - 1] == '/')
        git->tree[strlen(git->tree) - 1] = '\0';
    return xf_mkdirs(git->folder) ? -1 : lock(git);
}

void xf_git_release(struct xf_git *git)
{
    if (git->folder && git->lock >= 0)
        close(git->lock);
    free(git->top);
    free(git->prefix);
    free(git->folder);
    free(git->tree);
    memset(git, 0, sizeof(*git));
}

/* What a build and the check read, as pathspecs from the top. */
static void pathspecs(const struct xf_git *git, char *specs[5])
{
    const char *below[] = {"Config.mk", "config", "version.sh",
                           "tools/flask/policy"};
    size_t len = strlen(git->prefix);
    const char *slash = len > 1 ? memrchr(git->prefix, '/', len - 1) : NULL;
    int above = slash ? (int)(slash + 1 - git->prefix) : 0;

    specs[0] = xf_format("%s", len ? git->prefix : ".");
    for (int i = 0; i < 4; i++)
        specs[i + 1] = xf_format("%.*s%s", above, git->prefix, below[i]);
}

/* Whether the two differ there; `b` NULL: the work tree. */
static int differ(bool *out, const struct xf_git *git, const char *a,
                  const char *b)
{
    char *specs[5], *text;
    const char *args[12] = {"diff", "--quiet", "--no-ext-diff", a};
    int n = 4, status;

    if (b)
        args[n++] = b;
    args[n++] = "--";
    pathspecs(git, specs);
    for (int i = 0; i < 5; i++)
        args[n++] = specs[i];
    status = run(&text, git->top, NULL, args);
    for (int i = 0; i < 5; i++)
        free(specs[i]);
    free(text);
    *out = status != 0;
    return status < 0 ? -1 : 0;
}

int xf_git_is_changed(bool *changed, const struct xf_git *git)
{
    const char *args[] = {"status", "--porcelain", "--untracked-files=normal",
                          "--", git->prefix, NULL};
    char *text;
    int status;

    if (!*git->prefix)
        args[4] = ".";
    status = run(&text, git->top, NULL, args);
    *changed = status != 0 || *text;
    free(text);
    return status < 0 ? -1 : 0;
}

static int add_commits(struct xf_commits *out, const struct xf_git *git,
                       const char *from, char *text)
{
    const char *before = from;
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        char *space = strchr(line, ' ');
        struct xf_commit c = {NULL, xf_strdup(space ? space + 1 : ""), true};

        c.hash = xf_strndup(line, strcspn(line, " "));
        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = c;
        if (differ(&out->items[out->len - 1].touches, git, before, c.hash))
            return -1;
        before = c.hash;
    }
    return 0;
}

int xf_git_commits(struct xf_commits *out, char **from,
                   const struct xf_git *git, const char *base)
{
    const char *merge[] = {"merge-base", base, "HEAD", NULL};
    const char *list[] = {"log", "--first-parent", "--reverse",
                          "--format=%H %s", "--no-decorate", "--no-color", NULL,
                          "--", NULL};
    char *range, *text;
    int rc;

    memset(out, 0, sizeof(*out));
    *from = NULL;
    if (*base == '-')
        return xf_error("%s is no revision", base);
    rc = run(from, git->top, NULL, merge);
    if (rc < 0)
        return -1;
    if (rc || !**from)
        return xf_error("git finds no common history of %s and HEAD in %s; "
                        "name another revision, or fetch more history (git "
                        "fetch --unshallow, GIT_DEPTH: 0)", base, git->top);
    range = xf_format("%s..HEAD", *from);
    list[6] = range;
    rc = run(&text, git->top, NULL, list);
    if (rc > 0)
        rc = xf_error("git cannot list the commits %s in %s", range, git->top);
    else if (!rc)
        rc = add_commits(out, git, *from, text);
    free(text);
    free(range);
    return rc;
}

void xf_commits_release(struct xf_commits *commits)
{
    for (size_t i = 0; i < commits->len; i++) {
        free(commits->items[i].hash);
        free(commits->items[i].subject);
    }
    free(commits->items);
    memset(commits, 0, sizeof(*commits));
}

static int read_tree(const struct xf_git *git, const char *commit)
{
    char *index = xf_format("GIT_INDEX_FILE=%s/index", git->folder);
    char *work = xf_format("--work-tree=%s/tree", git->folder);
    char *dir = xf_format("%s/tree", git->folder), *where, *text = NULL;
    const char *env[] = {index, "GIT_OPTIONAL_LOCKS=0", NULL};
    const char *find[] = {"rev-parse", "--absolute-git-dir", NULL};
    const char *args[] = {NULL, work, "-c", "core.bare=false", "-c",
                          "core.sparseCheckout=false", "read-tree", "--reset",
                          "-u", commit, NULL};
    char *gitdir = NULL;
    int rc = run(&where, git->top, NULL, find);

    if (!rc) {
        gitdir = xf_format("--git-dir=%s", where);
        args[0] = gitdir;
        rc = xf_mkdirs(dir) ? -1 : run(&text, dir, env, args);
    }
    free(gitdir);
    free(where);
    free(text);
    free(index);
    free(work);
    free(dir);
    return rc;
}

int xf_git_checkout(const struct xf_git *git, const char *commit)
{
    int rc = read_tree(git, commit);
    char *dir, *index;

    if (rc <= 0)
        return rc;
    /* A killed run left something half done: once more from nothing. */
    dir = xf_format("%s/tree", git->folder);
    index = xf_format("%s/index", git->folder);
    unlink(index);
    free(index);
    index = xf_format("%s/index.lock", git->folder);
    unlink(index);
    free(index);
    rc = xf_remove_tree(dir);
    if (!rc)
        rc = read_tree(git, commit);
    if (rc > 0)
        rc = xf_error("git cannot check out %.12s into %s; see that the "
                      "repository is whole (git fsck) and the disk not full",
                      commit, dir);
    free(dir);
    return rc;
}
