/* SPDX-License-Identifier: GPL-2.0-only */
#include "decisions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "fields.h"
#include "file.h"
#include "map.h"

#define AT(member) offsetof(struct xf_decision, member)

const struct decision_field decision_fields[] = {
    {"site", DECISION_TEXT, AT(site.site_id)},
    {"group", DECISION_TEXT, AT(group)},
    {"file", DECISION_TEXT, AT(site.file)},
    {"function", DECISION_TEXT, AT(site.function)},
    {"kind", DECISION_TEXT, AT(site.kind)},
    {"text", DECISION_TEXT, AT(site.text)},
    {"order", DECISION_NUMBER, AT(site.order)},
    {"equals", DECISION_NUMBER, AT(site.equals)},
    {"condition", DECISION_LINES, AT(site.conditions)},
    {"message", DECISION_TEXT, AT(site.message)},
    {"guard", DECISION_TEXT, AT(site.guard)},
    {"near", DECISION_TEXT, AT(site.near)},
    {"macros", DECISION_TEXT, AT(site.macros)},
    {"identity", DECISION_NUMBER, AT(site.version)},
    {"disposition", DECISION_TEXT, AT(disposition)},
    {"rationale", DECISION_TEXT, AT(rationale)},
    {"aou", DECISION_LIST, AT(aou)},
    {"who", DECISION_TEXT, AT(who)},
    {"when", DECISION_TEXT, AT(when)},
    {"meeting", DECISION_TEXT, AT(meeting)},
    {"action", DECISION_TEXT, AT(action)},
    {"owner", DECISION_TEXT, AT(owner)},
    {"status", DECISION_TEXT, AT(status)},
};
const size_t decision_nfields =
    sizeof(decision_fields) / sizeof(decision_fields[0]);

static const char *const dispositions[] = {"keep", "remove-by-AoU",
                                           "propagate", "domain-crash",
                                           "not-applicable", "open"};
const char xf_dispositions[] =
    "keep, remove-by-AoU, propagate, domain-crash, not-applicable, open";

bool xf_disposition_known(const char *disposition)
{
    for (size_t i = 0; i < sizeof(dispositions) / sizeof(dispositions[0]); i++)
        if (!strcmp(dispositions[i], disposition))
            return true;
    return false;
}

/* ---- the list ----------------------------------------------------------- */

void xf_decision_release(struct xf_decision *decision)
{
    for (size_t i = 0; i < decision_nfields; i++)
        if (decision_fields[i].type != DECISION_NUMBER)
            free(*decision_text(decision, &decision_fields[i]));
    free(decision->path);
    memset(decision, 0, sizeof(*decision));
}

void xf_decisions_release(struct xf_decisions *list)
{
    for (size_t i = 0; i < list->len; i++)
        xf_decision_release(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof(*list));
}

struct xf_decision *xf_decisions_add(struct xf_decisions *list)
{
    struct xf_decision *d;

    XF_GROW(list->items, list->len, list->cap);
    d = &list->items[list->len++];
    memset(d, 0, sizeof(*d));
    for (size_t i = 0; i < decision_nfields; i++)
        if (decision_fields[i].type != DECISION_NUMBER)
            *decision_text(d, &decision_fields[i]) = xf_strdup("");
    return d;
}

void xf_decision_set(char **member, const char *text)
{
    char *copy = xf_strdup(text);

    free(*member);
    *member = copy;
}

void xf_decision_set_site(struct xf_decision *decision,
                          const struct xf_identity *site)
{
    struct xf_identity *to = &decision->site;

    xf_decision_set(&to->site_id, site->site_id);
    xf_decision_set(&to->file, site->file);
    xf_decision_set(&to->function, site->function);
    xf_decision_set(&to->kind, site->kind);
    xf_decision_set(&to->text, site->text);
    xf_decision_set(&to->conditions, site->conditions);
    xf_decision_set(&to->message, site->message);
    xf_decision_set(&to->guard, site->guard);
    xf_decision_set(&to->near, site->near);
    xf_decision_set(&to->macros, site->macros);
    to->version = site->version;
    to->order = site->order;
    to->equals = site->equals;
}

struct xf_decision *xf_decisions_find(const struct xf_decisions *list,
                                      const char *site_id)
{
    for (size_t i = 0; i < list->len; i++)
        if (*site_id && !strcmp(list->items[i].site.site_id, site_id))
            return &list->items[i];
    return NULL;
}

struct xf_decision *xf_decisions_group(const struct xf_decisions *list,
                                       const char *group)
{
    for (size_t i = 0; i < list->len; i++)
        if (!*list->items[i].site.site_id &&
            !strcmp(list->items[i].group, group))
            return &list->items[i];
    return NULL;
}

