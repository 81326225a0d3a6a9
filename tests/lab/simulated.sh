#!/bin/sh
# simulated.sh TEST_PROGRAM FILE: runs the tests of tests/lab/simulated/FILE.cpp, or says why there is no netsim here.
set -eu
if ! reason=$("$NETSIM" "$SCENARIOS/plain.yaml" true 2>&1); then
    echo "SKIPPED: $reason" >&2
    exit 77
fi
exec "$1" --filenames-as-tags "[#$2]~[.]"
