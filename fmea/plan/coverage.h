/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Line coverage as gcov (JSON, one document or several in a row) and lcov
 * (.info) write it. Counts of a line that is there several times are added.
 */
#ifndef XF_COVERAGE_H
#define XF_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "map.h"

struct xf_coverage_line {
    uint32_t line; /* from 1 */
    double count;  /* >= 0; as a double, as JSON has it */
};

struct xf_coverage_file {
    struct xf_coverage_line *lines; /* sorted by xf_coverage_finish() */
    size_t nlines, cap;
};

struct xf_coverage {
    struct xf_map names; /* of files, as they were built; index into files */
    struct xf_coverage_file *files;
    size_t nfiles, files_cap;
};

#define XF_COVERAGE_INIT {.names = XF_MAP_INIT}

/* Add a file's content; `path` is for messages. 0, or -1 with xf_error(): it is
 * neither format, or damaged. */
int xf_coverage_parse(struct xf_coverage *coverage, const char *text,
                      size_t len, const char *path);
int xf_coverage_read(struct xf_coverage *coverage, const char *path);
/* Sort and add up, before the first xf_coverage_at(). */
void xf_coverage_finish(struct xf_coverage *coverage);
void xf_coverage_release(struct xf_coverage *coverage);

/* Executions of the lines `first` to `last` of a file, the most of them; -1
 * when none of them has data. */
double xf_coverage_at(const struct xf_coverage_file *file, uint32_t first,
                      uint32_t last);

#endif
