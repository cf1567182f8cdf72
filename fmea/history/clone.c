/* SPDX-License-Identifier: GPL-2.0-only */
#include "clone.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "git.h"

/* ---- messages ----------------------------------------------------------- */

static const char *const refs[] = {"--branches", "--tags", "--remotes", "HEAD"};

int clone_check(const struct clone *clone)
{
    const char *const shallow[] = {"rev-parse", "--is-shallow-repository",
                                   NULL};
    struct xf_buf out = XF_BUF_INIT;
    int rc = git_run(&out, clone->repo, shallow);

    if (!rc && out.len && !strncmp(out.data, "true", 4))
        rc = xf_error("%s is a shallow clone, its history is cut off; run "
                      "'git -C %s fetch --unshallow'",
                      clone->repo, clone->repo);
    xf_buf_release(&out);
    return rc;
}

static void add_commit(struct clone *clone, const char *const field[5])
{
    struct commit *c;
    int is_new;
    uint32_t i;

    if (strlen(field[0]) >= sizeof(c->full) || strlen(field[0]) < COMMIT_DIGITS)
        return;
    XF_GROW(clone->commits, clone->len, clone->cap);
    c = &clone->commits[clone->len];
    *c = (struct commit){.date = field[1],
                         .author = field[2],
                         .subject = field[3],
                         .text = field[4],
                         .canonical = clone->len};
    snprintf(c->full, sizeof(c->full), "%s", field[0]);
    memcpy(c->id, field[0], COMMIT_DIGITS);
    i = xf_map_add(&clone->by_id, c->id, &is_new);
    if (!is_new)
        return;
    (void)i; /* equals clone->len: both count insertions */
    message_read(&c->message, clone->forms, c->text);
    clone->len++;
}

int clone_read_log(struct clone *clone)
{
    const char *const args[] = {
        "log",       "-z",    "--no-merges",
        "--reverse", refs[0], refs[1],
        refs[2],     refs[3], "--format=%H%x00%cs%x00%aN%x00%s%x00%B",
        "--",        "xen",   NULL};
    const char *field[5];
    size_t at = 0, n = 0;
    const char *text;

    if (git_run(&clone->log, clone->repo, args))
        return -1;
    while ((text = git_next(&clone->log, &at))) {
        field[n++] = text;
        if (n == 5) {
            add_commit(clone, field);
            n = 0;
        }
    }
    if (!clone->len)
        return xf_error("%s: no commit touches xen/; name a clone of Xen",
                        clone->repo);
    return 0;
}

size_t clone_find(const struct clone *clone, const char *id)
{
    uint32_t i = xf_map_find(&clone->by_id, id);

    if (i != XF_MAP_NONE)
        return i;
    if (strlen(id) < COMMIT_DIGITS)
        for (size_t j = 0; j < clone->len; j++)
            if (!strncmp(clone->commits[j].id, id, strlen(id)))
                return j;
    return SIZE_MAX;
}

/* ---- copies ------------------------------------------------------------- */

/* Call `visit` for every commit that `git rev-list ARGS` names and that
 * touches the hypervisor; `n` counts all that it names. */
static int each_commit(struct clone *clone, const char *const *args,
                       void visit(struct clone *, size_t, size_t, void *),
                       void *payload)
{
    struct xf_buf out = XF_BUF_INIT;
    char id[ID_BYTES] = {0};
    size_t n = 0;
    int rc = git_run(&out, clone->repo, args);

    for (const char *at = out.data; !rc && at && *at; n++) {
        size_t len = strcspn(at, "\n");
        uint32_t i;

        if (len >= COMMIT_DIGITS) {
            memcpy(id, at, COMMIT_DIGITS);
            i = xf_map_find(&clone->by_id, id);
            if (i != XF_MAP_NONE)
                visit(clone, i, n, payload);
        }
        at += len + (at[len] == '\n');
    }
    xf_buf_release(&out);
    return rc;
}

static void set_mainline(struct clone *clone, size_t i, size_t n, void *payload)
{
    (void)n;
    (void)payload;
    clone->commits[i].mainline = true;
}

