/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea triage: which site stopped the machine that wrote this console log.
 */
#include "cmd.h"

#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "crash.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "history.h"
#include "store.h"
#include "triage.h"
#include "visible.h"

/* Candidates shown in full; more are counted. */
#define SHOWN 8
/* Fault reports without an end that are a fault loop. */
#define FAULT_LOOP 3

struct triage {
    const char *log_path, *db, *record;
    bool json;
    struct xf_crash_grammar *grammar;
    struct xf_store *store;
    struct xf_triage_index *index;
    struct xf_crash_log log;
    struct xf_triage_result *results; /* one for each event */
    struct xf_buf out;
};

/* ---- reading the log ---------------------------------------------------- */

/* What a file that is no text begins with. */
static const char *packed(const char *data, size_t len)
{
    static const struct {
        const char *magic, *cure;
        size_t len;
    } kinds[] = {
        {"\x1f\x8b", "is compressed; unpack it with gunzip", 2},
        {"\xfd"
         "7zXZ",
         "is compressed; unpack it with unxz", 5},
        {"\x28\xb5\x2f\xfd", "is compressed; unpack it with unzstd", 4},
        {"BZh", "is compressed; unpack it with bunzip2", 3},
        {"PK\3\4", "is an archive; unpack it with unzip", 4},
        {"\177ELF", "is a program; a console log is text", 4},
        {"\xff\xfe", "is UTF-16; convert it with iconv -f UTF-16 -t UTF-8", 2},
        {"\xfe\xff", "is UTF-16; convert it with iconv -f UTF-16 -t UTF-8", 2},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (len >= kinds[i].len && !memcmp(data, kinds[i].magic, kinds[i].len))
            return kinds[i].cure;
    return NULL;
}

static int feed_all(struct triage *t, int fd, struct xf_crash_reader *reader)
{
    static char chunk[1 << 16];
    bool first = true;

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        const char *cure;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return xf_error("cannot read %s: %s", t->log_path, strerror(errno));
        if (!got)
            return 0;
        cure = first ? packed(chunk, (size_t)got) : NULL;
        if (cure)
            return xf_error("%s %s", t->log_path, cure);
        first = false;
        xf_crash_feed(reader, chunk, (size_t)got);
    }
}

static int read_log(struct triage *t)
{
    bool standard = !strcmp(t->log_path, "-");
    int fd = standard ? STDIN_FILENO : open(t->log_path, O_RDONLY | O_CLOEXEC);
    struct xf_crash_reader *reader;
    int rc;

    if (fd < 0)
        return xf_error("cannot read %s: %s", t->log_path, strerror(errno));
    reader = xf_crash_begin(t->grammar);
    rc = feed_all(t, fd, reader);
    xf_crash_end(reader, &t->log);
    if (!standard)
        close(fd);
    if (!rc && !t->log.nevents && t->log.bytes &&
        t->log.printable <= t->log.bytes / 2)
        rc = xf_error("%s is no text: of its %zu bytes only %zu can be printed;"
                      " give the console log as text",
                      t->log_path, t->log.bytes, t->log.printable);
    return rc;
}

/* ---- what it says as a whole -------------------------------------------- */

/* The stop that this is about: the first one of the last boot that has any,
 * without doubt when there is such a one. NULL: none. */
static const struct xf_crash_event *headline(const struct triage *t)
{
    const struct xf_crash_log *log = &t->log;
    const struct xf_crash_event *best = NULL;

    for (size_t i = log->nevents; i-- > 0;) {
        const struct xf_crash_event *e = &log->events[i];
        bool doubted = xf_crash_doubt(log, e);

        if (!best || (best->boot == e->boot
                          ? !doubted || xf_crash_doubt(log, best)
                          : !doubted && xf_crash_doubt(log, best)))
            best = e;
    }
    return best;
}

