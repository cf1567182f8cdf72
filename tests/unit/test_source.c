/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The raw lexer and its index. Links xf_source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source.h"

static struct xf_source *from(const char *name, const char *text)
{
    return xf_source_from(name, text, strlen(text));
}

/* All tokens as "<kind letter><text>", one per line. */
static void expect_tokens(const char *name, const char *text,
                          const char *const *expected)
{
    static const char letters[] = "INSCPE";
    struct xf_source *src = from(name, text);
    size_t at = 0;

    for (;;) {
        struct xf_token token = xf_source_token(src, &at);
        char *spelling;

        if (token.kind == XF_TOKEN_END)
            break;
        assert_non_null(*expected);
        assert_int_equal((*expected)[0], letters[token.kind]);
        spelling = xf_source_spelling(src, token);
        assert_string_equal(spelling, *expected + 1);
        free(spelling);
        expected++;
    }
    assert_null(*expected);
    xf_source_free(src);
}

#define TOKENS(name, text, ...)                                                \
    expect_tokens(name, text, (const char *const[]){__VA_ARGS__, NULL})

static void tokens(void **state)
{
    (void)state;
    TOKENS("a.c", "a+b1", "Ia", "P+", "Ib1");
    TOKENS("a.c", "1.5e+3f .5 0x1p-2", "N1.5e+3f", "N.5", "N0x1p-2");
    TOKENS("a.c", "x/*c*/y//d\nz", "Ix", "C/*c*/", "Iy", "C//d", "Iz");
    TOKENS("a.c", "\"a\\\"b\" '\\''", "S\"a\\\"b\"", "S'\\''");
    TOKENS("a.c", "\"/*\" BUG \"*/\"", "S\"/*\"", "IBUG", "S\"*/\"");
    TOKENS("a.c", "/* open", "C/* open");
    TOKENS("a.c", "/", "P/");
    expect_tokens("a.c", "", (const char *const[]){NULL});
    expect_tokens("a.c", " \\\n\t", (const char *const[]){NULL});
}

static void continuations(void **state)
{
    (void)state;
    TOKENS("a.c", "pa\\\nnic x\\\n y", "Ipanic", "Ix", "Iy");
    TOKENS("a.c", "pa\\\r\nnic", "Ipanic");
    TOKENS("a.c", "// a \\\n b\nc", "C// a  b", "Ic");
    TOKENS("a.c", "\"a\\\nb\" c", "S\"ab\"", "Ic");
    TOKENS("a.c", "a \\ b", "Ia", "P\\", "Ib");
}

static void unterminated_literal_ends_with_its_line(void **state)
{
    (void)state;
    TOKENS("a.c", "don't stop\nBUG", "Idon", "S't stop", "IBUG");
    TOKENS("a.c", "\"abc\nd", "S\"abc", "Id");
    TOKENS("a.c", "'\\", "S'\\");
}

static void assembly(void **state)
{
    (void)state;
    TOKENS("arch/x86/a.S", "# don't BUG\nBUG", "C# don't BUG", "IBUG");
    TOKENS("arch/x86/a.S", "mov $1 # x\nb", "Imov", "P$", "N1", "C# x", "Ib");
    TOKENS("arch/arm/arm64/a.S", "mov #1", "Imov", "P#", "N1");
    TOKENS("arch/arm/arm32/a.S", "b 1f @ it's\n\\@ c", "Ib", "N1f", "C@ it's",
           "P\\", "P@", "Ic");
    TOKENS("a.S", "it's a BUG", "Iit", "P'", "Is", "Ia", "IBUG");
    TOKENS("a.S", ".byte 'a', '\\n', 'b", "P.", "Ibyte", "S'a'", "P,",
           "S'\\n'", "P,", "P'", "Ib");
    TOKENS("a.S", "\"lone\nBUG", "P\"", "Ilone", "IBUG");
    TOKENS("arch/x86/a.S", "#define A(x) #x\n", "P#", "Idefine", "IA", "P(",
           "Ix", "P)", "P#", "Ix");
    TOKENS("arch/x86/a.S", "# a /* b\n c */ d", "C# a ", "C/* b\n c */", "Id");
}

static void positions(void **state)
{
    struct xf_source *src = from("a.c", "ab\ncd\n\nx");

    (void)state;
    assert_int_equal(src->nlines, 4);
    assert_int_equal(xf_source_line(src, 0), 1);
    assert_int_equal(xf_source_line(src, 2), 1);
    assert_int_equal(xf_source_line(src, 3), 2);
    assert_int_equal(xf_source_column(src, 4), 2);
    assert_int_equal(xf_source_line(src, 7), 4);
    assert_int_equal(xf_source_line(src, 8), 4);
    xf_source_free(src);
    src = from("a.c", "");
    assert_int_equal(src->nlines, 1);
    assert_int_equal(xf_source_line(src, 0), 1);
    assert_int_equal(xf_source_column(src, 0), 1);
    xf_source_free(src);
}

static const char conditionals[] = "0\n"         /* 1 */
                                   "#if A\n"     /* 2 */
                                   "1\n"         /* 3 */
                                   "# ifdef B\n" /* 4 */
                                   "2\n"         /* 5 */
                                   "# else\n"    /* 6 */
                                   "3\n"         /* 7 */
                                   "# endif\n"   /* 8 */
                                   "1\n"         /* 9 */
                                   "#elif C || \\\n"
                                   "      D // e\n" /* 11 */
                                   "4\n"            /* 12 */
                                   "#else\n"        /* 13 */
                                   "5\n"            /* 14 */
                                   "#endif\n"       /* 15 */
                                   "0\n";           /* 16 */

