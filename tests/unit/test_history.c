/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The steps from a clone to facts and from facts to rows, each alone.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "change.h"
#include "error.h"
#include "file.h"
#include "functions.h"
#include "history.h"
#include "message.h"
#include "patch.h"
#include "store.h"
#include "tables.h"
#include "tree.h"

static char dir[] = "/tmp/xf-history-XXXXXX";
static struct xf_stop_names *names;
static struct message_forms *forms;

/* ---- functions by their text -------------------------------------------- */

/* "name:first-last" of every function. */
static char *functions_of(const char *name, const char *text)
{
    struct xf_source *src = xf_source_from(name, text, strlen(text));
    struct xf_ranges ranges = {0};
    struct xf_buf out = XF_BUF_INIT;

    xf_functions_find(&ranges, src);
    for (size_t i = 0; i < ranges.len; i++)
        xf_buf_addf(&out, "%s%s:%u-%u", i ? " " : "", ranges.items[i].name,
                    ranges.items[i].first, ranges.items[i].last);
    xf_functions_release(&ranges);
    xf_source_free(src);
    return xf_buf_detach(&out);
}

static void expect_functions(const char *name, const char *text,
                             const char *expected)
{
    char *found = functions_of(name, text);

    assert_string_equal(found, expected);
    free(found);
}

static void functions(void **state)
{
    (void)state;
    expect_functions("a.c", "int f(void)\n{\n    if (x) { y(); }\n}\n", "f:1-4");
    expect_functions("a.c", "int f(void);\nint x = g(1);\nint a[] = { 1, 2 };\n",
                     "");
    expect_functions("a.c", "struct s {\n int a;\n};\nstruct s *g(struct s *s)\n"
                     "{\n}\n", "g:4-6");
    expect_functions("a.c", "static int __init __attribute__((unused))\n"
                     "f(int a,\n  int b)\n{\n}\n", "f:1-5");
    expect_functions("a.c", "void f(void) __attribute__((noreturn))\n{\n}\n",
                     "f:1-3");
    expect_functions("a.c", "custom_param(\"x\", f);\nvoid f(void)\n{\n}\n",
                     "f:2-4");
    expect_functions("a.c", "/* int no(void) { */\n#define M() do { \\\n } while(0)\n"
                     "int f(void)\n{\n}\n", "f:4-6");
}

/* Both branches of an #if count, and braces that they split. */
static void functions_in_conditionals(void **state)
{
    (void)state;
    expect_functions("a.c", "#ifdef A\nint f(int a)\n{\n#else\nint f(void)\n{\n"
                     "#endif\n    x();\n}\nint g(void)\n{\n}\n",
                     "f:5-9 g:10-12");
    expect_functions("a.c", "int f(void)\n{\n#ifdef A\n    if (x) {\n#else\n"
                     "    if (y) {\n#endif\n    }\n}\nint g(void)\n{\n}\n",
                     "f:1-9 g:10-12");
    /* One brace too many: the '}' in the first column ends it. */
    expect_functions("a.c", "int f(void)\n{\n    if (x) {\n}\nint g(void)\n{\n}\n",
                     "f:1-4 g:5-7");
}

static void functions_in_assembly(void **state)
{
    (void)state;
    expect_functions("a.S", "ENTRY(one)\n  ret\ntwo:\n  ret\n.Llocal:\n",
                     "one:1-2 two:3-5");
}

/* ---- messages ----------------------------------------------------------- */

static void messages(void **state)
{
    struct message m;

    (void)state;
    message_read(&m, forms,
                 "x86: subject\n\nA malicious guest can crash the host.\n"
                 "(XEN) Assertion 'a' failed at b.c:1\n\n"
                 "This is XSA-12 / CVE-2020-1234.\n"
                 "Fixes: 0123456789abcdef (\"x\")\nFixes: abcdef0 (\"y\")\n"
                 "(cherry picked from commit 1111111111111111111111111111111111"
                 "111111)\n");
    assert_string_equal(m.xsa, "12");
    assert_string_equal(m.cve, "CVE-2020-1234");
    assert_true(m.is_advisory);
    assert_string_equal(m.fixes, "0123456789ab,abcdef0");
    assert_string_equal(m.backport, "111111111111");
    assert_string_equal(m.party, "guest");
    assert_true(m.fired);
    assert_int_equal(m.quotes.nevents, 1);
    message_release(&m);

    message_read(&m, forms, "y\n\nSince XSA-12 this is not needed.\n"
                            "master commit: 2222222222222222222222222222\n"
                            "This reverts commit 333333333333.\n");
    assert_false(m.is_advisory);
    assert_string_equal(m.xsa, "12");
    assert_string_equal(m.backport, "222222222222");
    assert_string_equal(m.reverts, "333333333333");
    message_release(&m);
}

