/* SPDX-License-Identifier: GPL-2.0-only */
#include "store.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "map.h"

/* "xenf": marks a file as one of ours before anything else is believed. */
#define APPLICATION_ID 0x78656e66

struct xf_store {
    sqlite3 *db;
    char *path; /* final name */
    char *tmp;  /* name while it is written; NULL for a read-only one */
    struct xf_map texts;
    sqlite3_stmt **stmts; /* parallel to texts */
    size_t cap;
    struct xf_memo *memo;
};

static int db_error(struct xf_store *store, const char *doing)
{
    const char *cure = store->tmp ? "free some disk space and scan again; the "
                                    "previous database is kept"
                                  : "scan again to make a new one";

    return xf_error("%s: cannot %s: %s; %s", store->path, doing,
                    sqlite3_errmsg(store->db), cure);
}

int xf_store_exec(struct xf_store *store, const char *sql)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return db_error(store, "execute a statement");
    return 0;
}

static void finish_statements(struct xf_store *store)
{
    for (size_t i = 0; i < store->texts.len; i++)
        sqlite3_finalize(store->stmts[i]);
    free(store->stmts);
    store->stmts = NULL;
    store->cap = 0;
    xf_map_release(&store->texts);
}

void xf_store_close(struct xf_store *store)
{
    if (!store)
        return;
    finish_statements(store);
    sqlite3_close(store->db);
    if (store->tmp)
        unlink(store->tmp);
    free(store->tmp);
    free(store->path);
    free(store);
}

/* For a database that is being made. Its pages stay in memory (256 MiB at most):
 * the stages read what the ones before wrote, over and over. */
#define BUILD_PRAGMAS                                                          \
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"                         \
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-262144;"                \
    "PRAGMA temp_store=MEMORY;"

static int apply_schema(const char *relative, const char *absolute,
                        void *payload)
{
    struct xf_store *store = payload;
    struct xf_buf sql = XF_BUF_INIT;
    int rc = 0;

    if (!xf_has_suffix(relative, ".sql"))
        return 0;
    rc = xf_file_read(&sql, absolute);
    if (!rc && sqlite3_exec(store->db, sql.data, NULL, NULL, NULL) != SQLITE_OK)
        rc = xf_error("%s: %s; correct the schema file", absolute,
                      sqlite3_errmsg(store->db));
    xf_buf_release(&sql);
    return rc;
}

int xf_store_create(struct xf_store **out, const char *path,
                    const char *schema_dir)
{
    struct xf_store *store = xf_calloc(1, sizeof(*store));
    char *pragmas;
    int rc, fd;

    store->path = xf_strdup(path);
    store->tmp = xf_format("%s.tmp.XXXXXX", path);
    fd = mkostemp(store->tmp, O_CLOEXEC);
    if (fd < 0) {
        xf_error("cannot write %s: %m; choose another folder with -o", path);
        free(store->tmp);
        store->tmp = NULL;
        xf_store_close(store);
        return -1;
    }
    fchmod(fd, 0644);
    close(fd);
    if (sqlite3_open(store->tmp, &store->db) != SQLITE_OK) {
        rc = db_error(store, "create the database");
        xf_store_close(store);
        return rc;
    }
    /* The file is thrown away unless it is completed, so a rollback journal
     * and syncing before the end would only cost time. */
    pragmas = xf_format(BUILD_PRAGMAS "PRAGMA application_id=%d; PRAGMA user_version=%d;"
                        "BEGIN;",
                        APPLICATION_ID, XF_SCHEMA_VERSION);
    rc = xf_store_exec(store, pragmas);
    free(pragmas);
    if (!rc)
        rc = xf_tree_walk(schema_dir, NULL, apply_schema, store);
    if (rc) {
        xf_store_close(store);
        return -1;
    }
    *out = store;
    return 0;
}

static int read_pragma(struct xf_store *store, const char *sql, int64_t *value)
{
    sqlite3_stmt *stmt = xf_store_prepare(store, sql);
    int rc = stmt ? xf_store_step(store, stmt) : -1;

    if (rc > 0)
        *value = sqlite3_column_int64(stmt, 0);
    return rc > 0 ? 0 : -1;
}

/* SQLite fills up a last page that is cut off with zeroes and goes on. */
static int check_size(struct xf_store *store)
{
    int64_t pages = 0, size = 0;
    struct stat st;

    if (read_pragma(store, "PRAGMA page_count", &pages) ||
        read_pragma(store, "PRAGMA page_size", &size))
        return -1;
    if (stat(store->path, &st) || st.st_size != pages * size)
        return xf_error("%s: damaged (cut off); scan again to make a new one",
                        store->path);
    return 0;
}

static int check_content(struct xf_store *store)
{
    sqlite3_stmt *stmt = xf_store_prepare(store, "PRAGMA quick_check(1)");
    int rc = stmt ? xf_store_step(store, stmt) : -1;

    if (rc <= 0 || !strcmp(xf_column(stmt, 0), "ok"))
        return rc < 0 ? -1 : 0;
    return xf_error("%s: damaged (%s); scan again to make a new one",
                    store->path, xf_column(stmt, 0));
}

