/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What is read out of Cppcheck's dumps and messages, and the text that it is
 * given.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "knowledge.h"
#include "messages.h"
#include "prune.h"
#include "values.h"

/* ---- dumps -------------------------------------------------------------- */

/* `if ( COND ) xenfmea_bug();` in line 7 of f.c, where COND is the `count`
 * tokens whose attributes are in `condition`, the last of them its root. The
 * value list v1 is `values`. */
static char *dump_text(const char *condition, const char *root,
                       const char *scope, const char *values)
{
    static struct xf_buf text;

    xf_buf_clear(&text);
    xf_buf_addf(
        &text,
        "<?xml version=\"1.0\"?><dumps><rawtokens>"
        "<token id=\"a0\" str=\"raw\"/></rawtokens>"
        "<dump cfg=\"\"><tokenlist>"
        "<token id=\"10\" file=\"f.c\" linenr=\"7\" str=\"if\" type=\"name\"/>"
        "<token id=\"11\" file=\"f.c\" linenr=\"7\" str=\"(\" link=\"1e\" "
        "astOperand1=\"10\" astOperand2=\"%s\"/>%s"
        "<token id=\"1e\" file=\"f.c\" linenr=\"7\" str=\")\" link=\"11\"/>"
        "<token id=\"1f\" file=\"f.c\" linenr=\"7\" str=\"{\"/>"
        "<token id=\"20\" file=\"f.c\" linenr=\"7\" str=\"xenfmea_bug\" "
        "type=\"name\" scope=\"51\"/>"
        "<token id=\"21\" file=\"f.c\" linenr=\"7\" str=\"(\"/>"
        "</tokenlist><scopes>"
        "<scope id=\"50\" type=\"Function\"/>"
        "<scope id=\"51\" type=\"%s\" bodyStart=\"1f\" nestedIn=\"50\"/>"
        "</scopes><valueflow><values id=\"c1\">%s</values></valueflow>"
        "</dump></dumps>",
        root, condition, scope, values);
    return text.data;
}

static const char variable[] =
    "<token id=\"12\" file=\"f.c\" linenr=\"7\" str=\"n\" type=\"name\" "
    "varId=\"1\" values=\"c1\" valueType-type=\"int\" "
    "valueType-sign=\"unsigned\"/>";
static const char truth[] =
    "<token id=\"12\" file=\"f.c\" linenr=\"7\" str=\"b\" type=\"name\" "
    "varId=\"1\" values=\"c1\" valueType-type=\"bool\"/>";
static const char comparison[] =
    "<token id=\"12\" file=\"f.c\" linenr=\"7\" str=\"n\" type=\"name\" "
    "varId=\"1\" values=\"c1\" valueType-type=\"int\" "
    "valueType-sign=\"unsigned\"/>"
    "<token id=\"13\" file=\"f.c\" linenr=\"7\" str=\"&gt;\" "
    "valueType-type=\"bool\" astOperand1=\"12\" astOperand2=\"14\"/>"
    "<token id=\"14\" file=\"f.c\" linenr=\"7\" str=\"4\"/>";

static void note(const struct xf_told *told, void *payload)
{
    static const char *const kinds[] = {"known", "possible", "impossible"};
    static const char *const bounds[] = {"=", "<=", ">="};

    xf_buf_addf(payload, "%s %s %s %s%lld @%u;",
                told->is_condition ? "condition" : "operand", told->text,
                kinds[told->value.kind], bounds[told->value.bound],
                (long long)told->value.value, told->value.line);
}

/* Read byte by byte: no form may depend on how the text was cut. */
static int read_text(struct xf_dump *dump, const char *text)
{
    struct xf_dump_reader *r = xf_dump_begin(dump, "unit.c.dump");

    for (; *text; text++)
        xf_dump_feed(r, text, 1);
    return xf_dump_end(r);
}

static void expect_told(const char *text, const char *expected)
{
    struct xf_wanted wanted = {"f.c", 7, 8, "xenfmea_bug", 0, 1};
    struct xf_dump dump = {0};
    struct xf_buf told = XF_BUF_INIT;

    xf_buf_adds(&told, "");
    assert_int_equal(read_text(&dump, text), 0);
    assert_true(xf_values(&dump, &wanted, note, &told));
    assert_string_equal(told.data, expected);
    xf_buf_release(&told);
    xf_dump_release(&dump);
}

static void conditions(void **state)
{
    (void)state;
    expect_told(dump_text(truth, "12", "If",
                          "<value intvalue=\"0\" bound=\"Point\" "
                          "known=\"true\"/>"),
                "condition b known =0 @0;");
    expect_told(dump_text(truth, "12", "If",
                          "<value intvalue=\"1\" bound=\"Point\" "
                          "condition-line=\"3\" possible=\"true\"/>"),
                "condition b possible =1 @3;");
    /* what every bool is, what the site says itself, what is a guess */
    expect_told(dump_text(truth, "12", "If",
                          "<value intvalue=\"-1\" bound=\"Upper\" "
                          "impossible=\"true\"/>"
                          "<value intvalue=\"2\" bound=\"Lower\" "
                          "impossible=\"true\"/>"
                          "<value intvalue=\"0\" bound=\"Point\" "
                          "condition-line=\"7\" known=\"true\"/>"
                          "<value intvalue=\"0\" bound=\"Point\" "
                          "condition-line=\"8\" possible=\"true\"/>"
                          "<value intvalue=\"1\" inconclusive=\"true\" "
                          "known=\"true\"/>"
                          "<value symbolic=\"12\" known=\"true\"/>"),
                "");
}

