/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file is records (record.h):
 *
 *   H  format key part parts scan   `scan` names the whole that this is a part of
 *   B  arch name kconfig failures units
 *   U  build unit object status file command detail facts
 *   E  sum                          of everything before
 *
 * It is trusted as far as the sum goes: nobody but the project's own jobs
 * writes it. What is read is checked all the same, so that a damaged or
 * foreign file is an error and not a crash.
 */
#include "shard.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "record.h"

#define FORMAT "xenfmea-shard 1"
#define MAX_UNITS 100000

/* ---- writing ------------------------------------------------------------ */

static void add_number(struct xf_buf *out, size_t number)
{
    xf_buf_addf(out, "\t%zu", number);
}

/* The same for all parts of one scan. */
static void scan_name(char hex[XF_HASH_HEX],
                      const struct xf_shard_build *builds, size_t n,
                      unsigned int parts)
{
    struct xf_hash *h = xf_hash_new();
    char number[32];

    snprintf(number, sizeof(number), "%u", parts);
    xf_hash_adds(h, number);
    for (size_t i = 0; i < n; i++) {
        const struct xf_build *b = builds[i].build;

        xf_hash_adds(h, b->arch);
        xf_hash_adds(h, b->name);
        xf_hash_adds(h, b->kconfig);
        xf_hash_adds(h, b->failures);
        for (size_t j = 0; j < b->len; j++) {
            xf_hash_adds(h, b->commands[j].object);
            xf_hash_adds(h, builds[i].names[j].command);
        }
    }
    xf_hash_finish(h, hex);
}

static void add_unit(struct xf_buf *out, size_t i, size_t j,
                     const struct xf_shard_build *b)
{
    const struct xf_unit *unit = &b->units[j];

    xf_buf_adds(out, "U");
    add_number(out, i);
    add_number(out, j);
    xf_record_field(out, b->build->commands[j].object);
    add_number(out, unit->status);
    xf_record_field(out, b->names[j].file);
    xf_record_field(out, b->names[j].command);
    xf_record_field(out, b->names[j].detail);
    xf_record_field(out, unit->facts.len ? unit->facts.data : "");
    xf_record_end(out);
}

int xf_shard_write(const char *path, const char *key, unsigned int part,
                   unsigned int parts, const struct xf_shard_build *builds,
                   size_t n)
{
    struct xf_buf out = XF_BUF_INIT;
    char scan[XF_HASH_HEX], sum[XF_HASH_HEX];
    size_t number = 0;
    int rc;

    scan_name(scan, builds, n, parts);
    xf_buf_addf(&out, "H\t" FORMAT "\t%s\t%u\t%u\t%s\n", key, part, parts,
                scan);
    for (size_t i = 0; i < n; i++) {
        const struct xf_build *b = builds[i].build;

        xf_buf_adds(&out, "B");
        xf_record_field(&out, b->arch);
        xf_record_field(&out, b->name);
        xf_record_field(&out, b->kconfig);
        xf_record_field(&out, b->failures);
        add_number(&out, b->len);
        xf_record_end(&out);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < builds[i].build->len; j++)
            if (xf_shard_has(part, parts, number++))
                add_unit(&out, i, j, &builds[i]);
    xf_hash_bytes(sum, out.data, out.len);
    xf_buf_addf(&out, "E\t%s\n", sum);
    rc = xf_file_write_atomic(path, out.data, out.len);
    xf_buf_release(&out);
    return rc;
}

/* ---- reading ------------------------------------------------------------ */

/* Parts of one scan that have been read. */
struct group {
    char *scan;
    unsigned int parts;
    char **paths; /* [part - 1]: file that it came from, NULL: not yet */
    size_t first, n; /* its builds */
};

struct reader {
    struct xf_shard_build *builds;
    size_t n, cap;
    struct group *groups;
    size_t ngroups, groups_cap;
    const char *key, *path;
};

static int damaged(const struct reader *r)
{
    return xf_error("%s: not a whole shard; run its 'xenfmea scan --shard' "
                    "again", r->path);
}

static bool read_number(size_t *out, const char *text, size_t limit)
{
    char *end;

    *out = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && *out <= limit;
}

