/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Two files per entry: <key>.reads lists the files that the latest parses read,
 * a list each, newest first, an empty line between; <key2>.facts holds the
 * facts, where key2 hashes the key, one of the lists and the identity of every
 * file in it. Switching between versions of a tree therefore finds them all,
 * also when they include other files.
 */
#include "cache.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "facts.h"
#include "file.h"
#include "hash.h"
#include "map.h"
#include "optionlines.h"

/* A file that is being written lasts milliseconds; one this old was left by a
 * scan that was killed. */
#define STALE_SECONDS 3600

/* Lists that are kept for a key: as many branches as somebody works on. */
#define MAX_LISTS 24

/* What was used within this time counts as used now, which saves writes. */
#define USED_SECONDS 600

struct xf_cache {
    char *dir, *source, *objects;
    char *tmp; /* folder of the files being written */
    struct timespec opened;
    struct xf_map names;    /* base names in the tree */
    struct xf_hash **places; /* parallel: hash of the paths that have it */
    char **place_hex;        /* parallel: finished */
    size_t names_cap;
    struct xf_map idents;    /* shown path -> identity */
    char **ident;            /* parallel; NULL: cannot be read */
    char **place;            /* parallel: where it was read */
    struct option_list *named; /* parallel: options in its text */
    size_t idents_cap;
    char *header; /* of all options; NULL: none is special */
    struct options options;
};

static int note_name(const char *relative, const char *absolute, void *payload)
{
    struct xf_cache *cache = payload;
    int is_new;
    uint32_t at = xf_map_add(&cache->names, xf_path_base(relative), &is_new);

    (void)absolute;
    if (is_new) {
        if (at == cache->names_cap) {
            cache->names_cap = cache->names_cap ? 2 * cache->names_cap : 4096;
            cache->places = xf_realloc(
                cache->places, cache->names_cap * sizeof(*cache->places));
        }
        cache->places[at] = xf_hash_new();
    }
    xf_hash_adds(cache->places[at], relative);
    return 0;
}

static int drop_stale(const char *relative, const char *absolute, void *payload)
{
    struct stat st;

    (void)relative;
    (void)payload;
    if (!lstat(absolute, &st) && time(NULL) - st.st_mtime > STALE_SECONDS)
        unlink(absolute);
    return 0;
}

struct xf_cache *xf_cache_new(const char *dir, const char *source,
                              const char *objects)
{
    struct xf_cache *cache = xf_calloc(1, sizeof(*cache));

    cache->dir = xf_strdup(dir);
    cache->source = xf_strdup(source);
    cache->objects = xf_strdup(objects);
    clock_gettime(CLOCK_REALTIME_COARSE, &cache->opened);
    cache->tmp = xf_format("%s/tmp", dir);
    xf_mkdirs(cache->tmp);
    xf_tree_walk(cache->tmp, NULL, drop_stale, NULL);
    xf_tree_walk(source, NULL, note_name, cache);
    cache->place_hex = xf_calloc(cache->names.len, sizeof(char *));
    for (size_t i = 0; i < cache->names.len; i++) {
        char hex[XF_HASH_HEX];

        xf_hash_finish(cache->places[i], hex);
        cache->place_hex[i] = xf_strdup(hex);
    }
    free(cache->places);
    return cache;
}

void xf_cache_free(struct xf_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->names.len; i++)
        free(cache->place_hex[i]);
    for (size_t i = 0; i < cache->idents.len; i++) {
        free(cache->ident[i]);
        free(cache->place[i]);
        free(cache->named[i].items);
    }
    free(cache->named);
    free(cache->header);
    options_release(&cache->options);
    free(cache->place_hex);
    free(cache->ident);
    free(cache->place);
    xf_map_release(&cache->names);
    xf_map_release(&cache->idents);
    free(cache->dir);
    free(cache->tmp);
    free(cache->source);
    free(cache->objects);
    free(cache);
}

static char *resolve(const struct xf_cache *cache, const char *shown)
{
    char *path = xf_path_join(cache->source, shown);

    if (access(path, R_OK)) {
        free(path);
        path = xf_path_join(cache->objects, shown);
    }
    return path;
}

void xf_cache_set_options(struct xf_cache *cache, const char *header)
{
    cache->header = xf_strdup(header);
}

static bool is_options(const struct xf_cache *cache, const char *shown)
{
    return cache->header && !strcmp(shown, cache->header);
}

static char *identify(struct xf_cache *cache, const char *shown,
                      const char *path, struct option_list *named)
{
    struct xf_buf text = XF_BUF_INIT;
    char hex[XF_HASH_HEX];
    struct xf_hash *hash;
    uint32_t name;

    /* Not a pipe, on which reading would wait. */
    if (!xf_file_exists(path) || xf_file_read(&text, path)) {
        xf_buf_release(&text);
        return NULL;
    }
    hash = xf_hash_new();
    name = xf_map_find(&cache->names, xf_path_base(shown));
    xf_hash_adds(hash, name == XF_MAP_NONE ? "" : cache->place_hex[name]);
    if (is_options(cache, shown)) {
        options_header(&cache->options, text.data ? text.data : "");
    } else {
        xf_hash_add(hash, text.data ? text.data : "", text.len);
        if (cache->header)
            options_scan(&cache->options, named, text.data ? text.data : "",
                         text.len);
    }
    xf_hash_finish(hash, hex);
    xf_buf_release(&text);
    return xf_strdup(hex);
}

