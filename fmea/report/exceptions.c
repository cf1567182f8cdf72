/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The skeleton of an exceptions interface document: the reactions of Xen that
 * hit one guest, computed from the calls in the database.
 */
#include "exceptions.h"

#include <stdlib.h>

#include "error.h"
#include "file.h"
#include "inert.h"
#include "json.h"
#include "store.h"
#include "stream.h"

enum { FILE_NAME, LINE, FUNCTION, ARCH, BUILD, KIND, CALLEE, SEEN, STOPPED,
       LOGGED, LOG_LINE, SHOWN, ENTERED };

/* A log call elsewhere in the function may be on another path: "may"; "no" is
 * said of the function alone. Contexts that a witness path of some site shows
 * are perhaps not all; those of entries from which calls lead here
 * tell neither hypercalls from traps nor privileges apart. */
static const char query[] =
    "WITH RECURSIVE reaction AS MATERIALIZED ("
    "  SELECT value ->> 'name' AS name, value ->> 'kind' AS kind,"
    "  value ->> 'seen' AS seen, value ->> 'stopped' AS stopped,"
    "  value ->> 'logs' AS logs FROM json_each(?1, '$.reactions')),"
    " place AS MATERIALIZED ("
    "  SELECT DISTINCT c.build, c.caller, c.file, c.line, c.col, r.*"
    "  FROM reaction r JOIN function g ON g.name = r.name"
    "  JOIN call c ON c.callee = g.id AND c.kind = 'direct'"
    "  JOIN function f ON f.id = c.caller"
    "  WHERE f.name NOT IN (SELECT name FROM reaction)),"
    " above(target, function) AS ("
    "  SELECT DISTINCT caller, caller FROM place"
    "  UNION SELECT a.target, c.caller FROM above a"
    "  JOIN call c ON c.callee = a.function),"
    " reached AS MATERIALIZED ("
    "  SELECT DISTINCT a.target, d.id, d.name FROM above a"
    "  JOIN entry e ON e.function = a.function"
    "  JOIN context x ON x.id = e.context JOIN context d ON d.id = x.shown),"
    " shown AS MATERIALIZED ("
    "  SELECT DISTINCT s.function AS target, d.id, d.name FROM path_step s"
    "  JOIN context x ON x.id = s.within JOIN context d ON d.id = x.shown"
    "  WHERE s.armed = 0 AND s.function IN (SELECT caller FROM place)),"
    " log AS MATERIALIZED ("
    "  SELECT c.caller, c.file, c.line FROM call c"
    "  JOIN function g ON g.id = c.callee WHERE c.caller IN"
    "  (SELECT caller FROM place) AND g.name IN"
    "  (SELECT value FROM json_each(?1, '$.log_calls')))"
    " SELECT p.file, p.line, f.name, b.arch, b.name, p.kind, p.name, p.seen,"
    " p.stopped, CASE WHEN p.logs THEN 'yes' WHEN EXISTS (SELECT 1 FROM log l"
    "  WHERE l.caller = p.caller) THEN 'may' ELSE 'no' END,"
    " (SELECT max(l.line) FROM log l WHERE l.caller = p.caller"
    "  AND l.file = p.file AND l.line <= p.line),"
    " (SELECT group_concat(name, ', ') FROM (SELECT name FROM shown"
    "  WHERE target = p.caller ORDER BY id)),"
    " (SELECT group_concat(name, ', ') FROM (SELECT name FROM reached"
    "  WHERE target = p.caller ORDER BY id))"
    " FROM place p JOIN function f ON f.id = p.caller"
    " JOIN build b ON b.id = p.build"
    " ORDER BY b.arch, b.name, p.file, p.line, p.col, p.name";