static void expect_party(const char *text, const char *party)
{
    struct message m;
    char *whole = xf_format("s\n\n%s\n\nThis is XSA-1.\n", text);

    message_read(&m, forms, whole);
    assert_string_equal(m.party, party);
    message_release(&m);
    free(whole);
}

/* Only what the message says: a word like "guest" says nothing. */
static void parties(void **state)
{
    (void)state;
    expect_party("A guest kernel can trigger this to DoS the host.", "guest");
    expect_party("This is controlled by the guest.", "guest");
    expect_party("The toolstack constructs a guest by issuing domctls.", "");
    expect_party("Unlike for domctls, all instructions are usable.", "");
    expect_party("Some errata will rely on the firmware.", "");
    expect_party("A malicious device model may pass any value.",
                 "device-model");
}

static void refactorings(void **state)
{
    static const char *const yes[] = {
        "x86/mm: move a function\n\nNo functional change intended.\n",
        "xen/events: fix build\n\nFixes: 0123456789ab\n",
        "x86/cpu: Address a violation of MISRA C:2012 Rule 8.3\n",
        "svm: Fix MISRA 8.2 violation\n"};
    static const char *const no[] = {
        "x86/dom0: fix restoring %cr3 on PV build error\n",
        "mm: fix a leak\n\nThe build was fine.\n"};
    struct message m;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        message_read(&m, forms, yes[i]);
        assert_true(m.refactoring);
        message_release(&m);
    }
    for (size_t i = 0; i < 2; i++) {
        message_read(&m, forms, no[i]);
        assert_false(m.refactoring);
        message_release(&m);
    }
}

static void releases(void **state)
{
    char version[32];

    (void)state;
    assert_true(message_tag_version(forms, "RELEASE-4.17.5", version));
    assert_string_equal(version, "4.17.5");
    assert_false(message_tag_version(forms, "4.17.5-rc1", version));
    assert_true(message_branch_version(forms, "refs/heads/staging-4.17",
                                       version));
    assert_string_equal(version, "4.17");
    assert_false(message_branch_version(forms, "refs/heads/staging", version));
}

/* ---- changes ------------------------------------------------------------ */

static int on_file(const char *commit, const struct patch_file *file,
                   void *payload)
{
    (void)commit;
    change_file(payload, file);
    return 0;
}

static int on_commit(const char *commit, void *payload)
{
    assert_string_equal(commit, "0123");
    (void)payload;
    return 0;
}

/* A patch of one file whose whole body is given as diff lines. */
static void change_of(struct change *c, const char *lines)
{
    struct xf_buf text = XF_BUF_INIT;
    int old = 0, new = 0;

    for (const char *p = lines; *p; p = strchr(p, '\n') + 1) {
        old += *p != '+';
        new += *p != '-';
    }
    xf_buf_addch(&text, '\0');
    xf_buf_addf(&text, "0123\n\ndiff --git a/xen/a.c b/xen/a.c\n"
                       "--- a/xen/a.c\n+++ b/xen/a.c\n@@ -1,%d +1,%d @@\n%s",
                old, new, lines);
    change_begin(c, names, true);
    assert_int_equal(patch_read(&text, on_file, on_commit, c), 0);
    change_end(c);
    xf_buf_release(&text);
}

/* The class of the only change, NULL: none. */
static void expect_class(const char *lines, const char *class)
{
    struct change c;

    change_of(&c, lines);
    assert_int_equal(c.nsites, class ? 1 : 0);
    if (class)
        assert_string_equal(change_class_name(c.sites[0].class), class);
    change_release(&c);
}

#define BODY(lines) " int f(int x)\n {\n" lines " }\n"

static void classes(void **state)
{
    (void)state;
    expect_class(BODY("-    BUG_ON(x == 1);\n+    if ( x == 1 )\n"
                      "+        return -EINVAL;\n"), "handled");
    expect_class(BODY("-    BUG_ON(x == 1);\n"), "removed");
    expect_class(BODY("-    BUG_ON(x == 1);\n+    if ( x == 1 )\n"
                      "+        domain_crash(d);\n"), "domain_crash");
    expect_class(BODY("-    BUG_ON(x == 1);\n+    ASSERT(x != 1);\n"),
                 "weakened");
    expect_class(BODY("-    BUG_ON(x == 1);\n+    WARN_ON(x == 1);\n"),
                 "weakened");
    expect_class(BODY("-    ASSERT(x);\n+    BUG_ON(!x);\n"), "strengthened");
    expect_class(BODY("-    ASSERT(x);\n+    ASSERT(x && y);\n"),
                 "strengthened");
    expect_class(BODY("-    ASSERT(x && y);\n+    ASSERT(x);\n"), "rewritten");
    expect_class(BODY("-    BUG();\n+    panic(\"x\\n\");\n"), "rewritten");
    expect_class(BODY("-    BUG();\n+    ASSERT_UNREACHABLE();\n"
                      "+    return -EINVAL;\n"), "handled");
    expect_class(BODY("-    BUG();\n+    ASSERT_UNREACHABLE();\n"), "weakened");
    expect_class(BODY("+    ASSERT(x);\n"), "added");
    expect_class(BODY("-    ASSERT(x);\n+    ASSERT_UNREACHABLE();\n"),
                 "strengthened");
    /* Nobody wrote the code yet. */
    expect_class(BODY("-    BUG_ON(\"unimplemented\");\n+    return x;\n"),
                 "gone");
}

