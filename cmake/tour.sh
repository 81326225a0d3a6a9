#!/bin/sh
# tour.sh network|loopback: the four programs at work. `network` runs inside tests/lab/network.sh.
set -eu
PATH=$LIBNET_BIN_DIR:$PATH
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
logs=$(mktemp -d)
servers=
finish() {
    for pid in $servers; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$logs"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi; }

# Prints a command, runs it, and goes on whatever becomes of it: a lost packet is part of the show.
show() {
    printf '\n$ %s\n' "$*"
    "$@" || printf '(exit code %s)\n' $?
}

# serve NAME COMMAND...: starts a server, waits until it says where it listens, and sets `listening` to that.
serve() {
    name=$1
    shift
    printf '\n$ %s &\n' "$*"
    "$@" >"$logs/$name" 2>"$logs/$name.messages" &
    servers="$servers $!"
    for _ in $(seq 300); do
        grep -q ' on .*:[0-9]' "$logs/$name.messages" && break
        sleep 0.1
    done
    cat "$logs/$name.messages"
    listening=$(sed -n 's,.* on \([^ ]*:[0-9]*\)$,\1,p' "$logs/$name.messages" | head -n 1)
}

# logged NAME LINES: the access log of a server, once it has a line for each request. A client has its answer before the
# line is written.
logged() {
    for _ in $(seq 300); do
        [ "$(wc -l <"$logs/$1")" -lt "$2" ] || break
        sleep 0.1
    done
    printf '\n%s logged:\n' "$1++"
    cat "$logs/$1"
}

case $1 in
    network)
        say "A network of our own: client - r1 - r2 - r3 - {alpha, beta, web}. r2 is silent, beta loses packets."
        say "ping++: three hosts, one of them losing packets"
        show ping++ -4 -c 5 -i 0.2 -W 1 alpha beta web
        say "trace++: a path with a silent hop"
        show trace++ -4 -w 1 web
        say "httpd++ on the host 'web' serves this project's own documentation"
        serve httpd ip netns exec web "$LIBNET_BIN_DIR/httpd++" "$root"
        site=http://10.0.6.2:8080 ;;
    loopback)
        say "Namespaces are not allowed here, so the tour stays on loopback: one hop, and nothing gets lost."
        say "ping++"
        show ping++ -c 3 -i 0.2 127.0.0.1
        say "trace++"
        show trace++ 127.0.0.1
        say "httpd++ serves this project's own documentation"
        serve httpd httpd++ --bind 127.0.0.1 --port 0 "$root"
        site=http://$listening ;;
    *) echo "usage: $0 network|loopback" >&2; exit 2 ;;
esac

show curl -sI "$site/README.md"
show curl -s "$site/README.md" -o "$logs/README.md"
cmp "$root/README.md" "$logs/README.md" && echo "README.md arrived whole: $(wc -c <"$logs/README.md") bytes"

say "proxy++ on the client fetches it, as a proxy and as a tunnel"
serve proxy proxy++ --allow-private --connect-port all --port 0
proxy=http://$listening
show curl -s -x "$proxy" -o /dev/null -D - "$site/CHANGELOG.md"
show curl -s -x "$proxy" --proxytunnel -o /dev/null -D - "$site/CHANGELOG.md"
show curl -s -x "$proxy" -o /dev/null -w 'status %{http_code}: a host that does not exist\n' http://nowhere.invalid/
logged proxy 3
logged httpd 4
say "That was the tour. One program alone: sh cmake/run.sh ping++ -c 3 127.0.0.1"
