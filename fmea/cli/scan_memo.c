/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where the results of stages are kept: <cache>/stages, a file for each folder
 * and set of builds, of which the last few are left.
 */
#include "scan.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"

#define FILES_MAX 16

static char *folder_of(const struct scan *s)
{
    return xf_path_join(s->cache_dir, "stages");
}

struct xf_memo *scan_memo_open(const struct scan *s)
{
    struct xf_hash *h;
    struct xf_memo *memo;
    char hex[XF_HASH_HEX], *folder, *path;

    if (!s->cache_dir)
        return NULL;
    h = xf_hash_new();
    xf_hash_adds(h, s->root);
    for (size_t i = 0; i < s->nbuilds; i++) {
        xf_hash_adds(h, s->builds[i].commands.arch);
        xf_hash_adds(h, s->builds[i].commands.name);
    }
    xf_hash_finish(h, hex);
    folder = folder_of(s);
    xf_mkdirs(folder);
    path = xf_path_join(folder, hex);
    memo = xf_memo_open(path, s->basis);
    free(path);
    free(folder);
    return memo;
}

struct oldest {
    char *path;
    struct timespec when;
    size_t files;
};

static int note_file(const char *relative, const char *absolute, void *payload)
{
    struct oldest *oldest = payload;
    struct stat st;

    (void)relative;
    if (lstat(absolute, &st))
        return 0;
    oldest->files++;
    if (!oldest->path || st.st_mtim.tv_sec < oldest->when.tv_sec) {
        free(oldest->path);
        oldest->path = xf_strdup(absolute);
        oldest->when = st.st_mtim;
    }
    return 0;
}

void scan_memo_close(const struct scan *s, struct xf_memo *memo,
                     bool is_complete)
{
    struct oldest oldest = {0};
    char *folder;

    if (!memo || !is_complete) {
        xf_memo_free(memo);
        return;
    }
    xf_memo_save(memo);
    xf_memo_free(memo);
    folder = folder_of(s);
    xf_tree_walk(folder, NULL, note_file, &oldest);
    if (oldest.files > FILES_MAX)
        unlink(oldest.path);
    free(oldest.path);
    free(folder);
}
