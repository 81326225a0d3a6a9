#!/usr/bin/env bash
# ping.sh [ROW...]: ping++ beside fping and iputils' ping, in a network namespace of its own where every address of
# 10.0.0.0/8 answers. Rows: sweep million flood drift hundred_thousand calls (all of them). Needs root or user
# namespaces, fping, strace; build first: cmake --preset bench && cmake --build --preset bench
# RUNS=9 for more runs, USER_ID=65534 to measure as a user without rights.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${BIN:-$here/../../build/bench/apps}
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

million() {
    measured sweep_ours
    local one=$wall
    local before after
    before=$(date +%s.%N)
    pingpp -q -c 1 --rate max 10.32.0.0/12 >/tmp/ping-bench-out.$$ &
    local child=$! peak=0
    while [ -e /proc/$child/status ]; do
        now=$(awk '/VmHWM/ {print $2}' /proc/$child/status 2>/dev/null || true)
        [ -z "$now" ] || peak=$now
        sleep 0.05
    done
    wait $child
    after=$(date +%s.%N)
    tail -n 3 /tmp/ping-bench-out.$$
    rm -f /tmp/ping-bench-out.$$
    awk -v one="$one" -v b="$before" -v a="$after" -v rss="$peak" \
        'BEGIN {printf "1,048,574 hosts: %.2f s, %.1f times the sweep; at most %.1f MiB resident\n", a - b, (a - b) / one, rss / 1024}'
}

flood_ours() { pingpp -q -f -c 100000 10.20.0.1; }
flood_theirs() { ping -q -f -c 100000 10.20.0.1; }
flood() { compare "flood of 100,000, beside ping -f" flood_ours flood_theirs; }

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

hundred_thousand() {
    seq 0 99999 | awk '{printf "10.%d.%d.%d\n", 64 + int($1 / 65536), int($1 / 256) % 256, $1 % 256}' >/tmp/ping-bench-targets.$$
    chmod a+r /tmp/ping-bench-targets.$$
    pingpp -n -q -i 2 -c 30 --targets /tmp/ping-bench-targets.$$ --json >/tmp/ping-bench-out.$$ &
    local child=$! peak=0 ticks=0
    while [ -e /proc/$child/stat ]; do
        now=$(awk '/VmHWM/ {print $2}' /proc/$child/status 2>/dev/null || true)
        [ -z "$now" ] || peak=$now
        now=$(awk '{print $14 + $15}' /proc/$child/stat 2>/dev/null || true)
        [ -z "$now" ] || ticks=$now
        sleep 0.5
    done
    wait $child
    tail -n 1 /tmp/ping-bench-out.$$
    awk -v t="$ticks" -v rss="$peak" 'BEGIN {printf "100,000 targets every 2 s for 60 s: %.1f s of CPU, %.0f octets resident a target\n", t / 100, rss * 1024 / 100000}'
    rm -f /tmp/ping-bench-targets.$$ /tmp/ping-bench-out.$$
}

calls() { "${as_user[@]}" "$bin/../tests/bench/bench_ping_calls"; }

[ $# -gt 0 ] || set -- sweep million flood drift hundred_thousand calls
for row; do "$row"; done
