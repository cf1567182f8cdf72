/* SPDX-License-Identifier: GPL-2.0-only */
#include "tree.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "git.h"
#include "history.h"
#include "message.h"

/* ---- version ------------------------------------------------------------ */

/* Value of "NAME ?= value" or "export NAME = value" in a Makefile. */
static char *makefile_value(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, name)); at++) {
        const char *p = at + strlen(name);

        if (at > text && at[-1] != '\n' && at[-1] != ' ')
            continue;
        p += strspn(p, " \t");
        p += *p == ':' || *p == '?';
        if (*p != '=')
            continue;
        p += 1 + strspn(p + 1, " \t");
        return xf_strndup(p, strcspn(p, "\n \t$#"));
    }
    return xf_strdup("");
}

char *xf_history_version(const char *root)
{
    struct xf_buf text = XF_BUF_INIT;
    char *path = xf_path_join(root, "Makefile");
    char *major, *minor, *extra, *version = NULL;

    if (!xf_file_exists(path) || xf_file_read(&text, path) || !text.len) {
        free(path);
        xf_buf_release(&text);
        return xf_strdup("");
    }
    major = makefile_value(text.data, "XEN_VERSION");
    minor = makefile_value(text.data, "XEN_SUBVERSION");
    extra = makefile_value(text.data, "XEN_EXTRAVERSION");
    version = *major && *minor ? xf_format("%s.%s%s", major, minor, extra)
                               : xf_strdup("");
    free(major);
    free(minor);
    free(extra);
    free(path);
    xf_buf_release(&text);
    return version;
}

char *xf_history_name(const char *root)
{
    char *real = realpath(root, NULL);
    const char *path = real ? real : root, *last = strrchr(path, '/');
    const char *before = last;
    char *name;

    while (before && before > path && before[-1] != '/')
        before--;
    name = xf_strdup(before ? before : path);
    free(real);
    return name;
}

/* "4.17.5", "4.17.5+72-g01140da4e8" and "RELEASE-4.17.5-72-g01140da4e8". */
static bool number_in(const char *text, unsigned int number[3],
                      unsigned int *behind)
{
    for (; *text; text++) {
        int used = 0;

        if (!isdigit((unsigned char)*text) ||
            sscanf(text, "%u.%u.%u%n", &number[0], &number[1], &number[2],
                   &used) < 3)
            continue;
        *behind = 0;
        if (text[used] == '+' || text[used] == '-')
            sscanf(text + used + 1, "%u", behind);
        return true;
    }
    return false;
}

static void read_number(struct tree *t, const char *name)
{
    char *version = xf_history_version(t->root);
    unsigned int named[3], behind;
    unsigned int *own = t->number;

    t->has_number = sscanf(version, "%u.%u.%u", &own[0], &own[1], &own[2]) >= 2;
    t->is_unstable = strchr(version, '-') || strstr(version, "rc");
    /* A folder's name may say more than the Makefile, if both agree. */
    if (t->has_number && number_in(name, named, &behind) &&
        !memcmp(named, own, sizeof(named)))
        t->behind = behind;
    free(version);
}

unsigned int xf_history_behind(const char *root, const char *name)
{
    struct tree t = {.root = root};

    read_number(&t, name);
    return t.behind;
}

/* ---- clones ------------------------------------------------------------- */

static int no_commit(const char *root, const char *until)
{
    return xf_error("the clone of %s has no commit '%s'; name one that it has "
                    "with --history-until",
                    root, until ? until : "HEAD");
}

/* A tree that is unpacked inside of some other repository is no clone. */
static bool is_clone(const char *root)
{
    const char *const args[] = {"ls-files", "--error-unmatch", "--", "Makefile",
                                NULL};
    struct xf_buf out = XF_BUF_INIT;
    int rc = git_try(&out, root, args);

    xf_buf_release(&out);
    return rc == 0;
}

int xf_history_tip(char **tip, const char *root, const char *until)
{
    char *name = xf_format("%s^{commit}", until ? until : "HEAD");
    const char *const args[] = {"rev-parse", "--verify", "--quiet", name, NULL};
    struct xf_buf out = XF_BUF_INIT;
    int rc = is_clone(root) ? git_try(&out, root, args) : 0;

    if (rc > 0)
        rc = no_commit(root, until);
    *tip = rc ? NULL : xf_buf_detach(&out);
    free(name);
    xf_buf_release(&out);
    return rc;
}

static int read_ancestors(struct tree *t, const char *until)
{
    char *tip = xf_format("%s^{commit}", until ? until : "HEAD");
    const char *const args[] = {"rev-list", tip, "--", NULL};
    struct xf_buf out = XF_BUF_INIT;
    char id[COMMIT_DIGITS + 1] = {0};
    int rc = git_try(&out, t->root, args);

    if (rc > 0)
        rc = no_commit(t->root, until);
    for (const char *at = out.data; !rc && at && *at;) {
        size_t len = strcspn(at, "\n");

        if (len >= COMMIT_DIGITS) {
            memcpy(id, at, COMMIT_DIGITS);
            xf_map_add(&t->ancestors, id, NULL);
        }
        at += len + (at[len] == '\n');
    }
    free(tip);
    xf_buf_release(&out);
    return rc;
}

/* ---- renames ------------------------------------------------------------ */

static void add_move(struct tree *t, const struct facts_row *row)
{
    int is_new;
    uint32_t i = xf_map_add(&t->renames, row->cell[RENAME_OLD], &is_new);

    if (is_new) {
        XF_GROW(t->first, i, t->first_cap);
        t->first[i] = SIZE_MAX;
    }
    XF_GROW(t->moves, t->nmoves, t->moves_cap);
    t->moves[t->nmoves] = (struct tree_move){
        row->cell[RENAME_DATE], row->cell[RENAME_OLD], row->cell[RENAME_NEW],
        t->first[i]};
    t->first[i] = t->nmoves++;
}

