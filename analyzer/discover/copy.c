/* SPDX-License-Identifier: GPL-2.0-only */
#include "copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

struct scan {
    struct xf_copy *out;
    const struct xf_rules *rules;
    const struct xf_arch *arch;
    const char *root;   /* that is walked */
    const char *prefix; /* of its paths in the copy, with '/' */
    const char *cache;
    struct xf_buf content; /* reused for every file */
};

struct xf_copied *xf_copy_add(struct xf_copy *copy, const char *path)
{
    uint32_t n = xf_map_add(&copy->paths, path, NULL);

    if (n >= copy->cap) {
        copy->cap = copy->cap ? 2 * copy->cap : 1024;
        copy->files = xf_realloc(copy->files, copy->cap * sizeof(*copy->files));
    }
    memset(&copy->files[n], 0, sizeof(copy->files[n]));
    return &copy->files[n];
}

void xf_copy_release(struct xf_copy *copy)
{
    xf_map_release(&copy->paths);
    free(copy->files);
    memset(copy, 0, sizeof(*copy));
}

static int scan_file(const char *relative, const char *absolute, void *payload)
{
    struct scan *scan = payload;
    struct xf_copied *file;
    struct stat st;
    char *path;

    if (xf_rules_match_path(scan->rules->leftovers, relative) &&
        (!xf_rules_match_path(scan->rules->only_links, relative) ||
         (!lstat(absolute, &st) && S_ISLNK(st.st_mode))))
        return 0;
    /* a link to nowhere or to a folder: make complains when it is needed */
    if (stat(absolute, &st) || !S_ISREG(st.st_mode))
        return 0;
    xf_buf_clear(&scan->content);
    if (xf_file_read(&scan->content, absolute))
        return -1;
    path = xf_format("%s%s", scan->prefix, relative);
    file = xf_copy_add(scan->out, path);
    xf_hash_bytes(file->hash, scan->content.data, scan->content.len);
    free(path);
    return 0;
}

/* Whether the folder `dir` exists to hold our cache, and is no part of Xen. */
static bool holds_cache(const char *dir, const char *cache)
{
    char *makefile = xf_format("%s/Makefile", dir);
    bool ours = !strcmp(dir, cache) ||
                (xf_path_below(cache, dir) && !xf_file_exists(makefile));

    free(makefile);
    return ours;
}

/* A folder that somebody's O= build was made in. */
static bool is_build(const char *dir)
{
    char *marker = xf_format("%s/include/config/auto.conf", dir);
    bool build = xf_file_exists(marker);

    free(marker);
    return build;
}

static bool keep_dir(const char *relative, void *payload)
{
    const struct scan *scan = payload;
    char *inside = xf_format("%s/x", relative);
    char *absolute = xf_format("%s/%s", scan->root, relative);
    bool keep = !xf_rules_match_path(scan->rules->leftovers, inside) &&
                strcmp(xf_path_base(relative), ".git") &&
                !holds_cache(absolute, scan->cache) && !is_build(absolute);

    if (!strncmp(relative, "arch/", 5) && !strchr(relative + 5, '/'))
        keep = keep && !strcmp(relative + 5, scan->arch->folder);
    free(inside);
    free(absolute);
    return keep;
}

/* A file or folder beside the hypervisor's; missing ones are fine. */
static int scan_wanted(struct scan *scan, const char *top, const char *name)
{
    char *path = xf_format("%s/%s", top, name);
    char *prefix = xf_format("%s/", name);
    int rc = 0;

    scan->root = path;
    if (xf_dir_exists(path)) {
        scan->prefix = prefix;
        rc = xf_tree_walk(path, keep_dir, scan_file, scan);
    } else if (xf_file_exists(path)) {
        scan->prefix = "";
        rc = scan_file(name, path, scan);
    }
    free(path);
    free(prefix);
    return rc;
}

int xf_copy_scan(struct xf_copy *out, const char *hypervisor, const char *cache,
                 const struct xf_arch *arch, const struct xf_rules *rules)
{
    struct scan scan = {
        .out = out, .rules = rules, .arch = arch, .cache = cache,
        .root = hypervisor, .prefix = "xen/",
    };
    char *top = xf_path_join(hypervisor, "..");
    int rc = xf_tree_walk(hypervisor, keep_dir, scan_file, &scan);

    for (char **name = rules->wanted; !rc && *name; name++)
        rc = scan_wanted(&scan, top, *name);
    xf_buf_release(&scan.content);
    free(top);
    return rc;
}

/* Where a path of the copy comes from. */
static char *origin(const char *hypervisor, const char *path)
{
    if (!strncmp(path, "xen/", 4))
        return xf_path_join(hypervisor, path + 4);
    return xf_format("%s/../%s", hypervisor, path);
}

static int make_parent(const char *path)
{
    char *parent = xf_strndup(path, (size_t)(xf_path_base(path) - path));
    int rc = xf_mkdirs(parent);

    free(parent);
    return rc;
}

static int write_entry(const char *path, const struct xf_buf *content,
                       mode_t mode)
{
    FILE *f;

    if (unlink(path) && errno == ENOENT && make_parent(path))
        return -1;
    f = fopen(path, "we");
    if (!f)
        return xf_error("cannot write %s: %s", path, strerror(errno));
    if (content->len &&
        fwrite(content->data, 1, content->len, f) != content->len) {
        xf_error("cannot write %s: %s; free some space or choose another cache "
                 "folder", path, strerror(errno));
        fclose(f);
        return -1;
    }
    fchmod(fileno(f), mode);
    if (fclose(f))
        return xf_error("cannot write %s: %s; free some space or choose "
                        "another cache folder", path, strerror(errno));
    return 0;
}

static bool is_there(const struct xf_copied *now, const struct xf_copied *then,
                     const char *path)
{
    struct stat st;

    return !strcmp(now->hash, then->hash) && !lstat(path, &st) &&
           st.st_size == then->size &&
           st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec == then->mtime;
}

static int copy_entry(struct xf_copied *file, const char *from, const char *to)
{
    struct xf_buf content = XF_BUF_INIT;
    struct stat st;
    int rc = -1;

    if (xf_file_read(&content, from))
        goto out;
    xf_hash_bytes(file->hash, content.data, content.len);
    if (stat(from, &st))
        st.st_mode = 0644;
    if (write_entry(to, &content, 0600 | (st.st_mode & 0777)))
        goto out;
    if (lstat(to, &st)) {
        xf_error("cannot read %s: %s", to, strerror(errno));
        goto out;
    }
    file->size = st.st_size;
    file->mtime = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
    rc = 0;
out:
    xf_buf_release(&content);
    return rc;
}

int xf_copy_update(struct xf_copy *copy, size_t n, const struct xf_copy *old,
                   const char *hypervisor, const char *to, bool *changed)
{
    const char *path = copy->paths.keys[n];
    uint32_t before = old ? xf_map_find(&old->paths, path) : XF_MAP_NONE;
    char *dest = xf_format("%s/%s", to, path), *from;
    int rc = 0;

    if (before != XF_MAP_NONE &&
        is_there(&copy->files[n], &old->files[before], dest)) {
        copy->files[n] = old->files[before];
    } else {
        from = origin(hypervisor, path);
        rc = copy_entry(&copy->files[n], from, dest);
        free(from);
        if (changed)
            *changed = true;
    }
    free(dest);
    return rc;
}
