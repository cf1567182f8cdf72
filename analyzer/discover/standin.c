/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea-standin: what Xen's make finds in place of GCC and binutils while
 * xenfmea learns the compile commands. The name it was called by says which
 * tool it plays. A compilation of a source file becomes a record and an empty
 * object; whatever the build reads back (preprocessing, assembly output, tests
 * of the compiler) is done by clang, with options that only GCC knows left
 * out. Tools that work on objects leave empty files. Kconfig is told of GCC,
 * so that the configuration is the one a GCC build would have.
 *
 * Everything it needs to know is in the environment, set by capture.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "ccargs.h"
#include "record.h"

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value ? value : "";
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The newline-separated patterns of a setting, NULL ended; never freed. */
static char **patterns(const char *name)
{
    char *text = xf_strdup(setting(name)), *save = NULL, **list = NULL;
    size_t len = 0, cap = 0;

    for (char *p = strtok_r(text, "\n", &save); p;
         p = strtok_r(NULL, "\n", &save)) {
        XF_GROW(list, len, cap);
        list[len++] = p;
    }
    XF_GROW(list, len, cap);
    list[len] = NULL;
    return list;
}

static int append_record(const struct xf_buf *line)
{
    if (!xf_record_append(setting("XENFMEA_RECORD"), line))
        return 0;
    fprintf(stderr, "xenfmea: cannot record: %s\n", strerror(errno));
    kill(0, SIGKILL);
    return 1;
}

/* The capture as a whole cannot be trusted any more: say why, and end make and
 * everything that it started, which is one process group. */
static int fatal(const char *tool, const char *what)
{
    struct xf_buf line = XF_BUF_INIT;
    char *message = xf_format("%s %s", tool, what);

    fprintf(stderr, "xenfmea: %s\n", message);
    xf_record_field(&line, "F");
    xf_record_field(&line, message);
    xf_record_end(&line);
    append_record(&line);
    kill(0, SIGKILL);
    return 1;
}

static int make_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f)) {
        fprintf(stderr, "xenfmea: cannot write %s: %s\n", path,
                strerror(errno));
        return 1;
    }
    return 0;
}

static pid_t running;

static void stop(int sig)
{
    (void)sig;
    kill(running, SIGKILL);
}

/* In the child: never returns. */
static void start(char **argv, int in, int err)
{
    if (in >= 0)
        dup2(in, 0);
    if (err >= 0)
        dup2(err, 2);
    execvp(argv[0], argv);
    _exit(127);
}

/* Run `argv`, at most as long as a whole make may take: a compiler that hangs
 * is named, and one that is not there does not look like a missing feature.
 * `in` and `err` are files to use instead of ours, or -1. */
static int run_clang(char **argv, int in, int err)
{
    unsigned int limit = (unsigned int)atoi(setting("XENFMEA_SECONDS"));
    int status = 0;

    running = fork();
    if (running == 0)
        start(argv, in, err);
    if (running < 0)
        return fatal(argv[0], "could not be started: out of processes");
    signal(SIGALRM, stop);
    alarm(limit);
    while (waitpid(running, &status, 0) < 0 && errno == EINTR)
        ;
    alarm(0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && limit)
        return fatal(argv[0], "did not end in time and was stopped");
    if (WIFSIGNALED(status))
        return fatal(argv[0], "crashed");
    if (WEXITSTATUS(status) == 127)
        return fatal(argv[0], "cannot be run; install it or pass its path");
    return WEXITSTATUS(status);
}

