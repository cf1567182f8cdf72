/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From a tree to the facts of its translation units: find the builds, have
 * every unit parsed.
 */
#include "scan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "cmd.h"
#include "error.h"
#include "file.h"
#include "hash.h"
#include "pool.h"
#include "proc.h"
#include "shard.h"

int scan_find_cache(struct scan *s)
{
    s->cache_dir = cmd_cache_dir(s->cache, s->root);
    return s->cache_dir ? 0 : -1;
}

int scan_find_standin(struct scan *s)
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

int scan_discover_one(struct scan *s, const struct scan_spec *spec)
{
    struct xf_discover how = {
        .tree = s->tree, .arch = spec->arch, .name = spec->name,
        .options = spec->options, .everything = spec->everything,
        .kconfig = spec->kconfig, .config = spec->config,
        .build_dir = s->build_dir,
        .compile_commands = s->compile_commands, .cache = s->cache_dir,
        .data = s->data, .standin = s->standin, .clang = s->clang,
        .jobs = s->jobs, .seconds = 10 * s->timeout, .progress = scan_show_step,
        .payload = s};
    struct scan_build b = {0};

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

int scan_discover(struct scan *s)
{
    struct scan_spec existing = {.arch = (char *)s->which.archs};
    struct scan_specs specs;
    int rc;

    if (s->build_dir || s->compile_commands) {
        existing.name = (char *)s->which.types;
        return scan_discover_one(s, &existing);
    }
    rc = scan_builds_list(&specs, &s->which, s->data);
    for (size_t i = 0; i < specs.len && !rc; i++)
        rc = scan_discover_one(s, &specs.items[i]);
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

static void fill_tus(struct scan_build *b)
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

int scan_check_clang(const struct scan *s)
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
static int run_pool(const struct scan *s, struct scan_build *b, size_t *number,
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

int scan_parse(struct scan *s)
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
        struct scan_build *b = &s->builds[i];
        struct xf_pool pool = {.workers = s->jobs, .seconds = s->timeout,
                               .cache_dir = facts, .key = key,
                               .options = b->commands.options,
                               .cache_bytes = (unsigned long long)s->cache_size
                                              << 20,
                               .progress = scan_show_parse, .payload = s};

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
static char *strip_roots(const struct scan_build *b, const char *text)
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

static char *command_text(const struct scan_build *b,
                          const struct xf_command *c)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < c->argc; i++) {
        char *arg = strip_roots(b, c->argv[i]);

        xf_buf_addf(&out, "%s%s", i ? "\x1f" : "", arg);
        free(arg);
    }
    return xf_buf_detach(&out);
}

void scan_name_units(struct scan_build *b)
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
