/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea scan: the pipeline, from a tree to a worksheet. run() is the whole
 * of it in order.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "builds.h"
#include "census.h"
#include "cppcheck.h"
#include "discover.h"
#include "error.h"
#include "file.h"
#include "graph.h"
#include "hash.h"
#include "identity.h"
#include "link.h"
#include "pool.h"
#include "proc.h"
#include "scan_builds.h"
#include "scan_history.h"
#include "rate.h"
#include "reach.h"
#include "shard.h"
#include "sheet.h"
#include "sites.h"
#include "outputs.h"
#include "store.h"
#include "trigger.h"
#include "variants.h"
#include "visible.h"

static const char *const output_names[] = {"xenfmea.db", "worksheet.csv",
                                           "worksheet.html", NULL};
static const char *const database_only[] = {"xenfmea.db", NULL};

struct scan {
    /* options */
    const char *tree, *build_dir, *compile_commands;
    const char *out, *cache, *clang, *context;
    unsigned int jobs, timeout, cache_size;
    bool quiet, verbose, sites_only, cppcheck;
    unsigned int part, parts; /* of a shard; parts 0: the whole */
    char **shards;            /* to merge */
    size_t nshards, shards_cap;
    struct scan_history history;
    struct scan_builds which;
    /* state of the run */
    const char *data;
    char *root;    /* hypervisor folder whose text is shown and counted */
    char *standin;
    char *cache_dir;
    char *cppcheck_version; /* NULL: Cppcheck is not asked */
    unsigned int cppcheck_units, cppcheck_cached;
    struct xf_outputs outputs;
    const char *shard_output[2]; /* its one file, when this is a shard */
    struct xf_catalogue *catalogue;
    struct build {
        struct xf_build commands;
        struct xf_tu *tus;
        struct xf_unit *units;
        struct xf_unit_names *names; /* parallel, see name_units() */
        struct xf_buf *places; /* parallel, see list_places() */
        unsigned int parsed;
        long peak_kib;
    } *builds;
    size_t nbuilds, cap;
    struct xf_buf summary;
    int status;
    bool bar; /* a progress line is on the terminal */
    double since; /* when the current stage began, seconds */
};

/* ---- options ------------------------------------------------------------ */

enum {
    OPT_BUILD_DIR = 256,
    OPT_COMMANDS,
    OPT_CACHE,
    OPT_TIMEOUT,
    OPT_CLANG,
    OPT_SITES_ONLY,
    OPT_SHARD,
    OPT_CACHE_SIZE,
    OPT_CONTEXT,
    OPT_CPPCHECK
};

static const struct argp_option options[] = {
    {"build-dir", OPT_BUILD_DIR, "DIR", 0,
     "Take the compile commands of this existing build", 0},
    {"compile-commands", OPT_COMMANDS, "FILE", 0,
     "Take them from this compile_commands.json", 0},
    {"context", OPT_CONTEXT, "FILE", 0,
     "Safety context: accepted assumptions, features off, own rules", 1},
    {"output", 'o', "DIR", 0, "Where to write (default: xenfmea-out)", 1},
    {"jobs", 'j', "N", 0, "Worker processes (default: number of processors)",
     1},
    {"cache", OPT_CACHE, "DIR", 0,
     "Cache folder (default: $XDG_CACHE_HOME/xenfmea or ~/.cache/xenfmea)", 1},
    {"cache-size", OPT_CACHE_SIZE, "MIB", 0,
     "Bound of the facts in the cache, in MiB (default: 4096)", 1},
    {"timeout", OPT_TIMEOUT, "SECONDS", 0,
     "Limit for one translation unit, and ten times that for configuring "
     "(default: 120)",
     1},
    {"clang", OPT_CLANG, "PROGRAM", 0,
     "Compiler for configuring and assembly files (default: clang-19)", 1},
    {"sites-only", OPT_SITES_ONLY, NULL, 0,
     "Stop when the sites are known: a database without calls through "
     "pointers, reachability, census and worksheet",
     1},
    {"shard", OPT_SHARD, "K/N", 0,
     "Parse the Kth of N parts only and write it for 'xenfmea merge'", 1},
    {"cppcheck", OPT_CPPCHECK, NULL, 0,
     "Also ask Cppcheck about the sites' conditions: minutes the first time, "
     "then cached",
     1},
    {"verbose", 'v', NULL, 0, "Say more", 2},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 2},
    {0}};

static unsigned int positive(const char *arg, const char *name,
                             struct argp_state *state)
{
    char *end;
    long value = strtol(arg, &end, 10);

    if (*end || value < 1 || value > 100000)
        argp_error(state, "--%s needs a number from 1 to 100000, not '%s'",
                   name, arg);
    return (unsigned int)value;
}

static void set_shard(struct scan *s, const char *arg,
                      struct argp_state *state)
{
    char end;