static int read_all(struct xf_buf *out, int fd)
{
    ssize_t got;

    do {
        xf_buf_reserve(out, 4096);
        got = read(fd, out->data + out->len, 4095);
        if (got > 0)
            out->len += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    out->data[out->len] = '\0';
    return got < 0 ? -1 : 0;
}

/* A question about the compiler itself, whose answer is a status and what it
 * says: the makefiles ask the same some thousand times. */
struct question {
    struct xf_buf in;   /* the program on stdin */
    struct xf_buf text; /* all of the question, to know it again by */
    char *path;         /* where the answer is kept */
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo); the text itself is compared as well. */
static unsigned long long hash(const struct xf_buf *text)
{
    unsigned long long h = 0xcbf29ce484222325;

    for (size_t i = 0; i < text->len; i++)
        h = (h ^ (unsigned char)text->data[i]) * 0x100000001b3;
    return h;
}

/* Whether the call reads nothing but stdin and its arguments. If so, macros
 * and include paths, which name the object in some versions, are taken out of
 * it: such programs are about one instruction or option. */
static bool is_question(const struct xf_cc *cc, char **argv)
{
    char **to = argv;

    if (!cc->output || strcmp(cc->output, "/dev/null") || cc->depfile ||
        !cc->input || cc->inputs != 1 ||
        (strcmp(cc->input, "-") && strcmp(cc->input, "/dev/null")))
        return false;
    for (char **arg = argv; *arg; arg++)
        if (!strncmp(*arg, "-include", 8))
            return false;
    for (; *argv; argv++)
        if ((strncmp(*argv, "-D", 2) && strncmp(*argv, "-I", 2)) ||
            !(*argv)[2])
            *to++ = *argv;
    *to = NULL;
    return true;
}

static int read_question(struct question *q, const struct xf_cc *cc,
                         char **argv)
{
    memset(q, 0, sizeof(*q));
    if (!strcmp(cc->input, "-") && read_all(&q->in, 0))
        return fatal("make", "handed over a broken pipe");
    for (; *argv; argv++)
        xf_record_field(&q->text, *argv);
    xf_record_field(&q->text, q->in.data ? q->in.data : "");
    xf_record_end(&q->text);
    q->path = xf_format("%s/%016llx", setting("XENFMEA_ANSWERS"),
                        hash(&q->text));
    return 0;
}

/* An answer is the question's line, the status in two digits, what was said.
 * -1 when there is none. */
static int known_answer(const struct question *q)
{
    struct xf_buf answer = XF_BUF_INIT;
    int fd = open(q->path, O_RDONLY | O_CLOEXEC);
    const char *rest;
    size_t len;

    if (fd < 0 || read_all(&answer, fd) || answer.len < q->text.len + 3 ||
        memcmp(answer.data, q->text.data, q->text.len))
        return -1;
    rest = answer.data + q->text.len;
    len = answer.len - q->text.len - 3;
    if (fwrite(rest + 3, 1, len, stderr) != len)
        return -1;
    return atoi(rest);
}

/* Keeping it is for speed only: a failure costs no more than time. */
static void keep_answer(const struct question *q, int status,
                        const struct xf_buf *said)
{
    char *tmp = xf_format("%s.%ld", q->path, (long)getpid());
    FILE *f = fopen(tmp, "w");
    bool ok;

    if (!f)
        return;
    fwrite(q->text.data, 1, q->text.len, f);
    fprintf(f, "%02d\n", status);
    fwrite(said->data, 1, said->len, f);
    ok = !ferror(f);
    if (fclose(f) || !ok || rename(tmp, q->path))
        unlink(tmp);
}

static int ask(const struct question *q, char **argv)
{
    FILE *in = tmpfile(), *err = tmpfile();
    struct xf_buf said = XF_BUF_INIT;
    int status;

    if (!in || !err ||
        (q->in.len && !fwrite(q->in.data, q->in.len, 1, in)) || fflush(in))
        return fatal("the stand-in", "cannot write to its temporary folder");
    rewind(in);
    status = run_clang(argv, fileno(in), fileno(err));
    rewind(err);
    if (read_all(&said, fileno(err)))
        return fatal("the stand-in", "cannot read its temporary folder");
    fwrite(said.data, 1, said.len, stderr);
    if (status < 100)
        keep_answer(q, status, &said);
    return status;
}

static int answer(const struct xf_cc *cc, char **argv)
{
    struct question q;
    int status;

    if (read_question(&q, cc, argv))
        return 1;
    /* GNU as, which a GCC build has, knows more than clang's assembler */
    if (q.in.len && xf_cc_matches(q.in.data, patterns("XENFMEA_GNU_AS")))
        return 0;
    status = known_answer(&q);
    return status >= 0 ? status : ask(&q, argv);
}

/* Let clang do what GCC was asked for. */
static int call_clang(const struct xf_cc *cc, int argc, char **argv)
{
    char **drop = patterns("XENFMEA_GCC_ONLY");
    char **out = xf_calloc((size_t)argc + 8, sizeof(*out));
    size_t n = 0;

    out[n++] = (char *)setting("XENFMEA_CLANG");
    out[n++] = xf_format("--target=%s", setting("XENFMEA_TARGET"));
    out[n++] = xf_format("-fgnuc-version=%s", setting("XENFMEA_GCC"));
    out[n++] = "-Qunused-arguments";
    if (cc->input && !strcmp(cc->input, "-"))
        out[n++] = "-U__clang__"; /* scripts/clang-version.sh asks for it */
    else if (cc->input && strcmp(cc->input, "/dev/null"))
        out[n++] = "-w"; /* -Werror is about GCC's warnings */
    for (int i = 0; i < argc; i++) {
        int width = (int)xf_cc_width(argv[i]);

        if (xf_cc_matches(argv[i], drop)) {
            i += width - 1;
            continue;
        }
        for (; width && i < argc; width--)
            out[n++] = argv[i++];
        i--;
    }
    out[n] = NULL;
    return is_question(cc, out) ? answer(cc, out) : run_clang(out, -1, -1);
}

static int record_compilation(int argc, char **argv)
{
    struct xf_buf line = XF_BUF_INIT;
    char *cwd = getcwd(NULL, 0);

    if (!cwd)
        return fatal("gcc", "was called in a folder that is gone");
    xf_record_field(&line, "C");
    xf_record_field(&line, cwd);
    for (int i = 0; i < argc; i++)
        xf_record_field(&line, argv[i]);
    xf_record_end(&line);
    return append_record(&line);
}

/* What the build expects of a compilation: an object, and dependencies that
 * make it happen again when the file changes. */
static int leave_outputs(const struct xf_cc *cc)
{
    if (cc->depfile) {
        char *text = xf_format("%s: %s\n",
                               cc->target ? cc->target : cc->output, cc->input);

        if (make_file(cc->depfile, text))
            return 1;
    }
    return make_file(cc->output, "");
}

static bool says_version(const char *tool, const char *arg)
{
    if (!strcmp(arg, "--version"))
        printf("%s (xenfmea stand-in for GCC) %s\n", tool,
               setting("XENFMEA_GCC"));
    else if (!strcmp(arg, "-dumpversion") || !strcmp(arg, "-dumpfullversion"))
        printf("%s\n", setting("XENFMEA_GCC"));
    else
        return false;
    return true;
}

static int play_compiler(const char *tool, int argc, char **argv)
{
    char **refuse = patterns("XENFMEA_CLANG_ONLY");
    struct xf_cc cc;
    bool source, discard;

    for (int i = 0; i < argc; i++) {
        if (says_version(tool, argv[i]))
            return 0;
        if (!strcmp(argv[i], "c++"))
            return 0; /* -x c++: public headers again */
        if (xf_cc_matches(argv[i], refuse)) {
            fprintf(stderr, "gcc: error: unrecognized command-line option "
                            "'%s'\n", argv[i]);
            return 1;
        }
    }
    xf_cc_parse(&cc, (size_t)argc, argv);
    source = cc.inputs == 1 && strcmp(cc.input, "-") &&
             strcmp(cc.input, "/dev/null");
    discard = cc.output && !strcmp(cc.output, "/dev/null");
    /* checks of the public headers: nothing comes of them */
    if (source && discard)
        return access(cc.input, R_OK) ? 1 : 0;
    if (cc.compile && source && cc.output && xf_cc_is_source(cc.input) &&
        !xf_cc_matches(cc.input, patterns("XENFMEA_PROBES"))) {
        if (access(cc.input, R_OK)) {
            fprintf(stderr, "gcc: error: %s: %s\n", cc.input, strerror(errno));
            return 1;
        }
        return leave_outputs(&cc) || record_compilation(argc, argv);
    }
    /* the object of a folder that builds nothing */
    if (cc.compile && cc.output && !discard && cc.input &&
        !strcmp(cc.input, "/dev/null"))
        return make_file(cc.output, "");
    return call_clang(&cc, argc, argv);
}

static int play_linker(int argc, char **argv)
{
    struct xf_cc args;

    if (argc && (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-v"))) {
        puts("GNU ld (xenfmea stand-in for GNU Binutils) 2.40");
        return 0;
    }
    xf_cc_parse(&args, (size_t)argc, argv);
    return args.output ? make_file(args.output, "") : 0;
}

/* ar cr OUT ..., objcopy ... OUT */
static int play_writer(int argc, char **argv, int out)
{
    if (argc && argv[0][0] == '-' && argv[0][1] == '-' && argc == 1)
        return 0;
    return out >= 0 && out < argc ? make_file(argv[out], "") : 0;
}

/* Scripts that work on linked code get none; others run. */
static int play_python(int argc, char **argv)
{
    char **scripts = patterns("XENFMEA_SCRIPTS");
    char **out = xf_calloc((size_t)argc + 2, sizeof(*out));

    if (argc && xf_cc_matches(base_name(argv[0]), scripts)) {
        for (int i = 1; i + 1 < argc; i++)
            if (!strcmp(argv[i], "--output"))
                return make_file(argv[i + 1], "");
        return 0;
    }
    out[0] = (char *)setting("XENFMEA_PYTHON");
    memcpy(out + 1, argv, (size_t)argc * sizeof(*out));
    execvp(out[0], out);
    return fatal(out[0], "cannot be run; install it");
}

/* Host programs run once and briefly, and old ones warn about much: neither
 * time for the optimiser nor an error for a warning. */
static int play_host_compiler(int argc, char **argv)
{
    char **out = xf_calloc((size_t)argc + 4, sizeof(*out));
    size_t n = 0;

    out[n++] = (char *)setting("XENFMEA_HOSTCC");
    memcpy(out + n, argv, (size_t)argc * sizeof(*out));
    n += (size_t)argc;
    out[n++] = "-O0";
    out[n++] = "-w";
    execvp(out[0], out);
    return fatal(out[0], "cannot be run; install it");
}

static int play(const char *tool, int argc, char **argv)
{
    if (!strcmp(tool, "gcc") || !strcmp(tool, "g++"))
        return play_compiler(tool, argc, argv);
    if (!strcmp(tool, "hostcc"))
        return play_host_compiler(argc, argv);
    if (!strcmp(tool, "ld"))
        return play_linker(argc, argv);
    if (!strcmp(tool, "ar"))
        return play_writer(argc, argv, 1);
    if (!strcmp(tool, "objcopy"))
        return play_writer(argc, argv, argc - 1);
    if (!strcmp(tool, "python3"))
        return play_python(argc, argv);
    return 0; /* nm, objdump, strip, ...: nothing to say of empty objects */
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 1 || !*setting("XENFMEA_RECORD")) {
        fputs("xenfmea-standin: part of xenfmea, of no use by itself\n",
              stderr);
        return 2;
    }
    status = play(base_name(argv[0]), argc - 1, argv + 1);
    fflush(NULL);
    _exit(status); /* memory goes with the process: no time to tidy up */
}
