#!/usr/bin/env bash
# httpd.sh [ROW...]: httpd++ beside nginx, lighttpd, h2o and Caddy, one worker each, by turns. The servers run on one
# core, wrk on the other. What counts is the CPU time of a request (from /proc), as a part of nginx's.
# Rows: small logged medium large pipelined unchanged missing mixed tls closing latency idle calls allocations slow floor
# (all of them). `floor` is what is left to gain: bare_loop.cpp, which parses nothing, in the place of a server.
#
# Build first: cmake --preset bench && cmake --build --preset bench. Needs Debian's wrk, python3, strace, openssl and
# slowhttptest, and those of nginx-light, libnginx-mod-http-brotli-static, lighttpd, lighttpd-mod-openssl, h2o and caddy
# that are to be compared; their configurations are in httpd/. RUNS=5, SECONDS_EACH=2 and SLOW_SECONDS=20 are the
# defaults, SERVERS="nginx httpd++" for fewer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
httpd=${HTTPD:-$here/../../build/bench/apps/httpd++}
runs=${RUNS:-5}
each=${SECONDS_EACH:-2}
slow_seconds=${SLOW_SECONDS:-20}
server_core=${SERVER_CORE:-0}
client_core=${CLIENT_CORE:-1}
servers=${SERVERS:-nginx lighttpd h2o caddy httpd++}
work=$(mktemp -d)
chmod 755 "$work" # the workers run as another user
root=$work/www
ulimit -n 65536 2>/dev/null || true
declare -A pids ports
logging=off
tls=off
scheme=http
unit=request
paced_client=${PACED_CLIENT:-$here/../../build/bench/tests/bench/bench_paced_client}
bare_loop=${BARE_LOOP:-$here/../../build/bench/tests/bench/bench_bare_loop}

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
    head -c 16384 /dev/urandom >"$root/16k.bin"
    head -c 65536 /dev/urandom >"$root/64k.bin"
    head -c 104857600 /dev/urandom >"$root/100m.bin"
    local size=500 i
    for i in $(seq 20); do
        head -c "$size" /dev/urandom | base64 >"$root/mixed/$i.js"
        head -c $((size / 2)) /dev/urandom >"$root/mixed/$i.js.br"
        size=$((size * 13 / 10))
    done
}

# One certificate for all servers; and a client that speaks TLS 1.3 with AES-128-GCM only, so that all servers do.
make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
    chmod 644 "$work/key.pem" # h2o reads it as another user
    printf '%s\n' 'openssl_conf = all' '[all]' 'ssl_conf = ssl' '[ssl]' 'system_default = client' '[client]' \
        'MinProtocol = TLSv1.3' 'Ciphersuites = TLS_AES_128_GCM_SHA256' >"$work/client.cnf"
}

# configure NAME PORT: fills in what the server's configuration leaves open
configure() {
    local log_nginx=off lighttpd_module='' log_lighttpd='' log_h2o='' log_caddy=''
    local tls_nginx='' tls_certificate='' tls_lighttpd='' tls_h2o='' tls_caddy=''
    if [ $tls = on ]; then
        tls_nginx=ssl
        tls_certificate="ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
        lighttpd_module='"mod_openssl"'
        tls_lighttpd="ssl.engine = \"enable\"\\nssl.pemfile = \"$work/cert.pem\"\\nssl.privkey = \"$work/key.pem\""
        tls_h2o="ssl: {certificate-file: $work/cert.pem, key-file: $work/key.pem}"
        tls_caddy="tls $work/cert.pem $work/key.pem"
    fi
    if [ $logging = on ]; then
        log_nginx="$work/nginx.log combined buffer=32k flush=1s"
        lighttpd_module='"mod_accesslog"'
        log_lighttpd="accesslog.filename = \"$work/lighttpd.log\""
        log_h2o="access-log: $work/h2o.log"
        log_caddy="log {\\n\t\toutput file $work/caddy.log\\n\t}"
    fi
    sed -e "s|@PORT@|$2|g; s|@ROOT@|$root|g; s|@WORK@|$work|g; s|@LOG_NGINX@|$log_nginx|" \
        -e "s|@LOG_LIGHTTPD_MODULE@|$lighttpd_module|; s|@LOG_LIGHTTPD@|$log_lighttpd|; s|@LOG_H2O@|$log_h2o|" \
        -e "s|@LOG_CADDY@|$log_caddy|; s|@TLS_NGINX@|$tls_nginx|; s|@TLS_CERTIFICATE@|$tls_certificate|" \
        -e "s|@TLS_LIGHTTPD@|$tls_lighttpd|; s|@TLS_H2O@|$tls_h2o|; s|@TLS_CADDY@|$tls_caddy|; s|@SCHEME@|$scheme|" \
        "$here/httpd/$1.conf" >"$work/$1.conf"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start() { # NAME
    local name=$1 port
    port=$(free_port)
    case $name in httpd++ | bare) ;; *) configure "$name" "$port" ;; esac
    local on=(taskset -c "$server_core")
    case $name in
        nginx) "${on[@]}" nginx -c "$work/nginx.conf" 2>/dev/null & ;;
        lighttpd) "${on[@]}" lighttpd -D -f "$work/lighttpd.conf" 2>/dev/null & ;;
        h2o) "${on[@]}" h2o -c "$work/h2o.conf" >/dev/null 2>&1 & ;;
        caddy) GOMAXPROCS=1 HOME=$work "${on[@]}" caddy run --adapter caddyfile --config "$work/caddy.conf" 2>/dev/null & ;;
        bare) "${on[@]}" "$bare_loop" "$port" "$bare_status" "$bare_size" & ;;
        httpd++)
            local options=(--bind 127.0.0.1 --port "$port" --idle-timeout 600)
            if [ $logging = on ]; then options+=(--access-log "$work/httpd.log"); else options+=(--access-log none); fi
            [ $tls = off ] || options+=(--tls-cert "$work/cert.pem" --tls-key "$work/key.pem")
            "${on[@]}" "$httpd" "${options[@]}" "$root" 2>/dev/null & ;;
    esac
    pids[$name]=$! ports[$name]=$port
    local i
    for i in $(seq 50); do
        ! curl -sk -o /dev/null "$scheme://127.0.0.1:$port/1k.html" || return 0
        sleep 0.1
    done
    echo "$name doesn't start" >&2
    unset "pids[$name]"
}

