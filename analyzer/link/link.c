/* SPDX-License-Identifier: GPL-2.0-only */
#include "link.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "facts.h"
#include "hash.h"
#include "map.h"

/* The records of one function, from its F on; shared by `tus` units. */
struct block {
    char *text;
    size_t len;
    unsigned int tus;
};

/* Which lines of a file the units skipped. */
struct file {
    unsigned int readers;
    bool analysed; /* read by a unit without errors */
    unsigned int *skipped; /* per line: units that skipped it */
    unsigned int *stamp;   /* per line: last unit counted, plus 1 */
    size_t nlines;
};

struct function {
    char *name;
    const char *file; /* in a map's key or a literal */
    int line, end_line, flags;
    char *section, *spelled;
};

enum { F_STATIC = 1, F_INLINE = 2, F_NORETURN = 4, F_ASM = 8 };

struct linker {
    struct xf_store *store;
    int64_t build;
    struct xf_map block_keys;
    struct block *blocks;
    size_t blocks_cap;
    struct xf_map paths; /* files read */
    struct file *files;
    size_t files_cap;
    struct xf_map expanded; /* file:line:col */
    struct xf_map unexecuted; /* likewise */
    struct xf_map function_keys; /* name \x1f file */
    struct function *functions;  /* parallel; database id is index + first_id */
    size_t functions_cap;
    int64_t first_id;
    struct xf_map externs; /* names of external functions */
    struct ids {
        uint32_t *items; /* their definitions */
        size_t len, cap;
    } *definitions; /* parallel to externs */
    size_t externs_cap;
    struct xf_map calls; /* edges already written */
    struct xf_map trees; /* hashes of the bodies and variables seen */
    struct body {
        uint32_t function;
        char *types, *tree; /* in the units' facts */
    } *bodies;
    size_t nbodies, bodies_cap;
};

/* ---- pass 1: units to blocks, files, expansions ------------------------- */

static struct file *file_of(struct linker *l, const char *path)
{
    int is_new;
    uint32_t at = xf_map_add(&l->paths, path, &is_new);

    if (is_new) {
        size_t len = at;

        XF_GROW(l->files, len, l->files_cap);
        memset(&l->files[at], 0, sizeof(l->files[at]));
    }
    return &l->files[at];
}

static void reserve_lines(struct file *file, size_t last)
{
    size_t nlines = last + 256;

    if (last < file->nlines)
        return;
    file->skipped = xf_realloc(file->skipped, nlines * sizeof(unsigned int));
    file->stamp = xf_realloc(file->stamp, nlines * sizeof(unsigned int));
    memset(file->skipped + file->nlines, 0,
           (nlines - file->nlines) * sizeof(unsigned int));
    memset(file->stamp + file->nlines, 0,
           (nlines - file->nlines) * sizeof(unsigned int));
    file->nlines = nlines;
}

/* A file that is included twice in a unit may skip a line once; such a line
 * counts as skipped, which is only asked when no site was found there. */
static void on_skipped(struct linker *l, const struct xf_record *r,
                       unsigned int tu)
{
    struct file *file = file_of(l, r->fields[0]);
    unsigned int first, last;

    if (sscanf(r->fields[1], "%u-%u", &first, &last) != 2 || last < first ||
        last > 10 * 1000 * 1000)
        return;
    reserve_lines(file, last);
    for (unsigned int line = first; line <= last; line++) {
        if (file->stamp[line] == tu + 1)
            continue;
        file->stamp[line] = tu + 1;
        file->skipped[line]++;
    }
}