bool clone_has(const struct clone *clone, const char *name)
{
    struct xf_buf out = XF_BUF_INIT;
    char *commit = xf_format("%s^{commit}", name);
    const char *const args[] = {"rev-parse", "--verify", "--quiet", commit,
                                NULL};
    bool yes = git_try(&out, clone->repo, args) == 0;

    free(commit);
    xf_buf_release(&out);
    return yes;
}

int clone_mark_mainline(struct clone *clone)
{
    const char *args[16] = {"rev-list", "--no-merges"};
    size_t n = 2;
    const char *name;

    for (size_t i = 0; (name = message_mainline(clone->forms, i)) && n < 15;
         i++)
        if (clone_has(clone, name))
            args[n++] = name;
    return each_commit(clone, args, set_mainline, NULL);
}

/* Follow "cherry picked from" to its end; a stable branch may have taken it
 * from another one. */
static size_t source_of(const struct clone *clone, size_t i)
{
    for (int depth = 0; depth < 8; depth++) {
        const char *list = clone->commits[i].message.backport;
        char id[ID_BYTES] = {0};
        size_t from;

        if (!*list || clone->commits[i].mainline)
            return i;
        snprintf(id, sizeof(id), "%.*s", (int)strcspn(list, ","), list);
        from = clone_find(clone, id);
        if (from == SIZE_MAX || from == i)
            return i;
        i = from;
    }
    return i;
}

void clone_find_copies(struct clone *clone)
{
    struct xf_map keys = XF_MAP_INIT;
    size_t *first = xf_calloc(clone->len + 1, sizeof(*first));

    for (int mainline = 1; mainline >= 0; mainline--)
        for (size_t i = 0; i < clone->len; i++) {
            struct commit *c = &clone->commits[i];
            char *key;
            int is_new;
            uint32_t k;

            if (c->mainline != (bool)mainline)
                continue;
            c->canonical = source_of(clone, i);
            key = xf_format("%s\n%s", c->subject, c->author);
            k = xf_map_add(&keys, key, &is_new);
            free(key);
            if (is_new)
                first[k] = i;
            else if (!mainline && c->canonical == i)
                c->canonical = first[k];
        }
    for (size_t i = 0; i < clone->len; i++) {
        struct commit *c = &clone->commits[i];

        /* The source may have turned out to be a copy itself. */
        c->canonical = clone->commits[c->canonical].canonical;
        if (c->canonical != i) {
            struct xf_buf *list = &clone->commits[c->canonical].backports;

            xf_buf_addf(list, "%s%s", list->len ? "," : "", c->id);
            clone->copies++;
        }
    }
    free(first);
    xf_map_release(&keys);
}

/* ---- releases ----------------------------------------------------------- */

struct release {
    char version[32];
    char *ref;
    unsigned int number[3];
};

struct releases {
    struct release *items;
    size_t len, cap;
};

static int by_number(const void *a, const void *b)
{
    const struct release *x = a, *y = b;

    for (size_t i = 0; i < 3; i++)
        if (x->number[i] != y->number[i])
            return x->number[i] < y->number[i] ? -1 : 1;
    return strcmp(x->ref, y->ref);
}

static void add_release(struct releases *list, const char *version,
                        const char *ref)
{
    struct release r = {.number = {0, 0, 0}};

    sscanf(version, "%u.%u.%u", &r.number[0], &r.number[1], &r.number[2]);
    snprintf(r.version, sizeof(r.version), "%s", version);
    r.ref = xf_strdup(ref);
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = r;
}

static int list_releases(struct clone *clone, struct releases *tags,
                         struct releases *branches)
{
    const char *const args[] = {"for-each-ref", "--format=%(refname)", NULL};
    struct xf_buf out = XF_BUF_INIT;
    int rc = git_run(&out, clone->repo, args);
    char *at = out.data, *line;
    char version[32];

