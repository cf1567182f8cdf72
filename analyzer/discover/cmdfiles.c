/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reads what Xen's make leaves beside each object since 4.15: .NAME.o.cmd,
 * whose first line is a make assignment of the shell command.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "internal.h"

struct reading {
    struct xf_calls calls;
    char *compiler; /* of the last call */
};

/* make's escapes, in place: $$ and the two spellings of #. */
static void unescape(char *text)
{
    char *to = text;

    while (*text) {
        if (!strncmp(text, "$(pound)", 8)) {
            *to++ = '#';
            text += 8;
        } else if ((text[0] == '$' && text[1] == '$') ||
                   (text[0] == '\\' && text[1] == '#')) {
            *to++ = text[1];
            text += 2;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

/* The folder make ran in: that of the file, without what the target's own
 * path repeats of it. */
static char *working_folder(const char *path, const char *target)
{
    const char *slash = strrchr(target, '/');
    char *folder = xf_strndup(path, (size_t)(xf_path_base(path) - path) - 1);
    char *tail;

    if (target[0] == '.' && target[1] == '/')
        target += 2;
    if (!slash || slash < target)
        return folder;
    tail = xf_format("/%.*s", (int)(slash - target), target);
    if (xf_has_suffix(folder, tail))
        folder[strlen(folder) - strlen(tail)] = '\0';
    free(tail);
    return folder;
}

static void add_command(struct reading *r, const char *path,
                        const char *target, char *command)
{
    size_t argc, skip;
    char **argv, *folder;

    unescape(command);
    if (xf_argv_split(&argv, &argc, command))
        return;
    skip = xf_argv_leading_words(argc, argv);
    if (skip) {
        folder = working_folder(path, target);
        xf_calls_add(&r->calls, folder, argc - skip, argv + skip);
        free(folder);
        free(r->compiler);
        r->compiler = xf_strdup(argv[skip - 1]);
    }
    xf_argv_free(argv, argc);
}

/* "cmd_common/domain.o := gcc ..." or with "=" */
static int read_cmd(const char *relative, const char *path, void *payload)
{
    struct reading *r = payload;
    struct xf_buf text = XF_BUF_INIT;
    char *equals, *end;
    int rc;

    if (xf_path_base(relative)[0] != '.' || !xf_has_suffix(relative, ".o.cmd"))
        return 0;
    rc = xf_file_read(&text, path);
    if (!rc && !strncmp(text.data, "cmd_", 4)) {
        text.data[strcspn(text.data, "\n")] = '\0';
        equals = strstr(text.data, " = ");
        end = strstr(text.data, " := ");
        if (end && (!equals || end < equals))
            equals = end + 1;
        if (equals) {
            text.data[strcspn(text.data, " ")] = '\0';
            add_command(r, path, text.data + 4, equals + 2);
        }
    }
    xf_buf_release(&text);
    return rc;
}

/* Whether any call compiles C; before 4.15 only assembly leaves commands. */
static bool has_c(const struct xf_calls *calls)
{
    for (size_t i = 0; i < calls->len; i++) {
        char *file = xf_call_file(&calls->items[i]);
        bool c = file && xf_has_suffix(file, ".c") &&
                 !strstr(file, "/tools/");

        free(file);
        if (c)
            return true;
    }
    return false;
}

/* The folder that make ran in: the one named, or its xen/. */
static char *objects_folder(const char *dir)
{
    char *real = xf_path_real(dir), *below;

    if (!real)
        return NULL;
    below = xf_format("%s/xen", real);
    if (!xf_dir_exists(below)) {
        free(below);
        return real;
    }
    free(real);
    return below;
}

/* Before 4.15 builds are made in the source tree and keep their .config. */
static int no_commands(const char *dir, const char *objects)
{
    char *config = xf_path_join(objects, ".config");

    if (xf_file_exists(config))
        xf_error("%s holds no compile commands of C files (.*.o.cmd): not a "
                 "finished build, or of a Xen before 4.15, which leaves none; "
                 "scan the source with its configuration instead: xenfmea scan "
                 "--kconfig %s %s", dir, config, objects);
    else
        xf_error("%s holds no compile commands of C files (.*.o.cmd): not a "
                 "finished build, or of a Xen before 4.15, which leaves none; "
                 "scan the source tree instead: xenfmea scan TREE", dir);
    free(config);
    return -1;
}

int xf_cmdfiles(struct xf_build *out, const struct xf_discover *how,
                const struct xf_rules *rules)
{
    struct reading r = {0};
    char *objects = objects_folder(how->build_dir);
    int rc = objects ? xf_tree_walk(objects, NULL, read_cmd, &r) : -1;

    if (!rc && !has_c(&r.calls))
        rc = no_commands(how->build_dir, objects);
    if (!rc)
        rc = xf_build_adopt(out, how, rules, &r.calls, how->build_dir, objects,
                            r.compiler ? r.compiler : "");
    xf_calls_release(&r.calls);
    free(r.compiler);
    free(objects);
    return rc;
}
