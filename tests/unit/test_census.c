/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The census over small trees and a hand-filled database. Links xf_census;
 * XF_DATA_DIR is the data folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "census.h"
#include "error.h"
#include "file.h"
#include "store.h"

struct fixture {
    char folder[64];
    struct xf_store *store;
};

static void put(struct fixture *f, const char *name, const char *text)
{
    char *path = xf_format("%s/xen/%s", f->folder, name);
    char *dir = xf_strndup(path, (size_t)(strrchr(path, '/') - path));

    assert_int_equal(xf_mkdirs(dir), 0);
    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
    free(dir);
    free(path);
}

static void sql(struct fixture *f, const char *text)
{
    if (xf_store_exec(f->store, text))
        fail_msg("%s", xf_error_message());
}

static int setup(void **state)
{
    struct fixture *f = xf_calloc(1, sizeof(*f));
    char *db;

    strcpy(f->folder, "/tmp/xf-census-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    db = xf_format("%s/x.db", f->folder);
    assert_int_equal(xf_store_create(&f->store, db, XF_DATA_DIR "/schema"), 0);
    free(db);
    put(f, "arch/arm/Makefile", "obj-$(CONFIG_ARM_32) += arm32/\n");
    sql(f, "INSERT INTO build (id, arch, name) VALUES (1, 'arm64', 'debug'),"
           " (2, 'arm64', 'release');"
           "INSERT INTO tu (build, file, object, status, command) VALUES"
           " (1, 'arch/arm/a.c', '', 'ok', ''),"
           " (1, 'common/bad.c', '', 'errors', '')");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xf_store_close(f->store);
    xf_remove_tree(f->folder);
    free(f);
    return 0;
}

static void run(struct fixture *f)
{
    char *root = xf_format("%s/xen", f->folder);

    if (xf_census(f->store, root, XF_DATA_DIR))
        fail_msg("%s", xf_error_message());
    free(root);
}

/* All rows of `file` as "line:col name accounted|detail" lines. */
static void expect(struct fixture *f, const char *file, const char *rows)
{
    struct xf_buf got = XF_BUF_INIT;
    sqlite3_stmt *stmt = xf_store_prepare(
        f->store, "SELECT line, col, name, accounted, detail FROM census"
                  " WHERE file = ? ORDER BY line, col");

    xf_buf_reserve(&got, 1);
    got.data[0] = '\0';
    xf_bind(stmt, 1, file);
    while (xf_store_step(f->store, stmt) > 0)
        xf_buf_addf(&got, "%s:%s %s %s|%s\n", xf_column(stmt, 0),
                    xf_column(stmt, 1), xf_column(stmt, 2), xf_column(stmt, 3),
                    xf_column(stmt, 4));
    assert_string_equal(got.data, rows);
    xf_buf_release(&got);
}

static void add_site(struct fixture *f, const char *file, int line, int col,
                     const char *id, const char *macros)
{
    char *macro = xf_strndup(macros, strcspn(macros, " "));
    char *text = sqlite3_mprintf(
        "INSERT INTO site (build, site_id, kind, file, line, end_line, col,"
        " function, macro, macros, condition, message, witness, callee, frame,"
        " ordinal, debug_only, tus) VALUES (1, %Q, 'BUG', %Q, %d, %d, %d,"
        " 'f', %Q, %Q, '', '', 'frame', '', 2, 0, 0, 1)",
        id, file, line, line + 1, col, macro, macros);

    sql(f, text);
    sqlite3_free(text);
    free(macro);
}

static void read_by_both(struct fixture *f, const char *file)
{
    char *text = sqlite3_mprintf("INSERT INTO read_file VALUES (1, %Q, 1),"
                                 " (2, %Q, 1)",
                                 file, file);

    sql(f, text);
    sqlite3_free(text);
}

static void comments_and_strings(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "/* BUG or panic() */\n"
                         "// ASSERT DEBUG_ON\n"
                         "char *s = \"\\nBUG: x\";\n"
                         "#error BUG isn't \"panic\" /* ASSERT */\n");
    run(f);
    expect(f, "common/a.c",
           "1:4 BUG comment|\n1:11 panic comment|\n2:4 ASSERT comment|\n"
           "3:14 BUG string|\n4:8 BUG not-C|#error line\n"
           "4:19 panic not-C|#error line\n"
           /* The lone quote takes the rest of its line, as for a compiler. */
           "4:29 ASSERT not-C|#error line\n");
}

