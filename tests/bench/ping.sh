#!/usr/bin/env bash
# ping.sh [ROW...]: ping++ beside fping and iputils' ping, in a network namespace of its own where every address of
# 10.0.0.0/8 answers, or in a simulated network. Rows: sweep named million targets scrape flood drift requests fates
# times names dead (all of them). Needs root (the first eight: or user namespaces), fping, strace; build first:
#     cmake --preset bench && cmake --build --preset bench && cmake --build --preset bench --target test_simulated
# RUNS=9 for more runs, USER_ID=65534 to measure as a user without rights.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/bench}
bin=$build/apps
if [ "${LIBNET_BENCH:-}" != inside ]; then
    export LIBNET_BENCH=inside
    namespaces="--net"
    [ "$(id -u)" -eq 0 ] || namespaces="--user --map-root-user --net"
    # shellcheck disable=SC2086
    exec unshare $namespaces bash "$0" "$@"
fi
ip link set lo up
ip route add local 10.0.0.0/8 dev lo
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range 2>/dev/null || echo "0 0" >/proc/sys/net/ipv4/ping_group_range
# shellcheck source=tests/bench/compare.sh
. "$here/compare.sh"

# ours OPTION...: ping++, as another user when asked
as_user=()
[ -z "${USER_ID:-}" ] || as_user=(setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups)
pingpp() { "${as_user[@]}" "$bin/ping++" "$@"; }

sweep_ours() { pingpp -q -c 1 --rate max 10.20.0.0/16; }
sweep_theirs() { fping -q -i 0 -r 0 -g 10.20.0.0/16; }
sweep() {
    compare "sweep of 65,534 hosts, beside fping" sweep_ours sweep_theirs
    pingpp -q -c 1 --rate max 10.20.0.0/16 | tail -n 3
    strace -f -c -o /tmp/ping-bench-strace.$$ "$bin/ping++" -q -c 1 --rate max 10.20.0.0/16 >/dev/null
    awk '/total$/ {printf "system calls a ping: %.4f\n", $4 / 65534}' /tmp/ping-bench-strace.$$
    rm -f /tmp/ping-bench-strace.$$
}

# The same work under the name fping: a sweep, and five probes to each of 5,000 hosts
named_sweep() { "${as_user[@]}" "$bin/ping++" --as fping -q -i 0 -r 1 -g 10.20.0.0/16; }
fping_sweep() { fping -q -i 0 -r 1 -g 10.20.0.0/16; }
named_count() { "${as_user[@]}" "$bin/ping++" --as fping -C 5 -q -i 0 -f "$work/named"; }
fping_count() { fping -C 5 -q -i 0 -f "$work/named"; }
named() {
    local i
    for ((i = 0; i < 5000; ++i)); do echo "10.2.$((i / 250)).$((i % 250 + 1))"; done >"$work/named"
    compare "as fping, sweep of 65,534 hosts" named_sweep fping_sweep
    compare "as fping, -C 5 -q to 5,000 hosts" named_count fping_count
}

# watched COMMAND...: sets `wall`, `cpu` (seconds), `peak` (KiB resident); its output ends in $out
out=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$out" "$work"' EXIT
watched() {
    local before now child
    before=$(date +%s.%N) peak=0 cpu=0
    "$@" >"$out" &
    child=$!
    while [ -e /proc/$child/status ]; do
        now=$(awk '/VmHWM/ {print $2}' /proc/$child/status 2>/dev/null || true)
        [ -z "$now" ] || peak=$now
        now=$(awk '{print ($14 + $15) / 100}' /proc/$child/stat 2>/dev/null || true)
        [ -z "$now" ] || cpu=$now
        sleep 0.05
    done
    wait $child
    wall=$(awk -v b="$before" -v a="$(date +%s.%N)" 'BEGIN {print a - b}')
}

