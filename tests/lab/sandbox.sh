#!/bin/sh
# examples/deploy/sandbox.sh with an internet of two servers behind it: what the rules name is reached, by curl, git, pip and
# npm where they are installed, and nothing else is, by no protocol. No network but those that are made here is touched.
set -eu

if [ "${LIBNET_LAB:-}" != inside ]; then
    namespaces="--net --mount --pid --fork --kill-child --mount-proc"
    [ "$(id -u)" -eq 0 ] || namespaces="--user --map-root-user $namespaces"
    # shellcheck disable=SC2086 # a list of words
    unshare $namespaces true 2>/dev/null || { echo "SKIPPED: network namespaces are not allowed here" >&2; exit 77; }
    export LIBNET_LAB=inside
    # shellcheck disable=SC2086
    exec unshare $namespaces sh "$0" "$@"
fi

missing() { echo "SKIPPED: the sandbox needs $1" >&2; exit 77; }
for program in ip nft curl; do command -v $program >/dev/null || missing $program; done
here=$(cd "$(dirname "$0")" && pwd)
programs=${LIBNET_BIN_DIR:?}

mount -t tmpfs lab /run
mkdir /run/netns /run/site /run/work
ip link set lo up
nft list tables >/dev/null 2>&1 || missing "nf_tables in the kernel"
echo 1 >/proc/sys/net/ipv4/ip_forward
echo "nameserver 127.0.0.1" >/run/resolv.conf
printf '127.0.0.1 localhost\n10.9.0.2 code.test\n10.9.0.3 other.test\n' >/run/hosts
mount --bind /run/hosts /etc/hosts
mount --bind /run/resolv.conf /etc/resolv.conf

# The internet: two hosts that serve the same, and count what comes from elsewhere than the proxy.
ip netns add internet
ip link add wan type veth peer name eth0 netns internet
ip address add 10.9.0.1/24 dev wan
ip link set wan up
ip -n internet link set lo up
for host in 2 3; do ip -n internet address add 10.9.0.$host/24 dev eth0; done
ip -n internet link set eth0 up
ip -n internet route add default via 10.9.0.1
ip netns exec internet nft -f - <<EOF
table inet seen {
    chain in {
        type filter hook prerouting priority 0;
        iifname "eth0" ip saddr 10.255.255.0/24 counter
        iifname "eth0" meta l4proto { udp, icmp } counter
    }
}
EOF

# What it serves.
cd /run/site
echo hello >file
has_git="" has_pip="" has_npm=""
if command -v git >/dev/null; then
    has_git=1
    git -c init.defaultBranch=main init -q /run/work/project
    echo code >/run/work/project/code
    git -C /run/work/project add code
    git -C /run/work/project -c user.name=a -c user.email=a@code.test commit -qm first
    git clone -q --bare /run/work/project /run/site/project.git
    git -C /run/site/project.git update-server-info
fi
if python3 -m pip --version >/dev/null 2>&1; then
    has_pip=1
    mkdir -p simple/thing
    python3 - <<EOF
import zipfile
with zipfile.ZipFile("simple/thing/thing-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("thing.py", "")
    wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    wheel.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: a\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("thing-1.0.dist-info/RECORD", "")
EOF
    echo '<a href="thing-1.0-py3-none-any.whl">thing-1.0-py3-none-any.whl</a>' >simple/thing/index.html
fi
if command -v npm >/dev/null && npm --version >/dev/null 2>&1; then
    has_npm=1
    mkdir -p tarballs /run/work/package
    echo '{"name":"thing","version":"1.0.0"}' >/run/work/package/package.json
    tar -C /run/work -czf tarballs/thing-1.0.0.tgz package
    cat >thing <<EOF
{"name":"thing","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"thing","version":"1.0.0",
 "dist":{"tarball":"http://code.test/tarballs/thing-1.0.0.tgz"}}}}
