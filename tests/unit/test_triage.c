/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Formats turned round, printed paths, and the choice between sites, from rows
 * as a scan writes them.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "format.h"
#include "store.h"
#include "triage.h"

static void expect_format(const char *arguments, const char *text, int score)
{
    struct xf_format_text *f = xf_format_parse(arguments);

    assert_int_equal(xf_format_match(f, text, false), score);
    xf_format_text_free(f);
}

static void formats(void **state)
{
    (void)state;
    expect_format("\"No memory\\n\"", "No memory", 8);
    expect_format("\"No memory\\n\"", "No memories", -1);
    expect_format("\"rc = %d\\n\", rc", "rc = -12", 3);
    expect_format("\"rc = %d\\n\", rc", "rc = x", -1);
    expect_format("\"rc = %d\\n\", rc", "rc = ", -1);
    expect_format("\"at %\" PRIpaddr \" of %s\\n\", a, b", "at 0x10 of me", 4);
    expect_format("\"at %\" PRIpaddr \" of %s\\n\", a, b", "at 0x1 0 of me", -1);
    expect_format("\"%pd: gone\\n\", d", "d[IO]: gone", 5);
    expect_format("\"%u%%\\n\", n", "50%", 1);
    expect_format("\"%4u!\", n", "   7!", 1);
    expect_format("\"a\" \"b\\n\"", "ab", 2);
    expect_format("XENLOG_ERR \"gone\\n\"", "gone", 4);
    expect_format("\"%s\\n\", x", "anything at all", 0);
    expect_format("L\"Bad %s\", x", "Bad luck", 3);
    expect_format("\"one\\ntwo %d\\n\", n", "one\ntwo 3", 6);
    expect_format("x ? \"a, b\" : \"c\", y", "whatever", -1);
}

static void cut_formats(void **state)
{
    struct xf_format_text *f =
        xf_format_parse("\"Could not set up %s (rc = %d)\\n\", n, rc");

    (void)state;
    assert_int_equal(xf_format_match(f, "Could not s", true), 9);
    assert_int_equal(xf_format_match(f, "Could not s", false), -1);
    assert_int_equal(xf_format_match(f, "Could now", true), -1);
    xf_format_text_free(f);
}

static void paths(void **state)
{
    (void)state;
    assert_int_equal(xf_triage_path("common/a.c", "common/a.c"), 2);
    assert_int_equal(xf_triage_path("/src/xen/common/a.c", "common/a.c"), 2);
    assert_int_equal(xf_triage_path("a.c", "common/a.c"), 1);
    assert_int_equal(xf_triage_path("./include/x.h", "include/x.h"), 2);
    assert_int_equal(xf_triage_path("../drivers/v/v.c", "drivers/v/v.c"), 3);
    assert_true(xf_triage_path("...t/xen/common/a.c", "common/a.c") > 0);
    assert_true(xf_triage_path("...mmon/a.c", "common/a.c") > 0);
    assert_int_equal(xf_triage_path("mmon/a.c", "common/a.c"), 0);
    assert_int_equal(xf_triage_path("/src/uncommon/a.c", "common/a.c"), 0);
    assert_int_equal(xf_triage_path("b.c", "common/a.c"), 0);
    assert_int_equal(xf_triage_path("", "common/a.c"), 0);
}

/* ---- sites -------------------------------------------------------------- */

static char dir[] = "/tmp/xf-triage-XXXXXX";
static struct xf_store *store;
static struct xf_triage_index *index_;
static struct xf_crash_grammar *grammar;
static struct xf_crash_log log_read;
static struct xf_triage_result result;

#define SITE(id, build, kind, file, line, function, condition, message)        \
    "INSERT INTO site (build, site_id, kind, file, line, end_line, col,"       \
    " function, macro, macros, condition, message, witness, callee, frame,"    \
    " ordinal, debug_only, tus) VALUES (" build ", '" id "', '" kind "', '"    \
    file "', " line ", " line ", 5, '" function "', '', '', '" condition       \
    "', '" message "', 'frame', '', 2, 0, 0, 1);"

#define MENTION(kind, file, line, function, text, accounted, in_macro)         \
    "INSERT INTO census VALUES ('" file "', " line ", 5, '" kind "', '" kind   \
    "', '" accounted "', 'CONFIG_X');"                                         \
    "INSERT INTO mention VALUES ('" file "', " line ", 5, '" function "', "    \
    in_macro ", '" text "');"