/* Whether the file may be another one than when the cache was opened. Asked
 * when facts are stored, not when the file is first seen: the unit may have
 * been parsed after a change that the identity does not know. The time of the
 * inode, because a copy or an unpacked archive sets the other one. */
static bool is_fresh(const struct xf_cache *cache, const char *path)
{
    struct stat st;

    if (stat(path, &st))
        return true;
    return st.st_ctim.tv_sec > cache->opened.tv_sec ||
           (st.st_ctim.tv_sec == cache->opened.tv_sec &&
            st.st_ctim.tv_nsec >= cache->opened.tv_nsec);
}

/* Index of the file's identity. */
static uint32_t ident(struct xf_cache *cache, const char *shown)
{
    int is_new;
    uint32_t at = xf_map_add(&cache->idents, shown, &is_new);

    if (!is_new)
        return at;
    if (at == cache->idents_cap) {
        cache->idents_cap = cache->idents_cap ? 2 * cache->idents_cap : 1024;
        cache->ident = xf_realloc(cache->ident,
                                  cache->idents_cap * sizeof(*cache->ident));
        cache->place = xf_realloc(cache->place,
                                  cache->idents_cap * sizeof(*cache->place));
        cache->named = xf_realloc(cache->named,
                                  cache->idents_cap * sizeof(*cache->named));
    }
    memset(&cache->named[at], 0, sizeof(cache->named[at]));
    cache->place[at] = resolve(cache, shown);
    cache->ident[at] = identify(cache, shown, cache->place[at],
                                &cache->named[at]);
    return at;
}

static char *entry(const struct xf_cache *cache, const char *hex,
                   const char *suffix)
{
    return xf_format("%s/%.2s/%s%s", cache->dir, hex, hex, suffix);
}

/* Key of the facts for a list of files ('\n' after each, an empty line or the
 * end behind the last), false when one is gone or changing. */
static bool second_key(struct xf_cache *cache, const char *key,
                       const char *reads, char hex[XF_HASH_HEX], bool storing)
{
    struct xf_hash *hash = xf_hash_new();
    bool ok = true, has_options = false;

    xf_hash_adds(hash, key);
    options_begin(&cache->options);
    while (*reads && *reads != '\n' && ok) {
        size_t len = strcspn(reads, "\n");
        char *shown = xf_strndup(reads, len);
        uint32_t at = ident(cache, shown);

        ok = cache->ident[at] &&
             !(storing && is_fresh(cache, cache->place[at]));
        xf_hash_adds(hash, shown);
        if (ok)
            xf_hash_adds(hash, cache->ident[at]);
        has_options |= is_options(cache, shown);
        options_mention(&cache->options, &cache->named[at]);
        free(shown);
        reads += len + (reads[len] == '\n');
    }
    if (has_options)
        options_hash(&cache->options, hash);
    xf_hash_finish(hash, hex);
    return ok;
}

/* Behind the list and the empty line that follows. */
static const char *next_list(const char *list)
{
    const char *end = strstr(list, "\n\n");

    return end ? end + 2 : list + strlen(list);
}

/* Trimming goes by the time of the last use. */
static void note_use(const char *path)
{
    struct stat st;

    if (!stat(path, &st) && time(NULL) - st.st_mtime > USED_SECONDS)
        utimensat(AT_FDCWD, path, NULL, 0);
}

/* The first line of the file is the sum of the rest. */
bool xf_cache_load(const char *path, struct xf_buf *facts)
{
    char sum[XF_HASH_HEX];

    assert(!facts->len);
    if (xf_file_exists(path) && !xf_file_read(facts, path) &&
        facts->len >= XF_HASH_HEX) {
        size_t len = facts->len - XF_HASH_HEX;

        xf_hash_bytes(sum, facts->data + XF_HASH_HEX, len);
        if (!memcmp(sum, facts->data, XF_HASH_HEX - 1)) {
            memmove(facts->data, facts->data + XF_HASH_HEX, len + 1);
            facts->len = len;
            note_use(path);
            return true;
        }
    }
    xf_buf_clear(facts);
    return false;
}

char *xf_cache_find(struct xf_cache *cache, const char *key)
{
    struct xf_buf reads = XF_BUF_INIT;
    char first[XF_HASH_HEX], second[XF_HASH_HEX], *path, *found = NULL;

    xf_hash_bytes(first, key, strlen(key));
    path = entry(cache, first, ".reads");
    if (xf_file_exists(path) && !xf_file_read(&reads, path) && reads.len)
        for (const char *list = reads.data; *list && !found;
             list = next_list(list)) {
            if (!second_key(cache, key, list, second, false))
                continue;
            found = entry(cache, second, ".facts");
            if (!xf_file_exists(found)) {
                free(found);
                found = NULL;
            }
        }
    if (found)
        note_use(path);
    free(path);
    xf_buf_release(&reads);
    return found;
}

