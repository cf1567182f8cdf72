/* SPDX-License-Identifier: GPL-2.0-only */
#include "http.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "alloc.h"
#include "error.h"

/* ---- secrets ------------------------------------------------------------ */

int http_secret(char out[SECRET_SIZE])
{
    unsigned char bits[(SECRET_SIZE - 1) / 2];

    if (getrandom(bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
        return xf_error("the system gives no random numbers: %s",
                        strerror(errno));
    for (size_t i = 0; i < sizeof(bits); i++)
        snprintf(out + 2 * i, 3, "%02x", bits[i]);
    return 0;
}

/* How long it takes says nothing about where they differ. */
static bool is_secret(const char *given, const char *secret)
{
    unsigned char differ = 0;

    if (!given || strlen(given) != SECRET_SIZE - 1)
        return false;
    for (size_t i = 0; i < SECRET_SIZE - 1; i++)
        differ |= (unsigned char)(given[i] ^ secret[i]);
    return !differ;
}

int http_token(struct guard *guard, size_t *editor)
{
    XF_GROW(guard->tokens, guard->ntokens, guard->cap);
    *editor = guard->ntokens;
    if (http_secret(guard->tokens[guard->ntokens]))
        return -1;
    guard->ntokens++;
    return 0;
}

bool http_has_key(const struct guard *guard, struct MHD_Connection *connection)
{
    return is_secret(MHD_lookup_connection_value(
                         connection, MHD_GET_ARGUMENT_KIND, "key"),
                     guard->key);
}

/* ---- who may ask -------------------------------------------------------- */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool is_here(const struct guard *guard, const char *prefix,
                    const char *given)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};

    for (size_t i = 0; given && i < sizeof(names) / sizeof(names[0]); i++) {
        char *want = xf_format("%s%s:%d", prefix, names[i], guard->port);
        bool same = !strcasecmp(want, given);

        free(want);
        if (same)
            return true;
    }
    return false;
}

static bool has_token(const struct guard *guard, const char *given,
                      size_t *editor)
{
    for (size_t i = 0; i < guard->ntokens; i++)
        if (is_secret(given, guard->tokens[i])) {
            *editor = i;
            return true;
        }
    return false;
}

static bool is_json(const char *type)
{
    static const char json[] = "application/json";

    return type && !strncasecmp(type, json, strlen(json)) &&
           strchr("; ", type[strlen(json)]);
}

static int refuse_writer(const struct guard *guard,
                         struct MHD_Connection *connection, size_t *editor,
                         const char **why)
{
    const char *length = header(connection, "Content-Length");

    *why = "writing needs the address that 'xenfmea review' printed; open it "
           "again, a server that was started anew has another one";
    if (!has_token(guard, header(connection, "X-Xenfmea-Token"), editor))
        return MHD_HTTP_FORBIDDEN;
    *why = "only application/json is taken";
    if (!is_json(header(connection, "Content-Type")))
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    *why = "longer than any decision";
    if (length && strtoull(length, NULL, 10) > MAX_BODY)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}

int http_refuse(const struct guard *guard, struct MHD_Connection *connection,
                const char *method, bool api, size_t *editor,
                const char **why)
{
    const char *origin = header(connection, "Origin");
    const char *from = header(connection, "Sec-Fetch-Site");

    *why = "asked for under another name than 127.0.0.1 or localhost";
    if (!is_here(guard, "", header(connection, "Host")))
        return MHD_HTTP_FORBIDDEN;
    *why = "asked for by a page of somebody else";
    if (origin && !is_here(guard, "http://", origin))
        return MHD_HTTP_FORBIDDEN;
    if (api && from && strcmp(from, "same-origin") && strcmp(from, "none"))
        return MHD_HTTP_FORBIDDEN;
    return strcmp(method, MHD_HTTP_METHOD_POST)
               ? 0 : refuse_writer(guard, connection, editor, why);
}

/* ---- answers ------------------------------------------------------------ */

static void add_headers(struct MHD_Response *response, const char *type,
                        const char *policy)
{
    const char *const headers[][2] = {
        {"Content-Type", type},
        {"Content-Security-Policy",
         policy ? policy : "default-src 'none'; frame-ancestors 'none'"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"}};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

enum MHD_Result http_answer(struct MHD_Connection *connection, int status,
                            const char *type, struct xf_buf *body,
                            const char *policy)
{
    size_t len = body->len;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        len, xf_buf_detach(body), MHD_RESPMEM_MUST_FREE);
    enum MHD_Result rc;

    if (!response)
        return MHD_NO;
    add_headers(response, type, policy);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
    rc = MHD_queue_response(connection, (unsigned int)status, response);
    MHD_destroy_response(response);
    return rc;
}

enum MHD_Result http_error(struct MHD_Connection *connection, int status,
                           const char *why)
{
    struct xf_buf body = XF_BUF_INIT;
    cJSON *object = cJSON_CreateObject();
    char *text;

    cJSON_AddStringToObject(object, "error", why);
    text = cJSON_PrintUnformatted(object);
    xf_buf_adds(&body, text);
    cJSON_free(text);
    cJSON_Delete(object);
    return http_answer(connection, status, "application/json", &body, NULL);
}
