#!/bin/sh
# check.sh [STEP...]: what must hold beside the tests. Steps: floors format clang headers tour fuzz live (all of them).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

sources() { git ls-files '*.hpp' '*.ipp' '*.cpp'; }

floors() { sh cmake/floors.sh; }

format() { sources | xargs clang-format-14 --dry-run -Werror; }

# What clang 14 reads everything with, and what it finds compiled: Asio, and Catch for the tests.
flags="-std=c++20 -I. -DLIBNETXX_TLS -DLIBNETXX_IDN -DLIBNETXX_COMPRESSION -DLIVE_SEEDS=\"\""
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror"

# precompile HEADER: build/clang/HEADER.pch, with the templates that it instantiates.
precompile() {
    mkdir -p build/clang
    clang++-14 -std=c++20 -I. -fpch-instantiate-templates -x c++-header "$1" -o "build/clang/$(basename "$1" .hpp).pch"
}

# read_unit FILE: clang 14 reads a unit of the build with every warning an error, and finds the statements that g++ 12
# compiles to a double free (cmake/gcc12-coroutine.query says which).
read_unit() {
    unit=$1
    case $unit in
        */apps/CMakeFiles/* | */examples/* | libnet/*) precompiled=precompiled ;;
        */test_io.dir/* | */test_service.dir/* | */test_allocations.dir/* | */test_memory.dir/*) precompiled=catch_and_asio ;;
        *) precompiled=catch ;;
    esac
    report=$(mktemp)
    # shellcheck disable=SC2086 # words
    clang-query-14 -f cmake/gcc12-coroutine.query "$unit" -- $flags $warnings -DLIBNETXX_SEPARATE_COMPILATION \
        ${precompiled:+-include-pch "build/clang/$precompiled.pch"} >"$report" 2>&1 || true
    if ! grep -q '0 matches' "$report" || grep -E -A 8 '(error|warning):' "$report"; then
        echo "clang: $unit has warnings" >&2
        cat "$report"
        return 1
    fi
    if grep -B 2 -A 6 -E "$root.*note: \"root\" binds here" "$report"; then
        echo "clang: g++ 12 destroys a temporary of these statements twice: give it a name first" >&2
        return 1
    fi
    rm -f "$report"
}

# What the tests' build compiles, file for file and unit for unit, but by clang. An .ipp is read through the unit that
# includes it.
clang() {
    for header in libnet/impl/units/precompiled.hpp tests/support/catch.hpp tests/support/catch_and_asio.hpp; do
        precompile $header
    done
    [ -f build/asan/build.ninja ] || cmake --preset asan >/dev/null
    {
        git ls-files 'libnet/*.cpp' # which are units already
        find build/asan -path '*/consumer/*' -prune -o -name 'unity_*_cxx.cxx' -print
        # Which that build has not; but for servers of others, whose libraries needn't be here.
        git ls-files 'tests/bench/*.cpp' 'tests/lab/hostile/*.cpp' | grep -vE 'bench/answers/(httplib|poco)'
    } | xargs -P 2 -n 1 sh cmake/check.sh read_unit
}

# read_header HEADER FLAG...: clang 14 reads a header alone.
read_header() {
    header=$1
    shift
    # shellcheck disable=SC2086 # words
    echo "#include <$header>" | clang++-14 $flags -fsyntax-only -Wall -Wextra -Werror "$@" -x c++ - ||
        { echo "headers: $header does not compile alone" >&2; return 1; }
}

# Those of the lower floors that include Asio's addresses, themselves or through others.
headers_with_addresses() {
    lower=$(git ls-files 'libnet/base/*.hpp' 'libnet/wire/*.hpp' 'libnet/engine/*.hpp')
    # shellcheck disable=SC2086 # words
    found=$(grep -l '#include <boost/asio/ip/address' $lower)
    before=
    until [ "$found" = "$before" ]; do
        before=$found
        # shellcheck disable=SC2086 # words
        found=$({ echo "$before"; echo "$before" | sed 's/.*/#include <&>/' | grep -lFf - $lower; } | sort -u)
    done
    echo "$found"
}

# Each header compiles alone, those of the classes also where all is in headers. Those that stand on Asio find it compiled.
headers() {
    precompile libnet/impl/units/precompiled.hpp
    echo '#include <boost/asio/ip/address.hpp>' >build/clang/address.hpp
    precompile build/clang/address.hpp
    asio="-include-pch build/clang/precompiled.pch"
    headers_with_addresses >build/clang/with_addresses
    {
        grep -lE '#  include <libnet/impl/' libnet/*.hpp | sed "s,\$, $asio,"  # the longest first
        git ls-files 'libnet/*.hpp' | grep -vE '^libnet/(base|wire|engine)/|^libnet/(src|impl/units/precompiled).hpp' |
            sed "s,\$, -DLIBNETXX_SEPARATE_COMPILATION $asio,"
        sed "s,\$, -DLIBNETXX_SEPARATE_COMPILATION -include-pch build/clang/address.pch," build/clang/with_addresses
        git ls-files 'libnet/base/*.hpp' 'libnet/wire/*.hpp' 'libnet/engine/*.hpp' | grep -vxFf build/clang/with_addresses |
            sed "s,\$, -DLIBNETXX_SEPARATE_COMPILATION,"
    } | xargs -P 2 -L 1 sh cmake/check.sh read_header
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

# run_fuzzer FUZZER: for 10 s.
run_fuzzer() {
    name=${1##*/fuzz_}
    mkdir -p "build/fuzz/corpus/$name"
    "$1" -max_total_time=10 -print_final_stats=1 -artifact_prefix=build/fuzz/ \
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
# In a network of its own, since a mutated address may be another host's.
live() {
    sh cmake/build.sh asan live
    status=0
    sh tests/lab/network.sh build/asan/tests/live build/asan/apps "${LIVE_SECONDS:-60}" ${LIVE_SEED:+"$LIVE_SEED"} ||
        status=$?
    [ $status -eq 77 ] || return $status
}

case "${1:-}" in
    run_fuzzer | read_header | read_unit)
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
