/* SPDX-License-Identifier: GPL-2.0-only */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "http.h"
#include "page.h"

enum {
    MAX_CONNECTIONS = 128,
    CONNECTION_MEMORY = 64 * 1024, /* bytes, for the header mostly */
    IDLE_SECONDS = 60,
    MAX_WAIT = 25,   /* seconds that /api/changes may take */
    TICK = 200       /* milliseconds between two looks at the file */
};

enum route { PAGE, STATE, CHANGES, MINUTES, EDIT, UNDO, ICON, NOWHERE };

static const struct {
    const char *path;
    const char *method;
} routes[] = {[PAGE] = {"/", "GET"},
              [STATE] = {"/api/state", "GET"},
              [CHANGES] = {"/api/changes", "GET"},
              [MINUTES] = {"/api/minutes", "GET"},
              [EDIT] = {"/api/edit", "POST"},
              [UNDO] = {"/api/undo", "POST"},
              [ICON] = {"/favicon.ico", "GET"}};

struct request {
    enum route route;
    size_t editor;
    struct xf_buf body;
    bool too_long;
    struct MHD_Connection *connection;
    double since;
    time_t until; /* of a waiting one, 0: it does not wait */
};

struct server {
    const struct xf_server_how *how;
    struct MHD_Daemon *daemon;
    struct guard guard;
    struct xf_buf html;
    char *policy; /* of the page */
    struct request **waiting;
    size_t nwaiting, cap;
};

/* ---- answering ---------------------------------------------------------- */

static enum MHD_Result answer_page(struct server *s,
                                   struct MHD_Connection *connection)
{
    struct xf_buf page = XF_BUF_INIT;
    const char *token = "";
    size_t editor;

    if (http_has_key(&s->guard, connection)) {
        if (http_token(&s->guard, &editor))
            return http_error(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
                              xf_error_message());
        token = s->guard.tokens[editor];
    }
    if (xf_page_serve(&page, s->html.data, token)) {
        xf_buf_release(&page);
        return http_error(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
                          xf_error_message());
    }
    return http_answer(connection, MHD_HTTP_OK, "text/html; charset=utf-8",
                       &page, s->policy);
}

static enum MHD_Result answer_changes(struct server *s,
                                      struct MHD_Connection *connection,
                                      double since)
{
    struct xf_buf body = XF_BUF_INIT;

    if (*xf_session_trouble(s->how->session))
        return http_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                          xf_session_trouble(s->how->session));
    xf_session_changes(&body, s->how->session, since);
    return http_answer(connection, MHD_HTTP_OK, "application/json", &body,
                       NULL);
}

static enum MHD_Result answer_minutes(struct server *s,
                                      struct MHD_Connection *connection)
{
    struct xf_buf body = XF_BUF_INIT;

    xf_session_minutes(&body, s->how->session);
    return http_answer(connection, MHD_HTTP_OK, "text/plain; charset=utf-8",
                       &body, NULL);
}

static enum MHD_Result answer_outcome(struct server *s,
                                      struct MHD_Connection *connection,
                                      enum xf_outcome outcome,
                                      struct xf_buf *body)
{
    switch (outcome) {
    case XF_OUTCOME_DONE:
        s->how->changed(s->how->payload);
        return http_answer(connection, MHD_HTTP_OK, "application/json", body,
                           NULL);
    case XF_OUTCOME_CONFLICT:
        return http_answer(connection, MHD_HTTP_CONFLICT, "application/json",
                           body, NULL);
    case XF_OUTCOME_NOTHING:
        return http_error(connection, MHD_HTTP_NOT_FOUND,
                          "nothing to take back");
    case XF_OUTCOME_WRONG:
        return http_error(connection, MHD_HTTP_UNPROCESSABLE_CONTENT,
                          xf_error_message());
    case XF_OUTCOME_TROUBLE:
    default:
        return http_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                          xf_error_message());
    }
}

static enum MHD_Result answer_edit(struct server *s, struct request *r,
                                   struct MHD_Connection *connection)
{
    struct xf_buf body = XF_BUF_INIT;
    struct xf_edit edit = {0};
    cJSON *json = xf_edit_json(r->body.data ? r->body.data : "", r->body.len);
    enum xf_outcome outcome = XF_OUTCOME_WRONG;
    enum MHD_Result rc;

