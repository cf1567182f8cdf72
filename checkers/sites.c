/* SPDX-License-Identifier: GPL-2.0-only */
#include "sites.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "hash.h"
#include "map.h"
#include "catalogue.h"
#include "stops.h"

/* Separators inside witness.chain, see analyzer/facts/facts.h. */
#define CHAIN_SEP '\x1f'
#define ARGS_SEP '\x1e'

/* What witness.frame says beside the types of frames. */
enum { CALL = -2, LOOP = -3 };

struct link {
    char *name, *args; /* args NULL: not known, or none */
};

struct site {
    int64_t build;
    char *kind, *file, *function, *spelled, *message, *condition, *debug,
        *callee;
    int line, end_line, col, frame, ordinal, sub, tus, is_asm;
    bool by_macro; /* a call that the body of a macro a person writes makes */
    struct link *chain; /* outermost first */
    size_t nchain;
    int64_t *functions; /* that contain it */
    size_t nfunctions, functions_cap;
};

struct collector {
    struct xf_store *store;
    const struct xf_catalogue *catalogue;
    struct xf_map keys;
    struct site *sites; /* parallel to keys */
    size_t cap;
};

static void read_chain(struct site *site, const char *text)
{
    size_t cap = 0;

    while (*text) {
        size_t len = strcspn(text, "\x1f");
        char *item = xf_strndup(text, len), *args = strchr(item, ARGS_SEP);
        struct link link = {item, NULL};

        if (args) {
            *args = '\0';
            link.args = xf_strdup(args + 1);
        }
        XF_GROW(site->chain, site->nchain, cap);
        site->chain[site->nchain++] = link;
        text += len + (text[len] == CHAIN_SEP);
    }
}

/* Innermost macro of the chain with that name, or NULL. */
static const struct link *in_chain(const struct site *site, const char *name)
{
    for (size_t i = site->nchain; i-- > 0;)
        if (!strcmp(site->chain[i].name, name))
            return &site->chain[i];
    return NULL;
}

/* The predicate as a person wrote it. An invocation at the site itself shows
 * its argument; deep inside other macros the frame's message is better, as it
 * has their parameters filled in. */
static const char *predicate(const struct site *site, const struct link *link)
{
    if (link && link == &site->chain[0] && link->args)
        return link->args;
    if (*site->message)
        return site->message;
    return link && link->args ? link->args : "";
}

/* Kind of frames of that type, NULL when they do not stop. */
static const char *stopping(const struct xf_catalogue *catalogue, int type)
{
    for (size_t i = 0; i < catalogue->nframes; i++)
        if (catalogue->frames[i].type == type)
            return catalogue->frames[i].kind;
    return NULL;
}

/* Kind that the macros around the site give to it and its condition: the most
 * specific one for its frame type. NULL when there is none. */
static const char *macro_kind(const struct xf_catalogue *catalogue,
                              struct site *site, int frame)
{
    for (size_t i = 0; i < catalogue->nmacros; i++) {
        const struct xf_macro_rule *m = &catalogue->macros[i];
        const struct link *link = in_chain(site, m->name);

        if (m->frame != frame)
            continue;
        if (m->message ? strcmp(m->message, site->message) != 0 : !link)
            continue;
        if (m->predicate)
            site->condition = xf_strdup(predicate(site, link));
        return m->kind;
    }
    return NULL;
}

/* Kind of a call: that of the function, unless an architecture without bug
 * frames makes one of the macros of it, as Power does of BUG(). */
static const char *call_kind(const struct xf_catalogue *catalogue,
                             struct site *site, const char *kind)
{
    const char *inner = site->nchain ? site->chain[site->nchain - 1].name : "";

    for (size_t i = 0; *kind && i < catalogue->nmacros; i++)
        if (!strcmp(catalogue->macros[i].name, inner)) {
            site->by_macro = true;
            return macro_kind(catalogue, site, catalogue->macros[i].frame);
        }
    return kind;
}

/* Kind and condition of a bug frame; NULL when its type does not stop. */
static const char *frame_kind(const struct xf_catalogue *catalogue, struct site *site)
{
    const char *kind = stopping(catalogue, site->frame), *named;

    /* The type could not be read from the assembly: its macros say it. */
    for (size_t i = 0;
         site->frame == -1 && !kind && i < catalogue->nmacros; i++)
        if (in_chain(site, catalogue->macros[i].name)) {
            site->frame = catalogue->macros[i].frame;
            kind = stopping(catalogue, site->frame);
        }
    if (!kind)
        return NULL;
    named = macro_kind(catalogue, site, site->frame);
    kind = named ? named : kind;
    if (!site->condition && !strcmp(kind, "ASSERT"))
        site->condition = xf_strdup(site->message);
    return kind;
}

/* Kind of a loop or trap. The loop of a function that data calls a stop is
 * what its calls lead to, and some only hold one processor. */
