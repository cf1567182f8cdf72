/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For other programs: GitLab's Code Quality report and SARIF 2.1.0.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"

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

static const struct {
    const char *name, *summary, *help;
} rules[XF_STATES] = {
    [XF_STATE_NEW] = {"NewSite", "A new place stops the host",
        "A place where the hypervisor stops was added and nobody justified "
        "it. Handle the error, or decide the site with 'xenfmea decide', or "
        "justify it with a SAF comment."},
    [XF_STATE_STALE] = {"StaleDecision", "A decision is stale",
        "The condition, message or kind that the decision was made for has "
        "changed. Decide the site again."},
    [XF_STATE_CHANGED] = {"ChangedSite", "An undecided site has changed",
        "The condition or message of a site that nobody decided has changed."},
    [XF_STATE_MOVED] = {"MovedSite", "A decided site has moved",
        "The site was found again in another function or file with the same "
        "condition. Look at it and confirm the decision."},
    [XF_STATE_VANISHED] = {"VanishedSite", "A decided site is gone",
        "The scanned builds do not have the site any more. Remove the "
        "decision, or leave it for builds that are not scanned here."},
    [XF_STATE_OPEN] = {"OpenSite", "A site is not decided yet",
        "The site is known and nobody has decided it."},
    [XF_STATE_IMPORTED] = {"ImportedSite", "A site in an imported file",
        "docs/misra/exclude-list.json lists the file."},
    [XF_STATE_JUSTIFIED] = {"JustifiedSite", "A site justified in the source",
        "A SAF comment at the site refers to docs/misra/safe.json."},
    [XF_STATE_DECIDED] = {"DecidedSite", "A decided site",
        "The decision was made for this site as it is."},
};

static void add_rules(struct xf_buf *out)
{
    xf_buf_adds(out, "\"rules\":[");
    for (int i = 0; i < XF_STATES; i++) {
        xf_buf_addf(out, "%s\n  {\"id\":\"xenfmea-%s\",\"name\":\"%s\","
                         "\"shortDescription\":{", i ? "," : "",
                    xf_state_names[i], rules[i].name);
        member(out, "text", rules[i].summary);
        xf_buf_adds(out, "},\"fullDescription\":{");
        member(out, "text", rules[i].help);
        xf_buf_adds(out, "},\"help\":{");
        member(out, "text", rules[i].help);
        xf_buf_addf(out, "},\"defaultConfiguration\":{\"level\":\"%s\"}}",
                    i == XF_STATE_NEW || i == XF_STATE_STALE ? "error"
                    : i == XF_STATE_CHANGED ? "warning" : "note");
    }
    xf_buf_adds(out, "]");
}

/* 3.27.9: only a result of kind "fail" has a level. */
static void add_kind(struct xf_buf *out, const struct xf_finding *f)
{
    static const char *const levels[] = {"error", "warning", "note"};

    if (f->level != XF_LEVEL_COUNT)
        xf_buf_addf(out, ",\"kind\":\"fail\",\"level\":\"%s\"",
                    levels[f->level]);
    else
        xf_buf_addf(out, ",\"kind\":\"%s\",\"level\":\"none\"",
                    f->state == XF_STATE_OPEN ? "open" : "review");
}

static void add_location(struct xf_buf *out, const struct xf_report *r,
                         const struct xf_finding *f)
{
    int line, end;
    char *path = place(r, f, &line);

    end = f->site.end_line > line ? f->site.end_line : line;
    xf_buf_adds(out, ",\"locations\":[{\"physicalLocation\":{"
                     "\"artifactLocation\":{");
    member(out, "uri", path);
    xf_buf_addf(out, ",\"uriBaseId\":\"%%SRCROOT%%\"},\"region\":{"
                     "\"startLine\":%d,\"startColumn\":1,\"endLine\":%d}},"
                     "\"logicalLocations\":[{", line, end);
    member(out, "name", f->site.function);
    xf_buf_adds(out, ",\"kind\":\"function\"}]}]");
    free(path);
}

