/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Sites found again: what is compared, and which of several equal ones is the
 * same. Lists are made from source texts, as a scan does.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "context.h"
#include "identity.h"
#include "pairing.h"

/* ---- texts -------------------------------------------------------------- */

static void compact(const char *text, const char *expected)
{
    char *got = xf_identity_compact(text);

    assert_string_equal(got, expected);
    free(got);
}

static void test_compact(void **state)
{
    (void)state;
    compact("", "");
    compact("a == 1", "a==1");
    compact("( a  ==\n 1 /* why */ )", "a==1");
    compact("((a)) + (b)", "((a))+(b)");
    compact("(a) || (b)", "(a)||(b)");
    compact("unsigned int x", "unsigned int x");
    compact("\"one \" \"two\"", "\"one two\"");
    compact("0x1FUL & 3U", "0x1f&3");
    compact("(", "(");
    compact("\"not closed", "\"not closed");
}

static void guard(const char *text, int line, const char *expected)
{
    struct xf_source *src = xf_source_from("a.c", text, strlen(text));
    char *got = identity_guard(src, 1, line, 1);

    assert_string_equal(got, expected);
    free(got);
    xf_source_free(src);
}

static void test_guard(void **state)
{
    (void)state;
    guard("void f(int a)\n{\nBUG();\n}\n", 3, "");
    guard("void f(int a)\n{\nif ( a )\nBUG();\n}\n", 4, "if(a)");
    guard("void f(int a)\n{\nif ( a ) { g(); }\nBUG();\n}\n", 4, "");
    guard("void f(int a)\n{\nif ( a ) g(); else\nBUG();\n}\n", 4, "!if(a)");
    guard("void f(int a)\n{\nif ( a ) { g(); } else if ( b ) {\nBUG();\n}}\n",
          4, "!if(a) & if(b)");
    guard("void f(int a)\n{\nif ( a ) for ( ;; ) g();\nelse\nBUG();\n}\n", 5,
          "!if(a)");
    guard("void f(int a)\n{\nif ( a ) if ( b ) g(); else h();\nBUG();\n}\n",
          4, "");
    guard("void f(int a)\n{\nswitch ( a )\n{\ncase 1: g(); break;\n"
          "case 2: case 3:\nBUG();\n}}\n", 7, "switch(a) case 2 case 3");
    guard("void f(int a)\n{\nswitch ( a )\n{\ncase 1: g(); break;\n"
          "default:\nBUG();\n}}\n", 7, "switch(a) default");
    guard("void f(int a)\n{\nfor_each_vcpu ( d, v )\n{\nBUG();\n}}\n", 5,
          "for_each_vcpu(d,v)");
    guard("void f(int a)\n{\ndo {\nBUG();\n} while ( a );\n}\n", 4, "");
    guard("void f(int a)\n{\ndo { g(); } while ( a );\nBUG();\n}\n", 4, "");
    /* neither comments nor texts confuse it; braces that do not pair end it */
    guard("void f(int a)\n{\n/* if ( a ) */ g(\"if ( b ) {\");\nBUG();\n}\n",
          4, "");
    guard("}}}}\n{ if ( a )\nBUG();\n", 3, "if(a)");
}

/* ---- matching ----------------------------------------------------------- */

/* The sites of a source text, one a line: lines that hold a name of the list
 * below are sites, "void f()" lines begin functions. */
static void add_sites(struct xf_identities *out, const char *file,
                      const char *text)
{
    static const char *const kinds[] = {"BUG_ON", "ASSERT", "panic", "BUG"};
    struct xf_source *src = xf_source_from(file, text, strlen(text));
    char *function = NULL;
    int first = 0, line = 0;
    char *copy = xf_strdup(text), *save = NULL;

    for (char *at = strtok_r(copy, "\n", &save); at;
         at = strtok_r(NULL, "\n", &save)) {
        struct xf_identity i = {0};
        const char *found = NULL, *kind = NULL;

        line++;
        if (!strncmp(at, "void ", 5)) {
            free(function);
            function = xf_strndup(at + 5, strcspn(at + 5, "("));
            first = line;
        }
        for (size_t k = 0; k < 4 && !found; k++)
            if ((found = strstr(at, kinds[k])))
                kind = kinds[k];
        if (!found)
            continue;
        i.site_id = xf_format("%s:%d", file, line);
        i.file = xf_strdup(file);
        i.function = xf_strdup(function);
        i.kind = xf_strdup(kind);
        i.text = identity_text(src, line, (int)(found - at) + 1);
        i.conditions = *kind == 'p' || !strcmp(kind, "BUG")
                           ? xf_strdup("") : xf_identity_compact(i.text);
        i.message = xf_strdup(*kind == 'p' ? i.text : "");
        i.guard = identity_guard(src, first, line, (int)(found - at) + 1);
        i.near = identity_near(src, line, line);
        i.macros = xf_strdup(kind);
        i.version = XF_IDENTITY_VERSION;
        i.line = i.end_line = line;
        for (size_t n = 0; n < out->len; n++)
            i.order += !strcmp(out->items[n].text, i.text) &&
                       !strcmp(out->items[n].function, i.function) &&
                       !strcmp(out->items[n].file, i.file);
        i.equals = i.order + 1;
        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = i;
    }
    free(copy);
    free(function);
    xf_source_free(src);
}

