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
    return 0;
}

void xf_build_release(struct xf_build *build)
{
    for (size_t i = 0; i < build->len; i++) {
        struct xf_command *command = &build->commands[i];

        free(command->dir);
        free(command->file);
        free(command->object);
        for (size_t j = 0; j < command->argc; j++)
            free(command->argv[j]);
        free(command->argv);
    }
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