static int add_diagnostic(struct linker *l, const struct xf_record *r,
                          int64_t tu)
{
    sqlite3_stmt *s = xf_store_prepare(
        l->store, "INSERT INTO diagnostic VALUES (?1, ?2, ?3, ?4, ?5)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, tu);
    xf_bind(s, 2, r->fields[0]);
    xf_bind(s, 3, r->fields[1]);
    sqlite3_bind_int(s, 4, atoi(r->fields[2]));
    xf_bind(s, 5, r->fields[3]);
    return xf_store_run(l->store, s);
}

static void add_block(struct linker *l, char *text, size_t len)
{
    char hex[XF_HASH_HEX];
    int is_new;
    uint32_t at;

    xf_hash_bytes(hex, text, len);
    at = xf_map_add(&l->block_keys, hex, &is_new);
    if (is_new) {
        struct block b = {text, len, 0};
        size_t n = at;

        XF_GROW(l->blocks, n, l->blocks_cap);
        l->blocks[at] = b;
    }
    l->blocks[at].tus++;
}

/* End of the record lines that belong to the function starting at `text`. */
static char *block_end(char *text, char *end)
{
    char *line = text;

    do
        line = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
    while (line < end && strchr("CBNHE", *line));
    return line;
}

static uint32_t function_index(struct linker *l, const char *name,
                               const char *file);

/* Whether this text was not seen before. */
static bool is_new_tree(struct linker *l, const char *name, const char *file,
                        const char *types, const char *tree)
{
    struct xf_hash *h = xf_hash_new();
    char hex[XF_HASH_HEX];
    int is_new;

    xf_hash_adds(h, name);
    xf_hash_adds(h, file);
    xf_hash_adds(h, types);
    xf_hash_adds(h, tree);
    xf_hash_finish(h, hex);
    xf_map_add(&l->trees, hex, &is_new);
    return is_new;
}

static void on_body(struct linker *l, const struct xf_record *r)
{
    struct body b = {XF_MAP_NONE, (char *)r->fields[2], (char *)r->fields[3]};

    if (!is_new_tree(l, r->fields[0], r->fields[1], b.types, b.tree))
        return;
    b.function = function_index(l, r->fields[0], r->fields[1]);
    XF_GROW(l->bodies, l->nbodies, l->bodies_cap);
    l->bodies[l->nbodies++] = b;
}

static int on_variable(struct linker *l, const struct xf_record *r)
{
    sqlite3_stmt *s;

    if (!is_new_tree(l, r->fields[0], r->fields[1], r->fields[5], r->fields[6]))
        return 0;
    s = xf_store_prepare(
        l->store, "INSERT INTO variable (build, name, file, line, is_static, "
                  "section, types, tree) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                  "?8)");
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, l->build);
    xf_bind(s, 2, r->fields[0]);
    xf_bind(s, 3, r->fields[1]);
    sqlite3_bind_int(s, 4, atoi(r->fields[2]));
    sqlite3_bind_int(s, 5, strchr(r->fields[3], 's') != NULL);
    for (int i = 4; i <= 6; i++)
        xf_bind(s, i + 2, r->fields[i]);
    return xf_store_run(l->store, s);
}

static int read_unit(struct linker *l, const struct xf_link_tu *unit,
                     unsigned int n, int64_t tu)
{
    struct xf_buf *facts = unit->facts;
    bool ok = !strcmp(unit->status, "ok");
    char *line = facts->data, *end = line + facts->len;

    if (!facts->len)
        return 0;
    if (!xf_facts_complete(facts->data, facts->len))
        return xf_error("the facts of a translation unit are incomplete; "
                        "remove the cache folder and scan again");
    while (line < end && *line != '.') {
        char *next;
        struct xf_record r;

        if (*line == 'F') {
            next = block_end(line, end);
            add_block(l, line, (size_t)(next - line));
            line = next;
            continue;
        }
        next = memchr(line, '\n', (size_t)(end - line));
        *next = '\0';
        if (xf_fact_split(&r, line))
            return xf_error("a record of a translation unit's facts is "
                            "malformed; remove the cache folder and scan "
                            "again");
        if (r.tag == 'R') {
            struct file *file = file_of(l, r.fields[0]);

            file->readers += !*r.fields[1];
            file->analysed |= ok;
        } else if (r.tag == 'I')
            on_skipped(l, &r, n);
        else if (r.tag == 'T')
            on_body(l, &r);
        else if (r.tag == 'G' && on_variable(l, &r))
            return -1;
        else if (r.tag == 'D' && add_diagnostic(l, &r, tu))
            return -1;
        else if (r.tag == 'X' || r.tag == 'U') {
            char *key = xf_format("%s\t%s", r.fields[0], r.fields[1]);

            xf_map_add(r.tag == 'X' ? &l->expanded : &l->unexecuted, key,
                       NULL);
            free(key);
        } else if (!strchr("VRIDGT", r.tag))
            return xf_error("a record of a translation unit's facts is out of "
                            "place; remove the cache folder and scan again");
        line = next + 1;
    }
    return 0;
}

