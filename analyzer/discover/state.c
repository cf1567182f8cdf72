/* SPDX-License-Identifier: GPL-2.0-only */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "record.h"

void xf_state_release(struct xf_state *state)
{
    free(state->key);
    free(state->failures);
    xf_copy_release(&state->copy);
    xf_calls_release(&state->calls);
    memset(state, 0, sizeof(*state));
}

static void load_file(struct xf_copy *copy, char *const *field)
{
    struct xf_copied *file = xf_copy_add(copy, field[1]);

    snprintf(file->hash, sizeof(file->hash), "%s", field[2]);
    file->size = strtoll(field[3], NULL, 10);
    file->mtime = strtoll(field[4], NULL, 10);
}

/* 1 at the end mark, -1 on a record that does not belong here, else 0. */
static int load_record(struct xf_state *out, const struct xf_record *record)
{
    char **field = record->field;

    if (!strcmp(field[0], "K") && record->len == 2 && !out->key)
        out->key = xf_strdup(field[1]);
    else if (!strcmp(field[0], "W") && record->len == 2 && !out->failures)
        out->failures = xf_strdup(field[1]);
    else if (!strcmp(field[0], "I") && record->len == 5)
        load_file(&out->copy, field);
    else if (!strcmp(field[0], "C") && record->len > 2)
        xf_calls_add(&out->calls, field[1], record->len - 2, field + 2);
    else if (!strcmp(field[0], "E") && out->key && out->failures)
        return 1;
    else
        return -1;
    return 0;
}

int xf_state_load(struct xf_state *out, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    struct xf_record record = {0};
    char *at;
    int whole = 0;

    memset(out, 0, sizeof(*out));
    if (xf_file_exists(path) && !xf_file_read(&text, path)) {
        at = text.data;
        while (!whole && xf_record_next(&record, &at) > 0)
            whole = load_record(out, &record);
    }
    xf_record_release(&record);
    xf_buf_release(&text);
    if (whole != 1)
        xf_state_release(out);
    return whole == 1;
}

static void save_file(struct xf_buf *text, const char *path,
                      const struct xf_copied *file)
{
    xf_record_field(text, "I");
    xf_record_field(text, path);
    xf_buf_addf(text, "\t%s\t%lld\t%lld\n", file->hash, file->size,
                file->mtime);
}

static void save_call(struct xf_buf *text, const struct xf_call *call)
{
    xf_record_field(text, "C");
    xf_record_field(text, call->dir);
    for (size_t i = 0; i < call->argc; i++)
        xf_record_field(text, call->argv[i]);
    xf_record_end(text);
}

int xf_state_save(const struct xf_state *state, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    xf_buf_addf(&text, "K\t%s\nW", state->key);
    xf_record_field(&text, state->failures);
    xf_record_end(&text);
    for (size_t i = 0; i < state->copy.paths.len; i++)
        save_file(&text, state->copy.paths.keys[i], &state->copy.files[i]);
    for (size_t i = 0; i < state->calls.len; i++)
        save_call(&text, &state->calls.items[i]);
    xf_buf_adds(&text, "E\n");
    rc = xf_file_write_atomic(path, text.data, text.len);
    xf_buf_release(&text);
    return rc;
}
