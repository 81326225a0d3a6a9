#!/bin/sh
# base <- wire <- engine <- io <- the four classes <- apps, examples: no include goes up, nothing below io touches a socket
# or a clock, and the rooms of a floor use each other in one direction only.
set -eu
cd "$(dirname "$0")/.."
failed=0

# forbid WHY PATTERN PATH...: no line of these files matches
forbid() {
    why=$1 pattern=$2
    shift 2
    if grep -rnE --include='*.hpp' --include='*.ipp' --include='*.cpp' "$pattern" "$@" | grep -v 'libnet/config\.hpp'; then
        echo "floors: $why" >&2
        failed=1
    fi
}

forbid "base includes base only" '#\s*include\s*[<"]libnet/(wire/|engine/|io/|impl/|[a-z_]+\.hpp)' libnet/base
forbid "wire includes base and wire only" '#\s*include\s*[<"]libnet/(engine/|io/|impl/|[a-z_]+\.hpp)' libnet/wire
forbid "engine includes base, wire and engine only" '#\s*include\s*[<"]libnet/(io/|impl/|[a-z_]+\.hpp)' libnet/engine
forbid "io includes no class" '#\s*include\s*[<"]libnet/(impl/|[a-z_]+\.hpp)' libnet/io
forbid "the library includes no program and no test" '#\s*include\s*[<"](apps|tests|examples)/' libnet
forbid "below io there is no Asio but ip/address" '#\s*include\s*<boost/asio(\.hpp|/([^i]|i[^p]|ip/[^a]))' \
    libnet/base libnet/wire libnet/engine
forbid "below io there are no sockets" '#\s*include\s*<(sys/socket|netinet/[a-z_0-9]+|unistd|poll|sys/epoll)\.h>' \
    libnet/base libnet/wire libnet/engine
forbid "below io there is no clock" '_clock::now *\(|clock_gettime|gettimeofday' libnet/base libnet/wire libnet/engine
forbid "Beast is for handlers only" '#\s*include\s*<boost/beast' \
    libnet/base libnet/wire libnet/engine libnet/io libnet/impl/[!h]* $(ls libnet/*.hpp | grep -v '_handlers\.hpp')
forbid "who doesn't ask for Beast gets none" '#\s*include\s*<libnet/([a-z]+_handlers\.hpp|websocket_group\.hpp|impl/handlers/)' \
    libnet/base libnet/wire libnet/engine libnet/io libnet/impl/[!h]* $(ls -d apps/* | grep -v '^apps/pages$') \
    $(ls libnet/*.hpp | grep -vE '_handlers\.hpp|websocket_group\.hpp|src\.hpp')
forbid "headers are included by their full name" '#\s*include\s*"' libnet apps examples

# rooms FLOOR 'ROOM: OTHER...'...: which rooms of its floor a room may include. Each room has its rule.
rooms() {
    floor=$1
    shift
    for rule; do
        room=${rule%%:*}
        allowed=$(echo "$room${rule#*:}" | tr ' ' '|')
        if grep -rnE "#include <libnet/$floor/[a-z]+/" "libnet/$floor/$room" | grep -vE "<libnet/$floor/($allowed)/"; then
            echo "floors: $floor/$room includes no other room of its floor than:${rule#*:}" >&2
            failed=1
        fi
    done
    for folder in libnet/"$floor"/*/; do
        room=$(basename "$folder")
        case " $* " in
            *" $room:"*) ;;
            *) echo "floors: there is no rule for $floor/$room" >&2; failed=1 ;;
        esac
    done
}

rooms wire 'ip:' 'icmp: ip' 'dns: ip' 'http: ip' 'socks: http ip' 'proxy: ip' 'tls: http'
rooms engine 'ping:' 'trace: ping' 'query: ping trace' 'http:' 'access: http' 'files: access http' 'dns: access' 'proxy: dns http'
rooms io 'loop:' 'tcp: loop' 'tls: access tcp loop' 'http: access files tls tcp loop' 'icmp: loop' 'dns: loop' 'connect: dns loop tcp tls' 'files: loop' \
    'access: files loop'
rooms impl 'daemon: server' 'dns:' 'server:' 'ping:' 'trace:' 'query:' 'files: server' 'handlers: files server' 'proxy: server' 'units:'

# Every body is compiled (some are included by another one), and known to those who compile without CMake.
for body in $(git ls-files 'libnet/*.ipp'); do
    for list in libnet/src.hpp libnet/impl; do
        grep -rqF "#include <$body>" $list || { echo "floors: $body is missing in $list" >&2; failed=1; }
    done
done
exit $failed
