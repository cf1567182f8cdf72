/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Beginning and end of a scan.
 */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cmd.h"
#include "cppcheck.h"
#include "discover.h"
#include "error.h"

static const char *const database_only[] = {"xenfmea.db", NULL};

int scan_make_output(struct scan *s)
{
    if (cmd_refuse_in_tree(s->out, s->root, "-o"))
        return -1;
    if (s->parts)
        s->shard_output[0] = xf_format("shard-%u-of-%u", s->part, s->parts);
    return xf_outputs_open(&s->outputs, s->out,
                           s->parts        ? s->shard_output
                           : s->sites_only ? database_only
                                           : xf_output_names);
}

int scan_find_root(struct scan *s)
{
    if (s->tree)
        s->root = xf_discover_hypervisor(s->tree);
    else if (!scan_discover(s))
        s->root = xf_strdup(s->builds[0].commands.source);
    return s->root ? 0 : -1;
}

int scan_check_sources(const struct scan *s)
{
    const char *from = s->compile_commands ? s->compile_commands : s->build_dir;

    for (size_t i = 0; from && i < s->nbuilds; i++)
        if (strcmp(s->builds[i].commands.source, s->root))
            return xf_error("%s compiles %s, not %s; name the tree that it "
                            "belongs to, or none",
                            from, s->builds[i].commands.source, s->root);
    return 0;
}

int scan_prepare(struct scan *s)
{
    s->data = cmd_data_dir();
    if (!s->data)
        return -1;
    if (s->cppcheck && !(s->cppcheck_version = xf_cppcheck_version(s->data)))
        return -1;
    s->catalogue = xf_catalogue_load(s->data);
    scan_stage_ends(s, NULL);
    return s->catalogue ? 0 : -1;
}

void scan_build_release_units(struct scan_build *b)
{
    for (size_t j = 0; b->units && j < b->commands.len; j++)
        xf_unit_release(&b->units[j]);
    for (size_t j = 0; b->names && j < b->commands.len; j++) {
        free(b->names[j].file);
        free(b->names[j].command);
        free(b->names[j].detail);
    }
    for (size_t j = 0; b->places && j < b->commands.len; j++)
        xf_buf_release(&b->places[j]);
    for (size_t j = 0; b->reads && j < b->commands.len; j++)
        xf_buf_release(&b->reads[j]);
    free(b->places);
    free(b->reads);
    free(b->names);
    free(b->units);
    free(b->tus);
    b->places = NULL;
    b->reads = NULL;
    b->names = NULL;
    b->units = NULL;
    b->tus = NULL;
}

void scan_build_release(struct scan_build *b)
{
    scan_build_release_units(b);
    xf_build_release(&b->commands);
}

void scan_release(struct scan *s)
{
    for (size_t i = 0; i < s->nbuilds; i++)
        scan_build_release(&s->builds[i]);
    free(s->builds);
    xf_catalogue_free(s->catalogue);
    xf_buf_release(&s->summary);
    free(s->root);
    free(s->standin);
    free(s->cache_dir);
    free(s->cppcheck_version);
    xf_outputs_release(&s->outputs);
    free((char *)s->shard_output[0]);
    free(s->shards);
    decisions_arg_release(&s->decisions);
    scan_builds_release(&s->which);
}
