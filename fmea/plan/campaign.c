/* SPDX-License-Identifier: GPL-2.0-only */
#include "campaign.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cases.h"
#include "error.h"
#include "escape.h"
#include "faults.h"
#include "file.h"
#include "hash.h"
#include "json.h"
#include "mutate.h"

#define END "\r\n"

bool one_of(const cJSON *globs, const char *text)
{
    const cJSON *glob;

    cJSON_ArrayForEach(glob, globs)
        if (!fnmatch(glob->valuestring, text, 0))
            return true;
    return false;
}

/* ---- mutations.json ------------------------------------------------------- */

static int check_texts(const cJSON *list, const char *what, const char *path)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
        if (!cJSON_IsString(item))
            return xf_error("%s: '%s' has something else than texts", path,
                            what);
    return cJSON_IsArray(list)
               ? 0
               : xf_error("%s: '%s' is no list of texts", path, what);
}

static int check_choice(const cJSON *choice, const char *path)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(choice, "mutations");
    const cJSON *op;

    if (check_texts(cJSON_GetObjectItemCaseSensitive(choice, "when"), "when",
                    path) ||
        check_texts(list, "mutations", path))
        return -1;
    cJSON_ArrayForEach(op, list)
        if (!mutate_known(op->valuestring))
            return xf_error("%s: no mutation is called '%s'; its 'about' "
                            "lists them", path, op->valuestring);
    return 0;
}

static int check_reads(const cJSON *reads, const char *path)
{
    const cJSON *entry, *choice;

    cJSON_ArrayForEach(entry, reads) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "choice");

        if (check_texts(cJSON_GetObjectItemCaseSensitive(entry, "names"),
                        "names", path))
            return -1;
        if (!cJSON_IsArray(list) || !*xf_json_string(entry, "source", ""))
            return xf_error("%s: an entry of 'reads' needs a choice and its "
                            "source", path);
        cJSON_ArrayForEach(choice, list)
            if (check_choice(choice, path))
                return -1;
    }
    return cJSON_IsArray(reads) ? 0
                                : xf_error("%s: 'reads' is no list", path);
}

static int check_others(const cJSON *json, const char *path)
{
    static const char *const lists[][2] = {{"command_line", "values"},
                                           {"modules", "compatible"},
                                           {"modules", "origins"},
                                           {"outside", "files"}};
    const cJSON *sizes = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(json, "memory"), "sizes");
    const cJSON *item;

    cJSON_ArrayForEach(item, sizes)
        if (!cJSON_IsNumber(item) || item->valueint <= 0 ||
            item->valueint >= 4096)
            return xf_error("%s: a size of memory is not 1 to 4095 MiB", path);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (check_texts(cJSON_GetObjectItemCaseSensitive(
                            cJSON_GetObjectItemCaseSensitive(json,
                                                             lists[i][0]),
                            lists[i][1]),
                        lists[i][1], path))
            return -1;
    cJSON_ArrayForEach(item,
                       cJSON_GetObjectItemCaseSensitive(json, "machines"))
        if (check_texts(cJSON_GetObjectItemCaseSensitive(item, "files"),
                        "files", path))
            return -1;
    return 0;
}

static int load(struct faults *faults, const char *data)
{
    char *path = xf_path_join(data, "plan/mutations.json");
    int rc = -1;

    faults->json = xf_json_load(path);
    if (faults->json &&
        !check_reads(cJSON_GetObjectItemCaseSensitive(faults->json, "reads"),
                     path) &&
        !check_others(faults->json, path))
        rc = 0;
    free(path);
    return rc;
}

/* ---- collecting ----------------------------------------------------------- */

void fault_add(struct faults *faults, const struct target_site *site,
               const char *kind, const char *commands, const char *machine,
               const char *target, const char *basis)
{
    char *key = xf_format("%s\n%s", commands, machine);
    int is_new;
    uint32_t at = xf_map_add(&faults->keys, key, &is_new);
    struct fault *f;

    if (is_new) {
        XF_GROW(faults->list, faults->len, faults->cap);
        f = &faults->list[faults->len++];
        *f = (struct fault){.kind = kind,
                            .machine = xf_strdup(machine),
                            .target = xf_strdup(target),
                            .basis = xf_strdup(basis),
                            .priority = xf_strdup(site->priority)};
    }
    f = &faults->list[at];
    xf_map_add(&f->expected, site->site_id, &is_new);
    if (is_new)
        xf_buf_addf(&f->places, "%s%s", f->places.len ? ", " : "",
                    site->place);
    if (priority_rank(site->priority) < priority_rank(f->priority)) {
        free(f->priority);
        f->priority = xf_strdup(site->priority);
    }
    free(key);
}