    if (sscanf(arg, "%u/%u%c", &s->part, &s->parts, &end) != 2 || !s->part ||
        s->part > s->parts || s->parts > 1000)
        argp_error(state, "--shard needs K/N with K from 1 to N, such as 2/4, "
                          "not '%s'", arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct scan *s = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &s->history;
        state->child_inputs[1] = &s->which;
        break;
    case OPT_BUILD_DIR:
        s->build_dir = arg;
        break;
    case OPT_COMMANDS:
        s->compile_commands = arg;
        break;
    case OPT_CACHE:
        s->cache = arg;
        break;
    case OPT_CLANG:
        s->clang = arg;
        break;
    case OPT_SITES_ONLY:
        s->sites_only = true;
        break;
    case OPT_CPPCHECK:
        s->cppcheck = true;
        break;
    case OPT_CACHE_SIZE:
        s->cache_size = positive(arg, "cache-size", state);
        break;
    case OPT_SHARD:
        set_shard(s, arg, state);
        break;
    case OPT_CONTEXT:
        s->context = arg;
        break;
    case OPT_TIMEOUT:
        s->timeout = positive(arg, "timeout", state);
        break;
    case 'j':
        s->jobs = positive(arg, "jobs", state);
        break;
    case 'o':
        s->out = arg;
        break;
    case 'v':
        s->verbose = true;
        break;
    case 'q':
        s->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (s->tree)
            argp_error(state, "one tree at a time");
        s->tree = arg;
        break;
    case ARGP_KEY_END:
        if (!s->tree && !s->build_dir && !s->compile_commands)
            argp_error(state, "name a Xen tree");
        if (s->build_dir && s->compile_commands)
            argp_error(state, "--build-dir or --compile-commands, not both");
        if (s->cppcheck && (s->sites_only || s->parts))
            argp_error(state, "--cppcheck needs all of the scan, not --%s",
                       s->parts ? "shard" : "sites-only");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* ---- progress ----------------------------------------------------------- */

static void clear_bar(struct scan *s)
{
    if (s->bar)
        fputs("\r\033[K", stderr);
    s->bar = false;
}

static void show_step(void *payload, const char *what)
{
    struct scan *s = payload;

    if (s->quiet || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K%s ...", what);
    s->bar = true;
}

static void show_parse(void *payload, unsigned int done, unsigned int total,
                       const char *file)
{
    struct scan *s = payload;
    char bar[25];
    unsigned int full = total ? 24 * done / total : 0;
    struct xf_buf name = XF_BUF_INIT;

    if (s->quiet || !isatty(STDERR_FILENO))
        return;
    memset(bar, '.', 24);
    memset(bar, '#', full);
    bar[24] = '\0';
    xf_visible(&name, xf_path_base(file), "");
    fprintf(stderr, "\r\033[K[%s] %u/%u %.40s", bar, done, total, name.data);
    xf_buf_release(&name);
    s->bar = true;
}

/* With -v: how long the stage that ends here took. Benchmarks read it. */
static void stage_ends(struct scan *s, const char *name)
{
    struct timespec t;
    double now;

    clock_gettime(CLOCK_MONOTONIC, &t);
    now = (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
    if (s->verbose && name) {
        clear_bar(s);
        fprintf(stderr, "stage %s: %.3f s\n", name, now - s->since);
    }
    s->since = now;
}

/* ---- steps -------------------------------------------------------------- */

static int make_output(struct scan *s)
{
    if (cmd_refuse_in_tree(s->out, s->root, "-o"))
        return -1;
    if (s->parts)
        s->shard_output[0] = xf_format("shard-%u-of-%u", s->part, s->parts);
    return xf_outputs_open(&s->outputs, s->out,
                           s->parts        ? s->shard_output
                           : s->sites_only ? database_only
                                           : output_names);
}

static int find_cache(struct scan *s)
{
    s->cache_dir = cmd_cache_dir(s->cache, s->root);
    return s->cache_dir ? 0 : -1;
}

static int find_standin(struct scan *s)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    if (len > 0) {
        self[len] = '\0';
        slash = strrchr(self, '/');
        s->standin = xf_format("%.*s/xenfmea-standin", (int)(slash - self),
                               self);
        if (xf_file_exists(s->standin))
            return 0;
        free(s->standin);
    }
    s->standin = xf_strdup(XF_LIBEXEC "/xenfmea-standin");
    if (xf_file_exists(s->standin))
        return 0;
    return xf_error("%s is missing; install xenfmea again", s->standin);
}

static int discover_one(struct scan *s, const struct scan_spec *spec)
{
    struct xf_discover how = {
        .tree = s->tree, .arch = spec->arch, .name = spec->name,
        .options = spec->options, .everything = spec->everything,
        .kconfig = spec->kconfig, .config = spec->config,
        .build_dir = s->build_dir,
        .compile_commands = s->compile_commands, .cache = s->cache_dir,
        .data = s->data, .standin = s->standin, .clang = s->clang,
        .jobs = s->jobs, .seconds = 10 * s->timeout, .progress = show_step,
        .payload = s};
    struct build b = {0};

    if (xf_discover(&b.commands, &how)) {
        xf_build_release(&b.commands);
        return -1;
    }
    XF_GROW(s->builds, s->nbuilds, s->cap);
    s->builds[s->nbuilds++] = b;
    if (!b.commands.len)
        return xf_error("%s: the build compiles nothing; see the messages of "
                        "its make",
                        s->tree ? s->tree : s->build_dir);
    return 0;
}

/* The builds to scan: those asked for, or the one that exists already. */
static int discover_all(struct scan *s)
{
    struct scan_spec existing = {.arch = (char *)s->which.archs};
    struct scan_specs specs;
    int rc;

    if (s->build_dir || s->compile_commands) {
        existing.name = (char *)s->which.types;
        existing.kconfig = (char *)(s->which.nkconfigs ? s->which.kconfigs[0]
                                                       : NULL);
        return discover_one(s, &existing);
    }
    rc = scan_builds_list(&specs, &s->which, s->data);
    for (size_t i = 0; i < specs.len && !rc; i++)
        rc = discover_one(s, &specs.items[i]);
    scan_specs_release(&specs);
    return rc;
}

static char *versions_key(const struct scan *s)
{
    struct xf_buf catalogue = XF_BUF_INIT;
    char *path = xf_path_join(s->data, "xen/sites.json");
    char hex[XF_HASH_HEX] = "", *key, *clang = xf_frontend_version();

    if (!xf_file_read(&catalogue, path))
        xf_hash_bytes(hex, catalogue.data, catalogue.len);
    key = xf_format("%s %s %s %s", XF_VERSION, clang, s->clang, hex);
    xf_buf_release(&catalogue);
    free(path);
    free(clang);
    return key;
}

static void fill_tus(struct build *b)
{
    size_t n = b->commands.len;

    b->tus = xf_calloc(n, sizeof(*b->tus));
    b->units = xf_calloc(n, sizeof(*b->units));
    for (size_t i = 0; i < n; i++) {
        const struct xf_command *c = &b->commands.commands[i];

        b->tus[i].source = b->commands.source;
        b->tus[i].objects = b->commands.objects;
        b->tus[i].dir = c->dir;
        b->tus[i].file = c->file;
        b->tus[i].argv = (const char *const *)c->argv;
        b->tus[i].argc = c->argc;
        b->tus[i].is_asm = c->is_asm;
    }
}

/* One line now instead of one for every assembly file later. */
static int check_clang(const struct scan *s)
{
    for (size_t i = 0; i < s->nbuilds; i++) {
        const struct xf_build *b = &s->builds[i].commands;

        for (size_t j = 0; j < b->len; j++)
            if (b->commands[j].is_asm && !xf_proc_found(s->clang))
                return xf_error("%s is not installed, and assembly files need "
                                "it; install clang or name one with --clang",
                                s->clang);
    }
    return 0;
}

/* The catalogue's frame types as the front end takes them; caller frees. */
static struct xf_frame_type *frame_types(const struct scan *s)
{
    struct xf_frame_type *types = NULL;
    size_t n = 0, cap = 0;

    do
        XF_GROW(types, n, cap);
    while (xf_catalogue_frame(s->catalogue, n, &types[n].macro,
                              &types[n].type) &&
           ++n);
    types[n].macro = NULL;
    return types;
}

/* The units of this part; all when the whole is scanned. */
static int run_pool(const struct scan *s, struct build *b, size_t *number,
                    const struct xf_frontend_options *how,
                    struct xf_pool *pool)
{
    size_t n = b->commands.len, k = 0;
    struct xf_tu *tus = xf_calloc(n, sizeof(*tus));
    struct xf_unit *units = xf_calloc(n, sizeof(*units));
    size_t *places = xf_calloc(n, sizeof(*places));
    int rc;

    for (size_t i = 0; i < n; i++)
        if (xf_shard_has(s->part, s->parts, (*number)++)) {
            places[k] = i;
            tus[k++] = b->tus[i];
        }
    rc = k ? xf_pool_run(units, tus, k, how, pool) : 0;
    for (size_t i = 0; i < k; i++)
        b->units[places[i]] = units[i];
    free(tus);
    free(units);
    free(places);
    return rc;
}

static int parse_all(struct scan *s)
{
    struct xf_frame_type *frames = frame_types(s);
    struct xf_frontend_options how = {
        .frames = frames,
        .frame_section = xf_catalogue_frame_section(s->catalogue),
        .trap_tables = xf_catalogue_trap_tables(s->catalogue),
        .frame_macro = xf_catalogue_frame_macro(s->catalogue),
        .stops = xf_catalogue_stops(s->catalogue),
        .census = xf_catalogue_census(s->catalogue),
        .debug_on = xf_catalogue_debug_on(s->catalogue),
        .debug_off = xf_catalogue_debug_off(s->catalogue),
        .clang = s->clang};
    char *key = versions_key(s), *facts = xf_path_join(s->cache_dir, "facts");
    size_t number = 0; /* units are counted over all builds */
    int rc = 0;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        struct build *b = &s->builds[i];
        struct xf_pool pool = {.workers = s->jobs, .seconds = s->timeout,
                               .cache_dir = facts, .key = key,
                               .options = b->commands.options,
                               .cache_bytes = (unsigned long long)s->cache_size
                                              << 20,
                               .progress = show_parse, .payload = s};

        if (b->units)
            continue;
        fill_tus(b);
        rc = run_pool(s, b, &number, &how, &pool);
        b->parsed = pool.parsed;
        b->peak_kib = pool.peak_kib;
    }
    free(frames);
    free(key);
    free(facts);
    return rc;
}

/* `text` with the roots of the build taken off, so that the database does not
 * depend on where the build lies. Caller frees. */
static char *strip_roots(const struct build *b, const char *text)
{
    const char *roots[] = {b->commands.source, b->commands.objects};
    struct xf_buf out = XF_BUF_INIT;

    while (*text) {
        size_t n = 0;

        for (size_t i = 0; i < 2 && !n; i++) {
            size_t len = strlen(roots[i]);

            if (!strncmp(text, roots[i], len) &&
                (!text[len] || text[len] == '/'))
                n = len + (text[len] == '/');
        }
        if (n)
            xf_buf_adds(&out, text[n] ? "" : ".");
        else
            xf_buf_addch(&out, *text);
        text += n ? n : 1;
    }
    return xf_buf_detach(&out);
}

static char *command_text(const struct build *b, const struct xf_command *c)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < c->argc; i++) {
        char *arg = strip_roots(b, c->argv[i]);

        xf_buf_addf(&out, "%s%s", i ? "\x1f" : "", arg);
        free(arg);
    }
    return xf_buf_detach(&out);
}