/* ---- pass 2: functions --------------------------------------------------- */

static uint32_t function_index(struct linker *l, const char *name,
                               const char *file)
{
    char *key = xf_format("%s\x1f%s", name, file);
    int is_new;
    uint32_t at = xf_map_add(&l->function_keys, key, &is_new);

    free(key);
    if (is_new) {
        struct function f = {0};
        size_t n = at;

        f.name = xf_strdup(name);
        f.file = strchr(l->function_keys.keys[at], '\x1f') + 1;
        f.section = xf_strdup("");
        f.spelled = xf_strdup("");
        XF_GROW(l->functions, n, l->functions_cap);
        l->functions[at] = f;
    }
    return at;
}

static void add_definition(struct linker *l, const char *name, uint32_t at)
{
    int is_new;
    uint32_t e = xf_map_add(&l->externs, name, &is_new);
    struct ids *ids;

    if (is_new) {
        size_t n = e;

        XF_GROW(l->definitions, n, l->externs_cap);
        memset(&l->definitions[e], 0, sizeof(l->definitions[e]));
    }
    ids = &l->definitions[e];
    for (size_t i = 0; i < ids->len; i++)
        if (ids->items[i] == at)
            return;
    XF_GROW(ids->items, ids->len, ids->cap);
    ids->items[ids->len++] = at;
}

static void set_text(char **to, const char *text)
{
    if (!**to && *text) {
        free(*to);
        *to = xf_strdup(text);
    }
}

static uint32_t on_function(struct linker *l, const struct xf_record *r)
{
    uint32_t at = function_index(l, r->fields[0], r->fields[1]);
    struct function *f = &l->functions[at];
    const char *flags = r->fields[4];

    if (!f->line) {
        f->line = atoi(r->fields[2]);
        f->end_line = atoi(r->fields[3]);
        set_text(&f->section, r->fields[5]);
    } else if (strcmp(f->section, r->fields[5])) {
        /* A header's function that only some units put into a section. */
        f->section[0] = '\0';
    }
    f->flags |= (strchr(flags, 's') ? F_STATIC : 0) |
                (strchr(flags, 'i') ? F_INLINE : 0) |
                (strchr(flags, 'n') ? F_NORETURN : 0) |
                (strchr(flags, 'a') ? F_ASM : 0);
    set_text(&f->spelled, r->fields[6]);
    if (!(f->flags & F_STATIC))
        add_definition(l, r->fields[0], at);
    return at;
}

/* Definitions come before calls are resolved, so blocks are read twice; the
 * first time only their first line. */
static int define_functions(struct linker *l)
{
    for (size_t i = 0; i < l->block_keys.len; i++) {
        struct block *b = &l->blocks[i];
        size_t len = (size_t)((char *)memchr(b->text, '\n', b->len) - b->text);
        char *line = xf_strndup(b->text, len);
        struct xf_record r;

        if (xf_fact_split(&r, line)) {
            free(line);
            return xf_error("a function's facts are malformed; remove the "
                            "cache folder and scan again");
        }
        on_function(l, &r);
        free(line);
    }
    return 0;
}

/* ---- pass 3: calls and witnesses ----------------------------------------- */

static int64_t id_of(const struct linker *l, uint32_t function)
{
    return l->first_id + function;
}

static int add_call(struct linker *l, uint32_t caller, uint32_t callee,
                    const struct xf_record *r)
{
    const char *file = *r->fields[2] ? r->fields[2] : l->functions[caller].file;
    bool is_asm = l->functions[caller].flags & F_ASM;
    char *key;
    sqlite3_stmt *s;
    int is_new;

    key = xf_format("%u %u %s %s %s", caller, callee, file, r->fields[3],
                    r->fields[4]);
    xf_map_add(&l->calls, key, &is_new);
    free(key);
    if (!is_new)
        return 0;
    s = xf_store_prepare(l->store, "INSERT INTO call VALUES (?1, ?2, ?3, ?4, "
                                   "?8, ?5, ?6, ?7)");
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, l->build);
    sqlite3_bind_int64(s, 2, id_of(l, caller));
    sqlite3_bind_int64(s, 3, id_of(l, callee));
    xf_bind(s, 4, is_asm ? "asm" : "direct");
    xf_bind(s, 5, file);
    sqlite3_bind_int(s, 6, atoi(r->fields[3]));
    sqlite3_bind_int(s, 7, atoi(r->fields[4]));
    xf_bind(s, 8, r->fields[5]);
    return xf_store_run(l->store, s);
}