static int add_chains(struct faults *faults, const struct target_site *site)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        faults->store,
        "SELECT origin FROM trigger_literal WHERE site = ?1 "
        "AND role = 'predicate' UNION "
        "SELECT origin FROM trigger_producer WHERE site = ?1 ORDER BY 1");
    char *chains[64];
    size_t n = 0;
    int rc;

    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, site->id);
    /* Following a chain makes queries of its own. */
    while ((rc = xf_store_step(faults->store, stmt)) > 0 && n < 64)
        chains[n++] = xf_strdup(xf_column(stmt, 0));
    rc = rc < 0 ? -1 : faults_from_chain(faults, site, site->origin);
    for (size_t i = 0; i < n; i++) {
        if (!rc)
            rc = faults_from_chain(faults, site, chains[i]);
        free(chains[i]);
    }
    return rc;
}

static int add_sites(struct faults *faults)
{
    /* What comes up once is configured once: the boot, of Arm. */
    sqlite3_stmt *stmt = xf_store_prepare(
        faults->store,
        "SELECT s.id, s.build, s.site_id, s.file, w.action_priority, w.cause, "
        "coalesce(t.predicate, ''), coalesce(t.origin, ''), s.line "
        "FROM v_worksheet w JOIN site s ON s.site_id = w.site_id "
        "JOIN build b ON b.id = s.build AND b.arch = w.arch "
        "AND b.name = w.build LEFT JOIN trigger t ON t.site = s.id "
        "WHERE w.arch IN ('arm64', 'arm32') AND w.mode = 'stops' "
        "AND (w.phase IN ('boot', 'bring-up') OR w.contexts LIKE '%boot%' "
        "AND w.cause = 'configuration') AND w.feasibility <> 'infeasible' "
        "AND w.shown ORDER BY s.file, s.line, s.site_id");
    const cJSON *outside = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(faults->json, "outside"), "files");
    int rc;

    if (!stmt)
        return -1;
    while ((rc = xf_store_step(faults->store, stmt)) > 0) {
        struct target_site site = {
            .id = sqlite3_column_int64(stmt, 0),
            .build = sqlite3_column_int64(stmt, 1),
            .site_id = xf_column(stmt, 2), .file = xf_column(stmt, 3),
            .priority = xf_column(stmt, 4), .cause = xf_column(stmt, 5),
            .predicate = xf_column(stmt, 6), .origin = xf_column(stmt, 7),
            .place = xf_format("%s:%s", xf_column(stmt, 3),
                               xf_column(stmt, 8))};

        rc = 0;
        if (!one_of(outside, site.file) &&
            (add_chains(faults, &site) || faults_others(faults, &site)))
            rc = -1;
        free(site.place);
        if (rc)
            return -1;
    }
    return rc;
}

/* ---- writing -------------------------------------------------------------- */

static void cell(struct xf_buf *out, const char *text)
{
    xf_buf_addch(out, ',');
    xf_escape_csv(out, text);
}

static void add_record(struct xf_buf *out, const struct faults *faults,
                       size_t i)
{
    const struct fault *f = &faults->list[i];
    const char *key = faults->keys.keys[i];
    char *commands = xf_strndup(key, strcspn(key, "\n"));
    struct xf_buf ids = XF_BUF_INIT;
    char hex[XF_HASH_HEX];

    xf_hash_bytes(hex, key, strlen(key));
    xf_buf_addf(out, "FI-%.12s", hex);
    cell(out, f->priority);
    cell(out, f->kind);
    cell(out, f->target);
    cell(out, commands);
    cell(out, f->machine);
    for (size_t k = 0; k < f->expected.len; k++)
        xf_buf_addf(&ids, "%s%s", k ? ", " : "", f->expected.keys[k]);
    cell(out, ids.data);
    cell(out, f->places.data);
    cell(out, f->basis);
    xf_buf_adds(out, END);
    xf_buf_release(&ids);
    free(commands);
}

static void release(struct faults *faults)
{
    for (size_t i = 0; i < faults->len; i++) {
        struct fault *f = &faults->list[i];

        free(f->machine);
        free(f->target);
        free(f->basis);
        free(f->priority);
        xf_map_release(&f->expected);
        xf_buf_release(&f->places);
    }
    free(faults->list);
    xf_map_release(&faults->keys);
    blob_release(&faults->blob);
    cJSON_Delete(faults->json);
}

int xf_campaign_csv(struct xf_buf *out, struct xf_store *store,
                    const char *data, const char *dtb)
{
    struct faults faults = {.store = store};
    int rc = load(&faults, data) || blob_read(&faults.blob, dtb) ||
                     add_sites(&faults)
                 ? -1
                 : 0;

    if (!rc) {
        xf_buf_adds(out, "case,priority,kind,target,commands,machine,"
                         "expected_sites,expected_places,basis" END);
        for (int rank = 0; rank <= priority_rank(""); rank++)
            for (size_t i = 0; i < faults.len; i++)
                if (priority_rank(faults.list[i].priority) == rank)
                    add_record(out, &faults, i);
    }
    release(&faults);
    return rc;
}