/* What the outputs call the units, wherever the build lies. */
static void name_units(struct build *b)
{
    b->names = xf_calloc(b->commands.len, sizeof(*b->names));
    for (size_t i = 0; i < b->commands.len; i++) {
        const struct xf_command *c = &b->commands.commands[i];
        char *real = realpath(c->file, NULL);

        b->names[i].file = strip_roots(b, real ? real : c->file);
        b->names[i].command = command_text(b, c);
        b->names[i].detail =
            strip_roots(b, b->units[i].detail ? b->units[i].detail : "");
        free(real);
    }
}

static bool is_source(const char *path)
{
    return xf_has_suffix(path, ".c") || xf_has_suffix(path, ".h") ||
           xf_has_suffix(path, ".S") || strstr(path, "Makefile");
}

static int hash_file(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;

    if (is_source(relative) && xf_file_exists(absolute)) {
        if (xf_file_read(&text, absolute))
            return -1;
        xf_hash_adds(payload, relative);
        xf_hash_add(payload, text.data, text.len);
        xf_buf_release(&text);
    }
    return 0;
}

static int hash_data(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_read(&text, absolute))
        return -1;
    xf_hash_adds(payload, relative);
    xf_hash_add(payload, text.data, text.len);
    xf_buf_release(&text);
    return 0;
}

