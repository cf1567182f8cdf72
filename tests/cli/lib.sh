# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases of this folder share. A case starts with
#
#   . "$(dirname "$0")/lib.sh"
#
# and gets: $xenfmea (argument 1), $repo (argument 2), an empty working folder
# $work that is the current one and goes away at the end, $XDG_CACHE_HOME in it,
# and the functions below. A function that expects something ends the case with
# a line that says what was wrong.

set -eu

[ $# -ge 2 ] || { echo "usage: $0 XENFMEA SOURCE-FOLDER" >&2; exit 2; }
xenfmea=$(realpath "$1")
repo=$(realpath "$2")
work=$(mktemp -d "${TMPDIR:-/tmp}/xenfmea-cli.XXXXXX")
work=$(realpath "$work")

clean_up() {
    status=$?
    trap - EXIT
    for pid in $(jobs -p); do
        kill -9 "$pid" 2>/dev/null || true
    done
    if mountpoint -q "$work/small" 2>/dev/null; then
        umount "$work/small" || true
    fi
    [ -n "${KEEP:-}" ] || rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

cd "$work"
export XDG_CACHE_HOME=$work/cache LC_ALL=C.UTF-8
# A copy: somebody may be editing the data while the case runs.
cp -r "$repo/data" .data
export XENFMEA_DATA=$work/.data
unset MAKEFLAGS MFLAGS MAKELEVEL

fail() {
    echo "FAIL: $*" >&2
    for f in stdout stderr; do
        if [ -s "$work/$f" ]; then
            echo "--- $f of the last run" >&2
            head -c 3000 "$work/$f" | cat -v >&2
        fi
    done
    exit 1
}

# ---- a tree ----------------------------------------------------------------

# make_tree DIR [N]: a folder that looks like Xen's, with N (3) C files of seven
# sites each (two of them panic()), an assembly file with one, and
# DIR/compile_commands.json. Every tree of the same N has the same sites.
make_tree() {
    local dir=$1 n=${2:-3} i
    local xen=$dir/xen

    mkdir -p "$xen/arch/arm/arm64" "$xen/common" "$xen/include/xen"
    echo 'obj-y += common/' >"$xen/Makefile"
    echo '# rules' >"$xen/Rules.mk"
    for i in $(seq "$n"); do
        echo "obj-y += unit$i.o"
    done >"$xen/common/Makefile"
    echo 'obj-y += entry.o' >"$xen/arch/arm/arm64/Makefile"
    cat >"$xen/include/xen/config.h" <<'END'
#define CONFIG_ARM_64 1
END
    cat >"$xen/include/xen/bug.h" <<'END'
#ifndef BUG_H
#define BUG_H
#ifndef __ASSEMBLY__
#define BUGFRAME_bug 2
#define BUGFRAME_assert 3
#define BUG_FRAME(type, line, file, has_msg, msg) do {                        \
    asm ("1:.inst 0xd4200020\n"                                               \
         ".pushsection .rodata.str, \"aMS\", %progbits, 1\n"                  \
         "2:\t.asciz " #file "\n"                                             \
         "3:\n"                                                               \
         ".if " #has_msg "\n"                                                 \
         "\t.asciz " #msg "\n"                                                \
         ".endif\n"                                                           \
         ".popsection\n"                                                      \
         ".pushsection .bug_frames." #type ", \"a\", %progbits\n"             \
         "4:\n"                                                               \
         ".long (1b - 4b)\n"                                                  \
         ".popsection");                                                      \
} while (0)
#define BUG() do {                                                            \
    BUG_FRAME(2, __LINE__, __FILE__, 0, "");                                  \
    __builtin_unreachable();                                                  \
} while (0)
#define BUG_ON(p) do { if (p) BUG(); } while (0)
#define assert_failed(msg) do {                                               \
    BUG_FRAME(3, __LINE__, __FILE__, 1, msg);                                 \
    __builtin_unreachable();                                                  \
} while (0)
#define ASSERT(p) do { if (!(p)) assert_failed(#p); } while (0)
#define ASSERT_UNREACHABLE() assert_failed("unreachable")
void __attribute__((noreturn)) panic(const char *fmt, ...);
#endif
#endif
END
    cat >"$xen/arch/arm/arm64/entry.S" <<'END'
#define BUG BUG_FRAME 2, __LINE__, __FILE__, 0, 0
        .macro BUG_FRAME type, line, file_str, second_frame, msg
        .inst 0xd4200020
        .endm

        .globl entry
entry:
        BUG
        ret
END
    for i in $(seq "$n"); do
        make_unit "$xen/common/unit$i.c" "$i"
    done
    list_units "$dir"
}

# make_unit FILE NAME [LINE...]: seven sites, in functions first_NAME and
# second_NAME, and further lines behind them.
make_unit() {
    local file=$1 name=$2

    shift 2
    unit_text "$name" >"$file"
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$file"
}