static const char rows[] =
    "INSERT INTO build VALUES (1, 'arm64', 'debug', '');"
    "INSERT INTO build VALUES (2, 'x86_64', 'debug', '');"
    "INSERT INTO meta VALUES ('xen_version', '4.20.0');"
    SITE("XF-1", "1", "BUG_ON", "common/a.c", "10", "one", "x == 1", "")
    SITE("XF-2", "1", "BUG", "common/a.c", "20", "one", "", "")
    SITE("XF-3", "1", "BUG", "common/a.c", "30", "two", "", "")
    SITE("XF-4", "1", "ASSERT", "common/a.c", "40", "two", "p != NULL",
         "p != NULL")
    SITE("XF-5", "1", "ASSERT", "common/b.c", "41", "three", "p != NULL",
         "p != NULL")
    SITE("XF-6", "1", "panic", "common/a.c", "50", "two", "",
         "\"No %s for %s\\n\", a, b")
    SITE("XF-7", "1", "panic", "common/a.c", "60", "two", "",
         "\"No memory for %s\\n\", b")
    SITE("XF-8", "1", "panic", "arch/arm/t.c", "5", "arm_init", "",
         "\"Same text\\n\"")
    SITE("XF-9", "2", "panic", "arch/x86/t.c", "6", "x86_init", "",
         "\"Same text\\n\"")
    SITE("XF-A", "1", "panic", "common/z.c", "7", "error", "", "\"%s\\n\", x")
    SITE("XF-B", "1", "panic", "arch/arm/traps.c", "99", "do_unexpected_trap",
         "", "\"CPU%d: Unexpected Trap: %s\\n\", cpu, msg")
    SITE("XF-C", "1", "panic", "common/c.c", "70", "four", "",
         "\"Twice the same\\n\"")
    SITE("XF-D", "1", "ASSERT", "common/smp.c", "10", "call_all", "irq_on()",
         "irq_on()")
    MENTION("BUG", "arch/x86/smp.c", "200", "flush", "", "other-config", "0")
    MENTION("panic", "common/d.c", "80", "five", "\"Twice the same\\n\"",
            "other-config", "0")
    MENTION("panic", "common/e.c", "90", "MACRO", "\"Twice the same\\n\"",
            "macro-definition", "1")
    "INSERT INTO moved_file VALUES ('common/a.c', 'old_a.c');";

static void triage(const char *text)
{
    struct xf_crash_reader *r = xf_crash_begin(grammar);

    xf_triage_result_release(&result);
    xf_crash_log_release(&log_read);
    xf_crash_feed(r, text, strlen(text));
    xf_crash_end(r, &log_read);
    assert_int_equal(log_read.nevents, 1);
    xf_triage(&result, index_, &log_read, &log_read.events[0]);
}

static void expect_site(const char *text, const char *site_id)
{
    triage(text);
    assert_int_equal(result.len, 1);
    assert_string_equal(result.stops[0]->site_id, site_id);
}

#define PANIC(text) "(XEN) Panic on CPU 0:\n(XEN) " text "\n(XEN) ********\n"
#define VERSION(v) "(XEN) Xen version " v " (x) debug=y\n"

static void by_line(void **state)
{
    (void)state;
    expect_site("(XEN) Xen BUG at /src/xen/common/a.c:20\n", "XF-2");
    assert_int_equal(result.how, XF_TRIAGE_LINE);
    expect_site("(XEN) Xen BUG at a.c:30\n", "XF-3");
    expect_site("(XEN) Xen BUG at old_a.c:30\n", "XF-3");
    triage("(XEN) Xen BUG at common/nowhere.c:30\n");
    assert_int_equal(result.len, 0);
}

/* In another version the line says nothing, the function does. */
static void by_function(void **state)
{
    (void)state;
    expect_site(VERSION("4.17.0") "(XEN) Xen BUG at common/a.c:20\n"
                "(XEN) RIP:    e008:[<ff>] two+0x1/0x2\n", "XF-3");
    assert_int_equal(result.how, XF_TRIAGE_FUNCTION);
    triage(VERSION("4.17.0") "(XEN) Xen BUG at common/a.c:12\n"
           "(XEN) RIP:    e008:[<ff>] one+0x1/0x2\n");
    assert_int_equal(result.len, 2);
    assert_string_equal(result.stops[0]->site_id, "XF-1"); /* the nearer one */
}

static void by_predicate(void **state)
{
    (void)state;
    expect_site("(XEN) Assertion 'p != NULL' failed at common/a.c:999\n",
                "XF-4");
    expect_site("(XEN) Assertion 'p!=NULL' failed at common/b.c:41\n", "XF-5");
    triage("(XEN) Assertion 'p != NULL' failed at common/gone.c:1\n");
    assert_int_equal(result.len, 2);
    triage("(XEN) Assertion 'q != NULL' failed at common/gone.c:1\n");
    assert_int_equal(result.len, 0);
}

static void most_literal_text_wins(void **state)
{
    (void)state;
    expect_site(PANIC("No memory for d1"), "XF-7");
    expect_site(PANIC("No luck for d1"), "XF-6");
}