/* What the worksheet calls the tree, however it was named to us ("."). The
 * caller frees. */
static char *tree_name(const struct scan *s)
{
    char *real = s->tree ? realpath(s->tree, NULL) : NULL;
    char *name = xf_strdup(xf_path_base(real ? real : s->root));

    free(real);
    return name;
}

/* The tree, and everything of ours that its facts and outputs depend on. */
static int tree_key(struct scan *s, char hex[XF_HASH_HEX])
{
    struct xf_hash *h = xf_hash_new();
    char *name = tree_name(s);
    int rc;

    /* The program too: a rebuilt one may see more under the same version. */
    rc = hash_data("xenfmea", "/proc/self/exe", h);
    xf_hash_adds(h, name);
    free(name);
    if (!rc)
        rc = xf_tree_walk(s->data, NULL, hash_data, h);
    if (!rc)
        rc = xf_tree_walk(s->root, NULL, hash_file, h);
    xf_hash_finish(h, hex);
    return rc;
}

/* Everything that the outputs depend on. */
static int scan_key(struct scan *s, char hex[XF_HASH_HEX])
{
    struct xf_hash *h = xf_hash_new();
    int rc = tree_key(s, hex);

    xf_hash_adds(h, hex);
    xf_hash_adds(h, s->cppcheck_version ? s->cppcheck_version : "");
    if (!rc)
        rc = scan_history_key(&s->history, s->root, h);
    if (!rc && s->context)
        rc = hash_data("context", s->context, h);
    for (size_t i = 0; i < s->nbuilds; i++) {
        const struct build *b = &s->builds[i];

        xf_hash_adds(h, b->commands.arch);
        xf_hash_adds(h, b->commands.name);
        xf_hash_adds(h, b->commands.kconfig);
        xf_hash_adds(h, b->commands.failures);
        for (size_t j = 0; j < b->commands.len; j++) {
            xf_hash_adds(h, b->commands.commands[j].object);
            xf_hash_adds(h, b->names[j].detail);
            xf_hash_add(h, b->units[j].facts.data ? b->units[j].facts.data : "",
                        b->units[j].facts.len);
        }
    }
    xf_hash_finish(h, hex);
    return rc;
}

static int link_build(struct xf_store *store, struct build *b)
{
    size_t n = b->commands.len;
    struct xf_link_tu *tus = xf_calloc(n, sizeof(*tus));
    int rc;

    for (size_t i = 0; i < n; i++) {
        tus[i].file = b->names[i].file;
        tus[i].command = b->names[i].command;
        tus[i].detail = b->names[i].detail;
        tus[i].object = b->commands.commands[i].object;
        tus[i].status = xf_unit_status_name(b->units[i].status);
        tus[i].facts = &b->units[i].facts;
    }
    rc = xf_link(store, b->commands.arch, b->commands.name,
                 b->commands.kconfig, tus, n);
    free(tus);
    return rc;
}

static int add_meta(struct xf_store *store, const char *name, const char *value)
{
    sqlite3_stmt *q =
        xf_store_prepare(store, "INSERT INTO meta VALUES (?1, ?2)");

    if (!q)
        return -1;
    xf_bind(q, 1, name);
    xf_bind(q, 2, value);
    return xf_store_run(store, q);
}

static int write_meta(struct scan *s, struct xf_store *store, const char *key)
{
    struct xf_buf failures = XF_BUF_INIT;
    char *tree = tree_name(s);
    int rc;

    for (size_t i = 0; i < s->nbuilds; i++)
        xf_buf_adds(&failures, s->builds[i].commands.failures);
    rc = add_meta(store, "tool_version", XF_VERSION) ||
         add_meta(store, "tree", tree) ||
         add_meta(store, "scan_key", key) ||
         add_meta(store, "make_failures",
                  failures.data ? failures.data : "");
    xf_buf_release(&failures);
    free(tree);
    return rc ? -1 : 0;
}

/* ---- summary ------------------------------------------------------------ */

/* A line about a unit: the analysed code or its name may hold anything. */
static void say_unit(struct scan *s, const struct build *b, size_t i)
{
    const char *file = b->names[i].file, *detail = b->names[i].detail;
    size_t len = strlen(file);
    bool named = !strncmp(detail, file, len) && !strncmp(detail + len, ": ", 2);

    xf_buf_adds(&s->summary, "  ");
    xf_visible(&s->summary, file, "");
    xf_buf_addf(&s->summary, ": %s: ",
                xf_unit_status_name(b->units[i].status));
    xf_visible(&s->summary, named ? detail + len + 2 : detail, "");
    xf_buf_adds(&s->summary, "\n");
}

static void say_build(struct scan *s, const struct build *b)
{
    unsigned int counts[5] = {0};
    size_t n = b->commands.len;

    for (size_t i = 0; i < n; i++)
        counts[b->units[i].status]++;
    xf_buf_addf(&s->summary,
                "%s %s: %zu translation units, %u parsed without an error\n",
                b->commands.arch, b->commands.name, n, counts[XF_UNIT_OK]);
    for (size_t i = 0; i < n; i++) {
        if (b->units[i].status == XF_UNIT_OK)
            continue;
        say_unit(s, b, i);
        s->status = XF_EXIT_FINDINGS;
    }
    if (*b->commands.failures) {
        xf_buf_addf(&s->summary, "  make said:\n%s\n", b->commands.failures);
        s->status = XF_EXIT_FINDINGS;
    }
}

