// The length of the way back, where that is another way (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <string>

namespace trace_back_tests {

using namespace libnet::test;

namespace {

/// From r3 on, answers go by way of two more routers: r3, back1, back2, r1, client.
constexpr auto detour = R"(set -e
for name in back1 back2; do
    ip netns add $name
    ip netns exec $name sh -c 'ip link set lo up
        echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
        echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
done
for name in r1 r3 back1 back2; do
    ip netns exec $name sh -c 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$file; done'
done
cable() { # LEFT RIGHT NUMBER
    ip link add "$1-$2" type veth peer name "$2-$1"
    ip link set "$1-$2" netns "$1"
    ip link set "$2-$1" netns "$2"
    number=$3
    for side in "$1 $1-$2 1" "$2 $2-$1 2"; do
        set -- $side
        ip -n $1 link set $2 up
        ip -n $1 address add 10.0.$number.$3/24 dev $2
        ip -n $1 address add fd00:0:0:$number::$3/64 dev $2 nodad
    done
}
cable r3 back1 71
cable back1 back2 72
cable back2 r1 73
for hop in 'r3 71.2' 'back1 72.2' 'back2 73.2'; do
    set -- $hop
    ip -n $1 route replace 10.0.1.0/24 via 10.0.$2
    ip -n $1 route replace fd00:0:0:1::/64 via fd00:0:0:${2%.*}::${2#*.}
done)";

/// Without the times.
std::string hops_of(const std::string& output)
{
    const auto header = output.find('\n');
    return header == output.npos ? "" : replace_all(output.substr(header + 1), R"(  [\d.]+ ms)", "");
}

}  // namespace

TEST_CASE("with --back both programs tell how much longer the way back is", "[lab]")
{
    // Once: the network is there for all tests of this file.
    static const auto made = run({"sh", "-c", detour});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    const std::string family = GENERATE("-4", "-6");
    const std::string method = GENERATE("", "-I", "-U", "-T");
    Arguments flags{"-n", "-q", "1", "-w", "1,0,0", "--back", family};
    if (!method.empty()) flags.push_back(method);
    flags.push_back("alpha");
    auto ours = flags, theirs = flags, unprivileged = flags;
    ours.insert(ours.begin(), program("trace++"));
    unprivileged.insert(unprivileged.begin(), {program("trace++"), "--unprivileged"});
    theirs.insert(theirs.begin(), "traceroute");
    // r3 answers by its new interface. Five hosts are on the way of an answer of alpha's: alpha, r3, back1, back2 and r1.
    const std::string three = family == "-4" ? " 1  10.0.1.1\n 2  *\n 3  10.0.71.1 '-4'\n 4  10.0.4.2"
                                             : " 1  fd00:0:0:1::1\n 2  *\n 3  fd00:0:0:3::2 '-4'\n 4  fd00:0:0:4::2";
    const auto expected = three + " '-5'\n";
    const auto rival = run(theirs);
    const auto one = run(ours), other = run(unprivileged);
    INFO(method << '\n' << one.out << one.err << other.out << other.err << rival.out << rival.err);
    CHECK(hops_of(rival.out) == expected);
    CHECK(hops_of(one.out) == expected);
    // Of a connection that has come about, the kernel doesn't tell which TTL the answer had.
    CHECK(hops_of(other.out) == (method == "-T" ? three + '\n' : expected));
}

}  // namespace trace_back_tests
