#!/bin/sh
# Runs a command as the host "client" of a small network that exists for this command alone:
#
#     client ---- r1 ---- r2 ---- r3 ---+--- alpha   10.0.4.2  fd00:0:0:4::2
#        10.0.1.x  10.0.2.x  10.0.3.x   +--- beta    10.0.5.2  fd00:0:0:5::2   drops every fourth echo request
#      fd00:0:0:1::x  :2::x   :3::x     +--- web     10.0.6.2  fd00:0:0:6::2
#
# r2 forwards but never says so: it sends no Time Exceeded. Behind r3, 10.0.7.0/24 is unreachable (no such host),
# 10.0.8.0/24 is prohibited and 10.0.9.0/24 swallows everything; likewise fd00:0:0:7::/64 to fd00:0:0:9::/64. The names above resolve.
# Programs are started on another host by `ip netns exec web COMMAND`.
#
# Needs root, or a kernel that lets a user make namespaces; without either it says so and ends with exit code 77.
# Everything, processes too, is gone when the command ends.
set -eu

usage="usage: $0 COMMAND [ARGUMENT...]"
[ $# -gt 0 ] || { echo "$usage" >&2; exit 2; }

if [ "${LIBNET_LAB:-}" != inside ]; then
    namespaces="--net --mount --pid --fork --kill-child --mount-proc"
    [ "$(id -u)" -eq 0 ] || namespaces="--user --map-root-user $namespaces"
    # shellcheck disable=SC2086 # a list of words
    if ! unshare $namespaces true 2>/dev/null; then
        echo "SKIPPED: network namespaces are not allowed here (as root, or with user namespaces, they would be)" >&2
        exit 77
    fi
    export LIBNET_LAB=inside
    # shellcheck disable=SC2086
    exec unshare $namespaces sh "$0" "$@"
fi

missing() { echo "SKIPPED: the lab needs $1" >&2; exit 77; }
command -v ip >/dev/null || missing "ip (Debian: iproute2)"
command -v nft >/dev/null || missing "nft (Debian: nftables)"

# Named namespaces live in /run/netns: on a /run of our own, no other process sees them.
mount -t tmpfs lab /run
mkdir /run/netns

cat >/run/hosts <<EOF
127.0.0.1 localhost
::1 localhost
10.0.1.1 r1
10.0.2.2 r2
10.0.3.2 r3
10.0.4.2 alpha
10.0.5.2 beta
10.0.6.2 web
fd00:0:0:1::1 r1
fd00:0:0:2::2 r2
fd00:0:0:3::2 r3
fd00:0:0:4::2 alpha
fd00:0:0:5::2 beta
fd00:0:0:6::2 web
EOF
# No name server: a name that isn't in the list fails at once.
echo "nameserver 127.0.0.1" >/run/resolv.conf
# On a bare system there is nothing to mount on, and a resolv.conf that is a link into the old /run leads nowhere now.
if [ ! -e /etc/hosts ] || [ ! -e /etc/resolv.conf ]; then
    cp -a /etc /run/etc 2>/dev/null || true # what only root may read isn't missed
    rm -f /run/etc/hosts /run/etc/resolv.conf
    touch /run/etc/hosts /run/etc/resolv.conf
    mount --bind /run/etc /etc
fi
mount --bind /run/hosts /etc/hosts
mount --bind /run/resolv.conf /etc/resolv.conf

# on HOST COMMAND...
on() {
    host=$1
    shift
    if [ "$host" = client ]; then "$@"; else ip netns exec "$host" "$@"; fi
}

# Routing on, addresses usable at once, ICMP errors without a rate limit, and datagram pings allowed to every group.
host_setup() {
    on "$1" sh -c '
        cd /proc/sys/net
        echo 0 >ipv6/conf/all/accept_dad; echo 0 >ipv6/conf/default/accept_dad
        echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding
        echo 0 >ipv4/icmp_ratelimit; echo 0 >ipv6/icmp/ratelimit
        echo "0 2147483647" >ipv4/ping_group_range 2>/dev/null || echo "0 0" >ipv4/ping_group_range
        ip link set lo up' || missing "control over its own network settings"
}

# link LEFT RIGHT NUMBER: a cable with the networks 10.0.NUMBER.0/24 and fd00:0:0:NUMBER::/64, .1 left and .2 right
# (on the first one the client is .2 and r1 is .1, as at home).
link() {
    left=$1 right=$2 number=$3
    ip link add "$left-$right" type veth peer name "$right-$left"
    [ "$left" = client ] || ip link set "$left-$right" netns "$left"
    [ "$right" = client ] || ip link set "$right-$left" netns "$right"
    for side in "$left $left-$right 1" "$right $right-$left 2"; do
        # shellcheck disable=SC2086
        set -- $side
        on "$1" ip link set "$2" up
        on "$1" ip address add "10.0.$number.$3/24" dev "$2"
        on "$1" ip address add "fd00:0:0:$number::$3/64" dev "$2" nodad
    done
}

# route HOST GATEWAY NUMBER...: these networks are behind that host of the network GATEWAY (number.host)
route() {
    host=$1 via=$2
    shift 2
    for number; do
        on "$host" ip route add "10.0.$number.0/24" via "10.0.$via"
        on "$host" ip route add "fd00:0:0:$number::/64" via "fd00:0:0:${via%.*}::${via#*.}"
    done
}

host_setup client
for name in r1 r2 r3 alpha beta web; do
    ip netns add "$name"
    host_setup "$name"
done
link r1 client 1
link r1 r2 2
link r2 r3 3
link r3 alpha 4
link r3 beta 5
link r3 web 6

route client 1.1 2 3 4 5 6 7 8 9
route r1 2.2 3 4 5 6 7 8 9
route r2 2.1 1
route r2 3.2 4 5 6 7 8 9
route r3 3.1 1 2
route alpha 4.1 1 2 3
route beta 5.1 1 2 3
route web 6.1 1 2 3

# Refused by a packet filter, not by a route: the kernel limits the rate of a route's errors, and a test would see that.
route r3 4.2 7 8 9
on r3 nft -f - <<EOF || missing "nf_tables in the kernel"
table inet refusing {
    chain through {
        type filter hook forward priority 0;
        ip daddr 10.0.7.0/24 reject with icmp type host-unreachable
        ip daddr 10.0.8.0/24 reject with icmp type admin-prohibited
        ip daddr 10.0.9.0/24 drop
        ip6 daddr fd00:0:0:7::/64 reject with icmpv6 type addr-unreachable
        ip6 daddr fd00:0:0:8::/64 reject with icmpv6 type admin-prohibited
        ip6 daddr fd00:0:0:9::/64 drop
    }
}
EOF
on r2 nft -f - <<EOF
table inet silent {
    chain out {
        type filter hook output priority 0;
        icmp type time-exceeded drop
        icmpv6 type time-exceeded drop
    }
}
EOF
on beta nft -f - <<EOF
table inet lossy {
    chain in {
        type filter hook input priority 0;
        icmp type echo-request numgen inc mod 4 == 3 drop
        icmpv6 type echo-request numgen inc mod 4 == 3 drop
    }
}
EOF

# Not exec: as the first process of its PID namespace, a shell ends all others when it ends.
"$@"