static int say_query(struct scan *s, struct xf_store *store, const char *title,
                     const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    const char *sep = "";
    int rc;

    if (!q)
        return -1;
    xf_buf_addf(&s->summary, "%s: ", title);
    while ((rc = xf_store_step(store, q)) > 0) {
        xf_buf_addf(&s->summary, "%s%s %s", sep, xf_column(q, 1),
                    xf_column(q, 0));
        sep = ", ";
    }
    xf_buf_adds(&s->summary, "\n");
    return rc;
}

/* What Cppcheck told and where it failed, which is no finding of ours. */
static int say_cppcheck(struct scan *s, struct xf_store *store)
{
    return say_query(s, store, "Cppcheck units",
                     "SELECT status, count(*) FROM cppcheck_unit GROUP BY 1 "
                     "ORDER BY 1") ||
                   say_query(
                       s, store, "Cppcheck about sites",
                       "SELECT 'conditions', count(DISTINCT site) "
                       "FROM cppcheck_value WHERE part = 'condition' "
                       "UNION ALL SELECT 'parts of conditions', "
                       "count(DISTINCT site) FROM cppcheck_value "
                       "WHERE part = 'operand' "
                       "UNION ALL SELECT 'findings', count(*) "
                       "FROM cppcheck_finding WHERE id <> 'disagrees' "
                       "UNION ALL SELECT 'contradictions', count(*) "
                       "FROM cppcheck_finding WHERE id = 'disagrees'")
               ? -1
               : 0;
}

static int summarise(struct scan *s, struct xf_store *store)
{
    int rc = 0;
    sqlite3_stmt *q;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        const struct build *b = &s->builds[i];
        char *title = xf_format("  sites"), *sql;

        say_build(s, b);
        sql = xf_format("SELECT kind, count(*) FROM site WHERE build = %zu "
                        "GROUP BY 1 ORDER BY 1",
                        i + 1);
        rc = say_query(s, store, title, sql);
        free(title);
        free(sql);
    }
    if (!rc)
        rc = say_query(s, store, "census",
                       "SELECT accounted, count(*) FROM census GROUP BY 1 "
                       "ORDER BY 1");
    q = rc ? NULL
           : xf_store_prepare(store, "SELECT count(*), count(*) FILTER (WHERE "
                                     "accounted = 'unaccounted') FROM census");
    if (!q || xf_store_step(store, q) < 0)
        return -1;
    xf_buf_addf(&s->summary, "census: %s occurrences, %s unaccounted\n",
                xf_column(q, 0), xf_column(q, 1));
    if (sqlite3_column_int(q, 1))
        s->status = XF_EXIT_FINDINGS;
    sqlite3_reset(q);
    return s->cppcheck_version ? say_cppcheck(s, store) : 0;
}

/* ---- the pipeline ------------------------------------------------------- */

static int write_outputs(struct scan *s, struct xf_store *store)
{
    struct xf_sheet sheet = {0};
    char *csv = xf_path_join(s->outputs.stage, "worksheet.csv");
    char *html = xf_path_join(s->outputs.stage, "worksheet.html");
    int rc = xf_sheet_load(&sheet, store, s->root);

    if (rc)
        xf_store_close(store);
    else
        rc = xf_store_commit(store) || xf_sheet_write_csv(&sheet, csv) ||
             xf_sheet_write_html(&sheet, html, s->data);
    xf_sheet_release(&sheet);
    free(csv);
    free(html);
    return rc ? -1 : 0;
}

/* What Cppcheck will have to know of the facts, which linking uses up. */
static void list_places(struct build *b)
{
    b->places = xf_calloc(b->commands.len, sizeof(*b->places));
    for (size_t i = 0; i < b->commands.len; i++) {
        xf_buf_adds(&b->places[i], "");
        if (b->units[i].facts.len)
            xf_cppcheck_places(&b->places[i], &b->units[i].facts,
                               b->names[i].file);
    }
}

static struct xf_cppcheck_unit *cppcheck_units(const struct build *b, size_t *n)
{
    struct xf_cppcheck_unit *units =
        xf_calloc(b->commands.len, sizeof(*units));

    *n = 0;
    for (size_t i = 0; i < b->commands.len; i++) {
        const struct xf_command *c = &b->commands.commands[i];

        if (c->is_asm || !b->units[i].facts.len)
            continue;
        units[(*n)++] = (struct xf_cppcheck_unit){
            .name = b->names[i].file, .object = c->object, .dir = c->dir,
            .file = c->file, .source = b->commands.source,
            .objects = b->commands.objects,
            .argv = (const char *const *)c->argv, .argc = c->argc,
            .places = b->places[i].data};
    }
    return units;
}

static int ask_cppcheck(struct scan *s, struct xf_store *store)
{
    char *cache = xf_path_join(s->cache_dir, "cppcheck");
    struct xf_cppcheck how = {
        .data = s->data, .clang = s->clang, .cache_dir = cache,
        .version = s->cppcheck_version, .jobs = s->jobs,
        .seconds = s->timeout, .progress = show_parse, .payload = s};
    int rc = 0;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        size_t n;
        struct xf_cppcheck_unit *units = cppcheck_units(&s->builds[i], &n);

        rc = xf_cppcheck(store, (int64_t)i + 1, units, n, &how);
        free(units);
    }
    s->cppcheck_units = how.examined;
    s->cppcheck_cached = how.cached;
    free(cache);
    return rc;
}