/* A label of the same assembly file, as the assembler resolves it;
 * XF_MAP_NONE when there is none. */
static uint32_t own_label(const struct linker *l, const char *name,
                          uint32_t caller)
{
    char *key;
    uint32_t at;

    if (!(l->functions[caller].flags & F_ASM))
        return XF_MAP_NONE;
    key = xf_format("%s\x1f%s", name, l->functions[caller].file);
    at = xf_map_find(&l->function_keys, key);
    free(key);
    return at;
}

/* What a name means at a call: the static function of that file, or every
 * external definition (there can be several: boot code is linked apart), or an
 * undefined function. Calls `fn` for each. */
static int each_callee(struct linker *l, const char *name, const char *home,
                       uint32_t caller, const struct xf_record *r,
                       int (*fn)(struct linker *l, uint32_t caller,
                                 uint32_t callee, const struct xf_record *r))
{
    uint32_t e = own_label(l, name, caller);

    if (e != XF_MAP_NONE)
        return fn(l, caller, e, r);
    if (*home)
        return fn(l, caller, function_index(l, name, home), r);
    e = xf_map_find(&l->externs, name);
    if (e == XF_MAP_NONE || !l->definitions[e].len)
        return *r->fields[5] ? 0
                             : fn(l, caller, function_index(l, name, ""), r);
    for (size_t i = 0; i < l->definitions[e].len; i++)
        if (fn(l, caller, l->definitions[e].items[i], r))
            return -1;
    return 0;
}

/* The first of them. */
static uint32_t first_callee(struct linker *l, const char *name,
                             const char *home, uint32_t caller)
{
    uint32_t e = own_label(l, name, caller);

    if (e != XF_MAP_NONE)
        return e;
    e = *home ? XF_MAP_NONE : xf_map_find(&l->externs, name);
    return e != XF_MAP_NONE && l->definitions[e].len
               ? l->definitions[e].items[0]
               : function_index(l, name, home);
}

static int add_witness(struct linker *l, uint32_t function, uint32_t callee,
                       const struct xf_record *r, unsigned int tus)
{
    /* B: file line end col frame  message chain ordinal sub debug
     * H: file line end col        what    chain ordinal sub debug
     * N: file line end col callee home message chain ordinal sub debug */
    bool is_call = r->tag == 'N';
    const char *const *rest =
        r->fields + (is_call ? 6 : r->tag == 'H' ? 4 : 5);
    sqlite3_stmt *s = xf_store_prepare(
        l->store, "INSERT INTO witness VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                  "?9, ?10, ?11, ?12, ?13, ?14)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, l->build);
    sqlite3_bind_int64(s, 2, id_of(l, function));
    xf_bind(s, 3, r->fields[0]);
    for (int i = 1; i <= 3; i++)
        sqlite3_bind_int(s, 3 + i, atoi(r->fields[i]));
    sqlite3_bind_int(s, 7, is_call         ? -2
                           : r->tag == 'H' ? -3
                                           : atoi(r->fields[4]));
    if (is_call)
        sqlite3_bind_int64(s, 8, id_of(l, callee));
    xf_bind(s, 9, rest[0]);
    xf_bind(s, 10, rest[1]);
    sqlite3_bind_int(s, 11, atoi(rest[2]));
    sqlite3_bind_int(s, 12, atoi(rest[3]));
    xf_bind(s, 13, rest[4]);
    sqlite3_bind_int(s, 14, (int)tus);
    return xf_store_run(l->store, s);
}