struct version {
    const char *file, *text;
};

/* Match and check: `expected` is a line per old site, "line: how carry line",
 * or "line: none". */
static void matches(struct version old, struct version new,
                    const char *expected)
{
    static const char *const carries[] = {"holds", "confirm", "stale"};
    struct xf_identities a = {0}, b = {0};
    struct xf_pairing pairing;
    struct xf_buf got = XF_BUF_INIT;

    add_sites(&a, old.file, old.text);
    add_sites(&b, new.file, new.text);
    xf_pairing_make(&pairing, &a, &b);
    for (size_t i = 0; i < a.len; i++) {
        const struct xf_pair *p = &pairing.olds[i];

        xf_buf_addf(&got, "%d: %s", a.items[i].line, xf_pair_name(p->how));
        if (p->other != XF_NO_PAIR)
            xf_buf_addf(&got, " %s %d", carries[xf_pair_carry(p)],
                        b.items[p->other].line);
        xf_buf_addch(&got, '\n');
    }
    assert_string_equal(got.data ? got.data : "", expected);
    xf_buf_release(&got);
    xf_pairing_release(&pairing);
    xf_identities_release(&a);
    xf_identities_release(&b);
}

#define IN_A(text) (struct version){"a.c", text}
#define IN_B(text) (struct version){"b.c", text}

static void test_same(void **state)
{
    (void)state;
    matches(IN_A("void f()\n{\nBUG_ON(a == 1);\ng();\n}\n"),
            IN_A("#include <x>\nvoid f()\n{\n    BUG_ON( a==1 ); /* x */\n"
                 "g();\n}\n"),
            "3: same holds 4\n");
}

/* An identical check is added before: the decision stays with the old one. */
static void test_added_before(void **state)
{
    (void)state;
    matches(IN_A("void f()\n{\none();\nBUG();\ntwo();\n}\n"),
            IN_A("void f()\n{\nzero();\nBUG();\none();\nBUG();\ntwo();\n}\n"),
            "4: same holds 6\n");
    /* ... and of two that look the same from all sides neither is it */
    matches(IN_A("void f()\n{\none();\nBUG();\none();\n}\n"),
            IN_A("void f()\n{\none();\nBUG();\none();\nBUG();\none();\n}\n"),
            "4: same stale 4\n");
    /* one of several is taken away */
    matches(IN_A("void f()\n{\nx();\nBUG();\ny();\nBUG();\nz();\n}\n"),
            IN_A("void f()\n{\nx();\ny();\nBUG();\nz();\n}\n"),
            "4: none\n6: same holds 5\n");
    /* one goes and one comes: in order would be wrong */
    matches(IN_A("void f()\n{\na();\nBUG();\nb();\nc();\nBUG();\nd();\n}\n"),
            IN_A("void f()\n{\na();\nb();\nc();\nBUG();\nd();\ne();\nBUG();\n"
                 "f();\n}\n"),
            "4: none\n7: same holds 6\n");
}

static void test_moved(void **state)
{
    (void)state;
    matches(IN_A("void f()\n{\nBUG_ON(count > limit);\n}\n"),
            IN_B("void f()\n{\nBUG_ON(count > limit);\n}\n"),
            "3: file confirm 3\n");
    matches(IN_A("void f()\n{\nBUG_ON(count > limit);\n}\n"),
            IN_A("void g()\n{\nBUG_ON(count > limit);\n}\n"),
            "3: function confirm 3\n");
    matches(IN_A("void f()\n{\nBUG_ON(count > limit);\none();\n}\n"),
            IN_B("void g()\n{\nBUG_ON(count > limit);\none();\n}\n"),
            "3: moved confirm 3\n");
    /* a text that anybody may have written needs its surroundings */
    matches(IN_A("void f()\n{\none();\nBUG();\ntwo();\n}\n"),
            IN_B("void g()\n{\nthree();\nBUG();\nfour();\n}\n"),
            "4: none\n");
    /* unique before, twice now: nobody knows which */
    matches(IN_A("void f()\n{\none();\nBUG_ON(count > limit);\ntwo();\n}\n"),
            IN_B("void g()\n{\nBUG_ON(count > limit);\n}\n"
                 "void h()\n{\nBUG_ON(count > limit);\n}\n"),
            "4: none\n");
}

