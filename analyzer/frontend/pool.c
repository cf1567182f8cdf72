/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "cache.h"
#include "error.h"
#include "facts.h"
#include "file.h"

#define IDLE UINT32_MAX

struct reply {
    int32_t rc;
    uint64_t len; /* of the facts, or of the error message, that follow */
};

struct worker {
    pid_t pid; /* 0: none */
    int fd;
    uint32_t job;
    double deadline;
    bool news; /* there is something to read, or it is gone */
    struct xf_buf in;
};

struct run {
    struct xf_unit *units;
    const struct xf_tu *tus;
    const struct xf_frontend_options *options;
    struct xf_pool *pool;
    struct xf_cache *cache;
    uint32_t *queue; /* jobs to do, in order */
    size_t nqueue, next;
    struct hit {     /* facts to load from the cache */
        uint32_t job;
        char *path;
    } *hits;
    size_t nhits;
    unsigned int done, total;
    struct worker *workers;
    unsigned int nworkers;
};

const char *xf_unit_status_name(enum xf_unit_status status)
{
    static const char *const names[] = {"ok", "errors", "failed", "crashed",
                                        "timeout"};

    return names[status];
}

void xf_unit_release(struct xf_unit *unit)
{
    xf_buf_release(&unit->facts);
    free(unit->detail);
    unit->detail = NULL;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- in the worker ------------------------------------------------------ */

static bool send_all(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len) {
        ssize_t put = write(fd, p, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        p += put;
        len -= (size_t)put;
    }
    return true;
}

/* When memory runs out, this process is the one to lose, not the scan. */
static void volunteer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    send_all(fd, "1000", 4);
    close(fd);
}

static void become_worker(pid_t parent)
{
    static const struct rlimit no_core = {0, 0};
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0); /* it died before that took effect */
    prctl(PR_SET_NAME, "xenfmea-worker");
    volunteer();
    /* The current folder may be the user's tree: leave no core file there. */
    setrlimit(RLIMIT_CORE, &no_core);
    /* After a crash that libclang caught, its globals are in any state. Die
     * instead, and let a fresh worker take the next unit. */
    setenv("LIBCLANG_DISABLE_CRASH_RECOVERY", "1", 1);
    /* libclang prints a stack trace when it crashes; the unit's row says it. */
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
}

static int run_unit(struct xf_buf *facts, const struct run *run, uint32_t job)
{
    const struct xf_tu *tu = &run->tus[job];

    /* libclang would only say that it could not parse it. */
    if (access(tu->file, R_OK))
        return xf_error("%s: %s; build again, so that the compile commands "
                        "name the files that exist",
                        tu->file, strerror(errno));
    return xf_frontend_run(facts, tu, run->options);
}

static void serve(const struct run *run, int fd, pid_t parent)
{
    uint32_t job;

    become_worker(parent);
    while (read(fd, &job, sizeof(job)) == (ssize_t)sizeof(job)) {
        struct xf_buf facts = XF_BUF_INIT;
        struct reply reply;
        const char *text;

        reply.rc = run_unit(&facts, run, job);
        text = reply.rc ? xf_error_message() : facts.data;
        reply.len = reply.rc ? strlen(text) : facts.len;
        if (!send_all(fd, &reply, sizeof(reply)) ||
            !send_all(fd, text, reply.len))
            break;
        xf_buf_release(&facts);
    }
    _exit(0);
}

/* ---- in the parent ------------------------------------------------------ */

static int spawn(struct run *run, struct worker *w)
{
    pid_t self = getpid();
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return xf_error("cannot start a worker: %s", strerror(errno));
    w->pid = fork();
    if (w->pid == 0) {
        for (unsigned int i = 0; i < run->nworkers; i++)
            if (run->workers[i].pid && &run->workers[i] != w)
                close(run->workers[i].fd);
        close(pair[0]);
        serve(run, pair[1], self);
    }
    close(pair[1]);
    if (w->pid < 0) {
        w->pid = 0;
        close(pair[0]);
        return xf_error("cannot start a worker: %s", strerror(errno));
    }
    w->fd = pair[0];
    w->job = IDLE;
    xf_buf_clear(&w->in);
    return 0;
}

