/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "internal.h"
#include "mention.h"

static char *column(sqlite3_stmt *q, int i)
{
    return xf_strdup(xf_column(q, i));
}

/* What the macro's name says of its argument is in the catalogue; here the
 * kind is enough. */
static bool is_assertion(const char *kind)
{
    return !strncmp(kind, "ASSERT", 6);
}

static void finish(struct entry *e, const char *printed)
{
    if (is_assertion(e->stop.kind))
        e->predicate = xf_predicate_normal(printed);
    else
        e->predicate = xf_strdup("");
    if (!strcmp(e->stop.kind, "panic") ||
        (!strcmp(e->stop.kind, "halt") && strchr(printed, '"')))
        e->format = xf_format_parse(printed);
}

static struct entry *add(struct xf_triage_index *index)
{
    XF_GROW(index->entries, index->len, index->cap);
    index->entries[index->len] = (struct entry){0};
    return &index->entries[index->len++];
}

/* One entry for each site, whatever the builds it is in. */
static int load_rows(struct xf_triage_index *index, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "SELECT s.site_id, s.kind, s.file, s.function,"
        " group_concat(DISTINCT arch),"
        " s.condition, s.message, s.macro, min(s.line), max(s.end_line), m.text,"
        " max(coalesce(m.text, t.condition))"
        " FROM v_sites s JOIN site t ON t.file = s.file AND t.line = s.line AND"
        " t.col = s.\"column\" AND t.site_id = s.site_id"
        " LEFT JOIN mention m ON m.file = s.file AND"
        " m.line = s.line AND m.col = s.\"column\""
        " GROUP BY s.site_id ORDER BY s.file, 9, s.site_id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        struct entry *e = add(index);
        struct xf_stop_place *s = &e->stop;

        s->site_id = column(q, 0);
        s->kind = column(q, 1);
        s->file = column(q, 2);
        s->function = column(q, 3);
        s->arch = column(q, 4);
        s->condition = column(q, 5);
        s->message = column(q, 6);
        s->macro = column(q, 7);
        s->line = (unsigned int)sqlite3_column_int(q, 8);
        s->end_line = (unsigned int)sqlite3_column_int(q, 9);
        s->absence = xf_strdup("");
        s->key = column(q, 11);
        /* panic(crash_fmt, msg): the format is in a macro. */
        finish(e, !strchr(s->message, '"') && strchr(xf_column(q, 10), '"')
                      ? xf_column(q, 10)
                      : s->message);
    }
    return rc;
}

/* Occurrences in configurations that were not scanned, and bodies of macros. */
static int load_mentions(struct xf_triage_index *index, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "SELECT c.kind, m.file, m.function, m.text, c.name, m.line, m.in_macro,"
        " c.detail FROM mention m JOIN census c USING (file, line, col)"
        " WHERE c.accounted <> 'site' ORDER BY m.file, m.line, m.col");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        struct entry *e = add(index);
        struct xf_stop_place *s = &e->stop;
        const char *text = xf_column(q, 3);

        s->site_id = xf_strdup("");
        s->kind = column(q, 0);
        s->file = column(q, 1);
        s->function = column(q, 2);
        s->arch = xf_strdup("");
        s->message = xf_strdup(text);
        s->condition = xf_strdup(strncmp(s->kind, "BUG_ON", 6) ? "" : text);
        s->macro = column(q, 4);
        s->line = s->end_line = (unsigned int)sqlite3_column_int(q, 5);
        s->in_macro = sqlite3_column_int(q, 6);
        s->absence = column(q, 7);
        s->key = xf_strdup(text);
        finish(e,
               !strcmp(s->kind, "ASSERT_UNREACHABLE") ? "unreachable" : text);
    }
    return rc;
}

static int load_keys(struct xf_map *out, struct xf_store *store,
                     const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0)
        xf_map_add(out, xf_column(q, 0), NULL);
    return rc;
}

