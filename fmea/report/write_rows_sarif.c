/* SPDX-License-Identifier: GPL-2.0-only
 *
 * SARIF 2.1.0: a result per site. A site that nobody decided is of kind "open"
 * when the rules ask a person or a person left it open, else "review"; none is
 * a failure, for that is what the gate says. A decision is a suppression:
 * accepted when it holds, under review when the site has moved, rejected when
 * it is stale. How control gets there is the code flow of the context that
 * most others may drive.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "formats.h"
#include "sarif.h"
#include "stream.h"

/* GitHub shows no more of a flow. */
#define MAX_FLOW 1000

#define RULE(id, name, summary, help)                                          \
    {"xenfmea-site-" id, name, summary, help, "note"}
#define HELP                                                                   \
    " Read the condition, who can reach it and what is proposed; then decide " \
    "with 'xenfmea decide SITE --disposition keep|remove-by-AoU|propagate' "   \
    "and a rationale."

static const struct xf_sarif_rule rules[] = {
    RULE("panic", "Panic", "panic() stops the host",
         "The hypervisor prints a message and stops all domains." HELP),
    RULE("BUG", "Bug", "BUG() stops the host",
         "The code says that control cannot get here." HELP),
    RULE("BUG_ON", "BugOn", "BUG_ON() stops the host when its condition holds",
         "An invariant that all builds check." HELP),
    RULE("ASSERT", "Assert", "ASSERT() stops a debug build",
         "An invariant that only debug builds check: a release build goes on "
         "with it broken." HELP),
    RULE("ASSERT_UNREACHABLE", "AssertUnreachable",
         "ASSERT_UNREACHABLE() stops a debug build",
         "The code says that control cannot get here; a release build goes "
         "on." HELP),
    RULE("halt", "Halt", "The host halts or restarts here",
         "A call that never returns, an endless loop or a trap that nothing "
         "handles." HELP),
    RULE("domain_crash", "DomainCrash", "A domain is stopped here",
         "One domain is stopped; the call returns to its caller." HELP),
    RULE("inject", "Inject", "A guest gets a fault here",
         "A fault is injected into one guest." HELP),
    RULE("WARN", "Warn", "A warning is printed here",
         "The hypervisor prints where it is and goes on." HELP),
    RULE("other", "Other", "A place that stops something",
         "A kind that this version of the report does not know." HELP),
};
#define RULES ((int)(sizeof(rules) / sizeof(rules[0])))

static int rule_of(const char *kind)
{
    size_t prefix = strlen("xenfmea-site-");

    for (int i = 0; i < RULES; i++)
        if (!strcmp(rules[i].id + prefix, kind))
            return i;
    return RULES - 1;
}

/* What is kept of a site while its rows are read. */
struct site {
    char *text[COLUMNS]; /* of its first row; NULL: no site yet */
    struct xf_buf builds, modes;
    char priority;       /* the worst of its rows */
};

struct writer {
    struct stream out;
    struct xf_store *store;
    const char *prefix;
    struct site site;
};

static void release(struct site *site)
{
    for (int c = 0; c < COLUMNS; c++)
        free(site->text[c]);
    xf_buf_release(&site->builds);
    xf_buf_release(&site->modes);
    memset(site, 0, sizeof(*site));
}

/* ---- the flow ----------------------------------------------------------- */

struct flow {
    struct xf_sarif_place places[MAX_FLOW];
    size_t len;
};

static const char flow_query[] =
    "SELECT p.file, p.line, f.name, p.kind, p.via, c.name, p.context"
    " FROM site s JOIN build b ON b.id = s.build"
    " JOIN path_step p ON p.site = s.id AND p.armed = 0"
    " JOIN function f ON f.id = p.function JOIN context c ON c.id = p.context"
    " WHERE s.site_id = ?1 AND b.arch = ?2 AND b.name = ?3"
    " ORDER BY p.context, p.step";