static int add_ending(struct linker *l, uint32_t function,
                      const struct xf_record *r)
{
    sqlite3_stmt *s = xf_store_prepare(
        l->store, "INSERT INTO ending VALUES (?1, ?2, ?3, ?4, ?5)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, id_of(l, function));
    sqlite3_bind_int(s, 2, atoi(r->fields[0]));
    sqlite3_bind_int(s, 3, atoi(r->fields[1]));
    xf_bind(s, 4, r->fields[2]);
    sqlite3_bind_int(s, 5, atoi(r->fields[3]));
    return xf_store_run(l->store, s);
}

static int read_block(struct linker *l, const struct block *b)
{
    char *line = b->text, *end = b->text + b->len;
    uint32_t function = XF_MAP_NONE;
    int rc = 0;

    while (line < end && !rc) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        struct xf_record r;

        *next = '\0';
        if (xf_fact_split(&r, line))
            return xf_error("a function's facts are malformed; remove the "
                            "cache folder and scan again");
        if (r.tag == 'F') {
            function = function_index(l, r.fields[0], r.fields[1]);
        } else if (r.tag == 'C') {
            rc = each_callee(l, r.fields[0], r.fields[1], function, &r,
                             add_call);
        } else if (r.tag == 'B' || r.tag == 'H') {
            rc = add_witness(l, function, 0, &r, b->tus);
        } else if (r.tag == 'N') {
            rc = add_witness(l, function,
                             first_callee(l, r.fields[4], r.fields[5],
                                          function),
                             &r, b->tus);
        } else if (r.tag == 'E') {
            rc = add_ending(l, function, &r);
        }
        line = next + 1;
    }
    return rc;
}

/* ---- writing ------------------------------------------------------------- */

static int write_functions(struct linker *l)
{
    if (l->function_keys.len > XF_LINK_FUNCTIONS / 2)
        return xf_error("more than %d functions in one build; scan it without "
                        "what is not Xen's",
                        XF_LINK_FUNCTIONS / 2);
    for (size_t i = 0; i < l->function_keys.len; i++) {
        const struct function *f = &l->functions[i];
        sqlite3_stmt *s = xf_store_prepare(
            l->store,
            "INSERT INTO function (id, build, name, file, line, end_line, "
            "is_static, is_inline, is_noreturn, is_asm, section, spelled) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, id_of(l, (uint32_t)i));
        sqlite3_bind_int64(s, 2, l->build);
        xf_bind(s, 3, f->name);
        xf_bind(s, 4, f->file);
        sqlite3_bind_int(s, 5, f->line);
        sqlite3_bind_int(s, 6, f->end_line);
        sqlite3_bind_int(s, 7, !!(f->flags & F_STATIC));
        sqlite3_bind_int(s, 8, !!(f->flags & F_INLINE));
        sqlite3_bind_int(s, 9, !!(f->flags & F_NORETURN));
        sqlite3_bind_int(s, 10, !!(f->flags & F_ASM));
        xf_bind(s, 11, f->section);
        xf_bind(s, 12, f->spelled);
        if (xf_store_run(l->store, s))
            return -1;
    }
    return 0;
}

static int write_bodies(struct linker *l)
{
    for (size_t i = 0; i < l->nbodies; i++) {
        const struct body *b = &l->bodies[i];
        sqlite3_stmt *s = xf_store_prepare(
            l->store,
            "INSERT INTO body (function, types, tree) VALUES (?1, ?2, ?3)");

        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, id_of(l, b->function));
        xf_bind(s, 2, b->types);
        xf_bind(s, 3, b->tree);
        if (xf_store_run(l->store, s))
            return -1;
    }
    return 0;
}

static int write_range(struct linker *l, const char *file, size_t first,
                       size_t last)
{
    sqlite3_stmt *s = xf_store_prepare(
        l->store, "INSERT INTO inactive VALUES (?1, ?2, ?3, ?4)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, l->build);
    xf_bind(s, 2, file);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)first);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)last);
    return xf_store_run(l->store, s);
}

static int write_files(struct linker *l)
{
    for (size_t i = 0; i < l->paths.len; i++) {
        const struct file *f = &l->files[i];
        sqlite3_stmt *s = xf_store_prepare(
            l->store, "INSERT INTO read_file VALUES (?1, ?2, ?3)");

        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, l->build);
        xf_bind(s, 2, l->paths.keys[i]);
        sqlite3_bind_int(s, 3, f->analysed);
        if (xf_store_run(l->store, s))
            return -1;
        for (size_t first = 1; first < f->nlines; first++) {
            size_t last = first;

            if (!f->readers || f->skipped[first] < f->readers)
                continue;
            while (last + 1 < f->nlines && f->skipped[last + 1] >= f->readers)
                last++;
            if (write_range(l, l->paths.keys[i], first, last))
                return -1;
            first = last;
        }
    }
    return 0;
}

