/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include "buf.h"
#include "error.h"
#include "file.h"

cJSON *xf_json_load(const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    const char *end = NULL;
    cJSON *root = NULL;

    if (xf_file_read(&text, path) == 0) {
        root = cJSON_ParseWithLengthOpts(text.data, text.len + 1, &end, 1);
        if (!root) {
            size_t line = 1;

            for (const char *p = text.data; end && p < end; p++)
                line += *p == '\n';
            xf_error("%s:%zu: not valid JSON; correct it or restore the file",
                     path, line);
        }
    }
    xf_buf_release(&text);
    return root;
}

const char *xf_json_string(const cJSON *object, const char *name,
                           const char *fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(item) ? item->valuestring : fallback;
}
