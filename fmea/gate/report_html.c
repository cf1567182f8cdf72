/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One page to keep as an artifact: what has to be looked at, with the code.
 * No script, no network.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "visible.h"

#define CONTEXT 4 /* lines before and behind a site */

static void add_html(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "\n\t");
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        switch (*at) {
        case '&':
            xf_buf_adds(out, "&amp;");
            break;
        case '<':
            xf_buf_adds(out, "&lt;");
            break;
        case '>':
            xf_buf_adds(out, "&gt;");
            break;
        case '"':
            xf_buf_adds(out, "&quot;");
            break;
        default:
            xf_buf_addch(out, *at);
        }
    }
    xf_buf_release(&shown);
}

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n<title>xenfmea check</title>\n"
    "<style>\n:root{color-scheme:light dark}\n"
    "body{font:16px/1.45 system-ui,sans-serif;margin:1.5rem auto;"
    "max-width:70rem;padding:0 1rem}\n"
    "article{border:1px solid #8888;border-left:6px solid #767676;"
    "padding:.3rem 1rem;margin:1rem 0}\n"
    ".fail{border-left-color:#c62828}.warn{border-left-color:#b26a00}\n"
    "h2{font-size:1.05rem;overflow-wrap:anywhere}\n"
    "pre{overflow:auto;padding:.5rem;border:1px solid #8884}\n"
    "mark{font-weight:bold}\ntable{border-collapse:collapse}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}\n"
    "@media print{article{break-inside:avoid}}\n</style></head><body>\n";

static void add_excerpt(struct xf_buf *out, const struct xf_report *r,
                        const struct xf_identity *site)
{
    char *clean = xf_path_clean(site->file);
    char *path = xf_path_join(r->root, clean), *save = NULL;
    struct xf_buf text = XF_BUF_INIT;
    int n = 0;

    if (site->line > 0 && *clean != '/' && strncmp(clean, "..", 2) &&
        xf_file_exists(path) && !xf_file_read(&text, path)) {
        xf_buf_adds(out, "<pre tabindex=\"0\">");
        save = text.data;
        for (char *line; (line = strsep(&save, "\n"));) {
            bool marked = ++n >= site->line && n <= site->end_line;

            if (n < site->line - CONTEXT || n > site->end_line + CONTEXT)
                continue;
            xf_buf_addf(out, "%s%6d  ", marked ? "<mark>" : "", n);
            add_html(out, line);
            xf_buf_adds(out, marked ? "</mark>\n" : "\n");
        }
        xf_buf_adds(out, "</pre>\n");
    }
    xf_buf_release(&text);
    free(clean);
    free(path);
}

static void add_advice(struct xf_buf *out, const char *advice)
{
    xf_buf_adds(out, "<table>\n");
    while (*advice) {
        size_t len = strcspn(advice, "\n");
        char *line = xf_strndup(advice, len), *colon = strstr(line, ": ");

        xf_buf_adds(out, "<tr><th scope=\"row\">");
        if (colon)
            *colon = '\0';
        add_html(out, colon ? line : "");
        xf_buf_adds(out, "</th><td>");
        add_html(out, colon ? colon + 2 : line);
        xf_buf_adds(out, "</td></tr>\n");
        free(line);
        advice += len + (advice[len] == '\n');
    }
    xf_buf_adds(out, "</table>\n");
}

static void add_finding(struct xf_buf *out, const struct xf_report *r,
                        const struct xf_finding *f)
{
    char *title = xf_finding_title(f);
    char *advice = xf_finding_advice(f, r->decisions);
    char *where = xf_finding_where(f, r->prefix);

    xf_buf_addf(out, "<article class=\"%s\" id=\"%s\"><h2>%s: ",
                xf_level_names[f->level], f->site.site_id,
                xf_level_names[f->level]);
    add_html(out, where);
    free(where);
    xf_buf_adds(out, ": ");
    add_html(out, title);
    xf_buf_adds(out, "</h2>\n");
    if (*f->commit) {
        xf_buf_addf(out, "<p>commit %.12s ", f->commit);
        add_html(out, f->subject);
        xf_buf_adds(out, "</p>\n");
    }
    add_excerpt(out, r, &f->site);
    add_advice(out, advice);
    xf_buf_adds(out, "</article>\n");
    free(title);
    free(advice);
}

void xf_report_html(struct xf_buf *out, const struct xf_report *report)
{
    const struct xf_findings *l = report->findings;

    xf_buf_adds(out, head);
    xf_buf_addf(out, "<h1>xenfmea: %zu to fix, %zu warnings, %zu notes</h1>\n"
                     "<table>\n", l->levels[XF_LEVEL_FAIL],
                l->levels[XF_LEVEL_WARN], l->levels[XF_LEVEL_NOTE]);
    xf_buf_adds(out, "<tr><th scope=\"row\">tree</th><td>");
    add_html(out, report->tree);
    xf_buf_adds(out, "</td></tr>\n<tr><th scope=\"row\">builds</th><td>");
    add_html(out, report->builds);
    xf_buf_adds(out, "</td></tr>\n<tr><th scope=\"row\">compared with</th><td>");
    add_html(out, *report->against ? report->against : "nothing");
    xf_buf_adds(out, "</td></tr>\n");
    for (int i = 0; i < XF_STATES; i++)
        xf_buf_addf(out, "<tr><th scope=\"row\">%s</th><td>%zu</td></tr>\n",
                    xf_state_names[i], l->counts[i]);
    xf_buf_adds(out, "</table>\n");
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i].level != XF_LEVEL_COUNT)
            add_finding(out, report, &l->items[i]);
    xf_buf_addf(out, "<p>xenfmea %s</p></body></html>\n", report->version);
}
