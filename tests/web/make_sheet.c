/* SPDX-License-Identifier: GPL-2.0-only
 *
 * make_sheet SITES FOLDER SCHEMA DATA: a worksheet of made-up sites in four
 * builds, and of some with hostile text, for the tests of the page. Writes
 * tree/, test.db, worksheet.html and worksheet.csv into FOLDER and prints how
 * long that took. With 0 SITES the database is empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "page.h"
#include "sheet.h"

#define SITES_PER_FILE 20
#define LINES_PER_SITE 15

static const char *const folders[] = {
    "arch/arm", "arch/arm/gic", "arch/x86/mm", "arch/x86/hvm/vmx", "common",
    "common/sched", "drivers/passthrough/amd", "include/xen", "xsm/flask",
};

#define FOLDERS (int)(sizeof(folders) / sizeof(folders[0]))

static const struct {
    const char *kind, *macro, *condition, *message;
    int debug;
} shapes[] = {
    {"ASSERT", "ASSERT", "spin_is_locked(&d->page_alloc_lock)",
     "spin_is_locked(&d->page_alloc_lock)", 1},
    {"BUG_ON", "BUG_ON", "p2m_pod_zero_check_superpage(p2m, gfn) < 0", "", 0},
    {"panic", "", "", "\"Unable to allocate %u pages for domain %pd\\n\"", 0},
    {"ASSERT_UNREACHABLE", "ASSERT_UNREACHABLE", "", "unreachable", 1},
    {"BUG", "BUG", "", "", 0},
    {"panic", "CHECK_FEATURE", "!cpu_has(c, X86_FEATURE_NX)",
     "\"CPU%u: no NX\\n\"", 0},
    {"halt", "", "", "", 0},
};

#define SHAPES (int)(sizeof(shapes) / sizeof(shapes[0]))

static const char *const schema_builds =
    "INSERT INTO meta VALUES ('tree', '/home/me/xen-4.23'),"
    " ('tree_version', '4.23-unstable'), ('tool_version', '0.1.0');"
    "INSERT INTO build (arch, name) VALUES ('arm64', 'debug'),"
    " ('arm64', 'release'), ('x86_64', 'debug'), ('x86_64', 'release');"
    "INSERT INTO tu (build, file, object, status, detail, command)"
    " VALUES (1, 'common/kernel.c', 'common/kernel.o', 'ok', '', ''),"
    " (3, 'common/kernel.c', 'common/kernel.o', 'ok', '', ''),"
    " (1, 'arch/arm/gic.c', 'arch/arm/gic.o', 'errors',"
    " 'arch/arm/gic.c:12:1: unknown type name ''u99''', '');"
    "INSERT INTO function (build, name, file, line, end_line, is_static,"
    " is_inline, is_noreturn, is_asm) VALUES"
    " (1, 'do_domctl', 'common/domctl.c', 1, 2, 0, 0, 0, 0),"
    " (1, 'do_sysctl', 'common/sysctl.c', 1, 2, 0, 0, 0, 0);"
    "INSERT INTO census VALUES ('common/kernel.c', 1, 1, 'BUG', 'BUG', 'site',"
    " ''), ('common/kernel.c', 2, 1, 'BUG', 'BUG', 'comment', '');";

/* What the stages after the front end say, as far as the page shows it. Rows of
 * debug builds only have two failure modes; sites of a file and kind make a
 * group; every seventh file is reached by nothing; hostile texts are rationales
 * and bugs too. Step 50 of a long path is beyond what a picture holds. */