static void add_step(struct flow *flow, sqlite3_stmt *q, const char *prefix)
{
    struct xf_sarif_place *place = &flow->places[flow->len++];
    const char *via = xf_column(q, 4), *function = xf_column(q, 2);
    int line = sqlite3_column_int(q, 1);

    place->file = xf_format("%s%s", prefix, xf_column(q, 0));
    place->line = line > 0 ? line : 1;
    place->end_line = 0;
    place->function = xf_strdup(function);
    place->message =
        flow->len == 1
            ? xf_format("control enters %s() (%s)", function, xf_column(q, 5))
        : *via ? xf_format("%s call of %s() through %s", xf_column(q, 3),
                           function, via)
               : xf_format("%s call of %s()", xf_column(q, 3), function);
}

static int load_flow(struct writer *w, struct flow *flow)
{
    struct site *s = &w->site;
    sqlite3_stmt *q = xf_store_prepare(w->store, flow_query);
    int rc = q ? 0 : -1, context = 0;

    flow->len = 0;
    if (!q)
        return -1;
    xf_bind(q, 1, s->text[COLUMN_SITE_ID]);
    xf_bind(q, 2, s->text[COLUMN_ARCH]);
    xf_bind(q, 3, s->text[COLUMN_BUILD]);
    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        int at = sqlite3_column_int(q, 6);

        rc = 0;
        if (!flow->len)
            context = at;
        if (at != context || flow->len >= MAX_FLOW - 1)
            break;
        add_step(flow, q, w->prefix);
    }
    return rc < 0 ? -1 : 0;
}

static void release_flow(struct flow *flow)
{
    for (size_t i = 0; i < flow->len; i++) {
        free((char *)flow->places[i].file);
        free((char *)flow->places[i].function);
        free((char *)flow->places[i].message);
    }
    flow->len = 0;
}

/* ---- results ------------------------------------------------------------ */

static char *message(const struct site *s)
{
    const char *question = s->text[COLUMN_QUESTION];

    return xf_format("%s in %s(): %s\n%sreached from: %s\nproposed: %s. %s%s%s",
                     s->text[COLUMN_KIND], s->text[COLUMN_FUNCTION],
                     s->text[COLUMN_INVOCATION], s->modes.data,
                     *s->text[COLUMN_CONTEXTS] ? s->text[COLUMN_CONTEXTS]
                                               : "no known entry",
                     s->text[COLUMN_DISPOSITION], s->text[COLUMN_RATIONALE],
                     *question ? "\nquestion: " : "", question);
}

/* NULL: nobody decided, or left it open. */
static const char *suppression_status(const char *state)
{
    return !strcmp(state, "decided") ? "accepted"
           : !strcmp(state, "moved") ? "underReview"
           : !strcmp(state, "stale") ? "rejected"
                                     : NULL;
}

static bool is_open(const struct site *s)
{
    const char *state = s->text[COLUMN_DECISION_STATE];

    return !strcmp(state, "open") ||
           (*s->text[COLUMN_QUESTION] && !suppression_status(state));
}

static void place_of(struct xf_sarif_place *place, const struct site *s)
{
    int line = atoi(s->text[COLUMN_LINE]);

    place->line = line > 0 ? line : 1;
    place->function = s->text[COLUMN_FUNCTION];
}