/* "old -> new" of every change that has both. */
static void expect_pairs(const char *lines, const char *expected)
{
    struct xf_buf out = XF_BUF_INIT;
    struct change c;

    change_of(&c, lines);
    for (size_t i = 0; i < c.nsites; i++) {
        const struct change_stop *o = c.sites[i].old, *n = c.sites[i].new;

        if (o && n)
            xf_buf_addf(&out, "%s%s(%s) -> %s(%s)", out.len ? "; " : "",
                        o->name->name, o->text, n->name->name, n->text);
    }
    assert_string_equal(out.len ? out.data : "", expected);
    xf_buf_release(&out);
    change_release(&c);
}

/* By what they say, not by their order. */
static void pairs(void **state)
{
    (void)state;
    expect_pairs(BODY("-    ASSERT(fdom != NULL);\n-    ASSERT(page != last);\n"
                      "+    ASSERT(page != first);\n"),
                 "ASSERT(page!=last) -> ASSERT(page!=first)");
    expect_pairs(BODY("-    BUG_ON(count);\n-    if ( x == 3 )\n-        BUG();\n"
                      "+    if ( x == 3 )\n+        panic(\"three\\n\");\n"),
                 "BUG() -> panic(\"three\\n\")");
    expect_pairs(BODY("-    BUG_ON(x == 1);\n-    BUG_ON(y == 2);\n"
                      "+    if ( y == 2 )\n+        domain_crash(d);\n"),
                 "BUG_ON(y==2) -> domain_crash(d)");
    expect_pairs(BODY("-    BUG_ON(\"unimplemented\");\n+    BUG_ON(x > 7);\n"),
                 "");
}

/* White space, comments, and lines that moved. */
static void no_change(void **state)
{
    (void)state;
    expect_class(BODY("-    BUG_ON(x==1);\n+    BUG_ON( x == 1 );\n"), NULL);
    expect_class(BODY("-    BUG_ON(x); /* a */\n+    BUG_ON(x); /* b */\n"),
                 NULL);
    expect_class(BODY("-    BUG_ON(x);\n     y();\n     z();\n+    BUG_ON(x);\n"),
                 NULL);
    expect_class(" int f(int x)\n {\n-    BUG_ON(x);\n }\n int g(int x)\n {\n"
                 "+    BUG_ON(x);\n }\n", NULL);
    expect_class("-/* BUG() */\n+/* BUG_ON(1) */\n " BODY(" "), NULL);
    /* With its function. */
    {
        struct change c;

        change_of(&c, "-int f(int x)\n-{\n-    BUG_ON(x);\n-}\n int y;\n");
        assert_int_equal(c.nsites, 1);
        assert_int_equal(c.sites[0].class, CHANGE_GONE);
        change_release(&c);
    }
}

static void expect_touched(const char *lines, const char *functions)
{
    struct change c;

    change_of(&c, lines);
    assert_int_equal(c.ntouches, functions ? 1 : 0);
    if (functions)
        assert_string_equal(c.touches[0].functions, functions);
    change_release(&c);
}

static void touched_functions(void **state)
{
    (void)state;
    expect_touched(" int f(void)\n {\n-    a();\n+    b();\n }\n"
                   " int g(void)\n {\n     c();\n }\n", "f");
    expect_touched(" int f(void)\n {\n-    a();\n+    b();\n }\n"
                   "+int g(void)\n+{\n+}\n", "f,g");
    expect_touched(" int f(void)\n {\n-    a(); /* x */\n+    a( );\n }\n",
                   NULL);
    expect_touched(" int f(void)\n {\n-    printk(\"one\");\n"
                   "+    printk(\"two\");\n }\n", NULL);
    expect_touched(" int f(void)\n {\n-    printk(\"%\" PRIx64 \"\\n\", x);\n"
                   "+    printk(\"%#\" PRIpaddr \"\\n\", x);\n }\n", NULL);
    expect_touched(" int f(void)\n {\n-    aPRIx = 1;\n+    aPRIy = 1;\n }\n",
                   "f");
    expect_touched("-int x;\n+int y;\n", "");
}