/* The sum is right: from here on the records are as they were written. */
static bool check_sum(const struct xf_buf *text)
{
    const size_t tail = 2 + XF_HASH_HEX; /* "E\t", digits, newline */
    char sum[XF_HASH_HEX];

    if (text->len < tail || memchr(text->data, '\0', text->len))
        return false;
    xf_hash_bytes(sum, text->data, text->len - tail);
    return !memcmp(text->data + text->len - tail, "E\t", 2) &&
           !memcmp(text->data + text->len - tail + 2, sum, XF_HASH_HEX - 1);
}

static int check_header(const struct reader *r, const struct xf_record *h)
{
    if (h->len != 6 || strcmp(h->field[0], "H"))
        return damaged(r);
    if (strcmp(h->field[1], FORMAT))
        return xf_error("%s: written as '%s', this xenfmea reads " FORMAT
                        "; use the xenfmea that wrote it", r->path,
                        h->field[1]);
    if (strcmp(h->field[2], r->key))
        return xf_error("%s: of another tree or another xenfmea; run every "
                        "part and the merge on the same tree with the same "
                        "xenfmea", r->path);
    return 0;
}

static struct group *group_of(struct reader *r, const char *scan,
                              unsigned int parts)
{
    struct group g = {.parts = parts, .first = r->n};

    for (size_t i = 0; i < r->ngroups; i++)
        if (!strcmp(r->groups[i].scan, scan))
            return &r->groups[i];
    g.scan = xf_strdup(scan);
    g.paths = xf_calloc(parts, sizeof(*g.paths));
    XF_GROW(r->groups, r->ngroups, r->groups_cap);
    r->groups[r->ngroups++] = g;
    return &r->groups[r->ngroups - 1];
}

static int add_build(struct reader *r, const struct xf_record *b)
{
    struct xf_shard_build made = {0};
    size_t units;

    if (b->len != 6 || !read_number(&units, b->field[5], MAX_UNITS))
        return damaged(r);
    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(r->builds[i].build->arch, b->field[1]) &&
            !strcmp(r->builds[i].build->name, b->field[2]))
            return xf_error("%s: the build %s %s is in parts that do not "
                            "belong together; run all of them with the same "
                            "options", r->path, b->field[1], b->field[2]);
    made.build = xf_calloc(1, sizeof(*made.build));
    made.build->arch = xf_strdup(b->field[1]);
    made.build->name = xf_strdup(b->field[2]);
    made.build->kconfig = xf_strdup(b->field[3]);
    made.build->failures = xf_strdup(b->field[4]);
    made.build->source = xf_strdup("");
    made.build->objects = xf_strdup("");
    made.build->len = units;
    made.build->commands = xf_calloc(units + 1,
                                     sizeof(*made.build->commands));
    made.units = xf_calloc(units + 1, sizeof(*made.units));
    made.names = xf_calloc(units + 1, sizeof(*made.names));
    XF_GROW(r->builds, r->n, r->cap);
    r->builds[r->n++] = made;
    return 0;
}

static int add_read_unit(struct reader *r, const struct group *group,
                         const struct xf_record *u)
{
    size_t build, at, status;
    struct xf_shard_build *b;

    if (u->len != 9 || !read_number(&build, u->field[1], group->n) ||
        build >= group->n)
        return damaged(r);
    b = &r->builds[group->first + build];
    if (!read_number(&at, u->field[2], MAX_UNITS) || at >= b->build->len ||
        !read_number(&status, u->field[4], XF_UNIT_TIMEOUT) ||
        b->build->commands[at].object)
        return damaged(r);
    b->build->commands[at].object = xf_strdup(u->field[3]);
    b->units[at].status = (enum xf_unit_status)status;
    b->units[at].detail = xf_strdup(u->field[7]);
    b->names[at].file = xf_strdup(u->field[5]);
    b->names[at].command = xf_strdup(u->field[6]);
    b->names[at].detail = xf_strdup(u->field[7]);
    if (*u->field[8])
        xf_buf_adds(&b->units[at].facts, u->field[8]);
    return 0;
}

