#!/bin/sh
# build.sh PRESET [TARGET...]: configures and builds quietly. What takes more than 5 s shows how far it is: on a terminal
# as [212/289] on one line, elsewhere as a line every 30 s. Shows what the compiler said when it fails.
set -eu
preset=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
mkdir -p "build/$preset"
log=build/$preset/build.log
started=$(date +%s)

configure_and_build() {
    { [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } &&
        cmake --build --preset "$preset" ${1:+--target "$@"}
}

# Shows the newest [step/steps] of the log until it is ended.
show_progress() {
    pause=30
    [ ! -t 2 ] || pause=1
    exec 3>&2 >/dev/null 2>&1 # a sleep that outlives us holds no pipe of the caller's open
    sleep 5 3>&-
    while :; do
        step=$(grep -o '^\[[0-9]*/[0-9]*\]' "$log" | tail -n 1)
        if [ $pause -eq 1 ]; then printf '\rBuilding (%s) %s ' "$preset" "${step:-configuring}" >&3
        else echo "Building ($preset) ${step:-configuring}" >&3; fi
        sleep $pause 3>&-
    done
}

: >"$log"
show_progress &
progress=$!
trap 'kill $progress 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
status=0
configure_and_build "$@" >"$log" 2>&1 || status=$?
kill $progress 2>/dev/null || true
[ ! -t 2 ] || printf '\r\033[K' >&2
if [ $status -ne 0 ]; then
    grep -E -A 8 'error|Error|FAILED' "$log" | head -n 60 >&2 || tail -n 40 "$log" >&2
    echo "build.sh: the build ($preset) failed; all of its output: $log" >&2
    exit 1
fi
seconds=$(($(date +%s) - started))
[ $seconds -lt 5 ] || echo "Built ($preset) in $seconds s." >&2