/* ---- tables ------------------------------------------------------------- */

static void expect_refused(const char *text, const char *why)
{
    struct facts facts = {0};

    assert_int_equal(facts_parse(&facts, "/x/sites.tsv", text, strlen(text)),
                     -1);
    assert_non_null(strstr(xf_error_message(), "/x/sites.tsv"));
    assert_non_null(strstr(xf_error_message(), why));
    facts_release(&facts);
}

static void bad_tables(void **state)
{
    (void)state;
    expect_refused("hello\n", "names no table");
    expect_refused("#state\ttip\textra\n", "names no table");
    expect_refused("#state\ttip\na\nb\tc\n", ":3: not the 1 columns");
    expect_refused("#renames\tdate\tfile\tnew_file\na\tb\n",
                   ":2: not the 3 columns");
    expect_refused("#state\ttip\nabc", ":2: the last line is cut off");
}

static void tables_are_sorted_and_whole(void **state)
{
    char *folder = xf_path_join(dir, "tables");
    struct facts facts = {0}, again = {0};

    (void)state;
    facts_add(&facts, FACTS_STATE, (const char *const[]){"bbb"});
    facts_add(&facts, FACTS_STATE, (const char *const[]){"aaa"});
    facts_add(&facts, FACTS_STATE, (const char *const[]){"aaa"});
    facts_add(&facts, FACTS_RENAMES,
              (const char *const[]){"2020-01-01", "a\tb", "c\nd"});
    assert_int_equal(facts_save(&facts, folder), 0);
    assert_int_equal(facts_load(&again, folder), 0);
    assert_int_equal(again.tables[FACTS_STATE].len, 2);
    assert_string_equal(again.tables[FACTS_STATE].items[0].cell[0], "aaa");
    assert_string_equal(again.tables[FACTS_RENAMES].items[0].cell[1], "a?b");
    facts_release(&facts);
    facts_release(&again);
    free(folder);
}

/* A long table is split, and shrinks to one file again. */
static void long_tables(void **state)
{
    char *folder = xf_path_join(dir, "long");
    char *part = xf_path_join(folder, "touched-2.tsv");
    struct facts facts = {0}, again = {0};
    char id[13], big[2000];

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof(id), "%012d", i);
        facts_add(&facts, FACTS_TOUCHED, (const char *const[]){id, "a.c", big});
    }
    assert_int_equal(facts_save(&facts, folder), 0);
    assert_true(xf_file_exists(part));
    assert_int_equal(facts_load(&again, folder), 0);
    assert_int_equal(again.tables[FACTS_TOUCHED].len, 1000);
    facts_release(&facts);
    facts_add(&facts, FACTS_TOUCHED, (const char *const[]){"a", "b", "c"});
    assert_int_equal(facts_save(&facts, folder), 0);
    assert_false(xf_file_exists(part));
    facts_release(&facts);
    facts_release(&again);
    free(part);
    free(folder);
}

static void long_texts_are_told_apart(void **state)
{
    char a[400], b[400];
    char *x, *y;

    (void)state;
    memset(a, 'a', sizeof(a) - 1);
    a[sizeof(a) - 1] = '\0';
    memcpy(b, a, sizeof(a));
    b[390] = 'b';
    x = facts_text(a);
    y = facts_text(b);
    assert_true(strlen(x) < 200);
    assert_string_not_equal(x, y);
    free(x);
    free(y);
}

/* ---- trees -------------------------------------------------------------- */

static struct facts tree_facts;

static void open_tree(struct tree *t, const char *makefile, const char *name)
{
    char *path = xf_path_join(dir, "Makefile");

    assert_int_equal(xf_file_write_atomic(path, makefile, strlen(makefile)), 0);
    assert_int_equal(tree_open(t, &tree_facts, dir, name, NULL), 0);
    free(path);
}

static enum tree_has has(const struct tree *t, const char *list)
{
    struct facts facts = {0};
    const char *cells[COMMIT_COLUMNS] = {[COMMIT_ID] = "x",
                                         [COMMIT_RELEASES] = list};
    enum tree_has result;

    facts_add(&facts, FACTS_COMMITS, cells);
    result = tree_has(t, &facts.tables[FACTS_COMMITS].items[0]);
    facts_release(&facts);
    return result;
}

