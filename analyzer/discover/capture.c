/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From an unprepared tree to its commands. A folder of the cache holds, for
 * one (tree, architecture, name), the copy, the stand-ins and the state of the
 * last finished capture. What happens depends on what changed since:
 *
 *   nothing, or the content of compiled .c files   no make at all
 *   other files                                    make, which does little
 *   makefiles, Kconfig, options, missing files;
 *   or there is no finished capture                everything anew
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "make.h"
#include "record.h"
#include "state.h"

/* Raise it when captures of an older xenfmea must not be used. */
#define CAPTURE_VERSION "1"

struct capture {
    const struct xf_discover *how;
    const struct xf_rules *rules;
    const struct xf_arch *arch;
    char *hypervisor, *cache, *name;
    char *folder, *tree, *state_path;
    char *kconfig;
    int lock;
    struct xf_state old, new;
};

enum change { NOTHING, COMPILED_FILES, OTHER_FILES, STEERING };

static void capture_release(struct capture *c)
{
    if (c->lock >= 0) {
        flock(c->lock, LOCK_UN);
        close(c->lock);
    }
    free(c->hypervisor);
    free(c->cache);
    free(c->name);
    free(c->folder);
    free(c->tree);
    free(c->state_path);
    free(c->kconfig);
    xf_state_release(&c->old);
    xf_state_release(&c->new);
}

static int choose_arch(struct capture *c)
{
    const struct xf_arch *configured = NULL;
    char *dir;
    int rc = 0;

    if (c->kconfig)
        configured = xf_rules_arch_of_kconfig(c->rules, c->kconfig);
    c->arch = c->how->arch ? xf_rules_arch(c->rules, c->how->arch) : configured;
    if (!c->how->arch && !configured)
        return xf_error("%s: name an architecture", c->how->tree);
    if (!c->arch)
        return xf_error("architecture %s is not known; the known ones are in "
                        "%s/clang/architectures.json", c->how->arch,
                        c->how->data);
    if (configured && strcmp(configured->name, c->arch->name))
        return xf_error("%s is a configuration for %s, not %s; pass one for it "
                        "or another architecture", c->how->kconfig,
                        configured->name, c->arch->name);
    dir = xf_format("%s/arch/%s", c->hypervisor, c->arch->folder);
    if (!xf_dir_exists(dir))
        rc = xf_error("%s has no architecture %s (there is no arch/%s)",
                      c->how->tree, c->arch->name, c->arch->folder);
    free(dir);
    return rc;
}

static int read_kconfig(struct capture *c)
{
    struct xf_buf text = XF_BUF_INIT;
    const char *base;

    if (!c->how->kconfig) {
        c->name = xf_strdup(c->how->name ? c->how->name : "debug");
        c->kconfig = c->how->config ? xf_strdup(c->how->config) : NULL;
        return 0;
    }
    if (xf_file_read(&text, c->how->kconfig))
        return -1;
    base = xf_path_base(c->how->kconfig);
    c->name = xf_strdup(c->how->name ? c->how->name : base);
    c->kconfig = xf_buf_detach(&text);
    return 0;
}

static int find_tree(struct capture *c)
{
    char *config;
    int rc = 0;

    c->hypervisor = xf_discover_hypervisor(c->how->tree);
    if (!c->hypervisor)
        return -1;
    config = xf_path_join(c->hypervisor, "../Config.mk");
    if (!xf_file_exists(config))
        rc = xf_error("%s is missing: Xen's makefiles need it and config/ "
                      "beside the hypervisor's folder; unpack the whole of "
                      "Xen's source", config);
    free(config);
    return rc;
}

static int find_folder(struct capture *c)
{
    struct xf_hash *h = xf_hash_new();
    char hex[XF_HASH_HEX];

    xf_hash_adds(h, c->hypervisor);
    xf_hash_adds(h, c->arch->name);
    xf_hash_adds(h, c->name);
    xf_hash_finish(h, hex);
    if (xf_mkdirs(c->how->cache))
        return -1;
    c->cache = xf_path_real(c->how->cache);
    if (!c->cache)
        return -1;
    if (strpbrk(c->cache, " \t:'\"$\\#%"))
        return xf_error("%s: Xen's makefiles cannot work in a folder with "
                        "blanks, quotes, ':', '$', '#' or '%%' in its name; "
                        "choose another cache folder", c->cache);
    c->folder = xf_format("%s/build/%.16s", c->cache, hex);
    c->tree = xf_format("%s/tree", c->folder);
    c->state_path = xf_format("%s/state", c->folder);
    return 0;
}

/* One scan at a time in a folder. Processes of make inherit the lock: when
 * xenfmea is killed it lasts until the last of them has ended. */
