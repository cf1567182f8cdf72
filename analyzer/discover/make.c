/* SPDX-License-Identifier: GPL-2.0-only */
#include "make.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "alloc.h"
#include "ccargs.h"
#include "error.h"
#include "file.h"
#include "proc.h"
#include "record.h"

#define FIXED_CONFIG "fixed.config"

extern char **environ;

/* Strings that end in NULL, each allocated. */
struct strings {
    char **item;
    size_t len, cap;
};

static void add(struct strings *list, char *owned)
{
    XF_GROW(list->item, list->len, list->cap);
    list->item[list->len++] = owned;
}

static void release(struct strings *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->item[i]);
    free(list->item);
}

static const char *host_compiler(const struct xf_make *make)
{
    return xf_proc_found("gcc") ? "gcc" : make->how->clang;
}

/* Old trees ship the parser that bison and flex would make. */
static bool needs_parser_generators(const struct xf_make *make)
{
    char *shipped = xf_format("%s/tools/kconfig/zconf.tab.c_shipped",
                              make->hypervisor);
    bool needs = !xf_file_exists(shipped);

    free(shipped);
    return needs;
}

int xf_make_check(const struct xf_make *make)
{
    bool parsers = needs_parser_generators(make);
    const char *need[] = {"make", make->how->clang, "python3",
                          parsers ? "flex" : NULL, parsers ? "bison" : NULL};
    struct xf_buf missing = XF_BUF_INIT;
    int rc = 0;

    for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
        if (need[i] && !xf_proc_found(need[i]))
            xf_buf_addf(&missing, "%s%s", missing.len ? ", " : "", need[i]);
    if (!xf_proc_found(make->how->standin))
        rc = xf_error("%s is not there; install xenfmea again",
                      make->how->standin);
    else if (missing.len)
        rc = xf_error("cannot find out how Xen is compiled without %s; install "
                      "what is missing (Debian: apt install make flex bison "
                      "python3 gcc clang-19)", missing.data);
    xf_buf_release(&missing);
    return rc;
}

static char *joined(char *const *patterns)
{
    struct xf_buf out = XF_BUF_INIT;

    for (; *patterns; patterns++)
        xf_buf_addf(&out, "%s\n", *patterns);
    return xf_buf_detach(&out);
}

static void add_list(struct strings *env, const char *name,
                     char *const *patterns)
{
    char *text = joined(patterns);

    add(env, xf_format("%s=%s", name, text));
    free(text);
}

/* putenv(3) of a name without '=' removes it: nothing that the user has set
 * for builds of his own (MAKEFLAGS, CROSS_COMPILE, CFLAGS, XEN_*) leaks in. */
static void forget_environment(struct strings *env)
{
    static const char *const keep[] = {"PATH", "HOME", "TMPDIR", "USER"};

    for (char **e = environ; *e; e++) {
        size_t len = strcspn(*e, "=");
        bool kept = false;

        for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
            kept = kept || (strlen(keep[i]) == len &&
                            !strncmp(*e, keep[i], len));
        if (!kept && len)
            add(env, xf_strndup(*e, len));
    }
}

/* Version managers put a slow script in front of the interpreter, which a
 * build starts some fifty times. */
int xf_make_find_python(char **out, unsigned int seconds)
{
    const char *const argv[] = {"python3", "-c",
                                "import sys; print(sys.executable)", NULL};
    struct xf_buf said = XF_BUF_INIT;
    struct xf_proc proc = {.out = &said, .seconds = seconds};
    int status = xf_proc_run(&proc, argv);

    *out = NULL;
    if (status >= 0)
        *out = xf_strndup(said.data, strcspn(said.data, "\n"));
    if (*out && !**out) {
        free(*out);
        *out = xf_strdup("python3");
    }
    xf_buf_release(&said);
    return status < 0 ? -1 : 0;
}

