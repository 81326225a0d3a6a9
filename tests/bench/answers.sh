#!/usr/bin/env bash
# answers.sh: what a JSON answer of 100 octets costs a server of libnet's, one on Boost.Beast as its own example has it, one on
# cpp-httplib and one on POCO: CPU time of a request, by turns, each server on one core and wrk with 8 connections on the
# other. And beside a cached file of 1 KiB, with the system calls of a request.
#
# Before: sh cmake/packages.sh bench; cmake --preset bench && cmake --build --preset bench. RUNS=5 and SECONDS_EACH=2 are the defaults.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
answers=${ANSWERS:-$here/../../build/bench/tests/bench/answers}
runs=${RUNS:-5}
each=${SECONDS_EACH:-2}
server_core=${SERVER_CORE:-0}
client_core=${CLIENT_CORE:-1}
port=18951
# shellcheck source=tests/bench/needs.sh
. "$here/needs.sh"
needs "$answers/answer_ours" "$answers/answer_beast" taskset wrk curl strace
work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    server=
}
trap 'stop; rm -rf "$work"' EXIT
head -c 768 /dev/urandom | base64 -w 0 >"$work/1k.html"

# start NAME: a server on its core; returns when it answers.
start() {
    taskset -c "$server_core" "$answers/answer_$1" $port "$work" >/dev/null 2>&1 &
    server=$!
    for _ in $(seq 100); do
        ! curl -s -o "$work/first" "http://127.0.0.1:$port/api" || return 0
        sleep 0.05
    done
    echo "answers.sh: $1 does not answer" >&2
    exit 1
}
load() { taskset -c "$client_core" wrk -t1 -c8 -d"$2"s "http://127.0.0.1:$port$1" | awk '/requests in/ { print $1 }'; }
# Of all threads, also those that have ended, in clock ticks; as microseconds.
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%d", ($12 + $13) * 1e6 / tick }' "/proc/$server/stat"; }

# cost NAME PATH: microseconds for a request.
cost() {
    local before requests
    start "$1"
    load "$2" 1 >/dev/null
    before=$(cpu)
    requests=$(load "$2" "$each")
    awk -v t=$(($(cpu) - before)) -v n="$requests" 'BEGIN { print t / n }'
    stop
}
# calls PATH: system calls of 1,000 requests, each.
calls() {
    start ours
    strace -qq -c -f -o "$work/calls" -p "$server" &
    local tracer=$!
    sleep 0.5
    seq -f "url = http://127.0.0.1:$port$1?%.0f" 1000 >"$work/urls"
    curl -s -o /dev/null --no-progress-meter -K "$work/urls" >/dev/null
    kill -INT $tracer
    wait $tracer || true
    awk '$NF == "total" { printf "%.2f", $(NF - 2) / 1000 }' "$work/calls"
    stop
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

rows=("ours /1k.html" "ours /api" "ours /later" "beast /api" "httplib /api" "poco /api")
for _ in $(seq "$runs"); do
    for row in "${rows[@]}"; do
        name=${row% *}
        [ -x "$answers/answer_$name" ] || continue
        cost "$name" "${row#* }" >>"$work/$name${row##*/}"
    done
done
for row in "${rows[@]}"; do
    name=${row% *}
    [ -e "$work/$name${row##*/}" ] || { echo "answer_$name wasn't built: sh cmake/packages.sh bench, then the preset bench anew" >&2; continue; }
    median <"$work/$name${row##*/}" >"$work/cost"
    awk -v row="$row" -v file="$(median <"$work/ours1k.html")" -v answer="$(median <"$work/oursapi")" \
        '{ printf "%-16s %7.2f us, %.2f of the file, %.2f of /api\n", row, $1, $1 / file, $1 / answer }' "$work/cost"
done
echo "system calls of a request: file $(calls /1k.html), /api $(calls /api), /later $(calls /later)"
