#!/bin/sh
# sandbox.sh RULES COMMAND...: runs a command in a network of its own, whose only way out is a proxy++ with these rules.
#
#   sandbox.sh ci.rules su ci -c 'git clone https://github.com/example/project && make test'
#
# The command sees one host, 10.255.255.1, which answers at port 8888 and nowhere else: the proxy. It finds it by http_proxy
# and its kin, which curl, git, pip, npm and most others read. What the rules don't name is not reached, by no protocol: the
# packet filter below lets nothing through but TCP to the proxy, whatever routes the command adds, and names outside are
# looked up by the proxy alone. The proxy logs each decision as a line of JSON to standard error.
#
# Wants root; the command has it, too, in its network: give it to su(1) or setpriv(1) for less. PROXY is the program to run
# (proxy++), PROXY_OPTIONS what else it is told.
set -eu

[ $# -ge 2 ] || { echo "usage: $0 RULES COMMAND..." >&2; exit 2; }
rules=$1
shift
name="sandbox-$$" link="sb$$"

tidy() {
    [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
    ip netns delete "$name" 2>/dev/null || true # the link goes with it
    nft delete table inet "$name" 2>/dev/null || true
    [ -z "${said:-}" ] || rm -f "$said"
}
trap tidy EXIT
trap 'exit 1' INT TERM HUP

# First the filter, then what it is for.
nft -f - <<EOF
table inet $name {
    chain in {
        type filter hook input priority -10;
        iifname "$link" ip saddr 10.255.255.2 ip daddr 10.255.255.1 tcp dport 8888 accept
        iifname "$link" counter drop
    }
    chain through {
        type filter hook forward priority -10;
        iifname "$link" counter drop
        oifname "$link" counter drop
    }
}
EOF
ip netns add "$name"
ip link add "$link" type veth peer name eth0 netns "$name"
echo 1 >"/proc/sys/net/ipv6/conf/$link/disable_ipv6" 2>/dev/null || true
ip address add 10.255.255.1/30 dev "$link"
ip link set "$link" up
ip -n "$name" address add 10.255.255.2/30 dev eth0
ip -n "$name" link set eth0 up
ip -n "$name" link set lo up

said=$(mktemp)
# shellcheck disable=SC2086 # a list of words
"${PROXY:-proxy++}" --bind 10.255.255.1 --port 8888 --egress "$rules" --check-sni --access-log none --event-log /dev/stderr \
    ${PROXY_OPTIONS:-} 2>>"$said" &
server=$!
# It says where it forwards as soon as it listens, and what it says goes on from there.
until grep -q '^proxy++: forwarding on' "$said"; do
    kill -0 "$server" 2>/dev/null || { cat "$said" >&2; exit 1; }
    sleep 0.1
done

status=0
proxy=http://10.255.255.1:8888
ip netns exec "$name" env http_proxy=$proxy https_proxy=$proxy HTTP_PROXY=$proxy HTTPS_PROXY=$proxy ALL_PROXY=$proxy \
    no_proxy= NO_PROXY= "$@" || status=$?
kill "$server"
wait "$server" 2>/dev/null || true
server=
cat "$said" >&2
exit $status
