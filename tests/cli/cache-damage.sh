#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever happens to the files of the cache or to .state.json, a scan gives
# what it gives without them.
. "$(dirname "$0")/lib.sh"

make_tree t 6
scan t
expect_exit 0
mv out expected
cp -a cache kept

again() {
    rm -rf out
    scan t -v
    expect_exit 0 "$1"
    expect_equal_outputs out expected "$1"
}

fresh_cache() {
    rm -rf cache
    cp -a kept cache
}

again 'unharmed'
expect_line stderr ' 0 of 7 units parsed anew'

for how in truncate empty zero flip_first flip_middle flip_last append swap \
    folder link; do
    fresh_cache
    python3 - "$how" cache/xenfmea/facts <<'END'
import os, sys

how, top = sys.argv[1:]
paths = sorted(os.path.join(d, n) for d, _, names in os.walk(top)
               for n in names)
assert len(paths) >= 14
contents = [open(p, "rb").read() for p in paths]
for i, (path, data) in enumerate(zip(paths, contents)):
    new = bytearray(data)
    if how == "truncate":
        new = new[:len(new) // 2]
    elif how == "empty":
        new = b""
    elif how == "zero":
        new = bytes(len(new))
    elif how.startswith("flip"):
        at = {"first": 0, "middle": len(new) // 2, "last": -2}[how[5:]]
        new[at] ^= 1
    elif how == "append":
        new += b"F\tghost\tcommon/unit1.c\t1\t2\t\t\tghost\n.\n"
    elif how == "swap":  # the content of another unit's file
        same = [c for p, c in zip(paths, contents)
                if p != path and p.endswith(path[-6:])]
        new = same[i % len(same)]
    os.unlink(path)
    if how == "folder":
        os.mkdir(path)
    elif how == "link":
        os.symlink("/dev/zero", path)
    else:
        open(path, "wb").write(new)
END
    again "cache: $how"
    case $how in
    folder) ;; # such an entry cannot be replaced
    *)
        again "cache: $how, second scan"
        expect_line stderr ' 0 of 7 units parsed anew'
        ;;
    esac
done

# Every byte position of one entry of each kind, in steps.
for suffix in reads facts; do
    file=$(find kept -name "*.$suffix" | sort | head -1)
    file=cache/${file#kept/}
    size=$(stat -c %s "kept/${file#cache/}")
    for at in $(seq 0 $((size / 12 + 1)) "$size"); do
        fresh_cache
        printf '\377' | dd of="$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
        again "$suffix: byte $at"
    done
done

# A folder that is a file; no folder.
rm -rf cache
mkdir -p cache/xenfmea
echo x >cache/xenfmea/facts
again 'facts is a file'
rm -rf cache
again 'no cache'

# ---- .state.json
cp -a out whole
for text in '' '{' '[]' 'null' '{"key": 3, "outputs": [], "status": "x"}' \
    '{"key": "", "summary": "hello", "status": 0, "outputs": {}}'; do
    printf '%s' "$text" >out/.state.json
    scan t
    expect_exit 0 ".state.json: $text"
    expect_equal_outputs out expected ".state.json: $text"
    expect_same out/.state.json whole/.state.json
done
for cut in 1 100 300; do
    head -c "$cut" whole/.state.json >out/.state.json
    scan t
    expect_same out/.state.json whole/.state.json "cut at $cut"
done
rm out/.state.json
mkdir out/.state.json
scan t
expect_trouble '.state.json'
rmdir out/.state.json

# An output that was touched, cut or removed is made anew.
for f in xenfmea.db worksheet.csv worksheet.html; do
    scan t
    echo x >>out/$f
    scan t
    expect_same out/$f whole/$f 'appended to'
    : >out/$f
    scan t
    expect_same out/$f whole/$f emptied
    rm out/$f
    scan t
    expect_same out/$f whole/$f removed
done
# And one that was not is left alone.
stat -c %y:%i out/xenfmea.db out/worksheet.* >before
scan t
stat -c %y:%i out/xenfmea.db out/worksheet.* >after
expect_same before after 'an unchanged tree'

# ---- changes of the tree are seen
sed -i 's/a == 1)/a == 111)/' t/xen/common/unit1.c
scan t -v
expect_line stderr ' 1 of 7 units parsed anew'
expect_sql 'a == 111' "SELECT condition FROM site WHERE file = 'common/unit1.c'
    AND line = 5"
sed -i 's/define ASSERT(p) do { if (!(p))/define ASSERT(p) do { if (!(p) \&\& 1)/' \
    t/xen/include/xen/bug.h
scan t -v
expect_line stderr ' 6 of 7 units parsed anew'
# The same size and time, other content.
stamp=$(stat -c %y t/xen/common/unit2.c)
sed -i 's/a == 2)/a == 5)/' t/xen/common/unit2.c
touch -d "$stamp" t/xen/common/unit2.c
scan t
expect_sql 'a == 5' "SELECT condition FROM site WHERE file = 'common/unit2.c'
    AND line = 5"
# A header that now comes first.
mkdir t/xen/common/xen
sed 's/a/a/' t/xen/include/xen/bug.h >t/xen/common/xen/bug.h
scan t -v
expect_line stderr ' 6 of 7 units parsed anew'