static void fixes_in_a_tarball(void **state)
{
    struct tree t;

    (void)state;
    open_tree(&t, "export XEN_VERSION      = 4\nexport XEN_SUBVERSION   = 17\n"
                  "export XEN_EXTRAVERSION ?= .5$(XEN_VENDORVERSION)\n",
              "xen-4.17.5+72-g0123/xen");
    assert_int_equal(has(&t, "4.17.5"), TREE_YES);
    assert_int_equal(has(&t, "4.18.0,4.17.2"), TREE_YES);
    assert_int_equal(has(&t, "4.16.0"), TREE_YES);
    assert_int_equal(has(&t, "4.18.0,4.17.5+72"), TREE_YES);
    assert_int_equal(has(&t, "4.18.0,4.17.5+73"), TREE_NO);
    assert_int_equal(has(&t, "4.18.0"), TREE_NO);
    assert_int_equal(has(&t, "4.18.0,4.16.5"), TREE_NO);
    assert_int_equal(has(&t, "mainline,4.18.2"), TREE_NO);
    /* Only older branches got it. */
    assert_int_equal(has(&t, "4.15.2,4.14.5"), TREE_UNKNOWN);
    tree_release(&t);
}

static void fixes_in_an_unreleased_tree(void **state)
{
    struct tree t;

    (void)state;
    open_tree(&t, "XEN_VERSION = 4\nXEN_SUBVERSION = 23\n"
                  "XEN_EXTRAVERSION ?= -unstable\n", "xen");
    assert_int_equal(has(&t, "4.22.0"), TREE_YES);
    assert_int_equal(has(&t, "mainline"), TREE_UNKNOWN);
    tree_release(&t);
    open_tree(&t, "nothing\n", "xen");
    assert_int_equal(has(&t, "4.22.0"), TREE_UNKNOWN);
    tree_release(&t);
}

static void files_that_moved(void **state)
{
    char *now = xf_path_join(dir, "common/new.c");
    char *folder = xf_path_join(dir, "common");
    struct tree t;

    (void)state;
    assert_int_equal(xf_mkdirs(folder), 0);
    assert_int_equal(xf_file_write_atomic(now, "", 0), 0);
    facts_add(&tree_facts, FACTS_RENAMES,
              (const char *const[]){"2010-01-01", "a.c", "b.c"});
    facts_add(&tree_facts, FACTS_RENAMES,
              (const char *const[]){"2015-01-01", "b.c", "common/new.c"});
    facts_add(&tree_facts, FACTS_RENAMES,
              (const char *const[]){"2011-01-01", "x.c", "y.c"});
    facts_add(&tree_facts, FACTS_RENAMES,
              (const char *const[]){"2012-01-01", "y.c", "x.c"});
    open_tree(&t, "", "xen");
    assert_string_equal(tree_file(&t, "a.c", "2009-01-01"), "common/new.c");
    assert_string_equal(tree_file(&t, "common/new.c", "2009-01-01"),
                        "common/new.c");
    assert_null(tree_file(&t, "a.c", "2012-01-01")); /* another a.c */
    assert_null(tree_file(&t, "x.c", "2000-01-01")); /* to and fro */
    assert_null(tree_file(&t, "../../etc/passwd", "2000-01-01"));
    tree_release(&t);
    free(now);
    free(folder);
}

/* ---- the join ----------------------------------------------------------- */

#define SITE(id, kind, file, line, function, condition)                        \
    "INSERT INTO site (build, site_id, kind, file, line, end_line, col,"       \
    " function, macro, macros, condition, message, witness, callee, frame,"    \
    " ordinal, debug_only, tus) VALUES (1, '" id "', '" kind "', '" file "', " \
    line ", " line ", 5, '" function "', '', '', '" condition                  \
    "', '', 'frame', '', 2, 0, 0, 1);"                                         \
    "INSERT OR IGNORE INTO function (build, name, file, line, end_line,"       \
    " is_static, is_inline, is_noreturn, is_asm) VALUES (1, '" function "', '" \
    file "', 1, 50, 0, 0, 0, 0);"

static const char sites[] =
    "INSERT INTO build VALUES (1, 'arm64', 'debug', '');"
    SITE("XF-1", "ASSERT", "common/new.c", "10", "one", "ptr != NULL && x")
    SITE("XF-2", "BUG", "common/new.c", "20", "two", "")
    SITE("XF-3", "BUG_ON", "common/new.c", "30", "three", "count == 0")
    SITE("XF-4", "BUG_ON", "common/new.c", "40", "four", "y")
    SITE("XF-5", "BUG_ON", "common/other.c", "10", "five", "live == 1")
    SITE("XF-6", "ASSERT", "common/smp.c", "10", "call_all", "irq_is_enabled()")
    SITE("XF-7", "BUG", "arch/arm/smp.c", "10", "flush", "")
    SITE("XF-8", "panic", "common/other.c", "20", "six",
         "\"Cannot set up the console: %d\\n\", rc")
    SITE("XF-9", "panic", "arch/arm/smp.c", "30", "boot_arm",
         "\"No memory for the domain\\n\"")
    "INSERT INTO census VALUES ('arch/x86/setup.c', 7, 5, 'panic', 'panic',"
    " 'other-config', '');"
    "INSERT INTO mention VALUES ('arch/x86/setup.c', 7, 5, 'boot_x86', 0,"
    " '\"No memory for the domain\\n\"');";