const struct xf_decision *xf_decision_effective(
    const struct xf_decisions *list, const struct xf_decision *decision)
{
    const struct xf_decision *group = NULL;

    if (!*decision->disposition && *decision->group)
        group = xf_decisions_group(list, decision->group);
    return group ? group : decision;
}

struct xf_identities xf_decisions_sites(const struct xf_decisions *list)
{
    struct xf_identities sites = {0};

    for (size_t i = 0; i < list->len; i++) {
        XF_GROW(sites.items, sites.len, sites.cap);
        sites.items[sites.len++] = list->items[i].site;
    }
    return sites;
}

/* ---- files -------------------------------------------------------------- */

static int load_file(struct xf_decisions *out, const char *path)
{
    struct xf_buf text = XF_BUF_INIT;
    struct xf_decisions list = {0};
    int rc = xf_file_read(&text, path);

    if (!rc)
        rc = xf_decisions_parse(&list, path, text.data, text.len);
    for (size_t i = 0; i < list.len; i++) {
        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = list.items[i];
    }
    free(list.items);
    xf_buf_release(&text);
    return rc;
}

static int visit(const char *relative, const char *absolute, void *payload)
{
    return xf_has_suffix(relative, ".json") ? load_file(payload, absolute) : 0;
}

static bool no_folder(const char *relative, void *payload)
{
    (void)relative;
    (void)payload;
    return false;
}

static int say_twice(const struct xf_decision *a, const struct xf_decision *b,
                     const char *what, const char *id)
{
    return xf_error("%s:%d: %s %s is decided a second time, first in %s:%d; "
                    "keep one of the two lines",
                    b->path, b->line, what, id, a->path, a->line);
}

/* What only the whole list shows: something decided twice, members of a group
 * that is not there. */
static int check_list(const struct xf_decisions *list)
{
    struct xf_map seen = XF_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < list->len && !rc; i++) {
        const struct xf_decision *d = &list->items[i];
        bool is_site = *d->site.site_id;
        const char *id = is_site ? d->site.site_id : d->group;
        char *key = xf_format("%s %s", is_site ? "site" : "group", id);
        int is_new;
        uint32_t at = xf_map_add(&seen, key, &is_new);

        free(key);
        if (!is_new)
            rc = say_twice(&list->items[at], d, is_site ? "site" : "group",
                           id);
    }
    xf_map_release(&seen);
    for (size_t i = 0; i < list->len && !rc; i++) {
        const struct xf_decision *d = &list->items[i];

        if (!*d->disposition && !xf_decisions_group(list, d->group))
            rc = xf_error("%s:%d: no line decides the group %s; add one with "
                          "\"group\" and \"disposition\", or give this site a "
                          "disposition of its own",
                          d->path, d->line, d->group);
    }
    return rc;
}

int xf_decisions_load(struct xf_decisions *out, const char *path)
{
    int rc;

    memset(out, 0, sizeof(*out));
    if (xf_dir_exists(path))
        rc = xf_tree_walk(path, no_folder, visit, out);
    else if (xf_file_exists(path))
        rc = load_file(out, path);
    else
        rc = xf_error("%s: no such file of decisions; name one, or make one "
                      "with 'xenfmea decide'",
                      path);
    if (!rc)
        rc = check_list(out);
    if (rc)
        xf_decisions_release(out);
    return rc;
}

/* ---- changing them ------------------------------------------------------ */

/* Where a new decision goes in a folder: a file per subsystem, by the first
 * two parts of the path, or the first when the file lies right in it. */
static char *file_for(const char *folder, const struct xf_decision *d)
{
    const char *file = d->site.file, *slash = strchr(file, '/'), *second;
    char *name, *path;

    if (!*d->site.site_id || !slash) {
        name = xf_strdup("general");
    } else {
        second = strchr(slash + 1, '/');
        name = xf_strndup(file, (size_t)((second ? second : slash) - file));
    }
    for (char *at = name; *at; at++)
        if (*at == '/' || *at == '.')
            *at = '-';
    path = xf_format("%s/%s.json", folder, name);
    free(name);
    return path;
}

/* The folder that holds the file is what is locked: the file itself is
 * replaced, and a file beside it would end up in somebody's commit. */
static int lock(const char *path)
{
    char *folder;
    int fd, rc;

    if (xf_dir_exists(path)) {
        folder = xf_strdup(path);
    } else {
        const char *base = xf_path_base(path);

        folder = base == path ? xf_strdup(".")
                              : xf_strndup(path, (size_t)(base - path));
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        xf_error("cannot open the folder %s: %s; create it first", folder,
                 strerror(errno));
        free(folder);
        return -1;
    }
    do
        rc = flock(fd, LOCK_EX);
    while (rc && errno == EINTR);
    /* A file system without locks: two writers at once are rare, and neither
     * leaves half a file. */
    if (rc && errno != ENOLCK && errno != EOPNOTSUPP && errno != ENOSYS) {
        xf_error("cannot lock the folder %s: %s", folder, strerror(errno));
        close(fd);
        fd = -1;
    }
    free(folder);
    return fd;
}