static bool is_bool(const cJSON *object, const char *name)
{
    return cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The data file as text for SQL, once it is known to be what is expected. */
static char *load(const char *data)
{
    char *path = xf_path_join(data, "xen/exceptions.json"), *text = NULL;
    cJSON *root = xf_json_load(path);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "reactions");
    const cJSON *logs = cJSON_GetObjectItemCaseSensitive(root, "log_calls");
    const cJSON *item;
    bool good = cJSON_IsArray(list) && cJSON_IsArray(logs);

    cJSON_ArrayForEach(item, list)
        good = good && *xf_json_string(item, "name", "") &&
               *xf_json_string(item, "kind", "") &&
               *xf_json_string(item, "seen", "") &&
               is_bool(item, "stopped") && is_bool(item, "logs");
    if (root && !good)
        xf_error("%s: 'reactions' needs objects with name, kind, seen, "
                 "stopped and logs, and 'log_calls' names", path);
    else if (root)
        text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    free(path);
    return text;
}

static void add_field(struct xf_buf *out, const char *name, const char *text)
{
    xf_buf_addf(out, ":%s: ", name);
    inert_line(out, text);
    xf_buf_adds(out, "\n");
}

static void add_place(struct xf_buf *out, sqlite3_stmt *q)
{
    const char *shown = xf_column(q, SHOWN), *entered = xf_column(q, ENTERED);
    const char *logged = xf_column(q, LOGGED);
    size_t start, width;

    xf_buf_adds(out, "\n");
    start = out->len;
    inert_line(out, xf_column(q, FILE_NAME));
    xf_buf_addf(out, ":%d ", sqlite3_column_int(q, LINE));
    inert_line(out, xf_column(q, FUNCTION));
    width = out->len - start;
    xf_buf_adds(out, "\n");
    while (width--)
        xf_buf_addch(out, '-');
    xf_buf_adds(out, "\n\n");
    add_field(out, "Architecture", xf_column(q, ARCH));
    add_field(out, "Build", xf_column(q, BUILD));
    add_field(out, "Interface, at least", *shown ? shown : "unknown");
    add_field(out, "Entered through", *entered ? entered : "unknown");
    add_field(out, "Condition", "to be written");
    add_field(out, "Reaction", xf_column(q, KIND));
    add_field(out, "By", xf_column(q, CALLEE));
    add_field(out, "Seen by the domain", xf_column(q, SEEN));
    add_field(out, "Domain stopped",
              sqlite3_column_int(q, STOPPED) ? "yes" : "no");
    xf_buf_addf(out, ":Logged: %s", logged);
    if (sqlite3_column_int(q, LOG_LINE))
        xf_buf_addf(out, ", the nearest log call before it is in line %d",
                    sqlite3_column_int(q, LOG_LINE));
    if (*logged == 'n')
        xf_buf_adds(out, " direct log call in the function (finding; a caller "
                         "or callee may log)");
    xf_buf_adds(out, "\n");
}

int xf_exceptions_write(struct xf_store *store, const char *data,
                        const char *path)
{
    char *known = load(data);
    sqlite3_stmt *q = known ? xf_store_prepare(store, query) : NULL;
    struct stream out;
    int rc = -1;

    if (q && !stream_begin(&out, path)) {
        xf_bind(q, 1, known);
        xf_buf_adds(&out.text, "Exceptions seen by domains\n"
                               "==========================\n\n");
        inert_paragraph(
            &out.text,
            "Reactions of Xen that hit one domain. 'Interface' has the "
            "contexts that the path to some site shows for the function; there "
            "may be more. 'Entered through' has those of all entries from "
            "which known calls lead to the function; hypercalls, and what only "
            "a privileged domain can do, are traps of a guest there. 'may' be "
            "logged: a log call is in the same function, perhaps on another "
            "path, rate limited or absent from a release build.", "", 78);
        while ((rc = xf_store_step(store, q)) > 0) {
            add_place(&out.text, q);
            if (stream_flush(&out)) {
                rc = -1;
                break;
            }
        }
        rc = stream_end(&out, rc);
    }
    free(known);
    return rc;
}
