# needs.sh: for scripts that measure. Source it.
#
#   needs wrk "$build/apps/httpd++"     ends the script where a command isn't installed or a program isn't built, and says what to do

needs() {
    local it
    for it in "$@"; do
        case $it in
            */*) [ -x "$it" ] || { echo "${0##*/}: $it isn't built: cmake --preset bench && cmake --build --preset bench" >&2; exit 1; } ;;
            *) command -v "$it" >/dev/null || { echo "${0##*/}: $it isn't installed: sh cmake/packages.sh bench" >&2; exit 1; } ;;
        esac
    done
}
