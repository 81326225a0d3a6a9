#!/bin/sh
# Installs what is missing, builds, and shows libnet at work. With arguments it runs one program:
#     sh cmake/run.sh ping++ -c 3 127.0.0.1
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/build/release/apps

case "${1:-}" in
    "" | ping++ | trace++ | httpd++ | proxy++) ;;
    *)
        echo "run.sh: there is no program '$1': it is ping++, trace++, httpd++ or proxy++, or nothing for the tour" >&2
        exit 2 ;;
esac
sh "$root/cmake/packages.sh" run
sh "$root/cmake/build.sh" release ping++ trace++ httpd++ proxy++

if [ $# -gt 0 ]; then
    program=$1
    shift
    exec "$bin/$program" "$@"
fi
export LIBNET_BIN_DIR="$bin"
status=0
sh "$root/tests/lab/network.sh" sh "$root/cmake/tour.sh" network || status=$?
[ $status -eq 77 ] || exit $status
sh "$root/cmake/tour.sh" loopback
