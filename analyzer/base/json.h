/* SPDX-License-Identifier: GPL-2.0-only
 *
 * JSON files through cJSON, with errors that name file, line and cure.
 */
#ifndef XF_JSON_H
#define XF_JSON_H

#include <cjson/cJSON.h>

/* Parse `path`; NULL with xf_error() set when it cannot be read or is not one
 * JSON value. The caller frees with cJSON_Delete(). */
cJSON *xf_json_load(const char *path);

/* Member `name` of `object` as a string; `fallback` when absent or no string. */
const char *xf_json_string(const cJSON *object, const char *name,
                           const char *fallback);

#endif