static const char *const evidence =
    "INSERT INTO context VALUES (0, 'guest-hypercall', 0, 'any guest',"
    " '#c0392b'), (1, 'boot', 1, 'the host', '#1e8449');"
    "INSERT INTO decision_group (name, title, why) SELECT DISTINCT"
    " 'file: ' || file || ' / ' || kind, file || ': ' || kind || ', invariant',"
    " 'The same kind in one file.' FROM site WHERE site_id NOT LIKE 'hostile%'"
    " ORDER BY 1;"
    "INSERT INTO aou VALUES ('XenAoU~plat_memory~1', 'memory', 'The platform"
    " shall have memory.', 'So that it boots.', 'Boot it.', '', 'offered');"
    "INSERT INTO proposal SELECT s.id, CASE s.kind WHEN 'panic' THEN"
    " 'remove-by-AoU' WHEN 'BUG_ON' THEN 'propagate' ELSE 'keep' END, 'high',"
    " 'rule-' || s.kind, 'EH: panic for boot', CASE s.kind WHEN 'halt' THEN ''"
    " ELSE 'Because of `' || s.condition || '` in ' || s.function END,"
    " CASE s.kind WHEN 'BUG' THEN 'Who calls it?' ELSE '' END,"
    " CASE s.kind WHEN 'BUG' THEN '' ELSE 'boot it' END,"
    " CASE s.kind WHEN 'panic' THEN 'XenAoU~plat_memory~1' ELSE '' END,"
    " '', '', (SELECT id FROM decision_group WHERE name ="
    " 'file: ' || s.file || ' / ' || s.kind) FROM site s;"
    "INSERT INTO proposal_evidence SELECT id, 1, 'kind: ' || kind FROM site;"
    "INSERT INTO failure_row SELECT id, 1, 'stops', 'fires', 'no return',"
    " 'all stop', 2 + id % 9, 'S reason', 4, 'O reason', 5, 'D reason',"
    " substr('HML', 1 + id % 3, 1) FROM site UNION ALL"
    " SELECT id, 2, 'goes on', 'release build: goes on', 'broken', 'unknown',"
    " NULL, 'not known', 4, 'O reason', 10, 'D reason', '?' FROM site"
    " WHERE debug_only = 1 AND id % 2;"
    "INSERT INTO site_fact SELECT id, 'subsystem', upper(substr(file, 1, 8))"
    " FROM site UNION ALL SELECT id, 'maintainer', 'Ann Other, Bob B.' FROM site;"
    "INSERT INTO site_class SELECT id, 'role', 'any guest' FROM site;"
    "INSERT INTO trigger SELECT id, (SELECT f.id FROM function f WHERE"
    " f.build = site.build), 'fires when `' || condition || '`', condition,"
    " CASE id % 2 WHEN 1 THEN 'guest-input' ELSE 'firmware' END,"
    " 'argument of f() <- register', 'undecided', '' FROM site;"
    "INSERT INTO trigger_literal SELECT id, 1, 'predicate', condition, 1, file,"
    " line, 'argument of f() <- register', 'guest-input' FROM site;"
    "INSERT INTO site_context SELECT id, 0, 0, 0 FROM site"
    " WHERE id % 7 UNION ALL SELECT id, 1, 0, 0 FROM site WHERE id % 7;"
    "INSERT INTO path_step SELECT s.id, c.id, 0, n.value, f.id, 'common/x.c',"
    " n.value + 1, CASE n.value WHEN 0 THEN 'entry' ELSE 'direct' END, '', 0,"
    " c.id, '' FROM site s, context c, json_each('[0,1,2,3]') n"
    " JOIN function f ON f.name = 'do_domctl' WHERE s.id % 7;"
    "WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 50) INSERT INTO path_step SELECT 1, 0, 0, i, 1, 'common/x.c', i,"
    " 'indirect', 'ops.call', 0, 0, '' FROM n;"
    "INSERT INTO bug VALUES (1, '0123456789ab', '0123456789ab', '2022-05-16',"
    " 'fix', 'XSA-999', '', '', '', '', '4.17.0', 'yes', 1, 100,"
    " '<b>a subject</b>');"
    "INSERT INTO bug_site SELECT DISTINCT 1, site_id, 'function', 'changed', 3,"
    " 'the fix changed this function' FROM site WHERE line % 4 = 0;"
    "INSERT INTO site_row SELECT site_id, id, 'arm64 debug', 1,"
    " 'contexts: boot (arm64 debug); irq (x86_64 release)' FROM site"
    " WHERE id = 1;"
    "INSERT INTO site_absence SELECT site_id, (SELECT max(id) FROM build),"
    " 'an #if in <b>', 'CONFIG_PV=n' FROM site WHERE id = 1;"
    "INSERT INTO anchor VALUES ('severity', 10, 'the host stops'),"
    " ('severity', 2, 'a warning');"
    "INSERT INTO baseline_count VALUES ('tree', 'xen-4.22', 0),"
    " ('build', 'arm64 debug', 0), ('all', '', 3), ('kind', 'halt', 3),"
    " ('context', 'none', 3), ('disposition', 'gone-words', 3),"
    " ('priority', 'H', 3);"
    "INSERT INTO baseline_site SELECT DISTINCT site_id, 'added', '', kind,"
    " function, '' FROM site WHERE id = 1;"
    "INSERT INTO baseline_site VALUES ('ffffffffffffffff', 'gone',"
    " 'common/old.c:7', 'halt', '<b>old', '');";