static char *facts_folder;

/* aaa: quotes XF-1's predicate in the file's old name, fixed in 4.18 only.
 * bbb: an advisory that added XF-3. ccc: touched four(). ddd: its bug came
 * in with eee, which this tree never had. */
static void write_facts(void)
{
    struct facts f = {0};

    facts_add(&f, FACTS_COMMITS, (const char *const[]){
        "aaaaaaaaaaaa", "2009-02-01", "quote", "", "", "", "", "", "",
        "4.18.0", ""});
    facts_add(&f, FACTS_COMMITS, (const char *const[]){
        "bbbbbbbbbbbb", "2016-02-01", "advisory", "7", "CVE-2016-1", "", "",
        "", "guest", "4.7.0", ""});
    facts_add(&f, FACTS_COMMITS, (const char *const[]){
        "cccccccccccc", "2017-02-01", "fix", "", "", "", "", "", "", "4.8.0",
        ""});
    facts_add(&f, FACTS_COMMITS, (const char *const[]){
        "dddddddddddd", "2025-02-01", "fix", "", "", "", "eeeeeeeeeeee", "",
        "", "4.20.0", ""});
    facts_add(&f, FACTS_COMMITS, (const char *const[]){
        "eeeeeeeeeeee", "2024-02-01", "", "", "", "", "", "", "", "4.19.0",
        ""});
    facts_add(&f, FACTS_QUOTES, (const char *const[]){
        "aaaaaaaaaaaa", "assert", "a.c", "99", "", "ptr!=NULL&&x"});
    facts_add(&f, FACTS_SITES, (const char *const[]){
        "bbbbbbbbbbbb", "added", "common/new.c", "three", "BUG_ON", "count==0",
        "", ""});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "cccccccccccc", "b.c", "four,gone"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "dddddddddddd", "common/new.c", "two"});
    facts_add(&f, FACTS_RENAMES, (const char *const[]){
        "2010-01-01", "a.c", "b.c"});
    facts_add(&f, FACTS_RENAMES, (const char *const[]){
        "2018-01-01", "b.c", "common/new.c"});
    assert_int_equal(facts_save(&f, facts_folder), 0);
    facts_release(&f);
}

/* What must not be joined, or not as more than it is: f: takes away XF-5's
 * text, and this tree does not have it; g: the same, and the tree has it; h:
 * reverts what came after this tree; i: its file came after this tree; j: a
 * bare file name that two files have, running in the other's function; k: a
 * refactoring; l: a panic's text; m: took a stop away without saying that it
 * could fire; n: a revert on another branch only; o, p: a panic whose text
 * another architecture has as well, by fixes of either; q: changed a stop of
 * six() to a text that another function has; r: reverts the revert s. */