static int lock_folder(struct capture *c)
{
    char *path = xf_format("%s.lock", c->folder), *parent;
    struct timespec nap = {0, 50 * 1000 * 1000};
    unsigned int limit = c->how->seconds;
    int rc;

    parent = xf_format("%s/build", c->cache);
    rc = xf_mkdirs(parent);
    free(parent);
    if (!rc && (c->lock = open(path, O_RDWR | O_CREAT, 0666)) < 0)
        rc = xf_error("cannot write %s: %s", path, strerror(errno));
    for (unsigned int n = 0; !rc && flock(c->lock, LOCK_EX | LOCK_NB); n++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            rc = xf_error("cannot lock %s: %s", path, strerror(errno));
        else if (limit && n / 20 > limit)
            rc = xf_error("another scan holds %s for more than %u seconds; "
                          "wait for it or end it", path, limit);
        if (n == 0)
            xf_progress(c->how, "waiting for another scan of this tree");
        nanosleep(&nap, NULL);
    }
    free(path);
    return rc;
}

static void hash_file_identity(struct xf_hash *h, const char *path)
{
    struct stat st;
    char *text;

    if (stat(path, &st))
        memset(&st, 0, sizeof(st));
    text = xf_format("%s %lld %lld.%09ld", path, (long long)st.st_size,
                     (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    xf_hash_adds(h, text);
    free(text);
}

static int hash_data(struct xf_hash *h, const char *data)
{
    static const char *const names[] = {"options", "tree", "architectures"};
    int rc = 0;

    for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = xf_format("%s/clang/%s.json", data, names[i]);
        struct xf_buf text = XF_BUF_INIT;

        rc = xf_file_read(&text, path);
        if (!rc)
            xf_hash_add(h, text.data, text.len);
        xf_buf_release(&text);
        free(path);
    }
    return rc;
}

/* Everything but the tree that the commands depend on. */
static int compute_key(struct capture *c)
{
    struct xf_hash *h = xf_hash_new();
    char hex[XF_HASH_HEX];
    int rc;

    xf_hash_adds(h, CAPTURE_VERSION);
    xf_hash_adds(h, c->folder);
    xf_hash_adds(h, c->kconfig ? c->kconfig : "");
    xf_hash_adds(h, c->how->options ? c->how->options : "");
    xf_hash_adds(h, c->how->everything ? "everything" : "");
    xf_hash_adds(h, c->how->clang);
    hash_file_identity(h, c->how->standin);
    rc = hash_data(h, c->how->data);
    xf_hash_finish(h, hex);
    c->new.key = xf_strdup(hex);
    return rc;
}

/* Paths in the copy of the files that are compiled by themselves. */
static void compiled_files(struct xf_map *out, const struct capture *c)
{
    for (size_t i = 0; i < c->old.calls.len; i++) {
        char *file = xf_call_file(&c->old.calls.items[i]);
        const char *below = file ? xf_path_below(file, c->tree) : NULL;

        if (below && xf_has_suffix(below, ".c"))
            xf_map_add(out, below, NULL);
        free(file);
    }
}

static enum change change_of(const struct capture *c, const char *path,
                             bool same_set, const struct xf_map *compiled)
{
    const char *inner = strncmp(path, "xen/", 4) ? NULL : path + 4;

    if (!inner || xf_rules_match_path(c->rules->steering, inner))
        return STEERING;
    if (same_set && xf_map_find(compiled, path) != XF_MAP_NONE)
        return COMPILED_FILES;
    return OTHER_FILES;
}

static enum change worst(enum change a, enum change b)
{
    return a > b ? a : b;
}

static enum change compare(const struct capture *c)
{
    const struct xf_copy *old = &c->old.copy, *new = &c->new.copy;
    struct xf_map compiled = XF_MAP_INIT;
    enum change change = NOTHING;

    compiled_files(&compiled, c);
    for (size_t i = 0; i < new->paths.len; i++) {
        const char *path = new->paths.keys[i];
        uint32_t n = xf_map_find(&old->paths, path);

        if (n == XF_MAP_NONE)
            change = worst(change, change_of(c, path, false, &compiled));
        else if (strcmp(new->files[i].hash, old->files[n].hash))
            change = worst(change, change_of(c, path, true, &compiled));
    }
    /* make would take what was built of a file for the file */
    for (size_t i = 0; i < old->paths.len; i++)
        if (xf_map_find(&new->paths, old->paths.keys[i]) == XF_MAP_NONE)
            change = STEERING;
    xf_map_release(&compiled);
    return change;
}

/* Bring the copy up to date; `changed` tells whether anything was written. */
static int sync_copy(struct capture *c, bool have_old, bool *changed)
{
    const struct xf_copy *old = have_old ? &c->old.copy : NULL;
    int rc = 0;

    for (size_t i = 0; !rc && i < c->new.copy.paths.len; i++)
        rc = xf_copy_update(&c->new.copy, i, old, c->hypervisor, c->tree,
                            changed);
    return rc;
}

/* Calls of this run take the place of earlier ones for the same object. */
static void merge_calls(struct xf_calls *out, const struct xf_calls *old,
                        const struct xf_calls *new)
{
    const struct xf_calls *from[] = {new, old};
    struct xf_map seen = XF_MAP_INIT;

    for (size_t f = 0; f < 2; f++) {
        /* backwards: within a run the last call for an object counts */
        for (size_t i = from[f]->len; i-- > 0;) {
            const struct xf_call *call = &from[f]->items[i];
            char *object = xf_call_object(call), *file = xf_call_file(call);
            int is_new = 0;

            /* a tree that lost a file keeps no command for it */
            if (object && !access(file, F_OK))
                xf_map_add(&seen, object, &is_new);
            if (is_new)
                xf_calls_add(out, call->dir, call->argc, call->argv);
            free(object);
            free(file);
        }
    }
    xf_map_release(&seen);
}

static int read_record(struct xf_calls *out, const struct capture *c)
{
    char *path = xf_format("%s/record", c->folder), *at;
    struct xf_record record = {0};
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_exists(path) ? xf_file_read(&text, path) : 0;

    at = text.data;
    while (!rc && at && xf_record_next(&record, &at) > 0)
        if (!strcmp(record.field[0], "C") && record.len > 2)
            xf_calls_add(out, record.field[1], record.len - 2,
                         record.field + 2);
    xf_record_release(&record);
    xf_buf_release(&text);
    free(path);
    return rc;
}

static int run_make(struct capture *c, const struct xf_make *make, bool anew)
{
    struct xf_calls calls = {0};
    char *record = xf_format("%s/record", c->folder);
    int rc = 0;

    unlink(record);
    free(record);
    if (anew) {
        xf_progress(c->how, "configuring Xen");
        rc = xf_make_configure(make);
    }
    if (!rc) {
        xf_progress(c->how, "recording compile commands");
        rc = xf_make_build(make, &c->new.failures);
    }
    if (!rc)
        rc = read_record(&calls, c);
    if (!rc)
        merge_calls(&c->new.calls, &c->old.calls, &calls);
    if (!rc && !c->new.calls.len)
        rc = xf_error("Xen's make compiled nothing for %s: %.*s (all of it is "
                      "in %s/log)", c->arch->name,
                      (int)strcspn(c->new.failures, "\n"), c->new.failures,
                      c->folder);
    xf_calls_release(&calls);
    return rc;
}

/* From here on the folder is worth nothing until the new state is saved. */
static int distrust_folder(struct capture *c, bool anew)
{
    if (anew) {
        xf_state_release(&c->old);
        return xf_remove_tree(c->folder);
    }
    if (unlink(c->state_path))
        return xf_error("cannot remove %s: %s", c->state_path, strerror(errno));
    return 0;
}

static int capture(struct capture *c, bool anew)
{
    struct xf_make make = {
        .how = c->how, .rules = c->rules, .arch = c->arch,
        .hypervisor = c->hypervisor, .folder = c->folder,
        .kconfig = c->kconfig,
    };
    char *python = NULL;
    int rc = xf_make_check(&make);

    if (!rc)
        rc = xf_make_find_python(&python, c->how->seconds);
    make.python = python;
    if (!rc) {
        xf_progress(c->how, "copying the tree");
        rc = distrust_folder(c, anew);
    }
    if (!rc)
        rc = xf_mkdirs(c->tree);
    if (!rc)
        rc = sync_copy(c, !anew, NULL);
    if (!rc)
        rc = run_make(c, &make, anew);
    if (!rc)
        rc = xf_state_save(&c->new, c->state_path);
    free(python);
    return rc;
}

/* Nothing that make would look at has changed. */
static int reuse(struct capture *c)
{
    bool changed = false;
    int rc = sync_copy(c, true, &changed);

    c->new.calls = c->old.calls;
    memset(&c->old.calls, 0, sizeof(c->old.calls));
    c->new.failures = xf_strdup(c->old.failures);
    return rc || !changed ? rc : xf_state_save(&c->new, c->state_path);
}

static int update(struct capture *c)
{
    enum change change = STEERING;

    if (xf_state_load(&c->old, c->state_path) &&
        !strcmp(c->old.key, c->new.key))
        change = compare(c);
    if (change <= COMPILED_FILES)
        return reuse(c);
    return capture(c, change == STEERING);
}

static int fill(struct xf_build *out, struct capture *c)
{
    char *config = xf_format("%s/xen/.config", c->tree);
    struct xf_buf text = XF_BUF_INIT;
    int rc = xf_file_read(&text, config);

    out->arch = xf_strdup(c->arch->name);
    out->name = xf_strdup(c->name);
    out->source = xf_format("%s/xen", c->tree);
    out->objects = xf_strdup(out->source);
    out->kconfig = xf_buf_detach(&text);
    out->failures = xf_strdup(c->new.failures);
    xf_build_add_calls(out, c->rules, &c->new.calls);
    free(config);
    return rc;
}

int xf_capture(struct xf_build *out, const struct xf_discover *how,
               const struct xf_rules *rules)
{
    struct capture c = {.how = how, .rules = rules, .lock = -1};
    int rc = -1;

    if (find_tree(&c) || read_kconfig(&c) || choose_arch(&c) ||
        find_folder(&c) || lock_folder(&c) || compute_key(&c) ||
        xf_copy_scan(&c.new.copy, c.hypervisor, c.cache, c.arch, rules) ||
        update(&c))
        goto out;
    rc = fill(out, &c);
    out->lock = c.lock + 1;
    c.lock = -1;
out:
    capture_release(&c);
    return rc;
}
