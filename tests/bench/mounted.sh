#!/usr/bin/env bash
# mounted.sh [ROW...]: what files cost while handlers are mounted beside them: CPU time of a request, with and without, by turns,
# both servers on one core and wrk on the other. Each turn is a pair; the median of the pairs' quotients is what counts.
# Rows: small medium large unchanged missing pipelined mixed closing (all of them).
#
# Before: sh cmake/packages.sh bench; cmake --preset bench && cmake --build --preset bench. RUNS=7 and SECONDS_EACH=1 are the
# defaults.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
server=${ANSWERS:-$here/../../build/bench/tests/bench/answers}/answer_ours
each=${SECONDS_EACH:-1}
RUNS=${RUNS:-7}
# shellcheck source=tests/bench/compare.sh
. "$here/compare.sh"
# shellcheck source=tests/bench/needs.sh
. "$here/needs.sh"
needs "$server" taskset wrk curl
work=$(mktemp -d)
declare -A pids ports=([mounted]=18961 [plain]=18962)
stop_all() {
    for name in "${!pids[@]}"; do
        kill "${pids[$name]}" 2>/dev/null || true
        wait "${pids[$name]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap stop_all EXIT

mkdir "$work/www" "$work/www/mixed"
head -c 768 /dev/urandom | base64 -w 0 >"$work/www/1k.html"
head -c 16384 /dev/urandom >"$work/www/16k.bin"
head -c 1048576 /dev/urandom >"$work/www/1m.bin"
for i in $(seq 20); do head -c $((i * 700)) /dev/urandom | base64 >"$work/www/mixed/$i.js"; done
cat >"$work/pipelined.lua" <<'END'
init = function() request_16 = string.rep(wrk.format(nil, "/1k.html"), 16) end
request = function() return request_16 end
END
cat >"$work/mixed.lua" <<'END'
local n = 0
request = function() n = n % 20 + 1; return wrk.format(nil, "/mixed/" .. n .. ".js") end
END

start() { # NAME ARGUMENT...
    local name=$1 port=${ports[$1]}
    shift
    taskset -c "${SERVER_CORE:-0}" "$server" "$port" "$work/www" "$@" >/dev/null 2>&1 &
    pids[$name]=$!
    for _ in $(seq 100); do
        ! curl -s -o /dev/null "http://127.0.0.1:$port/1k.html" || return 0
        sleep 0.05
    done
    echo "mounted.sh: $name does not answer" >&2
    exit 1
}

# Nanoseconds of all of a server's threads.
cpu() { cat /proc/"${pids[$1]}"/task/*/schedstat | awk '{ t += $1 } END { printf "%.0f", t }'; }

# cost NAME PATH ARGUMENT...: microseconds for a request
cost() {
    local name=$1 path=$2 before requests
    shift 2
    before=$(cpu "$name")
    requests=$(taskset -c "${CLIENT_CORE:-1}" wrk -t1 -c8 -d"${each}s" "$@" "http://127.0.0.1:${ports[$name]}$path" |
        awk '/requests in/ { print $1 }')
    awk -v t=$(($(cpu "$name") - before)) -v n="$requests" 'BEGIN { print t / n / 1000 }'
}

row() { # NAME PATH ARGUMENT...
    local name=$1 with=() without=() quotients=() i a b
    shift
    for ((i = 0; i < RUNS; ++i)); do
        if ((i % 2)); then a=$(cost mounted "$@") b=$(cost plain "$@"); else b=$(cost plain "$@") a=$(cost mounted "$@"); fi
        with+=("$a") without+=("$b") quotients+=("$(awk -v a="$a" -v b="$b" 'BEGIN { print a / b }')")
    done
    printf '%-10s mounted %8.2f us, plain %8.2f us, %.3f (median of %d pairs)\n' "$name" "$(median "${with[@]}")" \
        "$(median "${without[@]}")" "$(median "${quotients[@]}")" "$RUNS"
}

start mounted
start plain plain
etag=$(curl -sI "http://127.0.0.1:${ports[plain]}/1k.html" | tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }')
for which in "${@:-all}"; do
    case $which in
        small | all) row small /1k.html ;;&
        medium | all) row medium /16k.bin ;;&
        large | all) row large /1m.bin ;;&
        unchanged | all) row unchanged /1k.html -H "If-None-Match: $etag" ;;&
        missing | all) row missing /nothing.html ;;&
        pipelined | all) row pipelined /1k.html -s "$work/pipelined.lua" ;;&
        mixed | all) row mixed / -s "$work/mixed.lua" ;;&
        closing | all) row closing /1k.html -H "Connection: close" ;;
    esac
done
