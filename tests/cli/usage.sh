#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Help lists everything; a wrong call ends with status 2, says what is wrong in
# one line (and where the help is), and writes nothing.
. "$(dirname "$0")/lib.sh"

make_tree t 1
touch before

run "$xenfmea" --help
expect_exit 0 "--help"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' stdout)
for name in scan verify explain graph assume rate history triage; do
    grep -qx "$name" <<<"$commands" || fail "--help does not list $name"
done
for name in $commands; do
    run "$xenfmea" "$name" --help
    expect_exit 0 "$name --help"
    expect_line stdout "^Usage: xenfmea $name "
    expect_line stdout 'Exit status: 0 '
    expect_line stdout '--help'
    run "$xenfmea" "$name" --usage
    expect_exit 0 "$name --usage"
done
run "$xenfmea" --version
expect_exit 0 "--version"
expect_line stdout '^xenfmea [0-9]+\.'

# What is wrong is the first line; argp may add the line that names --help.
expect_usage_error() {
    expect_exit 2 "$*"
    [ ! -s stdout ] || fail "usage error, and yet something on stdout"
    [ "$(wc -l <stderr)" -le 2 ] || fail "more than one line of error: $*"
    head -1 stderr | grep -qE -- "$1" || fail "the error is not '$1'"
    [ "$(sed 1d stderr | grep -cv -- --help)" -eq 0 ] ||
        fail "the second line does not point to --help"
}

run "$xenfmea"
expect_exit 2 "no command"
expect_line stderr '^Usage: xenfmea COMMAND'
run "$xenfmea" frobnicate
expect_trouble "no command 'frobnicate'"

args=(--compile-commands t/compile_commands.json)
run "$xenfmea" scan
expect_usage_error 'name a Xen tree'
run "$xenfmea" scan t/xen t/xen
expect_usage_error 'one tree at a time'
run "$xenfmea" scan t/xen --frobnicate
expect_usage_error 'frobnicate'
for n in 0 -1 x '' 3x 99999999999999999999; do
    run "$xenfmea" scan t/xen "${args[@]}" -j "$n"
    expect_usage_error '--jobs needs a number'
    run "$xenfmea" scan t/xen "${args[@]}" --timeout "$n"
    expect_usage_error '--timeout needs a number'
done
run "$xenfmea" scan t/xen --build-type fast
expect_usage_error '--build-type is debug or release'
run "$xenfmea" scan t/xen --all --profile debug
expect_usage_error '--all chooses the configurations itself'
run "$xenfmea" scan t/xen --all --shard 1/2
expect_usage_error '--all makes its builds itself; leave --shard out'
run "$xenfmea" scan t/xen "${args[@]}" --build-dir t
expect_usage_error 'not both'
run "$xenfmea" verify
expect_usage_error 'name the xen-syms'
run "$xenfmea" verify a b
expect_usage_error 'one image at a time'
run "$xenfmea" verify a --format xml
expect_usage_error "'text' or 'tsv'"

found=$(find . -newer before ! -path "./.data*" ! -name stdout ! -name stderr ! -name . | head -3)
[ -z "$found" ] || fail "a wrong call wrote $found"
