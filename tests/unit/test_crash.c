/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What is read out of console logs, and that nothing is read into them.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"

static struct xf_crash_grammar *grammar;
static struct xf_crash_log log_read;

static void read_log(const char *text)
{
    struct xf_crash_reader *r = xf_crash_begin(grammar);

    xf_crash_log_release(&log_read);
    /* Byte by byte: no form may depend on how the text was cut. */
    for (const char *p = text; *p; p++)
        xf_crash_feed(r, p, 1);
    xf_crash_end(r, &log_read);
}

static const struct xf_crash_event *only(void)
{
    assert_int_equal(log_read.nevents, 1);
    return &log_read.events[0];
}

static void forms(void **state)
{
    const struct xf_crash_event *e;

    (void)state;
    read_log("(XEN) Xen BUG at common/page_alloc.c:463\n");
    e = only();
    assert_int_equal(e->form, XF_CRASH_BUG);
    assert_string_equal(e->file, "common/page_alloc.c");
    assert_int_equal(e->line, 463);
    assert_int_equal(e->at, 1);

    read_log("(XEN) Assertion 'a && b(c)' failed at ./x/y.h:7\n");
    e = only();
    assert_int_equal(e->form, XF_CRASH_ASSERT);
    assert_string_equal(e->predicate, "a && b(c)");
    assert_string_equal(e->file, "./x/y.h");

    read_log("(XEN) Assertion 'p' failed, line 37, file preempt.c\n");
    e = only();
    assert_string_equal(e->file, "preempt.c");
    assert_int_equal(e->line, 37);

    read_log("(XEN) ****************\n(XEN) Panic on CPU 3:\n"
             "(XEN) No memory for -12\n(XEN) ****************\n(XEN) \n"
             "(XEN) Reboot in five seconds...\n");
    e = only();
    assert_int_equal(e->form, XF_CRASH_PANIC);
    assert_int_equal(e->cpu, 3);
    assert_string_equal(e->message, "No memory for -12");
    assert_false(e->cut);
}

static void a_stop_and_its_panic_are_one_event(void **state)
{
    const struct xf_crash_event *e;

    (void)state;
    read_log("(XEN) Assertion 'x' failed at a.c:1\n"
             "(XEN) ----[ Xen-4.17.2  arm64  debug=y  Not tainted ]----\n"
             "(XEN) CPU:    2\n"
             "(XEN) PC:     00000a0000270e2c gic-v3.c#init+0x290/0x364\n"
             "(XEN) Xen call trace:\n"
             "(XEN)    [<00000a0000270e2c>] gic-v3.c#init+0x290/0x364 (PC)\n"
             "(XEN)    [<00000a0000270fe4>] start.part.0+0x20/0x50 (LR)\n"
             "(XEN) ****************\n(XEN) Panic on CPU 2:\n"
             "(XEN) Assertion 'x' failed at a.c:1\n(XEN) ****************\n");
    e = only();
    assert_int_equal(e->cpu, 2);
    assert_string_equal(e->symbol, "init");
    assert_int_equal(e->nframes, 2);
    assert_string_equal(e->frames[1], "start");
    assert_string_equal(log_read.version, "4.17.2");
    assert_string_equal(log_read.arch, "arm64");
    assert_int_equal(log_read.debug, 1);
}

static void traps(void **state)
{
    const struct xf_crash_event *e;

    (void)state;
    read_log("(XEN) ----[ Xen-4.20  x86_64  debug=n  Not tainted ]----\n"
             "(XEN) RIP:    e008:[<ffff82d04023a355>] a.c#victim+0x65/0xd0\n"
             "(XEN) Panic on CPU 0:\n(XEN) FATAL PAGE FAULT\n"
             "(XEN) [error_code=0002]\n(XEN) Faulting linear address: 0\n"
             "(XEN) ****************\n");
    e = only();
    assert_int_equal(e->form, XF_CRASH_TRAP);
    assert_string_equal(e->symbol, "victim");
    assert_string_equal(e->message, "FATAL PAGE FAULT\n[error_code=0002]\n"
                                    "Faulting linear address: 0");

    read_log("(XEN) CPU1: Unexpected Trap: Data Abort\n"
             "(XEN) Panic on CPU 1:\n(XEN) CPU1: Unexpected Trap: Data Abort\n"
             "(XEN) ****************\n");
    assert_int_equal(only()->form, XF_CRASH_TRAP);
    assert_int_equal(only()->cpu, 1);
}

