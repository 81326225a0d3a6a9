#!/bin/bash
# include_costs.sh [TIMES]: what including a header costs at -O0, in processor time of the compiler, beside Asio's own headers for
# coroutines. A Markdown table. Each file is compiled TIMES times (3), in turn, and the quickest counts. $CXX: the compiler (g++).
set -eu
cd "$(dirname "$0")/../.."
times=${1:-3}
cxx=${CXX:-g++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c++20 -O0 -I. -DLIBNETXX_TLS -DLIBNETXX_IDN -DLIBNETXX_COMPRESSION"
TIMEFORMAT='%U %S'

# unit NAME HEADER...: a file that includes these.
names=()
unit() {
    names+=("$1")
    printf '#include <%s>\n' "${@:2}" >"$work/$1.cpp"
}
unit asio boost/asio/{awaitable,co_spawn,detached,io_context,ip/tcp,ip/udp,steady_timer,this_coro,use_awaitable}.hpp
for header in icmp_pinger tracer forward_proxy static_file_server path_watcher http_handlers; do
    unit "$header" "libnet/$header.hpp"
done
unit ping_in_headers libnet/icmp_pinger.hpp

declare -A best lines
for ((i = 0; i < times; ++i)); do
    for name in "${names[@]}"; do
        mode=-DLIBNETXX_SEPARATE_COMPILATION
        [ "$name" != ping_in_headers ] || mode=
        # shellcheck disable=SC2086 # words
        spent=$({ time $cxx $flags $mode -c "$work/$name.cpp" -o "$work/$name.o" 2>"$work/errors" || cat "$work/errors" >&2; } 2>&1)
        spent=$(awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$spent")
        [ "${best[$name]:-0}" -ne 0 ] && [ "${best[$name]}" -le "$spent" ] || best[$name]=$spent
        # shellcheck disable=SC2086 # words
        [ "${lines[$name]:-}" ] || lines[$name]=$($cxx $flags $mode -E -P "$work/$name.cpp" | wc -l)
    done
done

echo "$("$cxx" --version | head -n 1), Boost $(grep -oP '(?<=BOOST_LIB_VERSION ")[0-9_]+' /usr/include/boost/version.hpp | tr _ .), -O0, processor time, best of $times"
echo
echo '| included | s | beside Asio | lines |'
echo '|---|---|---|---|'
for name in "${names[@]}"; do
    case $name in
        asio) said="Asio's own for coroutines, sockets and timers" ;;
        ping_in_headers) said='`icmp_pinger.hpp`, header-only' ;;
        *) said="\`$name.hpp\`" ;;
    esac
    awk -v said="$said" -v ms="${best[$name]}" -v asio="${best[asio]}" -v lines="${lines[$name]}" \
        'BEGIN { printf "| %s | %.2f | %.2f | %d |\n", said, ms / 1000, ms / asio, lines }'
done