static void architecture_narrows(void **state)
{
    (void)state;
    expect_site("(XEN) Generic Timer IRQ: 1\n" PANIC("Same text"), "XF-8");
    expect_site("(XEN) Xen-e820 RAM map:\n" PANIC("Same text"), "XF-9");
    triage(PANIC("Same text"));
    assert_int_equal(result.len, 2);
}

static void other_configurations_count(void **state)
{
    (void)state;
    triage(PANIC("Twice the same"));
    assert_int_equal(result.len, 2); /* not the macro's body */
    assert_string_equal(result.stops[0]->site_id, "XF-C");
    assert_string_equal(result.stops[1]->site_id, "");
    assert_string_equal(result.stops[1]->absence, "CONFIG_X");
}

static void between_other_lines(void **state)
{
    (void)state;
    expect_site("(XEN) Panic on CPU 0:\n(XEN) CPU 1 booted.\n"
                "(XEN) No memory for d1\n(XEN) ********\n", "XF-7");
    expect_site("(XEN) Panic on CPU 0:\n(XEN) No memo\nry for d1\n"
                "(XEN) ********\n", "XF-7");
}

static void unknown_texts(void **state)
{
    (void)state;
    triage(PANIC("nobody wrote this"));
    assert_int_equal(result.how, XF_TRIAGE_ANYTHING);
    assert_false(xf_triage_is_found(&result));
    /* A trap's text is not any text. */
    expect_site(PANIC("CPU0: Unexpected Trap: Data Abort"), "XF-B");
    assert_int_equal(result.how, XF_TRIAGE_TEXT);
    triage(PANIC("DOUBLE FAULT -- system shutdown"));
    assert_int_equal(result.len, 0);
}

static void expect_doubt(const char *text, enum xf_triage_doubt doubt)
{
    triage(text);
    assert_int_equal(result.len, 1);
    assert_int_equal(result.doubt, doubt);
    assert_int_equal(xf_triage_is_certain(&result), !doubt);
    assert_int_equal(xf_triage_is_found(&result), !doubt);
}

static void doubts(void **state)
{
    (void)state;
    expect_doubt("(XEN) Assertion 'irq_on()' failed at smp.c:10\n"
                 "(XEN) RIP:    e008:[<ff>] flush+0x1/0x2\n",
                 XF_TRIAGE_OTHER_FUNCTION);
    expect_doubt("(XEN) Assertion 'irq_on()' failed at smp.c:10\n",
                 XF_TRIAGE_COMMON_NAME);
    expect_doubt("(XEN) Assertion 'irq_on()' failed at common/smp.c:10\n",
                 XF_TRIAGE_NO_DOUBT);
    expect_doubt("(XEN) Assertion 'irq_on()' failed at smp.c:10\n"
                 "(XEN) RIP:    e008:[<ff>] call_all+0x1/0x2\n",
                 XF_TRIAGE_NO_DOUBT);
    expect_doubt("(XEN) Xen BUG at a.c:30\n", XF_TRIAGE_NO_DOUBT);
    expect_doubt("(XEN) Xen BUG at a.c:30\n"
                 "(XEN) RIP:    e008:[<ff>] three+0x1/0x2\n",
                 XF_TRIAGE_OTHER_FUNCTION);
}

static void beginnings(void **state)
{
    (void)state;
    triage(PANIC("Twice the same, and more of it in another version"));
    assert_int_equal(result.len, 2);
    assert_string_equal(result.stops[0]->site_id, "XF-C");
    assert_int_equal(result.how, XF_TRIAGE_PREFIX);
    assert_false(xf_triage_is_certain(&result));
}

static int set_up(void **state)
{
    char *path;

    (void)state;
    if (!mkdtemp(dir))
        return -1;
    path = xf_path_join(dir, "x.db");
    grammar = xf_crash_grammar_load(XF_DATA_DIR);
    if (!grammar || xf_store_create(&store, path, XF_SCHEMA_DIR) ||
        xf_store_exec(store, rows) || xf_triage_index_load(&index_, store))
        return -1;
    free(path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xf_triage_result_release(&result);
    xf_crash_log_release(&log_read);
    xf_triage_index_free(index_);
    xf_crash_grammar_free(grammar);
    xf_store_close(store);
    return xf_remove_tree(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats),
        cmocka_unit_test(cut_formats),
        cmocka_unit_test(paths),
        cmocka_unit_test(by_line),
        cmocka_unit_test(by_function),
        cmocka_unit_test(by_predicate),
        cmocka_unit_test(most_literal_text_wins),
        cmocka_unit_test(architecture_narrows),
        cmocka_unit_test(other_configurations_count),
        cmocka_unit_test(between_other_lines),
        cmocka_unit_test(unknown_texts),
        cmocka_unit_test(doubts),
        cmocka_unit_test(beginnings),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
