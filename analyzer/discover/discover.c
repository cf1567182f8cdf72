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
    out->options = xf_strdup(rules.options_header);
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

int xf_discover_kconfig_arch(char **out, const char *kconfig, const char *data)
{
    struct xf_buf text = XF_BUF_INIT;
    struct xf_rules rules;
    const struct xf_arch *arch;
    int rc = xf_file_read(&text, kconfig);

    *out = NULL;
    if (!rc && !xf_rules_load(&rules, data)) {
        arch = xf_rules_arch_of_kconfig(&rules, text.data ? text.data : "");
        if (arch)
            *out = xf_strdup(arch->name);
        else
            rc = xf_error("%s does not say which architecture it is for; name "
                          "it with --arch", kconfig);
        xf_rules_release(&rules);
    } else {
        rc = -1;
    }
    xf_buf_release(&text);
    return rc;
}

static bool is_listed(const struct xf_buf *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = list->len ? list->data : NULL; at;
         at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, name, len) && (!at[len] || at[len] == ','))
            return true;
    }
    return false;
}

char *xf_discover_archs(const char *root, const char *data)
{
    struct xf_rules rules;
    struct xf_buf out = XF_BUF_INIT;

    if (xf_rules_load(&rules, data))
        return NULL;
    for (size_t i = 0; i < rules.narchs; i++) {
        char *folder = xf_format("%s/arch/%s/configs", root,
                                 rules.archs[i].folder);

        if (xf_dir_exists(folder) && !is_listed(&out, rules.archs[i].name))
            xf_buf_addf(&out, "%s%s", out.len ? "," : "", rules.archs[i].name);
        free(folder);
    }
    xf_rules_release(&rules);
    if (!out.len)
        xf_error("%s has no architecture that xenfmea knows", root);
    return out.len ? xf_buf_detach(&out) : NULL;
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
    free(build->options);
    free(build->failures);
    if (build->lock) {
        flock(build->lock - 1, LOCK_UN);
        close(build->lock - 1);
    }
    memset(build, 0, sizeof(*build));
}
