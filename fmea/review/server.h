/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A review session for browsers on this machine. One thread, one loop: a
 * request is answered before the next one is looked at, so nothing here needs
 * a lock.
 *
 *   GET  /                      the worksheet; with ?key=KEY one that may write
 *   GET  /api/state             {"revision": n, "decisions": [...]}
 *   GET  /api/changes?since=n   the same, newer than n only; with &wait=SECONDS
 *                               answered when there is something, or then
 *   POST /api/edit              an edit (edit.h) with "base"
 *   POST /api/undo              the last edit made with this token
 *   GET  /api/minutes           text
 *
 * A decision in an answer is an edit with "revision", for a site also
 * "status" - decided, moved, stale, open or vanished - and "why", for a group
 * "sites". A site with a "group" and no disposition is decided with its group.
 * Failures are {"error": text}: 400, 403, 404, 405, 411, 413, 415, 422 (the
 * edit is wrong), 503 (the file of decisions cannot be read or written); a
 * conflict is 409 with {"revision": n, "current": decision or null}.
 *
 * What keeps others out: the socket is bound to 127.0.0.1; Host must name this
 * machine and port (a name that somebody's DNS points here is refused), Origin
 * and Sec-Fetch-Site must be those of the page itself; writing needs the token
 * of a page that was asked for with the key, in a header that a form cannot
 * set.
 */
#ifndef XF_SERVER_H
#define XF_SERVER_H

#include <signal.h>

#include "session.h"

struct xf_server_how {
    struct xf_session *session;
    const char *page; /* worksheet.html */
    int port;         /* 0: any that is free */
    const volatile sig_atomic_t *stop; /* ends the server when set */
    /* Called with the address to open once the server answers, which ends when
     * that gives -1 with xf_error(); and after every change that a client
     * made. */
    int (*ready)(const char *address, void *payload);
    void (*changed)(void *payload);
    void *payload;
};

/* Serve until told to stop. 0, or -1 with xf_error() when it cannot begin. */
int xf_server_run(const struct xf_server_how *how);

#endif