/* Each is a file name, a function, a condition, a message and a macro. The
 * page and the CSV must show them and nothing may happen. */
static const char *const hostile[] = {
    "</script><script>alert(1)</script>",
    "<!--<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)\tx\ry",
    "\xff\xfe\xc0\xaf \xed\xa0\x80 \x1b[31m \x07 \x7f",
    "\xe2\x80\xa8 line \xe2\x80\xae reversed \xef\xbb\xbf",
    "{{data}} {{nonce}} ${alert(1)} `alert(1)`",
    "__proto__",
    "javascript:alert(1)//\"'&lt;&amp;",
};

static void die(int rc)
{
    if (!rc)
        return;
    fprintf(stderr, "make_sheet: %s\n", xf_error_message());
    exit(2);
}

static void write_source(const char *tree, const char *name, const char *text,
                         size_t len)
{
    char *path = xf_path_join(tree, name), *slash = strrchr(path, '/');

    *slash = '\0';
    die(xf_mkdirs(path));
    *slash = '/';
    die(xf_file_write_atomic(path, text, len));
    free(path);
}

static char *file_name(int site)
{
    int file = site / SITES_PER_FILE;

    return xf_format("%s/file%d.c", folders[file % FOLDERS], file);
}

static int line_in_file(int site)
{
    return 8 + site % SITES_PER_FILE * LINES_PER_SITE;
}

static void write_tree(const char *tree, int sites)
{
    for (int site = 0; site < sites; site += SITES_PER_FILE) {
        struct xf_buf text = XF_BUF_INIT;
        char *name = file_name(site);

        for (int line = 1; line <= SITES_PER_FILE * LINES_PER_SITE; line++)
            xf_buf_addf(&text, "%sif ( line_%d(d, %d) )\n",
                        line % 5 ? "        " : "    ", line, site);
        write_source(tree, name, text.data, text.len);
        xf_buf_release(&text);
        free(name);
    }
}

struct insert {
    struct xf_store *store;
    const char *id, *kind, *file, *function, *condition, *message, *macro;
    int line, end_line, debug;
};

static void insert_site(const struct insert *in, int build)
{
    sqlite3_stmt *stmt = xf_store_prepare(
        in->store,
        "INSERT INTO site (build, site_id, kind, file, function, condition,"
        " message, macro, macros, line, end_line, col, debug_only, witness,"
        " callee, frame, ordinal, tus) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " ?8, ?9, ?10, 5, ?11, 'frame', '', 2, 0, 1)");

    die(stmt ? 0 : -1);
    sqlite3_bind_int(stmt, 1, build);
    xf_bind(stmt, 2, in->id);
    xf_bind(stmt, 3, in->kind);
    xf_bind(stmt, 4, in->file);
    xf_bind(stmt, 5, in->function);
    xf_bind(stmt, 6, in->condition);
    xf_bind(stmt, 7, in->message);
    xf_bind(stmt, 8, in->macro);
    sqlite3_bind_int(stmt, 9, in->line);
    sqlite3_bind_int(stmt, 10, in->end_line);
    sqlite3_bind_int(stmt, 11, in->debug);
    die(xf_store_run(in->store, stmt));
}