static void preprocessor_lines(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.h", "#ifndef BUG\n"
                         "# define BUG() \\\n"
                         "    panic(\"BUG\")\n"
                         "#endif\n"
                         "#undef ASSERT\n"
                         "#define CHECK(x) ASSERT(x) // BUG_ON\n");
    put(f, "arch/arm/xen.lds.S", "ASSERT(a <= b, \"BUG\")\n");
    run(f);
    expect(f, "common/a.h",
           "1:9 BUG not-C|#ifndef line\n2:10 BUG macro-definition|defines BUG\n"
           "3:5 panic macro-definition|body of BUG\n3:12 BUG string|\n"
           "5:8 ASSERT macro-definition|undefines it\n"
           "6:18 ASSERT macro-definition|body of CHECK\n"
           "6:31 BUG_ON comment|\n");
    expect(f, "arch/arm/xen.lds.S",
           "1:1 ASSERT not-C|linker script\n1:17 BUG string|\n");
}

static void declarations(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "void noreturn panic(const char *fmt, ...);\n"
                         "static void\nmachine_halt(void)\n{\n"
                         "    extern void machine_restart(int);\n"
                         "}\n"
                         "void __attribute__((x)) blexit(int a)\n"
                         "#ifdef A\n{\n#else\n{ int b;\n#endif\n}\n"
                         "void *panic(void);\n");
    run(f);
    expect(f, "common/a.c",
           "1:15 panic declaration|\n3:1 machine_halt declaration|\n"
           "5:17 machine_restart declaration|\n7:25 blexit declaration|\n"
           "14:7 panic declaration|\n");
}

static void mentions(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "struct o o = { .h = machine_halt, .panic = 1 };\n"
                         "void f(struct o *p)\n{\n"
                         "    p->panic(BUG);\n"
                         "    q = &panic;\n"
                         "    goto panic;\n"
                         "panic:\n"
                         "    return;\n"
                         "}\n");
    run(f);
    expect(f, "common/a.c",
           "1:21 machine_halt not-a-call|address taken\n"
           "1:36 panic not-a-call|member of that name\n"
           "4:8 panic not-a-call|member of that name\n"
           "4:14 BUG not-a-call|mentioned: no '(' follows, so no expansion\n"
           "5:10 panic not-a-call|address taken\n"
           "6:10 panic not-a-call|mentioned\n"
           "7:1 panic not-a-call|label\n");
}

static void sites(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "void f(void)\n{\n"
                         "    BUG_ON(a &&\n"
                         "           b); BUG();\n"
                         "    CHECK(x,\n"
                         "          ASSERT(y), BUG_ON(z));\n"
                         "}\n");
    read_by_both(f, "common/a.c");
    add_site(f, "common/a.c", 3, 5, "XF-1", "BUG_ON > BUG");
    add_site(f, "common/a.c", 4, 16, "XF-2", "BUG");
    add_site(f, "common/a.c", 5, 5, "XF-3", "CHECK > ASSERT");
    sql(f, "INSERT INTO expanded VALUES (1, 'common/a.c', 6, 22),"
           " (2, 'common/a.c', 6, 22)");
    run(f);
    expect(f, "common/a.c",
           "3:5 BUG_ON site|XF-1\n4:16 BUG site|XF-2\n"
           "6:11 ASSERT site|XF-3 (argument of CHECK)\n"
           "6:22 BUG_ON unaccounted|\n");
}

