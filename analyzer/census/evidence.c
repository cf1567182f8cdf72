/* SPDX-License-Identifier: GPL-2.0-only */
#include "evidence.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static const char separator[] = " > ";

typedef void row_fn(struct evidence *ev, sqlite3_stmt *stmt);

static int load(struct evidence *ev, struct xf_store *store, const char *sql,
                row_fn *row)
{
    sqlite3_stmt *stmt = xf_store_prepare(store, sql);
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(store, stmt)) > 0)
        row(ev, stmt);
    return rc;
}

static uint32_t column_uint(sqlite3_stmt *stmt, int column)
{
    int64_t value = sqlite3_column_int64(stmt, column);

    return value < 0 ? 0 : (uint32_t)value;
}

/* Number of the build whose id is in `column`. The foreign keys promise that
 * it is known. */
static uint32_t column_build(const struct evidence *ev, sqlite3_stmt *stmt,
                             int column)
{
    int64_t id = sqlite3_column_int64(stmt, column);
    uint32_t i = 0;

    while (i + 1 < ev->nbuilds && ev->builds[i] != id)
        i++;
    return i;
}

static struct file_evidence *file_of(struct evidence *ev, const char *file)
{
    int is_new;
    uint32_t i = xf_map_add(&ev->files, file, &is_new);

    if (is_new) {
        if (i == ev->items_cap) {
            ev->items_cap = ev->items_cap ? 2 * ev->items_cap : 256;
            ev->items =
                xf_realloc(ev->items, ev->items_cap * sizeof(*ev->items));
        }
        memset(&ev->items[i], 0, sizeof(*ev->items));
        ev->items[i].read = xf_calloc(ev->nbuilds, sizeof(bool));
        ev->items[i].failed = xf_calloc(ev->nbuilds, sizeof(char *));
    }
    return &ev->items[i];
}

/* Every "CONFIG_X=value" of a .config whose value is not "n". */
static void read_options(struct xf_map *on, const char *kconfig)
{
    while (*kconfig) {
        size_t line = strcspn(kconfig, "\r\n"), name = strcspn(kconfig, "=");

        if (!strncmp(kconfig, "CONFIG_", strlen("CONFIG_")) && name < line &&
            !(line == name + 2 && kconfig[name + 1] == 'n')) {
            char *symbol = xf_strndup(kconfig, name);

            xf_map_add(on, symbol, NULL);
            free(symbol);
        }
        kconfig += line + strspn(kconfig + line, "\r\n");
    }
}

static void add_build(struct evidence *ev, sqlite3_stmt *stmt)
{
    static const struct xf_map empty = XF_MAP_INIT;
    size_t n = ev->nbuilds++;

    ev->builds = xf_realloc(ev->builds, ev->nbuilds * sizeof(*ev->builds));
    ev->arches = xf_realloc(ev->arches, ev->nbuilds * sizeof(*ev->arches));
    ev->options = xf_realloc(ev->options, ev->nbuilds * sizeof(*ev->options));
    ev->builds[n] = sqlite3_column_int64(stmt, 0);
    ev->arches[n] = ev->options[n] = empty;
    read_options(&ev->options[n], xf_column(stmt, 1));
}

static void add_read(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));
    uint32_t build = column_build(ev, stmt, 0);

    file->read[build] = true;
    if (!sqlite3_column_int(stmt, 2) && !file->failed[build])
        file->failed[build] = xf_strdup("only units with errors read it");
}

static void add_arch(struct evidence *ev, const char *file, uint32_t build)
{
    const char *name = file + strlen("arch/");
    char *arch;

    if (strncmp(file, "arch/", strlen("arch/")))
        return;
    arch = xf_strndup(name, strcspn(name, "/"));
    xf_map_add(&ev->arches[build], arch, NULL);
    free(arch);
}

static void add_tu(struct evidence *ev, sqlite3_stmt *stmt)
{
    const char *file = xf_column(stmt, 1), *status = xf_column(stmt, 2);
    char **failed;

    add_arch(ev, file, column_build(ev, stmt, 0));
    if (!strcmp(status, "ok"))
        return;
    failed = &file_of(ev, file)->failed[column_build(ev, stmt, 0)];
    if (!*failed)
        *failed = xf_strdup(status);
}

static struct spot column_spot(const struct evidence *ev, sqlite3_stmt *stmt)
{
    return (struct spot){column_build(ev, stmt, 0), column_uint(stmt, 2),
                         column_uint(stmt, 3)};
}

