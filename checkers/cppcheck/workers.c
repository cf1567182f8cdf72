/* SPDX-License-Identifier: GPL-2.0-only */
#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "facts.h"
#include "file.h"

struct worker {
    pid_t pid; /* 0: none */
    size_t job;
    char *folder;
};

struct pool {
    struct xf_buf *results;
    struct xf_unit_job *jobs;
    size_t n, next, done;
    struct worker *workers;
    unsigned int nworkers;
};

/* In the child: never returns. The result appears whole or not at all. */
static void work(struct xf_unit_job *job, pid_t parent)
{
    struct xf_buf result = XF_BUF_INIT;
    char *path = xf_path_join(job->folder, "result");
    int rc;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0); /* it died before that took effect */
    prctl(PR_SET_NAME, "xenfmea-worker");
    xf_unit_examine(&result, job);
    rc = xf_file_write_atomic(path, result.data, result.len);
    _exit(rc ? 1 : 0);
}

static int start(struct pool *p, struct worker *w)
{
    pid_t self = getpid();

    if (xf_mkdirs(w->folder))
        return -1;
    w->job = p->next++;
    p->jobs[w->job].folder = w->folder;
    w->pid = fork();
    if (w->pid == 0)
        work(&p->jobs[w->job], self);
    if (w->pid > 0)
        return 0;
    w->pid = 0;
    return xf_error("cannot start a worker: %s", strerror(errno));
}

static void finish(struct pool *p, struct worker *w, int status)
{
    struct xf_buf *result = &p->results[w->job];
    char *path = xf_path_join(w->folder, "result");
    const struct xf_cppcheck *how = p->jobs[w->job].how;

    if (status || xf_file_read(result, path)) {
        xf_buf_clear(result);
        xf_fact(result, 'S', "failed", "the worker on it died", NULL);
    }
    unlink(path);
    free(path);
    w->pid = 0;
    p->done++;
    if (how->progress)
        how->progress(how->payload, (unsigned int)p->done, (unsigned int)p->n,
                      p->jobs[w->job].unit->name);
}

/* Wait for one of the workers, and nobody else's child. */
static int wait_for_one(struct pool *p)
{
    for (;;) {
        siginfo_t info = {0};
        int status;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT)) {
            if (errno == EINTR)
                continue;
            return xf_error("a worker is lost: %s", strerror(errno));
        }
        if (waitpid(info.si_pid, &status, 0) != info.si_pid)
            continue;
        for (unsigned int i = 0; i < p->nworkers; i++)
            if (p->workers[i].pid == info.si_pid) {
                finish(p, &p->workers[i], status);
                return 0;
            }
    }
}

int xf_cppcheck_workers(struct xf_buf *results, struct xf_unit_job *jobs, size_t n,
                     const char *folder)
{
    struct pool p = {.results = results, .jobs = jobs, .n = n};
    int rc = 0;

    p.nworkers = n ? jobs[0].how->jobs : 0;
    p.workers = xf_calloc(p.nworkers, sizeof(*p.workers));
    for (unsigned int i = 0; i < p.nworkers; i++)
        p.workers[i].folder = xf_format("%s/%u", folder, i);
    while (p.done < n && !rc) {
        for (unsigned int i = 0; i < p.nworkers && p.next < n && !rc; i++)
            if (!p.workers[i].pid)
                rc = start(&p, &p.workers[i]);
        if (!rc)
            rc = wait_for_one(&p);
    }
    for (unsigned int i = 0; i < p.nworkers; i++) {
        if (p.workers[i].pid) {
            kill(p.workers[i].pid, SIGKILL);
            waitpid(p.workers[i].pid, NULL, 0);
        }
        free(p.workers[i].folder);
    }
    free(p.workers);
    return rc;
}
