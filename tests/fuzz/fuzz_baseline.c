/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A worksheet as JSON that is to be a baseline: whatever it is, it is refused
 * with a message that names the file, or read; what was read has all of its
 * texts, one row for each site and build, and sites in order.
 */
#include <assert.h>
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "pairing.h"
#include "version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct xf_version *v)
{
    struct xf_pairing pairing;

    assert(v->tree && v->builds.len);
    for (size_t i = 0; i < v->sites.len; i++) {
        const struct xf_identity *s = &v->sites.items[i];

        assert(!strncmp(s->site_id, "XF-", 3));
        assert(s->file && s->function && s->kind && s->text && s->conditions &&
               s->message && s->guard && s->near && s->macros);
        assert(s->order >= 0 && s->line >= 0 && s->end_line >= 0);
        assert(!i || strcmp(v->sites.items[i - 1].file, s->file) <= 0);
    }
    for (size_t i = 0; i < v->rows.len; i++)
        for (int c = 0; c < XF_SAID; c++)
            assert(v->said[i].values[c]);
    xf_pairing_make(&pairing, &v->sites, &v->sites);
    xf_pairing_release(&pairing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *json = cJSON_ParseWithLength((const char *)data, size);
    struct xf_version version;

    memset(&version, 0, sizeof(version));
    if (!json)
        return 0;
    if (xf_version_parse_json(&version, "name.json", json))
        assert(!strncmp(xf_error_message(), "name.json: ", 11));
    else
        check(&version);
    xf_version_release(&version);
    cJSON_Delete(json);
    return 0;
}