static void write_more_facts(void)
{
    static const char *const commits[][11] = {
        {"ffffffffffff", "2023-02-01", "fix", "", "", "", "", "", "", "4.18.0",
         ""},
        {"gggggggggggg", "2012-02-01", "fix", "", "", "", "", "", "", "4.3.0",
         ""},
        {"hhhhhhhhhhhh", "2025-02-01", "revert", "", "", "", "",
         "eeeeeeeeeeee", "", "4.20.0", ""},
        {"iiiiiiiiiiii", "2025-02-01", "fix", "", "", "", "", "", "", "4.20.0",
         ""},
        {"jjjjjjjjjjjj", "2014-02-01", "quote", "", "", "", "", "", "",
         "4.5.0", ""},
        {"kkkkkkkkkkkk", "2014-02-01", "fix,refactoring", "", "", "", "", "",
         "", "4.5.0", ""},
        {"llllllllllll", "2014-02-01", "quote", "", "", "", "", "", "",
         "4.5.0", ""},
        {"oooooooooooo", "2014-02-01", "quote", "", "", "", "", "", "",
         "4.5.0", ""},
        {"pppppppppppp", "2014-02-01", "quote", "", "", "", "", "", "",
         "4.5.0", ""},
        {"mmmmmmmmmmmm", "2014-02-01", "", "", "", "", "", "", "", "4.5.0",
         ""},
        {"nnnnnnnnnnnn", "2014-02-01", "revert", "", "", "", "", "", "",
         "4.4.1", ""},
        {"qqqqqqqqqqqq", "2014-02-01", "fix", "", "", "", "", "", "", "4.5.0",
         ""},
        {"rrrrrrrrrrrr", "2014-02-02", "revert", "", "", "", "",
         "ssssssssssss", "", "4.5.0", ""},
        {"ssssssssssss", "2014-02-01", "revert", "", "", "", "", "", "",
         "4.5.0", ""}};
    struct facts f = {0};

    assert_int_equal(facts_load(&f, facts_folder), 0);
    for (size_t i = 0; i < sizeof(commits) / sizeof(*commits); i++)
        facts_add(&f, FACTS_COMMITS, commits[i]);
    for (size_t i = 0; i < 2; i++)
        facts_add(&f, FACTS_SITES, (const char *const[]){
            commits[i][0], "removed", "common/other.c", "five", "", "",
            "BUG_ON", "live==1"});
    facts_add(&f, FACTS_SITES, (const char *const[]){
        "mmmmmmmmmmmm", "handled", "common/other.c", "five", "", "", "BUG_ON",
        "other"});
    facts_add(&f, FACTS_SITES, (const char *const[]){
        "qqqqqqqqqqqq", "rewritten", "common/other.c", "six", "ASSERT",
        "irq_is_enabled()", "ASSERT", "irq_is_on()"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "rrrrrrrrrrrr", "common/other.c", "five"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "hhhhhhhhhhhh", "common/other.c", "five"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "iiiiiiiiiiii", "common/later.c", "five"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "kkkkkkkkkkkk", "common/other.c", "five"});
    facts_add(&f, FACTS_TOUCHED, (const char *const[]){
        "nnnnnnnnnnnn", "common/other.c", "five"});
    facts_add(&f, FACTS_QUOTES, (const char *const[]){
        "jjjjjjjjjjjj", "assert", "smp.c", "223", "flush", "irq_is_enabled()"});
    facts_add(&f, FACTS_QUOTES, (const char *const[]){
        "llllllllllll", "panic", "", "0", "", "Cannot set up the console: -12"});
    for (size_t i = 0; i < 2; i++) {
        facts_add(&f, FACTS_QUOTES, (const char *const[]){
            i ? "oooooooooooo" : "pppppppppppp", "panic", "", "0", "",
            "No memory for the domain"});
        facts_add(&f, FACTS_TOUCHED, (const char *const[]){
            i ? "oooooooooooo" : "pppppppppppp",
            i ? "arch/arm/gone.c" : "arch/x86/gone.c", "gone"});
    }
    assert_int_equal(facts_save(&f, facts_folder), 0);
    facts_release(&f);
}

static void join_again(struct xf_store **store, const char *name)
{
    char *db = xf_path_join(dir, name);
    struct xf_history_join how = {.data = XF_DATA_DIR, .root = dir,
                                  .name = "xen", .folder = facts_folder};

    assert_int_equal(xf_store_create(store, db, XF_SCHEMA_DIR), 0);
    assert_int_equal(xf_store_exec(*store, sites), 0);
    assert_int_equal(xf_history_join(*store, &how), 0);
    free(db);
}

static char *answer(struct xf_store *store, const char *sql)
{
    sqlite3_stmt *q = xf_store_prepare(store, sql);
    struct xf_buf out = XF_BUF_INIT;

    assert_non_null(q);
    while (xf_store_step(store, q) > 0) {
        for (int i = 0; i < sqlite3_column_count(q); i++)
            xf_buf_addf(&out, "%s%s", i ? "|" : out.len ? "\n" : "",
                        xf_column(q, i));
    }
    return xf_buf_detach(&out);
}

static void expect_rows(struct xf_store *store, const char *sql,
                        const char *expected)
{
    char *found = answer(store, sql);

    assert_string_equal(found, expected);
    free(found);
}

