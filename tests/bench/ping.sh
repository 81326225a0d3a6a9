#!/usr/bin/env bash
# ping.sh [ROW...]: ping++ beside fping and iputils' ping, in a network namespace of its own where every address of
# 10.0.0.0/8 answers. Rows: sweep million drift (all of them). Needs root or user namespaces, fping, strace; build
# first: cmake --preset bench && cmake --build --preset bench
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
    "${as_user[@]}" "$bin/ping++" -q -c 1 --rate max 10.32.0.0/12 >/tmp/ping-bench-out.$$ &
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

[ $# -gt 0 ] || set -- sweep million drift
for row; do "$row"; done