million() {
    measured sweep_ours
    local one=$wall
    watched "${as_user[@]}" "$bin/ping++" -q -c 1 --rate max 10.32.0.0/12
    tail -n 3 "$out"
    awk -v one="$one" -v wall="$wall" -v rss="$peak" \
        'BEGIN {printf "1,048,574 hosts: %.2f s, %.1f times the sweep; at most %.1f MiB resident\n", wall, wall / one, rss / 1024}'
}

targets() { # 100,000 hosts every 2 s for a minute
    local i base
    for ((i = 0; i < 100000; ++i)); do echo "10.1$((i >> 16)).$((i >> 8 & 255)).$((i & 255))"; done |
        sed 's/^10.1\([01]\)/10.\1/; s/^10.0/10.2/' >"$work/hosts"
    watched "${as_user[@]}" "$bin/ping++" -q -c 10 -i 0.1 10.2.0.1
    base=$peak
    watched "${as_user[@]}" "$bin/ping++" -q --json -i 2 -c 30 --targets "$work/hosts"
    awk -v wall="$wall" -v cpu="$cpu" -v rss="$peak" -v base="$base" 'BEGIN {
        printf "100,000 hosts every 2 s: %.1f s, %.1f %% of a core, %.0f octets a host beside the %.1f MiB of one\n",
            wall, 100 * cpu / wall, (rss - base) * 1024 / 100000, base / 1024 }'
    grep -c '"event":"summary".*"sent":30,"received":30,"lost":0,"late":0,' "$out" | sed 's/$/ of them answered every time/'
    tail -n 1 "$out"
}

scrape() { # an exporter of 10,000 hosts, which is scraped six times, without gzip and with it
    local i how child
    for ((i = 0; i < 10000; ++i)); do echo "10.3.$((i / 250)).$((i % 250 + 1))"; done >"$work/hosts"
    for how in --no-compressed --compressed; do
        "${as_user[@]}" "$bin/ping++" --listen 9374 --targets "$work/hosts" 2>/dev/null &
        child=$!
        until curl -s -o /dev/null http://127.0.0.1:9374/-/ready; do sleep 0.02; done
        sleep 5
        for i in 1 2 3 4 5 6; do
            curl -s "$how" http://127.0.0.1:9374/metrics -o "$out"
            [ "$i" -ne 1 ] && [ "$i" -ne 6 ] || awk -v how="$how" -v i="$i" '/^libnet_ping_sched_lag_seconds\{/ {
                split($1, part, "\""); text = text sprintf(" %s: %.1f ms", part[2], $2 * 1000) }
                END { printf "scrape %d (%s): sched_lag quantiles%s\n", i, how, text }' "$out"
            sleep 0.5
        done
        kill $child
        wait $child || true
    done
}

flood_ours() { pingpp -q -f -c 100000 10.2.0.1; }
flood_theirs() { ping -q -f -c 100000 10.2.0.1; }
flood() {
    compare "flood of 100,000 to one host, beside ping" flood_ours flood_theirs
    flood_ours | tail -n 2
}

requests() {
    nft 'add table ip bench; add chain ip bench input { type filter hook input priority 0; }; add rule ip bench input ip daddr 10.77.0.1 drop'
    "${as_user[@]}" "$build/tests/bench/bench_ping_requests" 10.2.0.1 10.77.0.1
    nft delete table ip bench
}

simulated() { SCENARIOS=$here/../lab/scenarios NETSIM=$build/tests/lab/netsim/netsim "$build/tests/test_simulated" "$@"; }
fates() { simulated "[.many]" | tail -n 4; }

