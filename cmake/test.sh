#!/bin/sh
# Installs what is missing, builds with AddressSanitizer, and runs all the tests. Arguments go to ctest: -R, -V, ...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/cmake/packages.sh" test
sh "$root/cmake/build.sh" asan
cd "$root"
# Many tests wait most of their time: for a limit of the kernel, or for a program of others.
exec ctest --preset asan --parallel "$(($(nproc) * 2 + 1))" "$@"
