/* SPDX-License-Identifier: GPL-2.0-only */
#include "examine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "facts.h"
#include "file.h"
#include "messages.h"
#include "hash.h"
#include "proc.h"
#include "prune.h"
#include "kept.h"

/* Seconds that preprocessing one file may take. */
#define CPP_SECONDS 60

/* Raised when results would differ for the same text. */
#define RESULT_VERSION "1"

static void put_status(struct xf_buf *result, const char *status,
                       const char *detail)
{
    xf_fact(result, 'S', status, detail, NULL);
}

/* ---- the text ----------------------------------------------------------- */

static int preprocess(struct xf_buf *out, const struct xf_unit_job *job)
{
    const struct xf_cppcheck_unit *u = job->unit;
    char *shims = xf_path_join(job->how->data, "cppcheck/include");
    const char **argv = xf_calloc(u->argc + 7, sizeof(*argv));
    struct xf_proc how = {.dir = u->dir, .log = "/dev/null", .out = out,
                          .seconds = CPP_SECONDS};
    size_t n = 0;
    int rc;

    argv[n++] = job->how->clang;
    argv[n++] = "-E";
    argv[n++] = "-w";
    argv[n++] = "-I";
    argv[n++] = shims;
    for (size_t i = 0; i < u->argc; i++)
        argv[n++] = u->argv[i];
    argv[n++] = u->file;
    rc = xf_proc_run(&how, argv);
    free(argv);
    free(shims);
    if (rc > 0)
        rc = xf_error("%s -E fails on it", job->how->clang);
    return rc;
}

static void prune(struct xf_buf *out, const struct xf_buf *text,
                  const struct xf_unit_job *job)
{
    struct xf_map keep = XF_MAP_INIT;
    struct xf_prune how = {job->unit->dir, job->unit->source,
                           job->unit->objects, &keep};

    xf_map_add(&keep, job->unit->name, NULL);
    for (size_t i = 0; i < job->nwanted; i++)
        xf_map_add(&keep, job->wanted[i].file, NULL);
    xf_prune(out, text->data, text->len, &how);
    xf_map_release(&keep);
}

/* Everything but the text that the result depends on. */
static void hash_request(struct xf_hash *h, const struct xf_unit_job *job,
                         const char *platform)
{
    xf_hash_adds(h, RESULT_VERSION " " XF_FACTS_VERSION);
    xf_hash_adds(h, job->version);
    xf_hash_adds(h, platform);
    xf_hash_adds(h, job->how->data_hash);
    for (size_t i = 0; i < job->nwanted; i++) {
        const struct xf_wanted *w = &job->wanted[i];

        xf_hash_adds(h, w->file);
        xf_hash_adds(h, w->call);
        xf_hash_add(h, &w->line, sizeof(w->line));
        xf_hash_add(h, &w->end_line, sizeof(w->end_line));
        xf_hash_add(h, &w->ordinal, sizeof(w->ordinal));
        xf_hash_add(h, &w->among, sizeof(w->among));
    }
}

static void hash_job(char hex[XF_HASH_HEX], const struct xf_buf *text,
                     const struct xf_unit_job *job, const char *platform)
{
    struct xf_hash *h = xf_hash_new();

    hash_request(h, job, platform);
    xf_hash_add(h, text->data, text->len);
    xf_hash_finish(h, hex);
}

static bool hash_file(struct xf_hash *h, const char *folder, const char *name)
{
    char *path = *name == '/' ? xf_strdup(name) : xf_path_join(folder, name);
    struct xf_buf text = XF_BUF_INIT;
    bool is_there = xf_file_exists(path) && !xf_file_read(&text, path);

    if (is_there) {
        xf_hash_adds(h, name);
        xf_hash_add(h, text.data ? text.data : "", text.len);
    }
    xf_buf_release(&text);
    free(path);
    return is_there;
}

/* The same before anything is preprocessed: the command and the content of all
 * files that the front end read for it. False when one cannot be found. */
