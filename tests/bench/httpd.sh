#!/usr/bin/env bash
# httpd.sh [ROW...]: httpd++ beside nginx, lighttpd, h2o and Caddy, one worker each, by turns. The servers run on one
# core, wrk on the other. What counts is the CPU time of a request (from /proc), as a part of nginx's.
# Rows: small logged medium large pipelined unchanged missing mixed closing latency idle calls (all of them).
#
# Build first: cmake --preset bench && cmake --build --preset bench. Needs Debian's wrk, python3 and strace, and those of
# nginx-light, libnginx-mod-http-brotli-static, lighttpd, h2o and caddy that are to be compared; their configurations
# are in httpd/. RUNS=5 and SECONDS_EACH=2 are the defaults, SERVERS="nginx httpd++" for fewer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
httpd=${HTTPD:-$here/../../build/bench/apps/httpd++}
runs=${RUNS:-5}
each=${SECONDS_EACH:-2}
server_core=${SERVER_CORE:-0}
client_core=${CLIENT_CORE:-1}
servers=${SERVERS:-nginx lighttpd h2o caddy httpd++}
work=$(mktemp -d)
chmod 755 "$work" # the workers run as somebody else
root=$work/www
ulimit -n 65536 2>/dev/null || true
declare -A pids ports
logging=off

# shellcheck source=tests/bench/compare.sh
. "$here/compare.sh"

stop_all() {
    for name in "${!pids[@]}"; do
        kill "${pids[$name]}" 2>/dev/null || true
        wait "${pids[$name]}" 2>/dev/null || true
    done
    pids=()
}
trap 'stop_all; rm -rf "$work"' EXIT

make_root() {
    mkdir -p "$root/mixed"
    head -c 768 /dev/urandom | base64 -w 0 >"$root/1k.html"
    head -c 65536 /dev/urandom >"$root/64k.bin"
    head -c 104857600 /dev/urandom >"$root/100m.bin"
    local size=500 i
    for i in $(seq 20); do
        head -c "$size" /dev/urandom | base64 >"$root/mixed/$i.js"
        head -c $((size / 2)) /dev/urandom >"$root/mixed/$i.js.br"
        size=$((size * 13 / 10))
    done
}

# configure NAME PORT: fills in what the server's configuration leaves open
configure() {
    local log_nginx=off lighttpd_module='' log_lighttpd='' log_h2o='' log_caddy=''
    if [ $logging = on ]; then
        log_nginx="$work/nginx.log combined buffer=32k flush=1s"
        lighttpd_module='"mod_accesslog"'
        log_lighttpd="accesslog.filename = \"$work/lighttpd.log\""
        log_h2o="access-log: $work/h2o.log"
        log_caddy="log {\\n\t\toutput file $work/caddy.log\\n\t}"
    fi
    sed -e "s|@PORT@|$2|g; s|@ROOT@|$root|g; s|@WORK@|$work|g; s|@LOG_NGINX@|$log_nginx|" \
        -e "s|@LOG_LIGHTTPD_MODULE@|$lighttpd_module|; s|@LOG_LIGHTTPD@|$log_lighttpd|; s|@LOG_H2O@|$log_h2o|" \
        -e "s|@LOG_CADDY@|$log_caddy|" "$here/httpd/$1.conf" >"$work/$1.conf"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start() { # NAME
    local name=$1 port
    port=$(free_port)
    [ "$name" = httpd++ ] || configure "$name" "$port"
    local on=(taskset -c "$server_core")
    case $name in
        nginx) "${on[@]}" nginx -c "$work/nginx.conf" 2>/dev/null & ;;
        lighttpd) "${on[@]}" lighttpd -D -f "$work/lighttpd.conf" 2>/dev/null & ;;
        h2o) "${on[@]}" h2o -c "$work/h2o.conf" >/dev/null 2>&1 & ;;
        caddy) GOMAXPROCS=1 HOME=$work "${on[@]}" caddy run --adapter caddyfile --config "$work/caddy.conf" 2>/dev/null & ;;
        httpd++)
            local log=none
            [ $logging = off ] || log=$work/httpd.log
            "${on[@]}" "$httpd" --bind 127.0.0.1 --port "$port" --idle-timeout 600 --access-log "$log" "$root" 2>/dev/null & ;;
    esac
    pids[$name]=$! ports[$name]=$port
    local i
    for i in $(seq 50); do
        ! curl -fs -o /dev/null "http://127.0.0.1:$port/1k.html" || return 0
        sleep 0.1
    done
    echo "$name doesn't start" >&2
    unset "pids[$name]"
}

start_all() {
    stop_all
    local name
    for name in $servers; do
        if command -v "$name" >/dev/null || [ "$name" = httpd++ ]; then start "$name"; fi
    done
}

# all_of PID: it and its children
all_of() { echo "$1"; pgrep -P "$1" || true; }

ticks() { # NAME: CPU time so far
    local sum=0 pid fields
    for pid in $(all_of "${pids[$1]}"); do
        fields=$(sed 's/.*) //' "/proc/$pid/stat") || continue
        sum=$((sum + $(echo "$fields" | awk '{print $12 + $13}')))
    done
    echo $sum
}