static void add_live(struct evidence *ev, uint32_t build, const char *macros)
{
    while (*macros) {
        const char *end = strstr(macros, separator);
        size_t len = end ? (size_t)(end - macros) : strlen(macros);
        char *key = xf_format("%u %.*s", build, (int)len, macros);

        xf_map_add(&ev->live, key, NULL);
        free(key);
        macros += len + (end ? strlen(separator) : 0);
    }
}

static void add_site(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));
    struct site_spot *site;

    XF_GROW(file->sites, file->nsites, file->sites_cap);
    site = &file->sites[file->nsites++];
    site->at = column_spot(ev, stmt);
    site->end_line = column_uint(stmt, 4);
    site->site_id = xf_strdup(xf_column(stmt, 5));
    site->macro = xf_strdup(xf_column(stmt, 6));
    site->macros = xf_strdup(xf_column(stmt, 7));
    site->callee = xf_strdup(xf_column(stmt, 8));
    site->is_loop = sqlite3_column_int(stmt, 9);
    site->debug = xf_strdup(xf_column(stmt, 10));
    add_live(ev, site->at.build, site->macros);
}

static void add_expanded(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));

    XF_GROW(file->expanded, file->nexpanded, file->expanded_cap);
    file->expanded[file->nexpanded++] = column_spot(ev, stmt);
}

static void add_unexecuted(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));

    XF_GROW(file->unexecuted, file->nunexecuted, file->unexecuted_cap);
    file->unexecuted[file->nunexecuted++] = column_spot(ev, stmt);
}

static void add_call(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));
    struct call_spot *call;

    XF_GROW(file->calls, file->ncalls, file->calls_cap);
    call = &file->calls[file->ncalls++];
    call->at = column_spot(ev, stmt);
    call->file = xf_strdup(xf_column(stmt, 4));
}

static void add_inactive(struct evidence *ev, sqlite3_stmt *stmt)
{
    struct file_evidence *file = file_of(ev, xf_column(stmt, 1));

    XF_GROW(file->inactive, file->ninactive, file->inactive_cap);
    file->inactive[file->ninactive++] =
        (struct range){column_build(ev, stmt, 0), column_uint(stmt, 2),
                       column_uint(stmt, 3)};
}