static bool hash_inputs(char hex[XF_HASH_HEX], const struct xf_unit_job *job,
                        const char *platform)
{
    const struct xf_cppcheck_unit *u = job->unit;
    struct xf_hash *h = xf_hash_new();
    const char *line = u->reads, *next;
    bool all = *line != '\0';

    hash_request(h, job, platform);
    xf_hash_adds(h, job->how->clang);
    xf_hash_adds(h, u->dir);
    xf_hash_adds(h, u->file);
    for (size_t i = 0; i < u->argc; i++)
        xf_hash_adds(h, u->argv[i]);
    for (; *line; line = next) {
        size_t len = strcspn(line, "\n");
        char *name = xf_strndup(line, len);
        bool in_source = hash_file(h, u->source, name);
        bool in_objects = *name != '/' && hash_file(h, u->objects, name);

        all &= in_source || in_objects;
        free(name);
        next = line + len + (line[len] == '\n');
    }
    xf_hash_finish(h, hex);
    return all;
}

/* ---- Cppcheck ----------------------------------------------------------- */

static const char *target_of(const struct xf_cppcheck_unit *u)
{
    static const char word[] = "--target=";

    for (size_t i = 0; i < u->argc; i++)
        if (!strncmp(u->argv[i], word, sizeof(word) - 1))
            return u->argv[i] + sizeof(word) - 1;
    return "";
}

/* In the folder, so that no output depends on where that is. */
static int run_cppcheck(const struct xf_unit_job *job, const char *platform,
                        struct xf_buf *said)
{
    char *option = xf_format("--platform=%s", platform);
    const char *argv[] = {"cppcheck", "--dump", "--max-configs=1", "-q",
                          "--language=c", "--std=c11",
                          "--enable=warning,style", "--xml",
                          "--output-file=messages.xml", option, "unit.c", NULL};
    struct xf_proc how = {.dir = job->folder, .log = "/dev/null", .out = said,
                          .seconds = job->how->seconds};
    int rc = xf_proc_run(&how, argv);

    free(option);
    return rc;
}

struct telling {
    struct xf_buf *result;
    const struct xf_knowledge *knowledge;
    const char *n;  /* the site's number */
    char *broken;   /* why the unit was given up, NULL: it was not */
};

static void on_finding(const char *id, const char *file, unsigned int line,
                       const char *message, void *payload)
{
    struct telling *t = payload;
    char number[16];

    if (xf_knowledge_broken(t->knowledge, id) && !t->broken) {
        t->broken = xf_format("%s:%u: %s (%s)", file, line, message, id);
    } else if (xf_knowledge_shown(t->knowledge, id)) {
        snprintf(number, sizeof(number), "%u", line);
        xf_fact(t->result, 'W', id, file, number, message, NULL);
    }
}

static void on_value(const struct xf_told *told, void *payload)
{
    static const char *const kinds[] = {"known", "possible", "impossible"};
    static const char *const bounds[] = {"=", "<=", ">="};
    struct telling *t = payload;
    char value[24], line[16];

    snprintf(value, sizeof(value), "%lld", (long long)told->value.value);
    snprintf(line, sizeof(line), "%u", told->value.line);
    xf_fact(t->result, 'C', t->n, told->is_condition ? "condition" : "operand",
            kinds[told->value.kind], value, bounds[told->value.bound], line,
            told->text, NULL);
}

static int read_dump(struct telling *t, const struct xf_unit_job *job)
{
    char *path = xf_path_join(job->folder, "unit.c.dump");
    struct xf_dump dump = {0};
    int rc = xf_dump_read(&dump, path);

    for (size_t i = 0; i < job->nwanted && !rc; i++) {
        char n[24];
        struct xf_buf values = XF_BUF_INIT;
        struct telling one = {&values, t->knowledge, n, NULL};

        snprintf(n, sizeof(n), "%zu", i);
        if (xf_values(&dump, &job->wanted[i], on_value, &one))
            xf_fact(t->result, 'M', n, NULL);
        if (values.len)
            xf_buf_add(t->result, values.data, values.len);
        xf_buf_release(&values);
    }
    xf_dump_release(&dump);
    free(path);
    return rc;
}

