/* SPDX-License-Identifier: GPL-2.0-only */
#include "kept.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "facts.h"
#include "file.h"

/* Days that an entry lives without being asked for, hours for folders of
 * temporary files. */
#define MAX_DAYS 60
#define MAX_HOURS 3

static char *path_of(const char *dir, const char *hex)
{
    return xf_format("%s/%.2s/%s", dir, hex, hex);
}

bool xf_kept_get(struct xf_buf *records, const char *dir, const char *hex)
{
    static const char head[] = "V\t" XF_FACTS_VERSION "\n";
    char *path = path_of(dir, hex);
    struct xf_buf text = XF_BUF_INIT;
    bool hit = xf_file_exists(path) && !xf_file_read(&text, path) &&
               xf_facts_complete(text.data, text.len);

    if (hit) {
        xf_buf_add(records, text.data + sizeof(head) - 1,
                   text.len - (sizeof(head) - 1) - strlen(".\n"));
        xf_fact(records, 'K', NULL);
        utimensat(AT_FDCWD, path, NULL, 0);
    }
    xf_buf_release(&text);
    free(path);
    return hit;
}

void xf_kept_put(const char *dir, const char *hex,
                   const struct xf_buf *records)
{
    char *path = path_of(dir, hex), *folder = xf_format("%s/%.2s", dir, hex);
    struct xf_buf text = XF_BUF_INIT;

    xf_fact(&text, 'V', XF_FACTS_VERSION, NULL);
    xf_buf_add(&text, records->data, records->len);
    xf_facts_end(&text);
    if (!xf_mkdirs(folder))
        xf_file_write_atomic(path, text.data, text.len);
    xf_buf_release(&text);
    free(folder);
    free(path);
}

static int drop_old(const char *relative, const char *absolute, void *payload)
{
    struct stat st;
    time_t limit = strncmp(relative, "tmp.", 4) ? MAX_DAYS * 24 : MAX_HOURS;

    (void)payload;
    if (!lstat(absolute, &st) && time(NULL) - st.st_mtime > limit * 3600)
        unlink(absolute);
    return 0;
}

void xf_kept_trim(const char *dir)
{
    xf_tree_walk(dir, NULL, drop_old, NULL);
}
