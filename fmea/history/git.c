/* SPDX-License-Identifier: GPL-2.0-only */
#include "git.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "proc.h"

int git_try(struct xf_buf *out, const char *repo, const char *const *args)
{
    static const char *const common[] = {"git",
                                         "-C",
                                         NULL,
                                         "--no-pager",
                                         "--no-replace-objects",
                                         "-c",
                                         "core.quotePath=false",
                                         "-c",
                                         "core.fsmonitor=false",
                                         "-c",
                                         "log.showSignature=false",
                                         "-c",
                                         "diff.noprefix=false",
                                         "-c",
                                         "diff.mnemonicPrefix=false",
                                         "-c",
                                         "diff.algorithm=default",
                                         "-c",
                                         "diff.renameLimit=2000",
                                         "-c",
                                         "color.ui=false",
                                         "-c",
                                         "diff.suppressBlankEmpty=false",
                                         "-c",
                                         "log.mailmap=true",
                                         "-c",
                                         "core.commitGraph=true"};
    static const char *const env[] = {"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
                                      "GIT_NO_LAZY_FETCH=1",
                                      "GIT_TERMINAL_PROMPT=0", NULL};
    size_t ncommon = sizeof(common) / sizeof(*common), n = 0;
    const char **argv;
    struct xf_proc how = {.env = env, .out = out, .log = "/dev/null"};
    int rc;

    while (args[n])
        n++;
    argv = xf_calloc(ncommon + n + 1, sizeof(*argv));
    memcpy(argv, common, sizeof(common));
    argv[2] = repo;
    memcpy(argv + ncommon, args, n * sizeof(*argv));
    rc = xf_proc_run(&how, argv);
    free(argv);
    return rc;
}

int git_run(struct xf_buf *out, const char *repo, const char *const *args)
{
    int rc = git_try(out, repo, args);

    if (rc > 0)
        return xf_error("git cannot read the history of %s ('git %s' ended "
                        "with status %d); name a clone of Xen that 'git -C %s "
                        "log' can read",
                        repo, args[0], rc, repo);
    return rc;
}

const char *git_next(const struct xf_buf *list, size_t *at)
{
    const char *text;
    const char *end;

    if (*at >= list->len)
        return NULL;
    text = list->data + *at;
    end = memchr(text, '\0', list->len - *at);
    *at = end ? (size_t)(end - list->data) + 1 : list->len;
    return text;
}
