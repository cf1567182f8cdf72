#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From a console log to the row: text, JSON, recording, and logs that are none.
. "$(dirname "$0")/lib.sh"

make_tree t 3
cat >t/xen/common/unit3.c <<'END'
#ifdef CONFIG_OTHER
void other(void)
{
    panic("Only with the other option\n");
}
#endif
END
scan t
expect_exit 0
db=out/xenfmea.db

triage() { # LOG-TEXT
    printf '%b' "$1" >log
    run "$xenfmea" triage --db $db log
}

triage '(XEN) Xen BUG at common/unit1.c:24\n'
expect_exit 0
expect_line stdout '^site, found by file and line'
expect_line stdout '^common/unit1.c:24 second_1\(\) BUG$'
expect_line stdout 'row: XF-'

triage "(XEN) Assertion 'a > 0' failed at /build/xen/common/unit2.c:999\\n"
expect_line stdout '^common/unit2.c:6 first_2\(\) ASSERT'
triage '(XEN) Panic on CPU 0:\n(XEN) first 12\n(XEN) *********\n'
expect_line stdout '^one of 2, found by text'
triage '(XEN) Panic on CPU 0:\n(XEN) Only with the other option\n'
expect_line stdout 'no row of this worksheet: #ifdef CONFIG_OTHER'
triage '(XEN) Panic on CPU 0:\n(XEN) Never heard of\n(XEN) *********\n'
expect_exit 1 "a stop without a site"
expect_line stdout 'no site fits'

# One of both goes on where the other ends; a guest's own Xen.
triage '(XEN) Panic on CPU 0:\n(XEN) Only with the other option, never alone\n(XEN) *********\n'
expect_exit 0 "the message goes on in the log"
expect_line stdout '^perhaps, found by its beginning'
triage '(XEN) (d1) (XEN) Xen BUG at common/unit1.c:24\n'
expect_exit 1 "a guest's stop"
expect_line stdout 'a guest printed it'
# What speaks of a stop in the log of a host that runs on is no evidence.
for text in '(XEN) d1v0 Xen BUG at common/unit1.c:24\n' \
    'logger: Xen BUG at common/unit1.c:24 was fixed\n' \
    '(XEN) Xen BUG at common/unit1.c:24\n(XEN) a\n(XEN) b\n(XEN) c\n'; do
    triage "$text"
    expect_exit 1 "a mention of a stop"
    expect_line stdout '  but .* neither a register dump nor a reboot follows'
    run "$xenfmea" triage --db $db --record mentioned.tsv log
    expect_line stdout '^not recorded'
done
[ ! -e mentioned.tsv ] || fail "a mention was recorded"

# The program counter speaks against the line.
triage '(XEN) Xen version 9.9.9 (x)\n(XEN) Assertion '"'a > 0'"' failed at unit2.c:6
(XEN) RIP:    e008:[<ff>] elsewhere+0x1/0x2\n'
expect_exit 1 "a doubt"
expect_line stdout '^perhaps, found by'
expect_line stdout 'but the log was in elsewhere\(\)'

guest_dump='(XEN) Domain 1 (vcpu#0) crashed on cpu#2:
(XEN) ----[ Xen-4.17.5  x86_64  debug=n  Not tainted ]----
(XEN) RIP:    0010:[<ffffffff810013aa>]
(XEN) RFLAGS: 0000000000000246   CONTEXT: hvm guest (d1v0)
'
for text in '' '(XEN) Brought up 2 CPUs\n' "$guest_dump" \
    '(XEN) Hardware Dom0 shutdown: rebooting machine\n'; do
    triage "$text"
    expect_exit 0 "no stop"
    ! grep -qE '^(site|perhaps|one of)' stdout || fail "a site for '$text'"
done
expect_line stdout '^orderly-shutdown'
triage "$guest_dump"
expect_line stdout '^no-stop'

# Hostile text is shown as text.
triage '(XEN) Panic on CPU 0:\n(XEN) a \xff\xc2\x9b31m b\n'
! grep -qP '\x9b|\xff' stdout || fail "terminal control got through"

# JSON, from the standard input.
printf '(XEN) Xen BUG at common/unit1.c:24\n' |
    "$xenfmea" triage --db $db --format json - >json
python3 - <<'END' || fail "JSON"
import json
said = json.load(open("json"))
assert said["outcome"] == "bug", said
assert [s["line"] for s in said["stop"]["sites"]] == [24], said
END

# The log's own trace beside the worksheet's path, when there is one.
trace='(XEN) Xen BUG at common/unit1.c:24\n(XEN) PC:     00aa second_1+0x1/0x2
(XEN) Xen call trace:\n(XEN)    [<00aa>] second_1+0x1/0x2 (PC)
(XEN)    [<00ab>] unit1.c#middle+0x1/0x2\n(XEN)    [<00ac>] start+0x1/0x2\n'
triage "$trace"
expect_line stdout '^  trace: second_1 < middle < start$'
! grep -q "worksheet's path" stdout || fail "a path out of nothing"
cp $db paths.db
id=$(sql "SELECT site_id FROM site WHERE line = 24 AND file = 'common/unit1.c'")
sqlite3 paths.db "DROP VIEW IF EXISTS v_paths;
    CREATE TABLE v_paths (site_id, arch, build, context, entry, step, function,
                          file, line, kind);
    INSERT INTO v_paths VALUES
        ('$id', 'arm64', 'debug', 'boot', 'start', 1, 'start', '', 1, ''),
        ('$id', 'arm64', 'debug', 'boot', 'start', 2, 'other', '', 2, ''),
        ('$id', 'arm64', 'debug', 'boot', 'start', 3, 'second_1', '', 3, '')"
