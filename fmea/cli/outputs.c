/* SPDX-License-Identifier: GPL-2.0-only */
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "hash.h"
#include "json.h"

static char *sum_of(const char *out, const char *name)
{
    char *path = xf_path_join(out, name), hex[XF_HASH_HEX] = "";
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_exists(path) && !xf_file_read(&text, path))
        xf_hash_bytes(hex, text.data, text.len);
    xf_buf_release(&text);
    free(path);
    return xf_strdup(hex);
}

static bool matches(const cJSON *sums, const char *out, const char *name)
{
    char *sum = sum_of(out, name);
    bool same = *sum && !strcmp(xf_json_string(sums, name, ""), sum);

    free(sum);
    return same;
}

bool xf_outputs_same(const char *out, const char *key, const char *const *names,
                   struct xf_buf *summary, int *status)
{
    char *path = xf_path_join(out, ".state.json");
    cJSON *root = xf_file_exists(path) ? xf_json_load(path) : NULL;
    const cJSON *sums = cJSON_GetObjectItemCaseSensitive(root, "outputs");
    const cJSON *exit = cJSON_GetObjectItemCaseSensitive(root, "status");
    bool same = root && cJSON_IsNumber(exit) &&
                !strcmp(xf_json_string(root, "key", ""), key);

    for (; same && *names; names++)
        same = matches(sums, out, *names);
    if (same) {
        xf_buf_adds(summary, xf_json_string(root, "summary", ""));
        *status = exit->valueint;
    }
    cJSON_Delete(root);
    free(path);
    return same;
}

int xf_outputs_save(const char *out, const char *key, const char *const *names,
                  const char *summary, int status)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *sums = cJSON_AddObjectToObject(root, "outputs");
    char *path = xf_path_join(out, ".state.json"), *text;
    int rc;

    cJSON_AddStringToObject(root, "key", key);
    cJSON_AddStringToObject(root, "summary", summary);
    cJSON_AddNumberToObject(root, "status", status);
    for (; *names; names++) {
        char *sum = sum_of(out, *names);

        cJSON_AddStringToObject(sums, *names, sum);
        free(sum);
    }
    text = cJSON_Print(root);
    rc = xf_file_write_atomic(path, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(root);
    free(path);
    return rc;
}
