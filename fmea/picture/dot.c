/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "map.h"
#include "picture.h"
#include "visible.h"

/* Characters of a condition that are shown. */
#define CONDITION_LENGTH 120
#define CONDITION_WIDTH 40

struct drawing {
    struct xf_buf *out;
    struct xf_map nodes; /* function \x1f file */
    struct xf_map edges; /* drawn already */
};

/* Inside double quotes: Graphviz obeys backslashes and entities there. */
static void quoted(struct xf_buf *out, const char *text)
{
    struct xf_buf safe = XF_BUF_INIT;

    xf_visible(&safe, text, "");
    for (size_t i = 0; i < safe.len; i++) {
        if (strchr("\"\\", safe.data[i]))
            xf_buf_addch(out, '\\');
        xf_buf_addch(out, safe.data[i]);
        if (safe.data[i] == '&')
            xf_buf_adds(out, "amp;");
    }
    xf_buf_release(&safe);
}

/* The same, broken at spaces and cut off. */
static void wrapped(struct xf_buf *out, const char *text)
{
    size_t column = 0, n = 0;

    for (; *text && n < CONDITION_LENGTH; n++, text++) {
        char one[2] = {*text, '\0'};

        if (*text == ' ' && column > CONDITION_WIDTH) {
            xf_buf_adds(out, "\\n");
            column = 0;
            continue;
        }
        /* Bytes of one character stay together. */
        if ((unsigned char)*text < 0x80)
            quoted(out, one);
        else
            xf_buf_addch(out, '?');
        column++;
    }
    if (*text)
        xf_buf_adds(out, " ...");
}

static char *node_key(const struct xf_step *step)
{
    return xf_format("%s\x1f%s", step->function, step->function_file);
}

/* Functions that the path would add. */
static size_t new_nodes(const struct drawing *d, const struct xf_path *path)
{
    size_t n = 0;

    for (size_t i = 0; i < path->nsteps; i++) {
        char *key = node_key(&path->steps[i]);

        n += xf_map_find(&d->nodes, key) == XF_MAP_NONE;
        free(key);
    }
    return n;
}

static uint32_t draw_node(struct drawing *d, const struct xf_step *step,
                          const struct xf_path *path)
{
    char *key = node_key(step);
    int is_new;
    uint32_t at = xf_map_add(&d->nodes, key, &is_new);
    bool entry = !strcmp(step->kind, "entry");

    free(key);
    if (!is_new && !entry)
        return at;
    xf_buf_addf(d->out, "  n%u [label=\"", at);
    quoted(d->out, step->function);
    xf_buf_adds(d->out, "()");
    if (entry) {
        xf_buf_adds(d->out, "\\n");
        quoted(d->out, step->context);
    }
    xf_buf_adds(d->out, "\" tooltip=\"");
    quoted(d->out, step->function_file);
    xf_buf_adds(d->out, "\"");
    if (entry) {
        xf_buf_adds(d->out, " style=\"filled,bold\" fontcolor=\"#ffffff\" "
                            "fillcolor=\"");
        quoted(d->out, path->colour);
        xf_buf_adds(d->out, "\"");
    }
    xf_buf_adds(d->out, "];\n");
    if (entry)
        xf_buf_addf(d->out, "  { rank=min; n%u }\n", at);
    return at;
}

static void draw_edge(struct drawing *d, uint32_t from, uint32_t to,
                      const struct xf_step *step, const struct xf_path *path)
{
    char *key = xf_format("%u %u %s", from, to, path->context);
    const char *style = !strcmp(step->kind, "indirect") ? "dashed"
                        : !strcmp(step->kind, "armed")  ? "dotted"
                                                        : "solid";
    int is_new;

    xf_map_add(&d->edges, key, &is_new);
    free(key);
    if (!is_new)
        return;
    xf_buf_addf(d->out, "  n%u -> n%u [style=%s color=\"", from, to, style);
    quoted(d->out, path->colour);
    xf_buf_adds(d->out, "\" label=\"");
    if (*step->via) {
        quoted(d->out, step->via);
        xf_buf_adds(d->out, "\\n");
    }
    quoted(d->out, step->file);
    xf_buf_addf(d->out, ":%d", step->line);
    if (*step->checked) {
        xf_buf_adds(d->out, "\\nbehind ");
        quoted(d->out, step->checked);
    }
    if (step->uncertain)
        xf_buf_adds(d->out, "\\nmay be wrong");
    xf_buf_adds(d->out, "\"];\n");
}

static void draw_path(struct drawing *d, const struct xf_path *path)
{
    uint32_t before = 0, last = 0;

    for (size_t i = 0; i < path->nsteps; i++) {
        last = draw_node(d, &path->steps[i], path);
        if (i)
            draw_edge(d, before, last, &path->steps[i], path);
        before = last;
    }
    xf_buf_addf(d->out, "  n%u -> site [color=\"", last);
    quoted(d->out, path->colour);
    xf_buf_adds(d->out, "\" label=\"");
    quoted(d->out, path->armed ? "armed by " : "");
    quoted(d->out, path->context);
    xf_buf_adds(d->out, "\"];\n");
}

static void draw_site(struct drawing *d, const struct xf_shown_site *site)
{
    xf_buf_adds(d->out, "  site [shape=octagon style=\"filled,bold\" "
                        "fillcolor=\"#fdecea\" color=\"#922b21\" label=\"");
    quoted(d->out, site->kind);
    xf_buf_adds(d->out, "\\n");
    quoted(d->out, site->file);
    xf_buf_addf(d->out, ":%d\\n", site->line);
    wrapped(d->out, *site->condition ? site->condition : site->message);
    xf_buf_adds(d->out, "\"];\n  { rank=max; site }\n");
}

size_t xf_dot(struct xf_buf *out, const struct xf_shown_site *site,
              const struct xf_paths *paths, size_t max_nodes)
{
    struct drawing d = {.out = out};
    size_t left_out = 0;

    xf_buf_adds(out, "digraph site {\n"
                     "  graph [rankdir=TB fontname=\"sans-serif\" "
                     "labelloc=t label=\"");
    quoted(out, site->id);
    xf_buf_adds(out, "  ");
    quoted(out, site->arch);
    xf_buf_adds(out, " ");
    quoted(out, site->build);
    if (!paths->len && paths->reason) {
        xf_buf_adds(out, "\\nno entry reaches it: ");
        wrapped(out, paths->detail);
    }
    xf_buf_adds(out, "\"];\n"
                     "  node [shape=box style=rounded "
                     "fontname=\"sans-serif\"];\n"
                     "  edge [fontname=\"sans-serif\" fontsize=9];\n");
    draw_site(&d, site);
    for (size_t i = 0; i < paths->len; i++) {
        if (d.nodes.len + new_nodes(&d, &paths->items[i]) > max_nodes)
            left_out++;
        else
            draw_path(&d, &paths->items[i]);
    }
    if (left_out)
        xf_buf_addf(out, "  more [shape=plaintext label=\"%zu more paths\"];\n",
                    left_out);
    xf_buf_adds(out, "}\n");
    xf_map_release(&d.nodes);
    xf_map_release(&d.edges);
    return left_out;
}