static bool exists(struct tree *t, const char *file)
{
    int is_new;
    uint32_t i = xf_map_add(&t->files, file, &is_new);

    if (is_new) {
        char *path = xf_path_join(t->root, file);

        if (i == t->exists_cap) {
            t->exists_cap = t->exists_cap ? 2 * t->exists_cap : 256;
            t->exists =
                xf_realloc(t->exists, t->exists_cap * sizeof(*t->exists));
        }
        t->exists[i] = xf_path_below(path, t->root) && xf_file_exists(path);
        free(path);
    }
    return t->exists[i];
}

const char *tree_file(struct tree *t, const char *file, const char *date)
{
    for (int depth = 0; depth < 20; depth++) {
        const struct tree_move *best = NULL;
        uint32_t i;

        if (exists(t, file))
            return file;
        i = xf_map_find(&t->renames, file);
        if (i == XF_MAP_NONE)
            return NULL;
        /* The first move behind that date. */
        for (size_t m = t->first[i]; m != SIZE_MAX; m = t->moves[m].next)
            if (strcmp(t->moves[m].date, date) >= 0 &&
                (!best || strcmp(t->moves[m].date, best->date) < 0))
                best = &t->moves[m];
        if (!best)
            return NULL;
        file = best->to;
        date = best->date;
    }
    return NULL;
}

const char *tree_file_before(struct tree *t, const char *file,
                             const char *date)
{
    for (int depth = 0; depth < 20; depth++) {
        const struct tree_move *best = NULL;

        if (exists(t, file))
            return file;
        /* The last move to that name up to that date. */
        for (size_t i = 0; i < t->nmoves; i++)
            if (!strcmp(t->moves[i].to, file) &&
                strcmp(t->moves[i].date, date) <= 0 &&
                (!best || strcmp(t->moves[i].date, best->date) > 0))
                best = &t->moves[i];
        if (!best)
            return NULL;
        file = best->from;
        date = best->date;
    }
    return NULL;
}

/* ---- open, ask, release ------------------------------------------------- */

int tree_open(struct tree *t, const struct facts *facts, const char *root,
              const char *name, const char *until)
{
    const struct facts_rows *renames = &facts->tables[FACTS_RENAMES];

    *t = (struct tree){.root = root};
    for (size_t i = 0; i < renames->len; i++)
        add_move(t, &renames->items[i]);
    read_number(t, name);
    t->is_clone = is_clone(root);
    if (t->is_clone)
        return read_ancestors(t, until);
    if (until)
        return xf_error("%s is no git clone, so it has no commit '%s'; leave "
                        "--history-until out",
                        root, until);
    return 0;
}

void tree_release(struct tree *t)
{
    xf_map_release(&t->ancestors);
    xf_map_release(&t->renames);
    xf_map_release(&t->files);
    free(t->moves);
    free(t->first);
    free(t->exists);
}

static bool has_any(const struct tree *t, const char *list)
{
    char id[COMMIT_DIGITS + 1] = {0};

    for (; strlen(list) >= COMMIT_DIGITS; list += strcspn(list, ",") + 1) {
        memcpy(id, list, COMMIT_DIGITS);
        if (xf_map_find(&t->ancestors, id) != XF_MAP_NONE)
            return true;
        if (!strchr(list, ','))
            break;
    }
    return false;
}

static int compare(const unsigned int a[3], const unsigned int b[3])
{
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* Whether a release ("4.17.2", "4.17.5+31") is the tree's or an earlier one
 * that its branch has. */
static bool includes(const struct tree *t, const char *release)
{
    unsigned int n[3], behind = 0;
    bool same_branch;

    if (sscanf(release, "%u.%u.%u+%u", &n[0], &n[1], &n[2], &behind) < 3)
        return false;
    same_branch = n[0] == t->number[0] && n[1] == t->number[1];
    if (!same_branch)
        /* x.y.0 came from the mainline, which later branches have. */
        return !n[2] && !behind && compare(n, t->number) < 0;
    return compare(n, t->number) < 0 ||
           (!compare(n, t->number) && behind <= t->behind);
}

/* "mainline", or x.y.0 which is made from it. */
static bool is_mainline(const char *release)
{
    unsigned int n[3];
    char behind = 0;

    return *release == 'm' ||
           (sscanf(release, "%u.%u.%u%c", &n[0], &n[1], &n[2], &behind) >= 3 &&
            !n[2] && behind != '+');
}

enum tree_has tree_has(const struct tree *t, const struct facts_row *commit)
{
    const char *list = commit->cell[COMMIT_RELEASES];
    bool mainline = false;

    if (t->is_clone)
        return has_any(t, commit->cell[COMMIT_ID]) ||
                       has_any(t, commit->cell[COMMIT_BACKPORTS])
                   ? TREE_YES
                   : TREE_NO;
    if (!t->has_number)
        return TREE_UNKNOWN;
    while (*list) {
        if (includes(t, list))
            return TREE_YES;
        mainline |= is_mainline(list);
        list += strcspn(list, ",");
        list += *list == ',';
    }
    /* What only older branches got, newer ones did not need, or got in another
     * form; what is in no release yet, an unreleased tree may have. */
    if (!mainline || (t->is_unstable &&
                      !strncmp(commit->cell[COMMIT_RELEASES], "mainline", 8)))
        return TREE_UNKNOWN;
    return TREE_NO;
}
