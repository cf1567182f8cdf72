/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file: a line with the basis, a line with the sum of what follows, then
 * for each result a line "key length", its text and a newline.
 */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "map.h"

struct result {
    const char *text;
    size_t len;
    int is_used;
};

struct xf_memo {
    char *path, *basis;
    struct xf_buf file;
    struct xf_map keys;
    struct result *results; /* parallel to keys */
    size_t cap;
    char **texts; /* of new results */
    size_t ntexts, texts_cap;
};

static struct result *result_of(struct xf_memo *memo, const char *key)
{
    int is_new;
    uint32_t at = xf_map_add(&memo->keys, key, &is_new);

    if (is_new) {
        size_t len = at;

        XF_GROW(memo->results, len, memo->cap);
        memset(&memo->results[at], 0, sizeof(*memo->results));
    }
    return &memo->results[at];
}

/* Where the results begin; NULL when the file cannot be believed. */
static const char *check_head(const struct xf_memo *memo)
{
    const char *text = memo->file.data, *rest;
    size_t len = strlen(memo->basis);
    char sum[XF_HASH_HEX];

    if (memo->file.len < len + 1 + XF_HASH_HEX ||
        memcmp(text, memo->basis, len) || text[len] != '\n')
        return NULL;
    rest = text + len + 1 + XF_HASH_HEX;
    xf_hash_bytes(sum, rest, (size_t)(text + memo->file.len - rest));
    sum[XF_HASH_HEX - 1] = '\n';
    return memcmp(sum, text + len + 1, XF_HASH_HEX) ? NULL : rest;
}

/* The sum says that they are as we wrote them. */
static void read_results(struct xf_memo *memo, const char *at)
{
    const char *end = memo->file.data + memo->file.len;
    char key[XF_HASH_HEX] = "";

    while (end - at > XF_HASH_HEX) {
        struct result *r;
        char *text;

        memcpy(key, at, XF_HASH_HEX - 1);
        r = result_of(memo, key);
        r->len = strtoul(at + XF_HASH_HEX, &text, 10);
        r->text = text + 1;
        at = r->text + r->len + 1;
    }
}

struct xf_memo *xf_memo_open(const char *path, const char *basis)
{
    struct xf_memo *memo = xf_calloc(1, sizeof(*memo));
    const char *results;

    memo->path = xf_strdup(path);
    memo->basis = xf_strdup(basis);
    if (xf_file_exists(path) && !xf_file_read(&memo->file, path) &&
        (results = check_head(memo)))
        read_results(memo, results);
    return memo;
}

void xf_memo_free(struct xf_memo *memo)
{
    if (!memo)
        return;
    for (size_t i = 0; i < memo->ntexts; i++)
        free(memo->texts[i]);
    free(memo->texts);
    free(memo->results);
    xf_map_release(&memo->keys);
    xf_buf_release(&memo->file);
    free(memo->path);
    free(memo->basis);
    free(memo);
}

int xf_memo_find(struct xf_memo *memo, const char key[XF_HASH_HEX],
                 struct xf_buf *text)
{
    uint32_t at = memo ? xf_map_find(&memo->keys, key) : XF_MAP_NONE;

    if (at == XF_MAP_NONE)
        return 0;
    memo->results[at].is_used = 1;
    xf_buf_add(text, memo->results[at].text, memo->results[at].len);
    return 1;
}

void xf_memo_keep(struct xf_memo *memo, const char key[XF_HASH_HEX],
                  const struct xf_buf *text)
{
    struct result *r;

    if (!memo)
        return;
    XF_GROW(memo->texts, memo->ntexts, memo->texts_cap);
    memo->texts[memo->ntexts] = xf_strndup(text->len ? text->data : "",
                                           text->len);
    r = result_of(memo, key);
    *r = (struct result){memo->texts[memo->ntexts++], text->len, 1};
}

void xf_memo_save(struct xf_memo *memo)
{
    struct xf_buf rest = XF_BUF_INIT, file = XF_BUF_INIT;
    char sum[XF_HASH_HEX];

    if (!memo)
        return;
    for (size_t i = 0; i < memo->keys.len; i++) {
        const struct result *r = &memo->results[i];

        if (!r->is_used)
            continue;
        xf_buf_addf(&rest, "%s %zu\n", memo->keys.keys[i], r->len);
        xf_buf_add(&rest, r->text, r->len);
        xf_buf_addch(&rest, '\n');
    }
    xf_hash_bytes(sum, rest.len ? rest.data : "", rest.len);
    xf_buf_addf(&file, "%s\n%s\n", memo->basis, sum);
    xf_buf_add(&file, rest.len ? rest.data : "", rest.len);
    xf_file_replace(memo->path, file.data, file.len);
    xf_buf_release(&rest);
    xf_buf_release(&file);
}