/* Reap the worker; its exit status. */
static int reap(struct run *run, struct worker *w)
{
    struct rusage usage;
    int status = 0;

    close(w->fd);
    if (wait4(w->pid, &status, 0, &usage) == w->pid &&
        usage.ru_maxrss > run->pool->peak_kib)
        run->pool->peak_kib = usage.ru_maxrss;
    w->pid = 0;
    return status;
}

/* What besides the files decides the facts of this unit, as one text. */
static char *unit_key(const struct run *run, uint32_t job)
{
    const struct xf_tu *tu = &run->tus[job];
    struct xf_buf key = XF_BUF_INIT;

    xf_buf_addf(&key, "%s\n%s\n%d\n", XF_FACTS_VERSION, run->pool->key,
                tu->is_asm);
    for (size_t i = 0; i <= tu->argc; i++) {
        const char *arg = i < tu->argc ? tu->argv[i] : tu->file, *at;

        /* The same tree elsewhere has the same facts. */
        while ((at = strstr(arg, tu->source))) {
            xf_buf_add(&key, arg, (size_t)(at - arg));
            xf_buf_adds(&key, "@source");
            arg = at + strlen(tu->source);
        }
        while ((at = strstr(arg, tu->objects))) {
            xf_buf_add(&key, arg, (size_t)(at - arg));
            xf_buf_adds(&key, "@objects");
            arg = at + strlen(tu->objects);
        }
        xf_buf_adds(&key, arg);
        xf_buf_addch(&key, '\n');
    }
    return xf_buf_detach(&key);
}

struct first_error {
    char *text;
};

static int find_error(const struct xf_record *record, void *payload)
{
    struct first_error *first = payload;

    if (record->tag != 'D' || !strcmp(record->fields[0], "warning"))
        return 0;
    first->text = xf_format("%s:%s: %s", record->fields[1], record->fields[2],
                            record->fields[3]);
    return 1;
}

/* Judge complete facts: do they contain errors? */
static void settle(struct xf_unit *unit)
{
    struct first_error first = {NULL};
    char *copy = xf_strndup(unit->facts.data, unit->facts.len);
    int rc = xf_facts_read(copy, unit->facts.len, find_error, &first);

    free(copy);
    unit->status = rc < 0   ? XF_UNIT_FAILED
                   : rc > 0 ? XF_UNIT_ERRORS
                            : XF_UNIT_OK;
    unit->detail = rc < 0   ? xf_strdup(xf_error_message())
                   : rc > 0 ? first.text
                            : xf_strdup("");
    if (rc < 0)
        xf_buf_clear(&unit->facts);
}

static void finished(struct run *run, uint32_t job)
{
    run->done++;
    if (run->pool->progress)
        run->pool->progress(run->pool->payload, run->done, run->total,
                            run->tus[job].file);
}

static void fail(struct run *run, uint32_t job, enum xf_unit_status status,
                 char *detail)
{
    run->units[job].status = status;
    run->units[job].detail = detail;
    finished(run, job);
}

static void accept_reply(struct run *run, struct worker *w,
                         const struct reply *reply)
{
    const char *text = w->in.data + sizeof(*reply);
    struct xf_unit *unit = &run->units[w->job];
    uint32_t job = w->job;

    w->job = IDLE;
    if (reply->rc) {
        fail(run, job, XF_UNIT_FAILED, xf_strndup(text, reply->len));
    } else {
        xf_buf_add(&unit->facts, text, reply->len);
        settle(unit);
        if (run->cache && unit->status == XF_UNIT_OK) {
            char *key = unit_key(run, job);

            xf_cache_put(run->cache, key, &unit->facts);
            free(key);
        }
        finished(run, job);
    }
    xf_buf_clear(&w->in);
}