run "$xenfmea" triage --db paths.db log
expect_line stdout "worksheet's path \(boot\).*: start\* other second_1\*"
expect_line stdout '2 of its 3 functions are in the trace'
printf '%b' "$trace" | head -4 >log2
run "$xenfmea" triage --db paths.db log2
expect_line stdout 'too short to compare'

# Past bugs are listed; one boot has no number.
cp $db bugs.db
sqlite3 bugs.db "INSERT INTO bug (bug_id, fix_commit, date, kinds, xsa, cve,
        mentions, party, fixes, releases, in_tree, counts, age, subject)
    VALUES ('aaaaaaaaaaaa', 'aaaaaaaaaaaa', '2020-01-02', 'fix', 'XSA-7', '',
        '', 'unknown', '', '', 'no', 1, 9, '');
    INSERT INTO bug_site (bug, site_id, match, class, distance, why)
    SELECT max(id), '$id', 'site', 'handled', 0, '' FROM bug;
    INSERT INTO site_history VALUES ('$id', 1, 1, 0, '', '', 5, '')"
triage '(XEN) Xen BUG at common/unit1.c:24\n(XEN) Xen BUG at common/unit3.c:9\n'
run "$xenfmea" triage --db bugs.db log
expect_line stdout \
    '^    aaaaaaaaaaaa of 2020-01-02, XSA-7, same site, its fix is not in this tree'
grep -q '^also, bug, line 2' stdout || fail "a second stop"

# Recorded once, read by the next scan.
triage '(XEN) Panic on CPU 0:\n(XEN) Never heard of\n(XEN) *********\n'
for i in 1 2; do
    run "$xenfmea" triage --db $db --record events.tsv log
    grep -q 'not recorded' stdout || fail "recorded without a site"
    printf '(XEN) Xen BUG at common/unit1.c:24\n' >log2
    run "$xenfmea" triage --db $db --record events.tsv log2
    expect_line stdout '^recorded in events.tsv'
done
[ "$(wc -l <events.tsv)" = 2 ] || fail "recorded $(cat events.tsv)"
run "$xenfmea" scan t/xen --compile-commands t/compile_commands.json -o out2 \
    --history-events events.tsv
expect_exit 0
[ "$(sqlite3 out2/xenfmea.db "SELECT match || kinds FROM v_bugs WHERE match <> 'file'")" = \
    predicatefield ] || fail "the event in the database"
for file in nowhere/events.tsv .; do
    run "$xenfmea" triage --db $db --record "$file" log2
    expect_trouble "cannot record in $file: .*; name a file"
done
run "$xenfmea" triage --db out/ log2
expect_exit 0 "the scan's folder"
echo rubbish >events.tsv
run "$xenfmea" triage --db $db --record events.tsv log2
expect_trouble 'events.tsv: the first line names no table'
[ "$(cat events.tsv)" = rubbish ] || fail "a file that is no table was written"

# Refused, or read in bounded memory.
printf '(XEN) x\n' | gzip >log.gz
run "$xenfmea" triage --db $db log.gz
expect_trouble 'log.gz is compressed; unpack'
run "$xenfmea" triage --db $db nowhere
expect_trouble 'cannot read nowhere'
run "$xenfmea" triage --db $db .
expect_trouble 'cannot read .: '
run "$xenfmea" triage --db nowhere.db log
expect_trouble 'nowhere.db'
run "$xenfmea" triage --db $db
expect_exit 2 "no log"
run "$xenfmea" triage --db $db --format xml log
expect_exit 2 "format"
head -c 3000000 /dev/urandom >log
run "$xenfmea" triage --db $db log
expect_trouble 'log is no text: of its 3000000 bytes only'
{ head -c 100000 /dev/urandom; printf '\n(XEN) Xen BUG at common/unit1.c:24\n'
  head -c 100000 /dev/urandom; } >log2
run "$xenfmea" triage --db $db log2
grep -q '^common/unit1.c:24' stdout || fail "a stop between random bytes"

# One endless line takes no more memory than a short one.
memory() {
    /usr/bin/time -o mem -f %M "$xenfmea" triage --db $db log >/dev/null ||
        fail "triage of $1"
    tail -1 mem
}
echo x >log
short=$(memory 'a short log')
head -c 100000000 /dev/zero | tr '\0' x >log
long=$(memory 'one endless line')
[ "$long" -lt $((short + 20000)) ] || fail "$long KiB for an endless line"
run "$xenfmea" triage --db $db log
expect_line stdout '^A line of 100.0 MB was cut'
# Nor do many lines, even when each is a stop.
yes '(XEN) Xen BUG at common/unit1.c:24' | head -c 20000000 >log
long=$(memory 'twenty megabytes of stops')
[ "$long" -lt $((short + 20000)) ] || fail "$long KiB for many stops"
