/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whatever the bytes: JSON parses, cannot end a <script> and is ASCII or well-
 * formed UTF-8; a CSV cell is one cell, starts no formula and holds no control
 * character but '\n'.
 */
#include <assert.h>
#include <cjson/cJSON.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_utf8(const char *text)
{
    assert(mbstowcs(NULL, text, 0) != (size_t)-1);
}

static void check_json(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;
    cJSON *json;

    xf_escape_json(&out, text);
    check_utf8(out.data);
    assert(!strpbrk(out.data, "<>&\n\r\t"));
    assert(!strstr(out.data, "\xe2\x80\xa8"));
    assert(!strstr(out.data, "\xe2\x80\xa9"));
    json = cJSON_ParseWithOpts(out.data, NULL, true);
    assert(cJSON_IsString(json));
    cJSON_Delete(json);
    xf_buf_release(&out);
}

/* The cell without its quotes; dies when it is not exactly one cell. */
static char *unquote(const char *cell)
{
    struct xf_buf out = XF_BUF_INIT;

    if (*cell != '"') {
        assert(!strpbrk(cell, "\",\n"));
        return xf_strdup(cell);
    }
    for (cell++; *cell != '"' || cell[1] == '"'; cell++) {
        assert(*cell);
        cell += *cell == '"';
        xf_buf_addch(&out, *cell);
    }
    assert(!cell[1]);
    return xf_buf_detach(&out);
}

static void check_csv(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;
    char *cell;

    xf_escape_csv(&out, text);
    check_utf8(out.data ? out.data : "");
    cell = unquote(out.data ? out.data : "");
    assert(!*cell || !strchr("=+-@", *cell));
    for (const char *at = cell; *at; at++)
        assert(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
    free(cell);
    xf_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xf_strndup((const char *)data, size);

    setlocale(LC_CTYPE, "C.UTF-8");
    check_json(text);
    check_csv(text);
    free(text);
    return 0;
}