static const char *loop_kind(const struct xf_catalogue *catalogue,
                             const struct site *site)
{
    for (size_t i = 0; i < catalogue->parks.len; i++)
        if (!strcmp(catalogue->parks.items[i], site->function))
            return "";
    for (size_t i = 0; i < catalogue->nfunctions; i++)
        if (!strcmp(catalogue->functions[i].name, site->function))
            return "";
    return "halt";
}

/* Identity: what the site is, never where. */
static void site_id(const struct site *site, char id[20])
{
    char hex[XF_HASH_HEX], number[32];
    struct xf_hash *h = xf_hash_new();

    xf_hash_adds(h, "site-id 1");
    xf_hash_adds(h, site->file);
    xf_hash_adds(h, *site->spelled ? site->spelled : site->function);
    xf_hash_adds(h, site->kind);
    xf_hash_adds(h, site->by_macro ? "" : site->callee);
    /* What is written; the macros inside differ between architectures. */
    if (site->nchain) {
        xf_hash_adds(h, site->chain[0].name);
        xf_hash_adds(h, site->chain[0].args ? site->chain[0].args : "");
    } else {
        xf_hash_adds(h, site->message);
    }
    snprintf(number, sizeof(number), "%d/%d", site->ordinal, site->sub);
    xf_hash_adds(h, number);
    xf_hash_finish(h, hex);
    snprintf(id, 20, "XF-%.12s", hex);
}

static void release_site(struct site *site)
{
    for (size_t i = 0; i < site->nchain; i++) {
        free(site->chain[i].name);
        free(site->chain[i].args);
    }
    free(site->chain);
    free(site->functions);
    free(site->kind);
    free(site->file);
    free(site->function);
    free(site->spelled);
    free(site->message);
    free(site->condition);
    free(site->debug);
    free(site->callee);
}

static void add_function(struct site *site, int64_t id)
{
    for (size_t i = 0; i < site->nfunctions; i++)
        if (site->functions[i] == id)
            return;
    XF_GROW(site->functions, site->nfunctions, site->functions_cap);
    site->functions[site->nfunctions++] = id;
}

/* A source file can be compiled several times, with other function names: the
 * place is one site. Its name is the smallest, so that it does not depend on
 * the order of the units. */
static void merge(struct site *into, const struct site *from, int64_t function)
{
    into->tus += from->tus;
    add_function(into, function);
    if (strcmp(from->function, into->function) < 0) {
        free(into->function);
        into->function = xf_strdup(from->function);
    }
    if (!*from->debug)
        into->debug[0] = '\0';
}

static void collect(struct collector *c, sqlite3_stmt *row)
{
    struct site site = {0};
    const char *kind;
    char *key;
    int is_new;
    uint32_t at;
    int64_t function = sqlite3_column_int64(row, 1);

    site.build = sqlite3_column_int64(row, 0);
    site.file = xf_strdup(xf_column(row, 2));
    site.line = sqlite3_column_int(row, 3);
    site.end_line = sqlite3_column_int(row, 4);
    site.col = sqlite3_column_int(row, 5);
    site.frame = sqlite3_column_int(row, 6);
    site.message = xf_strdup(xf_column(row, 7));
    site.ordinal = sqlite3_column_int(row, 9);
    site.sub = sqlite3_column_int(row, 10);
    site.debug = xf_strdup(xf_column(row, 11));
    site.tus = sqlite3_column_int(row, 12);
    site.function = xf_strdup(xf_column(row, 13));
    site.spelled = xf_strdup(xf_column(row, 14));
    site.callee = xf_strdup(xf_column(row, 15));
    site.is_asm = sqlite3_column_int(row, 17);
    read_chain(&site, xf_column(row, 8));
    kind = site.frame == CALL ? call_kind(c->catalogue, &site,
                                          xf_column(row, 16))
           : site.frame == LOOP ? loop_kind(c->catalogue, &site)
                                : frame_kind(c->catalogue, &site);
    if (!kind || !*kind) {
        release_site(&site);
        return;
    }
    site.kind = xf_strdup(kind);
    if (!site.condition)
        site.condition = xf_strdup("");
    key = xf_format("%lld %s:%d:%d %d %s %s", (long long)site.build, site.file,
                    site.line, site.col, site.sub, site.kind, site.callee);
    at = xf_map_add(&c->keys, key, &is_new);
    free(key);
    if (is_new) {
        size_t n = at;

        XF_GROW(c->sites, n, c->cap);
        add_function(&site, function);
        c->sites[at] = site;
    } else {
        merge(&c->sites[at], &site, function);
        release_site(&site);
    }
}

static char *macro_names(const struct site *site)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < site->nchain; i++)
        xf_buf_addf(&out, "%s%s", i ? " > " : "", site->chain[i].name);
    return xf_buf_detach(&out);
}

static int write_functions(struct xf_store *store, int64_t site,
                           const struct site *s)
{
    for (size_t i = 0; i < s->nfunctions; i++) {
        sqlite3_stmt *q = xf_store_prepare(
            store, "INSERT INTO site_function VALUES (?1, ?2, 'body')");

        if (!q)
            return -1;
        sqlite3_bind_int64(q, 1, site);
        sqlite3_bind_int64(q, 2, s->functions[i]);
        if (xf_store_run(store, q))
            return -1;
    }
    return 0;
}

