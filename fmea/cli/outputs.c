/* SPDX-License-Identifier: GPL-2.0-only */
#include "outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "json.h"

#define STATE ".state.json"

const char *const xf_output_names[] = {"xenfmea.db", "worksheet.csv",
                                       "worksheet.html", NULL};

/* ---- the folder --------------------------------------------------------- */

/* 1 locked, 0 somebody else has it, -1 error. A file system that knows no
 * locks is no reason to refuse: two scans at once are rare. */
static int try_lock(const struct xf_outputs *out, int how)
{
    int rc;

    do
        rc = flock(out->lock, LOCK_EX | how);
    while (rc && errno == EINTR);
    if (!rc || errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
        return 1;
    if (errno == EWOULDBLOCK)
        return 0;
    return xf_error("cannot lock %s/.lock: %s", out->dir, strerror(errno));
}

/* Needs the lock: then whatever is in the stage belongs to nobody. */
static int clean_stage(const struct xf_outputs *out)
{
    return xf_remove_tree(out->stage) ? -1 : xf_mkdirs(out->stage);
}

static int write_gitignore(const struct xf_outputs *out)
{
    char *made = xf_path_join(out->stage, "gitignore");
    char *path = xf_path_join(out->dir, ".gitignore");
    int rc = 0;

    if (!xf_file_exists(path))
        rc = xf_file_write_atomic(made, "*\n", 2) || xf_file_commit(made, path);
    free(made);
    free(path);
    return rc ? -1 : 0;
}

static int open_lock(struct xf_outputs *out)
{
    char *path = xf_path_join(out->dir, ".lock");
    int rc = 0;

    out->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (out->lock < 0)
        rc = xf_error("cannot write %s: %s", path, strerror(errno));
    free(path);
    return rc;
}

/* A writer that is busy has cleaned up itself, so there is nothing to do. */
static int prepare(struct xf_outputs *out)
{
    int got = try_lock(out, LOCK_NB), rc = got < 0 ? -1 : 0;

    if (got <= 0)
        return rc;
    rc = clean_stage(out) || write_gitignore(out) || xf_remove_tree(out->stage);
    flock(out->lock, LOCK_UN);
    return rc ? -1 : 0;
}

int xf_outputs_open(struct xf_outputs *out, const char *dir,
                    const char *const *names)
{
    memset(out, 0, sizeof(*out));
    out->lock = -1;
    out->names = names;
    if (!xf_mkdirs(dir))
        out->dir = xf_path_real(dir);
    if (out->dir)
        out->stage = xf_path_join(out->dir, ".new");
    if (!out->dir || open_lock(out) || prepare(out))
        return xf_error("%s; make room there or choose another folder with -o",
                        xf_error_message());
    return 0;
}

void xf_outputs_release(struct xf_outputs *out)
{
    if (out->held)
        xf_remove_tree(out->stage);
    if (out->lock >= 0)
        close(out->lock);
    free(out->dir);
    free(out->stage);
    memset(out, 0, sizeof(*out));
    out->lock = -1;
}

int xf_outputs_begin(struct xf_outputs *out, void (*waiting)(void *payload),
                     void *payload)
{
    int got = try_lock(out, LOCK_NB);

    if (!got) {
        waiting(payload);
        got = try_lock(out, 0);
    }
    out->held = got > 0;
    return out->held ? clean_stage(out) : -1;
}

/* ---- their state -------------------------------------------------------- */

static char *sum_of(const char *dir, const char *name)
{
    char *path = xf_path_join(dir, name), hex[XF_HASH_HEX] = "";
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_exists(path) && !xf_file_read(&text, path))
        xf_hash_bytes(hex, text.data, text.len);
    xf_buf_release(&text);
    free(path);
    return xf_strdup(hex);
}

static bool matches(const cJSON *sums, const char *dir, const char *name)
{
    char *sum = sum_of(dir, name);
    bool same = *sum && !strcmp(xf_json_string(sums, name, ""), sum);

    free(sum);
    return same;
}

bool xf_outputs_same(const struct xf_outputs *out, const char *key,
                     struct xf_buf *summary, int *status)
{
    char *path = xf_path_join(out->dir, STATE);
    cJSON *root = xf_file_exists(path) ? xf_json_load(path) : NULL;
    const cJSON *sums = cJSON_GetObjectItemCaseSensitive(root, "outputs");
    const cJSON *exit = cJSON_GetObjectItemCaseSensitive(root, "status");
    bool same = root && cJSON_IsNumber(exit) &&
                !strcmp(xf_json_string(root, "key", ""), key);

    for (size_t i = 0; same && out->names[i]; i++)
        same = matches(sums, out->dir, out->names[i]);
    if (same) {
        xf_buf_adds(summary, xf_json_string(root, "summary", ""));
        *status = exit->valueint;
    }
    cJSON_Delete(root);
    free(path);
    return same;
}

static int save_state(const struct xf_outputs *out, const char *key,
                      const char *summary, int status)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *sums = cJSON_AddObjectToObject(root, "outputs");
    char *path = xf_path_join(out->stage, STATE), *text;
    int rc;

    cJSON_AddStringToObject(root, "key", key);
    cJSON_AddStringToObject(root, "summary", summary);
    cJSON_AddNumberToObject(root, "status", status);
    for (size_t i = 0; out->names[i]; i++) {
        char *sum = sum_of(out->stage, out->names[i]);

        cJSON_AddStringToObject(sums, out->names[i], sum);
        free(sum);
    }
    text = cJSON_Print(root);
    rc = xf_file_write_atomic(path, text, strlen(text));
    cJSON_free(text);
    cJSON_Delete(root);
    free(path);
    return rc;
}

static int publish_one(const struct xf_outputs *out, const char *name)
{
    char *from = xf_path_join(out->stage, name);
    char *to = xf_path_join(out->dir, name);
    int rc = xf_file_commit(from, to);

    free(from);
    free(to);
    return rc;
}

int xf_outputs_publish(struct xf_outputs *out, const char *key,
                       const char *summary, int status)
{
    int rc = save_state(out, key, summary, status);

    /* From here on nothing needs room. A scan that is killed in between
     * leaves a mixture that the state, which comes last, does not match. */
    for (size_t i = 0; !rc && out->names[i]; i++)
        rc = publish_one(out, out->names[i]);
    return rc ? rc : publish_one(out, STATE);
}