static int load_inliners(struct xf_triage_index *index, struct xf_store *store)
{
    return load_keys(&index->inlined, store,
                     "SELECT DISTINCT site_id || ' ' || function FROM"
                     " v_inliners WHERE how <> 'body'") ||
                   load_keys(&index->callers, store,
                             "SELECT DISTINCT s.site_id || ' ' || f.name"
                             " FROM site s JOIN function g ON"
                             " g.build = s.build AND g.name = s.function AND"
                             " g.file = s.file AND g.is_static = 1"
                             " JOIN call c ON c.callee = g.id"
                             " JOIN function f ON f.id = c.caller")
               ? -1
               : 0;
}

static void add_base(struct xf_triage_index *index, const char *file)
{
    const char *slash = strrchr(file, '/');
    int is_new;
    uint32_t n = xf_map_add(&index->bases, slash ? slash + 1 : file, &is_new);

    XF_GROW(index->shared, n, index->shared_cap);
    index->shared[n] = !is_new;
}

static void add_files(struct xf_triage_index *index)
{
    for (size_t i = 0; i < index->len; i++) {
        int is_new;
        uint32_t n =
            xf_map_add(&index->files, index->entries[i].stop.file, &is_new);

        index->entries[i].file = n;
        if (!is_new)
            continue;
        XF_GROW(index->names, n, index->names_cap);
        index->names[n] = (struct names){0};
        add_base(index, index->entries[i].stop.file);
    }
}

static int load_moved(struct xf_triage_index *index, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT file, old_file FROM moved_file ORDER BY 1, 2");
    int rc;

    add_files(index);
    if (!q)
        return -1;
    while ((rc = xf_store_step(store, q)) > 0) {
        uint32_t n = xf_map_find(&index->files, xf_column(q, 0));
        struct names *names;

        if (n == XF_MAP_NONE)
            continue;
        names = &index->names[n];
        XF_GROW(names->old, names->len, names->cap);
        names->old[names->len++] = column(q, 1);
    }
    return rc;
}

static int load_version(struct xf_triage_index *index, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT value FROM meta WHERE name = 'xen_version'");
    int rc = q ? xf_store_step(store, q) : -1;

    index->version = xf_strdup(rc > 0 ? xf_column(q, 0) : "");
    if (q)
        sqlite3_reset(q);
    return rc < 0 ? -1 : 0;
}

int xf_triage_index_load(struct xf_triage_index **out, struct xf_store *store)
{
    struct xf_triage_index *index = xf_calloc(1, sizeof(*index));

    if (load_rows(index, store) || load_mentions(index, store) ||
        load_inliners(index, store) || load_moved(index, store) ||
        load_version(index, store)) {
        xf_triage_index_free(index);
        return -1;
    }
    *out = index;
    return 0;
}

void xf_triage_index_free(struct xf_triage_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->len; i++) {
        struct entry *e = &index->entries[i];
        char *owned[] = {e->stop.site_id,  e->stop.kind,  e->stop.file,
                         e->stop.function, e->stop.arch,  e->stop.condition,
                         e->stop.message,  e->stop.macro, e->stop.absence,
                         e->stop.key,      e->predicate};

        for (size_t j = 0; j < sizeof(owned) / sizeof(*owned); j++)
            free(owned[j]);
        xf_format_text_free(e->format);
    }
    free(index->entries);
    for (size_t i = 0; i < index->files.len && index->names; i++) {
        for (size_t j = 0; j < index->names[i].len; j++)
            free(index->names[i].old[j]);
        free(index->names[i].old);
    }
    free(index->names);
    xf_map_release(&index->files);
    xf_map_release(&index->bases);
    free(index->shared);
    xf_map_release(&index->inlined);
    xf_map_release(&index->callers);
    free(index->version);
    free(index);
}

size_t xf_triage_index_size(const struct xf_triage_index *index)
{
    return index->len;
}

const char *xf_triage_index_version(const struct xf_triage_index *index)
{
    return index->version;
}
