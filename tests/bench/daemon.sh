#!/usr/bin/env bash
# daemon.sh [ROW...]: what it costs to run httpd++ and proxy++ as daemons, a line for each row. Rows: start size memory log
# scrape stalled reload upgrade drain descriptors (all of them).
#
# The programs are those of a release build (BIN, default build/release/apps), on one core, and wrk on the other. Needs Debian's
# wrk and python3. RUNS=5 and SECONDS_EACH=2 are the defaults for measurements by turns.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${BIN:-$here/../../build/release/apps}
runs=${RUNS:-5}
each=${SECONDS_EACH:-2}
server_core=${SERVER_CORE:-0}
client_core=${CLIENT_CORE:-1}
work=$(mktemp -d)
pids=()
httpd_port=18931
proxy_port=18932
admin_port=18933
ulimit -n 65536 2>/dev/null || true

stop_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    pids=()
}
trap 'stop_all; rm -rf "$work"' EXIT

mkdir -p "$work/www"
head -c 768 /dev/urandom | base64 -w 0 >"$work/www/1k.html"

# start NAME OPTION...: a daemon on the servers' core; returns when it serves. Its process is $last.
start() {
    local name=$1
    shift
    # shellcheck disable=SC2024
    taskset -c "$server_core" "$bin/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" &
    last=$!
    pids+=("$last")
    until grep -q ' on ' "$work/$name.err"; do
        kill -0 "$last" 2>/dev/null || { cat "$work/$name.err"; exit 1; }
        sleep 0.02
    done
}
httpd() { start httpd++ --bind 127.0.0.1 --port "$httpd_port" --threads 1 "$@" "$work/www"; }
proxy() { start proxy++ --bind 127.0.0.1 --port "$proxy_port" --threads 1 --allow-private --connect-port all "$@"; }

# The processor time of a process so far, in microseconds (schedstat counts nanoseconds of its threads).
cpu_of() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%d", sum / 1000 }'; }

# load SECONDS [PORT]: requests by wrk; prints how many were answered.
load() {
    taskset -c "$client_core" wrk -t1 -c32 -d"$1"s "http://127.0.0.1:${2:-$httpd_port}/1k.html" >"$work/wrk.out"
    awk '/requests in/ { print $1 }' "$work/wrk.out"
}

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.3f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# cost PID: microseconds of processor time for a request.
cost() {
    local before after requests
    before=$(cpu_of "$1")
    requests=$(load "$each")
    after=$(cpu_of "$1")
    awk -v t=$((after - before)) -v n="$requests" 'BEGIN { print t / n }'
}

# by_turns WORDS OPTIONS OTHER_OPTIONS: the cost of a request with either, in turns, so that both see the same machine.
by_turns() {
    local words=$1 a b
    : >"$work/a"; : >"$work/b"
    for _ in $(seq "$runs"); do
        # shellcheck disable=SC2086
        httpd $2; cost "$last" >>"$work/a"; stop_all
        # shellcheck disable=SC2086
        httpd $3; ${beside:-true} "$last"; cost "$last" >>"$work/b"; stop_all
    done
    a=$(median <"$work/a"); b=$(median <"$work/b")
    awk -v a="$a" -v b="$b" -v words="$words" 'BEGIN { printf "%s: %.2f us a request, without %.2f us: %+.1f %%\n", words, b, a, (b / a - 1) * 100 }'
}

row_log() { by_turns "access log in a file" "--access-log none" "--access-log $work/access.log"; rm -f "$work/access.log"; }