static void expect_branch(const struct xf_source *src, uint32_t line,
                          const char *text, const char *condition)
{
    int32_t i = xf_source_branch_at(src, line);

    if (!text) {
        assert_int_equal(i, -1);
        return;
    }
    assert_int_not_equal(i, -1);
    assert_string_equal(src->branches[i].text, text);
    assert_string_equal(src->branches[i].condition, condition);
}

static void branches(void **state)
{
    struct xf_source *src = from("a.c", conditionals);

    (void)state;
    assert_int_equal(src->nbranches, 5);
    expect_branch(src, 1, NULL, NULL);
    expect_branch(src, 2, NULL, NULL);
    expect_branch(src, 3, "#if A", "A");
    expect_branch(src, 4, "#if A", "A");
    expect_branch(src, 5, "#ifdef B", "defined(B)");
    expect_branch(src, 7, "#else", "!defined(B)");
    expect_branch(src, 9, "#if A", "A");
    expect_branch(src, 11, NULL, NULL);
    expect_branch(src, 12, "#elif C || D", "!(A) && (C || D)");
    expect_branch(src, 14, "#else", "!(A) && !(C || D)");
    expect_branch(src, 16, NULL, NULL);
    assert_int_equal(src->branches[0].first, 3);
    assert_int_equal(src->branches[0].last, 9);
    assert_int_equal(src->branches[1].parent, 0);
    assert_int_equal(src->branches[3].line, 10);
    xf_source_free(src);
}

static void broken_conditionals(void **state)
{
    struct xf_source *src = from("a.c", "#endif\n#else\n#elif X\n"
                                        "#ifndef Y\n1\n");

    (void)state;
    assert_int_equal(src->nbranches, 1);
    expect_branch(src, 5, "#ifndef Y", "!defined(Y)");
    xf_source_free(src);
    src = from("a.c", "#if 1\n#else\n#endif");
    assert_true(src->branches[0].first > src->branches[0].last);
    xf_source_free(src);
    src = from("a.c", "#ifndef Y\n#else\n1\n#endif\n");
    expect_branch(src, 3, "#else", "defined(Y)");
    xf_source_free(src);
}

static void comments_hide_directives(void **state)
{
    struct xf_source *src = from("a.c", "/*\n#if A\n*/ #if B\n1\n#endif\n"
                                        "\"\\\n#if C\\\n\"\n");

    (void)state;
    assert_int_equal(src->nbranches, 1);
    expect_branch(src, 4, "#if B", "B");
    xf_source_free(src);
}

static void macros(void **state)
{
    static const char text[] = "#define A\n"
                               "#define B(x) \\\n"
                               "  f(x) /* c\n"
                               "  c */ + 1\n"
                               "int y;\n"
                               "#ifdef C\n"
                               "# define D (x)\n"
                               "#endif\n";
    struct xf_source *src = from("a.h", text);
    const struct xf_macro *macro;

    (void)state;
    assert_int_equal(src->nmacros, 3);
    assert_string_equal(src->macros[0].name, "A");
    assert_int_equal(src->macros[0].body, src->macros[0].end);
    macro = xf_source_macro_at(src, (size_t)(strstr(text, "+ 1") - text));
    assert_ptr_equal(macro, &src->macros[1]);
    assert_string_equal(macro->name, "B");
    assert_true(macro->function_like);
    assert_int_equal(macro->line, 2);
    assert_int_equal(macro->body, strstr(text, "f(x)") - text);
    assert_null(xf_source_macro_at(src, (size_t)(strstr(text, "y;") - text)));
    assert_false(src->macros[2].function_like);
    assert_int_equal(src->macros[2].branch, 0);
    assert_int_equal(src->text[src->macros[2].body], '(');
    xf_source_free(src);
}

static void expect_arguments(const char *text, const char *args,
                             const char *behind)
{
    struct xf_source *src = from("a.c", text);
    char *got;
    size_t end = xf_source_arguments(src, (size_t)(strstr(text, "F") - text),
                                     &got);

    if (args)
        assert_string_equal(got, args);
    else
        assert_null(got);
    assert_string_equal(src->text + end, behind);
    free(got);
    xf_source_free(src);
}

static void arguments(void **state)
{
    (void)state;
    expect_arguments("F(a,  b);", "a, b", ";");
    expect_arguments("F /* x */ (\n  g(1),\n\t\")\" /* ) */ );", "g(1), \")\"",
                     ";");
    expect_arguments("F;", NULL, ";");
    expect_arguments("F", NULL, "");
    expect_arguments("F(a, (b)", "a, (b)", "");
    expect_arguments("F()x", "", "x");
    expect_arguments("#define A F\n(1)", NULL, "\n(1)");
    expect_arguments("#define A F(1\n)", "1", "\n)");
}

static void normal(void **state)
{
    struct xf_source *src = from("a.c", " a/**/b  \\\n c(\t\"x  y\" ) ");
    char *text = xf_source_normal(src, 0, src->len);

    (void)state;
    assert_string_equal(text, "a b c( \"x  y\" )");
    free(text);
    xf_source_free(src);
    src = xf_source_from("a.c", "\"a\0b\" c\0d", 9);
    text = xf_source_normal(src, 0, src->len);
    assert_string_equal(text, "\"a b\" c d");
    free(text);
    xf_source_free(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(continuations),
        cmocka_unit_test(unterminated_literal_ends_with_its_line),
        cmocka_unit_test(assembly),
        cmocka_unit_test(positions),
        cmocka_unit_test(branches),
        cmocka_unit_test(broken_conditionals),
        cmocka_unit_test(comments_hide_directives),
        cmocka_unit_test(macros),
        cmocka_unit_test(arguments),
        cmocka_unit_test(normal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
