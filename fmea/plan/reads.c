/* SPDX-License-Identifier: GPL-2.0-only
 *
 * From a function that reads the device tree, at its place in a chain, to the
 * property or node of the tree at hand. Which node a pointer stands for is not
 * followed: it is one that the texts of the same function name (by path, name,
 * compatible or device_type), else those of the same file's tables, else those
 * of its other functions.
 */
#include "faults.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "mutate.h"
#include "tree.h"

/* Faults of one read; a tree with more nodes of a kind says nothing new. */
#define MAX_NODES 4

/* Where texts stand: those of the function that reads, those of the file's
 * tables (of compatible devices), those of its other functions. */
enum tier { IN_FUNCTION, IN_TABLES, IN_FILE, TIERS };

struct read {
    struct faults *faults;
    const struct target_site *site;
    const cJSON *entry; /* of "reads" */
    char *name, *file, *basis;
    int line;
    struct xf_map texts[TIERS]; /* nearest first */
    char *property; /* NULL: not known */
    size_t index;
};

/* ---- texts ---------------------------------------------------------------- */

/* A string literal as the tree has it, without its quotes; NULL when it is
 * spelled in another way. Caller frees. */
static char *plain_text(const struct xf_node *node)
{
    size_t len = strlen(node->name);

    if (node->op != XF_OP_STR || len < 2 || node->name[0] != '"' ||
        strchr(node->name, '\\'))
        return NULL;
    return xf_strndup(node->name + 1, len - 2);
}

static void add_texts(struct xf_map *texts, const struct xf_node *node)
{
    char *text = plain_text(node);

    if (text && *text)
        xf_map_add(texts, text, NULL);
    free(text);
    for (uint32_t i = 0; i < node->nkids; i++)
        add_texts(texts, node->kids[i]);
}

static const struct xf_node *strip(const struct xf_node *node)
{
    while (node->op == XF_OP_CAST && node->nkids)
        node = node->kids[0];
    return node;
}

static const struct xf_node *find_call(const struct xf_node *node,
                                       const struct read *r)
{
    if (node->op == XF_OP_CALL && (int)node->line == r->line && node->nkids) {
        const struct xf_node *callee = strip(node->kids[0]);

        if (callee->op == XF_OP_FN && !strcmp(callee->name, r->name))
            return node;
    }
    for (uint32_t i = 0; i < node->nkids; i++) {
        const struct xf_node *found = find_call(node->kids[i], r);

        if (found)
            return found;
    }
    return NULL;
}

/* What the arguments of the call say. */
static void read_arguments(struct read *r, const struct xf_node *call)
{
    const cJSON *index = cJSON_GetObjectItemCaseSensitive(r->entry, "index");

    for (uint32_t i = 1; i < call->nkids && !r->property; i++)
        r->property = plain_text(strip(call->kids[i]));
    if (cJSON_IsNumber(index) && index->valueint >= 0 &&
        (uint32_t)index->valueint + 1 < call->nkids) {
        const struct xf_node *n = strip(call->kids[index->valueint + 1]);

        if (n->op == XF_OP_INT && n->has_value && n->value >= 0 &&
            n->value < 64)
            r->index = (size_t)n->value;
    }
}

static int read_body(struct read *r)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        r->faults->store,
        "SELECT b.tree, b.types FROM function f JOIN body b "
        "ON b.function = f.id WHERE f.build = ?1 AND f.file = ?2 "
        "AND f.line <= ?3 AND f.end_line >= ?3 ORDER BY b.id");
    int rc;

    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, r->site->build);
    xf_bind(stmt, 2, r->file);
    sqlite3_bind_int(stmt, 3, r->line);
    while ((rc = xf_store_step(r->faults->store, stmt)) > 0) {
        struct xf_tree *tree =
            xf_tree_read(xf_column(stmt, 0), xf_column(stmt, 1));
        const struct xf_node *call;

        if (!tree)
            return -1;
        call = find_call(xf_tree_root(tree), r);
        add_texts(&r->texts[IN_FUNCTION], xf_tree_root(tree));
        if (call)
            read_arguments(r, call);
        xf_tree_free(tree);
    }
    return rc;
}

static int read_texts(struct read *r, enum tier tier, const char *sql)
{
    sqlite3_stmt *stmt = xf_store_prepare(r->faults->store, sql);
    int rc;

    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, r->site->build);
    xf_bind(stmt, 2, r->file);
    while ((rc = xf_store_step(r->faults->store, stmt)) > 0) {
        struct xf_tree *tree =
            xf_tree_read(xf_column(stmt, 0), xf_column(stmt, 1));

        if (!tree)
            return -1;
        add_texts(&r->texts[tier], xf_tree_root(tree));
        xf_tree_free(tree);
    }
    return rc;
}

static int read_file(struct read *r)
{
    if (read_texts(r, IN_TABLES, "SELECT tree, types FROM variable "
                                 "WHERE build = ?1 AND file = ?2"))
        return -1;
    return read_texts(r, IN_FILE, "SELECT b.tree, b.types FROM function f "
                                  "JOIN body b ON b.function = f.id "
                                  "WHERE f.build = ?1 AND f.file = ?2");
}

/* ---- nodes ---------------------------------------------------------------- */

