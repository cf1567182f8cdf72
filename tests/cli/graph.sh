#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# graph: a picture of the paths with its twin in words; Graphviz missing,
# failing or hanging costs one line and leaves what was there.
. "$(dirname "$0")/lib.sh"

graph_() {
    run timeout 60 "$xenfmea" graph --db out/xenfmea.db "$@"
}

make_tree t 2
cat >t/xen/common/setup.c <<'END'
int first_1(int a);
struct ops { int (*go)(int); };
static struct ops ops = { first_1 };
void start_xen(void) { first_1(1); }
void do_trap_guest_sync(void) { ops.go(3); }
END
list_units t
scan t
expect_exit 0
id=$(sql "SELECT site_id FROM v_sites WHERE function = 'first_1' AND kind = 'BUG_ON'")

# Graphviz's language: entries filled with the context's colour, calls through
# pointers dashed, the site last.
graph_ "$id" -o picture.dot
expect_exit 0
[ ! -s stdout ] || fail "something on stdout"
grep -q '^digraph site {' picture.dot || fail "no digraph"
grep -q 'label="start_xen()\\nboot".*style="filled,bold"' picture.dot ||
    fail "the entry is not marked"
grep -q 'style=dashed.*label="ops.go\\ncommon/setup.c:5"' picture.dot ||
    fail "a call through a pointer is not dashed"
grep -q 'shape=octagon' picture.dot || fail "no site"
graph_ "$id" -o words.txt
expect_exit 0
run "$xenfmea" explain --db out/xenfmea.db "$id"
head -n "$(wc -l <words.txt)" stdout >explained
expect_same explained words.txt 'words and explain'

# At most so many functions.
graph_ "$id" -o small.dot --max-nodes 1
expect_exit 0
expect_line stderr '2 paths do not fit into 1 functions'
grep -q '2 more paths' small.dot || fail "the picture does not say what it lacks"

fake() {
    mkdir -p bin
    printf '#!/bin/sh\n%s\n' "$1" >bin/dot
    chmod +x bin/dot
}

if command -v dot >/dev/null; then
    graph_ "$id" -o picture.svg
    expect_exit 0
    python3 -c 'import sys, xml.dom.minidom as m
d = m.parse(sys.argv[1])
t = [x.firstChild.data for x in d.getElementsByTagName("text") if x.firstChild]
assert "start_xen()" in t and "boot" in t, t' picture.svg || fail "not the SVG"
    expect_same picture.txt words.txt 'the twin'
    cp picture.svg before.svg
    graph_ "$id" -o picture.svg
    expect_same picture.svg before.svg 'a second picture'
fi
echo old >old.svg

mkdir nothing
for program in env sh; do
    ln -s "$(command -v $program)" nothing/
done
run env PATH="$work/nothing" "$xenfmea" graph --db out/xenfmea.db "$id" -o old.svg
expect_trouble 'dot is not installed; install graphviz, or write a .dot'
fake 'exit 3'
run env PATH="$work/bin:$PATH" "$xenfmea" graph --db out/xenfmea.db "$id" -o old.svg
expect_trouble 'dot fails \(exit status 3\)'
fake 'exit 0'
run env PATH="$work/bin:$PATH" "$xenfmea" graph --db out/xenfmea.db "$id" -o old.svg
expect_trouble 'dot drew nothing'
fake 'echo half; kill -9 $$'
run env PATH="$work/bin:$PATH" "$xenfmea" graph --db out/xenfmea.db "$id" -o old.svg
expect_trouble 'dot fails \(exit status 137\)'
fake 'sleep 100'
run env PATH="$work/bin:$PATH" timeout 50 "$xenfmea" graph --db out/xenfmea.db "$id" -o old.svg --timeout 1
expect_trouble 'dot'
[ "$(cat old.svg)" = old ] || fail "a failure has replaced the picture"
[ ! -e old.txt ] || fail "a failure has left a twin"
found=$(ls "${TMPDIR:-/tmp}"/xenfmea-?????? 2>/dev/null || true)
[ -z "$found" ] || echo "note: other temporary files: $found"

graph_ "$id" -o folder/none.dot
expect_trouble 'folder/none'
for bad in -opicture -opicture.png -o. ''; do
    # shellcheck disable=SC2086 # nothing at all is one of the cases
    graph_ "$id" $bad
    expect_exit 2 "$bad"
    expect_line stderr '-o needs a file named .svg, .dot or .txt'
done
graph_ XF- -o x.dot
expect_trouble 'begins the ids of'
graph_ nothing.c:3 -o x.dot
expect_trouble 'no site in such a file'
graph_ "$id" -o x.dot --db none.db
expect_trouble 'no such database'
head -c 40000 out/xenfmea.db >cut.db
graph_ "$id" -o x.dot --db cut.db
expect_trouble 'cut.db: .*scan again'
for option in --paths --max-nodes --timeout; do
    graph_ "$id" -o x.dot $option 0
    expect_exit 2 "$option"
    expect_line stderr "$option needs a number"
done
[ ! -e x.dot ] || fail "a failure has written a picture"

# Names and conditions of the tree are text, whatever they hold.
cat >>t/xen/common/setup.c <<'END'
#include <xen/bug.h>
void do_trap_irq(int a)
{
    BUG_ON(a == "</text><script>\"\\n\\"[0] && "%s\\" == 0);
}
END
scan t
id=$(sql "SELECT site_id FROM v_sites WHERE function = 'do_trap_irq'")
graph_ "$id" -o hostile.dot
expect_exit 0
if command -v dot >/dev/null; then
    graph_ "$id" -o hostile.svg
    expect_exit 0
    python3 -c 'import sys, xml.dom.minidom as m
d = m.parse(sys.argv[1])
assert not d.getElementsByTagName("script")' hostile.svg || fail "markup gets through"
fi
