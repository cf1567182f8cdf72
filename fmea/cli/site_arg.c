/* SPDX-License-Identifier: GPL-2.0-only */
#include "site_arg.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"

/* Ids that an error message names. */
#define NAMED 6

#define COLUMNS                                                                \
    "SELECT s.id, s.site_id, s.kind, s.file, s.function, s.condition, "        \
    "s.message, b.arch, b.name, s.line FROM site s JOIN build b ON "           \
    "b.id = s.build WHERE (?1 IS NULL OR b.arch = ?1) AND "
#define ORDER " ORDER BY s.line, s.col, s.site_id, b.id"

static int read_rows(struct xf_site_list *out, struct xf_store *store,
                     sqlite3_stmt *q)
{
    int rc;

    while ((rc = xf_store_step(store, q)) > 0) {
        struct xf_shown_site s = {
            .row = sqlite3_column_int64(q, 0),
            .id = xf_strdup(xf_column(q, 1)),
            .kind = xf_strdup(xf_column(q, 2)),
            .file = xf_strdup(xf_column(q, 3)),
            .function = xf_strdup(xf_column(q, 4)),
            .condition = xf_strdup(xf_column(q, 5)),
            .message = xf_strdup(xf_column(q, 6)),
            .arch = xf_strdup(xf_column(q, 7)),
            .build = xf_strdup(xf_column(q, 8)),
            .line = sqlite3_column_int(q, 9)};

        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = s;
    }
    return rc;
}

/* The line of FILE:LINE, 0 when the text is none. */
static int line_of(const char *text)
{
    const char *colon = strrchr(text, ':');
    char *end;
    long line;

    if (!colon || colon == text || !isdigit((unsigned char)colon[1]))
        return 0;
    line = strtol(colon + 1, &end, 10);
    return *end || line < 1 || line > 100000000 ? 0 : (int)line;
}

/* Lines of sites around the one that was asked for. */
static int no_site_there(struct xf_store *store, const char *file, int line)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT group_concat(line, ', ') FROM (SELECT DISTINCT line "
               "FROM site WHERE file = ?1 ORDER BY abs(line - ?2) LIMIT 5)");
    char *near;

    if (!q)
        return -1;
    xf_bind(q, 1, file);
    sqlite3_bind_int(q, 2, line);
    if (xf_store_step(store, q) < 0)
        return -1;
    near = xf_strdup(xf_column(q, 0));
    sqlite3_reset(q);
    if (*near)
        xf_error("%s:%d: no site there; the nearest of this file are at line "
                 "%s",
                 file, line, near);
    else
        xf_error("%s: the database has no site in such a file; name it as the "
                 "worksheet does, from the hypervisor folder on",
                 file);
    free(near);
    return -1;
}

static int find_place(struct xf_site_list *out, struct xf_store *store,
                      const char *text, const char *arch, int line)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, COLUMNS "s.file = ?2 AND s.line <= ?3 AND s.end_line >= ?3"
                   ORDER);
    char *file = xf_strndup(text, (size_t)(strrchr(text, ':') - text));
    const char *name = strncmp(file, "xen/", 4) ? file : file + 4;
    int rc = -1;

    if (q) {
        xf_bind(q, 1, arch);
        xf_bind(q, 2, name);
        sqlite3_bind_int(q, 3, line);
        rc = read_rows(out, store, q);
        /* include/xen/ is below xen/ too */
        if (!rc && !out->len && name != file) {
            sqlite3_reset(q);
            xf_bind(q, 2, file);
            rc = read_rows(out, store, q);
        }
    }
    if (!rc && !out->len)
        rc = no_site_there(store, name, line);
    free(file);
    return rc;
}

static int ambiguous(const struct xf_site_list *list, const char *text)
{
    struct xf_buf names = XF_BUF_INIT;
    size_t n = 0;
    int rc;

    for (size_t i = 0; i < list->len; i++) {
        if (i && !strcmp(list->items[i].id, list->items[i - 1].id))
            continue;
        if (n++ < NAMED)
            xf_buf_addf(&names, "%s%s", n > 1 ? ", " : "", list->items[i].id);
    }
    rc = xf_error("'%s' begins the ids of %zu sites (%s%s); give more of it",
                  text, n, names.data, n > NAMED ? ", ..." : "");
    xf_buf_release(&names);
    return rc;
}

static int find_id(struct xf_site_list *out, struct xf_store *store,
                   const char *text, const char *arch)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, COLUMNS "(substr(s.site_id, 1, length(?2)) = ?2 OR "
                       "substr(s.site_id, 4, length(?2)) = ?2)"
                       " ORDER BY s.site_id, b.id");
    size_t exact = 0, differing = 0;

    if (!q)
        return -1;
    xf_bind(q, 1, arch);
    xf_bind(q, 2, text);
    if (read_rows(out, store, q))
        return -1;
    for (size_t i = 0; i < out->len; i++) {
        exact += !strcmp(out->items[i].id, text);
        differing += strcmp(out->items[i].id, out->items[0].id) != 0;
    }
    if (!out->len)
        return xf_error("'%s': the database has no such site%s%s; give an id "
                        "of the worksheet, its beginning, or FILE:LINE",
                        text, arch ? " for " : "", arch ? arch : "");
    if (differing && !exact)
        return ambiguous(out, text);
    /* An id that begins others is meant itself. */
    for (size_t i = 0; exact && i < out->len;) {
        if (!strcmp(out->items[i].id, text)) {
            i++;
            continue;
        }
        xf_shown_site_release(&out->items[i]);
        memmove(&out->items[i], &out->items[i + 1],
                (--out->len - i) * sizeof(*out->items));
    }
    return 0;
}

int xf_site_find(struct xf_site_list *out, struct xf_store *store,
                 const char *text, const char *arch)
{
    int line = line_of(text);

    if (!*text)
        return xf_error("no site is named; give an id of the worksheet, its "
                        "beginning, or FILE:LINE");
    return line ? find_place(out, store, text, arch, line)
                : find_id(out, store, text, arch);
}

void xf_site_list_release(struct xf_site_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        xf_shown_site_release(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof(*list));
}
