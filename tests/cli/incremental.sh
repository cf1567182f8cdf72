#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A scan after an edit takes what it can from the one before and gives the bytes
# of a cold scan of the same tree, whatever the edit was and whatever happened
# to the results that were kept.
. "$(dirname "$0")/lib.sh"

make_tree t 5
make_unit t/xen/common/helper.c 50 \
    'int helper(int a) { if ( a < 0 ) return -22; return a; }'
make_unit t/xen/common/user.c 60 'int helper(int a);' \
    'void user(int a)' '{' '    int rc = helper(a);' '' \
    '    if ( rc )' '        panic("no helper: %d\n", rc);' '}'
mkdir -p t/xen/arch/x86 t/xen/drivers
printf 'void other(void) { BUG(); }\n' >t/xen/arch/x86/other.c
printf 'void off(void) { BUG(); }\n' >t/xen/drivers/off.c
printf 'obj-$(CONFIG_OFF) += off.o\n' >t/xen/drivers/Makefile
list_compiled() {
    list_units t
    python3 - <<'END'
import json
path = "t/compile_commands.json"
entries = [e for e in json.load(open(path))
           if "x86" not in e["file"] and "drivers" not in e["file"]]
json.dump(entries, open(path, "w"))
END
}
list_compiled

# check WHAT: the scan that goes on from the last one against a cold one
check() {
    local status

    scan t --cache kept
    [ "$rc" -lt 2 ] || fail "$1: $(cat stderr)"
    status=$rc
    cp stdout said
    rm -rf cold cold-cache
    scan t --cache cold-cache -o cold
    expect_exit "$status" "$1"
    expect_equal_outputs out cold "$1"
    expect_same out/xenfmea.db cold/xenfmea.db "$1"
    expect_same <(grep -v ^worksheet: stdout) <(grep -v ^worksheet: said) "$1"
}

edit() {
    python3 - "$@" <<'END'
import sys
path, old, new = sys.argv[1:]
text = open(path).read()
assert old in text, (path, old)
open(path, "w").write(text.replace(old, new, 1))
END
}

check 'the first scan'
[ -n "$(ls kept/stages)" ] || fail 'nothing was kept'
edit t/xen/common/unit1.c 'int first' '/* a comment */ int first'
check 'a comment in a line'
sed -i '1i /* a comment */' t/xen/common/unit2.c
check 'a comment that moves all lines'
edit t/xen/common/unit3.c 'ASSERT(a > 0)' 'ASSERT(a > 1)'
check 'another condition'
edit t/xen/common/helper.c 'return -22' 'return -12'
check 'another error, which a caller elsewhere stops for'
edit t/xen/common/helper.c 'return -12' 'return 0'
check 'no error any more'
edit t/xen/common/user.c 'panic("no helper: %d\n", rc)' '(void)rc'
check 'a site that goes'
cat >>t/xen/common/unit1.c <<'END'
void stops_too(int a) { panic("stops too %d\n", a); }
void calls_it(int a) { if ( a ) stops_too(a); }
END
check 'a function that stops and its caller'
sed -i 's/^obj-\$(CONFIG_OFF)/obj-$(CONFIG_NEVER)/' t/xen/drivers/Makefile
check 'another reason in a Makefile'
mv t/xen/drivers/off.c t/xen/drivers/out.c
check 'another name'
printf '#include "out.c"\n' >t/xen/drivers/off.c
check 'a neighbour that includes it'
rm -r t/xen/arch/x86
check 'a folder that goes'
sed -i '1i /* moved */' t/xen/include/xen/bug.h
check 'a header'
printf '#define CONFIG_EXTRA 1\n' >>t/xen/include/xen/config.h
edit t/xen/common/unit4.c 'BUG_ON(a ==' \
    '#ifdef CONFIG_EXTRA
    BUG();
#endif
    BUG_ON(a =='
check 'an option'
make_unit t/xen/common/unit9.c 9
list_compiled
check 'a new unit'
rm t/xen/common/unit2.c
list_compiled
check 'a unit that goes'
git -C t init -q 2>/dev/null && check 'a repository now'

# Another program or other data forget everything.
sed -i 's/"medium"/"low"/' "$XENFMEA_DATA"/rules/rules.json
check 'another rule'

# What was kept is damaged, or of somebody else.
file=$(ls kept/stages/*)
size=$(stat -c %s "$file")
for how in empty cut noise flip folder; do
    sed -i '1i /* again */' t/xen/common/unit1.c
    case $how in
    empty) : >"$file" ;;
    cut) truncate -s $((size / 2)) "$file" ;;
    noise) head -c "$size" /dev/urandom >"$file" ;;
    flip)
        python3 - "$file" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
END
        ;;
    folder)
        rm "$file"
        mkdir "$file"
        ;;
    esac
    check "kept results: $how"
done
