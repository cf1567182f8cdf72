/* SPDX-License-Identifier: GPL-2.0-only */
#include "cppcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "assign.h"
#include "error.h"
#include "facts.h"
#include "file.h"
#include "hash.h"
#include "knowledge.h"
#include "workers.h"
#include "proc.h"
#include "kept.h"

/* Seconds that `cppcheck --version` may take. */
#define VERSION_SECONDS 30

struct stage {
    struct xf_store *store;
    int64_t build;
    const struct xf_cppcheck_unit *units;
    size_t n;
    struct xf_cppcheck *how;
    struct xf_knowledge *knowledge;
    struct xf_assigned *assigned; /* parallel to the units */
    /* those with sites */
    struct xf_unit_job *jobs;
    struct xf_buf *results;
    size_t *places; /* of the unit */
    size_t njobs;
};

char *xf_cppcheck_version(const char *data)
{
    static const char *const argv[] = {"cppcheck", "--version", NULL};
    struct xf_buf text = XF_BUF_INIT;
    struct xf_proc how = {.out = &text, .seconds = VERSION_SECONDS,
                          .log = "/dev/null"};
    struct xf_knowledge *knowledge = NULL;
    char *version = NULL, *space;
    int rc = 0;

    if (!xf_proc_found("cppcheck")) {
        xf_error("cppcheck is not installed, and --cppcheck needs it; install "
                 "the package cppcheck or leave the option out");
        return NULL;
    }
    knowledge = xf_knowledge_load(data);
    if (knowledge && !(rc = xf_proc_run(&how, argv))) {
        text.data[strcspn(text.data, "\n")] = '\0';
        space = strrchr(text.data, ' ');
        version = xf_strdup(space ? space + 1 : text.data);
        if (xf_knowledge_accepts(knowledge, version)) {
            free(version);
            version = NULL;
        }
    } else if (rc > 0) {
        xf_error("cppcheck --version ends with status %d; install the package "
                 "cppcheck again or leave --cppcheck out", rc);
    }
    xf_knowledge_free(knowledge);
    xf_buf_release(&text);
    return version;
}

/* ---- rows --------------------------------------------------------------- */

struct writer {
    struct stage *stage;
    const struct xf_assigned *assigned;
    int64_t tu;
    char *status, *detail;
    unsigned int found;
    int *counts; /* values so far, parallel to the unit's sites */
};

static int64_t tu_row(struct stage *s, const char *object)
{
    sqlite3_stmt *q = xf_store_prepare(
        s->store, "SELECT id FROM tu WHERE build = ?1 AND object = ?2");
    int64_t row = -1;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, s->build);
    xf_bind(q, 2, object);
    if (xf_store_step(s->store, q) > 0)
        row = sqlite3_column_int64(q, 0);
    else
        xf_error("%s: the database has no such unit", object);
    sqlite3_reset(q);
    return row;
}

static int write_value(struct writer *w, const struct xf_record *r)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->stage->store,
        "INSERT INTO cppcheck_value (site, tu, n, part, kind, value, bound, "
        "line, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    size_t n = strtoul(r->fields[0], NULL, 10);

    if (!q)
        return -1;
    if (n >= w->assigned->len)
        return 0;
    sqlite3_bind_int64(q, 1, w->assigned->sites[n]);
    sqlite3_bind_int64(q, 2, w->tu);
    sqlite3_bind_int(q, 3, ++w->counts[n]);
    xf_bind(q, 4, r->fields[1]);
    xf_bind(q, 5, r->fields[2]);
    sqlite3_bind_int64(q, 6, strtoll(r->fields[3], NULL, 10));
    xf_bind(q, 7, r->fields[4]);
    sqlite3_bind_int64(q, 8, strtoll(r->fields[5], NULL, 10));
    xf_bind(q, 9, r->fields[6]);
    return xf_store_run(w->stage->store, q);
}

/* To every site on the line, or in whose function it is. */
static int write_finding(struct writer *w, const struct xf_record *r)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->stage->store,
        "INSERT OR IGNORE INTO cppcheck_finding "
        "SELECT s.id, ?3, ?4, ?5, "
        "       iif(?4 BETWEEN s.line AND s.end_line, 'site', 'function') "
        "FROM site s WHERE s.build = ?1 AND s.file = ?2 AND "
        "  (?4 BETWEEN s.line AND s.end_line OR EXISTS ("
        "     SELECT 1 FROM function f WHERE f.build = s.build AND "
        "       f.name = s.function AND f.file = s.file AND f.line > 0 AND "
        "       ?4 BETWEEN f.line AND f.end_line))");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, w->stage->build);
    xf_bind(q, 2, r->fields[1]);
    xf_bind(q, 3, r->fields[0]);
    sqlite3_bind_int64(q, 4, strtoll(r->fields[2], NULL, 10));
    xf_bind(q, 5, r->fields[3]);
    return xf_store_run(w->stage->store, q);
}

static int write_record(struct writer *w, const struct xf_record *r)
{
    switch (r->tag) {
    case 'S':
        free(w->status);
        free(w->detail);
        w->status = xf_strdup(r->fields[0]);
        w->detail = xf_strdup(r->fields[1]);
        return 0;
    case 'M':
        w->found++;
        return 0;
    case 'C':
        return write_value(w, r);
    case 'W':
        return write_finding(w, r);
    case 'K':
        w->stage->how->cached++;
        return 0;
    default:
        return 0;
    }
}