static void make_environment(struct strings *env, const struct xf_make *make)
{
    const struct xf_rules *rules = make->rules;

    forget_environment(env);
    add(env, xf_strdup("LC_ALL=C"));
    add(env, xf_format("XENFMEA_RECORD=%s/record", make->folder));
    add(env, xf_format("XENFMEA_ANSWERS=%s/answers", make->folder));
    add(env, xf_format("XENFMEA_CLANG=%s", make->how->clang));
    add(env, xf_format("XENFMEA_HOSTCC=%s", host_compiler(make)));
    add(env, xf_format("XENFMEA_PYTHON=%s", make->python));
    add(env, xf_format("XENFMEA_TARGET=%s", make->arch->target));
    add(env, xf_format("XENFMEA_GCC=%s", rules->gcc_version));
    /* a little less than make itself gets, so that the compiler is named */
    add(env, xf_format("XENFMEA_SECONDS=%u",
                       make->how->seconds - make->how->seconds / 5));
    add_list(env, "XENFMEA_GCC_ONLY", rules->gcc_only);
    add_list(env, "XENFMEA_CLANG_ONLY", rules->clang_only);
    add_list(env, "XENFMEA_GNU_AS", rules->gnu_as);
    add_list(env, "XENFMEA_PROBES", rules->probes);
    add_list(env, "XENFMEA_SCRIPTS", rules->linked_scripts);
    if (make->how->everything)
        add(env, xf_format("KCONFIG_ALLCONFIG=%s/" FIXED_CONFIG,
                           make->folder));
    add(env, NULL);
}

/* The date and host that Xen would print are the same in every capture, so
 * that the same tree gives the same generated files. */
static void make_arguments(struct strings *argv, const struct xf_make *make,
                           const char *target)
{
    static const char *const fixed[] = {
        "XEN_BUILD_DATE=xenfmea", "XEN_BUILD_TIME=xenfmea",
        "XEN_BUILD_HOST=xenfmea", "XEN_WHOAMI=xenfmea", "XEN_DOMAIN=xenfmea",
    };

    add(argv, xf_strdup("make"));
    add(argv, xf_strdup("-k"));
    add(argv, xf_strdup("-s"));
    add(argv, xf_format("-j%u", make->how->jobs ? make->how->jobs : 1));
    add(argv, xf_format("XEN_TARGET_ARCH=%s", make->arch->name));
    add(argv, xf_format("CROSS_COMPILE=%s/bin/", make->folder));
    add(argv, xf_format("HOSTCC=%s/bin/hostcc", make->folder));
    add(argv, xf_format("HOSTCXX=%s/bin/hostcc", make->folder));
    add(argv, xf_format("PYTHON=%s/bin/python3", make->folder));
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        add(argv, xf_strdup(fixed[i]));
    /* before 4.15 expert options are asked for outside Kconfig */
    if (make->how->everything ||
        (make->kconfig && strstr(make->kconfig, "CONFIG_EXPERT=\"y\"")))
        add(argv, xf_strdup("XEN_CONFIG_EXPERT=y"));
    if (target)
        add(argv, xf_strdup(target));
    add(argv, NULL);
}

static int link_tools(const struct xf_make *make)
{
    static const char *const tools[] = {
        "gcc", "g++", "hostcc", "ld", "as", "ar", "ranlib", "nm", "strip",
        "objcopy", "objdump", "size", "addr2line", "readelf", "python3",
    };
    char *bin = xf_format("%s/bin", make->folder);
    char *answers = xf_format("%s/answers", make->folder);
    char *standin = xf_path_real(make->how->standin);
    int rc = standin && !xf_mkdirs(answers) ? xf_mkdirs(bin) : -1;

    for (size_t i = 0; !rc && i < sizeof(tools) / sizeof(tools[0]); i++) {
        char *path = xf_format("%s/%s", bin, tools[i]);

        unlink(path);
        if (symlink(standin, path))
            rc = xf_error("cannot write %s: %s", path, strerror(errno));
        free(path);
    }
    free(bin);
    free(answers);
    free(standin);
    return rc;
}