static void inactive_lines(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "void f(void)\n{\n"
                         "#ifdef CONFIG_X\n"
                         "    BUG();\n"
                         "#ifdef Y\n"
                         "    BUG();\n"
                         "#endif\n"
                         "#else\n"
                         "#if Z\n"
                         "    BUG();\n"
                         "#endif\n"
                         "    BUG();\n"
                         "#endif\n"
                         "}\n");
    read_by_both(f, "common/a.c");
    sql(f, "INSERT INTO inactive VALUES (1, 'common/a.c', 3, 7),"
           " (1, 'common/a.c', 9, 11), (2, 'common/a.c', 3, 7),"
           " (2, 'common/a.c', 8, 13)");
    add_site(f, "common/a.c", 12, 5, "XF-1", "BUG");
    run(f);
    expect(f, "common/a.c",
           "4:5 BUG other-config|#ifdef CONFIG_X at line 3\n"
           "6:5 BUG other-config|#ifdef CONFIG_X at line 3\n"
           "10:5 BUG other-config|#if Z at line 9\n"
           "12:5 BUG site|XF-1\n");
}

static void every_build_must_tell(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "#ifdef X\nvoid f(void) { BUG(); }\n#endif\n");
    read_by_both(f, "common/a.c");
    sql(f, "INSERT INTO inactive VALUES (1, 'common/a.c', 2, 2)");
    run(f);
    expect(f, "common/a.c", "2:16 BUG unaccounted|\n");
}

static void expansions_without_a_site(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "void f(void)\n{\n    ASSERT(a);\n    BUG();\n}\n");
    put(f, "common/b.c", "#undef BUG\n#define BUG()\n"
                         "void f(void) { BUG(); }\n");
    sql(f, "INSERT INTO read_file VALUES (1, 'common/a.c', 1), (1, 'common/b.c', 1);"
           "INSERT INTO expanded VALUES (1, 'common/a.c', 3, 5),"
           " (1, 'common/a.c', 4, 5), (1, 'common/b.c', 3, 16)");
    add_site(f, "common/c.c", 1, 1, "XF-1", "BUG");
    run(f);
    expect(f, "common/a.c",
           "3:5 ASSERT other-config|expands to no stop in this build\n"
           "4:5 BUG unaccounted|\n");
    expect(f, "common/b.c",
           "1:8 BUG macro-definition|undefines it\n"
           "2:9 BUG macro-definition|defines BUG\n"
           "3:16 BUG other-config|expands to no stop: redefined at line 2\n");
}

static void files_that_no_build_read(void **state)
{
    struct fixture *f = *state;

    put(f, "common/Makefile", "obj-y += y.o\n"
                              "ifneq ($(CONFIG_V),y) # why\n"
                              "obj-$(CONFIG_A) += x.o \\\n\tsub/s.o\n"
                              "endif\n");
    put(f, "common/multi.c", "void f(void) { BUG(); }\n");
    put(f, "common/x.c", "#include \"multi.c\"\nvoid f(void) { BUG(); }\n");
    put(f, "common/y.c", "void f(void) { BUG(); }\n");
    put(f, "common/z.c", "void f(void) { BUG(); }\n");
    put(f, "common/sub/s.c", "void f(void) { BUG(); }\n");
    put(f, "arch/arm/arm32/l.c", "void f(void) { BUG(); }\n");
    put(f, "arch/x86/x.c", "void f(void) { BUG(); }\n");
    put(f, "include/asm-x86/x.h", "void f(void) { BUG(); }\n");
    put(f, "include/asm-generic/x.h", "void f(void) { BUG(); }\n");
    run(f);
    expect(f, "common/x.c",
           "2:16 BUG other-config|common/Makefile: obj-$(CONFIG_A) += x.o,"
           " inside ifneq ($(CONFIG_V),y)\n");
    expect(f, "common/sub/s.c",
           "1:16 BUG other-config|common/Makefile: obj-$(CONFIG_A) += sub/s.o,"
           " inside ifneq ($(CONFIG_V),y)\n");
    expect(f, "common/multi.c",
           "1:16 BUG other-config|included by common/x.c; common/Makefile:"
           " obj-$(CONFIG_A) += x.o, inside ifneq ($(CONFIG_V),y)\n");
    expect(f, "common/y.c",
           "1:16 BUG other-config|listed unconditionally in a Makefile, yet"
           " compiled by no build\n");
    expect(f, "common/z.c", "1:16 BUG other-config|no Makefile line found\n");
    expect(f, "arch/arm/arm32/l.c",
           "1:16 BUG other-config|arch/arm/Makefile: obj-$(CONFIG_ARM_32) +="
           " arm32/\n");
    expect(f, "arch/x86/x.c",
           "1:16 BUG other-config|another architecture: arch/x86\n");
    expect(f, "include/asm-x86/x.h",
           "1:16 BUG other-config|another architecture: include/asm-x86\n");
    expect(f, "include/asm-generic/x.h",
           "1:16 BUG other-config|a header that no build includes\n");
}

