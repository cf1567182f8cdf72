/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From a stop in a console log to its site. The text that was printed decides
 * before the line number, so that logs of other versions work: an assertion's
 * predicate, a panic's format string (most literal text wins). File, function
 * at the program counter, line, architecture and configuration narrow what is
 * left; what cannot be told apart is returned as several candidates.
 *
 * Reads views v_sites, v_census, v_inliners and tables mention, meta, call,
 * function, site.
 */
#ifndef XF_TRIAGE_H
#define XF_TRIAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "crash.h"
#include "store.h"

/* A place in source that stops the host. */
struct xf_stop_place {
    char *site_id;  /* "" when it is no row of the worksheet */
    char *kind, *file, *function;
    char *arch;     /* of its rows, comma list; "" for no row */
    char *condition, *message, *macro;
    char *absence;  /* why it is no row: the #if or the file; "" for a row */
    char *key;      /* its text as it is written, by which the history finds
                       it again; "" for none */
    unsigned int line, end_line;
    bool in_macro;  /* a macro's body: the row is where the macro is used */
};

/* How a stop was found, best first. */
enum xf_triage_how {
    XF_TRIAGE_LINE,      /* file and line, as the text says too */
    XF_TRIAGE_TEXT,      /* predicate or format */
    XF_TRIAGE_FUNCTION,  /* kind and function; the line is another version's */
    XF_TRIAGE_FILE,      /* kind and file only */
    XF_TRIAGE_PREFIX,    /* the message begins with what the log has, or the
                            log with the message */
    XF_TRIAGE_SIMILAR,   /* a message that was reworded */
    XF_TRIAGE_ANYTHING,  /* no message fits; these print what they are given */
    XF_TRIAGE_NOTHING
};

/* What speaks against the stop that was found. */
enum xf_triage_doubt {
    XF_TRIAGE_NO_DOUBT,
    XF_TRIAGE_OTHER_FUNCTION, /* the program counter is in another function */
    XF_TRIAGE_COMMON_NAME,    /* several files have the name that was printed,
                                 and nothing else tells them apart */
    XF_TRIAGE_OTHER_FILE,     /* the tree has the file that was printed, and
                                 the text elsewhere */
    /* Of the message itself, in the order of enum xf_crash_doubt. */
    XF_TRIAGE_OF_GUEST,
    XF_TRIAGE_INSIDE,
    XF_TRIAGE_UNMARKED,
    XF_TRIAGE_GOES_ON,
};

struct xf_triage_result {
    enum xf_triage_how how;
    enum xf_triage_doubt doubt; /* of the first stop */
    const struct xf_stop_place **stops; /* owned list of the index's stops */
    size_t len;
    int literals; /* bytes of text that agree, for a panic */
};

struct xf_triage_index;

int xf_triage_index_load(struct xf_triage_index **out, struct xf_store *store);
void xf_triage_index_free(struct xf_triage_index *index);
size_t xf_triage_index_size(const struct xf_triage_index *index);
/* XEN_FULLVERSION of the scanned tree, "" when unknown. */
const char *xf_triage_index_version(const struct xf_triage_index *index);

/* Candidates for the stop; release with xf_triage_result_release(). */
void xf_triage(struct xf_triage_result *out,
               const struct xf_triage_index *index,
               const struct xf_crash_log *log, const struct xf_crash_event *e);
void xf_triage_result_release(struct xf_triage_result *result);

/* One stop, found by its text or place, and nothing speaks against it. */
bool xf_triage_is_certain(const struct xf_triage_result *result);
/* Whether the text or place of the stops was found and nothing speaks against
 * them; else they are a guess. */
bool xf_triage_is_found(const struct xf_triage_result *result);

/* A clause that says the doubt, "" for none. */
const char *xf_triage_doubt_text(enum xf_triage_doubt doubt);

/* "file and line", "text", ... */
const char *xf_triage_how_name(enum xf_triage_how how);

/* How many trailing parts of two paths agree: 0 when one is not the end of the
 * other. A printed path may be absolute, begin with "..." where Xen cut it, or
 * be only a name. */
int xf_triage_path(const char *printed, const char *file);

#endif
