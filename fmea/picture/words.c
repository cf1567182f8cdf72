/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "visible.h"

/* Column at which the place of a step begins. */
#define PLACE_COLUMN 46

static void show(struct xf_buf *out, const char *text)
{
    xf_visible(out, text, "");
}

static const char *how(const struct xf_step *step)
{
    return !strcmp(step->kind, "indirect") ? "through "
           : !strcmp(step->kind, "armed")  ? "later, by "
           : !strcmp(step->kind, "asm")    ? "in assembly "
                                           : "";
}

static void say_step(struct xf_buf *out, const struct xf_step *step,
                     const char *context)
{
    size_t begin = out->len;

    xf_buf_adds(out, !strcmp(step->kind, "entry") ? "      " : "   -> ");
    show(out, step->function);
    xf_buf_adds(out, "()");
    do
        xf_buf_addch(out, ' ');
    while (out->len - begin < PLACE_COLUMN);
    show(out, step->file);
    xf_buf_addf(out, ":%d", step->line);
    if (*how(step)) {
        xf_buf_adds(out, "  ");
        xf_buf_adds(out, how(step));
        show(out, *step->via                       ? step->via
                  : !strcmp(step->kind, "indirect") ? "a pointer"
                                                    : "");
    }
    if (step->uncertain)
        xf_buf_adds(out, "  (may be wrong)");
    xf_buf_adds(out, "\n");
    if (*step->checked) {
        xf_buf_adds(out, "         behind ");
        show(out, step->checked);
        xf_buf_adds(out, "\n");
    }
    if (strcmp(step->context, context)) {
        xf_buf_adds(out, "         from here on: ");
        show(out, step->context);
        xf_buf_adds(out, "\n");
    }
}

static void say_path(struct xf_buf *out, const struct xf_shown_site *site,
                     const struct xf_path *path)
{
    const char *context = path->nsteps ? path->steps[0].context : "";

    xf_buf_addf(out, "\n  %s", path->armed ? "armed by " : "");
    show(out, path->context);
    xf_buf_adds(out, " (");
    show(out, path->party);
    xf_buf_adds(out, ")\n");
    if (*path->source) {
        xf_buf_adds(out, "      entry: ");
        show(out, path->source);
        xf_buf_adds(out, "\n");
    }
    for (size_t i = 0; i < path->nsteps; i++) {
        say_step(out, &path->steps[i], context);
        context = path->steps[i].context;
    }
    xf_buf_adds(out, "   => ");
    show(out, site->kind);
    xf_buf_adds(out, " at ");
    show(out, site->file);
    xf_buf_addf(out, ":%d\n", site->line);
}

void xf_words(struct xf_buf *out, const struct xf_shown_site *site,
              const struct xf_paths *paths)
{
    show(out, site->id);
    xf_buf_adds(out, "  ");
    show(out, site->kind);
    xf_buf_adds(out, "  ");
    show(out, site->file);
    xf_buf_addf(out, ":%d  ", site->line);
    show(out, site->function);
    xf_buf_adds(out, "()\n");
    if (*site->condition || *site->message) {
        xf_buf_adds(out, "  ");
        show(out, *site->condition ? site->condition : site->message);
        xf_buf_adds(out, "\n");
    }
    xf_buf_adds(out, "  build: ");
    show(out, site->arch);
    xf_buf_adds(out, " ");
    show(out, site->build);
    xf_buf_adds(out, "\n");
    if (!paths->len) {
        xf_buf_adds(out, "\n  no entry reaches it (");
        show(out, paths->reason ? paths->reason : "unknown");
        xf_buf_adds(out, "): ");
        show(out, paths->detail ? paths->detail : "");
        xf_buf_adds(out, "\n");
    }
    for (size_t i = 0; i < paths->len; i++)
        say_path(out, site, &paths->items[i]);
}

void xf_shown_site_release(struct xf_shown_site *site)
{
    char *owned[] = {site->id, site->kind, site->file, site->function,
                     site->condition, site->message, site->arch, site->build};

    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
    memset(site, 0, sizeof(*site));
}
