#!/bin/sh
# check.sh [STEP...]: what must hold beside the tests. Steps: floors format clang trap headers tour fuzz (all of them).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

sources() { git ls-files '*.hpp' '*.ipp' '*.cpp'; }

floors() { sh cmake/floors.sh; }

format() { sources | xargs clang-format-14 --dry-run -Werror; }

# Statements that g++ 12 compiles to a double free (cmake/gcc12-coroutine.query says which). An .ipp is checked through
# the unit that includes it.
trap_of_gcc12() {
    clang # for its compile commands and precompiled headers
    report=build/clang-check/gcc12-coroutine.txt
    { git ls-files 'libnet/impl/*.cpp' && git grep -lE 'co_await|co_spawn' -- 'apps/*.cpp' 'examples/*.cpp' 'tests/*.cpp'; } |
        xargs -P 2 -n 1 clang-query-14 -p build/clang-check -f cmake/gcc12-coroutine.query >"$report" 2>&1 || true
    if grep -E 'error:' "$report" || ! grep -q '0 matches' "$report"; then
        echo "trap: clang-query could not read every file, see $report" >&2
        return 1
    fi
    if grep -B 2 -A 6 -E "$root.*note: \"root\" binds here" "$report"; then
        echo "trap: g++ 12 destroys a temporary of these statements twice: give it a name first" >&2
        return 1
    fi
}

clang() { sh cmake/build.sh clang-check; }

headers() { sh cmake/build.sh clang-check all_verify_interface_header_sets; }

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

fuzz() {
    sh cmake/build.sh fuzz
    for fuzzer in build/fuzz/tests/fuzz_*; do
        [ -x "$fuzzer" ] || continue
        name=${fuzzer##*/fuzz_}
        mkdir -p "build/fuzz/corpus/$name"
        "$fuzzer" -max_total_time=15 -print_final_stats=1 -artifact_prefix=build/fuzz/ \
            "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name" >"build/fuzz/$name.log" 2>&1 ||
            { cat "build/fuzz/$name.log"; return 1; }
        echo "fuzz: $name, $(grep -o 'number_of_executed_units: .*' "build/fuzz/$name.log")"
    done
}

sh cmake/packages.sh check
[ $# -gt 0 ] || set -- floors format clang trap headers tour fuzz
for step; do
    started=$(date +%s)
    case $step in
        floors | format | clang | headers | tour | fuzz) $step ;;
        trap) trap_of_gcc12 ;;
        *) echo "check.sh: there is no step '$step'" >&2; exit 2 ;;
    esac
    echo "check: $step holds ($(($(date +%s) - started)) s)"
done
