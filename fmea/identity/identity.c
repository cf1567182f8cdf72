/* SPDX-License-Identifier: GPL-2.0-only */
#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "context.h"
#include "file.h"
#include "map.h"
#include "visible.h"

void xf_identity_release(struct xf_identity *identity)
{
    free(identity->site_id);
    free(identity->file);
    free(identity->function);
    free(identity->kind);
    free(identity->text);
    free(identity->conditions);
    free(identity->message);
    free(identity->guard);
    free(identity->near);
    free(identity->macros);
    memset(identity, 0, sizeof(*identity));
}

void xf_identities_release(struct xf_identities *list)
{
    for (size_t i = 0; i < list->len; i++)
        xf_identity_release(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

/* ---- recording ---------------------------------------------------------- */

/* Files are visited in order, so one is open at a time. */
struct reader {
    const char *root;
    char *file;
    struct xf_source *src; /* NULL: not there */
};

static const struct xf_source *open_source(struct reader *r, const char *file)
{
    char *path, *clean;

    if (r->file && !strcmp(r->file, file))
        return r->src;
    free(r->file);
    xf_source_free(r->src);
    r->file = xf_strdup(file);
    r->src = NULL;
    /* The name comes from a compiler's line marks: nothing outside the tree is
     * read. */
    clean = xf_path_clean(file);
    path = xf_path_join(r->root, clean);
    if (*clean != '/' && strncmp(clean, "..", 2) && xf_file_exists(path))
        r->src = xf_source_load(path);
    free(path);
    free(clean);
    return r->src;
}

/* Without the source: what the compiler told. */
static char *fallback_text(const char *macro, const char *callee,
                           const char *condition, const char *message)
{
    char *args = xf_identity_compact(*condition ? condition : message);
    char *text = xf_format("%s(%s)", *macro ? macro : callee, args);

    free(args);
    return text;
}

/* As a file of decisions can hold it (JSON is UTF-8): what is read back from
 * there has to compare equal. */
static char *recordable(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;

    xf_visible(&out, text ? text : "", "\n\t");
    return xf_buf_detach(&out);
}

static int insert(struct xf_store *store, const struct xf_identity *i)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO identity VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
               "?9, ?10, ?11, ?12, ?13, ?14)");
    const char *texts[] = {i->file, i->function, i->kind, i->text,
                           i->conditions, i->message, i->guard, i->near,
                           i->macros};

    if (!q)
        return -1;
    xf_bind(q, 1, i->site_id);
    sqlite3_bind_int(q, 2, i->version);
    for (int n = 0; n < 9; n++) {
        /* The file is one to open: its name stays. */
        char *text = n ? recordable(texts[n]) : xf_strdup(texts[n]);

        xf_bind(q, 3 + n, text);
        free(text);
    }
    sqlite3_bind_int(q, 12, i->order);
    sqlite3_bind_int(q, 13, i->line);
    sqlite3_bind_int(q, 14, i->end_line);
    return xf_store_run(store, q);
}

/* One row per site id; columns as in record_query. */
static int record_one(struct xf_store *store, struct reader *reader,
                      struct xf_map *runs, int *counts, sqlite3_stmt *q)
{
    const char *file = xf_column(q, 1);
    const struct xf_source *src = open_source(reader, file);
    int line = sqlite3_column_int(q, 4), column = sqlite3_column_int(q, 6);
    struct xf_identity i = {
        .site_id = (char *)xf_column(q, 0), .file = (char *)file,
        .function = (char *)xf_column(q, 2), .kind = (char *)xf_column(q, 3),
        .message = (char *)xf_column(q, 8), .macros = (char *)xf_column(q, 10),
        .conditions = (char *)xf_column(q, 12), .line = line,
        .end_line = sqlite3_column_int(q, 5), .version = XF_IDENTITY_VERSION};
    char *key;
    uint32_t at;
    int rc;