/* A status with the last error, without the temporary folder's name. */
static void put_error(struct xf_buf *result, const char *status,
                      const struct xf_unit_job *job)
{
    char *message = xf_strdup(xf_error_message());
    char *at = strstr(message, job->folder);
    size_t len = strlen(job->folder);

    if (at && at[len] == '/')
        memmove(at, at + len + 1, strlen(at + len + 1) + 1);
    put_status(result, status, message);
    free(message);
}

/* What Cppcheck wrote, as a result. */
static void read_outputs(struct xf_buf *result, const struct xf_unit_job *job)
{
    char *path = xf_path_join(job->folder, "messages.xml");
    struct xf_buf messages = XF_BUF_INIT, found = XF_BUF_INIT;
    struct telling t = {&found, job->knowledge, "", NULL};

    if (xf_file_read(&messages, path) ||
        xf_messages_read(messages.data, messages.len, "messages.xml",
                         on_finding, &t) ||
        (!t.broken && read_dump(&t, job))) {
        put_error(result, "failed", job);
    } else if (t.broken) {
        put_status(result, "broken", t.broken);
    } else {
        put_status(result, "ok", "");
        if (found.len)
            xf_buf_add(result, found.data, found.len);
    }
    free(t.broken);
    xf_buf_release(&messages);
    xf_buf_release(&found);
    free(path);
}

static void clear_folder(const char *folder)
{
    static const char *const names[] = {"unit.c", "unit.c.dump",
                                        "unit.c.ctu-info", "messages.xml"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = xf_path_join(folder, names[i]);

        unlink(path);
        free(path);
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void examine(struct xf_buf *result, const struct xf_buf *text,
                    const struct xf_unit_job *job, const char *platform)
{
    char *path = xf_path_join(job->folder, "unit.c"), *detail;
    struct xf_buf said = XF_BUF_INIT;
    double begin = now();
    int rc = xf_file_write_atomic(path, text->data, text->len);

    if (!rc)
        rc = run_cppcheck(job, platform, &said);
    if (rc < 0) {
        put_error(result,
                  now() - begin >= job->how->seconds ? "timeout" : "failed",
                  job);
    } else if (rc > 0) {
        detail = xf_format("cppcheck ends with status %d%s%.*s", rc,
                           said.len ? ": " : "",
                           (int)strcspn(said.data ? said.data : "", "\n"),
                           said.data ? said.data : "");
        put_status(result, "failed", detail);
        free(detail);
    } else {
        read_outputs(result, job);
    }
    clear_folder(job->folder);
    free(path);
    xf_buf_release(&said);
}

/* A failure may come from the machine's state, so it is tried again. */
static bool is_lasting(const struct xf_buf *result)
{
    return !strncmp(result->data, "S\tok\t", 5) ||
           !strncmp(result->data, "S\tbroken\t", 9);
}

void xf_unit_examine(struct xf_buf *result, const struct xf_unit_job *job)
{
    const char *platform =
        xf_knowledge_platform(job->knowledge, target_of(job->unit));
    struct xf_buf text = XF_BUF_INIT, small = XF_BUF_INIT;
    char hex[XF_HASH_HEX], inputs[XF_HASH_HEX];
    bool known = hash_inputs(inputs, job, platform);

    if (known && xf_kept_get(result, job->how->cache_dir, inputs))
        return;
    if (preprocess(&text, job)) {
        put_status(result, "failed", xf_error_message());
    } else {
        prune(&small, &text, job);
        hash_job(hex, &small, job, platform);
        if (!xf_kept_get(result, job->how->cache_dir, hex)) {
            examine(result, &small, job, platform);
            if (is_lasting(result))
                xf_kept_put(job->how->cache_dir, hex, result);
        }
        if (known && is_lasting(result))
            xf_kept_put(job->how->cache_dir, inputs, result);
    }
    xf_buf_release(&text);
    xf_buf_release(&small);
}
