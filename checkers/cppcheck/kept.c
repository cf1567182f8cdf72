/* SPDX-License-Identifier: GPL-2.0-only */
#include "kept.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "facts.h"
#include "file.h"

/* Days that an entry lives without being asked for. */
#define MAX_DAYS 60
#define DAY (24 * 60 * 60) /* seconds */

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

    (void)relative;
    (void)payload;
    if (!lstat(absolute, &st) && time(NULL) - st.st_mtime > MAX_DAYS * DAY)
        unlink(absolute);
    return 0;
}

/* Folders of temporary files, which no scan works in for that long. */
static void drop_abandoned(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;

    while (d && (entry = readdir(d))) {
        char *path = xf_path_join(dir, entry->d_name);
        struct stat st;

        if (!strncmp(entry->d_name, "tmp.", 4) && !lstat(path, &st) &&
            time(NULL) - st.st_mtime > DAY)
            xf_remove_tree(path);
        free(path);
    }
    if (d)
        closedir(d);
}

void xf_kept_trim(const char *dir)
{
    drop_abandoned(dir);
    xf_tree_walk(dir, NULL, drop_old, NULL);
}