    i.text = src ? identity_text(src, line, column) : xf_strdup("");
    if (!*i.text) {
        free(i.text);
        i.text = fallback_text(xf_column(q, 9), xf_column(q, 11),
                               i.conditions, i.message);
    }
    i.guard = src ? identity_guard(src, sqlite3_column_int(q, 7), line, column)
                  : xf_strdup("");
    i.near = src ? identity_near(src, line, i.end_line) : xf_strdup("- -");
    key = xf_format("%s\x1f%s\x1f%s\x1f%s", i.file, i.function, i.kind, i.text);
    at = xf_map_add(runs, key, NULL);
    i.order = counts[at]++;
    rc = insert(store, &i);
    free(key);
    free(i.text);
    free(i.guard);
    free(i.near);
    return rc;
}

/* The place is that of the build with the smallest name; the predicates are
 * those of all. A function that is compiled under several names goes by what
 * is written. */
static const char record_query[] =
    "WITH ranked AS ("
    "  SELECT s.*, row_number() OVER (PARTITION BY s.site_id"
    "    ORDER BY b.arch, b.name) AS rank"
    "  FROM site s JOIN build b ON b.id = s.build),"
    "home AS ("
    "  SELECT sf.site, min(coalesce(nullif(f.spelled, ''), f.name)) AS name,"
    "    min(f.line) FILTER (WHERE f.file = s.file AND f.line <= s.line)"
    "      AS line"
    "  FROM site_function sf JOIN function f ON f.id = sf.function"
    "  JOIN site s ON s.id = sf.site WHERE sf.how = 'body' GROUP BY sf.site),"
    "conditions AS ("
    "  SELECT site_id, group_concat(condition, char(10)) AS texts FROM ("
    "    SELECT DISTINCT site_id, condition FROM site WHERE condition <> ''"
    "    ORDER BY site_id, condition) GROUP BY site_id)"
    "SELECT r.site_id, r.file, coalesce(h.name, r.function), r.kind, r.line,"
    "  r.end_line, r.col, coalesce(h.line, 0), r.message, r.macro, r.macros,"
    "  r.callee, coalesce(c.texts, '')"
    " FROM ranked r LEFT JOIN home h ON h.site = r.id"
    " LEFT JOIN conditions c ON c.site_id = r.site_id"
    " WHERE r.rank = 1 ORDER BY r.file, r.line, r.col, r.site_id";

int xf_identity_record(struct xf_store *store, const char *root)
{
    struct reader reader = {.root = root};
    struct xf_map runs = XF_MAP_INIT;
    sqlite3_stmt *q = xf_store_prepare(store, "SELECT count(*) FROM site");
    int rc = q ? xf_store_step(store, q) : -1, *counts;

    if (rc < 0)
        return -1;
    counts = xf_calloc((size_t)sqlite3_column_int(q, 0) + 1, sizeof(*counts));
    sqlite3_reset(q);
    q = xf_store_prepare(store, record_query);
    rc = q ? 0 : -1;
    while (!rc && (rc = xf_store_step(store, q)) > 0)
        rc = record_one(store, &reader, &runs, counts, q);
    free(reader.file);
    xf_source_free(reader.src);
    xf_map_release(&runs);
    free(counts);
    return rc;
}

/* ---- loading ------------------------------------------------------------ */

static void load_one(struct xf_identities *out, sqlite3_stmt *q)
{
    struct xf_identity i = {.version = sqlite3_column_int(q, 1),
                            .order = sqlite3_column_int(q, 11),
                            .line = sqlite3_column_int(q, 12),
                            .end_line = sqlite3_column_int(q, 13),
                            .equals = sqlite3_column_int(q, 14)};
    char **texts[] = {&i.file, &i.function, &i.kind, &i.text, &i.conditions,
                      &i.message, &i.guard, &i.near, &i.macros};

    i.site_id = xf_strdup(xf_column(q, 0));
    for (int n = 0; n < 9; n++)
        *texts[n] = xf_strdup(xf_column(q, 2 + n));
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = i;
}

int xf_identity_load(struct xf_identities *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT site_id, version, file, function, kind, text, "
               "conditions, message, guard, near, macros, ordinal, line, "
               "end_line, count(*) OVER (PARTITION BY file, function, kind, "
               "text) FROM identity ORDER BY file, line, site_id");
    int rc = q ? 0 : -1;

    memset(out, 0, sizeof(*out));
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        load_one(out, q);
        rc = 0;
    }
    if (rc)
        xf_identities_release(out);
    return rc;
}
