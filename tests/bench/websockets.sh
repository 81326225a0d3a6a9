#!/usr/bin/env bash
# websockets.sh: what 10,000 WebSockets cost that are open: memory of each while it is idle, and processor time of a message to all,
# beside a loop of send(2). It takes 10,100 descriptors in each of two processes.
#
# Build first: cmake --preset bench && cmake --build --preset bench. COUNT=10000 is the default.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/needs.sh
. "$here/needs.sh"
program=${IDLE_WEBSOCKETS:-$here/../../build/bench/tests/bench/bench_idle_websockets}
needs "$program"
exec "$program" "${COUNT:-10000}"