static void test_changed(void **state)
{
    (void)state;
    matches(IN_A("void f()\n{\none();\nBUG_ON(a > 1);\ntwo();\n}\n"),
            IN_A("void f()\n{\none();\nBUG_ON(a > 2);\ntwo();\n}\n"),
            "4: edited stale 4\n");
    matches(IN_A("void f()\n{\nif ( a )\npanic(\"x\");\n}\n"),
            IN_A("void f()\n{\nif ( b )\npanic(\"x\");\n}\n"),
            "4: same stale 4\n");
    matches(IN_A("void f()\n{\nif ( a )\npanic(\"old words\");\nz();\n}\n"),
            IN_A("void f()\n{\nif ( a )\npanic(\"new words\");\nz();\n}\n"),
            "4: edited stale 4\n");
    matches(IN_A("void f()\n{\nif ( a )\nBUG();\nz();\n}\n"),
            IN_A("void f()\n{\nif ( a )\npanic(\"a is wrong\");\nz();\n}\n"),
            "4: kind stale 4\n");
    matches(IN_A("void f()\n{\none();\nBUG_ON(a > 1);\ntwo();\n}\n"),
            IN_A("void f()\n{\nthree();\nBUG_ON(list_empty(x));\nfour();\n}\n"),
            "4: none\n");
}

/* The predicate comes from a macro whose body was changed. */
static void test_macro_changed(void **state)
{
    struct xf_identities a = {0}, b = {0};
    struct xf_pairing pairing;

    (void)state;
    add_sites(&a, "a.c", "void f()\n{\nBUG_ON(a);\n}\n");
    add_sites(&b, "a.c", "void f()\n{\nBUG_ON(a);\n}\n");
    free(b.items[0].conditions);
    b.items[0].conditions = xf_strdup("a > 3");
    xf_pairing_make(&pairing, &a, &b);
    assert_int_equal(pairing.olds[0].changes, XF_CHANGED_CONDITION);
    assert_int_equal(xf_pair_carry(&pairing.olds[0]), XF_CARRY_STALE);
    xf_pairing_release(&pairing);
    /* one of several builds is scanned now: nothing has changed */
    free(a.items[0].conditions);
    a.items[0].conditions = xf_strdup("a > 2\na > 3");
    xf_pairing_make(&pairing, &a, &b);
    assert_int_equal(xf_pair_carry(&pairing.olds[0]), XF_CARRY_HOLDS);
    xf_pairing_release(&pairing);
    /* parts of an older scheme are not compared, the condition is */
    a.items[0].version = 0;
    xf_pairing_make(&pairing, &a, &b);
    assert_int_equal(pairing.olds[0].other, 0);
    xf_pairing_release(&pairing);
    xf_identities_release(&a);
    xf_identities_release(&b);
}

/* One check goes and an equal one comes elsewhere in the function: nobody has
 * decided that one. With one line beside it the same, it is where it was. */
static void test_displaced(void **state)
{
    struct xf_identities a = {0}, b = {0}, c = {0};
    struct xf_pairing pairing;

    (void)state;
    add_sites(&a, "a.c", "void f()\n{\nx();\nBUG();\ny();\nz();\nw();\n}\n");
    add_sites(&b, "a.c", "void f()\n{\nx();\ny();\nz();\nBUG();\nw();\n}\n");
    add_sites(&c, "a.c", "void f()\n{\nv();\nBUG();\ny();\nz();\nw();\n}\n");
    xf_pairing_make(&pairing, &a, &b);
    assert_int_equal(pairing.olds[0].how, XF_PAIR_SAME);
    assert_int_equal(xf_pair_carry(&pairing.olds[0]), XF_CARRY_CONFIRM);
    xf_pairing_release(&pairing);
    xf_pairing_make(&pairing, &a, &c);
    assert_int_equal(xf_pair_carry(&pairing.olds[0]), XF_CARRY_HOLDS);
    xf_pairing_release(&pairing);
    xf_identities_release(&a);
    xf_identities_release(&b);
    xf_identities_release(&c);
}

/* Only the second of three equal sites was decided. */
static void test_part_of_run(void **state)
{
    struct xf_identities a = {0}, b = {0}, decided;
    struct xf_pairing pairing;
    const char *text = "void f()\n{\nx();\nBUG();\nx();\nBUG();\nx();\nBUG();\n"
                       "x();\n}\n";

    (void)state;
    add_sites(&a, "a.c", text);
    add_sites(&b, "a.c", text);
    a.items[1].equals = 3;
    decided = (struct xf_identities){a.items + 1, 1, 1};
    xf_pairing_make(&pairing, &decided, &b);
    assert_int_equal(pairing.olds[0].other, 1);
    assert_int_equal(xf_pair_carry(&pairing.olds[0]), XF_CARRY_HOLDS);
    xf_pairing_release(&pairing);
    xf_identities_release(&a);
    xf_identities_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compact),
        cmocka_unit_test(test_guard),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_added_before),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_macro_changed),
        cmocka_unit_test(test_displaced),
        cmocka_unit_test(test_part_of_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