static int read_records(struct reader *r, char *at)
{
    struct xf_record record = {0};
    struct group *group = NULL;
    size_t part = 0, parts = 0;
    bool is_new = false;
    int rc = 0;

    if (xf_record_next(&record, &at) <= 0)
        rc = damaged(r);
    if (!rc)
        rc = check_header(r, &record);
    if (!rc && (!read_number(&part, record.field[3], MAX_UNITS) ||
                !read_number(&parts, record.field[4], MAX_UNITS) || !part ||
                part > parts))
        rc = damaged(r);
    if (!rc) {
        size_t before = r->ngroups;

        group = group_of(r, record.field[5], (unsigned int)parts);
        is_new = r->ngroups > before;
        if (group->parts != parts)
            rc = damaged(r);
        else if (group->paths[part - 1])
            rc = xf_error("%s and %s are both part %zu of %zu; leave one away",
                          group->paths[part - 1], r->path, part, parts);
        else
            group->paths[part - 1] = xf_strdup(r->path);
    }
    while (!rc && xf_record_next(&record, &at) > 0) {
        if (!strcmp(record.field[0], "B") && is_new) {
            rc = add_build(r, &record);
            group->n = r->n - group->first;
        } else if (!strcmp(record.field[0], "U")) {
            rc = add_read_unit(r, group, &record);
        }
    }
    xf_record_release(&record);
    return rc;
}

static int read_part(struct reader *r, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_dir_exists(path)
                 ? xf_error("%s is a folder; name the file in it, "
                            "shard-K-of-N", path)
                 : xf_file_read(&text, path);

    r->path = path;
    if (!rc)
        rc = check_sum(&text) ? read_records(r, text.data) : damaged(r);
    xf_buf_release(&text);
    return rc;
}

static int check_complete(const struct reader *r)
{
    for (size_t i = 0; i < r->ngroups; i++) {
        const struct group *g = &r->groups[i];
        const char *have = NULL;

        for (unsigned int p = 0; p < g->parts && !have; p++)
            have = g->paths[p];
        for (unsigned int p = 0; p < g->parts; p++)
            if (!g->paths[p])
                return xf_error("part %u of %u is missing, of which %s is "
                                "another; name all parts", p + 1, g->parts,
                                have);
    }
    for (size_t i = 0; i < r->n; i++)
        for (size_t j = 0; j < r->builds[i].build->len; j++)
            if (!r->builds[i].build->commands[j].object)
                return xf_error("the parts of %s %s do not make a whole; run "
                                "them again", r->builds[i].build->arch,
                                r->builds[i].build->name);
    return r->n ? 0 : xf_error("no shard was named");
}

static int by_build(const void *a, const void *b)
{
    const struct xf_build *x = ((const struct xf_shard_build *)a)->build;
    const struct xf_build *y = ((const struct xf_shard_build *)b)->build;
    int rc = strcmp(x->arch, y->arch);

    return rc ? rc : strcmp(x->name, y->name);
}

static void release_groups(struct reader *r)
{
    for (size_t i = 0; i < r->ngroups; i++) {
        for (unsigned int p = 0; p < r->groups[i].parts; p++)
            free(r->groups[i].paths[p]);
        free(r->groups[i].paths);
        free(r->groups[i].scan);
    }
    free(r->groups);
}

int xf_shard_read(struct xf_shard_build **out, size_t *n, const char *key,
                  char *const *paths, size_t npaths)
{
    struct reader r = {.key = key};
    int rc = 0;

    for (size_t i = 0; i < npaths && !rc; i++)
        rc = read_part(&r, paths[i]);
    if (!rc)
        rc = check_complete(&r);
    release_groups(&r);
    if (!rc)
        qsort(r.builds, r.n, sizeof(*r.builds), by_build);
    for (size_t i = 0; i < r.n && rc; i++)
        xf_shard_release(&r.builds[i]);
    if (rc)
        free(r.builds);
    *out = rc ? NULL : r.builds;
    *n = rc ? 0 : r.n;
    return rc;
}

void xf_shard_release(struct xf_shard_build *build)
{
    for (size_t i = 0; i < build->build->len; i++) {
        xf_unit_release(&build->units[i]);
        free(build->names[i].file);
        free(build->names[i].command);
        free(build->names[i].detail);
    }
    free(build->units);
    free(build->names);
    xf_build_release(build->build);
    free(build->build);
}