static const char *outcome(const struct triage *t)
{
    const struct xf_crash_event *e = headline(t);
    const struct xf_crash_log *log = &t->log;

    if (e)
        return xf_crash_form_name(e->form);
    if (log->faults >= FAULT_LOOP)
        return "nested-fault";
    if (log->in_dump)
        return "cut-dump";
    if (*log->orderly)
        return "orderly-shutdown";
    return *log->last ? "no-stop" : "silent";
}

static const char *explanation(const char *name)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        {"nested-fault",
         "Fault reports follow each other and no stop is printed: the fault "
         "handler itself faults. No site stops the host here."},
        {"cut-dump",
         "The log ends inside a register dump; the message that names the "
         "stop is missing."},
        {"orderly-shutdown",
         "The host went down on request, or with its hardware domain; no site "
         "stopped it."},
        {"no-stop",
         "Nothing in this log stops the host. If the machine stopped, it "
         "hung, the log ends too early, or the stop printed nothing."},
        {"silent",
         "The log is empty. A stop before the console is up prints nothing "
         "in a release build; use a debug build with EARLY_PRINTK."},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(texts[i].name, name))
            return texts[i].text;
    return "";
}

static bool version_differs(const struct triage *t)
{
    const char *tree = xf_triage_index_version(t->index);

    return *tree && *t->log.version && strcmp(tree, t->log.version);
}

/* ---- the rows and their paths ------------------------------------------- */

static int has_view(struct xf_store *store, const char *name)
{
    sqlite3_stmt *q =
        xf_store_prepare(store, "SELECT 1 FROM sqlite_master WHERE name = ?1");
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, name);
    rc = xf_store_step(store, q);
    sqlite3_reset(q);
    return rc;
}

static bool in_trace(const struct xf_crash_event *e, const char *function)
{
    for (size_t i = 0; i < e->nframes; i++)
        if (!strcmp(e->frames[i], function))
            return true;
    return !strcmp(e->symbol, function);
}

/* Functions of a trace from which it can be compared with a path. */
enum { TELLING_TRACE = 3 };

/* The worksheet's witness path beside the log's own call trace. A trap's trace
 * is of the code that faulted, not of the way to the site. */
static int say_path(struct triage *t, const struct xf_crash_event *e,
                    const struct xf_stop_place *stop)
{
    sqlite3_stmt *q;
    size_t steps = 0, seen = 0;
    int rc = has_view(t->store, "v_paths");

    if (rc <= 0 || !e->nframes || e->form == XF_CRASH_TRAP)
        return rc < 0 ? -1 : 0;
    if (e->nframes < TELLING_TRACE) {
        xf_buf_adds(&t->out, "  the trace is too short to compare it with the "
                             "worksheet's path\n");
        return 0;
    }
    q = xf_store_prepare(
        t->store,
        "SELECT DISTINCT function, step, context, entry FROM v_paths WHERE"
        " site_id = ?1 AND context = (SELECT min(context) FROM v_paths WHERE"
        " site_id = ?1) AND arch = (SELECT min(arch) FROM v_paths WHERE site_id"
        " = ?1) ORDER BY step");
    if (!q)
        return -1;
    xf_bind(q, 1, stop->site_id);
    while ((rc = xf_store_step(t->store, q)) > 0) {
        bool here = in_trace(e, xf_column(q, 0));

        if (!steps)
            xf_buf_addf(&t->out, "  worksheet's path (%s), * in this trace:",
                        xf_column(q, 2));
        xf_buf_addf(&t->out, " %s%s", xf_column(q, 0), here ? "*" : "");
        steps++;
        seen += here;
    }
    if (steps)
        xf_buf_addf(
            &t->out, "\n  %zu of its %zu functions are in the trace%s\n", seen,
            steps, seen < 2 ? ": the machine may have got here another way"
                                   : "");
    return rc;
}

static void say_cell(struct triage *t, const char *name, const char *value)
{
    if (*value)
        xf_buf_addf(&t->out, "  %s: %s\n", name, value);
}

