/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a scan shows while it runs.
 */
#include "scan.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "visible.h"

void scan_clear_bar(struct scan *s)
{
    if (s->bar)
        fputs("\r\033[K", stderr);
    s->bar = false;
}

void scan_show_step(void *payload, const char *what)
{
    struct scan *s = payload;

    if (s->quiet || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K%s ...", what);
    s->bar = true;
}

void scan_show_waiting(void *payload)
{
    scan_show_step(payload, "waiting for another scan that writes here");
}

void scan_show_parse(void *payload, unsigned int done, unsigned int total,
                     const char *file)
{
    struct scan *s = payload;
    char bar[25];
    unsigned int full = total ? 24 * done / total : 0;
    struct xf_buf name = XF_BUF_INIT;

    if (s->quiet || !isatty(STDERR_FILENO))
        return;
    memset(bar, '.', 24);
    memset(bar, '#', full);
    bar[24] = '\0';
    xf_visible(&name, xf_path_base(file), "");
    fprintf(stderr, "\r\033[K[%s] %u/%u %.40s", bar, done, total, name.data);
    xf_buf_release(&name);
    s->bar = true;
}

void scan_stage_ends(struct scan *s, const char *name)
{
    struct timespec t;
    double now;

    clock_gettime(CLOCK_MONOTONIC, &t);
    now = (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
    if (s->verbose && name) {
        scan_clear_bar(s);
        fprintf(stderr, "stage %s: %.3f s\n", name, now - s->since);
    }
    s->since = now;
}
