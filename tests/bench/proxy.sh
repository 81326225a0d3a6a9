#!/usr/bin/env bash
# proxy.sh [ROW...]: proxy++ beside Squid, tinyproxy and HAProxy, one worker each, by turns. The proxies run on one core, the load
# and the origin on the other. What counts is the CPU time of a request, an exchange or a gigabyte (from /proc).
# Rows: requests bulk exchange connect latency idle growth (all of them). HAProxy knows its origin and is never asked: a reverse
# proxy for `requests`, a relay of octets for the others. So does the yardstick of `bulk`, a bare loop around splice(2).
#
# Build first: cmake --preset bench && cmake --build --preset bench. Needs Debian's wrk, curl and nginx-light, and those of
# squid, tinyproxy and haproxy that are to be compared. RUNS=5, SECONDS_EACH=2 and PROXIES="proxy++ squid" change what is done.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/bench}
client=$build/tests/bench/bench_tunnel_client
runs=${RUNS:-5}
each=${SECONDS_EACH:-2}
proxies=${PROXIES:-proxy++ squid tinyproxy haproxy}
proxy_core=${PROXY_CORE:-0}
load_core=${LOAD_CORE:-1}
origin=18961 echo_port=18962 port=18963
work=$(mktemp -d)
chmod 755 "$work"
running=()
ulimit -n 65536 2>/dev/null || true
stop() {
    local pid
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
    running=()
}
trap 'stop; kill "$nginx" 2>/dev/null || true; rm -rf "$work"' EXIT
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

mkdir "$work/www"
head -c 768 /dev/urandom | base64 -w 0 >"$work/www/1k.html"
truncate -s 1G "$work/www/1g.bin"
cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log /dev/null; user root;
events { worker_connections 20000; }
http { access_log off; sendfile on; keepalive_requests 100000000; client_max_body_size 0;
    server { listen 127.0.0.1:$origin; root $work/www; location /up { return 200; } } }
CONF
taskset -c "$load_core" nginx -c "$work/nginx.conf" &
nginx=$!
cat >"$work/squid.conf" <<CONF
http_port 127.0.0.1:$port
http_access allow all
cache deny all
cache_mem 0 MB
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
shutdown_lifetime 0 seconds
max_filedescriptors 65536
pinger_enable off
CONF
cat >"$work/tinyproxy.conf" <<CONF
Port $port
Listen 127.0.0.1
Timeout 600
MaxClients 20000
LogLevel Critical
LogFile "/dev/null"
CONF
cat >"$work/haproxy.conf" <<CONF
global
    nbthread 1
    maxconn 6000
defaults
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option splice-auto
listen relay
    maxconn 6000
    mode "\${MODE}"
    bind 127.0.0.1:$port
    server origin "127.0.0.1:\${ORIGIN}"
CONF

# start PROXY MODE ORIGIN: MODE (http or tcp) and ORIGIN are for HAProxy.
start() {
    local command=()
    case $1 in
        proxy++) command=("$build/apps/proxy++" --bind 127.0.0.1 --port $port --threads 1 --allow-private --connect-port all
            --access-log none --max-connections 20000) ;;
        squid) command=(squid -N -f "$work/squid.conf") ;;
        tinyproxy) command=(tinyproxy -d -c "$work/tinyproxy.conf") ;;
        bare) command=("$build/tests/bench/bench_bare_relay" $port $origin) ;;
        haproxy) command=(env MODE="$2" ORIGIN="$3" haproxy -db -f "$work/haproxy.conf") ;;
    esac
    taskset -c "$proxy_core" "${command[@]}" >"$work/said" 2>&1 &
    running+=($!)
    last=$!
    for _ in $(seq 200); do
        ! (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null || return 0
        kill -0 $last 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/said" >&2
    exit 1
}
# Microseconds, also of the threads that have ended: tinyproxy has one for each connection.
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.0f", ($12 + $13) * 1e6 / tick }' "/proc/$last/stat"; }
memory() { awk '/VmRSS/ { print $2 }' "/proc/$last/status"; } # KiB
on_load() { taskset -c "$load_core" "$@"; }