/* The newest of those that count as the site's own. */
static int say_bugs(struct triage *t, const struct xf_stop_place *stop)
{
    sqlite3_stmt *q = xf_store_prepare(
        t->store,
        "SELECT bug_id, date, xsa, in_tree, match FROM v_bugs WHERE"
        " site_id = ?1 AND counts = 1 AND match <> 'file'"
        " ORDER BY CASE match WHEN 'predicate' THEN 0 WHEN 'site' THEN 1"
        " ELSE 2 END, date DESC, bug_id LIMIT 3");
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, stop->site_id);
    while ((rc = xf_store_step(t->store, q)) > 0) {
        const char *has = xf_column(q, 3);

        xf_buf_addf(&t->out, "    %s%s%s%s%s, same %s, %s\n", xf_column(q, 0),
                    *xf_column(q, 1) ? " of " : "", xf_column(q, 1),
                    *xf_column(q, 2) ? ", " : "", xf_column(q, 2),
                    xf_column(q, 4),
                    !strncmp(xf_column(q, 0), "log-", 4) ? "a recorded log"
                    : !strcmp(has, "yes") ? "its fix is in this tree"
                    : !strcmp(has, "no")
                        ? "its fix is not in this tree"
                        : "whether its fix is in this tree is unknown");
    }
    return rc;
}

static int say_row(struct triage *t, const struct xf_stop_place *stop)
{
    sqlite3_stmt *q = xf_store_prepare(
        t->store,
        "SELECT arch, build, cause, contexts, disposition, status, aou, rule,"
        " severity, occurrence, detection, action_priority, bug_count,"
        " in_debug_only FROM v_sites WHERE site_id = ?1 ORDER BY arch, build"
        " LIMIT 1");
    bool bugs = false;
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, stop->site_id);
    rc = xf_store_step(t->store, q);
    if (rc > 0) {
        say_cell(t, "cause", xf_column(q, 2));
        say_cell(t, "contexts", xf_column(q, 3));
        say_cell(t, "disposition", xf_column(q, 4));
        say_cell(t, "status", xf_column(q, 5));
        say_cell(t, "assumption of use", xf_column(q, 6));
        say_cell(t, "severity", xf_column(q, 8));
        say_cell(t, "occurrence", xf_column(q, 9));
        say_cell(t, "detection", xf_column(q, 10));
        say_cell(t, "action priority", xf_column(q, 11));
        say_cell(t, "past bugs here", xf_column(q, 12));
        bugs = sqlite3_column_int(q, 12) > 0;
        if (sqlite3_column_int(q, 13))
            say_cell(t, "builds", "debug only");
    }
    sqlite3_reset(q);
    if (rc < 0)
        return -1;
    return bugs ? say_bugs(t, stop) : 0;
}

static int say_stop(struct triage *t, const struct xf_crash_event *e,
                    const struct xf_stop_place *stop)
{
    xf_buf_addf(&t->out, "%s:%u %s() %s\n", stop->file, stop->line,
                stop->function, stop->kind);
    say_cell(t, "condition", stop->condition);
    say_cell(t, strncmp(stop->kind, "BUG_ON", 6) ? "message" : "text",
             strcmp(stop->condition, stop->message) ? stop->message : "");
    if (!*stop->site_id) {
        xf_buf_addf(&t->out, "  no row of this worksheet: %s\n",
                    stop->in_macro ? "the row is where the macro is used"
                                   : stop->absence);
        return 0;
    }
    xf_buf_addf(&t->out, "  row: %s (%s)\n", stop->site_id, stop->arch);
    if (say_row(t, stop))
        return -1;
    return say_path(t, e, stop);
}

/* ---- as text ------------------------------------------------------------ */

