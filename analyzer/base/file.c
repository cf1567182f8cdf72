/* SPDX-License-Identifier: GPL-2.0-only */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"

int xf_file_read(struct xf_buf *out, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return xf_error("cannot read %s: %s", path, strerror(errno));
    if (!fstat(fd, &st) && S_ISREG(st.st_mode))
        xf_buf_reserve(out, (size_t)st.st_size + 1);
    for (;;) {
        ssize_t got;

        /* room for one byte shows the end without growing */
        if (out->cap - out->len < 2)
            xf_buf_reserve(out, 65536);
        got = read(fd, out->data + out->len, out->cap - out->len - 1);
        if (got < 0) {
            int err = errno;

            if (err == EINTR)
                continue;
            close(fd);
            return xf_error("cannot read %s: %s", path, strerror(err));
        }
        if (!got)
            break;
        out->len += (size_t)got;
    }
    out->data[out->len] = '\0';
    close(fd);
    return 0;
}

/* What to do about a file that cannot be written, to end a message with. */
static const char *cure(int err)
{
    return err == ENOSPC || err == EDQUOT || err == EFBIG
               ? "the previous file is kept; free some space and try again"
               : "the previous file is kept";
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t put = write(fd, data, len);

        if (put < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        data += put;
        len -= (size_t)put;
    }
    return 0;
}

static void sync_folder(const char *path)
{
    char *copy = xf_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

int xf_file_commit(const char *tmp, const char *path)
{
    int fd = open(tmp, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) || rename(tmp, path)) {
        int err = errno;

        if (fd >= 0)
            close(fd);
        unlink(tmp);
        return xf_error("cannot write %s: %s; %s", path, strerror(err),
                        cure(err));
    }
    close(fd);
    sync_folder(path);
    return 0;
}

int xf_file_stage(char **tmp, const char *path, const void *data, size_t len)
{
    char *name = xf_format("%s.tmp.XXXXXX", path);
    int fd = mkostemp(name, O_CLOEXEC), err = fd < 0 ? errno : 0;

    if (fd >= 0 && (fchmod(fd, 0644) || write_all(fd, data, len)))
        err = errno;
    if (fd >= 0 && close(fd) && !err)
        err = errno;
    *tmp = NULL;
    if (!err) {
        *tmp = name;
        return 0;
    }
    if (fd >= 0)
        unlink(name);
    free(name);
    return xf_error("cannot write %s: %s; %s", path, strerror(err), cure(err));
}

int xf_file_write_atomic(const char *path, const void *data, size_t len)
{
    char *tmp;
    int rc = xf_file_stage(&tmp, path, data, len);

    if (!rc)
        rc = xf_file_commit(tmp, path);
    free(tmp);
    return rc;
}

int xf_file_replace(const char *path, const void *data, size_t len)
{
    char *tmp;
    int rc = xf_file_stage(&tmp, path, data, len);

    if (!rc && rename(tmp, path)) {
        rc = xf_error("cannot write %s: %s", path, strerror(errno));
        unlink(tmp);
    }
    free(tmp);
    return rc;
}

bool xf_file_exists(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISREG(st.st_mode);
}

bool xf_dir_exists(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int xf_mkdirs(const char *path)
{
    char *copy = xf_strdup(path);
    int rc = 0;

    for (char *at = copy + 1;; at++) {
        char saved = *at;

        if (saved && saved != '/')
            continue;
        *at = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST) {
            rc = xf_error("cannot create %s: %s", copy, strerror(errno));
            break;
        }
        *at = saved;
        if (!saved)
            break;
    }
    if (!rc && !xf_dir_exists(path))
        rc = xf_error("%s exists and is not a folder", path);
    free(copy);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int xf_remove_tree(const char *path)
{
    struct stat st;

    if (lstat(path, &st) && errno == ENOENT)
        return 0;
    if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS))
        return xf_error("cannot remove %s: %s", path, strerror(errno));
    return 0;
}