# row WORDS UNIT MODE ORIGIN FUNCTION: by turns; FUNCTION prints how many units there were.
row() {
    local words=$1 unit=$2 mode=$3 to=$4 what=$5 name before count
    rm -f "$work"/cost.*
    for _ in $(seq "$runs"); do
        for name in $proxies; do
            start "$name" "$mode" "$to"
            asked=1
            case $name in haproxy | bare) asked=0 ;; esac
            before=$(cpu)
            count=$($what)
            awk -v t=$(($(cpu) - before)) -v n="$count" 'BEGIN { print t / n }' >>"$work/cost.$name"
            stop
        done
    done
    echo "$words:"
    for name in $proxies; do
        awk -v name="$name" -v unit="$unit" -v ours="$(median <"$work/cost.proxy++")" \
            '{ printf "  %-10s %10.2f us of CPU for each %s, proxy++ %.2f of it\n", name, $1, unit, ours / $1 }' <(median <"$work/cost.$name")
    done
}
exchange_load() { tunnels exchange 64; }
connect_load() { tunnels connect 8; }
# tunnels MODE COUNT: HAProxy relays to the echo server.
tunnels() {
    if [ $asked -eq 1 ]; then on_load "$client" "$1" $port "$2" "$each"
    else DIRECT=$echo_port on_load "$client" "$1" $port "$2" "$each"; fi | awk '{ print $1 }'
}
cat >"$work/absolute.lua" <<LUA
request = function() return wrk.format("GET", "http://127.0.0.1:$origin/1k.html") end
LUA
request_load() {
    local script=(-s "$work/absolute.lua")
    [ $asked -eq 1 ] || script=()
    on_load wrk -t1 -c32 -d"$each"s "${script[@]}" "http://127.0.0.1:$port/1k.html" | awk '/requests in/ { print $1 }'
}
bulk_load() {
    local way=(--proxy "http://127.0.0.1:$port" --proxytunnel)
    [ $asked -eq 1 ] || way=()
    local to=$origin
    [ $asked -eq 1 ] || to=$port
    on_load curl -sS --noproxy "" -o /dev/null "${way[@]}" "http://127.0.0.1:$to/1g.bin"
    echo 1
}

row_requests() { row "1 KiB, kept connections, 32 clients" request http $origin request_load; }
row_bulk() { proxies="$proxies bare" row "a tunnel's gigabyte" GiB tcp $origin bulk_load; }
row_exchange() { row "512 octets there and back, 64 tunnels" exchange tcp $echo_port exchange_load; }
row_connect() { row "CONNECT, an exchange, close" tunnel tcp $echo_port connect_load; }
row_latency() {
    local name
    for name in $proxies; do
        start "$name" tcp $echo_port
        if [ "$name" = haproxy ]; then DIRECT=$echo_port on_load "$client" latency $port 1 "$each"
        else on_load "$client" latency $port 1 "$each"; fi |
            awk -v name="$name" '{ printf "%-10s an exchange over a tunnel: median %.1f us, 99 %% %.1f us\n", name, $2, $3 }'
        stop
    done
}
# Memory of 2,000 tunnels, of as many clients that have asked once, and of as many that say nothing; and what is kept of it.
row_idle() {
    local name kind
    for name in $proxies; do
        for kind in tunnel asked silent; do
            start "$name" tcp $echo_port
            if [ "$name" = haproxy ] && [ $kind != tunnel ]; then stop; continue; fi
            python3 "$here/proxy_idle.py" $kind "$name" "$last" $port $origin
            stop
        done
    done
}
# Resident memory before and after 4 GiB in either direction.
row_growth() {
    local before i
    start proxy++ http $origin
    curl -sS --noproxy "" --proxy "http://127.0.0.1:$port" -o /dev/null "http://127.0.0.1:$origin/1k.html"
    before=$(memory)
    for i in 1 2 3 4; do curl -sS --noproxy "" --proxy "http://127.0.0.1:$port" -o /dev/null "http://127.0.0.1:$origin/1g.bin"; done
    for i in 1 2 3 4; do curl -sS --noproxy "" --proxy "http://127.0.0.1:$port" -o /dev/null -T "$work/www/1g.bin" "http://127.0.0.1:$origin/up"; done
    echo "4 GiB down and 4 GiB up: $before KiB resident before, $(memory) KiB after"
    stop
}

[ $# -gt 0 ] || set -- requests bulk exchange connect latency idle growth
for each_row; do "row_$each_row"; done
