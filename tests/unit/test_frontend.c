/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The two small parsers of the front end: printed inline assembly, and
 * preprocessor conditions in three values.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "asmtext.h"
#include "buf.h"
#include "debugonly.h"

static void note(int type, const char *message, void *payload)
{
    xf_buf_addf(payload, "[%d %s]", type, message ? message : "-");
}

/* All frames of a printed function, as "[type message]...". */
static void check_frames(const char *printed, size_t count,
                         const char *expected)
{
    struct xf_asms asms = {0};
    struct xf_buf got = XF_BUF_INIT;

    xf_asms_parse(&asms, printed);
    assert_int_equal(asms.len, count);
    for (size_t i = 0; i < asms.len; i++)
        xf_asm_frames(&asms.items[i], ".bug_frames.", note, &got);
    assert_string_equal(got.data ? got.data : "", expected);
    xf_buf_release(&got);
    xf_asms_release(&asms);
}

static void frames_are_read(void **state)
{
    (void)state;
    check_frames("asm volatile (\"brk\\n.asciz \\\"file\\\"\\n.asciz "
                 "\\\"a != \\\\\\\"b\\\\\\\"\\\"\\n.pushsection "
                 ".bug_frames.3, \\\"a\\\"\\n\");",
                 1, "[3 a != \"b\"]");
    check_frames("asm volatile (\".pushsection .bug_frames.%c[bf_type]\" :  : "
                 "[bf_type] \"i\" ((2)), [bf_ptr] \"i\" (\"f.c\"), [bf_msg] "
                 "\"i\" (((void *)0)));",
                 1, "[2 -]");
    check_frames("asm volatile (\".pushsection .bug_frames.%c[bf_type]\" :  : "
                 "[bf_type] \"i\" (3), [bf_msg] \"i\" (\"x) > 1\"));",
                 1, "[3 x) > 1]");
    check_frames("asm goto (\".bug_frames.%c1\" : \"=r\" (x) : \"i\" (2) : "
                 "\"memory\" : label);",
                 1, "[2 -]");
    check_frames("asm (\".bug_frames.%c[t]\" :  : [t] \"i\" (sizeof(int)));", 1,
                 "[-1 -]");
}

static void text_that_is_no_assembly(void **state)
{
    (void)state;
    check_frames("const char *s = \"asm (\\\".bug_frames.2\\\")\";", 0, "");
    check_frames("register int r asm(\"x0\"); int asm_x = my_asm (1);", 0, "");
    check_frames("char c = '\"'; asm (\"nop\"); char d = '\\'';", 1, "");
    check_frames("asm (\"unterminated", 1, "");
    check_frames("asm (", 0, "");
}

static int debug_only(const char *condition)
{
    static const char *const on[] = {"CONFIG_DEBUG", NULL};
    static const char *const off[] = {"NDEBUG", NULL};
    const struct xf_debug_symbols symbols = {on, off, NULL, NULL};

    return xf_debug_only(condition, &symbols);
}

static void conditions_in_three_values(void **state)
{
    (void)state;
    assert_true(debug_only("!defined(NDEBUG)"));
    assert_true(debug_only("!(defined(NDEBUG))"));
    assert_true(debug_only("defined(CONFIG_DEBUG) && X > 3"));
    assert_true(debug_only("defined CONFIG_DEBUG"));
    assert_true(debug_only("CONFIG_DEBUG"));
    assert_true(debug_only("IS_ENABLED(CONFIG_DEBUG)"));
    assert_true(debug_only("(!defined(NDEBUG)) && (!(X))"));
    assert_false(debug_only("!defined(NDEBUG) || defined(X)"));
    assert_false(debug_only("defined(NDEBUG)"));
    assert_false(debug_only("!defined(CONFIG_DEBUG)"));
    assert_false(debug_only("defined(X)"));
    assert_false(debug_only("CONFIG_DEBUG == 0"));
    assert_false(debug_only("defined(CONFIG_DEBUG_INFO)"));
    assert_false(debug_only(""));
}

static void conditions_that_never_end(void **state)
{
    char deep[4096];

    (void)state;
    memset(deep, '(', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_false(debug_only(deep));
    memset(deep, '!', sizeof(deep) - 1);
    assert_false(debug_only(deep));
    assert_false(debug_only(")))"));
    assert_false(debug_only("&& || @ \x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read),
        cmocka_unit_test(text_that_is_no_assembly),
        cmocka_unit_test(conditions_in_three_values),
        cmocka_unit_test(conditions_that_never_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