static void operands(void **state)
{
    (void)state;
    expect_told(dump_text(comparison, "13", "If",
                          "<value intvalue=\"18446744073709551615\" "
                          "bound=\"Upper\" impossible=\"true\"/>"
                          "<value intvalue=\"31\" bound=\"Upper\" "
                          "condition-line=\"5\" impossible=\"true\"/>"
                          "<value intvalue=\"9\" bound=\"Point\" "
                          "possible=\"true\"/>"),
                "operand n impossible <=31 @5;operand n possible =9 @0;");
    /* true is not 1 */
    expect_told(dump_text(comparison, "13", "If",
                          "<value intvalue=\"1\" bound=\"Point\" "
                          "condition-line=\"5\" known=\"true\"/>"),
                "operand n impossible =0 @5;");
    /* the variable itself is the condition */
    expect_told(dump_text(variable, "12", "If",
                          "<value intvalue=\"0\" bound=\"Point\" "
                          "condition-line=\"5\" impossible=\"true\"/>"),
                "condition n impossible =0 @5;");
}

static void other_scopes(void **state)
{
    static const char known[] =
        "<value intvalue=\"0\" bound=\"Point\" known=\"true\"/>";

    (void)state;
    /* found, but the condition in front is not the one of the site */
    expect_told(dump_text(truth, "12", "Else", known), "");
    expect_told(dump_text(truth, "12", "Switch", known), "");
    expect_told(dump_text(truth, "12", "Function", known), "");
}

static void places(void **state)
{
    struct xf_wanted wanted = {"f.c", 7, 7, "xenfmea_bug", 0, 1};
    struct xf_dump dump = {0};
    struct xf_buf told = XF_BUF_INIT;

    (void)state;
    assert_int_equal(read_text(&dump, dump_text(truth, "12", "If", "")), 0);
    assert_true(xf_values(&dump, &wanted, note, &told));
    wanted.line = 8;
    assert_false(xf_values(&dump, &wanted, note, &told));
    wanted.line = 7;
    wanted.file = "g.c";
    assert_false(xf_values(&dump, &wanted, note, &told));
    wanted.file = "f.c";
    wanted.call = "panic";
    assert_false(xf_values(&dump, &wanted, note, &told));
    wanted.call = "xenfmea_bug";
    /* two sites in the line and one call: which one it is is not known */
    wanted.among = 2;
    assert_false(xf_values(&dump, &wanted, note, &told));
    xf_dump_release(&dump);
    xf_buf_release(&told);
}

static void broken(void **state)
{
    char *whole = strdup(dump_text(truth, "12", "If", ""));
    char *cut = strdup(whole);

    (void)state;
    for (size_t len = 0; len < strlen(whole); len += 7) {
        struct xf_dump dump = {0};

        memcpy(cut, whole, len);
        cut[len] = '\0';
        assert_int_equal(read_text(&dump, cut), -1);
        assert_non_null(strstr(xf_error_message(), "unit.c.dump: "));
        xf_dump_release(&dump);
    }
    free(whole);
    free(cut);
}

/* A syntax tree with a cycle, links to nowhere, an entity: no harm. */
static void hostile(void **state)
{
    static const char cycle[] =
        "<token id=\"12\" file=\"f.c\" linenr=\"7\" str=\"x\" varId=\"1\" "
        "astOperand1=\"12\" astOperand2=\"12\" link=\"fff\" values=\"c9\"/>";
    struct xf_dump dump = {0};

    (void)state;
    expect_told(dump_text(cycle, "12", "If", ""), "");
    assert_int_equal(
        read_text(&dump, "<!DOCTYPE d [<!ENTITY a \"aaaa\">]><dumps><dump>"
                         "</dump></dumps>"),
        -1);
    xf_dump_release(&dump);
}

/* ---- messages ----------------------------------------------------------- */

static void note_message(const char *id, const char *file, unsigned int line,
                         const char *message, void *payload)
{
    xf_buf_addf(payload, "%s %s:%u %s;", id, file, line, message);
}