/* Stand-ins that failed for a reason of their own said so. */
static int check_record(const struct xf_make *make)
{
    char *path = xf_format("%s/record", make->folder), *at;
    struct xf_record record = {0};
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0, got = 0;

    if (xf_file_exists(path))
        rc = xf_file_read(&text, path);
    at = text.data;
    while (!rc && at && (got = xf_record_next(&record, &at)) > 0)
        if (!strcmp(record.field[0], "F"))
            rc = xf_error("%s", record.len > 1 ? record.field[1] : "");
    if (!rc && got < 0)
        rc = xf_error("%s is not whole: is the disk full?", path);
    xf_record_release(&record);
    xf_buf_release(&text);
    free(path);
    return rc;
}

static int check_space(const struct xf_make *make)
{
    struct statvfs fs;

    if (statvfs(make->folder, &fs) || fs.f_bavail * fs.f_frsize > 1 << 20)
        return 0;
    return xf_error("no space left on the disk of %s; free some or choose "
                    "another cache folder", make->folder);
}

/* make's exit status, or -1; its output replaces the log. */
static int run_make(const struct xf_make *make, const char *target)
{
    struct strings env = {0}, argv = {0};
    char *dir = xf_format("%s/tree/xen", make->folder);
    char *log = xf_format("%s/log", make->folder);
    struct xf_proc proc = {
        .dir = dir, .log = log, .seconds = make->how->seconds,
    };
    int status;

    unlink(log);
    make_environment(&env, make);
    make_arguments(&argv, make, target);
    proc.env = (const char *const *)env.item;
    status = xf_proc_run(&proc, (const char *const *)argv.item);
    if (status >= 0 && (check_record(make) || (status && check_space(make))))
        status = -1;
    free(dir);
    free(log);
    release(&env);
    release(&argv);
    return status;
}

struct defconfigs {
    char *only; /* absolute path of the last one seen */
    size_t len;
};

static int note_defconfig(const char *relative, const char *absolute,
                          void *payload)
{
    struct defconfigs *found = payload;

    if (xf_has_suffix(relative, "_defconfig")) {
        free(found->only);
        found->only = xf_strdup(absolute);
        found->len++;
    }
    return 0;
}

/* That of the architecture's name, or the only one that there is: a port
 * begins with another. NULL when there is none; the caller frees. */
static char *find_defconfig(const struct xf_make *make)
{
    char *folder = xf_format("%s/tree/xen/arch/%s/configs", make->folder,
                             make->arch->folder);
    char *path = xf_format("%s/%s_defconfig", folder, make->arch->name);
    struct defconfigs found = {0};

    if (!xf_file_exists(path)) {
        free(path);
        xf_tree_walk(folder, NULL, note_defconfig, &found);
        path = found.len == 1 ? xf_strdup(found.only) : NULL;
        free(found.only);
    }
    free(folder);
    return path;
}

/* The last line of a symbol counts. */
static void add_options(struct xf_buf *out, const struct xf_make *make)
{
    const char *options = make->how->options;

    xf_buf_addf(out, "\n%s\n", options ? options : "CONFIG_DEBUG=y");
}

/* The default configuration with the options asked for. Before 4.9 and in
 * releases the default of CONFIG_DEBUG differs. */
static int default_config(struct xf_buf *out, const struct xf_make *make)
{
    char *path = find_defconfig(make);
    int rc;

    if (path)
        rc = xf_file_read(out, path);
    else
        rc = xf_error("%s has no configs/%s_defconfig for this architecture; "
                      "pass a configuration with --kconfig", make->how->tree,
                      make->arch->name);
    add_options(out, make);
    free(path);
    return rc;
}

/* For Kconfig: what allyesconfig must not choose by itself. */
static int write_fixed(const struct xf_make *make)
{
    struct xf_buf text = XF_BUF_INIT;
    char *path = xf_format("%s/" FIXED_CONFIG, make->folder);
    int rc;

    add_options(&text, make);
    rc = xf_file_write_atomic(path, text.data, text.len);
    xf_buf_release(&text);
    free(path);
    return rc;
}

