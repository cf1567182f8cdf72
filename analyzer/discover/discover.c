/* SPDX-License-Identifier: GPL-2.0-only */
#include "discover.h"

#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "internal.h"

static int by_object(const void *a, const void *b)
{
    const struct xf_command *x = a, *y = b;

    return strcmp(x->object, y->object);
}

static int find_commands(struct xf_build *out, const struct xf_discover *how,
                         const struct xf_rules *rules)
{
    char *listed;
    int rc;

    if (how->compile_commands)
        return xf_compdb(out, how, rules, how->compile_commands);
    if (!how->build_dir)
        return xf_capture(out, how, rules);
    listed = xf_format("%s/compile_commands.json", how->build_dir);
    rc = xf_file_exists(listed) ? xf_compdb(out, how, rules, listed)
                                : xf_cmdfiles(out, how, rules);
    free(listed);
    return rc;
}

static void release_command(struct xf_command *command)
{
    free(command->dir);
    free(command->file);
    free(command->object);
    for (size_t j = 0; j < command->argc; j++)
        free(command->argv[j]);
    free(command->argv);
}

static bool same_command(const struct xf_command *a, const struct xf_command *b)
{
    bool same = a->argc == b->argc && !strcmp(a->object, b->object) &&
                !strcmp(a->file, b->file) && !strcmp(a->dir, b->dir);

    for (size_t i = 0; same && i < a->argc; i++)
        same = !strcmp(a->argv[i], b->argv[i]);
    return same;
}

/* Recorders that append name a unit once per build of it. */
static void drop_repeated(struct xf_build *build)
{
    size_t n = 0;

    for (size_t i = 0; i < build->len; i++) {
        if (n && same_command(&build->commands[n - 1], &build->commands[i]))
            release_command(&build->commands[i]);
        else
            build->commands[n++] = build->commands[i];
    }
    build->len = n;
}

int xf_discover(struct xf_build *out, const struct xf_discover *how)
{
    struct xf_rules rules;
    int rc;

    memset(out, 0, sizeof(*out));
    if (xf_rules_load(&rules, how->data))
        return -1;
    rc = find_commands(out, how, &rules);
    xf_rules_release(&rules);
    if (!rc && !out->len)
        rc = xf_error("%s: no compile command of Xen's was found", how->tree);
    if (rc) {
        xf_build_release(out);
        return -1;
    }
    qsort(out->commands, out->len, sizeof(*out->commands), by_object);
    drop_repeated(out);
    return 0;
}

void xf_build_release(struct xf_build *build)
{
    for (size_t i = 0; i < build->len; i++)
        release_command(&build->commands[i]);
    free(build->commands);
    free(build->arch);
    free(build->name);
    free(build->source);
    free(build->objects);
    free(build->kconfig);
    free(build->failures);
    if (build->lock) {
        flock(build->lock - 1, LOCK_UN);
        close(build->lock - 1);
    }
    memset(build, 0, sizeof(*build));
}