/* Take what the worker sent. False: it is gone. */
static bool receive(struct run *run, struct worker *w)
{
    struct reply reply;
    ssize_t got;

    xf_buf_reserve(&w->in, 1 << 17);
    got = read(w->fd, w->in.data + w->in.len, w->in.cap - w->in.len - 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got <= 0)
        return false;
    w->in.len += (size_t)got;
    if (w->in.len < sizeof(reply))
        return true;
    memcpy(&reply, w->in.data, sizeof(reply));
    if (w->in.len >= sizeof(reply) + reply.len)
        accept_reply(run, w, &reply);
    return true;
}

/* Whether the worker took the next job. False: it died while it was idle. */
static bool give_job(struct run *run, struct worker *w)
{
    uint32_t job = run->queue[run->next];

    if (!send_all(w->fd, &job, sizeof(job)))
        return false;
    run->next++;
    w->job = job;
    w->deadline = now() + run->pool->seconds;
    return true;
}

static void bury(struct run *run, struct worker *w, bool late)
{
    uint32_t job = w->job;
    int status;

    if (late)
        kill(w->pid, SIGKILL);
    status = reap(run, w);
    if (job == IDLE)
        return;
    if (late)
        fail(run, job, XF_UNIT_TIMEOUT,
             xf_format("did not finish within %u seconds; raise --timeout",
                       run->pool->seconds));
    else if (WIFSIGNALED(status))
        fail(run, job, XF_UNIT_CRASHED,
             xf_format("the worker was ended by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status))));
    else
        fail(run, job, XF_UNIT_CRASHED,
             xf_format("the worker ended with status %d",
                       WEXITSTATUS(status)));
}

static unsigned int count_workers(const struct run *run)
{
    unsigned int n = 0;

    for (unsigned int i = 0; i < run->nworkers; i++)
        n += run->workers[i].pid != 0;
    return n;
}

/* Give an idle worker something to do, starting it when there is none. -1 when
 * that fails and no other worker is left that could go on alone. */
static int employ(struct run *run, struct worker *w)
{
    /* Twice: one that died while idle is replaced, and the job is not lost. */
    for (int tries = 0; tries < 2 && run->next < run->nqueue; tries++) {
        if (!w->pid && spawn(run, w))
            return count_workers(run) ? 0 : -1;
        if (w->job != IDLE || give_job(run, w))
            return 0;
        kill(w->pid, SIGKILL);
        reap(run, w);
    }
    if (run->next < run->nqueue)
        fail(run, run->queue[run->next++], XF_UNIT_CRASHED,
             xf_strdup("its worker died before it began"));
    return 0;
}

static void wait_for_news(struct run *run, struct pollfd *fds)
{
    double soonest = now() + 60;
    nfds_t n = 0, at = 0;
    int left, found;

    /* Only those that live: poll(2) refuses a list that is longer than the
     * limit of open files. */
    for (unsigned int i = 0; i < run->nworkers; i++) {
        struct worker *w = &run->workers[i];

        w->news = false;
        if (!w->pid)
            continue;
        fds[n++] = (struct pollfd){w->fd, POLLIN, 0};
        if (w->job != IDLE && w->deadline < soonest)
            soonest = w->deadline;
    }
    left = (int)((soonest - now()) * 1000) + 1;
    found = poll(fds, n, left > 0 ? left : 0);
    for (unsigned int i = 0; found > 0 && i < run->nworkers; i++)
        if (run->workers[i].pid)
            run->workers[i].news = fds[at++].revents != 0;
}

/* While the workers parse. Only facts without an error are stored. */
static void load_hits(struct run *run)
{
    for (size_t i = 0; i < run->nhits; i++) {
        uint32_t job = run->hits[i].job;
        struct xf_unit *unit = &run->units[job];

        if (xf_cache_load(run->hits[i].path, &unit->facts) &&
            xf_facts_complete(unit->facts.data, unit->facts.len)) {
            unit->cached = 1;
            unit->status = XF_UNIT_OK;
            unit->detail = xf_strdup("");
            finished(run, job);
        } else {
            xf_buf_clear(&unit->facts);
            run->queue[run->nqueue++] = job;
        }
        free(run->hits[i].path);
    }
    run->nhits = 0;
}

static int dispatch(struct run *run)
{
    unsigned int n = run->nworkers;
    struct pollfd *fds = xf_calloc(n, sizeof(*fds));
    int rc = 0;

    for (;;) {
        bool busy = false;

        for (unsigned int i = 0; i < n && !rc; i++) {
            rc = employ(run, &run->workers[i]);
            busy |= run->workers[i].pid && run->workers[i].job != IDLE;
        }
        if (!rc && run->nhits) {
            load_hits(run);
            continue;
        }
        if (rc || (!busy && run->next == run->nqueue))
            break;
        if (!busy)
            continue;
        wait_for_news(run, fds);
        for (unsigned int i = 0; i < n; i++) {
            struct worker *w = &run->workers[i];

            if (!w->pid)
                continue;
            if (w->news && !receive(run, w))
                bury(run, w, false);
            else if (w->job != IDLE && now() > w->deadline)
                bury(run, w, true);
        }
    }
    for (unsigned int i = 0; i < n; i++) {
        if (run->workers[i].pid) {
            shutdown(run->workers[i].fd, SHUT_RDWR);
            reap(run, &run->workers[i]);
        }
        xf_buf_release(&run->workers[i].in);
    }
    free(fds);
    return rc;
}

struct sized {
    off_t size;
    uint32_t job;
};

static int larger_first(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;

    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return x->job < y->job ? -1 : 1;
}

/* What the cache does not know goes into the queue, large files first so that
 * no worker is left with one at the end. */
static void fill_queue(struct run *run, size_t n)
{
    struct sized *todo = xf_calloc(n, sizeof(*todo));

    for (size_t i = 0; i < n; i++) {
        struct stat st;
        char *key = unit_key(run, (uint32_t)i);
        char *path = run->cache ? xf_cache_find(run->cache, key) : NULL;

        if (path) {
            run->hits[run->nhits++] = (struct hit){(uint32_t)i, path};
        } else {
            todo[run->nqueue].size =
                stat(run->tus[i].file, &st) ? 0 : st.st_size;
            todo[run->nqueue++].job = (uint32_t)i;
        }
        free(key);
    }
    qsort(todo, run->nqueue, sizeof(*todo), larger_first);
    for (size_t i = 0; i < run->nqueue; i++)
        run->queue[i] = todo[i].job;
    free(todo);
}

int xf_pool_run(struct xf_unit *units, const struct xf_tu *tus, size_t n,
                const struct xf_frontend_options *options,
                struct xf_pool *pool)
{
    struct run run = {.units = units, .tus = tus, .options = options,
                      .pool = pool, .total = (unsigned int)n};
    void (*old)(int) = signal(SIGPIPE, SIG_IGN);
    int rc = 0;

    memset(units, 0, n * sizeof(*units));
    run.queue = xf_calloc(n, sizeof(*run.queue));
    run.hits = xf_calloc(n, sizeof(*run.hits));
    if (n && pool->cache_dir)
        run.cache = xf_cache_new(pool->cache_dir, tus[0].source,
                                 tus[0].objects);
    if (run.cache && pool->options)
        xf_cache_set_options(run.cache, pool->options);
    fill_queue(&run, n);
    run.nworkers = pool->workers < n ? pool->workers : (unsigned int)n;
    run.workers = xf_calloc(run.nworkers, sizeof(*run.workers));
    rc = dispatch(&run);
    pool->parsed = (unsigned int)run.nqueue;
    if (run.cache && pool->cache_bytes && pool->parsed)
        xf_cache_trim(run.cache, pool->cache_bytes);
    xf_cache_free(run.cache);
    for (size_t i = 0; i < run.nhits; i++)
        free(run.hits[i].path);
    free(run.hits);
    free(run.queue);
    free(run.workers);
    signal(SIGPIPE, old);
    return rc;
}
