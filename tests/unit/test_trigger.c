/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "sources.h"
#include "text.h"

static void check_negated(const char *text, const char *expected)
{
    char *out = text_negated(text);

    assert_string_equal(out, expected);
    free(out);
}

static void negations(void **state)
{
    (void)state;
    check_negated("a", "!a");
    check_negated("!a", "a");
    check_negated("!!a", "!a");
    check_negated("(a)", "!a");
    check_negated("a == b", "a != b");
    check_negated("a < b", "a >= b");
    check_negated("a->b <= c[i > j]", "a->b > c[i > j]");
    check_negated("f(a < b)", "!f(a < b)");
    check_negated("a && b", "!(a && b)");
    check_negated("a & b", "!(a & b)");
    check_negated("*a", "!*a");
    check_negated("a << 2", "!(a << 2)");
    check_negated("a < b == c", "!(a < b == c)");
    check_negated("a = b", "!(a = b)");
    check_negated("(rc = f(a)) != 0", "(rc = f(a)) == 0");
    check_negated("c == '<'", "c != '<'");
    check_negated("(a) && (b)", "!((a) && (b))");
}

static void bare(void **state)
{
    char *text = text_bare("((a) + (b))");

    (void)state;
    assert_string_equal(text, "(a) + (b)");
    free(text);
    text = text_bare(" (\")\") ");
    assert_string_equal(text, "\")\"");
    free(text);
}

static void shipped_sources(void **state)
{
    struct sources *s = sources_load(XF_DATA_DIR);
    const struct source *found;

    (void)state;
    assert_non_null(s);
    found = sources_find(s, SOURCE_FUNCTION, "alloc_xenheap_pages");
    assert_non_null(found);
    assert_int_equal(found->cause, CAUSE_MEMORY);
    assert_true(found->result);
    found = sources_find(s, SOURCE_FUNCTION, "copy_from_user_hvm");
    assert_non_null(found);
    assert_int_equal(found->cause, CAUSE_GUEST);
    assert_true(found->arguments);
    assert_null(sources_find(s, SOURCE_FUNCTION, "no_such_function"));
    assert_null(sources_find(s, SOURCE_FUNCTION, ""));
    assert_int_equal(sources_error(s, -12)->cause, CAUSE_MEMORY);
    assert_null(sources_error(s, -22));
    assert_string_equal(sources_parameter_record(s, 0), "kernel_param");
    sources_free(s);
}

static void check_bad(const char *json, const char *part)
{
    char dir[] = "/tmp/xf-sources-XXXXXX";
    char *path, *folder;

    assert_non_null(mkdtemp(dir));
    folder = xf_path_join(dir, "xen");
    path = xf_path_join(dir, "xen/sources.json");
    assert_int_equal(xf_mkdirs(folder), 0);
    assert_int_equal(xf_file_write_atomic(path, json, strlen(json)), 0);
    assert_null(sources_load(dir));
    assert_non_null(strstr(xf_error_message(), part));
    xf_remove_tree(dir);
    free(folder);
    free(path);
}

static void bad_sources(void **state)
{
    (void)state;
    assert_null(sources_load("/nonexistent"));
    check_bad("{", "sources.json");
    check_bad("{\"functions\": [{\"names\": \"x\"}]}", "no list 'names'");
    check_bad("{\"functions\": [{\"names\": [\"x\"], \"cause\": \"bad luck\"}]}",
              "'bad luck' is no cause");
    check_bad("{\"errors\": [{\"name\": \"E\", \"cause\": \"hardware\"}]}",
              "no number 'value'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negations),
        cmocka_unit_test(bare),
        cmocka_unit_test(shipped_sources),
        cmocka_unit_test(bad_sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