static int write_unit(struct writer *w)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->stage->store,
        "INSERT INTO cppcheck_unit VALUES (?1, ?2, ?3, ?4, ?5)");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, w->tu);
    xf_bind(q, 2, w->status ? w->status : "failed");
    xf_bind(q, 3, w->detail ? w->detail : "no result");
    sqlite3_bind_int64(q, 4, (int64_t)w->assigned->len);
    sqlite3_bind_int64(q, 5, w->found);
    return xf_store_run(w->stage->store, q);
}

static int write_result(struct stage *s, size_t i)
{
    const struct xf_cppcheck_unit *unit = &s->units[s->places[i]];
    struct writer w = {.stage = s,
                       .assigned = &s->assigned[s->places[i]],
                       .tu = tu_row(s, unit->object)};
    char *line = s->results[i].data, *next;
    int rc = w.tu < 0 ? -1 : 0;

    w.counts = xf_calloc(w.assigned->len, sizeof(*w.counts));
    for (; line && *line && !rc; line = next) {
        struct xf_record r;

        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        if (!xf_fact_split(&r, line))
            rc = write_record(&w, &r);
    }
    if (!rc)
        rc = write_unit(&w);
    free(w.counts);
    free(w.status);
    free(w.detail);
    return rc;
}

/* A contradiction is for people to settle: whatever is right, something is to
 * be learned from it. */
static int write_contradictions(struct stage *s)
{
    sqlite3_stmt *q = xf_store_prepare(
        s->store,
        "INSERT OR IGNORE INTO cppcheck_finding "
        "SELECT s.id, 'disagrees', s.line, "
        "       'verdict ' || t.verdict || ' (' || t.proof || "
        "       '), but Cppcheck has the condition ' || "
        "       iif(v.kind = 'known', 'known ', 'possibly ') || "
        "       iif(v.value, 'true', 'false') || iif(v.line, "
        "       ', by the condition at line ' || v.line, ''), 'site' "
        "FROM cppcheck_value v JOIN site s ON s.id = v.site "
        "JOIN trigger t ON t.site = s.id "
        "WHERE s.build = ?1 AND v.part = 'condition' AND v.bound = '=' AND "
        "  ((t.verdict IN ('infeasible', 'excluded') AND v.value <> 0 AND "
        "    v.kind IN ('known', 'possible')) OR "
        "   (t.verdict = 'feasible' AND v.value = 0 AND v.kind = 'known'))");

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, s->build);
    return xf_store_run(s->store, q);
}

/* ---- the stage ---------------------------------------------------------- */

static int hash_file(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_read(&text, absolute);

    xf_hash_adds(payload, relative);
    xf_hash_add(payload, text.data ? text.data : "", text.len);
    xf_buf_release(&text);
    return rc;
}

static int hash_data(char hex[XF_HASH_HEX], const char *data)
{
    struct xf_hash *h = xf_hash_new();
    char *folder = xf_path_join(data, "cppcheck");
    int rc = xf_tree_walk(folder, NULL, hash_file, h);

    xf_hash_finish(h, hex);
    free(folder);
    return rc;
}

static void make_jobs(struct stage *s)
{
    s->jobs = xf_calloc(s->n, sizeof(*s->jobs));
    s->results = xf_calloc(s->n, sizeof(*s->results));
    s->places = xf_calloc(s->n, sizeof(*s->places));
    for (size_t i = 0; i < s->n; i++) {
        const struct xf_assigned *a = &s->assigned[i];

        if (!a->len)
            continue;
        s->places[s->njobs] = i;
        s->jobs[s->njobs++] = (struct xf_unit_job){
            .unit = &s->units[i], .how = s->how, .knowledge = s->knowledge,
            .version = s->how->version, .wanted = a->wanted,
            .nwanted = a->len};
    }
}

static int examine_all(struct stage *s)
{
    char *folder = xf_path_join(s->how->cache_dir, "tmp.XXXXXX");
    int rc = xf_mkdirs(s->how->cache_dir);

    xf_kept_trim(s->how->cache_dir);
    if (!rc && !mkdtemp(folder))
        rc = xf_error("%s: %s", s->how->cache_dir, strerror(errno));
    if (!rc) {
        rc = xf_cppcheck_workers(s->results, s->jobs, s->njobs, folder);
        xf_remove_tree(folder);
    }
    free(folder);
    return rc;
}

static int run(struct stage *s)
{
    int rc = xf_assign(s->assigned, s->store, s->build, s->units, s->n,
                       s->knowledge);

    if (rc)
        return rc;
    make_jobs(s);
    rc = examine_all(s);
    for (size_t i = 0; i < s->njobs && !rc; i++)
        rc = write_result(s, i);
    s->how->examined += (unsigned int)s->njobs;
    return rc ? rc : write_contradictions(s);
}

int xf_cppcheck(struct xf_store *store, int64_t build,
                const struct xf_cppcheck_unit *units, size_t n,
                struct xf_cppcheck *how)
{
    struct stage s = {.store = store, .build = build, .units = units, .n = n,
                      .how = how};
    char hex[XF_HASH_HEX];
    int rc;

    s.knowledge = xf_knowledge_load(how->data);
    if (!s.knowledge)
        return -1;
    rc = hash_data(hex, how->data);
    how->data_hash = hex;
    s.assigned = xf_calloc(n, sizeof(*s.assigned));
    if (!rc)
        rc = run(&s);
    for (size_t i = 0; i < n; i++)
        xf_assigned_release(&s.assigned[i]);
    for (size_t i = 0; i < s.njobs; i++)
        xf_buf_release(&s.results[i]);
    free(s.assigned);
    free(s.jobs);
    free(s.results);
    free(s.places);
    xf_knowledge_free(s.knowledge);
    how->data_hash = NULL;
    return rc;
}
