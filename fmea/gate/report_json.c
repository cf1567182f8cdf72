/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For other programs: GitLab's Code Quality report and SARIF 2.1.0.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"
#include "sarif.h"

/* Path in the repository. A vanished site has no place in the source: the
 * decision has one. Caller frees. */
static char *place(const struct xf_report *r, const struct xf_finding *f,
                   int *line)
{
    const char *colon;

    *line = f->site.line;
    if (f->site.line)
        return xf_format("%s%s", r->prefix, f->site.file);
    colon = strrchr(f->decided, ':');
    *line = colon && atoi(colon + 1) > 0 ? atoi(colon + 1) : 1;
    return colon ? xf_strndup(f->decided, (size_t)(colon - f->decided))
                 : xf_strdup("");
}

static void member(struct xf_buf *out, const char *name, const char *value)
{
    xf_buf_addf(out, "\"%s\":", name);
    xf_escape_json(out, value);
}

/* ---- GitLab ------------------------------------------------------------- */

void xf_report_codequality(struct xf_buf *out, const struct xf_report *report)
{
    static const char *const severities[] = {"major", "minor", "info"};
    const struct xf_findings *l = report->findings;
    const char *sep = "\n";

    xf_buf_adds(out, "[");
    for (size_t i = 0; i < l->len; i++) {
        const struct xf_finding *f = &l->items[i];
        char *title, *path;
        int line;

        if (f->level == XF_LEVEL_COUNT)
            continue;
        title = xf_finding_title(f);
        path = place(report, f, &line);
        xf_buf_addf(out, "%s{", sep);
        member(out, "description", title);
        xf_buf_addf(out, ",\"check_name\":\"xenfmea-%s\",\"fingerprint\":"
                         "\"%s\",\"severity\":\"%s\",\"location\":{",
                    xf_state_names[f->state], f->fingerprint,
                    severities[f->level]);
        member(out, "path", path);
        xf_buf_addf(out, ",\"lines\":{\"begin\":%d}}}", line);
        sep = ",\n";
        free(title);
        free(path);
    }
    xf_buf_adds(out, "\n]\n");
}

/* ---- SARIF -------------------------------------------------------------- */

#define RULE(state, id, name, summary, help, level)                            \
    [XF_STATE_##state] = {"xenfmea-" id, name, summary, help, level}

static const struct xf_sarif_rule rules[XF_STATES] = {
    RULE(NEW, "new", "NewSite", "A new place stops the host",
         "A place where the hypervisor stops was added and nobody justified "
         "it. Handle the error, or decide the site with 'xenfmea decide', or "
         "justify it with a SAF comment.", "error"),
    RULE(STALE, "stale", "StaleDecision", "A decision is stale",
         "The condition, message or kind that the decision was made for has "
         "changed. Decide the site again.", "error"),
    RULE(CHANGED, "changed", "ChangedSite", "An undecided site has changed",
         "The condition or message of a site that nobody decided has changed.",
         "warning"),
    RULE(MOVED, "moved", "MovedSite", "A decided site has moved",
         "The site was found again in another function or file with the same "
         "condition. Look at it and confirm the decision.", "note"),
    RULE(VANISHED, "vanished", "VanishedSite", "A decided site is gone",
         "The scanned builds do not have the site any more. Remove the "
         "decision, or leave it for builds that are not scanned here.",
         "note"),
    RULE(OPEN, "open", "OpenSite", "A site is not decided yet",
         "The site is known and nobody has decided it.", "note"),
    RULE(IMPORTED, "imported", "ImportedSite", "A site in an imported file",
         "docs/misra/exclude-list.json lists the file.", "note"),
    RULE(JUSTIFIED, "justified", "JustifiedSite",
         "A site justified in the source",
         "A SAF comment at the site refers to docs/misra/safe.json.", "note"),
    RULE(DECIDED, "decided", "DecidedSite", "A decided site",
         "The decision was made for this site as it is.", "note"),
};

static void add_suppression(struct xf_sarif_result *result,
                            const struct xf_finding *f)
{
    bool outside = f->state == XF_STATE_DECIDED || f->state == XF_STATE_MOVED;

    if (f->state != XF_STATE_JUSTIFIED && f->state != XF_STATE_IMPORTED &&
        f->state != XF_STATE_STALE && !outside)
        return;
    result->suppression_kind =
        f->state == XF_STATE_JUSTIFIED ? "inSource" : "external";
    result->suppression_status = f->state == XF_STATE_MOVED ? "underReview"
                                 : f->state == XF_STATE_STALE ? "rejected"
                                                              : "accepted";
    result->justification = *f->justification ? f->justification : f->decision;
}

/* 3.27.9: only a result of kind "fail" has a level. */
static void set_kind(struct xf_sarif_result *result,
                     const struct xf_finding *f)
{
    static const char *const levels[] = {"error", "warning", "note"};

    if (f->level != XF_LEVEL_COUNT) {
        result->kind = "fail";
        result->level = levels[f->level];
    } else {
        result->kind = f->state == XF_STATE_OPEN ? "open" : "review";
    }
}

static void add_result(struct xf_buf *out, const struct xf_report *r,
                       const struct xf_finding *f)
{
    static const char *const baseline[XF_STATES] = {
        "new", "updated", "updated", "updated", "absent",
        "unchanged", "unchanged", "unchanged", "unchanged"};
    char *title = xf_finding_title(f);
    char *advice = xf_finding_advice(f, r->decisions);
    char *text = xf_format("%s\n%s", title, advice), *path;
    char *file = xf_format("%s%s", r->prefix, f->commit_file
                                                  ? f->commit_file
                                                  : f->site.file);
    struct xf_sarif_member properties[] = {
        {"site", f->site.site_id, 0}, {"kind", f->site.kind, 0},
        {"builds", f->builds, 0}, {"contexts", f->contexts, 0},
        {"commit", f->commit, 0}, {"commit_file", file, 0},
        {"commit_line", NULL, f->commit_file ? f->commit_line : f->site.line}};
    struct xf_sarif_result result = {
        .rule = rules[f->state].id, .rule_index = (int)f->state,
        .message = text, .fingerprint = f->fingerprint,
        .baseline = *r->against ? baseline[f->state] : NULL,
        .properties = properties, .nproperties = *f->commit ? 7 : 5};

    path = place(r, f, &result.place.line);
    result.place.file = path;
    result.place.end_line = f->site.end_line;
    result.place.function = f->site.function;
    set_kind(&result, f);
    add_suppression(&result, f);
    xf_sarif_result(out, &result);
    free(title);
    free(advice);
    free(text);
    free(path);
    free(file);
}

/* GitHub shows suppressed results like others, so its profile has none. */
static bool left_out(const struct xf_report *r, const struct xf_finding *f)
{
    return r->github && (f->level == XF_LEVEL_COUNT || !f->site.line);
}

void xf_report_sarif(struct xf_buf *out, const struct xf_report *report)
{
    const struct xf_findings *l = report->findings;
    char *id = xf_format("xenfmea/check/%s/", report->builds);

    xf_sarif_begin(out, report->version, id, rules, XF_STATES);
    for (size_t i = 0; i < l->len; i++)
        if (!left_out(report, &l->items[i]))
            add_result(out, report, &l->items[i]);
    xf_sarif_end(out);
    free(id);
}
