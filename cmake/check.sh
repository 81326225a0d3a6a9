#!/bin/sh
# check.sh [STEP...]: what must hold beside the tests. Steps: floors format clang headers tour fuzz live (all of them).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

sources() { git ls-files '*.hpp' '*.ipp' '*.cpp'; }

floors() { sh cmake/floors.sh; }

format() { sources | xargs clang-format-14 --dry-run -Werror; }

# clang 14 reads every unit once, with every warning an error, and finds the statements that g++ 12 compiles to a double
# free (cmake/gcc12-coroutine.query says which). An .ipp is read through the unit that includes it. Only the
# precompiled headers are built for that, and what CMake has them depend on.
clang() {
    report=build/clang-check/clang.txt
    [ -f build/clang-check/build.ninja ] || cmake --preset clang-check >build/clang-check.log || { cat build/clang-check.log; return 1; }
    # shellcheck disable=SC2046 # a list of targets
    sh cmake/build.sh clang-check $(ninja -C build/clang-check -t targets all | sed -n 's/^\(.*\.pch\): .*/\1/p')
    { git ls-files 'libnet/impl/*.cpp' 'apps/*.cpp' 'examples/*.cpp' && git ls-files 'tests/*.cpp' | grep -vE '^tests/(consumer|fuzz/replay)'; } |
        xargs -P 2 -n 4 clang-query-14 -p build/clang-check -f cmake/gcc12-coroutine.query >"$report" 2>&1 || true
    if ! grep -q '0 matches' "$report" || grep -E -A 8 '(error|warning):' "$report"; then
        echo "clang: not every unit is without a warning; all that clang said: $report" >&2
        return 1
    fi
    if grep -B 2 -A 6 -E "$root.*note: \"root\" binds here" "$report"; then
        echo "clang: g++ 12 destroys a temporary of these statements twice: give it a name first" >&2
        return 1
    fi
}

# read_header HEADER FLAG...: clang 14 reads a header alone.
read_header() {
    header=$1
    shift
    echo "#include <$header>" | clang++-14 -std=c++20 -fsyntax-only -I. -DLIBNETXX_TLS -DLIBNETXX_COMPRESSION \
        -Wall -Wextra -Werror "$@" -x c++ - || { echo "headers: $header does not compile alone" >&2; return 1; }
}

# Each header compiles alone, those of the classes also where all is in headers. Those that stand on Asio find it compiled.
headers() {
    asio=build/asio.pch
    mkdir -p build
    printf '#include <boost/asio/%s.hpp>\n' co_spawn io_context ip/tcp steady_timer write |
        clang++-14 -std=c++20 -DLIBNETXX_TLS -DLIBNETXX_COMPRESSION -DLIBNETXX_SEPARATE_COMPILATION -x c++-header - -o $asio
    git ls-files 'libnet/base/*.hpp' 'libnet/wire/*.hpp' 'libnet/engine/*.hpp' |
        xargs -P 2 -I '{}' sh cmake/check.sh read_header '{}' -DLIBNETXX_SEPARATE_COMPILATION
    git ls-files 'libnet/*.hpp' | grep -vE '^libnet/(base|wire|engine)/|^libnet/src.hpp' |
        xargs -P 2 -I '{}' sh cmake/check.sh read_header '{}' -DLIBNETXX_SEPARATE_COMPILATION -include-pch $asio
    grep -lE '#  include <libnet/impl/' libnet/*.hpp | xargs -P 2 -I '{}' sh cmake/check.sh read_header '{}'
}

# The tour goes on whatever becomes of a command, so what it showed is looked at here.
tour() {
    sh cmake/run.sh >build/tour.txt || { cat build/tour.txt; return 1; }
    cat build/tour.txt
    set -- 'README.md arrived whole' 'HTTP/1.1 200 Connection established' '"GET http://nowhere.invalid/ HTTP/1.1" 502'
    grep -q 'stays on loopback' build/tour.txt || set -- "$@" \
        'beta   10.0.5.2  *5  *4  *20%' ' 2  \* \* \*' ' 4  web (10.0.6.2)'
    for line; do
        grep -q -- "$line" build/tour.txt || { echo "tour: it did not show: $line" >&2; return 1; }
    done
}

# run_fuzzer FUZZER: for 15 s.
run_fuzzer() {
    name=${1##*/fuzz_}
    mkdir -p "build/fuzz/corpus/$name"
    "$1" -max_total_time=15 -print_final_stats=1 -artifact_prefix=build/fuzz/ \
        "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name" >"build/fuzz/$name.log" 2>&1 ||
        { cat "build/fuzz/$name.log"; return 1; }
    echo "fuzz: $name, $(grep -o 'number_of_executed_units: .*' "build/fuzz/$name.log")"
}

# Two at a time.
fuzz() {
    sh cmake/build.sh fuzz
    for fuzzer in build/fuzz/tests/fuzz_*; do
        [ ! -x "$fuzzer" ] || echo "$fuzzer"
    done | xargs -P 2 -n 1 sh cmake/check.sh run_fuzzer
}

# The running programs, built with AddressSanitizer, for a minute: LIVE_SECONDS=1800 tries longer, LIVE_SEED=N that again.
live() {
    sh cmake/build.sh asan live
    build/asan/tests/live build/asan/apps "${LIVE_SECONDS:-60}" ${LIVE_SEED:+"$LIVE_SEED"}
}

case "${1:-}" in
    run_fuzzer | read_header)
        "$@"
        exit ;;
esac
sh cmake/packages.sh check
[ $# -gt 0 ] || set -- floors format clang headers tour fuzz live
for step; do
    started=$(date +%s)
    case $step in
        floors | format | clang | headers | tour | fuzz | live) $step ;;
        *) echo "check.sh: there is no step '$step'" >&2; exit 2 ;;
    esac
    echo "check: $step holds ($(($(date +%s) - started)) s)"
done
