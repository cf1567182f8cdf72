/* SPDX-License-Identifier: GPL-2.0-only */
#include "path.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "map.h"

/* Start of the last component of path[0 .. len). */
static size_t last_component(const char *path, size_t len)
{
    while (len && path[len - 1] != '/')
        len--;
    return len;
}

static bool is_asm_folder(const char *s, size_t len)
{
    return len >= 3 && !memcmp(s, "asm", 3) && (len == 3 || s[3] == '-');
}

static bool same_component(const char *a, size_t alen, const char *b,
                           size_t blen)
{
    if (alen == blen && !memcmp(a, b, alen))
        return true;
    return (alen == 3 || blen == 3) && is_asm_folder(a, alen) &&
           is_asm_folder(b, blen);
}

unsigned int xf_path_common(const char *a, const char *b)
{
    size_t alen = strlen(a), blen = strlen(b);
    unsigned int same = 0;

    while (alen && blen) {
        size_t ai = last_component(a, alen), bi = last_component(b, blen);

        if (ai == alen || bi == blen ||
            !same_component(a + ai, alen - ai, b + bi, blen - bi))
            break;
        same++;
        alen = ai ? ai - 1 : 0;
        blen = bi ? bi - 1 : 0;
    }
    return same;
}

bool xf_path_ends(const char *path, const char *suffix)
{
    unsigned int components = 1;

    for (const char *p = suffix; *p; p++)
        components += *p == '/';
    return *suffix && xf_path_common(path, suffix) == components;
}

static int compare_bases(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    int order = strcmp(xf_path_base(x), xf_path_base(y));

    return order ? order : strcmp(x, y);
}

void xf_path_set_init(struct xf_path_set *set, const struct xf_map *files)
{
    set->count = files->len;
    set->files = xf_calloc(files->len + 1, sizeof(*set->files));
    for (size_t i = 0; i < files->len; i++)
        set->files[i] = files->keys[i];
    qsort(set->files, set->count, sizeof(*set->files), compare_bases);
}

void xf_path_set_release(struct xf_path_set *set)
{
    free(set->files);
    memset(set, 0, sizeof(*set));
}

/* Index of the first file whose base name is not before `base`. */
static size_t first_with_base(const struct xf_path_set *set, const char *base)
{
    size_t low = 0, high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(xf_path_base(set->files[middle]), base) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *xf_path_set_find(const struct xf_path_set *set, const char *path,
                             const struct xf_map *others)
{
    const char *base = xf_path_base(path), *best = NULL;
    unsigned int most = 0;

    for (size_t i = first_with_base(set, base);
         i < set->count && !strcmp(xf_path_base(set->files[i]), base); i++) {
        unsigned int common = xf_path_common(set->files[i], path);

        if (!strcmp(set->files[i], path))
            return set->files[i];
        if (others && xf_map_find(others, set->files[i]) != XF_MAP_NONE)
            continue;
        if (common > most)
            best = set->files[i];
        else if (common == most)
            best = NULL;
        most = common > most ? common : most;
    }
    return best;
}
