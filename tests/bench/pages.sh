#!/usr/bin/env bash
# pages.sh [ROW...]: what an open page costs the program that it shows, and the browser that shows it. Rows: server targets browser
# (all of them).
#
# Before: sh cmake/packages.sh bench; cmake --preset bench && cmake --build --preset bench.
# RATE=10000, TARGETS=5000 and SECONDS_EACH=4 are the defaults.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/bench}
each=${SECONDS_EACH:-4}
# shellcheck source=tests/bench/needs.sh
. "$here/needs.sh"
needs "$build/apps/httpd++" "$build/apps/ping++" "$build/tests/bench/bench_paced_client" python3
for which in "${@:-all}"; do
    case $which in
        server | all)
            python3 "$here/pages.py" "$build/apps/httpd++" "$build/tests/bench/bench_paced_client" "${RATE:-10000}" "$each" ;;&
        targets | all) python3 "$here/pages.py" "$build/apps/ping++" "${TARGETS:-5000}" "$((each * 5))" ;;&
        browser | all)
            needs chromium chromedriver
            python3 "$here/pages.py" browser "$build/apps/ping++" "${TARGETS:-5000}" "$((each * 5))"
            ;;
    esac
done