static void add_suppressions(struct xf_buf *out, const struct xf_finding *f)
{
    bool outside = f->state == XF_STATE_DECIDED || f->state == XF_STATE_MOVED;

    if (f->state != XF_STATE_JUSTIFIED && f->state != XF_STATE_IMPORTED &&
        f->state != XF_STATE_STALE && !outside)
        return;
    xf_buf_addf(out, ",\"suppressions\":[{\"kind\":\"%s\",\"status\":\"%s\",",
                f->state == XF_STATE_JUSTIFIED ? "inSource" : "external",
                f->state == XF_STATE_MOVED ? "underReview"
                : f->state == XF_STATE_STALE ? "rejected" : "accepted");
    member(out, "justification",
           *f->justification ? f->justification : f->decision);
    xf_buf_adds(out, "}]");
}

static void add_result(struct xf_buf *out, const struct xf_report *r,
                       const struct xf_finding *f)
{
    static const char *const baseline[XF_STATES] = {
        "new", "updated", "updated", "updated", "absent",
        "unchanged", "unchanged", "unchanged", "unchanged"};
    char *title = xf_finding_title(f);
    char *advice = xf_finding_advice(f, r->decisions), *text;

    text = xf_format("%s\n%s", title, advice);
    xf_buf_addf(out, "{\"ruleId\":\"xenfmea-%s\",\"ruleIndex\":%d",
                xf_state_names[f->state], f->state);
    add_kind(out, f);
    xf_buf_adds(out, ",\"message\":{");
    member(out, "text", text);
    xf_buf_adds(out, "}");
    add_location(out, r, f);
    xf_buf_addf(out, ",\"partialFingerprints\":{\"xenfmea/v1\":\"%s\","
                     "\"primaryLocationLineHash\":\"%.16s:1\"}",
                f->fingerprint, f->fingerprint);
    if (*r->against)
        xf_buf_addf(out, ",\"baselineState\":\"%s\"", baseline[f->state]);
    add_suppressions(out, f);
    xf_buf_adds(out, ",\"properties\":{");
    member(out, "site", f->site.site_id);
    xf_buf_adds(out, ",");
    member(out, "kind", f->site.kind);
    xf_buf_adds(out, ",");
    member(out, "builds", f->builds);
    xf_buf_adds(out, ",");
    member(out, "contexts", f->contexts);
    xf_buf_adds(out, ",");
    member(out, "commit", f->commit);
    if (*f->commit) {
        char *file = xf_format("%s%s", r->prefix, f->commit_file
                                                      ? f->commit_file
                                                      : f->site.file);

        xf_buf_adds(out, ",");
        member(out, "commit_file", file);
        xf_buf_addf(out, ",\"commit_line\":%d",
                    f->commit_file ? f->commit_line : f->site.line);
        free(file);
    }
    xf_buf_adds(out, "}}");
    free(title);
    free(advice);
    free(text);
}

/* GitHub shows suppressed results like others, so its profile has none. */
static bool left_out(const struct xf_report *r, const struct xf_finding *f)
{
    return r->github && (f->level == XF_LEVEL_COUNT || !f->site.line);
}

void xf_report_sarif(struct xf_buf *out, const struct xf_report *report)
{
    const struct xf_findings *l = report->findings;
    const char *sep = "\n";

    xf_buf_adds(out, "{\"$schema\":\"https://json.schemastore.org/"
                     "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\n"
                     "\"tool\":{\"driver\":{\"name\":\"xenfmea\",");
    member(out, "version", report->version);
    xf_buf_adds(out, ",");
    add_rules(out);
    xf_buf_adds(out, "}},\n\"automationDetails\":{");
    /* One id for ever: a renamed category leaves alerts open. */
    xf_buf_adds(out, "\"id\":");
    {
        char *id = xf_format("xenfmea/check/%s/", report->builds);

        xf_escape_json(out, id);
        free(id);
    }
    xf_buf_adds(out, "},\n\"columnKind\":\"unicodeCodePoints\",\n"
                     "\"results\":[");
    for (size_t i = 0; i < l->len; i++) {
        if (left_out(report, &l->items[i]))
            continue;
        xf_buf_adds(out, sep);
        add_result(out, report, &l->items[i]);
        sep = ",\n";
    }
    xf_buf_adds(out, "]}]}\n");
}