times() { # the difference between a round trip told and netsim's log
    printf 'path: [r1, r2, host]\nlink: {delay: 1ms}\nnodes: {host: {address: 10.9.0.1}}\n' >"$work/times.yaml"
    "$build/tests/lab/netsim/netsim" --log "$work/log" "$work/times.yaml" \
        "${as_user[@]}" "$bin/ping++" --json -i 0.003 -c 2000 10.9.0.1 >"$out"
    {
        sed -n 's/.*"event":"reply".*"seq":\([0-9]*\),.*"rtt_ms":\([0-9.]*\).*/told \1 \2/p' "$out"
        sed -n 's/.*"in_ns":\([0-9]*\),.*"out_ns":\([0-9]*\),.*"dport":\([0-9]*\),.*/true \3 \1 \2/p' "$work/log"
    } | awk '$1 == "told" {told[$2] = $3 * 1000} $1 == "true" && $2 in told {e = told[$2] - ($4 - $3) / 1000; print e < 0 ? -e : e}' |
        sort -g | awk '{e[NR] = $1} END {printf "times: %d round trips; off netsim'"'"'s log by: median %.1f us, 99 %% %.1f us, most %.1f us\n",
            NR, e[int(NR / 2) + 1], e[int(NR * 0.99) + 1], e[NR]}'
}

names() { # 1,000 names at a resolver of 50 ms
    local i
    {
        printf 'path: [[r1, dns], [r1, host]]\nnodes:\n  dns: {address: 10.0.53.1, udp: {53: dns}}\n'
        printf '  host: {address: 10.9.0.1, prefix: 10.20.0.0/16}\ndns:\n  delay: 50ms\n  names:\n'
        for ((i = 1; i <= 1000; ++i)); do printf '    h%d.example: {a: 10.20.%d.%d}\n' $i $((i / 250)) $((i % 250 + 1)); done
    } >"$work/names.yaml"
    for ((i = 1; i <= 1000; ++i)); do echo "h$i.example"; done >"$work/names"
    "$build/tests/lab/netsim/netsim" --log "$work/log" "$work/names.yaml" \
        "$bin/ping++" -4 -q -c 1 --targets "$work/names" >"$out"
    sed -n 's/.*"in_ns":\([0-9]*\),.*"to":"10\.20\..*/\1/p' "$work/log" | sort -n >"$work/probes"
    sed -n 's/.*"in_ns":\([0-9]*\).*/\1/p' "$work/log" | sort -n | head -n 1 >"$work/first"
    awk -v first="$(cat "$work/first")" '{t[NR] = ($1 - first) / 1e6} END {
        printf "names: %d probed; the first one %.0f ms after the first question, the last one %.0f ms\n", NR, t[1], t[NR]}' "$work/probes"
}

# Hosts of the local link that don't exist: nothing answers the kernel's questions for their link-layer addresses. They are
# beyond a cable, whose other end has no address.
dead_ours() { pingpp -q -c 1 --rate max -W 0.5 172.16.0.0/22 || true; }
dead_theirs() { fping -q -i 0 -r 0 -t 500 -g 172.16.0.0/22 || true; }
dead() {
    local i
    ip link add dead0 type veth peer name dead1
    ip link set dead0 up
    ip link set dead1 up
    ip address add 172.16.0.1/19 dev dead0
    compare "sweep of a dead /22 of the local link, beside fping" dead_ours dead_theirs
    {
        for ((i = 0; i < 5000; ++i)); do echo "172.16.$((i / 250)).$((i % 250 + 2))"; done
        for ((i = 1; i <= 10; ++i)); do echo "10.2.0.$i"; done
    } >"$work/dead"
    pingpp -q --json -c 10 -i 1 --targets "$work/dead" >"$out" || true
    grep -c '"event":"summary","target":"10.2.*"received":10,' "$out" | sed 's/$/ of 10 healthy hosts answered ten times beside 5,000 dead ones/'
    tail -n 1 "$out"
    ip link delete dead0
}

drift_of() { # NAME COMMAND...: 2,000 sends at 10 ms take 1,999 intervals
    local name=$1
    shift
    measured "$@"
    awk -v name="$name" -v wall="$wall" 'BEGIN {printf "%s: 2,000 sends at 10 ms in %.4f s, %+.2f ms\n", name, wall, (wall - 19.99) * 1000}'
}
drift() {
    drift_of ping++ pingpp -q -i 0.01 -c 2000 10.20.0.1
    drift_of ping ping -q -i 0.01 -c 2000 10.20.0.1
}

[ $# -gt 0 ] || set -- sweep named million targets scrape flood drift requests fates times names dead
for row; do "$row"; done