static void messages(void **state)
{
    static const char text[] =
        "<?xml version=\"1.0\"?><results version=\"2\"><errors>"
        "<error id=\"a\" msg=\"x &lt; &apos;y&apos;\">"
        "<location file=\"f.c\" line=\"3\"/><location file=\"g.c\" line=\"9\"/>"
        "</error><error id=\"b\" msg=\"m\"/></errors></results>";
    struct xf_buf out = XF_BUF_INIT;

    (void)state;
    assert_int_equal(
        xf_messages_read(text, strlen(text), "m.xml", note_message, &out), 0);
    assert_string_equal(out.data, "a f.c:3 x < 'y';b :0 m;");
    assert_int_equal(
        xf_messages_read(text, strlen(text) - 9, "m.xml", note_message, &out),
        -1);
    assert_non_null(strstr(xf_error_message(), "m.xml: "));
    assert_int_equal(xf_messages_read("", 0, "m.xml", note_message, &out), -1);
    xf_buf_release(&out);
}

/* ---- pruning ------------------------------------------------------------ */

static void expect_pruned(const char *text, const char *expected)
{
    struct xf_map keep = XF_MAP_INIT;
    struct xf_prune how = {"/nowhere/d", "/nowhere/src", "/nowhere/obj",
                           &keep};
    struct xf_buf out = XF_BUF_INIT;

    xf_map_add(&keep, "main.c", NULL);
    xf_prune(&out, text, strlen(text), &how);
    assert_string_equal(out.data, expected);
    xf_buf_release(&out);
    xf_map_release(&keep);
}

static void pruning(void **state)
{
    (void)state;
    expect_pruned("# 1 \"../src/main.c\"\nint f(void)\n{\n return 1;\n}\n",
                  "# 1 \"main.c\"\nint f(void)\n{\n return 1;\n}\n");
    /* the line behind a body that goes keeps its number */
    expect_pruned("# 1 \"/nowhere/obj/h.h\" 1 3\nint f(int a)\n{\n"
                  " if (a) { return 1; }\n}\nint b;\n",
                  "# 1 \"h.h\"\nint f(int a)\n;\n# 4 \"h.h\"\n\nint b;\n");
    /* types, initialisers and extensions are no functions */
    expect_pruned("# 1 \"h.h\"\nstruct __attribute__((packed)) s { int a; };\n"
                  "int t[] = { g(1), 2 };\nenum { A, B };\n"
                  "struct s *f(int a) __attribute__((pure)) { h(); } int x;\n",
                  "# 1 \"/nowhere/d/h.h\"\n"
                  "struct __attribute__((packed)) s { int a; };\n"
                  "int t[] = { g(1), 2 };\nenum { A, B };\n"
                  "struct s *f(int a) __attribute__((pure)) ;\n"
                  "# 4 \"/nowhere/d/h.h\"\n int x;\n");
    /* braces in strings, and a marker inside a body */
    expect_pruned("# 1 \"h.h\"\nint f() { g(\"}\", '}');\n# 9 \"i.h\"\n}\n"
                  "int y;\n",
                  "# 1 \"/nowhere/d/h.h\"\nint f() ;\n"
                  "# 9 \"/nowhere/d/i.h\"\n\nint y;\n");
    expect_pruned("# 1 \"../src/main.c\"\nint x = a ? : b ?: c ? d : e;\n",
                  "# 1 \"main.c\"\nint x = a ? xenfmea_any() : b "
                  "? xenfmea_any() : c ? d : e;\n");
    expect_pruned("# 1 \"h.h\"\nint f(typeof(g()->m) typeofs) { }\n",
                  "# 1 \"/nowhere/d/h.h\"\n"
                  "int f(__typeof__(g()->m) typeofs) ;\n"
                  "# 1 \"/nowhere/d/h.h\"\n\n");
}

/* ---- knowledge ---------------------------------------------------------- */

static void knowledge(void **state)
{
    struct xf_knowledge *k = xf_knowledge_load(XF_DATA_DIR);

    (void)state;
    assert_non_null(k);
    assert_string_equal(xf_knowledge_platform(k, "aarch64-linux-gnu"),
                        "unix64-unsigned");
    assert_string_equal(xf_knowledge_platform(k, "x86_64-linux-gnu"), "unix64");
    assert_string_equal(xf_knowledge_platform(k, "vax"), "unspecified");
    assert_string_equal(xf_knowledge_call(k, 2), "xenfmea_bug");
    assert_null(xf_knowledge_call(k, 1));
    assert_true(xf_knowledge_shown(k, "knownConditionTrueFalse"));
    assert_false(xf_knowledge_shown(k, "variableScope"));
    assert_int_equal(xf_knowledge_accepts(k, "2.10"), 0);
    assert_int_equal(xf_knowledge_accepts(k, "3.0"), 0);
    assert_int_equal(xf_knowledge_accepts(k, "2.8"), -1);
    assert_int_equal(xf_knowledge_accepts(k, "1.90"), -1);
    assert_int_equal(xf_knowledge_accepts(k, "what"), -1);
    xf_knowledge_free(k);
    assert_null(xf_knowledge_load("/nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions), cmocka_unit_test(operands),
        cmocka_unit_test(other_scopes), cmocka_unit_test(places),
        cmocka_unit_test(broken), cmocka_unit_test(hostile),
        cmocka_unit_test(messages), cmocka_unit_test(pruning),
        cmocka_unit_test(knowledge)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
