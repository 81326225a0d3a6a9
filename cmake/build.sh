#!/bin/sh
# build.sh PRESET [TARGET...]: configures and builds quietly; shows what the compiler said when it fails.
set -eu
preset=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
mkdir -p "build/$preset"
log=build/$preset/build.log
started=$(date +%s)
[ ! -t 2 ] || echo "Building ($preset); the first time takes a few minutes..." >&2
if ! { { [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } &&
        cmake --build --preset "$preset" ${1:+--target "$@"}; } >"$log" 2>&1; then
    grep -E -A 8 'error|Error|FAILED' "$log" | head -n 60 >&2 || tail -n 40 "$log" >&2
    echo "build.sh: the build ($preset) failed; all of its output: $log" >&2
    exit 1
fi
seconds=$(($(date +%s) - started))
[ $seconds -lt 5 ] || echo "Built ($preset) in $seconds s." >&2