    if (!json || xf_edit_read(&edit, json)) {
        rc = http_error(connection, json ? MHD_HTTP_UNPROCESSABLE_CONTENT
                                         : MHD_HTTP_BAD_REQUEST,
                        xf_error_message());
    } else {
        if (!edit.has_base)
            xf_error("\"base\" is missing: the revision that was looked at");
        else
            outcome = xf_session_edit(&body, s->how->session, &edit,
                                      r->editor);
        rc = answer_outcome(s, connection, outcome, &body);
    }
    xf_edit_release(&edit);
    cJSON_Delete(json);
    return rc;
}

static enum MHD_Result answer_undo(struct server *s, struct request *r,
                                   struct MHD_Connection *connection)
{
    struct xf_buf body = XF_BUF_INIT;
    enum xf_outcome outcome =
        xf_session_undo(&body, s->how->session, r->editor);

    return answer_outcome(s, connection, outcome, &body);
}

static enum MHD_Result answer(struct server *s, struct request *r,
                              struct MHD_Connection *connection)
{
    switch (r->route) {
    case PAGE:
        return answer_page(s, connection);
    case STATE:
        return answer_changes(s, connection, 0);
    case CHANGES:
        return answer_changes(s, connection, r->since);
    case MINUTES:
        return answer_minutes(s, connection);
    case EDIT:
        return answer_edit(s, r, connection);
    case UNDO:
        return answer_undo(s, r, connection);
    case ICON: /* there is none; asked for by every browser */
        return http_answer(connection, MHD_HTTP_NO_CONTENT, "text/plain",
                           &(struct xf_buf)XF_BUF_INIT, NULL);
    case NOWHERE:
    default:
        return http_error(connection, MHD_HTTP_NOT_FOUND, "nothing is here");
    }
}

/* ---- requests ----------------------------------------------------------- */

static double number(struct MHD_Connection *connection, const char *name,
                     double most)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
    double value = text ? strtod(text, NULL) : 0;

    return value > 0 && value <= most ? value : value > most ? most : 0;
}

/* Let it wait until there is something to tell. */
static bool waits(struct server *s, struct request *r,
                  struct MHD_Connection *connection)
{
    double wait = number(connection, "wait", MAX_WAIT);
    double now = xf_session_revision(s->how->session);

    r->since = number(connection, "since", 1e15);
    if (r->route != CHANGES || r->until || !wait || r->since != now ||
        *s->how->stop)
        return false;
    r->until = time(NULL) + (time_t)wait;
    r->connection = connection;
    XF_GROW(s->waiting, s->nwaiting, s->cap);
    s->waiting[s->nwaiting++] = r;
    MHD_suspend_connection(connection);
    return true;
}

static void resume(struct server *s, bool all)
{
    double now = xf_session_revision(s->how->session);
    size_t kept = 0;

    for (size_t i = 0; i < s->nwaiting; i++) {
        struct request *r = s->waiting[i];

        if (all || r->since != now || time(NULL) >= r->until)
            MHD_resume_connection(r->connection);
        else
            s->waiting[kept++] = r;
    }
    s->nwaiting = kept;
}

static enum route route_of(const char *path)
{
    enum route route = PAGE;

    while (route < NOWHERE && strcmp(routes[route].path, path))
        route++;
    return route;
}

/* Before the body: what is refused now is not even received. */
static enum MHD_Result begin(struct server *s, struct request *r,
                             struct MHD_Connection *connection,
                             const char *path, const char *method)
{
    const char *why = "", *asked = method;
    int status = http_refuse(&s->guard, connection, method,
                             !strncmp(path, "/api/", 5), &r->editor, &why);

    r->route = route_of(path);
    if (!strcmp(asked, MHD_HTTP_METHOD_HEAD))
        asked = MHD_HTTP_METHOD_GET;
    if (!status && r->route == NOWHERE) {
        status = MHD_HTTP_NOT_FOUND;
        why = "nothing is here";
    } else if (!status && strcmp(asked, routes[r->route].method)) {
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
        why = "not to be asked for in this way";
    }
    return status ? http_error(connection, status, why) : MHD_YES;
}

static void receive(struct request *r, const char *data, size_t len)
{
    r->too_long = r->too_long || len > MAX_BODY - r->body.len;
    if (!r->too_long)
        xf_buf_add(&r->body, data, len);
}