static int build_database(struct scan *s, const char *key)
{
    const struct xf_rate_options how = {.context = s->context};
    char *db = xf_path_join(s->outputs.stage, "xenfmea.db");
    char *schema = xf_path_join(s->data, "schema");
    struct xf_store *store = NULL;
    int rc;

    show_step(s, "linking");
    for (size_t i = 0; i < s->nbuilds && s->cppcheck_version; i++)
        list_places(&s->builds[i]);
    rc = xf_store_create(&store, db, schema);
    for (size_t i = 0; i < s->nbuilds && !rc; i++)
        rc = link_build(store, &s->builds[i]);
    if (!rc)
        rc = xf_sites(store, s->catalogue);
    if (!rc)
        rc = xf_identity_record(store, s->root);
    stage_ends(s, "link");
    show_step(s, "call graph");
    if (!rc)
        rc = xf_graph(store, s->data);
    stage_ends(s, "graph");
    show_step(s, "contexts");
    if (!rc)
        rc = xf_reach(store, s->data);
    stage_ends(s, "reach");
    show_step(s, "conditions");
    if (!rc)
        rc = xf_trigger(store, s->root, s->data);
    stage_ends(s, "trigger");
    if (!rc && s->cppcheck_version) {
        show_step(s, "Cppcheck");
        rc = ask_cppcheck(s, store);
        stage_ends(s, "cppcheck");
    }
    show_step(s, "census");
    if (!rc)
        rc = xf_census(store, s->root, s->data);
    stage_ends(s, "census");
    show_step(s, "history");
    if (!rc)
        rc = scan_history_run(&s->history, store, s->root, s->data);
    stage_ends(s, "history");
    show_step(s, "proposals");
    if (!rc)
        rc = xf_rate_facts(store, s->root, s->data) ||
             xf_rate(store, s->data, &how) || xf_builds(store);
    if (!rc)
        rc = write_meta(s, store, key) || summarise(s, store) ? -1 : 0;
    stage_ends(s, "rate");
    show_step(s, "writing");
    if (!rc)
        rc = write_outputs(s, store);
    else
        xf_store_close(store);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, key,
                                s->summary.data ? s->summary.data : "",
                                s->status);
    stage_ends(s, "write");
    free(db);
    free(schema);
    return rc;
}

/* Bodies and variables are for stages that are left out. */
static void drop_trees(struct xf_buf *facts)
{
    char *to = facts->data, *from = to, *end = to + facts->len;

    while (from < end) {
        char *next = memchr(from, '\n', (size_t)(end - from));
        size_t len = (size_t)((next ? next + 1 : end) - from);

        if (*from != 'T' && *from != 'G') {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    facts->len = (size_t)(to - facts->data);
}

/* ---- a plan of builds that have every site -------------------------------- */

/* More rounds than options that exclude each other in any Xen so far. */
#define MAX_ROUNDS 12

static void release_build(struct build *b);

/* Parse what is new. Bodies are of no use to a plan, and many builds are in
 * memory at once. */
static int parse_for_plan(struct scan *s)
{
    size_t first = 0;

    while (first < s->nbuilds && s->builds[first].units)
        first++;
    if (parse_all(s))
        return -1;
    for (size_t i = first; i < s->nbuilds; i++) {
        struct build *b = &s->builds[i];

        for (size_t j = 0; j < b->commands.len; j++) {
            struct xf_buf *facts = &b->units[j].facts, small = XF_BUF_INIT;

            drop_trees(facts);
            xf_buf_add(&small, facts->data ? facts->data : "", facts->len);
            xf_buf_release(facts);
            *facts = small;
        }
        name_units(b);
    }
    return 0;
}

/* Linking uses the facts up, and the next round needs them again. */
static int link_copy(struct xf_store *store, struct build *b)
{
    size_t n = b->commands.len;
    struct xf_buf *kept = xf_calloc(n, sizeof(*kept));
    int rc;

    for (size_t i = 0; i < n; i++) {
        kept[i] = b->units[i].facts;
        memset(&b->units[i].facts, 0, sizeof(kept[i]));
        xf_buf_add(&b->units[i].facts, kept[i].data ? kept[i].data : "",
                   kept[i].len);
    }
    rc = link_build(store, b);
    for (size_t i = 0; i < n; i++) {
        xf_buf_release(&b->units[i].facts);
        b->units[i].facts = kept[i];
    }
    free(kept);
    return rc;
}

/* Sites and census of the builds so far, in a database that is thrown away. */
static int plan_database(struct scan *s, struct xf_store **store)
{
    char *path = xf_path_join(s->cache_dir, "plan.db");
    char *schema = xf_path_join(s->data, "schema");
    int rc = xf_store_create(store, path, schema);

    show_step(s, "census");
    for (size_t i = 0; i < s->nbuilds && !rc; i++)
        rc = link_copy(*store, &s->builds[i]);
    if (!rc)
        rc = xf_sites(*store, s->catalogue) ||
             xf_census(*store, s->root, s->data) ? -1 : 0;
    free(path);
    free(schema);
    return rc;
}

/* Configure the variants; those whose options Kconfig accepts are added. */
static int try_variants(struct scan *s, const struct xf_variants *variants,
                        struct xf_tried *tried, size_t *added)
{
    for (size_t i = 0; i < variants->len; i++) {
        const struct xf_variant *v = &variants->items[i];
        const struct scan_spec spec = {.arch = v->arch, .name = v->name,
                                       .config = v->config};

        if (discover_one(s, &spec))
            return -1;
        if (xf_variant_fulfilled(v, s->builds[s->nbuilds - 1].commands.kconfig,
                                 tried)) {
            (*added)++;
            continue;
        }
        release_build(&s->builds[--s->nbuilds]);
    }
    return 0;
}

/* One round; *added tells how many builds it brought. */
static int plan_round(struct scan *s, struct xf_store *store,
                      struct xf_tried *tried, size_t *added)
{
    size_t n = 1;
    int rc = 0;

    *added = 0;
    while (!rc && n && !*added) {
        struct xf_variants variants;

        rc = xf_variants_next(&variants, store, s->root, tried);
        n = variants.len;
        if (!rc)
            rc = try_variants(s, &variants, tried, added);
        xf_variants_release(&variants);
    }
    return rc;
}

/* Only the builds that are needed, and nothing but their commands. */
static int keep_cover(struct scan *s, struct xf_store *store)
{
    bool *keep = xf_calloc(s->nbuilds + 1, sizeof(*keep));
    int rc = xf_variants_cover(keep, s->nbuilds, store);
    size_t n = 0;

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        struct build *b = &s->builds[i];
        struct build kept = {.commands = b->commands};

        if (keep[i])
            memset(&b->commands, 0, sizeof(b->commands));
        release_build(b);
        if (keep[i])
            s->builds[n++] = kept;
    }
    s->nbuilds = rc ? s->nbuilds : n;
    free(keep);
    return rc;
}

static int plan_builds(struct scan *s)
{
    struct scan_specs seeds = {0};
    struct xf_tried tried = {0};
    size_t added = 1;
    int rc = scan_builds_seeds(&seeds, &s->which, s->root, s->data);

    for (size_t i = 0; i < seeds.len && !rc; i++)
        rc = discover_one(s, &seeds.items[i]);
    for (unsigned int round = 0; !rc && added; round++) {
        struct xf_store *store = NULL;

        rc = parse_for_plan(s) || plan_database(s, &store) ? -1 : 0;
        added = 0;
        if (!rc && round < MAX_ROUNDS)
            rc = plan_round(s, store, &tried, &added);
        if (!rc && !added)
            rc = keep_cover(s, store);
        xf_store_close(store);
    }
    scan_specs_release(&seeds);
    xf_tried_release(&tried);
    stage_ends(s, "plan");
    return rc;
}

/* What `check` needs of a tree, in a fraction of the time. */
static int build_sites(struct scan *s)
{
    char *db = xf_path_join(s->outputs.stage, "xenfmea.db");
    char *schema = xf_path_join(s->data, "schema");
    struct xf_store *store = NULL;
    int rc = xf_store_create(&store, db, schema);

    for (size_t i = 0; i < s->nbuilds && !rc; i++) {
        struct build *b = &s->builds[i];

        for (size_t j = 0; j < b->commands.len; j++)
            drop_trees(&b->units[j].facts);
        rc = link_build(store, b);
        say_build(s, b);
    }
    if (!rc)
        rc = xf_sites(store, s->catalogue);
    if (!rc)
        rc = xf_identity_record(store, s->root);
    if (!rc)
        rc = write_meta(s, store, "");
    if (rc)
        xf_store_close(store);
    else
        rc = xf_store_commit(store);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, "", s->summary.data, s->status);
    stage_ends(s, "sites");
    free(db);
    free(schema);
    return rc;
}

