/* SPDX-License-Identifier: GPL-2.0-only */
#include "patch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct reader {
    const char *at, *end;
    patch_file_fn *on_file;
    patch_commit_fn *on_commit;
    void *payload;
    char commit[65];
    struct patch_file file;
    bool in_file;
    uint32_t group;
    unsigned int unchanged; /* lines since the last changed one */
};

static void side_clear(struct patch_side *side)
{
    free(side->path);
    side->path = NULL;
    xf_buf_clear(&side->text);
    side->lines = 0;
}

static void side_release(struct patch_side *side)
{
    free(side->path);
    free(side->group);
    xf_buf_release(&side->text);
}

static void add_line(struct patch_side *side, const char *line, size_t len,
                     uint32_t group)
{
    xf_buf_add(&side->text, line, len);
    xf_buf_addch(&side->text, '\n');
    XF_GROW(side->group, side->lines, side->cap);
    side->group[side->lines++] = group;
}

static bool starts(const char *line, size_t len, const char *with)
{
    size_t n = strlen(with);

    return len >= n && !memcmp(line, with, n);
}

static int end_file(struct reader *r)
{
    int rc = 0;

    if (r->in_file && (r->file.old.path || r->file.new.path))
        rc = r->on_file(r->commit, &r->file, r->payload);
    r->in_file = false;
    side_clear(&r->file.old);
    side_clear(&r->file.new);
    r->file.renamed = false;
    r->group = 0;
    r->unchanged = PATCH_NEAR + 1;
    return rc;
}

static int end_commit(struct reader *r)
{
    int rc = end_file(r);

    if (!rc && *r->commit)
        rc = r->on_commit(r->commit, r->payload);
    *r->commit = '\0';
    return rc;
}

static void set_path(struct patch_side *side, const char *path, size_t len)
{
    /* git appends a tab to a name with blanks. */
    if (len && path[len - 1] == '\t')
        len--;
    free(side->path);
    side->path = len == 9 && !memcmp(path, "/dev/null", 9)
                     ? NULL
                     : xf_strndup(path, len);
}

/* A line of the file's head; names only count in their plain form. */
static void header(struct reader *r, const char *line, size_t len)
{
    if (starts(line, len, "--- a/"))
        set_path(&r->file.old, line + 6, len - 6);
    else if (starts(line, len, "+++ b/"))
        set_path(&r->file.new, line + 6, len - 6);
    else if (starts(line, len, "rename from ")) {
        set_path(&r->file.old, line + 12, len - 12);
        r->file.renamed = true;
    } else if (starts(line, len, "rename to "))
        set_path(&r->file.new, line + 10, len - 10);
}

static void changed(struct reader *r, struct patch_side *side, const char *line,
                    size_t len)
{
    if (r->unchanged > PATCH_NEAR)
        r->group++;
    r->unchanged = 0;
    add_line(side, line, len, r->group);
}

/* The lines behind a "@@ -a,b +c,d @@"; counted, so that no content can look
 * like a header. */
static void hunk(struct reader *r, unsigned long old, unsigned long new)
{
    while ((old || new) && r->at < r->end) {
        const char *line = r->at;
        const char *nl = memchr(line, '\n', (size_t)(r->end - line));
        size_t len = nl ? (size_t)(nl - line) : (size_t)(r->end - line);

        if (!len || !strchr(" +-\\", *line))
            return;
        r->at = nl ? nl + 1 : r->end;
        switch (*line) {
        case ' ':
            add_line(&r->file.old, line + 1, len - 1, 0);
            add_line(&r->file.new, line + 1, len - 1, 0);
            r->unchanged++;
            old -= old > 0;
            new -= new > 0;
            break;
        case '-':
            changed(r, &r->file.old, line + 1, len - 1);
            old -= old > 0;
            break;
        case '+':
            changed(r, &r->file.new, line + 1, len - 1);
            new -= new > 0;
            break;
        default:
            break;
        }
    }
}

static void begin_hunk(struct reader *r, const char *line, size_t len)
{
    char head[100];
    unsigned long old = 1, new = 1;
    char *at;

    snprintf(head, sizeof(head), "%.*s", (int)(len < 99 ? len : 99), line);
    at = strchr(head, '-');
    if (!at)
        return;
    strtoul(at + 1, &at, 10);
    if (*at == ',')
        old = strtoul(at + 1, &at, 10);
    at = strchr(at, '+');
    if (!at)
        return;
    strtoul(at + 1, &at, 10);
    if (*at == ',')
        new = strtoul(at + 1, &at, 10);
    hunk(r, old, new);
}

static int read_line(struct reader *r)
{
    const char *line = r->at;
    const char *nl = memchr(line, '\n', (size_t)(r->end - line));
    size_t len = nl ? (size_t)(nl - line) : (size_t)(r->end - line);
    int rc = 0;

    r->at = nl ? nl + 1 : r->end;
    if (len && !*line) {
        rc = end_commit(r);
        if (len - 1 < sizeof(r->commit)) {
            memcpy(r->commit, line + 1, len - 1);
            r->commit[len - 1] = '\0';
        }
    } else if (starts(line, len, "diff --git ")) {
        rc = end_file(r);
        r->in_file = true;
    } else if (r->in_file && starts(line, len, "@@ -")) {
        begin_hunk(r, line, len);
    } else if (r->in_file) {
        header(r, line, len);
    }
    return rc;
}

int patch_read(const struct xf_buf *text, patch_file_fn *on_file,
               patch_commit_fn *on_commit, void *payload)
{
    struct reader r = {.at = text->data,
                       .end = text->data + text->len,
                       .on_file = on_file,
                       .on_commit = on_commit,
                       .payload = payload};
    int rc = 0;

    while (r.at < r.end && !rc)
        rc = read_line(&r);
    if (!rc)
        rc = end_commit(&r);
    side_release(&r.file.old);
    side_release(&r.file.new);
    return rc;
}
