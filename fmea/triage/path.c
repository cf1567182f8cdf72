/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "triage.h"

/* The path without what says where the build was: "...", "./", "../". */
static const char *plain(const char *path)
{
    for (;;) {
        if (!strncmp(path, "../", 3))
            path += 3;
        else if (!strncmp(path, "./", 2))
            path += 2;
        else if (!strncmp(path, "...", 3))
            path += 3;
        else
            return path;
    }
}

int xf_triage_path(const char *printed, const char *file)
{
    const char *a = plain(printed), *b = file;
    size_t i = strlen(a), j = strlen(b);
    bool cut = !strncmp(printed, "...", 3);
    int parts = 0;

    if (!i || !j)
        return 0;
    while (i && j && a[i - 1] == b[j - 1]) {
        i--;
        j--;
        parts += a[i] == '/' && b[j] == '/';
    }
    if (!i)
        /* A name alone must be a whole name; a cut one may be a part of it. */
        return !j || b[j - 1] == '/' || cut ? parts + 1 : 0;
    return !j && a[i - 1] == '/' ? parts + 1 : 0;
}