static void add_made_up(struct xf_store *store, int site)
{
    char *file = file_name(site);
    char *function = xf_format("do_something_%d", site / 3);
    char *id = xf_format("%08x%08x", site * 2654435761u, site);
    const char *folder = folders[site / SITES_PER_FILE % FOLDERS];
    struct insert in = {
        .store = store,
        .id = id,
        .file = file,
        .function = function,
        .kind = shapes[site % SHAPES].kind,
        .condition = shapes[site % SHAPES].condition,
        .message = shapes[site % SHAPES].message,
        .macro = shapes[site % SHAPES].macro,
        .debug = shapes[site % SHAPES].debug,
        .line = line_in_file(site),
        .end_line = line_in_file(site) + site % 3,
    };

    for (int build = 1; build <= 4; build++) {
        int is_arm = build <= 2, is_release = build % 2 == 0;

        if (strstr(folder, "arch/arm") ? !is_arm
            : strstr(folder, "arch/x86") ? is_arm : 0)
            continue;
        if (!(in.debug && is_release))
            insert_site(&in, build);
    }
    free(id);
    free(function);
    free(file);
}

static void add_hostile(struct xf_store *store, const char *tree)
{
    static const char source[] =
        "/* \xff\xfe\x00 */\n</script><script>alert(2)</script>\n"
        "<!-- {{data}} \xe2\x80\xae -->\n\tBUG();\n";

    write_source(tree, "hostile.c", source, sizeof(source) - 1);
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const char *text = hostile[i];
        char *id = xf_format("hostile%zu", i);
        struct insert in = {
            .store = store, .id = id, .kind = "BUG", .function = text,
            .file = i % 2 ? text : "hostile.c", .condition = text,
            .message = text, .macro = text, .line = 4, .end_line = 4,
        };

        insert_site(&in, 1);
        free(id);
    }
    die(xf_store_exec(store,
        "INSERT INTO site_function SELECT s.id, f.id, 'inlined' FROM site s,"
        " function f WHERE s.file LIKE 'include/%' AND s.build = f.build;"
        "INSERT INTO tu (build, file, object, status, detail, command) VALUES"
        " (3, '<b>x</b>.c', 'x.o', 'crashed', '</script><i>', '')"));
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void write_sheet(const char *folder, const char *db, const char *tree,
                        const char *data)
{
    char *html = xf_path_join(folder, "worksheet.html");
    char *csv = xf_path_join(folder, "worksheet.csv");
    double start = now_ms(), loaded, with_csv;
    struct xf_store *store;
    struct xf_sheet sheet;
    struct xf_page page;

    die(xf_store_open(&store, db));
    die(xf_sheet_load(&sheet, store, tree));
    die(xf_page_load(&page, &sheet, store));
    loaded = now_ms();
    die(xf_sheet_write_csv(&sheet, csv));
    with_csv = now_ms();
    die(xf_page_write(&page, html, data));
    printf("%zu rows: load %.0f ms, csv %.0f ms, html %.0f ms\n", sheet.len,
           loaded - start, with_csv - loaded, now_ms() - with_csv);
    xf_page_release(&page);
    xf_sheet_release(&sheet);
    xf_store_close(store);
    free(csv);
    free(html);
}

int main(int argc, char **argv)
{
    char *tree, *db;
    struct xf_store *store;
    int sites;

    if (argc != 5) {
        fputs("Usage: make_sheet SITES FOLDER SCHEMA DATA\n", stderr);
        return 2;
    }
    sites = atoi(argv[1]);
    tree = xf_path_join(argv[2], "tree");
    db = xf_path_join(argv[2], "test.db");
    die(xf_mkdirs(tree));
    die(xf_store_create(&store, db, argv[3]));
    if (sites) {
        die(xf_store_exec(store, schema_builds));
        write_tree(tree, sites);
        for (int site = 0; site < sites; site++)
            add_made_up(store, site);
        add_hostile(store, tree);
        die(xf_store_exec(store, evidence));
    }
    die(xf_store_commit(store));
    write_sheet(argv[2], db, tree, argv[4]);
    free(db);
    free(tree);
    return 0;
}