int xf_store_open(struct xf_store **out, const char *path)
{
    struct xf_store *store = xf_calloc(1, sizeof(*store));
    int64_t id = 0, version = 0;
    int rc;

    store->path = xf_dir_exists(path) ? xf_path_join(path, "xenfmea.db")
                                      : xf_strdup(path);
    path = store->path;
    if (!xf_file_exists(path)) {
        rc = xf_error("%s: no such database; run 'xenfmea scan' first, or "
                      "name one with --db",
                      path);
        xf_store_close(store);
        return rc;
    }
    if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READONLY, NULL) !=
        SQLITE_OK) {
        rc = db_error(store, "open the database");
        xf_store_close(store);
        return rc;
    }
    rc = read_pragma(store, "PRAGMA application_id", &id) ||
         read_pragma(store, "PRAGMA user_version", &version);
    if (!rc && id != APPLICATION_ID)
        rc = xf_error("%s: not a xenfmea database; name one made by 'xenfmea "
                      "scan' with --db",
                      path);
    else if (!rc && version != XF_SCHEMA_VERSION)
        rc = xf_error("%s: schema version %lld, this xenfmea reads %d; scan "
                      "again, or use the xenfmea that wrote it",
                      path, (long long)version, XF_SCHEMA_VERSION);
    if (!rc)
        rc = check_size(store) || check_content(store);
    if (rc) {
        xf_store_close(store);
        return -1;
    }
    *out = store;
    return 0;
}

static int copy_to(const char *tmp, const char *path)
{
    struct xf_buf data = XF_BUF_INIT;
    int rc = xf_file_read(&data, path);

    if (!rc)
        rc = xf_file_write_atomic(tmp, data.data, data.len);
    xf_buf_release(&data);
    return rc;
}

int xf_store_update(struct xf_store **out, const char *path, const char *to)
{
    struct xf_store *store;
    char *from;
    int rc;

    if (xf_store_open(&store, path))
        return -1;
    finish_statements(store);
    sqlite3_close(store->db);
    store->db = NULL;
    from = store->path;
    store->path = xf_strdup(to ? to : from);
    store->tmp = xf_format("%s.tmp.%ld", store->path, (long)getpid());
    rc = copy_to(store->tmp, from);
    free(from);
    if (rc) {
        xf_store_close(store);
        return -1;
    }
    if (sqlite3_open(store->tmp, &store->db) != SQLITE_OK)
        db_error(store, "open the database");
    else if (!xf_store_exec(store, BUILD_PRAGMAS "BEGIN")) {
        *out = store;
        return 0;
    }
    xf_store_close(store);
    return -1;
}

int xf_store_scratch(struct xf_store **out, const char *path)
{
    struct xf_store *store;
    sqlite3 *memory = NULL;
    sqlite3_backup *copy = NULL;

    if (xf_store_open(&store, path))
        return -1;
    finish_statements(store);
    if (sqlite3_open(":memory:", &memory) == SQLITE_OK)
        copy = sqlite3_backup_init(memory, "main", store->db, "main");
    if (copy && sqlite3_backup_step(copy, -1) == SQLITE_DONE &&
        sqlite3_backup_finish(copy) == SQLITE_OK) {
        sqlite3_close(store->db);
        store->db = memory;
        *out = store;
        return 0;
    }
    xf_error("%s: cannot copy it to memory: %s; free some memory", path,
             sqlite3_errmsg(memory));
    sqlite3_close(memory);
    xf_store_close(store);
    return -1;
}

int xf_store_commit(struct xf_store *store)
{
    int rc = xf_store_exec(store, "COMMIT");

    finish_statements(store);
    if (!rc && sqlite3_close(store->db) != SQLITE_OK)
        rc = db_error(store, "close the database");
    else if (!rc)
        store->db = NULL;
    if (!rc) {
        rc = xf_file_commit(store->tmp, store->path);
        free(store->tmp);
        store->tmp = NULL;
    }
    xf_store_close(store);
    return rc;
}

sqlite3_stmt *xf_store_prepare(struct xf_store *store, const char *sql)
{
    int is_new;
    uint32_t at = xf_map_add(&store->texts, sql, &is_new);

    if (at >= store->cap) {
        size_t cap = store->cap ? 2 * store->cap : 32;

        store->stmts = xf_realloc(store->stmts, cap * sizeof(*store->stmts));
        memset(store->stmts + store->cap, 0,
               (cap - store->cap) * sizeof(*store->stmts));
        store->cap = cap;
    }
    if (!store->stmts[at] &&
        sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &store->stmts[at], NULL) != SQLITE_OK) {
        db_error(store, "read the database");
        return NULL;
    }
    sqlite3_reset(store->stmts[at]);
    sqlite3_clear_bindings(store->stmts[at]);
    return store->stmts[at];
}

int xf_store_step(struct xf_store *store, sqlite3_stmt *stmt)
{
    switch (sqlite3_step(stmt)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return db_error(store, store->tmp ? "write to the database"
                                          : "read the database");
    }
}

int xf_store_run(struct xf_store *store, sqlite3_stmt *stmt)
{
    int rc = xf_store_step(store, stmt);

    sqlite3_reset(stmt);
    return rc < 0 ? -1 : 0;
}

int64_t xf_store_last_id(struct xf_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

void xf_store_set_memo(struct xf_store *store, struct xf_memo *memo)
{
    store->memo = memo;
}

struct xf_memo *xf_store_memo(const struct xf_store *store)
{
    return store->memo;
}

const char *xf_column(sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text ? text : "";
}

void xf_bind(sqlite3_stmt *stmt, int index, const char *text)
{
    sqlite3_bind_text(stmt, index, text, -1, SQLITE_TRANSIENT);
}