static bool names_node(const struct xf_map *texts, const struct blob_node *node)
{
    const struct blob_property *compatible = blob_property(node, "compatible");
    const struct blob_property *type = blob_property(node, "device_type");
    struct xf_buf base = XF_BUF_INIT;
    bool found = xf_map_find(texts, node->path) != XF_MAP_NONE;

    blob_base_name(&base, node);
    found = found || (base.len && xf_map_find(texts, base.data) != XF_MAP_NONE);
    for (size_t i = 0; i < texts->len && !found; i++)
        found = blob_has_text(compatible, texts->keys[i]) ||
                blob_has_text(type, texts->keys[i]);
    xf_buf_release(&base);
    return found;
}

static void add_faults(const struct read *r, const struct blob_node *node)
{
    const struct mutation m = {.blob = &r->faults->blob, .node = node,
                               .property = r->property ? r->property : "",
                               .entry = r->index};
    const cJSON *choice, *op;

    cJSON_ArrayForEach(choice,
                       cJSON_GetObjectItemCaseSensitive(r->entry, "choice")) {
        if (!one_of(cJSON_GetObjectItemCaseSensitive(choice, "when"),
                    r->site->predicate))
            continue;
        cJSON_ArrayForEach(op, cJSON_GetObjectItemCaseSensitive(choice,
                                                                "mutations")) {
            struct xf_buf text = XF_BUF_INIT;
            char *target = xf_format("%s %s: %s", node->path, m.property,
                                     op->valuestring);

            if (mutate(&text, op->valuestring, &m))
                fault_add(r->faults, r->site, "device tree", text.data, "",
                          target, r->basis);
            free(target);
            xf_buf_release(&text);
        }
        return;
    }
}

/* The nodes that the texts name, with the property or, with `absent`, without
 * it; how many. */
static size_t add_named(const struct read *r, const struct xf_map *texts,
                        bool absent)
{
    const struct blob *blob = &r->faults->blob;
    size_t n = 0;

    for (size_t i = 0; i < blob->nnodes && n < MAX_NODES; i++) {
        const struct blob_node *node = &blob->nodes[i];

        if ((r->property && !blob_property(node, r->property) != absent) ||
            !names_node(texts, node))
            continue;
        add_faults(r, node);
        n++;
    }
    return n;
}

static bool add_nearest(const struct read *r)
{
    for (int t = 0; t < TIERS; t++)
        if (add_named(r, &r->texts[t], false))
            return true;
    return false;
}

/* Properties with names of their own are of one kind of node. */
static bool own_name(const char *property)
{
    static const char *const common[] = {"reg", "interrupts", "compatible",
                                         "status", "phandle", "ranges",
                                         "interrupt-parent"};

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        if (!strcmp(common[i], property))
            return false;
    return property[0] != '#';
}

static void add_having(const struct read *r)
{
    const struct blob *blob = &r->faults->blob;
    size_t n = 0;

    for (size_t i = 0; i < blob->nnodes && n < MAX_NODES; i++)
        if (blob_property(&blob->nodes[i], r->property)) {
            add_faults(r, &blob->nodes[i]);
            n++;
        }
}

static bool flag(const struct read *r, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(r->entry, name));
}

static void add_nodes(struct read *r)
{
    const struct blob *blob = &r->faults->blob;

    if (flag(r, "node")) {
        char *path = r->property;

        r->property = NULL;
        for (size_t i = 0; path && i < blob->nnodes; i++)
            if (!strcmp(blob->nodes[i].path, path))
                add_faults(r, &blob->nodes[i]);
        free(path);
    } else if (flag(r, "sizes")) {
        if (blob->nnodes)
            add_faults(r, &blob->nodes[0]);
    } else if (flag(r, "compatible")) {
        free(r->property);
        r->property = NULL;
        add_nearest(r);
    } else if (r->property && !add_nearest(r) && own_name(r->property)) {
        add_having(r);
        /* An optional property that is there, with a bad value. */
        add_named(r, &r->texts[IN_FUNCTION], true);
    }
}

/* ---- chains --------------------------------------------------------------- */

static int follow(struct read *r)
{
    const char *property = xf_json_string(r->entry, "property", "");
    int rc = read_body(r) || read_file(r) ? -1 : 0;

    if (*property) {
        free(r->property);
        r->property = xf_strdup(property);
    }
    if (!rc)
        add_nodes(r);
    free(r->property);
    for (int t = 0; t < TIERS; t++)
        xf_map_release(&r->texts[t]);
    return rc;
}

static const cJSON *find_entry(const struct faults *faults, const char *name)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(faults->json,
                                                               "reads"))
        if (one_of(cJSON_GetObjectItemCaseSensitive(entry, "names"), name))
            return entry;
    return NULL;
}

/* `at` is the "() at " of "name() at file:line". */
static int follow_at(struct faults *faults, const struct target_site *site,
                     const char *chain, const char *at)
{
    static const char mark[] = "() at ";
    const char *name = at, *file = at + sizeof(mark) - 1, *colon;
    struct read r = {.faults = faults, .site = site};
    int rc = 0;

    while (name > chain &&
           (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
        name--;
    colon = file + strcspn(file, ": ");
    if (*colon != ':')
        return 0;
    r.name = xf_strndup(name, (size_t)(at - name));
    r.file = xf_strndup(file, (size_t)(colon - file));
    r.line = atoi(colon + 1);
    r.basis = xf_format("%s() at %s:%d", r.name, r.file, r.line);
    r.entry = find_entry(faults, r.name);
    if (r.entry)
        rc = follow(&r);
    free(r.name);
    free(r.file);
    free(r.basis);
    return rc;
}

int faults_from_chain(struct faults *faults, const struct target_site *site,
                      const char *chain)
{
    for (const char *at = chain; (at = strstr(at, "() at ")); at++)
        if (follow_at(faults, site, chain, at))
            return -1;
    return 0;
}