static void failed_units(void **state)
{
    struct fixture *f = *state;

    put(f, "common/bad.c", "void f(void) { BUG(); }\n"
                           "#if 0\nvoid g(void) { BUG(); }\n#endif\n");
    sql(f, "INSERT INTO read_file VALUES (1, 'common/bad.c', 1);"
           "INSERT INTO inactive VALUES (1, 'common/bad.c', 3, 3);"
           "INSERT INTO expanded VALUES (1, 'common/bad.c', 1, 16)");
    run(f);
    expect(f, "common/bad.c", "1:16 BUG unanalysed|errors\n"
                              "3:16 BUG other-config|#if 0 at line 2\n");
}

/* die() stops the host on x86 and returns in another build. */
static void derived_functions(void **state)
{
    struct fixture *f = *state;

    put(f, "common/a.c", "void f(void)\n{\n    die();\n}\n");
    read_by_both(f, "common/a.c");
    sql(f, "INSERT INTO function (id, build, name, file, line, end_line,"
           " is_static, is_inline, is_noreturn, is_asm, stop_kind) VALUES"
           " (1, 1, 'die', 'arch/x86/d.c', 1, 2, 0, 0, 1, 0, 'halt'),"
           " (2, 1, 'die', 'arch/arm/d.c', 1, 2, 0, 0, 0, 0, ''),"
           " (3, 2, 'die', 'arch/arm/d.c', 1, 2, 0, 0, 0, 0, ''),"
           " (4, 1, 'f', 'common/a.c', 1, 2, 0, 0, 0, 0, '');"
           "INSERT INTO call (build, caller, callee, kind, file, line, col)"
           " VALUES (1, 4, 2, 'direct', 'common/a.c', 3, 5),"
           " (2, 4, 3, 'direct', 'common/a.c', 3, 5)");
    run(f);
    expect(f, "common/a.c", "3:5 die other-config|calls the die of"
                            " arch/arm/d.c, which returns\n");
}

static void assembly(void **state)
{
    struct fixture *f = *state;

    put(f, "arch/arm/e.S", "ENTRY(machine_halt)\n"
                           "        .globl panic\n"
                           "panic:  bl panic /* BUG */\n"
                           "        ldr x0, =panic\n"
                           ".macro STOP\n        BUG\n.endm\n"
                           "        BUG; b panic\n"
                           "#ifdef X\n        STOP\n#endif\n");
    put(f, "arch/arm/e.h", ".macro STOP\n    BUG\n.endm\n");
    sql(f, "INSERT INTO read_file VALUES (1, 'arch/arm/e.S', 1),"
           " (1, 'arch/arm/e.h', 1);"
           "INSERT INTO inactive VALUES (1, 'arch/arm/e.S', 10, 10)");
    add_site(f, "arch/arm/e.h", 2, 5, "XF-2", "BUG");
    add_site(f, "arch/arm/e.S", 8, 9, "XF-1", "BUG");
    run(f);
    expect(f, "arch/arm/e.S",
           "1:7 machine_halt declaration|\n2:16 panic declaration|\n"
           "3:1 panic declaration|label\n3:12 panic unaccounted|\n"
           "3:21 BUG comment|\n4:18 panic not-a-call|address taken\n"
           "6:9 BUG other-config|body of assembler macro STOP, which no"
           " active line uses\n"
           "8:9 BUG site|XF-1\n8:16 panic unaccounted|\n");
    expect(f, "arch/arm/e.h", "2:5 BUG site|XF-2\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(comments_and_strings),
        TEST(preprocessor_lines),
        TEST(declarations),
        TEST(mentions),
        TEST(sites),
        TEST(inactive_lines),
        TEST(every_build_must_tell),
        TEST(expansions_without_a_site),
        TEST(files_that_no_build_read),
        TEST(failed_units),
        TEST(derived_functions),
        TEST(assembly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
