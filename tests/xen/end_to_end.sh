#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# end_to_end.sh XENFMEA XEN-TREE ARCH: real Xen, from the bare tree to a
# worksheet that a linked image proves complete.
#  1. scan; every unit parses, the census leaves nothing unaccounted
#  2. the tree is as it was, to the byte
#  3. a second scan, with another number of workers and a cold cache, gives the
#     same bytes; a third one finds nothing to do
#  4. after a change in one function the next scan gives the bytes of one that
#     takes nothing from the scan before
#  5. Xen's own build of the same tree, with GCC; `verify` finds every bug
#     frame and every call of a stop function of the image in the worksheet
set -euo pipefail
xenfmea=$1 tree=$2 arch=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAIL: $*" >&2
    exit 1
}

checksum()
{
    (cd "$tree" && find . -printf '%p %m %s %T@\n' -type f | sort &&
        find . -type f -print0 | sort -z | xargs -0 cat) | sha256sum
}

scan()
{
    "$xenfmea" scan --arch "$arch" -o "$work/$1" --cache "$work/cache-$2" \
        -j "$3" "$tree"
}

before=$(checksum)
scan out one 2 | tee "$work/summary"
[ "$before" = "$(checksum)" ] || fail "the tree was written to"
grep -q ', 0 unaccounted$' "$work/summary" || fail "census has gaps"
broken=$(sqlite3 "$work/out/xenfmea.db" \
    "SELECT count(*) FROM tu WHERE status <> 'ok'")
[ "$broken" = 0 ] || fail "$broken units do not parse"

scan again two 1 >/dev/null
cmp "$work/out/worksheet.csv" "$work/again/worksheet.csv"
cmp "$work/out/worksheet.html" "$work/again/worksheet.html"

# Every format from the real rows, the same bytes again.
"$xenfmea" report "$work/out" --format all -o "$work/reports"
"$xenfmea" report "$work/again" --format all -o "$work/reports2"
diff -r "$work/reports" "$work/reports2"
/usr/bin/python3 "$(dirname "$0")/../cli/check_worksheet.py" \
    "$work/out/xenfmea.db" "$work/reports" "$(dirname "$0")/../../data" \
    ${XF_SARIF_SCHEMA:+"$XF_SARIF_SCHEMA"}
"$xenfmea" diff "$work/out" "$work/reports/worksheet.json" >"$work/diff"
grep -q ' 0 added, 0 gone, 0 changed, 0 moved, 0 reassessed' "$work/diff"

stamp=$(stat -c %Y.%i "$work/out/xenfmea.db")
scan out one 2 >/dev/null
[ "$stamp" = "$(stat -c %Y.%i "$work/out/xenfmea.db")" ] ||
    fail "an unchanged tree was analysed again"

cp -r "$tree" "$work/tree"
tree=$work/tree
scan changed one 2 >/dev/null
sed -i '0,/^    BUG_ON(/s//    \/* here *\/\n    BUG_ON(0 || /' \
    "$tree/xen/common/domain.c"
scan changed one 2 >/dev/null
rm -r "$work/cache-one/stages"
scan fresh one 2 >/dev/null
for file in worksheet.csv worksheet.html xenfmea.db; do
    cmp "$work/changed/$file" "$work/fresh/$file"
    ! cmp -s "$work/out/$file" "$work/fresh/$file" || fail "no change in $file"
done
rm -r "$tree"
tree=$2
cp -r "$tree" "$work/tree"

make_xen()
{
    make -C "$work/tree/xen" XEN_TARGET_ARCH="$arch" ${cross:+"$cross"} "$@" \
        >>"$work/make.log" 2>&1 || {
        tail -50 "$work/make.log"
        fail "Xen's own build"
    }
}
cross=
[ "$arch" = arm64 ] && cross=CROSS_COMPILE=aarch64-linux-gnu-
[ "$arch" = arm32 ] && cross=CROSS_COMPILE=arm-linux-gnueabihf-
make_xen "${arch}_defconfig"
sed -i 's/^# CONFIG_DEBUG is not set/CONFIG_DEBUG=y/' "$work/tree/xen/.config"
make_xen olddefconfig
make_xen -j "$(nproc)" build
"$xenfmea" verify --db "$work/out/xenfmea.db" "$work/tree/xen/xen-syms"
