/* SPDX-License-Identifier: GPL-2.0-only */
#include "kconfig.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "file.h"
#include "makefile.h"

static bool in_name(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

static void add_option(struct xf_buf *out, const char *name, size_t len)
{
    char *line = xf_format("\n%.*s\n", (int)len, name);
    char *all = xf_format("\n%s\n", out->data ? out->data : "");

    if (!strstr(all, line))
        xf_buf_addf(out, "%s%.*s", out->len ? "\n" : "", (int)len, name);
    free(line);
    free(all);
}

/* "obj-$(CONFIG_X) += file.o": the only form that one option decides. A line
 * with several ways to be taken ("or") is decided by none. */
static void from_makefile(struct xf_buf *out, const char *reason)
{
    char *copy = xf_strdup(reason), *rest = copy, *part;

    while ((part = strsep(&rest, ";"))) {
        const char *at = strstr(part, "-$(CONFIG_");
        size_t len = 0;

        if (!at || strstr(part, " or ") || strstr(part, "ifeq") ||
            strstr(part, "ifneq"))
            continue;
        at += 3;
        while (in_name(at[len]))
            len++;
        if (at[len] == ')')
            add_option(out, at, len);
    }
    free(copy);
}

/* Options that the condition needs: "defined(CONFIG_X)", "CONFIG_X", also
 * joined by &&. Anything with || or ! is left alone. */
static void from_condition(struct xf_buf *out, const char *text)
{
    if (strstr(text, "||") || strchr(text, '!') || strpbrk(text, "<>="))
        return;
    while ((text = strstr(text, "CONFIG_"))) {
        size_t len = 0;

        while (in_name(text[len]))
            len++;
        add_option(out, text, len);
        text += len;
    }
}

static void from_source(struct xf_buf *out, struct kconfig *k,
                        unsigned int line)
{
    int32_t at = k->open ? xf_source_branch_at(k->open, line) : -1;

    for (; at >= 0; at = k->open->branches[at].parent)
        from_condition(out, k->open->branches[at].condition);
}

static void open_file(struct kconfig *k, const char *file)
{
    char *path;

    if (k->open_file && !strcmp(k->open_file, file))
        return;
    xf_source_free(k->open);
    free(k->open_file);
    k->open = NULL;
    k->open_file = xf_strdup(file);
    path = xf_path_join(k->root, file);
    if (xf_file_exists(path))
        k->open = xf_source_load(path);
    free(path);
}

static const char *of_file(struct kconfig *k, const char *file)
{
    int is_new;
    uint32_t at = xf_map_add(&k->files, file, &is_new);

    if (is_new) {
        struct xf_buf out = XF_BUF_INIT;
        char *reason = makefile_reason(k->root, file);

        if (at == k->cap) {
            k->cap = k->cap ? 2 * k->cap : 64;
            k->by_makefile = xf_realloc(k->by_makefile,
                                        k->cap * sizeof(*k->by_makefile));
        }
        /* Headers are nobody's object. */
        if (!xf_has_suffix(file, ".h"))
            from_makefile(&out, reason);
        k->by_makefile[at] = xf_buf_detach(&out);
        free(reason);
    }
    return k->by_makefile[at];
}

void kconfig_init(struct kconfig *k, const char *root)
{
    memset(k, 0, sizeof(*k));
    k->root = root;
}

void kconfig_release(struct kconfig *k)
{
    for (size_t i = 0; i < k->files.len; i++)
        free(k->by_makefile[i]);
    free(k->by_makefile);
    xf_map_release(&k->files);
    xf_source_free(k->open);
    free(k->open_file);
}

char *kconfig_options(struct kconfig *k, const char *file, unsigned int line)
{
    struct xf_buf out = XF_BUF_INIT;
    const char *list = of_file(k, file);

    xf_buf_adds(&out, list);
    open_file(k, file);
    from_source(&out, k, line);
    return xf_buf_detach(&out);
}