static int add_site(struct writer *w)
{
    static struct flow flow;
    struct site *s = &w->site;
    char *text, *file, *decision, priority[2] = {s->priority, '\0'};
    const char *suppressed;
    int rule;

    if (!s->text[COLUMN_SITE_ID])
        return 0;
    if (load_flow(w, &flow)) {
        release_flow(&flow);
        return -1;
    }
    text = message(s);
    file = xf_format("%s%s", w->prefix, s->text[COLUMN_FILE]);
    decision = xf_format("%s: %s", s->text[COLUMN_DECIDED_DISPOSITION],
                         s->text[COLUMN_DECIDED_RATIONALE]);
    suppressed = suppression_status(s->text[COLUMN_DECISION_STATE]);
    rule = rule_of(s->text[COLUMN_KIND]);
    {
        struct xf_sarif_member properties[] = {
            {"site", s->text[COLUMN_SITE_ID], 0},
            {"kind", s->text[COLUMN_KIND], 0},
            {"builds", s->builds.data, 0},
            {"contexts", s->text[COLUMN_CONTEXTS], 0},
            {"cause", s->text[COLUMN_CAUSE], 0},
            {"action_priority", priority, 0},
            {"proposed_disposition", s->text[COLUMN_DISPOSITION], 0},
            {"status", s->text[COLUMN_STATUS], 0},
            {"rule", s->text[COLUMN_RULE], 0},
            {"subsystem", s->text[COLUMN_SUBSYSTEM], 0}};
        struct xf_sarif_result result = {
            .rule = rules[rule].id, .rule_index = rule,
            .kind = is_open(s) ? "open" : "review", .message = text,
            .fingerprint = s->text[COLUMN_SITE_ID],
            .suppression_kind = suppressed ? "external" : NULL,
            .suppression_status = suppressed, .justification = decision,
            .properties = properties,
            .nproperties = sizeof(properties) / sizeof(properties[0])};

        place_of(&result.place, s);
        result.place.file = file;
        if (flow.len) {
            /* It ends at the site itself. */
            flow.places[flow.len] = result.place;
            flow.places[flow.len].message = "the site";
            result.flow = flow.places;
            result.nflow = flow.len + 1;
        }
        xf_sarif_result(&w->out.text, &result);
    }
    release_flow(&flow);
    free(text);
    free(file);
    free(decision);
    return stream_flush(&w->out);
}

static void add_build(struct site *s, const struct row *row)
{
    char *build = xf_format("%s %s", row->text[COLUMN_ARCH],
                            row->text[COLUMN_BUILD]);
    size_t len = strlen(build);

    if (!s->builds.len || s->builds.len < len ||
        strcmp(s->builds.data + s->builds.len - len, build))
        xf_buf_addf(&s->builds, "%s%s", s->builds.len ? ", " : "", build);
    free(build);
}

static int take_row(const struct row *row, void *payload)
{
    static const char order[] = "LM?H";
    struct writer *w = payload;
    struct site *s = &w->site;
    char priority = row->text[COLUMN_ACTION_PRIORITY][0];

    if (s->text[COLUMN_SITE_ID] && strcmp(s->text[COLUMN_SITE_ID],
                                          row->text[COLUMN_SITE_ID])) {
        if (add_site(w))
            return -1;
        release(s);
    }
    if (!s->text[COLUMN_SITE_ID]) {
        for (int c = 0; c < COLUMNS; c++)
            s->text[c] = xf_strdup(row->text[c]);
        s->priority = priority;
    }
    if (!strcmp(row->text[COLUMN_ARCH], s->text[COLUMN_ARCH]) &&
        !strcmp(row->text[COLUMN_BUILD], s->text[COLUMN_BUILD]))
        xf_buf_addf(&s->modes, "%s\n", row->text[COLUMN_FAILURE_MODE]);
    if (priority && (!s->priority || !strchr(order, s->priority) ||
                     strchr(strchr(order, s->priority), priority)))
        s->priority = priority;
    add_build(s, row);
    return 0;
}

int write_sarif(struct xf_store *store, const struct xf_worksheet_how *how,
                const char *path, struct xf_buf *problems)
{
    struct writer w = {.store = store, .prefix = how->prefix};
    int rc;

    (void)problems;
    if (stream_begin(&w.out, path))
        return -1;
    xf_sarif_begin(&w.out.text, how->version, "xenfmea/worksheet/", rules,
                   RULES);
    rc = each_row(store, take_row, &w) || add_site(&w);
    release(&w.site);
    xf_sarif_end(&w.out.text);
    return stream_end(&w.out, rc);
}
