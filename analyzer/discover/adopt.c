/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Makes a build of compiler calls that somebody else's make left: finds out
 * where its source and objects are, for which architecture and configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "ccargs.h"
#include "error.h"
#include "file.h"
#include "internal.h"

#define CONFIG_HEADER "/include/xen/config.h"

/* Every file of Xen includes that header first, by its path. NULL when the
 * call does not, or not in a folder that is there (*elsewhere is set). */
static char *source_of(const struct xf_call *call, bool *elsewhere)
{
    for (size_t i = 0; i + 1 < call->argc; i++) {
        char *path, *real = NULL;

        if (strcmp(call->argv[i], "-include"))
            continue;
        path = xf_path_join(call->dir, call->argv[i + 1]);
        if (!xf_has_suffix(path, CONFIG_HEADER)) {
            free(path);
            continue;
        }
        *elsewhere |= !xf_file_exists(path);
        if (xf_file_exists(path)) {
            path[strlen(path) - strlen(CONFIG_HEADER)] = '\0';
            real = xf_path_real(path);
        }
        free(path);
        return real;
    }
    return NULL;
}

static char *find_source(const struct xf_calls *calls,
                         const struct xf_discover *how, const char *where)
{
    bool elsewhere = false;

    for (size_t i = 0; i < calls->len; i++) {
        char *source = source_of(&calls->items[i], &elsewhere);

        if (source)
            return source;
    }
    if (how->tree && xf_dir_exists(how->tree))
        return xf_discover_hypervisor(how->tree);
    if (elsewhere)
        xf_error("%s: the source that its commands compile is not where they "
                 "say; build again where it is now, or name the tree as well",
                 where);
    else
        xf_error("%s: none of its commands has '-include "
                 ".../include/xen/config.h', as those of Xen's hypervisor do; "
                 "pass the database or build of Xen's xen/ folder, or name the "
                 "tree as well",
                 where);
    return NULL;
}

/* The folder in which common/x.c of the source became common/x.o. */
static char *find_objects(const struct xf_calls *calls, const char *source)
{
    for (size_t i = 0; i < calls->len; i++) {
        char *object = xf_call_object(&calls->items[i]);
        char *file = xf_call_file(&calls->items[i]), *found = NULL;
        const char *name = file ? xf_path_below(file, source) : NULL;
        char *tail = name ? xf_format("/%.*so", (int)strlen(name) - 1, name)
                          : NULL;

        if (tail && xf_has_suffix(object, tail))
            found = xf_strndup(object, strlen(object) - strlen(tail));
        free(object);
        free(file);
        free(tail);
        if (found)
            return found;
    }
    return xf_strdup(source);
}

static char *read_kconfig(const char *objects)
{
    static const char *const names[] = {".config", "include/config/auto.conf"};
    struct xf_buf text = XF_BUF_INIT;

    for (size_t i = 0; i < 2 && !text.len; i++) {
        char *path = xf_format("%s/%s", objects, names[i]);

        if (xf_file_exists(path))
            xf_file_read(&text, path);
        free(path);
    }
    return xf_buf_detach(&text);
}

static const struct xf_arch *arch_of_compiler(const struct xf_rules *rules,
                                              const char *compiler)
{
    for (size_t i = 0; i < rules->narchs; i++)
        for (char **p = rules->archs[i].compilers; *p; p++)
            if (!strncmp(compiler, *p, strlen(*p)))
                return &rules->archs[i];
    return NULL;
}

/* What a --target of the calls or an object below arch/ says. */
static const struct xf_arch *arch_of_calls(const struct xf_rules *rules,
                                           const struct xf_calls *calls,
                                           const char *objects)
{
    for (size_t i = 0; i < calls->len; i++) {
        const struct xf_call *call = &calls->items[i];
        char *object = xf_call_object(call);
        const char *name = object ? xf_path_below(object, objects) : NULL;
        const struct xf_arch *found = NULL;

        for (size_t j = 0; !found && j < call->argc; j++)
            if (!strncmp(call->argv[j], "--target=", 9))
                found = arch_of_compiler(rules, call->argv[j] + 9);
        for (size_t j = 0; name && !found && j < rules->narchs; j++) {
            const struct xf_arch *arch = &rules->archs[j];
            char *own = xf_format("arch/%s/%s/", arch->folder, arch->name);

            if (!strncmp(name, own, strlen(own)))
                found = arch;
            free(own);
        }
        free(object);
        if (found)
            return found;
    }
    return NULL;
}

static int choose_arch(struct xf_build *out, const struct xf_discover *how,
                       const struct xf_rules *rules,
                       const struct xf_calls *calls, const char *where,
                       const char *compiler)
{
    const struct xf_arch *arch;

    arch = xf_rules_arch_of_kconfig(rules, out->kconfig);
    if (!arch)
        arch = arch_of_compiler(rules, xf_path_base(compiler));
    if (!arch)
        arch = arch_of_calls(rules, calls, out->objects);
    if (!arch && how->arch)
        arch = xf_rules_arch(rules, how->arch);
    if (!arch)
        return xf_error("%s does not tell its architecture; name it", where);
    if (how->arch && strcmp(arch->name, how->arch))
        return xf_error("%s is a build for %s, not %s", where, arch->name,
                        how->arch);
    out->arch = xf_strdup(arch->name);
    return 0;
}

static const char *build_name(const struct xf_build *build,
                              const struct xf_discover *how)
{
    if (!*build->kconfig)
        return how->name ? how->name : "debug";
    return xf_kconfig_is_set(build->kconfig, "CONFIG_DEBUG") ? "debug"
                                                             : "release";
}

int xf_build_adopt(struct xf_build *out, const struct xf_discover *how,
                   const struct xf_rules *rules, const struct xf_calls *calls,
                   const char *where, const char *objects,
                   const char *compiler)
{
    out->source = find_source(calls, how, where);
    if (!out->source)
        return -1;
    out->objects = objects ? xf_strdup(objects)
                           : find_objects(calls, out->source);
    out->kconfig = read_kconfig(out->objects);
    out->failures = xf_strdup("");
    out->name = xf_strdup(build_name(out, how));
    if (choose_arch(out, how, rules, calls, where, compiler))
        return -1;
    xf_build_add_calls(out, rules, calls);
    if (!out->len)
        return xf_error("%s holds no compile command of Xen's hypervisor",
                        where);
    return 0;
}
