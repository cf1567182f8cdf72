#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A database that is not what `scan` wrote is refused by name, or, where no page
# that matters is hit, read; never a crash, never half an answer.
. "$(dirname "$0")/lib.sh"

make_tree t 6
scan t
expect_exit 0
db=$work/out/xenfmea.db

# An image to verify against: any ELF file with DWARF will do, as the database
# is read first or the error is the database's.
cat >image.c <<'END'
void panic(const char *s) { for (;;) (void)s; }
int main(void) { panic("x"); }
END
cc=$(command -v clang-19 || command -v cc || true)
if [ -z "$cc" ] || ! "$cc" -g -static -nostdlib -Wl,-e,main -o image image.c 2>/dev/null &&
    ! "$cc" -g -o image image.c; then
    echo "no compiler that links: left out"
    exit 0
fi

verify() {
    run timeout 60 "$xenfmea" verify image --db "$1" --arch arm64
}

verify "$db"
[ "$rc" -le 2 ] || fail "verify ends with $rc"
! grep -q "$db" stderr || fail "the whole database is refused"

refused() {
    verify "$1"
    expect_exit 2 "$2"
    grep -q "^xenfmea: .*$1" stderr || fail "not refused by name: $2"
    expect_line stderr 'scan|--db'
}

refused "$work/none.db" 'missing'
: >bad.db
refused bad.db 'empty file'
echo 'hello' >bad.db
refused bad.db 'text file'
head -c 100000 /dev/zero >bad.db
refused bad.db zeroes
head -c 100000 /dev/urandom >bad.db
refused bad.db 'random bytes'
mkdir folder.db
refused folder.db folder
rm bad.db
sqlite3 bad.db 'CREATE TABLE site (x)'
refused bad.db "somebody else's"
expect_line stderr 'not a xenfmea database'
cp "$db" bad.db
sqlite3 bad.db 'PRAGMA user_version = 99'
refused bad.db 'newer schema'
expect_line stderr 'schema version 99'
# One that the version before wrote: named, with both versions.
version=$(sqlite3 "$db" 'PRAGMA user_version')
cp "$db" bad.db
sqlite3 bad.db "PRAGMA user_version = $((version - 1)); DROP VIEW v_worksheet"
refused bad.db 'older schema'
expect_line stderr "bad.db: schema version $((version - 1)), this xenfmea reads $version"
for table in site tu function build; do
    cp "$db" bad.db
    sqlite3 bad.db "PRAGMA foreign_keys = OFF; DROP TABLE $table" 2>/dev/null ||
        true
    refused bad.db "without table $table"
done

# Cut at any page and in between.
size=$(stat -c %s "$db")
for at in 1 15 16 50 99 100 101 511 4095 4096 4097 $((size / 2)) \
    $((size - 4096)) $((size - 1)); do
    head -c "$at" "$db" >bad.db
    refused bad.db "cut at $at"
done

# A page of zeroes or of noise somewhere: no crash, no wrong status.
for i in $(seq 0 $((size / 4096 - 1))); do
    for from in /dev/zero /dev/urandom; do
        cp "$db" bad.db
        dd if=$from of=bad.db bs=4096 seek="$i" count=1 conv=notrunc 2>/dev/null
        verify bad.db
        [ "$rc" -le 2 ] || fail "page $i from $from: status $rc"
        if ! sqlite3 bad.db 'PRAGMA quick_check' 2>/dev/null | grep -qx ok; then
            expect_exit 2 "damaged page $i is read"
            expect_line stderr 'bad.db'
        fi
    done
done

# The scan itself does not mind what lies in its way.
head -c 5000 /dev/urandom >out/xenfmea.db
scan t -o out
expect_exit 0 'over a damaged database'
expect_whole