/* A file that is to be replaced. */
struct staged {
    const char *path;
    char *tmp;
};

/* *tmp stays NULL when the file is what it has to be already. */
static int stage_file(struct staged *out, const struct xf_decisions *list)
{
    struct xf_buf now = XF_BUF_INIT, then = XF_BUF_INIT;
    bool same = false;
    int rc = 0;

    xf_decisions_print(&now, list, out->path);
    if (xf_file_exists(out->path) && !xf_file_read(&then, out->path))
        same = then.len == now.len && !memcmp(then.data, now.data, now.len);
    if (!same)
        rc = xf_file_stage(&out->tmp, out->path, now.data, now.len);
    xf_buf_release(&now);
    xf_buf_release(&then);
    return rc;
}

/* Programs that know nothing of the lock, such as git, may have been here. */
static int check_unchanged(const char *path, const char *read)
{
    char now[XF_HASH_HEX];

    if (xf_decisions_fingerprint(now, path))
        return -1;
    return strcmp(now, read) ? xf_error("%s was changed by another program "
                                        "meanwhile; nothing is written, try "
                                        "again", path)
                             : 0;
}

static int save_files(const struct xf_decisions *list, const char *path,
                      const char *read, const struct xf_map *files)
{
    struct staged *staged = xf_calloc(files->len + 1, sizeof(*staged));
    int rc = 0;

    for (size_t i = 0; i < files->len && !rc; i++) {
        staged[i].path = files->keys[i];
        rc = stage_file(&staged[i], list);
    }
    if (!rc)
        rc = check_unchanged(path, read);
    for (size_t i = 0; i < files->len; i++) {
        if (staged[i].tmp && !rc)
            rc = xf_file_commit(staged[i].tmp, staged[i].path);
        else if (staged[i].tmp)
            unlink(staged[i].tmp);
        free(staged[i].tmp);
    }
    free(staged);
    return rc;
}

/* `files`: those that were read, which may have lost all they had; `read`: the
 * fingerprint of what was. */
static int save(struct xf_decisions *list, const char *path, const char *read,
                struct xf_map *files)
{
    bool folder = xf_dir_exists(path);

    for (size_t i = 0; i < list->len; i++) {
        struct xf_decision *d = &list->items[i];

        if (!d->path)
            d->path = folder ? file_for(path, d) : xf_strdup(path);
        xf_map_add(files, d->path, NULL);
    }
    /* Nothing is written that could not be read again. */
    if (check_list(list))
        return -1;
    return save_files(list, path, read, files);
}

/* A link stays one: what it leads to is replaced. Caller frees. */
static char *behind_link(const char *path)
{
    struct stat st;
    char *real = !lstat(path, &st) && S_ISLNK(st.st_mode)
                     ? realpath(path, NULL) : NULL;

    return real ? real : xf_strdup(path);
}

static int add_print(const char *relative, const char *absolute, void *payload)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (xf_has_suffix(relative, ".json")) {
        rc = xf_file_read(&text, absolute);
        xf_hash_adds(payload, relative);
        xf_hash_adds(payload, text.data ? text.data : "");
    }
    xf_buf_release(&text);
    return rc;
}

int xf_decisions_fingerprint(char hex[XF_HASH_HEX], const char *path)
{
    struct xf_hash *h = xf_hash_new();
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (xf_dir_exists(path)) {
        rc = xf_tree_walk(path, no_folder, add_print, h);
    } else if (xf_file_exists(path)) {
        rc = xf_file_read(&text, path);
        xf_hash_add(h, text.data, text.len);
    }
    xf_hash_finish(h, hex);
    xf_buf_release(&text);
    return rc;
}

static int edit_locked(const char *path, xf_decisions_edit_fn *edit,
                       void *payload)
{
    struct xf_decisions list = {0};
    struct xf_map files = XF_MAP_INIT;
    char read[XF_HASH_HEX];
    int rc = xf_decisions_fingerprint(read, path);

    if (!rc && (xf_dir_exists(path) || xf_file_exists(path)))
        rc = xf_decisions_load(&list, path);
    for (size_t i = 0; i < list.len; i++)
        xf_map_add(&files, list.items[i].path, NULL);
    if (!rc)
        rc = edit(&list, payload);
    if (!rc)
        rc = save(&list, path, read, &files);
    xf_decisions_release(&list);
    xf_map_release(&files);
    return rc;
}

int xf_decisions_edit(const char *named, xf_decisions_edit_fn *edit,
                      void *payload)
{
    char *path = behind_link(named);
    int fd = lock(path), rc = -1;

    if (fd >= 0) {
        rc = edit_locked(path, edit, payload);
        close(fd);
    }
    free(path);
    return rc;
}
