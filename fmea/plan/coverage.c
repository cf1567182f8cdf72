/* SPDX-License-Identifier: GPL-2.0-only */
#include "coverage.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

/* No file of C has more; what does is damaged. */
#define MAX_LINE 10000000
/* No counter of gcov holds more (64 bits). */
#define MAX_COUNT 18446744073709551616.0

static struct xf_coverage_file *file_of(struct xf_coverage *coverage,
                                        const char *name)
{
    int is_new;
    uint32_t at = xf_map_add(&coverage->names, name, &is_new);

    if (is_new) {
        XF_GROW(coverage->files, coverage->nfiles, coverage->files_cap);
        coverage->files[coverage->nfiles++] = (struct xf_coverage_file){0};
    }
    return &coverage->files[at];
}

static int add_line(struct xf_coverage_file *file, double line, double count,
                    const char *path)
{
    /* Written so that NaN is refused too. */
    if (!(line >= 1 && line <= MAX_LINE) ||
        !(count >= 0 && count <= MAX_COUNT))
        return xf_error("%s: no coverage: line %g, count %g; make the file "
                        "again", path, line, count);
    XF_GROW(file->lines, file->nlines, file->cap);
    file->lines[file->nlines++] =
        (struct xf_coverage_line){(uint32_t)line, count};
    return 0;
}

/* ---- gcov --json-format --------------------------------------------------- */

static int add_gcov_file(struct xf_coverage *coverage, const cJSON *item,
                         const char *path)
{
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(item, "lines");
    const char *name = xf_json_string(item, "file", "");
    struct xf_coverage_file *file;
    const cJSON *line;

    if (!*name || !cJSON_IsArray(lines))
        return xf_error("%s: an entry of 'files' has no name or no lines; make "
                        "it with gcov --json-format", path);
    file = file_of(coverage, name);
    cJSON_ArrayForEach(line, lines) {
        const cJSON *number =
            cJSON_GetObjectItemCaseSensitive(line, "line_number");
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(line, "count");

        if (!cJSON_IsNumber(number) || !cJSON_IsNumber(count))
            return xf_error("%s: a line of %s has no line_number or no count; "
                            "make it with gcov --json-format", path, name);
        if (add_line(file, number->valuedouble, count->valuedouble, path))
            return -1;
    }
    return 0;
}

static int add_gcov(struct xf_coverage *coverage, const cJSON *document,
                    const char *path)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(document, "files");
    const cJSON *item;

    if (!cJSON_IsArray(files))
        return xf_error("%s: JSON without 'files'; gcov --json-format writes "
                        "what is read here", path);
    cJSON_ArrayForEach(item, files)
        if (add_gcov_file(coverage, item, path))
            return -1;
    return 0;
}

/* `text` ends with a NUL. */
static int parse_gcov(struct xf_coverage *coverage, const char *text,
                      size_t len, const char *path)
{
    const char *at = text, *end = text + len;

    for (;;) {
        const char *next = NULL;
        cJSON *document;
        int rc;

        while (at < end && isspace((unsigned char)*at))
            at++;
        if (at == end)
            return 0;
        document = cJSON_ParseWithLengthOpts(at, (size_t)(end - at), &next, 0);
        if (!document)
            return xf_error("%s: broken JSON at byte %zu; make it again with "
                            "gcov --json-format", path,
                            (size_t)((next ? next : at) - text));
        rc = add_gcov(coverage, document, path);
        cJSON_Delete(document);
        if (rc)
            return -1;
        at = next;
    }
}

/* ---- lcov ----------------------------------------------------------------- */

static int parse_record(struct xf_coverage *coverage, char *line,
                        uint32_t *current, size_t number, const char *path)
{
    char *end, *rest;
    double count;
    unsigned long where;

    if (!strncmp(line, "SF:", 3)) {
        if (!line[3])
            return xf_error("%s:%zu: SF: without a name", path, number);
        file_of(coverage, line + 3);
        *current = xf_map_find(&coverage->names, line + 3);
        return 0;
    }
    if (!strcmp(line, "end_of_record"))
        *current = XF_MAP_NONE;
    if (strncmp(line, "DA:", 3))
        return 0; /* functions, branches, sums */
    where = strtoul(line + 3, &end, 10);
    rest = *end == ',' ? end + 1 : end;
    count = strtod(rest, &end);
    if (*current == XF_MAP_NONE || rest == end || (*end && *end != ','))
        return xf_error("%s:%zu: '%.60s' is no 'DA:line,count' of a file; "
                        "make it again with lcov", path, number, line);
    return add_line(&coverage->files[*current], (double)where, count, path);
}

static int parse_lcov(struct xf_coverage *coverage, const char *text,
                      size_t len, const char *path)
{
    const char *at = text, *end = text + len;
    uint32_t current = XF_MAP_NONE;
    size_t number = 0, before = coverage->nfiles;
    int rc = 0;

    while (at < end && !rc) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at);
        char *line = xf_strndup(at, n);

        line[strcspn(line, "\r")] = '\0'; /* a NUL ends the line, too */
        rc = parse_record(coverage, line, &current, ++number, path);
        free(line);
        at += n + (stop != NULL);
    }
    if (!rc && current != XF_MAP_NONE)
        rc = xf_error("%s: ends in the middle of a record; make it again",
                      path);
    if (!rc && coverage->nfiles == before && !memmem(text, len, "SF:", 3))
        rc = xf_error("%s: neither JSON of gcov nor an lcov file; --coverage "
                      "takes these", path);
    return rc;
}

/* ---- both ----------------------------------------------------------------- */

int xf_coverage_parse(struct xf_coverage *coverage, const char *text,
                      size_t len, const char *path)
{
    size_t at = 0;

    if (len > 1 && !memcmp(text, "\x1f\x8b", 2))
        return xf_error("%s: compressed; unpack it with gunzip first", path);
    while (at < len && isspace((unsigned char)text[at]))
        at++;
    if (at < len && text[at] == '{')
        return parse_gcov(coverage, text, len, path);
    return parse_lcov(coverage, text, len, path);
}

int xf_coverage_read(struct xf_coverage *coverage, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_read(&text, path);

    if (!rc)
        rc = xf_coverage_parse(coverage, text.len ? text.data : "", text.len,
                               path);
    xf_buf_release(&text);
    return rc;
}

static int by_line(const void *a, const void *b)
{
    const struct xf_coverage_line *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

void xf_coverage_finish(struct xf_coverage *coverage)
{
    for (size_t i = 0; i < coverage->nfiles; i++) {
        struct xf_coverage_file *f = &coverage->files[i];
        size_t n = 0;

        if (!f->nlines)
            continue;
        qsort(f->lines, f->nlines, sizeof(*f->lines), by_line);
        for (size_t k = 1; k < f->nlines; k++) {
            if (f->lines[k].line == f->lines[n].line)
                f->lines[n].count += f->lines[k].count;
            else
                f->lines[++n] = f->lines[k];
        }
        f->nlines = n + 1;
    }
}

void xf_coverage_release(struct xf_coverage *coverage)
{
    for (size_t i = 0; i < coverage->nfiles; i++)
        free(coverage->files[i].lines);
    free(coverage->files);
    xf_map_release(&coverage->names);
    *coverage = (struct xf_coverage)XF_COVERAGE_INIT;
}

double xf_coverage_at(const struct xf_coverage_file *file, uint32_t first,
                      uint32_t last)
{
    double count = -1;

    for (size_t i = 0; i < file->nlines; i++)
        if (file->lines[i].line >= first && file->lines[i].line <= last &&
            file->lines[i].count > count)
            count = file->lines[i].count;
    return count;
}