static void reads_of(const struct xf_buf *facts, struct xf_buf *reads)
{
    const char *line = facts->data;

    while (line && *line) {
        size_t len = strcspn(line, "\n");

        if (line[0] == 'R' && line[1] == '\t') {
            xf_buf_add(reads, line + 2, strcspn(line + 2, "\t\n"));
            xf_buf_addch(reads, '\n');
        }
        line += len + (line[len] == '\n');
    }
}

/* Complete or not there, but not forced to disk: the sum catches the rest. */
static void put_file(const struct xf_cache *cache, const char *path,
                     const char *data, size_t len)
{
    char *tmp = xf_format("%s/XXXXXX", cache->tmp);
    int fd = mkostemp(tmp, O_CLOEXEC);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = out && !fchmod(fd, 0644) && fwrite(data, 1, len, out) == len;

    if (out && fclose(out))
        ok = false;
    if (fd >= 0 && (!ok || rename(tmp, path)))
        unlink(tmp);
    free(tmp);
}

static char *make_entry(const struct xf_cache *cache, const char *hex,
                        const char *suffix)
{
    char *dir = xf_format("%s/%.2s", cache->dir, hex);

    xf_mkdirs(dir);
    free(dir);
    return entry(cache, hex, suffix);
}

/* The new list first, then the others that the file has. Of two processes that
 * do this at once one list may be lost, which is a miss later. */
static void put_reads(const struct xf_cache *cache, const char *path,
                      const struct xf_buf *reads)
{
    struct xf_buf old = XF_BUF_INIT, all = XF_BUF_INIT;
    int lists = 1;

    xf_buf_add(&all, reads->data, reads->len);
    if (xf_file_exists(path) && !xf_file_read(&old, path) && old.len)
        for (const char *list = old.data; *list && lists < MAX_LISTS;) {
            const char *next = next_list(list);
            size_t len = (size_t)(next - list);

            if (*next) /* the empty line is no part of it */
                len--;
            if (len != reads->len || memcmp(list, reads->data, len)) {
                xf_buf_addch(&all, '\n');
                xf_buf_add(&all, list, len);
                lists++;
            }
            list = next;
        }
    put_file(cache, path, all.data, all.len);
    xf_buf_release(&old);
    xf_buf_release(&all);
}

void xf_cache_put(struct xf_cache *cache, const char *key,
                  const struct xf_buf *facts)
{
    struct xf_buf reads = XF_BUF_INIT, file = XF_BUF_INIT;
    char first[XF_HASH_HEX], second[XF_HASH_HEX], sum[XF_HASH_HEX];
    char *path;

    reads_of(facts, &reads);
    if (reads.len && second_key(cache, key, reads.data, second, true)) {
        xf_hash_bytes(sum, facts->data, facts->len);
        xf_buf_addf(&file, "%s\n", sum);
        xf_buf_add(&file, facts->data, facts->len);
        path = make_entry(cache, second, ".facts");
        put_file(cache, path, file.data, file.len);
        free(path);
        xf_hash_bytes(first, key, strlen(key));
        path = make_entry(cache, first, ".reads");
        put_reads(cache, path, &reads);
        free(path);
    }
    xf_buf_release(&reads);
    xf_buf_release(&file);
}

/* ---- trimming ----------------------------------------------------------- */

struct used {
    char *path;
    struct timespec when;
    unsigned long long size;
};

struct usage {
    struct used *files;
    size_t len, cap;
    unsigned long long total;
};

static int note_file(const char *relative, const char *absolute, void *payload)
{
    struct usage *usage = payload;
    struct stat st;

    (void)relative;
    if (lstat(absolute, &st))
        return 0;
    XF_GROW(usage->files, usage->len, usage->cap);
    usage->files[usage->len++] = (struct used){
        xf_strdup(absolute), st.st_mtim, (unsigned long long)st.st_size};
    usage->total += (unsigned long long)st.st_size;
    return 0;
}

static int oldest_first(const void *a, const void *b)
{
    const struct used *x = a, *y = b;

    if (x->when.tv_sec != y->when.tv_sec)
        return x->when.tv_sec < y->when.tv_sec ? -1 : 1;
    if (x->when.tv_nsec != y->when.tv_nsec)
        return x->when.tv_nsec < y->when.tv_nsec ? -1 : 1;
    return strcmp(x->path, y->path);
}

void xf_cache_trim(struct xf_cache *cache, unsigned long long bytes)
{
    struct usage usage = {0};
    unsigned long long aim = bytes - bytes / 10;

    xf_tree_walk(cache->dir, NULL, note_file, &usage);
    if (usage.total > bytes) {
        qsort(usage.files, usage.len, sizeof(*usage.files), oldest_first);
        for (size_t i = 0; i < usage.len && usage.total > aim; i++) {
            /* another one's is counted all the same: it is gone */
            unlink(usage.files[i].path);
            usage.total -= usage.files[i].size;
        }
    }
    for (size_t i = 0; i < usage.len; i++)
        free(usage.files[i].path);
    free(usage.files);
}
