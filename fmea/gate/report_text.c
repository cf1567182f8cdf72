/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For a terminal or a job's log, and what GitHub reads out of the log.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "visible.h"

#define ANNOTATIONS 10 /* of each level in a step */

static const char *const level_titles[] = {"FAIL", "WARN", "NOTE", ""};

static void section(struct xf_buf *out, const struct xf_report *r,
                    const char *what, const char *name, const char *title)
{
    if (r->sections)
        xf_buf_addf(out, "\033[0Ksection_%s:%ld:%s%s\r\033[0K%s\n", what,
                    r->now, name, strcmp(what, "start") ? "" :
                    "[collapsed=true]", title);
}

/* Each line of `text` behind blanks. */
static void add_lines(struct xf_buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = xf_strndup(text, len);

        xf_buf_adds(out, "    ");
        xf_visible(out, line, "");
        xf_buf_adds(out, "\n");
        free(line);
        text += len + (text[len] == '\n');
    }
}

static void add_finding(struct xf_buf *out, const struct xf_report *r,
                        const struct xf_finding *f)
{
    char *title = xf_finding_title(f);
    char *advice = xf_finding_advice(f, r->decisions);
    char *where = xf_finding_where(f, r->prefix);

    xf_buf_addf(out, "%s ", level_titles[f->level]);
    xf_visible(out, where, "");
    free(where);
    xf_buf_adds(out, ": ");
    xf_visible(out, title, "");
    xf_buf_adds(out, "\n");
    if (*f->commit) {
        xf_buf_addf(out, "    commit: %.12s ", f->commit);
        xf_visible(out, f->subject, "");
        if (f->commit_line && f->commit_line != f->site.line)
            xf_buf_addf(out, " (line %d there)", f->commit_line);
        xf_buf_adds(out, f->gone_again ? " (gone again since)\n" : "\n");
    }
    add_lines(out, advice);
    free(title);
    free(advice);
}

static void add_counts(struct xf_buf *out, const struct xf_report *r)
{
    const struct xf_findings *l = r->findings;

    xf_buf_adds(out, "sites:");
    for (int i = 0; i < XF_STATES; i++)
        xf_buf_addf(out, "%s %zu %s", i ? "," : "", l->counts[i],
                    xf_state_names[i]);
    xf_buf_addf(out, "\ncheck: %zu to fix, %zu warnings, %zu notes",
                l->levels[XF_LEVEL_FAIL], l->levels[XF_LEVEL_WARN],
                l->levels[XF_LEVEL_NOTE]);
    if (*r->against) {
        xf_buf_adds(out, "; compared with ");
        xf_visible(out, r->against, "");
    }
    xf_buf_adds(out, "\n");
}

void xf_report_text(struct xf_buf *out, const struct xf_report *report)
{
    const struct xf_findings *l = report->findings;
    bool notes = false;

    for (size_t i = 0; i < l->len; i++) {
        const struct xf_finding *f = &l->items[i];

        if (f->level == XF_LEVEL_COUNT)
            continue;
        if (f->level == XF_LEVEL_NOTE && !notes) {
            section(out, report, "start", "xenfmea_notes",
                    "Moved and vanished decisions");
            notes = true;
        }
        add_finding(out, report, f);
    }
    if (notes)
        section(out, report, "end", "xenfmea_notes", "");
    add_counts(out, report);
}

/* ---- GitHub ------------------------------------------------------------- */

/* `property`: in front of the '::', where ',' and ':' separate. */
static void add_escaped(struct xf_buf *out, const char *text, bool property)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "\n");
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        if (*at == '%' || *at == '\n' ||
            (property && (*at == ':' || *at == ',')))
            xf_buf_addf(out, "%%%02X", *at);
        else
            xf_buf_addch(out, *at);
    }
    xf_buf_release(&shown);
}

void xf_report_annotations(struct xf_buf *out, const struct xf_report *report)
{
    static const char *const commands[] = {"error", "warning", "notice"};
    const struct xf_findings *l = report->findings;
    unsigned int said[XF_LEVEL_COUNT] = {0};

    for (size_t i = 0; i < l->len; i++) {
        const struct xf_finding *f = &l->items[i];
        char *title, *advice;

        if (f->level == XF_LEVEL_COUNT || !f->site.line || f->gone_again ||
            ++said[f->level] > ANNOTATIONS)
            continue;
        title = xf_finding_title(f);
        advice = xf_finding_advice(f, report->decisions);
        xf_buf_addf(out, "::%s file=", commands[f->level]);
        add_escaped(out, report->prefix, true);
        add_escaped(out, f->site.file, true);
        xf_buf_addf(out, ",line=%d,endLine=%d,title=", f->site.line,
                    f->site.end_line);
        add_escaped(out, title, true);
        xf_buf_adds(out, "::");
        add_escaped(out, advice, false);
        xf_buf_adds(out, "\n");
        free(title);
        free(advice);
    }
}

/* A cell of a Markdown table as text: nothing in it is markup. */
static void add_cell(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "");
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        if (*at == '&')
            xf_buf_adds(out, "&amp;");
        else if (*at == '<')
            xf_buf_adds(out, "&lt;");
        else {
            if (strchr("\\`*_{}[]()#+-.!|~>", *at))
                xf_buf_addch(out, '\\');
            xf_buf_addch(out, *at);
        }
    }
    xf_buf_release(&shown);
}

void xf_report_summary(struct xf_buf *out, const struct xf_report *report)
{
    const struct xf_findings *l = report->findings;

    xf_buf_addf(out, "### xenfmea: %zu to fix, %zu warnings\n\n",
                l->levels[XF_LEVEL_FAIL], l->levels[XF_LEVEL_WARN]);
    if (l->levels[XF_LEVEL_FAIL] + l->levels[XF_LEVEL_WARN])
        xf_buf_adds(out, "| | place | site | reached from |\n"
                         "|---|---|---|---|\n");
    for (size_t i = 0; i < l->len; i++) {
        const struct xf_finding *f = &l->items[i];
        char *title, *where;

        if (f->level > XF_LEVEL_WARN)
            continue;
        title = xf_finding_title(f);
        where = xf_finding_where(f, report->prefix);
        xf_buf_addf(out, "| %s | ", level_titles[f->level]);
        add_cell(out, where);
        xf_buf_adds(out, " | ");
        add_cell(out, title);
        xf_buf_adds(out, " | ");
        add_cell(out, *f->contexts ? f->contexts : "not known");
        xf_buf_adds(out, " |\n");
        free(title);
        free(where);
    }
    xf_buf_adds(out, "\n");
}
