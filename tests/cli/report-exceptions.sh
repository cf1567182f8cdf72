#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reactions that hit one guest: each direct call is a place once, calls of one
# reaction function by another are none, what is logged is never overstated.
. "$(dirname "$0")/lib.sh"

make_tree t 1
touch t/Config.mk
cat >t/xen/common/react.c <<'END'
void printk(const char *format, ...);
void __domain_crash(void *d);
void inject_undef64_exception(void *regs);

void inject_undef_exception(void *regs)
{
    inject_undef64_exception(regs); /* no place: how it is done */
}

void silent(void *regs)
{
    inject_undef_exception(regs); /* undefined instruction, not logged */
}

void telling(void *regs, int bad)
{
    printk("bad register\n");
    if ( bad )
        inject_undef_exception(regs); /* may: the call is above */
}

void after(void *regs)
{
    inject_undef_exception(regs); /* may: the call is below */
    printk("bad register\n");
}

void crash(void *d)
{
    __domain_crash(d); /* stopped; logged by itself */
}
END
list_units t
scan t
expect_exit 0 scan
run "$xenfmea" report out --profile exceptions
expect_exit 0 'to the standard output'
cp stdout all
run "$xenfmea" report out --profile exceptions --format rst -o file.rst
expect_exit 0 'to a file'
expect_same all file.rst 'a file'

# place FUNCTION: its section
place() {
    awk -v name="$1" '/^-+$/ { on = last ~ (" " name "$") } on; { last = $0 }' \
        all
}

[ "$(grep -c '^:By:' all)" -eq 4 ] || fail 'not four places'
place silent | grep -q '^:Seen by the domain: undefined instruction$' ||
    fail 'what the domain sees'
place silent | grep -q '^:Logged: no direct log call .*(finding;' ||
    fail 'silent is a finding'
place silent | grep -q '^:Domain stopped: no$' || fail 'injected: not stopped'
place telling | grep -q '^:Logged: may, .* line 17$' || fail 'telling: where'
place after | grep -q '^:Logged: may$' || fail 'after: may'
place crash | grep -q '^:Logged: yes$' || fail 'crash prints'
place crash | grep -q '^:Domain stopped: yes$' || fail 'crash stops'

# ---- bad input
run "$xenfmea" report out --profile nonsense
expect_exit 2 'unknown profile'
run "$xenfmea" report out --profile exceptions --format csv
expect_exit 2 'another format'
echo '{"reactions": [{"name": "f"}], "log_calls": []}' \
    >.data/xen/exceptions.json
run "$xenfmea" report out --profile exceptions -o broken.rst
expect_exit 2 'wrong data'
grep -q 'exceptions.json' stderr || fail 'the file is not named'
[ ! -e broken.rst ] || fail 'something was written'