EOF
fi
ip netns exec internet "$programs/httpd++" --bind 0.0.0.0 --port 80 --access-log none /run/site 2>/run/work/httpd.log &
until grep -q 'serving' /run/work/httpd.log; do
    kill -0 $! 2>/dev/null || { cat /run/work/httpd.log; exit 1; }
    sleep 0.1
done

cat >/run/rules <<EOF
allow  to code.test 80
private code.test 10.9.0.2
default deny
EOF

# What the job tries. It is root in its network, and has the route that would lead out if anything did.
cat >/run/job.sh <<'EOF'
set -u
failed=0
check() { # check WHAT EXPECTED COMMAND...
    what=$1 expected=$2
    shift 2
    if "$@" >/run/work/out 2>&1; then got=reached; else got=blocked; fi
    if [ $got = $expected ]; then echo "ok: $what is $got"; else echo "FAILED: $what is $got"; cat /run/work/out; failed=1; fi
}
refused() { # refused WHAT ARGUMENT-OF-CURL...: 403, of an answer or of a CONNECT
    what=$1
    shift
    got=$(curl -s -o /dev/null -w '%{http_code} %{http_connect}' --max-time 20 "$@") || true
    case "$got" in
        "403 000" | "000 403") echo "ok: $what is refused" ;;
        *) echo "FAILED: $what gets $got"; failed=1 ;;
    esac
}
ip route add default via 10.255.255.1
check "a file that the rules name" reached curl -sf --max-time 20 http://code.test/file
if [ -n "$has_git" ]; then check "a repository" reached git clone -q http://code.test/project.git /run/work/clone; fi
if [ -n "$has_pip" ]; then
    check "a wheel" reached python3 -m pip download -q --disable-pip-version-check --no-cache-dir --no-deps -d /run/work/wheels \
        --index-url http://code.test/simple/ --trusted-host code.test thing
fi
if [ -n "$has_npm" ]; then
    cd /run/work && check "a package of npm" reached npm pack --registry http://code.test/ --cache /run/work/npm --no-update-notifier thing
fi

refused "another host" http://other.test/file
refused "the same host by its address" http://10.9.0.2/file
refused "a tunnel to another port" -p http://code.test:22/
refused "a tunnel to the other host" -p http://other.test/
refused "the proxy's own machine" http://127.0.0.1:8888/
check "another host by SOCKS" blocked curl -sf --max-time 20 --noproxy '' -x socks5h://10.255.255.1:8888 http://other.test/file
check "a host without the proxy" blocked curl -sf --noproxy '*' --connect-timeout 1 http://10.9.0.2/file
check "another port of the gate" blocked curl -sf --noproxy '*' --connect-timeout 1 http://10.255.255.1:80/
check "the gate's other address" blocked curl -sf --noproxy '*' --connect-timeout 1 http://10.9.0.1:8888/
check "a ping" blocked ping -c 1 -W 1 10.9.0.2
check "a ping of the gate" blocked ping -c 1 -W 1 10.255.255.1
if command -v bash >/dev/null; then
    # Nothing says whether a datagram has come: the servers count them.
    bash -c 'echo question >/dev/udp/10.9.0.2/53; echo question >/dev/udp/10.255.255.1/53' 2>/dev/null
fi
exit $failed
EOF
export has_git has_pip has_npm

status=0
PROXY="$programs/proxy++" sh "$here/../../examples/deploy/sandbox.sh" /run/rules sh /run/job.sh 2>/run/work/events || status=$?
[ $status -eq 0 ] || { cat /run/work/events; exit $status; }
grep -q '"host":"other.test".*"verdict":"default_denied"' /run/work/events || { echo "FAILED: no decision is logged"; exit 1; }

seen=$(ip netns exec internet nft list table inet seen)
if [ "$(echo "$seen" | grep -c 'counter packets 0 ')" -ne 2 ]; then
    echo "FAILED: packets came past the proxy"
    echo "$seen"
    exit 1
fi
if nft list tables | grep -q sandbox- || ip netns list | grep -q sandbox-; then
    echo "FAILED: the sandbox leaves something behind"
    exit 1
fi
