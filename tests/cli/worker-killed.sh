#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 of a worker while it works and while it is idle, and a unit that never
# ends. A pipe that nobody writes to, included, makes a unit wait at will.
. "$(dirname "$0")/lib.sh"

make_tree t 6
mkfifo pipe
# The largest file is the first to be given out.
make_unit t/xen/common/z_slow.c 77 "#include \"$work/pipe\"" \
    "$(seq -f '/* filler line %g */' 2000)"
list_units t

start() {
    rm -rf cache out
    "$xenfmea" scan t/xen --compile-commands t/compile_commands.json \
        --arch arm64 -o out "$@" >stdout 2>stderr </dev/null &
    scan=$!
    wait_for 20 has_worker || fail "no worker within 20 seconds"
    wait_for 20 opens_pipe || fail "no worker opened the pipe"
}

has_worker() {
    [ -n "$(workers_of "$scan")" ]
}

# The one that waits in open(2) of the pipe; the others are done soon.
opens_pipe() {
    sleep 0.3
    for worker in $(workers_of "$scan"); do
        if grep -qE 'fifo|wait_for_partner' "/proc/$worker/wchan" 2>/dev/null ||
            grep -qs fifo "/proc/$worker/stack" 2>/dev/null ||
            slow_threads "$worker"; then
            return 0
        fi
    done
    return 1
}

# libclang parses on a thread of its own.
slow_threads() {
    [ "$(ls "/proc/$1/task" 2>/dev/null | wc -l)" -gt 1 ]
}

end() {
    rc=0
    wait "$scan" || rc=$?
}

expect_rest() {
    expect_exit 1 "$1"
    expect_sql "common/z_slow.c|$2" \
        "SELECT file, status FROM tu WHERE status <> 'ok'"
    expect_sql "$(sites_of 6)" \
        "SELECT count(*) FROM site WHERE file NOT LIKE '%slow%'"
    expect_sql 7 "SELECT count(*) FROM census WHERE accounted = 'unanalysed'"
    expect_whole
}

# ---- killed while it works
for jobs in 1 3; do
    start -j "$jobs"
    kill -9 "$worker"
    end
    expect_line stdout 'z_slow.c: crashed: .*signal 9'
    expect_rest "killed at work, -j $jobs" crashed
done

# ---- hangs
for jobs in 1 3; do
    SECONDS=0
    rm -rf cache out
    scan t -j "$jobs" --timeout 2
    [ "$SECONDS" -lt 20 ] || fail "a limit of 2 seconds took $SECONDS"
    expect_line stdout 'z_slow.c: timeout: .*2 seconds; raise --timeout'
    expect_rest "hangs, -j $jobs" timeout
done

is_dead() {
    grep -q '^State:.Z' "/proc/$worker/status"
}

is_done() {
    ! slow_threads "$worker"
}

# ---- killed while it is idle: stop the scan, let the unit end, kill the
# worker before it gets the next one. Nothing may be lost.
for i in 1 2 3; do
    start -j 1
    kill -STOP "$scan"
    : >pipe
    wait_for 20 is_done || fail "the unit does not end"
    sleep 0.2
    kill -9 "$worker"
    wait_for 5 is_dead || fail "the worker does not die"
    kill -CONT "$scan"
    end
    expect_exit 0 "killed while idle"
    expect_sql $(($(sites_of 6) + 7)) 'SELECT count(*) FROM site'
    expect_sql 8 "SELECT count(*) FROM tu WHERE status = 'ok'"
    expect_whole
done