static enum MHD_Result handle(void *payload, struct MHD_Connection *connection,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *len, void **state)
{
    struct server *s = payload;
    struct request *r = *state;

    (void)version;
    if (!r) {
        *state = r = xf_calloc(1, sizeof(*r));
        return begin(s, r, connection, path, method);
    }
    if (*len) {
        receive(r, data, *len);
        *len = 0;
        return MHD_YES;
    }
    if (r->too_long)
        return http_error(connection, MHD_HTTP_CONTENT_TOO_LARGE,
                          "longer than any decision");
    xf_session_refresh(s->how->session);
    return waits(s, r, connection) ? MHD_YES : answer(s, r, connection);
}

static void completed(void *payload, struct MHD_Connection *connection,
                      void **state, enum MHD_RequestTerminationCode code)
{
    struct request *r = *state;

    (void)payload;
    (void)connection;
    (void)code;
    if (r)
        xf_buf_release(&r->body);
    free(r);
    *state = NULL;
}

/* ---- the server --------------------------------------------------------- */

/* A socket of this machine alone. *port becomes the one that it has. */
static int listen_on(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)*port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;

    if (fd < 0)
        return xf_error("cannot make a socket: %s", strerror(errno));
    /* Only what a server that ended left behind is in the way no more. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&at, len) || listen(fd, 64) ||
        getsockname(fd, (struct sockaddr *)&at, &len)) {
        int err = errno;

        close(fd);
        return xf_error("cannot serve on port %d: %s; choose another one with "
                        "--port, 0 for any that is free", *port,
                        strerror(err));
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static int start(struct server *s)
{
    int fd;

    s->guard.port = s->how->port;
    if (http_secret(s->guard.key) || (fd = listen_on(&s->guard.port)) < 0)
        return -1;
    s->daemon = MHD_start_daemon(
        MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, completed, s,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MAX_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!s->daemon) {
        close(fd);
        return xf_error("cannot start the server: %s", strerror(errno));
    }
    return 0;
}

static int serve(struct server *s)
{
    char *address = xf_format("http://127.0.0.1:%d/?key=%s", s->guard.port,
                              s->guard.key);
    int rc = s->how->ready(address, s->how->payload);

    free(address);
    while (!rc && !*s->how->stop) {
        MHD_run_wait(s->daemon, TICK);
        if (!s->nwaiting)
            continue;
        xf_session_refresh(s->how->session);
        resume(s, false);
    }
    resume(s, true);
    MHD_run_wait(s->daemon, 0); /* the answers of those that waited */
    MHD_stop_daemon(s->daemon);
    return rc;
}

/* The page's own content security policy, as a header of it: one that holds
 * whatever is in the page. NULL with xf_error(). Caller frees. */
static char *policy_of(const char *html)
{
    static const char may_not[] = "connect-src 'none'";
    static const char may_call[] = "connect-src 'self'";
    static const char before[] =
        "http-equiv=\"Content-Security-Policy\" content=\"";
    const char *begin = strstr(html, before);
    const char *end = begin ? strchr(begin + strlen(before), '"') : NULL;
    const char *connect = begin ? strstr(begin, may_not) : NULL;

    if (!end || !connect || connect > end) {
        xf_error("the worksheet's page is of another version of xenfmea; scan "
                 "again");
        return NULL;
    }
    begin += strlen(before);
    return xf_format("%.*s%s%.*s; frame-ancestors 'none'",
                     (int)(connect - begin), begin, may_call,
                     (int)(end - connect - (ptrdiff_t)strlen(may_not)),
                     connect + strlen(may_not));
}

int xf_server_run(const struct xf_server_how *how)
{
    struct server s = {.how = how};
    struct xf_buf try = XF_BUF_INIT;
    int rc = xf_file_read(&s.html, how->page);

    if (!rc) {
        s.policy = policy_of(s.html.data);
        rc = s.policy ? xf_page_serve(&try, s.html.data, "") : -1;
    }
    if (!rc)
        rc = start(&s);
    if (!rc)
        rc = serve(&s);
    xf_buf_release(&try);
    xf_buf_release(&s.html);
    free(s.guard.tokens);
    free(s.waiting);
    free(s.policy);
    return rc;
}
