/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The shipped facts: tables of tab separated lines, one fact a line, sorted,
 * in files of a folder (data/history): NAME.tsv, or NAME-1.tsv, NAME-2.tsv, ...
 * when one would be too long. The first line of a file names the table's
 * columns. Facts only: ids, dates, paths (relative to the hypervisor folder),
 * function names, kinds, classes and the text of stops; no prose.
 */
#ifndef XF_HISTORY_FACTS_H
#define XF_HISTORY_FACTS_H

#include <stddef.h>

enum facts_table {
    FACTS_COMMITS, /* everything that other tables name, and what was fixed */
    FACTS_TOUCHED, /* functions that a bug's fix changed */
    FACTS_NEAR,    /* stops near to what a bug's fix changed */
    FACTS_SITES,   /* stops that a commit added, took away or changed */
    FACTS_QUOTES,  /* stops that fired, as quoted in a message */
    FACTS_RENAMES, /* files that moved */
    FACTS_EVENTS,  /* stops in console logs that triage recorded */
    FACTS_STATE,   /* tips of the history that was read */
    FACTS_TABLES
};

/* Columns by table; the enumerators are indices into a row. */
enum {
    COMMIT_ID, COMMIT_DATE, COMMIT_KINDS, COMMIT_XSA, COMMIT_CVE,
    COMMIT_MENTIONS, COMMIT_FIXES, COMMIT_REVERTS, COMMIT_PARTY,
    COMMIT_RELEASES, COMMIT_BACKPORTS, COMMIT_COLUMNS
};
enum { TOUCHED_ID, TOUCHED_FILE, TOUCHED_FUNCTIONS, TOUCHED_COLUMNS };
enum {
    NEAR_ID, NEAR_FILE, NEAR_FUNCTION, NEAR_KIND, NEAR_TEXT, NEAR_LINES,
    NEAR_COLUMNS
};
enum {
    SITE_ID, SITE_CLASS, SITE_FILE, SITE_FUNCTION, SITE_KIND, SITE_TEXT,
    SITE_WAS_KIND, SITE_WAS_TEXT, SITE_COLUMNS
};
enum {
    QUOTE_ID, QUOTE_FORM, QUOTE_FILE, QUOTE_LINE, QUOTE_FUNCTION, QUOTE_TEXT,
    QUOTE_COLUMNS
};
enum { RENAME_DATE, RENAME_OLD, RENAME_NEW, RENAME_COLUMNS };
enum {
    EVENT_ID, EVENT_VERSION, EVENT_FORM, EVENT_FILE, EVENT_LINE,
    EVENT_FUNCTION, EVENT_KIND, EVENT_TEXT, EVENT_COLUMNS
};
enum { STATE_TIP, STATE_COLUMNS };
enum { FACTS_MAX_COLUMNS = COMMIT_COLUMNS };

struct facts_row {
    char *line; /* owned; the cells point into it */
    const char *cell[FACTS_MAX_COLUMNS];
};

struct facts_rows {
    struct facts_row *items;
    size_t len, cap;
};

struct facts {
    struct facts_rows tables[FACTS_TABLES];
};

void facts_release(struct facts *facts);

/* Append the tables that the folder has; a folder without any is none. 0, or
 * -1 with xf_error() naming file, line and cure. */
int facts_load(struct facts *facts, const char *folder);
/* One file of them, whatever its table. */
int facts_load_file(struct facts *facts, const char *path);
/* The same from memory; `path` is for messages. */
int facts_parse(struct facts *facts, const char *path, const char *text,
                size_t len);

/* Append a row. Tabs and control characters in a cell become '?'; a cell that
 * is NULL is empty. */
void facts_add(struct facts *facts, enum facts_table table,
               const char *const *cells);

/* Sort, drop repeated rows, and write every table but events. Atomic per file;
 * files that are not needed any more are removed. */
int facts_save(struct facts *facts, const char *folder);
/* Write one table to one file. */
int facts_save_table(struct facts *facts, enum facts_table table,
                     const char *path);

/* A stop's text as the tables have it: long ones are told apart by their
 * beginning and a checksum. Caller frees. */
char *facts_text(const char *text);

size_t facts_columns(enum facts_table table);
const char *facts_name(enum facts_table table);

#endif