# load NAME PATH WRK-OPTION...: sets `cost`, microseconds of CPU a request, `rate` and `p99`
load() {
    local name=$1 path=$2 before out
    shift 2
    before=$(ticks "$name")
    out=$(taskset -c "$client_core" wrk -t1 -c64 -d "$each" --latency "$@" "http://127.0.0.1:${ports[$name]}$path")
    cost=$(echo "$out" | awk -v t=$(($(ticks "$name") - before)) -v hz="$(getconf CLK_TCK)" \
        '/requests in/ {print t / hz * 1e6 / $1}')
    rate=$(echo "$out" | awk '/Requests\/sec/ {print $2}')
    p99=$(echo "$out" | awk '$1 == "99%" {v = $2; m = v ~ /us/ ? 1 : v ~ /ms/ ? 1000 : 1e6; print v * m}')
}

# row TITLE PATH WRK-OPTION...: the cost for every server, by turns
row() {
    local title=$1 path=$2 name i
    shift 2
    declare -A costs=()
    for name in "${!pids[@]}"; do SECONDS_EACH=1 load "$name" "$path" "$@"; done # to warm up
    for ((i = 0; i < runs; ++i)); do
        for name in $servers; do
            [ -n "${pids[$name]:-}" ] || continue
            load "$name" "$path" "$@"
            costs[$name]+=" $cost"
        done
    done
    local base=
    printf '%s:' "$title"
    for name in $servers; do
        [ -n "${costs[$name]:-}" ] || continue
        # shellcheck disable=SC2086 # a list of numbers
        cost=$(median ${costs[$name]})
        [ -n "$base" ] || base=$cost
        printf ' %s %.2f us' "$name" "$cost"
        awk -v c="$cost" -v b="$base" 'BEGIN {printf " (%.2f)", c / b}'
    done
    echo
}

lua=(-s "$here/httpd/requests.lua")
small() { row "1 KiB, keep-alive" /1k.html; }
logged() { logging=on; start_all; row "1 KiB with access logs" /1k.html; logging=off; start_all; }
medium() { row "64 KiB" /64k.bin; }
large() { row "100 MiB" /100m.bin -c4; }
pipelined() { PIPELINE=16 row "1 KiB, 16 pipelined" /1k.html "${lua[@]}"; }
unchanged() { row "304" /1k.html -H "If-Modified-Since: $(date -R -u -r "$root/1k.html" | sed 's/+0000/GMT/')"; }
missing() { row "404" /nothing.html; }
mixed() {
    FILES=$(seq -s, -f '/mixed/%g.js' 20) row "20 files with .br siblings" / "${lua[@]}" -H "Accept-Encoding: gzip, br"
}
closing() { row "connect, request, close" /1k.html -H "Connection: close"; }

latency() { # 256 connections, at about 70 % of what nginx can do
    load nginx /1k.html -c256
    local pause name
    pause=$(awk -v rate="$rate" 'BEGIN {printf "%d", 256 / (0.7 * rate) * 1000 + 0.5}')
    [ "$pause" -gt 0 ] || pause=1
    printf 'latency at 70 %% of the rate of nginx, 99 %%:'
    for name in $servers; do
        [ -n "${pids[$name]:-}" ] || continue
        DELAY=$pause load "$name" /1k.html -c256 "${lua[@]}"
        printf ' %s %.0f us (%.0f/s)' "$name" "$p99" "$rate"
    done
    echo
}

resident() { # NAME: KiB
    local sum=0 pid
    for pid in $(all_of "${pids[$1]}"); do
        sum=$((sum + $(awk '/VmRSS/ {print $2}' "/proc/$pid/status")))
    done
    echo $sum
}

idle() {
    start_all
    local name before after
    printf '10,000 idle connections, resident:'
    for name in $servers; do
        [ -n "${pids[$name]:-}" ] || continue
        before=$(resident "$name")
        coproc python3 "$here/httpd/idle.py" "${ports[$name]}" 10000
        local input=${COPROC[1]} output=${COPROC[0]} child=$COPROC_PID line
        read -r line <&"$output" || line=failed
        after=$(resident "$name")
        eval "exec $input>&-"
        wait "$child" 2>/dev/null || true
        printf ' %s %d KiB (%.2f KiB each)' "$name" "$after" \
            "$(awk -v a="$after" -v b="$before" 'BEGIN {print (a - b) / 10000}')"
        [ "$line" = ready ] || printf ' [%s]' "$line"
    done
    echo
}

calls() { # one connection: what a request costs when nothing is shared with others
    local name tracer pid
    for name in $servers; do
        [ -n "${pids[$name]:-}" ] || continue
        pid=$(all_of "${pids[$name]}" | tail -n 1)
        strace -f -c -o "$work/calls" -p "$pid" 2>/dev/null &
        tracer=$!
        sleep 0.5
        local requests
        requests=$(wrk -t1 -c1 -d1 "http://127.0.0.1:${ports[$name]}/1k.html" | awk '/requests in/ {print $1}')
        kill -INT $tracer
        wait $tracer 2>/dev/null || true
        awk -v n="$requests" -v name="$name" '$NF == "total" {printf "%s: %.2f system calls a request\n", name, $4 / n}' \
            "$work/calls"
    done
}

make_root
start_all
[ $# -gt 0 ] || set -- small logged medium large pipelined unchanged missing mixed closing latency idle calls
for one; do "$one"; done
