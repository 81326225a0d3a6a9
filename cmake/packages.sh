#!/bin/sh
# packages.sh run|test|check|bench: installs what is missing of Debian's packages, and nothing when nothing is.
set -eu

# Newer systems have newer versions of Boost under names without a version.
if dpkg-query -W libboost1.81-dev >/dev/null 2>&1 || grep -qs '^VERSION_ID="12"' /etc/os-release; then
    boost="libboost1.81-dev libboost-program-options1.81-dev libboost-json1.81-dev"
else
    boost="libboost-dev libboost-program-options-dev libboost-json-dev"
fi
build="g++ cmake ninja-build pkg-config $boost libc-ares-dev libssl-dev libcrypt-dev libidn2-dev zlib1g-dev libbrotli-dev libzstd-dev libfmt-dev libmaxminddb-dev libseccomp-dev libncurses-dev"
network="iproute2 nftables util-linux curl"
rivals="openssl iputils-ping fping iputils-tracepath traceroute mtr-tiny scamper tcpdump wget apache2-utils nginx-light haproxy strace procps brotli zstd"
scrapers="prometheus prometheus-blackbox-exporter python3-prometheus-client"
clients="python3-requests python3-websockets nodejs node-ws varnish"
# Smokeping depends on a mail program: msmtp-mta is one without a server.
readers="monitoring-plugins-basic monitoring-plugins-standard smokeping msmtp-mta jc"
# What shows the pages of the programs. Ubuntu has it as a snap only; tests that need it are skipped there.
browser=
! grep -qsx 'ID=debian' /etc/os-release || browser="chromium chromium-driver"

case "${1:-}" in
    run) wanted="$build $network" ;;
    test) wanted="$build $network catch2 libyaml-cpp-dev libnet1-dev $rivals $scrapers $readers $clients $browser python3-jsonschema tmux" ;;
    check) wanted="$build catch2 libyaml-cpp-dev clang-14 clang-format-14 clang-tools-14 libclang-rt-14-dev git" ;;
    bench) wanted="$build $network catch2 libyaml-cpp-dev $rivals wrk libcpp-httplib-dev libpoco-dev lighttpd squid tinyproxy $browser" ;;
    *) echo "usage: $0 run|test|check|bench" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null || {
    echo "packages.sh: this is no Debian system: install the equivalents of: $wanted" >&2
    exit 1
}
# shellcheck disable=SC2086 # a list of words
installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' $wanted 2>/dev/null || true)"
missing=
for package in $wanted; do
    case "$installed" in
        *" $package:installed "*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=sudo
else
    echo "packages.sh: cannot install$missing: neither root nor sudo is at hand; run: apt-get install$missing" >&2
    exit 1
fi

# A server that is only here to be tested against should not start to serve: dpkg asks this file first.
policy=/usr/sbin/policy-rc.d
case "$missing" in
    *nginx* | *haproxy* | *prometheus* | *smokeping* | *lighttpd* | *squid* | *tinyproxy* | *varnish*)
        if [ ! -e $policy ]; then
            printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
            $as_root chmod 755 $policy
            trap '$as_root rm -f $policy' EXIT
        fi ;;
esac

echo "Installing$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086 # lists of words
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "packages.sh: apt-get could not install$missing; the lines above say why (all of them: $log)" >&2
    exit 1
fi
rm -f "$log"

for service in nginx haproxy prometheus prometheus-blackbox-exporter smokeping lighttpd squid tinyproxy varnish; do # nor at the next boot
    case "$missing " in
        *" $service"[\ -]*) [ ! -d /run/systemd/system ] || $as_root systemctl disable --quiet $service || true ;;
    esac
done
