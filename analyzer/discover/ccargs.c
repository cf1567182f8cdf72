/* SPDX-License-Identifier: GPL-2.0-only */
#include "ccargs.h"

#include <fnmatch.h>
#include <string.h>

size_t xf_cc_width(const char *arg)
{
    static const char *const separate[] = {
        "-o", "-x", "-D", "-U", "-I", "-include", "-imacros", "-isystem",
        "-iquote", "-idirafter", "-isysroot", "-MF", "-MQ", "-MT", "-L", "-T",
        "-Xassembler", "-Xlinker", "-Xpreprocessor", "-Xclang", "--param",
        "-target", "-aux-info", "-A", "-u", "-z", "-e", "-l",
    };

    for (size_t i = 0; i < sizeof(separate) / sizeof(separate[0]); i++)
        if (!strcmp(arg, separate[i]))
            return 2;
    return 1;
}

/* The value of option `name` at argv[0]: attached, or the next argument. */
static const char *value(const char *name, size_t left, char *const *argv)
{
    size_t len = strlen(name);

    if (strncmp(argv[0], name, len))
        return NULL;
    if (argv[0][len])
        return argv[0] + len;
    return left > 1 ? argv[1] : NULL;
}

static void note_option(struct xf_cc *out, size_t left, char *const *argv)
{
    const char *v;

    if (!strcmp(argv[0], "-c"))
        out->compile = true;
    else if ((v = value("-o", left, argv)))
        out->output = v;
    else if ((v = value("-MF", left, argv)))
        out->depfile = v;
    else if ((v = value("-MQ", left, argv)) || (v = value("-MT", left, argv)))
        out->target = v;
}

void xf_cc_parse(struct xf_cc *out, size_t argc, char *const *argv)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < argc; i += xf_cc_width(argv[i])) {
        if (argv[i][0] == '-' && argv[i][1]) {
            note_option(out, argc - i, argv + i);
        } else if (argv[i][0]) {
            out->input = argv[i];
            out->inputs++;
        }
    }
}

bool xf_cc_is_source(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot && (!strcmp(dot, ".c") || !strcmp(dot, ".S") ||
                   !strcmp(dot, ".s"));
}

bool xf_cc_matches(const char *arg, char *const *patterns)
{
    for (; *patterns; patterns++)
        if (!fnmatch(*patterns, arg, 0))
            return true;
    return false;
}