    while (!rc && (line = strsep(&at, "\n"))) {
        if (!strncmp(line, "refs/tags/", 10) &&
            message_tag_version(clone->forms, line + 10, version))
            add_release(tags, version, line);
        else if (message_branch_version(clone->forms, line, version))
            add_release(branches, version, line);
    }
    if (tags->len)
        qsort(tags->items, tags->len, sizeof(*tags->items), by_number);
    xf_buf_release(&out);
    return rc;
}

struct in_release {
    const char *version;
    bool count; /* append "+N", the number of commits behind the release */
};

static void add_to_release(struct clone *clone, size_t i, size_t n,
                           void *payload)
{
    const struct in_release *in = payload;
    struct xf_buf *list = &clone->commits[clone->commits[i].canonical].releases;
    int is_new;

    /* The first release that has it is the one that counts. */
    xf_map_add(&clone->seen_releases, clone->commits[i].id, &is_new);
    if (!is_new)
        return;
    xf_buf_addf(list, "%s%s", list->len ? "," : "", in->version);
    if (in->count)
        xf_buf_addf(list, "+%zu", n + 1);
}

/* Behind the last release of a stable branch, commits are named the way git
 * describe does it: "4.17.5+72". */
static int read_branch(struct clone *clone, const struct release *branch,
                       const struct releases *tags)
{
    const struct release *last = NULL;
    struct in_release in = {.count = true};
    char * not ;
    int rc;

    for (size_t i = 0; i < tags->len; i++)
        if (tags->items[i].number[0] == branch->number[0] &&
            tags->items[i].number[1] == branch->number[1])
            last = &tags->items[i];
    if (!last)
        return 0;
    not = xf_format("^%s", last->ref);
    in.version = last->version;
    {
        const char *const args[] = {"rev-list", "--reverse", branch->ref, not,
                                    NULL};

        rc = each_commit(clone, args, add_to_release, &in);
    }
    free(not );
    return rc;
}

int clone_read_releases(struct clone *clone)
{
    struct releases tags = {0}, branches = {0};
    int rc = list_releases(clone, &tags, &branches);

    for (size_t i = 0; i < tags.len && !rc; i++) {
        char *not = i ? xf_format("^%s", tags.items[i - 1].ref) : NULL;
        const char *const args[] = {"rev-list", tags.items[i].ref, not, NULL};
        struct in_release in = {.version = tags.items[i].version};

        rc = each_commit(clone, args, add_to_release, &in);
        free(not );
    }
    for (size_t i = 0; i < branches.len && !rc; i++)
        rc = read_branch(clone, &branches.items[i], &tags);
    for (size_t i = 0; i < tags.len; i++)
        free(tags.items[i].ref);
    for (size_t i = 0; i < branches.len; i++)
        free(branches.items[i].ref);
    free(tags.items);
    free(branches.items);
    return rc;
}

/* ---- what is new -------------------------------------------------------- */

static void set_new(struct clone *clone, size_t i, size_t n, void *payload)
{
    (void)n;
    (void)payload;
    clone->commits[i].is_new = true;
}

int clone_mark_new(struct clone *clone, const char *const *seen, size_t len)
{
    const char **args = xf_calloc(len + 8, sizeof(*args));
    size_t n = 0, first;
    int rc;

    args[n++] = "rev-list";
    args[n++] = "--no-merges";
    for (size_t i = 0; i < 4; i++)
        args[n++] = refs[i];
    first = n;
    for (size_t i = 0; i < len; i++)
        if (clone_has(clone, seen[i]))
            args[n++] = xf_format("^%s", seen[i]);
    rc = each_commit(clone, args, set_new, NULL);
    while (n > first)
        free((char *)args[--n]);
    free(args);
    return rc;
}

void clone_release(struct clone *clone)
{
    for (size_t i = 0; i < clone->len; i++) {
        message_release(&clone->commits[i].message);
        xf_buf_release(&clone->commits[i].releases);
        xf_buf_release(&clone->commits[i].backports);
    }
    free(clone->commits);
    xf_map_release(&clone->by_id);
    xf_map_release(&clone->seen_releases);
    xf_buf_release(&clone->log);
}
