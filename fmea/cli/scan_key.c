/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the outputs of a scan depend on, as one hash.
 */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "hash.h"
#include "rate.h"

static bool is_source(const char *path)
{
    return xf_has_suffix(path, ".c") || xf_has_suffix(path, ".h") ||
           xf_has_suffix(path, ".S") || strstr(path, "Makefile");
}

static int hash_file(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;

    if (is_source(relative) && xf_file_exists(absolute)) {
        if (xf_file_read(&text, absolute))
            return -1;
        xf_hash_adds(payload, relative);
        xf_hash_add(payload, text.data, text.len);
        xf_buf_release(&text);
    }
    return 0;
}

static int hash_data(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_read(&text, absolute))
        return -1;
    xf_hash_adds(payload, relative);
    xf_hash_add(payload, text.data, text.len);
    xf_buf_release(&text);
    return 0;
}

char *scan_tree_name(const struct scan *s)
{
    char *real = s->tree ? realpath(s->tree, NULL) : NULL;
    char *name = xf_strdup(xf_path_base(real ? real : s->root));

    free(real);
    return name;
}

/* The program too: a rebuilt one may see more under the same version. */
static int hash_ourselves(struct scan *s)
{
    struct xf_hash *h = xf_hash_new();
    int rc = hash_data("xenfmea", "/proc/self/exe", h);

    if (!rc)
        rc = xf_tree_walk(s->data, NULL, hash_data, h);
    xf_hash_finish(h, s->basis);
    return rc;
}

int scan_tree_key(struct scan *s, char hex[XF_HASH_HEX])
{
    struct xf_hash *h = xf_hash_new();
    char *name = scan_tree_name(s);
    int rc = hash_ourselves(s);

    xf_hash_adds(h, s->basis);
    xf_hash_adds(h, name);
    free(name);
    if (!rc)
        rc = xf_tree_walk(s->root, NULL, hash_file, h);
    if (!rc)
        rc = xf_rate_key(s->root, h);
    xf_hash_finish(h, hex);
    return rc;
}

int scan_outputs_key(struct scan *s, char hex[XF_HASH_HEX])
{
    struct xf_hash *h = xf_hash_new();
    int rc = scan_tree_key(s, hex);

    xf_hash_adds(h, hex);
    xf_hash_adds(h, s->cppcheck_version ? s->cppcheck_version : "");
    if (!rc)
        rc = scan_history_key(&s->history, s->root, h);
    if (!rc && s->context)
        rc = hash_data("context", s->context, h);
    decisions_arg_key(&s->decisions, h);
    for (size_t i = 0; i < s->nbuilds; i++) {
        const struct scan_build *b = &s->builds[i];

        xf_hash_adds(h, b->commands.arch);
        xf_hash_adds(h, b->commands.name);
        xf_hash_adds(h, b->commands.kconfig);
        xf_hash_adds(h, b->commands.failures);
        for (size_t j = 0; j < b->commands.len; j++) {
            xf_hash_adds(h, b->commands.commands[j].object);
            xf_hash_adds(h, b->names[j].detail);
            xf_hash_add(h, b->units[j].facts.data ? b->units[j].facts.data : "",
                        b->units[j].facts.len);
        }
    }
    xf_hash_finish(h, hex);
    return rc;
}