static void joined(void **state)
{
    static const char makefile[] = "XEN_VERSION = 4\nXEN_SUBVERSION = 17\n"
                                   "XEN_EXTRAVERSION ?= .0\n";
    char *path = xf_path_join(dir, "Makefile"), *db = xf_path_join(dir, "j.db");
    struct xf_history_join how = {.data = XF_DATA_DIR, .root = dir,
                                  .name = "xen"};
    struct xf_store *store;

    (void)state;
    facts_folder = xf_path_join(dir, "facts");
    how.folder = facts_folder;
    write_facts();
    assert_int_equal(xf_file_write_atomic(path, makefile, strlen(makefile)), 0);
    assert_int_equal(xf_store_create(&store, db, XF_SCHEMA_DIR), 0);
    assert_int_equal(xf_store_exec(store, sites), 0);
    assert_int_equal(xf_history_join(store, &how), 0);
    expect_rows(store,
                "SELECT site_id, bug_id, match, in_tree, xsa FROM v_bugs"
                " WHERE match <> 'file' ORDER BY 1, 2",
                "XF-1|aaaaaaaaaaaa|predicate|no|\n"
                "XF-3|bbbbbbbbbbbb|site|yes|XSA-7\n"
                "XF-4|cccccccccccc|function|yes|");
    expect_rows(store,
                "SELECT site_id, occurrence, fired, added_for FROM"
                " v_site_history ORDER BY 1",
                "XF-1|10|1|\nXF-3|6|0|bbbbbbbbbbbb\nXF-4|3|0|");
    expect_rows(store, "SELECT site_id, bug_count FROM v_sites WHERE site_id <"
                       " 'XF-5' ORDER BY 1",
                "XF-1|1\nXF-2|\nXF-3|1\nXF-4|1");
    expect_rows(store, "SELECT count(*) FROM v_bugs WHERE match = 'file'"
                       " AND site_id = 'XF-2'", "2");
    expect_rows(store, "SELECT function, stops FROM v_hot_spots WHERE rank = 1",
                "three|1");
    expect_rows(store, "SELECT value FROM meta WHERE name = 'xen_version'",
                "4.17.0");
    xf_store_close(store);
    free(facts_folder);
    free(path);
    free(db);
}

/* What is in the tree, what is not, and what it cannot have had. */
static void joined_with_care(void **state)
{
    static const char *const files[] = {"common/other.c", "common/smp.c",
                                        "arch/arm/smp.c", "common/new.c"};
    struct xf_store *store;

    (void)state;
    facts_folder = xf_path_join(dir, "facts2");
    for (size_t i = 0; i < 4; i++) {
        char *path = xf_path_join(dir, files[i]), *slash = strrchr(path, '/');

        *slash = '\0';
        assert_int_equal(xf_mkdirs(path), 0);
        *slash = '/';
        assert_int_equal(xf_file_write_atomic(path, "", 0), 0);
        free(path);
    }
    write_facts();
    write_more_facts();
    join_again(&store, "k.db");
    expect_rows(store,
                "SELECT site_id, bug_id, match, class, distance, in_tree FROM"
                " v_bugs WHERE match <> 'file' AND site_id > 'XF-4'"
                " ORDER BY 1, 2",
                "XF-5|ffffffffffff|site|removed|0|no\n"
                "XF-7|jjjjjjjjjjjj|function|fired|50|yes\n"
                "XF-8|llllllllllll|predicate|fired|0|yes\n"
                "XF-8|qqqqqqqqqqqq|function|rewritten|50|yes\n"
                "XF-9|oooooooooooo|predicate|fired|0|yes");
    expect_rows(store, "SELECT count(*) FROM bug WHERE bug_id IN"
                       " ('gggggggggggg', 'hhhhhhhhhhhh', 'iiiiiiiiiiii',"
                       " 'kkkkkkkkkkkk', 'mmmmmmmmmmmm', 'nnnnnnnnnnnn',"
                       " 'rrrrrrrrrrrr')",
                "0");
    expect_rows(store, "SELECT DISTINCT party FROM bug ORDER BY 1",
                "guest\nunknown");
    expect_rows(store, "SELECT site_id, reason FROM v_site_history WHERE"
                       " site_id IN ('XF-1', 'XF-4') ORDER BY 1",
                "XF-1|fired once in the field, last 2009-02-01 (aaaaaaaaaaaa),"
                " and the fix is not in this tree\n"
                "XF-4|1 past bug in its function");
    xf_store_close(store);
    free(facts_folder);
}

static int set_up(void **state)
{
    (void)state;
    names = xf_stop_names_load(XF_DATA_DIR, true);
    forms = message_forms_load(XF_DATA_DIR);
    return mkdtemp(dir) && names && forms ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    facts_release(&tree_facts);
    xf_stop_names_free(names);
    message_forms_free(forms);
    return xf_remove_tree(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions),
        cmocka_unit_test(functions_in_conditionals),
        cmocka_unit_test(functions_in_assembly),
        cmocka_unit_test(messages),
        cmocka_unit_test(parties),
        cmocka_unit_test(refactorings),
        cmocka_unit_test(releases),
        cmocka_unit_test(classes),
        cmocka_unit_test(pairs),
        cmocka_unit_test(no_change),
        cmocka_unit_test(touched_functions),
        cmocka_unit_test(bad_tables),
        cmocka_unit_test(tables_are_sorted_and_whole),
        cmocka_unit_test(long_tables),
        cmocka_unit_test(long_texts_are_told_apart),
        cmocka_unit_test(fixes_in_a_tarball),
        cmocka_unit_test(fixes_in_an_unreleased_tree),
        cmocka_unit_test(files_that_moved),
        cmocka_unit_test(joined),
        cmocka_unit_test(joined_with_care),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
