/* SPDX-License-Identifier: GPL-2.0-only */
#include "assign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "map.h"

struct site {
    int64_t row;
    struct xf_wanted wanted; /* strings owned */
};

struct assigner {
    struct xf_assigned *out;
    const struct xf_cppcheck_unit *units;
    size_t n;
    struct site *sites;
    size_t nsites, cap;
};

static void give(struct assigner *a, size_t unit, const struct site *site)
{
    struct xf_assigned *to = &a->out[unit];
    struct xf_wanted wanted = site->wanted;
    size_t len = to->len;

    wanted.file = xf_strdup(wanted.file);
    wanted.call = xf_strdup(wanted.call);
    XF_GROW(to->sites, len, to->sites_cap);
    XF_GROW(to->wanted, to->len, to->cap);
    to->sites[to->len] = site->row;
    to->wanted[to->len++] = wanted;
}

/* Sites with the same call in the same line are told apart by their order. */
static void number_site(struct assigner *a, struct site *site)
{
    site->wanted.among = 1;
    for (size_t i = a->nsites; i--;) {
        struct xf_wanted *other = &a->sites[i].wanted;

        if (strcmp(other->file, site->wanted.file) ||
            other->line != site->wanted.line)
            break;
        if (strcmp(other->call, site->wanted.call))
            continue;
        other->among++;
        site->wanted.ordinal++;
        site->wanted.among++;
    }
}

static int load_sites(struct assigner *a, struct xf_store *store,
                      int64_t build, const struct xf_knowledge *knowledge)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT id, file, line, end_line, frame, callee FROM site "
               "WHERE build = ?1 AND witness IN ('frame', 'call') "
               "ORDER BY file, line, col, ordinal, id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, build);
    while ((rc = xf_store_step(store, q)) > 0) {
        const char *callee = xf_column(q, 5);
        const char *call = *callee ? callee
                                   : xf_knowledge_call(
                                         knowledge, sqlite3_column_int(q, 4));
        struct site site = {.row = sqlite3_column_int64(q, 0)};

        if (!call)
            continue;
        site.wanted.file = xf_strdup(xf_column(q, 1));
        site.wanted.line = (unsigned int)sqlite3_column_int(q, 2);
        site.wanted.end_line = (unsigned int)sqlite3_column_int(q, 3);
        site.wanted.call = xf_strdup(call);
        number_site(a, &site);
        XF_GROW(a->sites, a->nsites, a->cap);
        a->sites[a->nsites++] = site;
    }
    return rc;
}

static char *place_key(const struct xf_wanted *wanted)
{
    return xf_format("%s:%u", wanted->file, wanted->line);
}

void xf_cppcheck_places(struct xf_buf *out, const struct xf_buf *facts,
                        const char *name)
{
    const char *line = facts->data, *end = line + facts->len, *stop;

    for (; line < end; line = stop + 1) {
        const char *file = line + 2, *tab;

        stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        if ((*line != 'B' && *line != 'N') || stop - line < 3)
            continue;
        tab = memchr(file, '\t', (size_t)(stop - file));
        if (!tab || ((size_t)(tab - file) == strlen(name) &&
                     !strncmp(file, name, strlen(name))))
            continue;
        xf_buf_addf(out, "%.*s:%lu\n", (int)(tab - file), file,
                    strtoul(tab + 1, NULL, 10));
    }
}

void xf_cppcheck_reads(struct xf_buf *out, const struct xf_buf *facts)
{
    const char *line = facts->data, *end = line + facts->len, *stop;

    for (; line < end; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        if (stop - line > 2 && !strncmp(line, "R\t", 2)) {
            const char *tab = memchr(line + 2, '\t', (size_t)(stop - line - 2));

            tab = tab ? tab : stop;
            xf_buf_addf(out, "%.*s\n", (int)(tab - line - 2), line + 2);
        }
    }
}

/* The units that compile these places: the first one that is asked. */
static void ask_unit(const struct assigner *a, size_t unit,
                     const struct xf_map *places, size_t *found)
{
    const char *line = a->units[unit].places, *next;

    for (; *line; line = next) {
        size_t len = strcspn(line, "\n");
        char *key = xf_strndup(line, len);
        uint32_t at = xf_map_find(places, key);

        if (at != XF_MAP_NONE && found[at] == a->n)
            found[at] = unit;
        free(key);
        next = line + len + (line[len] == '\n');
    }
}

static void give_headers(struct assigner *a, const bool *is_header)
{
    struct xf_map places = XF_MAP_INIT;
    size_t *found;

    for (size_t i = 0; i < a->nsites; i++)
        if (is_header[i]) {
            char *key = place_key(&a->sites[i].wanted);

            xf_map_add(&places, key, NULL);
            free(key);
        }
    found = xf_calloc(places.len, sizeof(*found));
    for (size_t i = 0; i < places.len; i++)
        found[i] = a->n;
    for (size_t u = 0; places.len && u < a->n; u++)
        if (a->out[u].len)
            ask_unit(a, u, &places, found);
    for (size_t u = 0; places.len && u < a->n; u++)
        if (!a->out[u].len)
            ask_unit(a, u, &places, found);
    for (size_t i = 0; i < a->nsites; i++)
        if (is_header[i]) {
            char *key = place_key(&a->sites[i].wanted);
            size_t unit = found[xf_map_find(&places, key)];

            if (unit < a->n)
                give(a, unit, &a->sites[i]);
            free(key);
        }
    free(found);
    xf_map_release(&places);
}

/* To the units whose main file a site is in. */
static void give_own(struct assigner *a, bool *is_header)
{
    for (size_t i = 0; i < a->nsites; i++) {
        is_header[i] = true;
        for (size_t u = 0; u < a->n; u++)
            if (!strcmp(a->units[u].name, a->sites[i].wanted.file)) {
                is_header[i] = false;
                give(a, u, &a->sites[i]);
            }
    }
}

int xf_assign(struct xf_assigned *out, struct xf_store *store, int64_t build,
              const struct xf_cppcheck_unit *units, size_t n,
              const struct xf_knowledge *knowledge)
{
    struct assigner a = {.out = out, .units = units, .n = n};
    int rc = load_sites(&a, store, build, knowledge);

    if (!rc) {
        bool *is_header = xf_calloc(a.nsites, sizeof(*is_header));

        give_own(&a, is_header);
        give_headers(&a, is_header);
        free(is_header);
    }
    for (size_t i = 0; i < a.nsites; i++) {
        free((char *)a.sites[i].wanted.file);
        free((char *)a.sites[i].wanted.call);
    }
    free(a.sites);
    return rc;
}

void xf_assigned_release(struct xf_assigned *assigned)
{
    for (size_t i = 0; i < assigned->len; i++) {
        free((char *)assigned->wanted[i].file);
        free((char *)assigned->wanted[i].call);
    }
    free(assigned->wanted);
    free(assigned->sites);
}
