#!/usr/bin/env bash
# trace.sh [ROW...]: what trace++ is measured by, in simulated networks, beside traceroute, mtr and scamper where they can do
# the same. Rows: twenty one printed many limited changes unprivileged forged times mtu (all of them). Needs root; build
# first: cmake --preset bench && cmake --build --preset bench --target trace++ netsim test_engine
# BIN, NETSIM and TEST_ENGINE name other programs than those of build/bench.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/bench}
trace=${BIN:-$build/apps}/trace++
netsim=${NETSIM:-$build/tests/lab/netsim/netsim}
engine=${TEST_ENGINE:-$build/tests/test_engine}
scenarios=$here/../lab/scenarios
figures=$here/trace/figures.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# in_network SCENARIO COMMAND...: sets `probes` (that netsim read), and `wall` where the command writes it to $WALL, in
# nanoseconds; the output is in $work/out
in_network() {
    WALL=$work/wall "$netsim" --log "$work/log" "$@" >"$work/out" 2>"$work/err" || true
    wall=$(awk '{print $1 / 1e9}' "$work/wall" 2>/dev/null || echo 0)
    probes=$(grep -c '"in_ns"' "$work/log" || true)
}
# timed SCENARIO COMMAND...
timed() {
    local scenario=$1
    shift
    in_network "$scenario" bash -c 'before=$(date +%s%N); "$@"; echo $(($(date +%s%N) - before)) >"$WALL"' - "$@"
}
row() { printf '%-34s %6.2f s %5d probes\n' "$1" "$wall" "$probes"; }

twenty() {
    local s=$scenarios/twenty_hops.yaml
    timed "$s" "$trace" -n 10.9.0.1 && row "trace++"
    timed "$s" "$trace" -n -I 10.9.0.1 && row "trace++ -I"
    timed "$s" traceroute -n 10.9.0.1 && row "traceroute"
    timed "$s" mtr -n -r -c 3 10.9.0.1 && row "mtr -r -c 3"
    timed "$s" scamper -i 10.9.0.1 -c trace && row "scamper trace"
}
one() {
    timed "$scenarios/twenty_hops.yaml" "$trace" -n -q 1 10.9.0.1 && row "trace++ -q 1"
    timed "$scenarios/twenty_hops.yaml" traceroute -n -q 1 10.9.0.1 && row "traceroute -q 1"
}
printed() {
    echo 'path: [r1, r2, r3, r4, r5, r6, r7, r8, r9, host]
link: {delay: 5ms}
nodes: {host: {address: 10.9.0.1}}' >"$work/ten.yaml"
    mkfifo "$work/lines"
    in_network "$work/ten.yaml" sh -c 'python3 "$2" stamp "$3" <"$4" & exec 3>"$4"; sleep 1; "$1" -n 10.9.0.1 >&3
        exec 3>&-; wait' - "$trace" "$figures" "$work/stamped" "$work/lines"
    python3 "$figures" printed "$work/log" "$work/stamped"
}

# many [OPTION...]: 10,000 destinations; netsim and the program each have a core
many_once() {
    cat >"$work/watched" <<'EOF'
"$@" & child=$!
peak=0
while [ -e /proc/$child/status ]; do
    now=$(awk '/VmHWM/ {print $2}' /proc/$child/status 2>/dev/null || true)
    [ -z "$now" ] || peak=$now
    sleep 0.1
done
echo "$peak" >"$WALL"
EOF
    in_network_quick "$work/tree.yaml" bash "$work/watched" "$trace" -I -n --rate 25000 --json --targets "$work/targets" "$@"
    python3 "$figures" tree_check "$work/out"
    awk '{printf "at most %.1f MiB resident\n", $1 / 1024}' "$work/wall"
}
# Without a log.
in_network_quick() { WALL=$work/wall "$netsim" "$@" >"$work/out" 2>"$work/err" || true; }
many() {
    python3 "$figures" tree "$work/tree.yaml" "$work/targets" 10000
    many_once
    echo "with --share-hops:" && many_once --share-hops
    in_network_quick "$work/tree.yaml" timeout 100 bash -c 'before=$(date +%s%N)
        scamper -p 10000 -c "trace -P icmp-paris -q 1" -f "$1" >/dev/null; echo $(($(date +%s%N) - before)) >"$WALL"' - "$work/targets"
    awk '{printf "scamper -p 10000 (its most): %.1f s\n", $1 / 1e9}' "$work/wall"
}