scraper() {
    (while kill -0 "$1" 2>/dev/null; do
        taskset -c "$client_core" curl -s -o /dev/null "http://127.0.0.1:$admin_port/metrics" || true; sleep 1
    done) &
}
# First what a scrape costs, of a server that has nothing else to do, by a client that keeps its connection and takes gzip, as
# Prometheus does: that of one a second is a part of a core. Then the same as the other rows, which is as exact as the machine is
# quiet.
row_scrape() {
    local before after scrapes=500
    httpd --access-log none --admin "127.0.0.1:$admin_port"
    load 1 >/dev/null
    before=$(cpu_of "$last")
    taskset -c "$client_core" curl -s -H 'Accept-Encoding: gzip' -o /dev/null "http://127.0.0.1:$admin_port/metrics?[1-$scrapes]"
    after=$(cpu_of "$last")
    awk -v t=$((after - before)) -v n="$scrapes" 'BEGIN { printf "a scrape: %.0f us, %.3f %% of a core, once a second\n", t / n, t / n / 1e4 }'
    stop_all
    beside=scraper by_turns "metrics scraped once a second" "--access-log none --admin 127.0.0.1:$admin_port" \
        "--access-log none --admin 127.0.0.1:$admin_port"
}

# From exec to the first connection that is accepted.
row_start() {
    python3 - "$bin" "$work/www" <<'PY'
import os, socket, subprocess, sys, time
for name, more in (("httpd++", [sys.argv[2]]), ("proxy++", [])):
    times = []
    for i in range(21):
        s = socket.socket(); s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]; s.close()
        begun = time.perf_counter()
        p = subprocess.Popen([sys.argv[1] + "/" + name, "--bind", "127.0.0.1", "--port", str(port), "--access-log", "none", *more],
                             stderr=subprocess.DEVNULL)
        while True:
            c = socket.socket()
            try:
                c.connect(("127.0.0.1", port)); break
            except OSError:
                c.close()
        times.append(time.perf_counter() - begun)
        c.close(); p.terminate(); p.wait()
    times.sort()
    print("%s from exec to listening: median %.1f ms, most %.1f ms" % (name, times[10] * 1e3, times[-1] * 1e3))
PY
}

row_size() {
    local name
    for name in httpd++ proxy++; do
        cp "$bin/$name" "$work/stripped"
        strip "$work/stripped"
        awk -v n="$name" -v s="$(stat -c %s "$work/stripped")" 'BEGIN { printf "%s stripped: %.2f MB\n", n, s / 1e6 }'
    done
}

row_memory() {
    local threads rss name
    for name in httpd++ proxy++; do
        for threads in 1 4; do
            start "$name" --bind 127.0.0.1 --port "$httpd_port" --access-log none --threads "$threads"
            sleep 0.3
            rss=$(awk '/VmRSS/ { print $2 }' /proc/"$last"/status)
            awk -v n="$name" -v t="$threads" -v r="$rss" 'BEGIN { printf "%s with %d threads, idle: %.1f MiB, %.1f a thread\n", n, t, r / 1024, r / 1024 / t }'
            stop_all
        done
    done
}

# A FIFO that is not read for 10 s: requests go on, and what was lost is counted.
row_stalled() {
    mkfifo "$work/fifo"
    exec 3<>"$work/fifo"
    httpd --access-log "$work/fifo" --admin "127.0.0.1:$admin_port"
    local requests dropped
    requests=$(load 10)
    dropped=$(curl -s "http://127.0.0.1:$admin_port/metrics" | awk '/lines_dropped_total|lines_dropped / && !/^#/ { print $2 }' | head -1)
    grep -E 'Socket errors|Non-2xx' "$work/wrk.out" || true
    echo "log stalled for 10 s: $requests requests answered, $dropped lines counted as lost"
    stop_all
    exec 3>&-
    rm "$work/fifo"
}

for_each_row() {
    local row
    for row in "$@"; do "row_$row"; done
}

row_reload() { python3 "$here/daemon_life.py" "$bin" reload; }
row_upgrade() { python3 "$here/daemon_life.py" "$bin" upgrade; }
row_drain() { python3 "$here/daemon_life.py" "$bin" drain; }
row_descriptors() { python3 "$here/daemon_life.py" "$bin" descriptors; }

if [ $# -eq 0 ]; then set -- start size memory log scrape stalled reload upgrade drain descriptors; fi
for_each_row "$@"
