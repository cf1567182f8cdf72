/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The plan of builds that have every site: options in the census' reasons,
 * Kconfig's prompts, the next variants, the cover. Links xf_variants.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "options.h"
#include "prompts.h"
#include "store.h"
#include "variants.h"

struct fixture {
    char folder[64];
    struct xf_store *store;
    struct xf_tried tried;
};

static void put(const struct fixture *f, const char *name, const char *text)
{
    char *path = xf_format("%s/xen/%s", f->folder, name);
    char *dir = xf_strndup(path, (size_t)(strrchr(path, '/') - path));

    assert_int_equal(xf_mkdirs(dir), 0);
    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
    free(dir);
    free(path);
}

static void sql(const struct fixture *f, const char *text)
{
    if (xf_store_exec(f->store, text))
        fail_msg("%s", xf_error_message());
}

static int setup(void **state)
{
    struct fixture *f = xf_calloc(1, sizeof(*f));
    char *db;

    strcpy(f->folder, "/tmp/xf-variants-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    db = xf_format("%s/x.db", f->folder);
    assert_int_equal(xf_store_create(&f->store, db, XF_SCHEMA_DIR), 0);
    free(db);
    put(f, "arch/arm/Kconfig", "config ARM\n\tdef_bool y\n\n"
                               "config NEW\n\tbool \"New\"\n\n"
                               "config OLD\n\tbool \"Old\" if EXPERT\n"
                               "\tdepends on !NEW\n");
    put(f, "arch/x86/Kconfig", "config HVM\n\tbool \"HVM\"\n");
    put(f, "common/Kconfig", "config EXPERT\n\tbool \"Expert\"\n\n"
                             "config TRACE\n\tbool \"Trace\"\n\n"
                             "config LEFT_ALONE\n\tbool \"Left\"\n\n"
                             "config HIDDEN\n\tbool\n");
    sql(f, "INSERT INTO build (id, arch, name, kconfig) VALUES"
           " (1, 'arm64', 'base', 'CONFIG_ARM=y' || char(10) ||"
           "  'CONFIG_NEW=y' || char(10) || '# CONFIG_TRACE is not set');"
           "INSERT INTO tu (build, file, object, status, command) VALUES"
           " (1, 'arch/arm/a.c', '', 'ok', '')");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xf_store_close(f->store);
    xf_tried_release(&f->tried);
    xf_remove_tree(f->folder);
    free(f);
    return 0;
}

/* ---- options in reasons --------------------------------------------------- */

static void note(const char *symbol, size_t len, bool on, void *payload)
{
    xf_buf_addf(payload, "%.*s=%c ", (int)len, symbol, on ? 'y' : 'n');
}

static void expect_options(const char *reason, const char *expected)
{
    struct xf_buf out = XF_BUF_INIT;

    xf_buf_adds(&out, "");
    xf_options_in(reason, note, &out);
    assert_string_equal(out.data, expected);
    xf_buf_release(&out);
}

static void test_reasons_name_options(void **state)
{
    (void)state;
    expect_options("#ifdef CONFIG_X at line 7", "CONFIG_X=y ");
    expect_options("#ifndef CONFIG_X at line 7", "CONFIG_X=n ");
    expect_options("#if defined(CONFIG_A) && !defined(CONFIG_B) at line 1",
                   "CONFIG_A=y CONFIG_B=n ");
    expect_options("#else (!defined(CONFIG_HVM)) at line 9", "CONFIG_HVM=n ");
    expect_options("#elif (!(LEVELS != 3 || defined(CONFIG_A)) && "
                   "!IS_ENABLED(CONFIG_B)) at line 3", "CONFIG_A=n CONFIG_B=n ");
    expect_options("arch/x86/pv/Makefile: obj-$(CONFIG_SHIM) += shim.o; "
                   "arch/x86/Makefile: obj-$(CONFIG_PV) += pv/",
                   "CONFIG_SHIM=y CONFIG_PV=y ");
    expect_options("arch/arm/Makefile: obj-$(CONFIG_ITS) += its.o, inside "
                   "ifneq ($(CONFIG_NEW),y)", "CONFIG_ITS=y CONFIG_NEW=n ");
    expect_options("a/Makefile: obj-y += none.o, inside else of ifeq "
                   "($(CONFIG_SHADOW),y)", "CONFIG_SHADOW=n ");
    expect_options("no Makefile line found", "");
}

/* ---- prompts --------------------------------------------------------------- */

static void test_prompts(void **state)
{
    struct prompts p = {0};
    const struct prompt *one;

    (void)state;
    prompts_parse(&p, "menu \"M\"\nif OUTER\nconfig A\n\tbool \"A\" if EXPERT\n"
                      "\tdepends on B && \\\n\t\t!C\n\t---help---\n"
                      "\t  bool \"no\"\n\t  depends on NOTHING\n"
                      "endif\nmenuconfig D\n\tdef_bool y\n");
    one = prompts_find(&p, "A");
    assert_non_null(one);
    assert_true(one->has_prompt);
    assert_string_equal(one->depends, "(OUTER) && (EXPERT) && (B && \t\t!C)");
    one = prompts_find(&p, "D");
    assert_non_null(one);
    assert_false(one->has_prompt);
    assert_string_equal(one->depends, "");
    assert_null(prompts_find(&p, "M"));
    prompts_release(&p);
}

/* ---- variants -------------------------------------------------------------- */

static void absent(const struct fixture *f, int line, const char *options)
{
    char *text = xf_format("INSERT INTO census_absence VALUES ('common/a.c', "
                           "%d, 1, 1, 'why', '%s')", line, options);

    sql(f, text);
    free(text);
}

static void next(struct fixture *f, struct xf_variants *out)
{
    char *root = xf_format("%s/xen", f->folder);

    static char trace[] = "CONFIG_LEFT_*";
    char *const left_alone[] = {trace, NULL};

    assert_int_equal(xf_variants_next(out, f->store, root, left_alone,
                                      &f->tried), 0);
    free(root);
}

static void test_wishes_that_go_together(void **state)
{
    struct fixture *f = *state;
    struct xf_variants v;

    absent(f, 1, "CONFIG_TRACE=n");
    absent(f, 2, "CONFIG_NEW=y");
    absent(f, 3, "CONFIG_NEW=y");
    next(f, &v);
    assert_int_equal(v.len, 1);
    assert_string_equal(v.items[0].arch, "arm64");
    assert_string_equal(v.items[0].base, "base");
    assert_string_equal(v.items[0].name, "NEW=n,TRACE=y");
    assert_int_equal(v.items[0].nwishes, 2);
    assert_string_equal(v.items[0].wishes[0], "CONFIG_NEW=n");
    assert_non_null(strstr(v.items[0].config, "CONFIG_NEW=n\n"));
    assert_null(strstr(v.items[0].config, "CONFIG_NEW=y\n"));
    assert_non_null(strstr(v.items[0].config, "CONFIG_ARM=y\n"));
    xf_variants_release(&v);
}

/* What OLD depends on is set with it. */
static void test_dependencies_are_set(void **state)
{
    struct fixture *f = *state;
    struct xf_variants v;

    absent(f, 1, "CONFIG_OLD=n");
    next(f, &v);
    assert_int_equal(v.len, 1);
    assert_non_null(strstr(v.items[0].config, "CONFIG_OLD=y\n"));
    assert_non_null(strstr(v.items[0].config, "CONFIG_NEW=n\n"));
    assert_non_null(strstr(v.items[0].config, "CONFIG_EXPERT=y\n"));
    xf_variants_release(&v);
}

/* No prompt, another architecture's, or no symbol at all. */
static void test_nobody_can_set_them(void **state)
{
    struct fixture *f = *state;
    struct xf_variants v;

    absent(f, 1, "CONFIG_HIDDEN=n");
    absent(f, 2, "CONFIG_HVM=n");
    absent(f, 3, "CONFIG_NEVER=n");
    absent(f, 4, "CONFIG_ARM=y");
    absent(f, 5, "CONFIG_LEFT_ALONE=n");
    next(f, &v);
    assert_int_equal(v.len, 0);
    xf_variants_release(&v);
}

/* Each round tries something new, so that the rounds end. */
static void test_rounds_end(void **state)
{
    struct fixture *f = *state;
    struct xf_variants v;
    size_t rounds = 0;

    absent(f, 1, "CONFIG_NEW=y");
    absent(f, 2, "CONFIG_TRACE=n");
    absent(f, 3, "CONFIG_OLD=n");
    absent(f, 4, "CONFIG_NEW=n, CONFIG_TRACE=n");
    for (;; rounds++) {
        next(f, &v);
        if (!v.len)
            break;
        assert_true(rounds < 5);
        assert_false(xf_variant_fulfilled(&v.items[0], "CONFIG_NEW=y\n",
                                          &f->tried));
        xf_variants_release(&v);
    }
    xf_variants_release(&v);
}

static void test_fulfilled(void **state)
{
    struct fixture *f = *state;
    struct xf_variants v;

    absent(f, 1, "CONFIG_NEW=y");
    absent(f, 2, "CONFIG_TRACE=n");
    next(f, &v);
    assert_int_equal(v.len, 1);
    assert_false(xf_variant_fulfilled(&v.items[0], "CONFIG_NEW=y\n",
                                      &f->tried));
    assert_true(xf_variant_fulfilled(&v.items[0],
                                     "CONFIG_NEW=y\nCONFIG_TRACE=y\n",
                                     &f->tried));
    xf_variants_release(&v);
    next(f, &v); /* NEW=n was first and is refused, TRACE=y was fulfilled */
    assert_int_equal(v.len, 0);
    xf_variants_release(&v);
}

/* ---- cover ----------------------------------------------------------------- */

static void test_cover(void **state)
{
    struct fixture *f = *state;
    bool keep[4];

    sql(f, "INSERT INTO build (id, arch, name) VALUES (2, 'a', 'two'),"
           " (3, 'a', 'three'), (4, 'a', 'four');"
           "INSERT INTO site (build, site_id, kind, file, line, end_line, col,"
           " function, macro, macros, condition, message, witness, callee,"
           " frame, ordinal, debug_only, tus) SELECT column1, column2, 'BUG',"
           " 'a.c', 1, 1, 1, 'f', '', '', '', '', 'frame', '', 2, 0, 0, 1"
           " FROM (VALUES (1, 'a'), (1, 'b'), (2, 'a'), (2, 'b'), (2, 'c'),"
           "  (3, 'd'), (4, 'c'), (4, 'd'), (4, 'e'))");
    assert_int_equal(xf_variants_cover(keep, 4, f->store), 0);
    assert_false(keep[0]);
    assert_true(keep[1]);
    assert_false(keep[2]);
    assert_true(keep[3]);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons_name_options),
        cmocka_unit_test(test_prompts),
        WITH(test_wishes_that_go_together),
        WITH(test_dependencies_are_set),
        WITH(test_nobody_can_set_them),
        WITH(test_rounds_end),
        WITH(test_fulfilled),
        WITH(test_cover),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