/* The first line of the log that tells an error, else its last. */
static char *complaint(const struct xf_make *make)
{
    char *path = xf_format("%s/log", make->folder), *save = NULL, *out = NULL;
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_exists(path))
        xf_file_read(&text, path);
    for (char *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        free(out);
        out = xf_strdup(line);
        if (strcasestr(line, "error") || strstr(line, "***"))
            break;
    }
    xf_buf_release(&text);
    free(path);
    return out ? out : xf_strdup("no message");
}

int xf_make_configure(const struct xf_make *make)
{
    char *path = xf_format("%s/tree/xen/.config", make->folder), *why;
    bool everything = !make->kconfig && make->how->everything;
    struct xf_buf config = XF_BUF_INIT;
    int rc = link_tools(make);

    if (!rc && everything)
        rc = write_fixed(make);
    else if (!rc && make->kconfig)
        xf_buf_adds(&config, make->kconfig);
    else if (!rc)
        rc = default_config(&config, make);
    if (!rc && !everything)
        rc = xf_file_write_atomic(path, config.data, config.len);
    if (!rc)
        rc = run_make(make, everything ? "allyesconfig" : "olddefconfig");
    if (rc > 0) {
        why = complaint(make);
        rc = xf_error("Xen's make cannot configure %s: %s (all of it is in "
                      "%s/log)", make->arch->name, why, make->folder);
        free(why);
    }
    xf_buf_release(&config);
    free(path);
    return rc;
}

/* A failure that only passes on one of a make below, which said so itself. */
static bool passes_on(const char *target, const char *error,
                      const struct xf_make *make)
{
    const char *base = xf_path_base(target);
    char *path = xf_format("%s/tree/xen/%s", make->folder, target);
    bool folder = xf_dir_exists(path) || xf_has_suffix(target, "/");

    free(path);
    return !strcmp(error, "Error 2") &&
           (folder || !strcmp(base, "built_in.o") || !strcmp(base, "lib.a") ||
            !strcmp(base, "built-in.o"));
}

/* "make[2]: *** [Rules.mk:247: common/domain.o] Error 1" */
static void note_failure(struct xf_buf *out, const struct xf_make *make,
                         char *line, const regex_t *pattern)
{
    regmatch_t m[4];
    const char *text = strstr(line, "*** "), *target, *error;

    if (!text || strncmp(line, "make", 4))
        return;
    if (!regexec(pattern, line, 4, m, 0)) {
        line[m[2].rm_eo] = '\0';
        target = line + m[2].rm_so;
        error = line + m[3].rm_so;
        if (passes_on(target, error, make) ||
            xf_cc_matches(xf_path_base(target), make->rules->image_targets))
            return;
        xf_buf_addf(out, "%s: %s\n", target, error);
    } else {
        xf_buf_addf(out, "%s\n", text + 4);
    }
}

static int collect_failures(const struct xf_make *make, char **failures)
{
    char *path = xf_format("%s/log", make->folder), *save = NULL;
    struct xf_buf text = XF_BUF_INIT, out = XF_BUF_INIT;
    regex_t pattern;
    int rc = xf_file_exists(path) ? xf_file_read(&text, path) : 0;

    if (regcomp(&pattern,
                "[*]{3} \\[([^]:]*:[0-9]+: )?([^]]*)\\] (Error [0-9]+)",
                REG_EXTENDED))
        abort(); /* a bug: the pattern is constant */
    for (char *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save))
        note_failure(&out, make, line, &pattern);
    regfree(&pattern);
    *failures = xf_buf_detach(&out);
    xf_buf_release(&text);
    free(path);
    return rc;
}

int xf_make_build(const struct xf_make *make, char **failures)
{
    int status = run_make(make, NULL);

    *failures = NULL;
    return status < 0 ? -1 : collect_failures(make, failures);
}