/* Where nothing may be written. Without a tree only the commands tell; reading
 * those that exist writes nothing either. */
static int find_root(struct scan *s)
{
    if (s->tree)
        s->root = xf_discover_hypervisor(s->tree);
    else if (!discover_all(s))
        s->root = xf_strdup(s->builds[0].commands.source);
    return s->root ? 0 : -1;
}

/* The commands of another tree would make sites of one and a census of the
 * other. What xenfmea recorded itself compiles a copy. */
static int check_sources(const struct scan *s)
{
    const char *from = s->compile_commands ? s->compile_commands : s->build_dir;

    for (size_t i = 0; from && i < s->nbuilds; i++)
        if (strcmp(s->builds[i].commands.source, s->root))
            return xf_error("%s compiles %s, not %s; name the tree that it "
                            "belongs to, or none",
                            from, s->builds[i].commands.source, s->root);
    return 0;
}

static void show_waiting(void *payload)
{
    show_step(payload, "waiting for another scan that writes here");
}

/* From facts to outputs, unless they are there already. */
static int link_and_write(struct scan *s)
{
    char key[XF_HASH_HEX];

    if (scan_key(s, key) || xf_outputs_begin(&s->outputs, show_waiting, s))
        return -1;
    if (xf_outputs_same(&s->outputs, key, &s->summary, &s->status)) {
        stage_ends(s, "unchanged");
        return 0;
    }
    return build_database(s, key);
}

static struct xf_shard_build *shard_builds(struct scan *s)
{
    struct xf_shard_build *list = xf_calloc(s->nbuilds, sizeof(*list));

    for (size_t i = 0; i < s->nbuilds; i++) {
        list[i].build = &s->builds[i].commands;
        list[i].units = s->builds[i].units;
        list[i].names = s->builds[i].names;
    }
    return list;
}

/* What is wrong in it is for the merge to say, which has the whole. */
static int write_shard(struct scan *s)
{
    char key[XF_HASH_HEX], *path;
    struct xf_shard_build *builds;
    int rc;

    if (tree_key(s, key) || xf_outputs_begin(&s->outputs, show_waiting, s))
        return -1;
    builds = shard_builds(s);
    path = xf_path_join(s->outputs.stage, s->shard_output[0]);
    rc = xf_shard_write(path, key, s->part, s->parts, builds, s->nbuilds);
    if (!rc)
        rc = xf_outputs_publish(&s->outputs, key, "", XF_EXIT_OK);
    free(builds);
    free(path);
    return rc;
}

static int read_shards(struct scan *s)
{
    char key[XF_HASH_HEX];
    struct xf_shard_build *list = NULL;
    size_t n = 0;

    if (tree_key(s, key) ||
        xf_shard_read(&list, &n, key, s->shards, s->nshards))
        return -1;
    s->builds = xf_calloc(n, sizeof(*s->builds));
    s->nbuilds = n;
    for (size_t i = 0; i < n; i++) {
        s->builds[i].commands = *list[i].build;
        s->builds[i].units = list[i].units;
        s->builds[i].names = list[i].names;
        free(list[i].build);
    }
    free(list);
    return 0;
}

static int prepare(struct scan *s)
{
    s->data = cmd_data_dir();
    if (!s->data)
        return -1;
    if (s->cppcheck && !(s->cppcheck_version = xf_cppcheck_version(s->data)))
        return -1;
    s->catalogue = xf_catalogue_load(s->data);
    stage_ends(s, NULL);
    return s->catalogue ? 0 : -1;
}

static int run_merge(struct scan *s)
{
    if (prepare(s) || find_root(s) || make_output(s) || read_shards(s))
        return -1;
    stage_ends(s, "read");
    return link_and_write(s);
}

