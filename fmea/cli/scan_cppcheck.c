/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The optional Cppcheck stage of a scan.
 */
#include "scan.h"

#include <stdlib.h>

#include "alloc.h"
#include "cppcheck.h"
#include "file.h"

void scan_cppcheck_places(struct scan_build *b)
{
    b->places = xf_calloc(b->commands.len, sizeof(*b->places));
    b->reads = xf_calloc(b->commands.len, sizeof(*b->reads));
    for (size_t i = 0; i < b->commands.len; i++) {
        xf_buf_adds(&b->places[i], "");
        xf_buf_adds(&b->reads[i], "");
        if (b->units[i].facts.len)
            xf_cppcheck_reads(&b->reads[i], &b->units[i].facts);
        if (b->units[i].facts.len)
            xf_cppcheck_places(&b->places[i], &b->units[i].facts,
                               b->names[i].file);
    }
}

static struct xf_cppcheck_unit *cppcheck_units(const struct scan_build *b,
                                               size_t *n)
{
    struct xf_cppcheck_unit *units =
        xf_calloc(b->commands.len, sizeof(*units));

    *n = 0;
    for (size_t i = 0; i < b->commands.len; i++) {
        const struct xf_command *c = &b->commands.commands[i];

        if (c->is_asm || b->units[i].status > XF_UNIT_ERRORS)
            continue;
        units[(*n)++] = (struct xf_cppcheck_unit){
            .name = b->names[i].file, .object = c->object, .dir = c->dir,
            .file = c->file, .source = b->commands.source,
            .objects = b->commands.objects,
            .argv = (const char *const *)c->argv, .argc = c->argc,
            .places = b->places[i].data, .reads = b->reads[i].data};
    }
    return units;
}

int scan_cppcheck(struct scan *s, struct xf_store *store)
{
    char *cache = xf_path_join(s->cache_dir, "cppcheck");
    struct xf_cppcheck how = {
        .data = s->data, .clang = s->clang, .cache_dir = cache,
        .version = s->cppcheck_version, .jobs = s->jobs,
        .seconds = s->timeout, .progress = scan_show_parse, .payload = s};
    int rc = 0;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        size_t n;
        struct xf_cppcheck_unit *units = cppcheck_units(&s->builds[i], &n);

        rc = xf_cppcheck(store, (int64_t)i + 1, units, n, &how);
        free(units);
    }
    s->cppcheck_units = how.examined;
    s->cppcheck_cached = how.cached;
    free(cache);
    return rc;
}