int evidence_load(struct evidence *ev, struct xf_store *store)
{
    static const struct {
        const char *sql;
        row_fn *row;
    } steps[] = {
        {"SELECT id, kconfig FROM build ORDER BY id", add_build},
        {"SELECT build, file, analysed FROM read_file ORDER BY file, build", add_read},
        {"SELECT build, file, status FROM tu ORDER BY file, build, id",
         add_tu},
        {"SELECT build, file, line, col, end_line, site_id, macro, macros,"
         " callee, callee = '' AND frame < 0, debug_why FROM site"
         " ORDER BY file, line, col, build, site_id",
         add_site},
        {"SELECT build, file, line, col FROM expanded"
         " ORDER BY file, line, col, build",
         add_expanded},
        {"SELECT build, file, line, col FROM unexecuted"
         " ORDER BY file, line, col, build",
         add_unexecuted},
        /* Functions that share their name with one that stops the host. */
        {"SELECT c.build, c.file, c.line, c.col, f.file"
         " FROM function f JOIN call c ON c.callee = f.id"
         " WHERE f.stop_kind = '' AND f.name IN"
         " (SELECT name FROM function WHERE stop_kind <> '')"
         " ORDER BY c.file, c.line, c.col, c.build, f.file",
         add_call},
        {"SELECT build, file, first, last FROM inactive"
         " ORDER BY file, first, last, build",
         add_inactive},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
        if (load(ev, store, steps[i].sql, steps[i].row))
            return -1;
    return 0;
}

static void release_file(struct evidence *ev, struct file_evidence *file)
{
    for (size_t i = 0; i < file->nsites; i++) {
        free(file->sites[i].site_id);
        free(file->sites[i].macro);
        free(file->sites[i].macros);
        free(file->sites[i].callee);
        free(file->sites[i].debug);
    }
    for (size_t i = 0; i < file->ncalls; i++)
        free(file->calls[i].file);
    for (size_t i = 0; i < ev->nbuilds; i++)
        free(file->failed[i]);
    free(file->sites);
    free(file->expanded);
    free(file->unexecuted);
    free(file->calls);
    free(file->inactive);
    free(file->read);
    free(file->failed);
}

void evidence_release(struct evidence *ev)
{
    for (size_t i = 0; i < ev->files.len; i++)
        release_file(ev, &ev->items[i]);
    for (size_t i = 0; i < ev->nbuilds; i++) {
        xf_map_release(&ev->arches[i]);
        xf_map_release(&ev->options[i]);
    }
    free(ev->items);
    free(ev->builds);
    free(ev->arches);
    free(ev->options);
    xf_map_release(&ev->files);
    xf_map_release(&ev->live);
}

const struct file_evidence *evidence_file(const struct evidence *ev,
                                          const char *file)
{
    uint32_t i = xf_map_find(&ev->files, file);

    return i == XF_MAP_NONE ? NULL : &ev->items[i];
}

const struct range *evidence_inactive(const struct file_evidence *file,
                                      uint32_t build, uint32_t line)
{
    const struct range *widest = NULL;

    for (size_t i = 0; i < file->ninactive; i++) {
        const struct range *range = &file->inactive[i];

        if (range->build == build && range->first <= line &&
            line <= range->last &&
            (!widest || range->last - range->first >
                            widest->last - widest->first))
            widest = range;
    }
    return widest;
}

static bool same(struct spot a, struct spot b)
{
    return a.build == b.build && a.line == b.line && a.col == b.col;
}

bool evidence_expanded(const struct file_evidence *file, struct spot at)
{
    for (size_t i = 0; i < file->nexpanded; i++)
        if (same(file->expanded[i], at))
            return true;
    return false;
}

bool evidence_unexecuted(const struct file_evidence *file, struct spot at)
{
    for (size_t i = 0; i < file->nunexecuted; i++)
        if (same(file->unexecuted[i], at))
            return true;
    return false;
}

const struct call_spot *evidence_call(const struct file_evidence *file,
                                      struct spot at)
{
    for (size_t i = 0; i < file->ncalls; i++)
        if (same(file->calls[i].at, at))
            return &file->calls[i];
    return NULL;
}

static void hash_spots(struct xf_hash *hash, const struct spot *spots, size_t n)
{
    xf_hash_add(hash, &n, sizeof(n));
    xf_hash_add(hash, n ? spots : &(struct spot){0}, n * sizeof(*spots));
}

static void hash_site(struct xf_hash *hash, const struct site_spot *site)
{
    hash_spots(hash, &site->at, 1);
    xf_hash_add(hash, &site->end_line, sizeof(site->end_line));
    xf_hash_adds(hash, site->site_id);
    xf_hash_adds(hash, site->macro);
    xf_hash_adds(hash, site->macros);
    xf_hash_adds(hash, site->callee);
    xf_hash_adds(hash, site->debug);
    xf_hash_add(hash, &site->is_loop, sizeof(site->is_loop));
}

void evidence_hash(struct xf_hash *hash, const struct evidence *ev,
                   const struct file_evidence *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->nsites; i++)
        hash_site(hash, &file->sites[i]);
    hash_spots(hash, file->expanded, file->nexpanded);
    hash_spots(hash, file->unexecuted, file->nunexecuted);
    for (size_t i = 0; i < file->ncalls; i++) {
        hash_spots(hash, &file->calls[i].at, 1);
        xf_hash_adds(hash, file->calls[i].file);
    }
    for (size_t i = 0; i < file->ninactive; i++)
        xf_hash_add(hash, &file->inactive[i], sizeof(file->inactive[i]));
    for (size_t i = 0; i < ev->nbuilds; i++) {
        xf_hash_adds(hash, file->read[i] ? "read" : "");
        xf_hash_adds(hash, file->failed[i] ? file->failed[i] : "");
    }
}

bool evidence_has_arch(const struct evidence *ev, uint32_t build,
                       const char *arch)
{
    for (uint32_t i = 0; i < ev->nbuilds; i++)
        if ((build == ALL_BUILDS || build == i) &&
            xf_map_find(&ev->arches[i], arch) != XF_MAP_NONE)
            return true;
    return false;
}

bool evidence_is_live(const struct evidence *ev, uint32_t build,
                      const char *macro)
{
    char *key = xf_format("%u %s", build, macro);
    bool live = xf_map_find(&ev->live, key) != XF_MAP_NONE;

    free(key);
    return live;
}

bool evidence_in_macros(const char *macros, const char *name)
{
    size_t len = strlen(name);

    for (;;) {
        const char *end = strstr(macros, separator);
        size_t part = end ? (size_t)(end - macros) : strlen(macros);

        if (part == len && !memcmp(macros, name, len))
            return true;
        if (!end)
            return false;
        macros = end + strlen(separator);
    }
}
