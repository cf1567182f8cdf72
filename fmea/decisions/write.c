/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file's one layout: whoever writes it writes the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "fields.h"
#include "visible.h"

/* A JSON string that people read: only what must be escaped is. What a
 * terminal would obey, and what is no UTF-8, is shown as visible.h shows it. */
static void add_string(struct xf_buf *out, const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "\n\t");
    xf_buf_addch(out, '"');
    for (const char *at = shown.data ? shown.data : ""; *at; at++) {
        if (*at == '\n' || *at == '\t')
            xf_buf_addf(out, "\\%c", *at == '\n' ? 'n' : 't');
        else {
            if (*at == '"' || *at == '\\')
                xf_buf_addch(out, '\\');
            xf_buf_addch(out, *at);
        }
    }
    xf_buf_addch(out, '"');
    xf_buf_release(&shown);
}

/* `separator` between the texts in memory. */
static void add_array(struct xf_buf *out, const char *texts,
                      const char *separator)
{
    size_t skip = strlen(separator);

    xf_buf_addch(out, '[');
    for (const char *at = texts; *at;) {
        const char *end = strstr(at, separator);
        char *one = xf_strndup(at, end ? (size_t)(end - at) : strlen(at));

        add_string(out, one);
        free(one);
        if (!end)
            break;
        xf_buf_adds(out, ", ");
        at = end + skip;
    }
    xf_buf_addch(out, ']');
}

static void add_field(struct xf_buf *out, struct xf_decision *d,
                      const struct decision_field *field)
{
    bool number = field->type == DECISION_NUMBER;

    if (number ? !*decision_number(d, field) : !**decision_text(d, field))
        return;
    xf_buf_addf(out, "%s\"%s\": ", out->data[out->len - 1] == '{' ? "" : ", ",
                field->name);
    switch (field->type) {
    case DECISION_NUMBER:
        xf_buf_addf(out, "%d", *decision_number(d, field));
        break;
    case DECISION_LINES:
        add_array(out, *decision_text(d, field), "\n");
        break;
    case DECISION_LIST:
        add_array(out, *decision_text(d, field), ", ");
        break;
    case DECISION_TEXT:
    default:
        add_string(out, *decision_text(d, field));
    }
}

/* Groups first; sites by place, so that neighbours in the source are
 * neighbours in the file and a merge shows them together. */
static int by_site(const void *a, const void *b)
{
    const struct xf_decision *x = *(struct xf_decision *const *)a;
    const struct xf_decision *y = *(struct xf_decision *const *)b;
    const char *pairs[][2] = {{x->site.file, y->site.file},
                              {x->site.function, y->site.function},
                              {x->site.kind, y->site.kind},
                              {x->site.text, y->site.text}};
    int rc = (*x->site.site_id != '\0') - (*y->site.site_id != '\0');

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && !rc; i++)
        rc = strcmp(pairs[i][0], pairs[i][1]);
    if (!rc)
        rc = (x->site.order > y->site.order) - (x->site.order < y->site.order);
    if (!rc)
        rc = strcmp(x->site.site_id, y->site.site_id);
    return rc ? rc : strcmp(x->group, y->group);
}

void xf_decisions_print(struct xf_buf *out, const struct xf_decisions *list,
                        const char *path)
{
    struct xf_decision **sorted = xf_calloc(list->len + 1, sizeof(*sorted));
    size_t n = 0;

    for (size_t i = 0; i < list->len; i++)
        if (!path ||
            (list->items[i].path && !strcmp(list->items[i].path, path)))
            sorted[n++] = &list->items[i];
    qsort(sorted, n, sizeof(*sorted), by_site);
    xf_buf_adds(out, "{\"format\": \"" XF_DECISIONS_FORMAT
                     "\", \"decisions\": [\n");
    for (size_t i = 0; i < n; i++) {
        xf_buf_addch(out, '{');
        for (size_t f = 0; f < decision_nfields; f++)
            add_field(out, sorted[i], &decision_fields[f]);
        xf_buf_adds(out, "},\n");
    }
    xf_buf_adds(out, "{\"end\": true}]}\n");
    free(sorted);
}