unit_text() {
    local n=${1//[!0-9]/}

    cat <<END
#include <xen/bug.h>

int first_$1(int a)
{
    BUG_ON(a == ${n:-0});
    ASSERT(a > 0);
    if ( a == 7 )
        panic("first %d\n", a);
    switch ( a )
    {
    case 1:
        return 2;
    default:
        ASSERT_UNREACHABLE();
    }
    return a;
}

void second_$1(int *p)
{
    BUG_ON(!p);
    if ( *p )
        panic("second\n");
    BUG();
}
END
}

# Sites of a tree with N units and the assembly file.
sites_of() {
    echo $((7 * $1 + 1))
}

# list_units DIR: write DIR/compile_commands.json for all of its .c and .S.
list_units() {
    python3 - "$1" <<'END'
import json, os, sys

top = os.path.realpath(sys.argv[1])
xen = os.path.join(top, "xen")
entries = []
for folder, _, names in sorted(os.walk(os.fsencode(xen))):
    for name in sorted(names):
        path = os.fsdecode(os.path.join(folder, name))
        if not path.endswith((".c", ".S")):
            continue
        asm = ["-D__ASSEMBLY__"] if path.endswith(".S") else []
        entries.append({
            "directory": xen, "file": path,
            "arguments": ["clang", "--target=aarch64-linux-gnu", *asm,
                          "-include", "./include/xen/config.h", "-Iinclude",
                          "-c", os.path.relpath(path, xen), "-o",
                          os.path.relpath(path, xen)[:-1] + "o"]})
# Names that are not UTF-8 go in as they are.
with open(os.path.join(top, "compile_commands.json"), "w", encoding="utf-8",
          errors="surrogateescape") as out:
    json.dump(entries, out, indent=1, ensure_ascii=False)
END
}

# make_buildable DIR [N]: the same with makefiles instead of a list of commands:
# 'xenfmea scan DIR/xen' finds out by itself how it is compiled.
make_buildable() {
    local dir=$1 n=${2:-2}

    make_tree "$dir" "$n"
    rm "$dir/compile_commands.json"
    echo '# configuration' >"$dir/Config.mk"
    mkdir -p "$dir/config" "$dir/xen/arch/arm/configs"
    echo 'CONFIG_ARM_64=y' >"$dir/xen/arch/arm/configs/arm64_defconfig"
    {
        echo 'CC := $(CROSS_COMPILE)gcc'
        echo "objs := $(seq -f 'common/unit%g.o' -s ' ' "$n")" \
            '$(patsubst %.S,%.o,$(wildcard arch/arm/arm64/*.S))'
        cat <<'END'
.PHONY: default clean olddefconfig
default: $(objs)
olddefconfig:
	touch .config
%.o: %.c
	$(CC) -include ./include/xen/config.h -Iinclude -c $< -o $@
%.o: %.S
	$(CC) -D__ASSEMBLY__ -c $< -o $@
END
    } >"$dir/xen/Makefile"
}

# ---- running ---------------------------------------------------------------

# run COMMAND...: its exit status in $rc, its output in $work/stdout, stderr.
run() {
    rc=0
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || rc=$?
}

# scan DIR [OPTION...]: scan a tree of make_tree.
scan() {
    local dir=$1

    shift
    run "$xenfmea" scan "$dir/xen" --compile-commands \
        "$dir/compile_commands.json" --arch arm64 -o out "$@"
}

expect_exit() {
    [ "$rc" -eq "$1" ] || fail "exit status $rc, expected $1${2:+ ($2)}"
}

# expect_line FILE PATTERN: grep -E finds it in stdout or stderr.
expect_line() {
    grep -aqE -- "$2" "$work/$1" || fail "$1 has no line like '$2'"
}

# The last run failed with status 2 and exactly one line of text on stderr.
expect_trouble() {
    local pattern

    expect_exit 2 "$*"
    [ "$(wc -l <"$work/stderr")" -eq 1 ] || fail "not one line of error: $*"
    [ ! -s "$work/stdout" ] || fail "trouble, and yet something on stdout"
    for pattern; do
        expect_line stderr "$pattern"
    done
}

expect_same() {
    cmp -s "$1" "$2" || fail "$1 and $2 differ${3:+ ($3)}"
}

# sql QUERY [DATABASE]
sql() {
    sqlite3 -batch "${2:-out/xenfmea.db}" "$1"
}

expect_sql() {
    local got

    got=$(sql "$2" "${3:-out/xenfmea.db}")
    [ "$got" = "$1" ] || fail "'$2' gives '$got', expected '$1'"
}

# The three outputs in a folder are there, whole and of each other.
expect_whole() {
    local dir=${1:-out} n rows

    for f in xenfmea.db worksheet.csv worksheet.html .state.json; do
        [ -s "$dir/$f" ] || fail "$dir/$f is missing or empty"
    done
    expect_sql ok 'PRAGMA integrity_check' "$dir/xenfmea.db"
    n=$(sql 'SELECT count(*) FROM site' "$dir/xenfmea.db")
    rows=$(python3 -c 'import csv, sys
print(len(list(csv.reader(open(sys.argv[1], newline="")))) - 1)' \
        "$dir/worksheet.csv")
    [ "$n" = "$rows" ] || fail "$n sites in the database, $rows in the CSV"
    grep -q '</html>' "$dir/worksheet.html" || fail "$dir/worksheet.html ends early"
}

# expect_equal_outputs A B: the same bytes, and the same content as SQL.
expect_equal_outputs() {
    expect_same "$1/worksheet.csv" "$2/worksheet.csv" "${3:-}"
    expect_same "$1/worksheet.html" "$2/worksheet.html" "${3:-}"
    sqlite3 "$1/xenfmea.db" .dump >"$work/dump1"
    sqlite3 "$2/xenfmea.db" .dump >"$work/dump2"
    expect_same "$work/dump1" "$work/dump2" "${3:-}"
}

# No file in a folder that a stopped or failed scan left.
expect_no_temporaries() {
    local found

    found=$(find "$1" \( -name '*.tmp*' -o -name '*-journal' \) | head -5)
    [ -z "$found" ] || fail "temporary files are left: $found"
}

# One sum of all names and contents below a folder.
sum_tree() {
    (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum |
         sha256sum)
}

# Children and grandchildren of a process that are workers.
workers_of() {
    local pid

    for pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        if [ "$(cat /proc/"$pid"/comm 2>/dev/null)" = xenfmea-worker ]; then
            echo "$pid"
        fi
    done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1))

    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}
