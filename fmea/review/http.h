/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Inside of the server: who may ask, and how answers are sent. Private to this
 * folder.
 */
#ifndef XF_REVIEW_HTTP_H
#define XF_REVIEW_HTTP_H

#include <microhttpd.h>
#include <stdbool.h>

#include "buf.h"

/* Hexadecimal digits of 128 random bits, and NUL. */
#define SECRET_SIZE 33

/* Bytes of a request's body. */
#define MAX_BODY (64 * 1024)

struct guard {
    int port;
    char key[SECRET_SIZE];       /* in the address that was printed */
    char (*tokens)[SECRET_SIZE]; /* one for each page that was given out */
    size_t ntokens, cap;
};

/* 0, or -1 with xf_error(): the system has no random numbers. */
int http_secret(char out[SECRET_SIZE]);

/* A token for another page; its index is who it is. */
int http_token(struct guard *guard, size_t *editor);

/* What is wrong with a request before its body is looked at: its HTTP status
 * and *why, or 0. `editor`: for a POST, whose token it has. */
int http_refuse(const struct guard *guard, struct MHD_Connection *connection,
                const char *method, bool api, size_t *editor,
                const char **why);

bool http_has_key(const struct guard *guard,
                  struct MHD_Connection *connection);

/* Send `body`, which is empty afterwards. `policy`: content security policy,
 * NULL for what is no page. */
enum MHD_Result http_answer(struct MHD_Connection *connection, int status,
                            const char *type, struct xf_buf *body,
                            const char *policy);
/* {"error": why} */
enum MHD_Result http_error(struct MHD_Connection *connection, int status,
                           const char *why);

#endif