/* The same stop whatever a terminal, a mailer or a logger did with it. */
static void disguises(void **state)
{
    static const char *const texts[] = {
        "(XEN) [   12.345678] Xen BUG at a/b.c:7\n",
        "(XEN) [2024-05-11 12:00:00.123] Xen BUG at a/b.c:7\n",
        "May 11 12:00:01.5 host (XEN) Xen BUG at a/b.c:7\n",
        "(XEN) Xen BUG at a/b.c:7\r\n",
        "\33[0;31m(XEN) Xen \33[1mBUG\33[0m at a/b.c:7\33[K\n",
        "> (XEN) Xen BUG at a/b.c:7\n",
        "Booting from ROM..(XEN) Xen BUG at a/b.c:7\n",
        "(XEN) one(XEN) Xen BUG at a/b.c:7(XEN) three\n",
        "Xen BUG at a/b.c:7\n",
        "   Xen BUG at a/b.c:7",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        read_log(texts[i]);
        assert_string_equal(only()->file, "a/b.c");
        assert_int_equal(only()->line, 7);
    }
}

/* A guest, or a line that speaks of a stop, stops no host. */
static void doubts(void **state)
{
    static const struct {
        const char *text;
        enum xf_crash_doubt doubt;
    } logs[] = {
        {"(XEN) Xen BUG at a.c:7\n", XF_CRASH_NO_DOUBT},
        {"Xen BUG at a.c:7\n", XF_CRASH_NO_DOUBT},
        {"(d1) Xen BUG at a.c:7\n", XF_CRASH_OF_GUEST},
        {"(XEN) DOM1: Xen BUG at a.c:7\n", XF_CRASH_OF_GUEST},
        {"(XEN) d1v0: note=Xen BUG at a.c:7\n", XF_CRASH_INSIDE},
        {"logger: Xen BUG at a.c:7 is fixed\n", XF_CRASH_INSIDE},
        {"(XEN) Xen BUG at a.c:7 is fixed\n", XF_CRASH_INSIDE},
        {"(XEN) one\nXen BUG at a.c:7\n", XF_CRASH_UNMARKED},
        {"(XEN) Xen BUG at a.c:7\n(XEN) 1\n(XEN) 2\n(XEN) 3\n",
         XF_CRASH_GOES_ON},
        /* What follows a stop, even one glued to another message. */
        {"(XEN) 0 Xen BUG at a.c:7\n"
         "(XEN) ----[ Xen-4.17.2  arm64  debug=y  Not tainted ]----\n"
         "(XEN) 1\n(XEN) 2\n(XEN) 3\n",
         XF_CRASH_NO_DOUBT},
        {"(XEN) Xen BUG at a.c:7\n(XEN) 1\n(XEN) 2\n(XEN) 3\n"
         "(XEN) Reboot in five seconds...\n",
         XF_CRASH_NO_DOUBT},
        {"(XEN) Panic on CPU 0:\n(XEN) Gone\n(XEN) ********\n"
         "(XEN) 1\n(XEN) 2\n(XEN) 3\n",
         XF_CRASH_NO_DOUBT},
        {"(XEN) Xen BUG at a.c:7\n"
         "(XEN) Xen version 4.17.5 (x) debug=y\n(XEN) 1\n(XEN) 2\n(XEN) 3\n",
         XF_CRASH_NO_DOUBT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
        read_log(logs[i].text);
        assert_int_equal(xf_crash_doubt(&log_read, only()), logs[i].doubt);
    }
}

static void folded_and_glued(void **state)
{
    (void)state;
    read_log("(XEN) Assertion 'first &&\n(XEN) second' failed at a.c:1\n");
    assert_string_equal(only()->predicate, "first &&second");
    read_log("(XEN) Assertion 'fir\nst' failed at a.c:1\n");
    assert_string_equal(only()->predicate, "first");
    read_log("(XEN) Panic on CPU 0:\n(XEN) Gone****************\n");
    assert_string_equal(only()->message, "Gone");
    read_log("(XEN) Panic on CPU 0:\n(XEN) GoneReboot in five seconds...\n");
    assert_string_equal(only()->message, "Gone");
}

static void cut_off(void **state)
{
    (void)state;
    read_log("(XEN) Panic on CPU 0:\n(XEN) Could not all");
    assert_string_equal(only()->message, "Could not all");
    assert_true(only()->cut);
    read_log("(XEN) Assertion 'a && b");
    assert_string_equal(only()->predicate, "a && b");
    assert_true(only()->cut);
    read_log("(XEN) Xen BUG at common/pag");
    assert_string_equal(only()->file, "common/pag");
    read_log("(XEN) Panic on CPU 0:\n");
    assert_string_equal(only()->message, "");
}

/* Nothing here stops the host. */
static void no_stop(void **state)
{
    (void)state;
    read_log("");
    assert_int_equal(log_read.nevents, 0);
    assert_int_equal(log_read.lines, 0);
    assert_string_equal(log_read.last, "");

    read_log("(XEN) Xen version 4.17.5 (x) debug=n\n(XEN) Brought up 2 CPUs\n"
             "[    1.0] Kernel panic - not syncing\n");
    assert_int_equal(log_read.nevents, 0);

    read_log("(XEN) Xen WARN at a.c:1\n"
             "(XEN) ----[ Xen-4.17  arm64  debug=y  Not tainted ]----\n"
             "(XEN) PC:     00000a0000270e2c warner+0x1/0x2\n"
             "(XEN) Xen call trace:\n(XEN)    [<0a>] warner+0x1/0x2\n");
    assert_int_equal(log_read.nevents, 0);
    assert_false(log_read.in_dump);

    read_log("(XEN) Hardware Dom0 shutdown: rebooting machine\n");
    assert_int_equal(log_read.nevents, 0);
    assert_string_equal(log_read.orderly,
                        "Hardware Dom0 shutdown: rebooting machine");

    read_log("(XEN) Data Abort Trap. Syndrome=0x1\n"
             "(XEN) Data Abort Trap. Syndrome=0x1\n"
             "(XEN) Data Abort Trap. Syndrome=0x1\n");
    assert_int_equal(log_read.nevents, 0);
    assert_int_equal(log_read.faults, 3);
}

/* A guest can print what it likes. */
static void ranks(void **state)
{
    (void)state;
    read_log("(XEN) Xen BUG at real.c:1\nXen BUG at fake.c:2\n"
             "(d1) Xen BUG at nested.c:3\n");
    assert_string_equal(only()->file, "real.c");
    assert_int_equal(only()->rank, XF_CRASH_XEN);
    read_log("(d1) (XEN) Xen BUG at nested.c:3\n");
    assert_int_equal(only()->rank, XF_CRASH_GUEST);
}

/* "(XEN) (d1) (XEN)" is what the hypervisor repeats of a guest's own Xen. */
static void nested_lines(void **state)
{
    (void)state;
    read_log("(XEN) (d1) (XEN) Xen BUG at nested.c:3\n");
    assert_int_equal(only()->rank, XF_CRASH_GUEST);
    read_log("(XEN) [2024-01-01 10:00:00.1] (d12) (XEN) Xen BUG at n.c:3\n"
             "(XEN) DOM2: (XEN) Xen BUG at n.c:4\n(XEN) Xen BUG at real.c:1\n");
    assert_string_equal(only()->file, "real.c");
}

/* In a mail the rest of a folded assertion begins with quote marks. */
static void quoted_and_folded(void **state)
{
    (void)state;
    read_log("> > (XEN) Assertion 'a_long_name &&\n"
             "> > || b' failed at common/x.c:7\n");
    assert_string_equal(only()->predicate, "a_long_name &&|| b");
    assert_int_equal(only()->line, 7);
}

#define BANNER "(XEN) ----[ Xen-4.17.5  x86_64  debug=n  Not tainted ]----\n"

/* The registers of a guest that was stopped are no stop of the host. */
static void dumps_of_guests(void **state)
{
    (void)state;
    read_log("(XEN) Domain 1 (vcpu#0) crashed on cpu#2:\n" BANNER
             "(XEN) RIP:    0010:[<ffffffff810013aa>]\n");
    assert_false(log_read.in_dump);
    read_log(BANNER "(XEN) RIP:    0010:[<ff>] x\n"
             "(XEN) RFLAGS: 0000000000000246   CONTEXT: hvm guest (d1v0)\n");
    assert_false(log_read.in_dump);
    read_log("(XEN) ----[ Xen-4.17.5  arm64  debug=y  Not tainted ]----\n"
             "(XEN) PC:     ffff800010080000\n"
             "(XEN) CPSR:   0000000060000005 MODE:64-bit EL1h (Guest Kernel, "
             "handler)\n");
    assert_false(log_read.in_dump);
    read_log(BANNER "(XEN) RIP:    e008:[<ff>] own+0x1/0x2\n"
             "(XEN) RFLAGS: 0000000000000246   CONTEXT: hypervisor\n");
    assert_true(log_read.in_dump);
    assert_string_equal(log_read.dump_symbol, "own");
    read_log("(XEN) Brought up 2 CPUs\n(d1) " BANNER);
    assert_false(log_read.in_dump);
}

static void several_boots(void **state)
{
    (void)state;
    read_log("(XEN) Xen version 4.17.5 (x)\n(XEN) Xen BUG at a.c:1\n"
             "(XEN) Xen version 4.17.5 (x)\n(XEN) Xen BUG at a.c:1\n");
    assert_int_equal(log_read.nevents, 2);
    assert_int_equal(log_read.events[0].boot, 0);
    assert_int_equal(log_read.events[1].boot, 1);
    assert_int_equal(log_read.boots, 2);
}

static void bounded(void **state)
{
    struct xf_crash_reader *r = xf_crash_begin(grammar);
    char line[100];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(line, sizeof(line), "(XEN) Xen BUG at a.c:%d\n", i);

        xf_crash_feed(r, line, (size_t)n);
    }
    for (int i = 0; i < 100000; i++)
        xf_crash_feed(r, "no end of line ", 15);
    xf_crash_log_release(&log_read);
    xf_crash_end(r, &log_read);
    assert_int_equal(log_read.nevents, XF_CRASH_EVENTS);
    assert_int_equal(log_read.dropped, 1000 - XF_CRASH_EVENTS);
    assert_true(strlen(log_read.last) < XF_CRASH_LINE);
}

static int set_up(void **state)
{
    (void)state;
    grammar = xf_crash_grammar_load(XF_DATA_DIR);
    return grammar ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    xf_crash_log_release(&log_read);
    xf_crash_grammar_free(grammar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(a_stop_and_its_panic_are_one_event),
        cmocka_unit_test(traps),
        cmocka_unit_test(disguises),
        cmocka_unit_test(doubts),
        cmocka_unit_test(folded_and_glued),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(no_stop),
        cmocka_unit_test(ranks),
        cmocka_unit_test(nested_lines),
        cmocka_unit_test(quoted_and_folded),
        cmocka_unit_test(dumps_of_guests),
        cmocka_unit_test(several_boots),
        cmocka_unit_test(bounded),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
