/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The database file: the only place that includes <sqlite3.h> besides the
 * stages' own queries, which get statements from here. A database is written
 * under a temporary name and renamed when it is whole, so a reader sees the
 * previous one or the new one. Functions returning int give 0, or -1 with
 * xf_error() set.
 */
#ifndef XF_STORE_H
#define XF_STORE_H

#include <sqlite3.h>
#include <stdint.h>

struct xf_store;

/* PRAGMA user_version of the databases this program reads and writes. To be
 * raised by every release whose tables or views differ from the last one's: a
 * reader would else meet a missing column as an SQL error. */
#define XF_SCHEMA_VERSION 4

/* A new, empty database at `path` with every data/schema file applied, open in
 * one transaction. Nothing appears at `path` before xf_store_commit(). */
int xf_store_create(struct xf_store **out, const char *path,
                    const char *schema_dir);
/* Open an existing one read-only, checking that it is whole and of this
 * version. `path` may be the folder of a scan, here and in what follows. */
int xf_store_open(struct xf_store **out, const char *path);
/* A copy of an existing one, checked like above, to change in one transaction.
 * xf_store_commit() puts it at `to`, or with NULL in the place of `path`. */
int xf_store_update(struct xf_store **out, const char *path, const char *to);
/* A copy in memory, checked like above, to try something on. */
int xf_store_scratch(struct xf_store **out, const char *path);
/* Finish a created or updated database: commit, check, fsync, rename; frees `store`
 * whatever the result. */
int xf_store_commit(struct xf_store *store);
/* Close; a created one that was not committed leaves nothing behind. */
void xf_store_close(struct xf_store *store);

/* Prepared statement, kept and reused by its text until the store closes. Reset
 * and unbound when returned. NULL with xf_error() set: the SQL is wrong or the
 * database is damaged. */
sqlite3_stmt *xf_store_prepare(struct xf_store *store, const char *sql);

/* Run a statement from xf_store_prepare() that returns no rows. */
int xf_store_run(struct xf_store *store, sqlite3_stmt *stmt);
/* Step a query: 1 a row, 0 no more, -1 error. */
int xf_store_step(struct xf_store *store, sqlite3_stmt *stmt);
int xf_store_exec(struct xf_store *store, const char *sql);
int64_t xf_store_last_id(struct xf_store *store);

/* Results that stages kept of an earlier run (memo.h); NULL, as in a new store:
 * none. The store only knows them. */
struct xf_memo;
void xf_store_set_memo(struct xf_store *store, struct xf_memo *memo);
struct xf_memo *xf_store_memo(const struct xf_store *store);

/* Column as a string, "" for NULL; valid until the next step. */
const char *xf_column(sqlite3_stmt *stmt, int column);
/* Bind a string (copied) by 1-based index; NULL binds NULL. */
void xf_bind(sqlite3_stmt *stmt, int index, const char *text);

#endif