static void say_event(struct triage *t, const struct xf_crash_event *e)
{
    xf_buf_addf(&t->out, "%s", xf_crash_form_name(e->form));
    if (e->cpu >= 0)
        xf_buf_addf(&t->out, " on CPU %d", e->cpu);
    xf_buf_addf(&t->out, ", line %zu of the log%s%s\n", e->at,
                e->cut ? ", which ends inside the message" : "",
                e->rank == XF_CRASH_XEN ? ""
                : e->rank == XF_CRASH_PLAIN
                    ? "; the line has no (XEN) in front, a guest may have "
                      "printed it"
                    : "; a guest printed it, which may run a Xen of its own");
    for (const char *at = e->message; *at;) {
        size_t len = strcspn(at, "\n");

        xf_buf_addf(&t->out, "  | %.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
    if (*e->symbol)
        xf_buf_addf(&t->out, "  in %s()%s\n", e->symbol,
                    e->form == XF_CRASH_TRAP ? ", where the faulting "
                                               "instruction is"
                                             : "");
    for (size_t i = 0; i < e->nframes && i < 16; i++)
        xf_buf_addf(&t->out, "%s%s", i ? " < " : "  trace: ", e->frames[i]);
    if (e->nframes)
        xf_buf_adds(&t->out, "\n");
}

static void say_doubt(struct triage *t, const struct xf_crash_event *e,
                      const struct xf_triage_result *result)
{
    const char *at = *e->symbol ? e->symbol : e->nframes ? e->frames[0] : "";

    if (result->doubt == XF_TRIAGE_OTHER_FUNCTION)
        xf_buf_addf(&t->out,
                    "  but the log was in %s(), which is another function: "
                    "another version's code, perhaps another stop\n",
                    at);
    else if (result->doubt >= XF_TRIAGE_OF_GUEST)
        xf_buf_addf(&t->out, "  but %s\n",
                    xf_triage_doubt_text(result->doubt));
    else if (result->doubt)
        xf_buf_addf(&t->out, "  but %s (%s)\n",
                    xf_triage_doubt_text(result->doubt), e->file);
}

static const char *certainty(const struct xf_triage_result *result)
{
    return xf_triage_is_certain(result) ? "site" : "perhaps";
}

/* Not rows: that one of these printed the text is no more than possible. */
static void say_anything(struct triage *t,
                         const struct xf_triage_result *result)
{
    xf_buf_adds(&t->out, "no site of this tree has this text; these print "
                         "whatever they are given:");
    for (size_t i = 0; i < result->len && i < SHOWN; i++)
        xf_buf_addf(&t->out, "%s %s() %s:%u", i ? "," : "",
                    result->stops[i]->function, result->stops[i]->file,
                    result->stops[i]->line);
    if (result->len > SHOWN)
        xf_buf_addf(&t->out, " and %zu more", result->len - SHOWN);
    xf_buf_adds(&t->out, "\n");
}

static int say_result(struct triage *t, const struct xf_crash_event *e,
                      const struct xf_triage_result *result)
{
    int rc = 0;

    if (!result->len) {
        xf_buf_adds(&t->out, "no site fits this message\n");
        return 0;
    }
    if (result->how == XF_TRIAGE_ANYTHING) {
        say_anything(t, result);
        return 0;
    }
    if (result->len > 1)
        xf_buf_addf(&t->out, "one of %zu, found by %s:\n", result->len,
                    xf_triage_how_name(result->how));
    else
        xf_buf_addf(&t->out, "%s, found by %s:\n", certainty(result),
                    xf_triage_how_name(result->how));
    say_doubt(t, e, result);
    for (size_t i = 0; i < result->len && i < SHOWN && !rc; i++)
        rc = say_stop(t, e, result->stops[i]);
    if (result->len > SHOWN)
        xf_buf_addf(&t->out, "and %zu more\n", result->len - SHOWN);
    return rc;
}

static void say_head(struct triage *t)
{
    const struct xf_crash_log *log = &t->log;

    xf_buf_addf(&t->out, "log: %s%s%s%s%s, %zu lines",
                *log->version ? "Xen " : "unknown Xen", log->version,
                *log->arch ? " " : "", log->arch,
                log->debug > 0    ? " debug"
                : log->debug == 0 ? " release"
                                  : "",
                log->lines);
    if (log->boots > 1)
        xf_buf_addf(&t->out, ", %u boots", log->boots);
    xf_buf_adds(&t->out, "\n");
    if (log->longest)
        xf_buf_addf(&t->out,
                    "A line of %.1f MB was cut: a stop behind its first %d "
                    "bytes is not found.\n",
                    (double)log->longest / 1e6, XF_CRASH_LINE - 1);
    if (version_differs(t))
        xf_buf_addf(&t->out,
                    "The worksheet is of Xen %s: the text decides, "
                    "line numbers may differ.\n",
                    xf_triage_index_version(t->index));
    if (!xf_triage_index_size(t->index))
        xf_buf_adds(&t->out, "The worksheet has no sites.\n");
}

static int as_text(struct triage *t)
{
    const struct xf_crash_event *first = headline(t);
    int rc = 0;

    say_head(t);
    if (!first)
        xf_buf_addf(&t->out, "%s: %s\n", outcome(t), explanation(outcome(t)));
    if (!first && (*t->log.orderly || *t->log.dump_symbol))
        xf_buf_addf(&t->out, "  | %s%s\n", t->log.orderly,
                    *t->log.orderly ? "" : t->log.dump_symbol);
    if (first) {
        xf_buf_adds(&t->out, "\n");
        say_event(t, first);
        rc = say_result(t, first, &t->results[first - t->log.events]);
    }
    for (size_t i = 0; i < t->log.nevents && !rc; i++) {
        if (&t->log.events[i] == first)
            continue;
        xf_buf_adds(&t->out, "\nalso, ");
        if (t->log.boots > 1)
            xf_buf_addf(&t->out, "boot %u, ", t->log.events[i].boot + 1);
        say_event(t, &t->log.events[i]);
        rc = say_result(t, &t->log.events[i], &t->results[i]);
    }
    if (t->log.dropped)
        xf_buf_addf(&t->out, "\nand %zu more stops\n", t->log.dropped);
    return rc;
}

/* ---- as JSON ------------------------------------------------------------ */

/* cJSON passes bytes on; only well-formed text may reach it. */
static void add_text(cJSON *object, const char *name, const char *value)
{
    struct xf_buf safe = XF_BUF_INIT;

    xf_visible(&safe, value, "\n");
    cJSON_AddStringToObject(object, name, safe.data ? safe.data : "");
    xf_buf_release(&safe);
}

static cJSON *stop_json(const struct xf_stop_place *stop)
{
    cJSON *o = cJSON_CreateObject();

    add_text(o, "site_id", stop->site_id);
    add_text(o, "kind", stop->kind);
    add_text(o, "file", stop->file);
    cJSON_AddNumberToObject(o, "line", stop->line);
    add_text(o, "function", stop->function);
    add_text(o, "arch", stop->arch);
    add_text(o, "condition", stop->condition);
    add_text(o, "message", stop->message);
    add_text(o, "absence", stop->absence);
    return o;
}

static cJSON *event_json(const struct triage *t, size_t i)
{
    const struct xf_crash_event *e = &t->log.events[i];
    const struct xf_triage_result *result = &t->results[i];
    cJSON *o = cJSON_CreateObject(), *list;

    add_text(o, "form", xf_crash_form_name(e->form));
    add_text(o, "message", e->message);
    add_text(o, "predicate", e->predicate);
    add_text(o, "file", e->file);
    cJSON_AddNumberToObject(o, "line", e->line);
    cJSON_AddNumberToObject(o, "cpu", e->cpu);
    cJSON_AddNumberToObject(o, "at", (double)e->at);
    cJSON_AddNumberToObject(o, "boot", e->boot);
    cJSON_AddBoolToObject(o, "cut", e->cut);
    add_text(o, "symbol", e->symbol);
    list = cJSON_AddArrayToObject(o, "trace");
    for (size_t j = 0; j < e->nframes; j++) {
        struct xf_buf safe = XF_BUF_INIT;

        xf_visible(&safe, e->frames[j], "");
        cJSON_AddItemToArray(list, cJSON_CreateString(safe.data));
        xf_buf_release(&safe);
    }
    add_text(o, "found_by", xf_triage_how_name(result->how));
    cJSON_AddBoolToObject(o, "certain", xf_triage_is_certain(result));
    add_text(o, "doubt", xf_triage_doubt_text(result->doubt));
    list = cJSON_AddArrayToObject(o, "sites");
    for (size_t j = 0; j < result->len; j++)
        cJSON_AddItemToArray(list, stop_json(result->stops[j]));
    return o;
}

static int as_json(struct triage *t)
{
    const struct xf_crash_event *first = headline(t);
    cJSON *root = cJSON_CreateObject(), *list;
    char *text;

    add_text(root, "outcome", outcome(t));
    add_text(root, "explanation", explanation(outcome(t)));
    add_text(root, "version", t->log.version);
    add_text(root, "arch", t->log.arch);
    add_text(root, "tree_version", xf_triage_index_version(t->index));
    cJSON_AddNumberToObject(root, "lines", (double)t->log.lines);
    cJSON_AddNumberToObject(root, "longest_cut_line", (double)t->log.longest);
    if (first)
        cJSON_AddItemToObject(root, "stop",
                              event_json(t, (size_t)(first - t->log.events)));
    list = cJSON_AddArrayToObject(root, "others");
    for (size_t i = 0; i < t->log.nevents; i++)
        if (&t->log.events[i] != first)
            cJSON_AddItemToArray(list, event_json(t, i));
    text = cJSON_Print(root);
    xf_buf_addf(&t->out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
    return 0;
}

/* ---- recording ---------------------------------------------------------- */

/* The same log recorded twice is one event. */
static void event_id(char *out, const struct triage *t,
                     const struct xf_crash_event *e)
{
    struct xf_hash *h = xf_hash_new();
    char hex[XF_HASH_HEX];

    xf_hash_adds(h, t->log.version);
    xf_hash_adds(h, t->log.build_id);
    xf_hash_adds(h, e->message);
    xf_hash_adds(h, e->symbol);
    for (size_t i = 0; i < e->nframes; i++)
        xf_hash_adds(h, e->frames[i]);
    xf_hash_finish(h, hex);
    memcpy(out, hex, 12);
    out[12] = '\0';
}

/* Said before anything is read, also when there will be nothing to record. */
static int check_record(const struct triage *t)
{
    const char *slash = t->record ? strrchr(t->record, '/') : NULL;
    char *folder = !slash               ? xf_strdup(".")
                   : slash == t->record ? xf_strdup("/")
                                        : xf_strndup(t->record,
                                                     (size_t)(slash - t->record));
    int rc = 0;

    if (t->record && xf_dir_exists(t->record))
        rc = xf_error("cannot record in %s: it is a folder; name a file with "
                      "--record",
                      t->record);
    else if (t->record && access(folder, W_OK | X_OK))
        rc = xf_error("cannot record in %s: %s; name a file in a folder that "
                      "can be written with --record",
                      t->record, strerror(errno));
    free(folder);
    return rc;
}

/* Only what is certain is evidence: one site, found by its text or place. */
static int record(struct triage *t)
{
    const struct xf_crash_event *e = headline(t);
    const struct xf_triage_result *result =
        e ? &t->results[e - t->log.events] : NULL;
    const struct xf_stop_place *stop;
    struct xf_history_event event;
    char id[13];

    if (!result || !xf_triage_is_certain(result)) {
        if (!t->json)
            xf_buf_adds(&t->out, "not recorded: no site is certain\n");
        return 0;
    }
    stop = result->stops[0];
    event_id(id, t, e);
    event = (struct xf_history_event){.id = id,
                                      .version = t->log.version,
                                      .form = xf_crash_form_name(e->form),
                                      .file = stop->file,
                                      .function = stop->function,
                                      .kind = stop->kind,
                                      .text = stop->key,
                                      .line = e->line};
    if (xf_history_record(t->record, &event))
        return -1;
    if (!t->json)
        xf_buf_addf(&t->out, "recorded in %s\n", t->record);
    return 0;
}

/* ---- the command -------------------------------------------------------- */

static int run(struct triage *t)
{
    const char *data = cmd_data_dir();

    if (!data || !(t->grammar = xf_crash_grammar_load(data)) ||
        check_record(t) || xf_store_open(&t->store, t->db) ||
        xf_triage_index_load(&t->index, t->store) || read_log(t))
        return -1;
    t->results = xf_calloc(t->log.nevents + 1, sizeof(*t->results));
    for (size_t i = 0; i < t->log.nevents; i++)
        xf_triage(&t->results[i], t->index, &t->log, &t->log.events[i]);
    if (t->json ? as_json(t) : as_text(t))
        return -1;
    return t->record ? record(t) : 0;
}

static int print(struct triage *t)
{
    struct xf_buf safe = XF_BUF_INIT;

    xf_visible(&safe, t->out.data, t->json ? "\n\t" : "\n");
    fputs(safe.data, stdout);
    xf_buf_release(&safe);
    if (fflush(stdout))
        return xf_error("cannot write to the standard output: %s",
                        strerror(errno));
    return 0;
}

static int status_of(const struct triage *t)
{
    const struct xf_crash_event *first = headline(t);

    if (!first)
        return XF_EXIT_OK;
    return xf_triage_is_found(&t->results[first - t->log.events])
               ? XF_EXIT_OK
               : XF_EXIT_FINDINGS;
}

static void release(struct triage *t)
{
    for (size_t i = 0; t->results && i < t->log.nevents; i++)
        xf_triage_result_release(&t->results[i]);
    free(t->results);
    xf_crash_log_release(&t->log);
    xf_triage_index_free(t->index);
    xf_store_close(t->store);
    xf_crash_grammar_free(t->grammar);
    xf_buf_release(&t->out);
}

enum { OPT_DB = 256, OPT_FORMAT, OPT_RECORD };

static const struct argp_option options[] = {
    {"db", OPT_DB, "FILE", 0, "Worksheet's database, or its folder (xenfmea-out/xenfmea.db)",
     0},
    {"format", OPT_FORMAT, "text|json", 0, "How to print (default: text)", 0},
    {"record", OPT_RECORD, "FILE", 0,
     "Add the stop to this file, which scan --history-events reads, when its "
     "site is certain",
     0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct triage *t = state->input;

    switch (key) {
    case OPT_DB:
        t->db = arg;
        break;
    case OPT_FORMAT:
        t->json = !strcmp(arg, "json");
        if (!t->json && strcmp(arg, "text"))
            argp_error(state, "--format is 'text' or 'json', not '%s'", arg);
        break;
    case OPT_RECORD:
        t->record = arg;
        break;
    case ARGP_KEY_ARG:
        if (t->log_path)
            argp_error(state, "one log at a time");
        t->log_path = arg;
        break;
    case ARGP_KEY_END:
        if (!t->log_path)
            argp_error(state, "name a console log, or - for the standard "
                              "input");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_triage(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "CONSOLE-LOG",
        .doc = "Find the stop in a console log of Xen, and the worksheet's row "
               "for it. The log may come from another version: the printed "
               "text decides before the line number.\vExit status: 0 the stop "
               "has a site, or nothing stopped the host; 1 a stop for which "
               "no site is known, or only guesses; 2 trouble."};
    struct triage t = {.db = "xenfmea-out/xenfmea.db"};
    int status;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &t))
        return XF_EXIT_TROUBLE;
    status = run(&t) || print(&t) ? cmd_trouble() : status_of(&t);
    release(&t);
    return status;
}
