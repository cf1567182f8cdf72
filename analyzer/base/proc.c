/* SPDX-License-Identifier: GPL-2.0-only */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In the child: never returns. */
static void start(const struct xf_proc *how, const char *const *argv, int out,
                  int report)
{
    int null = open("/dev/null", O_RDONLY), log = -1, err;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (how->log)
        log = open(how->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (null < 0 || (how->log && log < 0) || (how->dir && chdir(how->dir)))
        goto fail;
    for (const char *const *e = how->env; e && *e; e++)
        putenv((char *)*e);
    dup2(null, 0);
    if (log >= 0) {
        dup2(log, 1);
        dup2(log, 2);
    }
    if (out >= 0)
        dup2(out, 1);
    execvp(argv[0], (char *const *)argv);
fail:
    err = errno;
    if (write(report, &err, sizeof(err)) < 0)
        _exit(126);
    _exit(127);
}

/* Read `fd` to its end; -1 when the deadline (0: none) passes first. */
static int drain(int fd, struct xf_buf *out, double deadline)
{
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        int left = -1;
        ssize_t got;

        if (deadline > 0) {
            left = (int)((deadline - now()) * 1000);
            if (left <= 0)
                return -1;
        }
        if (poll(&p, 1, left) <= 0)
            continue;
        xf_buf_reserve(out, 65536);
        got = read(fd, out->data + out->len, out->cap - out->len - 1);
        if (got <= 0)
            break;
        out->len += (size_t)got;
    }
    xf_buf_reserve(out, 0);
    out->data[out->len] = '\0';
    return 0;
}

static int wait_until(pid_t pid, int *status, double deadline)
{
    for (;;) {
        pid_t got = waitpid(pid, status, deadline > 0 ? WNOHANG : 0);
        struct timespec nap = {0, 5 * 1000 * 1000};

        if (got == pid)
            return 0;
        if (got < 0 && errno != EINTR)
            return -1;
        if (deadline > 0 && now() > deadline)
            return -1;
        if (got == 0)
            nanosleep(&nap, NULL);
    }
}

int xf_proc_run(const struct xf_proc *how, const char *const *argv)
{
    int out[2] = {-1, -1}, report[2], status = 0, err = 0, rc = -1;
    double deadline = how->seconds ? now() + how->seconds : 0;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC))
        return xf_error("cannot start %s: %s", argv[0], strerror(errno));
    if (how->out && pipe2(out, O_CLOEXEC)) {
        close(report[0]);
        close(report[1]);
        return xf_error("cannot start %s: %s", argv[0], strerror(errno));
    }
    pid = fork();
    if (pid == 0)
        start(how, argv, out[1], report[1]);
    close(report[1]);
    if (how->out)
        close(out[1]);
    if (pid < 0) {
        xf_error("cannot start %s: %s", argv[0], strerror(errno));
        goto out;
    }
    setpgid(pid, pid);
    if (read(report[0], &err, sizeof(err)) == (ssize_t)sizeof(err)) {
        waitpid(pid, &status, 0);
        xf_error("cannot run %s: %s; install it or pass its path", argv[0],
                 strerror(err));
        goto out;
    }
    if ((how->out && drain(out[0], how->out, deadline)) ||
        wait_until(pid, &status, deadline)) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
        xf_error("%s did not end within %u seconds and was stopped", argv[0],
                 how->seconds);
        goto out;
    }
    rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
out:
    close(report[0]);
    if (how->out)
        close(out[0]);
    return rc;
}

bool xf_proc_found(const char *name)
{
    const char *path = getenv("PATH");

    if (strchr(name, '/'))
        return access(name, X_OK) == 0;
    while (path && *path) {
        size_t len = strcspn(path, ":");
        char *full = xf_format("%.*s/%s", (int)len, path, name);
        bool ok = access(full, X_OK) == 0;

        free(full);
        if (ok)
            return true;
        path += len + (path[len] == ':');
    }
    return false;
}