limited() {
    echo 'path: [r1, r2, r3, r4, r5, r6, r7, r8, r9, host]
node: {icmp: {rate: 1/s, burst: 6}}
link: {delay: 2ms}
nodes: {host: {address: 10.9.0.1}}' >"$work/limited.yaml"
    timed "$work/limited.yaml" "$trace" -n 10.9.0.1 && row "rate-limited routers"
    awk 'NR > 1 && /10\.255/ {n++} END {printf "%d of 9 routers found\n", n}' "$work/out"
    timed "$work/limited.yaml" traceroute -n 10.9.0.1 && row "traceroute"
    awk 'NR > 1 && /10\.255/ {n++} END {printf "%d of 9 routers found\n", n}' "$work/out"
    "$engine" "in 500 random paths the verdicts are right" | grep -E 'precision|passed|failed'
}
changes() {
    "$engine" "a path that grows\\, shrinks or moves is noticed within two rounds\\, without a false loss" -s | grep -E 'rounds|passed|failed' | tail -n 2
    "$engine" "a path that shares its load packet by packet never changes" | tail -n 2
}
unprivileged() {
    local name method same=0 all=0
    for name in plain twenty_hops long_path extensions altered multipath rate_limited answers; do
        for method in -I "-U --sport 40000" "--sport 40000" "-T --sport 40000"; do
            # shellcheck disable=SC2086
            in_network_quick "$scenarios/$name.yaml" "$trace" --json -n -q 1 -z 0.02 $method 10.9.0.1
            cp "$work/out" "$work/root"
            # shellcheck disable=SC2086
            in_network_quick "$scenarios/$name.yaml" sh -c 'echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range
                exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"' - \
                "$trace" --json -n -q 1 -z 0.02 $method 10.9.0.1
            all=$((all + 1))
            if [ "$(python3 "$figures" hops "$work/root" "$work/out")" = same ]; then same=$((same + 1))
            else echo "$name $method: $(python3 "$figures" hops "$work/root" "$work/out")"; fi
        done
    done
    echo "$same of $all paths are the same without root"
}
forged() {
    local identifier
    for identifier in right wrong; do
        echo "path: [r1, r2, r3, host]
link: {delay: 20ms}
nodes:
  r2: {icmp: {silent: true}}
  host: {address: 10.9.0.1, udp: silence, echo: silence}
attackers: [{kind: errors, from: 10.66.0.0/16, identifier: $identifier, rate: 50000/s}]" >"$work/forged.yaml"
        in_network "$work/forged.yaml" timeout 11 "$trace" -n --json --report 10 --max-gap 0 -m 20 10.9.0.1
        echo "$identifier ports: $(grep -c '"did":"forged"' "$work/log") forged errors"
        python3 "$figures" reports "$work/out"
    done
}
times() {
    echo 'path: [r1, r2, r3, r4, r5, r6, r7, r8, r9, host]
link: {delay: 1ms}
nodes: {host: {address: 10.9.0.1}}' >"$work/ten.yaml"
    for how in "" --unprivileged; do
        for method in "" -I; do
            # shellcheck disable=SC2086
            in_network --spin "$work/ten.yaml" "$trace" -n --json -q 10 -z 0.005 $how $method 10.9.0.1
            echo "trace++ $how $method: $(python3 "$figures" times "$work/log" "$work/out")"
        done
    done
}
mtu() {
    local host
    for host in 10.9.0.1 10.9.0.2 10.9.0.3 10.9.0.4; do
        timed "$scenarios/mtu_chain.yaml" sh -c 'ip link set netsim0 mtu 1500 && exec "$@"' - "$trace" -n -q 1 --mtu --json "$host"
        grep '"event":"mtu"' "$work/out" | sed 's/.*"mtu":\([0-9]*\),"limit":"\([a-z_]*\)","probes":\([0-9]*\).*/\1 (\2), \3 more probes/'
        row "trace++ --mtu $host"
    done
    timed "$scenarios/mtu_chain.yaml" sh -c 'ip link set netsim0 mtu 1500 && exec "$@"' - traceroute -n -q 1 -w 1 -m 8 --mtu 10.9.0.2 && row "traceroute --mtu 10.9.0.2"
    timed "$scenarios/mtu_chain.yaml" sh -c 'ip link set netsim0 mtu 1500 && exec timeout 30 "$@"' - tracepath -n 10.9.0.2 && row "tracepath 10.9.0.2"
}

rows=("$@")
[ $# -gt 0 ] || rows=(twenty one printed many limited changes unprivileged forged times mtu)
for name in "${rows[@]}"; do
    echo "== $name"
    "$name"
done