static int write_site(struct xf_store *store, const struct site *s,
                      const char *id)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "INSERT INTO site (build, site_id, kind, file, line, end_line, col, "
        "function, macro, macros, condition, message, witness, callee, frame, "
        "ordinal, debug_only, debug_why, tus) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
        "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)");
    char *macros = macro_names(s);

    if (!q) {
        free(macros);
        return -1;
    }
    sqlite3_bind_int64(q, 1, s->build);
    xf_bind(q, 2, id);
    xf_bind(q, 3, s->kind);
    xf_bind(q, 4, s->file);
    sqlite3_bind_int(q, 5, s->line);
    sqlite3_bind_int(q, 6, s->end_line);
    sqlite3_bind_int(q, 7, s->col);
    xf_bind(q, 8, s->function);
    xf_bind(q, 9, s->nchain ? s->chain[0].name : "");
    xf_bind(q, 10, macros);
    xf_bind(q, 11, s->condition);
    xf_bind(q, 12, s->message);
    xf_bind(q, 13, s->is_asm ? "asm" : s->frame == CALL ? "call"
                                : s->frame == LOOP ? "loop"
                                                   : "frame");
    xf_bind(q, 14, s->callee);
    sqlite3_bind_int(q, 15, s->frame < 0 ? -1 : s->frame);
    sqlite3_bind_int(q, 16, s->ordinal);
    sqlite3_bind_int(q, 17, *s->debug != '\0');
    xf_bind(q, 18, s->debug);
    sqlite3_bind_int(q, 19, s->tus);
    free(macros);
    if (xf_store_run(store, q))
        return -1;
    return write_functions(store, xf_store_last_id(store), s);
}

/* Equal texts at places that the ordinal does not tell apart (a file that is
 * included by two others, say) get a suffix, in order of line and column. */
static int write_sites(struct collector *c)
{
    struct xf_map used = XF_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < c->keys.len && !rc; i++) {
        char id[20], *unique, *key;
        int is_new;

        site_id(&c->sites[i], id);
        unique = xf_strdup(id);
        for (int n = 2;; n++) {
            key = xf_format("%lld %s", (long long)c->sites[i].build, unique);
            xf_map_add(&used, key, &is_new);
            free(key);
            if (is_new)
                break;
            free(unique);
            unique = xf_format("%s-%d", id, n);
        }
        rc = write_site(c->store, &c->sites[i], unique);
        free(unique);
    }
    xf_map_release(&used);
    return rc;
}

/* Header functions are inlined: their sites also live in every function that
 * reaches them through header functions alone. A header is a file with static
 * functions that is no unit's main file. */
static int inliners(struct xf_store *store)
{
    return xf_store_exec(
        store,
        "CREATE TEMP TABLE header AS"
        "  SELECT id FROM function WHERE is_static AND file <> ''"
        "  AND (build, file) NOT IN (SELECT build, file FROM tu);"
        "CREATE UNIQUE INDEX header_id ON header (id);"
        "INSERT OR IGNORE INTO site_function"
        "  WITH RECURSIVE up(site, function) AS ("
        "    SELECT sf.site, sf.function FROM site_function sf"
        "    JOIN header h ON h.id = sf.function"
        "    UNION"
        "    SELECT up.site, c.caller FROM up"
        "    JOIN header h ON h.id = up.function"
        "    JOIN call c ON c.callee = up.function)"
        "  SELECT site, function, 'inlined' FROM up"
        "  WHERE function NOT IN (SELECT id FROM header);"
        "DROP TABLE header;");
}

int xf_sites(struct xf_store *store, const struct xf_catalogue *catalogue)
{
    struct collector c = {.store = store, .catalogue = catalogue};
    sqlite3_stmt *s;
    int rc;

    if (xf_stops(store, catalogue))
        return -1;
    s = xf_store_prepare(
        store,
        "SELECT w.build, w.function, w.file, w.line, w.end_line, w.col, "
        "w.frame, w.message, w.chain, w.ordinal, w.sub, w.debug, w.tus, "
        "f.name, f.spelled, coalesce(g.name, ''), coalesce(g.stop_kind, ''), "
        "f.is_asm "
        "FROM witness w JOIN function f ON f.id = w.function "
        "LEFT JOIN function g ON g.id = w.callee "
        "ORDER BY w.build, w.file, w.line, w.col, w.sub, f.name, f.file");
    if (!s)
        return -1;
    while ((rc = xf_store_step(store, s)) > 0)
        collect(&c, s);
    if (!rc)
        rc = write_sites(&c);
    if (!rc)
        rc = inliners(store);
    for (size_t i = 0; i < c.keys.len; i++)
        release_site(&c.sites[i]);
    free(c.sites);
    xf_map_release(&c.keys);
    return rc;
}