static int run(struct scan *s)
{
    if (prepare(s))
        return -1;
    if (find_root(s) || make_output(s) || find_cache(s) || find_standin(s))
        return -1;
    if (!s->nbuilds && (s->which.all ? plan_builds(s) : discover_all(s)))
        return -1;
    if (check_sources(s) || check_clang(s))
        return -1;
    stage_ends(s, "discover");
    if (parse_all(s))
        return -1;
    stage_ends(s, "parse");
    for (size_t i = 0; i < s->nbuilds; i++)
        name_units(&s->builds[i]);
    if (s->parts)
        return write_shard(s);
    if (s->sites_only)
        return xf_outputs_begin(&s->outputs, show_waiting, s) ? -1
                                                              : build_sites(s);
    return link_and_write(s);
}

static void release_build(struct build *b)
{
    for (size_t j = 0; b->units && j < b->commands.len; j++)
        xf_unit_release(&b->units[j]);
    for (size_t j = 0; b->names && j < b->commands.len; j++) {
        free(b->names[j].file);
        free(b->names[j].command);
        free(b->names[j].detail);
    }
    for (size_t j = 0; b->places && j < b->commands.len; j++)
        xf_buf_release(&b->places[j]);
    free(b->places);
    free(b->names);
    free(b->units);
    free(b->tus);
    xf_build_release(&b->commands);
}

static void release(struct scan *s)
{
    for (size_t i = 0; i < s->nbuilds; i++)
        release_build(&s->builds[i]);
    free(s->builds);
    xf_catalogue_free(s->catalogue);
    xf_buf_release(&s->summary);
    free(s->root);
    free(s->standin);
    free(s->cache_dir);
    scan_builds_release(&s->which);
    free(s->cppcheck_version);
    xf_outputs_release(&s->outputs);
    free((char *)s->shard_output[0]);
    free(s->shards);
}

static int report(struct scan *s)
{
    struct xf_buf text = XF_BUF_INIT;

    if (s->verbose)
        for (size_t i = 0; i < s->nbuilds; i++)
            fprintf(stderr, "%s: %u of %zu units parsed anew, at most %ld MiB "
                            "in one worker\n",
                    s->builds[i].commands.arch, s->builds[i].parsed,
                    s->builds[i].commands.len, s->builds[i].peak_kib / 1024);
    if (s->verbose && s->cppcheck_units)
        fprintf(stderr, "cppcheck: %u units, %u of them from the cache\n",
                s->cppcheck_units, s->cppcheck_cached);
    /* Once more as a whole: it may come from a .state.json. */
    if (s->summary.len && (!s->quiet || s->status))
        xf_visible(&text, s->summary.data, "\n");
    xf_buf_adds(&text, s->parts        ? "shard: "
                       : s->sites_only ? "database: "
                                       : "worksheet: ");
    xf_visible(&text, s->outputs.dir, "");
    printf("%s/%s\n", text.data,
           s->parts        ? s->shard_output[0]
           : s->sites_only ? "xenfmea.db"
                           : "worksheet.html");
    xf_buf_release(&text);
    if (fflush(stdout))
        return xf_error("cannot write to the standard output: %s; the files "
                        "in %s are complete", strerror(errno), s->outputs.dir);
    return 0;
}

int cmd_scan(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&scan_history_argp, 0, NULL, 0}, {&scan_builds_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options, .parser = parse_option, .args_doc = "[XEN-TREE]",
        .children = children,
        .doc = "Find every place where the hypervisor stops the host and write "
               "xenfmea.db, worksheet.html and worksheet.csv. The tree is "
               "never written to.\vExit status: 0 fine, 1 something needs a "
               "look (a unit that does not parse), 2 trouble."};
    struct scan s = {.out = "xenfmea-out",
                     .clang = "clang-19", .timeout = 120,
                     .cache_size = 4096};
    int rc;

    /* A file size limit is to be an error like a full disk, not the end. */
    signal(SIGXFSZ, SIG_IGN);
    s.jobs = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    rc = run(&s);
    clear_bar(&s);
    if (rc || report(&s))
        s.status = cmd_trouble();
    rc = s.status;
    release(&s);
    return rc;
}

/* ---- merge -------------------------------------------------------------- */

static const struct argp_option merge_options[] = {
    {"output", 'o', "DIR", 0, "Where to write (default: xenfmea-out)", 0},
    {"verbose", 'v', NULL, 0, "Say more", 1},
    {"quiet", 'q', NULL, 0, "Only say what is wrong", 1},
    {0}};

static error_t parse_merge(int key, char *arg, struct argp_state *state)
{
    struct scan *s = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &s->history;
        break;
    case 'o':
        s->out = arg;
        break;
    case 'v':
        s->verbose = true;
        break;
    case 'q':
        s->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (!s->tree) {
            s->tree = arg;
            break;
        }
        XF_GROW(s->shards, s->nshards, s->shards_cap);
        s->shards[s->nshards++] = arg;
        break;
    case ARGP_KEY_END:
        if (!s->nshards)
            argp_error(state, "name the tree and the files that 'xenfmea scan "
                              "--shard' wrote");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_merge(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&scan_history_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = merge_options, .parser = parse_merge, .children = children,
        .args_doc = "XEN-TREE SHARD...",
        .doc = "Put the parts of a scan together: the same files as those of "
               "one scan of the tree. Parts of several architectures and "
               "configurations may be named together.\vExit status: 0 fine, "
               "1 something needs a look (a unit that does not parse), 2 "
               "trouble."};
    struct scan s = {.out = "xenfmea-out"};
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    argp_err_exit_status = XF_EXIT_TROUBLE;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    rc = run_merge(&s);
    clear_bar(&s);
    if (rc || report(&s))
        s.status = cmd_trouble();
    rc = s.status;
    release(&s);
    return rc;
}
