/* SPDX-License-Identifier: GPL-2.0-only */
#include "decisions_arg.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"

int decisions_arg_load(struct decisions_arg *arg, const char *root)
{
    if (arg->named || xf_file_exists(XF_DECISIONS_FILE))
        arg->path = xf_strdup(arg->named ? arg->named : XF_DECISIONS_FILE);
    else if (root)
        arg->path = xf_path_join(root, "../" XF_DECISIONS_FILE);
    if (arg->path && !arg->named && !xf_file_exists(arg->path)) {
        free(arg->path);
        arg->path = NULL;
    }
    return arg->path ? xf_decisions_load(&arg->list, arg->path) : 0;
}

void decisions_arg_release(struct decisions_arg *arg)
{
    xf_decisions_release(&arg->list);
    free(arg->path);
    memset(arg, 0, sizeof(*arg));
}

const struct xf_decisions *decisions_arg_list(const struct decisions_arg *arg)
{
    return arg->path ? &arg->list : NULL;
}

void decisions_arg_key(const struct decisions_arg *arg, struct xf_hash *h)
{
    struct xf_buf text = XF_BUF_INIT;

    if (arg->path)
        xf_decisions_print(&text, &arg->list, NULL);
    for (size_t i = 0; i < arg->list.len; i++)
        xf_buf_addf(&text, "%s:%d\n", xf_path_base(arg->list.items[i].path),
                    arg->list.items[i].line);
    xf_hash_add(h, text.data ? text.data : "", text.len);
    xf_buf_release(&text);
}
