/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reads a compile_commands.json, as clang's documentation of "JSON Compilation
 * Database Format" describes it: "command" or "arguments", "output" optional.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "ccargs.h"
#include "error.h"
#include "file.h"
#include "internal.h"
#include "json.h"

static int entry_argv(char ***argv, size_t *argc, const cJSON *entry)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "arguments");
    const char *command = xf_json_string(entry, "command", NULL);
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return command ? xf_argv_split(argv, argc, command) : -1;
    *argc = 0;
    *argv = xf_calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(**argv));
    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item))
            (*argv)[(*argc)++] = xf_strdup(item->valuestring);
    }
    return 0;
}

/* The object that a call without -o makes. Xen's own script takes -o out, but
 * leaves the dependency file, which is named after the object: x/.y.o.d. */
static char *default_output(const struct xf_cc *cc, const char *file)
{
    const char *base = xf_path_base(file);
    const char *dep = cc->depfile ? xf_path_base(cc->depfile) : "";

    if (dep[0] == '.' && xf_has_suffix(dep, ".o.d"))
        return xf_format("%.*s%.*s", (int)(dep - cc->depfile), cc->depfile,
                         (int)strlen(dep) - 3, dep + 1);
    return xf_format("%.*so", (int)strlen(base) - 1, base);
}

static void add_output(char ***argv, size_t *argc, const cJSON *entry,
                       const char *file)
{
    const char *output = xf_json_string(entry, "output", NULL);
    struct xf_cc cc;

    xf_cc_parse(&cc, *argc - 1, *argv + 1);
    if (cc.output || !xf_cc_is_source(file))
        return;
    *argv = xf_realloc(*argv, (*argc + 2) * sizeof(**argv));
    (*argv)[(*argc)++] = xf_strdup("-o");
    (*argv)[(*argc)++] = output ? xf_strdup(output) : default_output(&cc, file);
}

static int add_entry(struct xf_calls *calls, char **compiler,
                     const cJSON *entry, const char *base)
{
    const char *file = xf_json_string(entry, "file", NULL);
    const char *directory = xf_json_string(entry, "directory", ".");
    size_t argc, skip;
    char **argv, *dir, *real;

    if (!file || entry_argv(&argv, &argc, entry))
        return -1;
    if (argc) {
        add_output(&argv, &argc, entry, file);
        skip = xf_argv_leading_words(argc, argv);
        skip = skip ? skip : 1;
        dir = xf_path_join(base, directory);
        real = xf_dir_exists(dir) ? xf_path_real(dir) : NULL;
        xf_calls_add(calls, real ? real : dir, argc - skip, argv + skip);
        free(*compiler);
        *compiler = xf_strdup(argv[skip - 1]);
        free(dir);
        free(real);
    }
    xf_argv_free(argv, argc);
    return 0;
}

static int read_entries(struct xf_calls *calls, char **compiler,
                        const char *path)
{
    cJSON *root = xf_json_load(path), *entry;
    char *real = xf_path_real(path), *base;
    size_t n = 0;
    int rc = 0;

    if (!root || !real) {
        cJSON_Delete(root);
        free(real);
        return -1;
    }
    base = xf_strndup(real, (size_t)(xf_path_base(real) - real));
    if (!cJSON_IsArray(root))
        rc = xf_error("%s is no compilation database: it must be one JSON "
                      "array", path);
    cJSON_ArrayForEach(entry, root) {
        n++;
        if (!rc && add_entry(calls, compiler, entry, base))
            rc = xf_error("%s: entry %zu has no \"file\", or no \"command\" or "
                          "\"arguments\" that can be read; make it again",
                          path, n);
    }
    cJSON_Delete(root);
    free(real);
    free(base);
    return rc;
}

int xf_compdb(struct xf_build *out, const struct xf_discover *how,
              const struct xf_rules *rules, const char *path)
{
    struct xf_calls calls = {0};
    char *compiler = NULL;
    int rc = read_entries(&calls, &compiler, path);

    if (!rc)
        rc = xf_build_adopt(out, how, rules, &calls, path, NULL,
                            compiler ? compiler : "");
    xf_calls_release(&calls);
    free(compiler);
    return rc;
}