char *xf_path_clean(const char *path)
{
    struct xf_buf out = XF_BUF_INIT;
    bool absolute = path[0] == '/';

    while (*path) {
        size_t len = strcspn(path, "/");

        if (len == 2 && path[0] == '.' && path[1] == '.') {
            char *slash = out.len ? strrchr(out.data, '/') : NULL;
            const char *last = slash ? slash + 1 : out.data;

            if (out.len && strcmp(last, "..")) {
                out.len = slash ? (size_t)(slash - out.data) : 0;
                out.data[out.len] = '\0';
            } else if (!absolute) {
                xf_buf_adds(&out, out.len ? "/.." : "..");
            }
        } else if (len && !(len == 1 && path[0] == '.')) {
            if (out.len || absolute)
                xf_buf_addch(&out, '/');
            xf_buf_add(&out, path, len);
        }
        path += len + (path[len] == '/');
    }
    if (!out.len)
        xf_buf_adds(&out, absolute ? "/" : ".");
    return xf_buf_detach(&out);
}

char *xf_path_join(const char *dir, const char *path)
{
    char *joined, *clean;

    if (path[0] == '/')
        return xf_path_clean(path);
    joined = xf_format("%s/%s", dir, path);
    clean = xf_path_clean(joined);
    free(joined);
    return clean;
}

const char *xf_path_below(const char *path, const char *root)
{
    size_t len = strlen(root);

    if (strncmp(path, root, len) || path[len] != '/')
        return NULL;
    return path + len + 1;
}

char *xf_path_real(const char *path)
{
    char *real = realpath(path, NULL);

    if (!real)
        xf_error("cannot find %s: %s", path, strerror(errno));
    return real;
}

/* The part of `full` that exists, without links, and the rest as it is. */
static char *real_head(const char *full)
{
    char *head = xf_strdup(full), *real, *out, *slash, *clean;

    while (!(real = realpath(head, NULL)) && (slash = strrchr(head, '/')))
        *slash = '\0';
    out = xf_format("%s/%s", real ? real : "", full + strlen(head));
    clean = xf_path_clean(out);
    free(real);
    free(out);
    free(head);
    return clean;
}

char *xf_path_real_ahead(const char *path)
{
    char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
    char *full = xf_format("%s/%s", cwd ? cwd : "", path);
    char *once = real_head(full);
    /* A ".." behind what does not exist yet may lead to another link. */
    char *twice = real_head(once);

    free(once);
    free(full);
    free(cwd);
    return twice;
}

const char *xf_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool xf_has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && !strcmp(s + n - m, suffix);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk(const char *absolute, const char *relative,
                xf_keep_dir_fn *keep_dir, xf_visit_fn *visit, void *payload)
{
    struct dirent **list;
    int n = scandir(absolute, &list, NULL, by_name), rc = 0;

    if (n < 0)
        return xf_error("cannot read folder %s: %s", absolute, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        unsigned char type = list[i]->d_type;
        char *sub, *abs;

        if (rc || !strcmp(name, ".") || !strcmp(name, "..")) {
            free(list[i]);
            continue;
        }
        sub = *relative ? xf_format("%s/%s", relative, name) : xf_strdup(name);
        abs = xf_format("%s/%s", absolute, name);
        if (type == DT_UNKNOWN) {
            struct stat st;

            if (!lstat(abs, &st))
                type = S_ISDIR(st.st_mode)   ? DT_DIR
                       : S_ISREG(st.st_mode) ? DT_REG
                       : S_ISLNK(st.st_mode) ? DT_LNK
                                             : DT_UNKNOWN;
        }
        if (type == DT_DIR) {
            if (!keep_dir || keep_dir(sub, payload))
                rc = walk(abs, sub, keep_dir, visit, payload);
        } else if (type == DT_REG || type == DT_LNK) {
            rc = visit(sub, abs, payload);
        }
        free(sub);
        free(abs);
        free(list[i]);
    }
    free(list);
    return rc;
}

int xf_tree_walk(const char *root, xf_keep_dir_fn *keep_dir, xf_visit_fn *visit,
                 void *payload)
{
    return walk(root, "", keep_dir, visit, payload);
}
