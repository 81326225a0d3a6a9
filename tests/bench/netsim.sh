#!/usr/bin/env bash
# netsim.sh: how many probes a second netsim answers (log off, log on, beside a bare read-swap-write loop on a TUN
# device), and how exact its delays are at 10,000 probes a second. Needs root. Build first: cmake --preset bench &&
# cmake --build --preset bench. SECONDS_EACH=10 for longer runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/bench}
netsim=${NETSIM:-$build/tests/lab/netsim/netsim}
probes=${PROBES:-$build/tests/bench/bench_netsim_probes}
each=${SECONDS_EACH:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 'path: [r1, r2, r3, r4, host]
nodes: {host: {address: 10.9.0.1}}' >"$work/plain.yaml"
echo 'path: [r1, r2, r3, r4, host]
link: {delay: 5ms, jitter: 5ms}
nodes: {host: {address: 10.9.0.1}}' >"$work/delays.yaml"

printf 'bare loop:      '
unshare -n sh -c '
    ip tuntap add bare0 mode tun
    ip address add 10.0.0.2/24 dev bare0
    ip link set bare0 txqueuelen 20000 up
    ip route add default dev bare0
    "$1" swap bare0 & child=$!
    sleep 0.3
    "$1" send 10.9.0.1 "$2"
    kill $child' - "$probes" "$each"
printf 'netsim:         '
"$netsim" "$work/plain.yaml" "$probes" send 10.9.0.1 "$each"
printf 'netsim --log:   '
"$netsim" --log "$work/log" "$work/plain.yaml" "$probes" send 10.9.0.1 "$each"

# accuracy OPTION...: how much later than it should an answer leaves
accuracy() {
    "$netsim" "$@" --log "$work/log" "$work/delays.yaml" "$probes" send 10.9.0.1 "$each" 10000
    sed -n 's/.*"due_ns":\([0-9]*\),"out_ns":\([0-9]*\).*/\1 \2/p' "$work/log" | awk '{print $2 - $1}' | sort -n |
        awk '{e[NR] = $1} END {printf "  %d answers; late by: median %.1f us, 99 %% %.1f us, most %.1f us\n",
            NR, e[int(NR / 2) + 1] / 1000, e[int(NR * 0.99) + 1] / 1000, e[NR] / 1000}'
}
printf 'delays:         '
accuracy
printf 'delays, --spin: '
accuracy --spin