/* Places, "file\tline:col". */
static int write_places(struct linker *l, const struct xf_map *places,
                        const char *sql)
{
    for (size_t i = 0; i < places->len; i++) {
        char *key = places->keys[i], *tab = strchr(key, '\t');
        unsigned int line = 0, col = 0;
        sqlite3_stmt *s = xf_store_prepare(l->store, sql);

        if (!s)
            return -1;
        sscanf(tab + 1, "%u:%u", &line, &col);
        sqlite3_bind_int64(s, 1, l->build);
        sqlite3_bind_text(s, 2, key, (int)(tab - key), SQLITE_TRANSIENT);
        sqlite3_bind_int64(s, 3, line);
        sqlite3_bind_int64(s, 4, col);
        if (xf_store_run(l->store, s))
            return -1;
    }
    return 0;
}

static int write_build(struct linker *l, const char *arch, const char *name,
                       const char *kconfig)
{
    sqlite3_stmt *s = xf_store_prepare(
        l->store,
        "INSERT INTO build (arch, name, kconfig) VALUES (?1, ?2, ?3)");

    if (!s)
        return -1;
    xf_bind(s, 1, arch);
    xf_bind(s, 2, name);
    xf_bind(s, 3, kconfig);
    if (xf_store_run(l->store, s))
        return -1;
    l->build = xf_store_last_id(l->store);
    l->first_id = (l->build - 1) * XF_LINK_FUNCTIONS + 1;
    return 0;
}

static int write_tu(struct linker *l, const struct xf_link_tu *tu, int64_t *id)
{
    sqlite3_stmt *s = xf_store_prepare(
        l->store, "INSERT INTO tu (build, file, object, status, detail, "
                  "command) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, l->build);
    xf_bind(s, 2, tu->file);
    xf_bind(s, 3, tu->object);
    xf_bind(s, 4, tu->status);
    xf_bind(s, 5, tu->detail);
    xf_bind(s, 6, tu->command);
    if (xf_store_run(l->store, s))
        return -1;
    *id = xf_store_last_id(l->store);
    return 0;
}

static void release(struct linker *l)
{
    for (size_t i = 0; i < l->paths.len; i++) {
        free(l->files[i].skipped);
        free(l->files[i].stamp);
    }
    for (size_t i = 0; i < l->function_keys.len; i++) {
        free(l->functions[i].name);
        free(l->functions[i].section);
        free(l->functions[i].spelled);
    }
    for (size_t i = 0; i < l->externs.len; i++)
        free(l->definitions[i].items);
    free(l->blocks);
    free(l->files);
    free(l->functions);
    free(l->definitions);
    xf_map_release(&l->block_keys);
    xf_map_release(&l->paths);
    xf_map_release(&l->expanded);
    xf_map_release(&l->unexecuted);
    xf_map_release(&l->function_keys);
    xf_map_release(&l->externs);
    xf_map_release(&l->calls);
    xf_map_release(&l->trees);
    free(l->bodies);
}

int xf_link(struct xf_store *store, const char *arch, const char *name,
            const char *kconfig, const struct xf_link_tu *tus, size_t n)
{
    struct linker l = {.store = store};
    int rc = write_build(&l, arch, name, kconfig);

    for (size_t i = 0; i < n && !rc; i++) {
        int64_t id;

        rc = write_tu(&l, &tus[i], &id);
        if (!rc)
            rc = read_unit(&l, &tus[i], (unsigned int)i, id);
    }
    if (!rc)
        rc = define_functions(&l);
    for (size_t i = 0; i < l.block_keys.len && !rc; i++)
        rc = read_block(&l, &l.blocks[i]);
    if (!rc)
        rc = write_functions(&l) || write_bodies(&l) || write_files(&l) ? -1
                                                                         : 0;
    if (!rc)
        rc = write_places(&l, &l.expanded,
                          "INSERT INTO expanded VALUES (?1, ?2, ?3, ?4)");
    if (!rc)
        rc = write_places(&l, &l.unexecuted,
                          "INSERT INTO unexecuted VALUES (?1, ?2, ?3, ?4)");
    release(&l);
    return rc;
}