start_all() {
    stop_all
    local name
    for name in $servers; do
        if command -v "$name" >/dev/null || [ "$name" = httpd++ ] || [ "$name" = bare ]; then start "$name"; fi
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

url() { echo "$scheme://127.0.0.1:${ports[$1]}$2"; } # NAME PATH

# check_answers PATH OPTION...: says which server doesn't answer as the first one does. Of wrk's options the fields count.
check_answers() {
    local path=$1 name answer first=
    local -a fields=()
    shift
    while [ $# -gt 0 ]; do
        [ "$1" != -H ] || fields+=(-H "$2")
        shift
    done
    for name in $servers; do
        [ -n "${pids[$name]:-}" ] || continue
        answer=$(curl -sk -o /dev/null -w '%{http_code}, %{size_download} octets' "${fields[@]}" "$(url "$name" "$path")")
        case $answer in 404,*) answer=404 ;; esac # each has its own page
        [ -n "$first" ] || first=$answer
        [ "$answer" = "$first" ] || echo "$path: $name answers with $answer, the first server with $first" >&2
    done
}

# load NAME PATH WRK-OPTION...: sets `cost`, microseconds of CPU a request (of 100 MiB, where `unit` says so), and `rate`
load() {
    local name=$1 path=$2 before out
    shift 2
    before=$(ticks "$name")
    out=$(taskset -c "$client_core" wrk -t1 -c64 -d "$each" "$@" "$(url "$name" "$path")")
    cost=$(echo "$out" | awk -v t=$(($(ticks "$name") - before)) -v hz="$(getconf CLK_TCK)" -v unit="$unit" \
        '/requests in/ {
            read = $(NF - 1)
            mib = read ~ /GB/ ? read * 1024 : read ~ /MB/ ? read + 0 : read / 1024
            print t / hz * 1e6 / (unit == "request" ? $1 : mib / 100)
        }')
    rate=$(echo "$out" | awk '/Requests\/sec/ {print $2}')
}

# row TITLE PATH WRK-OPTION...: the cost for every server, by turns
row() {
    local title=$1 path=$2 name i
    shift 2
    declare -A costs=()
    check_answers "$path" "$@"
    for name in "${!pids[@]}"; do each=1 load "$name" "$path" "$@"; done # to warm up
    for ((i = 0; i < runs; ++i)); do
        for name in $servers; do
            [ -n "${pids[$name]:-}" ] || continue
            load "$name" "$path" "$@"
            costs[$name]+=" $cost"
        done
    done
    medians "$title" us costs
}

lua=(-s "$here/httpd/requests.lua")
small() { row "1 KiB, keep-alive" /1k.html; }
logged() { logging=on; start_all; row "1 KiB with access logs" /1k.html; logging=off; start_all; }
medium() { row "64 KiB" /64k.bin; }
large() { unit=100MiB row "100 MiB" /100m.bin -c4; } # most are under way when the time is up: their octets count
pipelined() { PIPELINE=16 row "1 KiB, 16 pipelined" /1k.html "${lua[@]}"; }
unchanged() { row "304" /1k.html -H "If-Modified-Since: $(date -R -u -r "$root/1k.html" | sed 's/+0000/GMT/')"; }
missing() { row "404" /nothing.html; }
mixed() {
    FILES=$(seq -s, -f '/mixed/%g.js' 20) row "20 files with .br siblings" /mixed/20.js "${lua[@]}" -H "Accept-Encoding: gzip, br"
}
closing() { row "connect, request, close" /1k.html -H "Connection: close"; }

secure() { # so that one row or another is made over TLS
    tls=on scheme=https
    start_all
    OPENSSL_CONF=$work/client.cnf "$@"
    tls=off scheme=http
    start_all
}
tls() { secure row "TLS 1.3 with AES-128-GCM, 16 KiB" /16k.bin; }

floor() { # what the kernel and wrk cost, whatever a server does
    local servers="nginx bare" bare_status bare_size
    floor_of "200 OK" 1024
    small
    closing
    floor_of "304 Not Modified" 0
    unchanged
    floor_of "404 Not Found" 200
    missing
}

floor_of() { # STATUS SIZE
    bare_status=$1 bare_size=$2
    start_all
}

# paced NAME CONNECTIONS RATE SECONDS: requests at random moments, by paced_client.cpp; sets `p50`, `p99`, `failed`, `paced_rate`
paced() {
    local out first=()
    [ -z "${CLIENT_FIRST:-}" ] || first=(chrt -f 1)
    out=$("${first[@]}" taskset -c "$client_core" "$paced_client" "${ports[$1]}" /1k.html "$2" "$3" "$4")
    read -r _ _ _ failed _ paced_rate _ p50 _ p99 _ <<<"$out"
}

# medians TITLE UNIT VALUES-BY-SERVER: prints them, and their parts of the first
medians() {
    local -n of=$3
    local name value base=
    printf '%s:' "$1"
    for name in $servers; do
        [ -n "${of[$name]:-}" ] || continue
        # shellcheck disable=SC2086 # a list of numbers
        value=$(median ${of[$name]})
        [ -n "$base" ] || base=$value
        printf ' %s %.2f %s' "$name" "$value" "$2"
        awk -v v="$value" -v b="$base" 'BEGIN {printf " (%.2f)", v / b}'
    done
    echo
}

latency() { # at 70 % of what nginx can do
    local name i target
    local -A halves=() tails=()
    start_all
    load nginx /1k.html
    target=$(awk -v rate="$rate" 'BEGIN {print 0.7 * rate}')
    for ((i = 0; i < runs; ++i)); do
        for name in $servers; do
            [ -n "${pids[$name]:-}" ] || continue
            paced "$name" 64 "$target" "$each"
            halves[$name]+=" $p50" tails[$name]+=" $p99"
            [ "$failed" = 0 ] || echo "$name: $failed requests failed" >&2
        done
    done
    medians "latency at $target requests a second, 50 %" us halves
    medians "latency at $target requests a second, 99 %" us tails
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

allocations() { # of ours: the library counts them in a program of its own
    local counter
    counter=$(dirname "$httpd")/../tests/bench/bench_httpd_allocations
    taskset -c "$server_core" "$counter"
}

# attack NAME TITLE PATH OPTION...: 5,000 slow clients beside 1,000 good requests a second on 16 connections. The good
# client shares a core with the attacker, and comes first there: else it would measure that.
attack() {
    local name=$1 title=$2 path=$3 attacker alone open
    shift 3
    CLIENT_FIRST=yes paced "$name" 16 1000 "$slow_seconds"
    alone=$p99
    taskset -c "$client_core" slowhttptest -c 5000 -r 2000 -l $((slow_seconds + 15)) -p 10 -u "$(url "$name" "$path")" "$@" \
        >"$work/slow.log" 2>&1 &
    attacker=$!
    sleep 5
    open=$(ss -Htn state established "sport = :${ports[$name]}" | wc -l)
    CLIENT_FIRST=yes paced "$name" 16 1000 "$slow_seconds"
    kill -INT $attacker 2>/dev/null || true
    wait $attacker 2>/dev/null || true
    printf '%s, %s: %s of the good requests failed (%.0f/s), 99 %% %.0f us, alone %.0f us (%.2f); %d connections\n' \
        "$title" "$name" "$failed" "$paced_rate" "$p99" "$alone" "$(awk -v a="$p99" -v b="$alone" 'BEGIN {print a / b}')" "$open"
}

slow_heads() { attack "$1" "5,000 slow heads" /1k.html -H -i 5 -x 24; }
slow_bodies() { attack "$1" "5,000 slow bodies" /1k.html -B -i 5 -s 8192 -x 10; }
ranges() { attack "$1" "5,000 range attacks" /64k.bin -R -a 10 -b 3000; }
slow_readers() { attack "$1" "5,000 slow readers" /64k.bin -X -w 512 -y 1024 -n 5 -z 32 -k 3; }

slow() { # SLOW="slow_readers ranges" for fewer
    local name mode
    for mode in ${SLOW:-slow_heads slow_bodies ranges slow_readers}; do
        start_all # what one attack has left doesn't burden the next
        for name in $servers; do [ -z "${pids[$name]:-}" ] || "$mode" "$name"; done
    done
}

make_root
make_certificate
start_all
[ $# -gt 0 ] ||
    set -- small logged medium large pipelined unchanged missing mixed tls closing latency idle calls allocations slow floor
for one; do "$one"; done
