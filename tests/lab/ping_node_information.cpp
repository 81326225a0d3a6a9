// ping++ -N under the name ping: asks a node for its names and addresses, beside iputils'. Linux itself doesn't answer, so
// that a node of ours does, on loopback.

#include <tests/support/catch.hpp>
#include <tests/support/information_node.hpp>
#include <tests/support/iputils_header.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>

#include <string>
#include <string_view>

namespace ping_node_information_tests {

using namespace libnet;
using namespace libnet::test;

namespace {

const Arguments ours{program("ping++"), "--as", "ping"}, theirs{"ping"};

using namespace std::string_view_literals;

void check_same(const Arguments& arguments)
{
    std::string line;
    for (const auto& argument : arguments) line += argument + ' ';
    INFO("ping " << line);
    CHECK(told_by(run(with(ours, arguments))) == with_newer_header(told_by(run(with(theirs, arguments)))));
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("as ping, a node tells its names and addresses", "[lab]")
{
    const InformationNode node;
    const auto names = run(with(ours, {"-N", "name", "-c", "2", "-i", "0.05", "-n", "::1"}));
    INFO(names.out << names.err);
    CHECK(names.exit_code == 0);
    CHECK(masked(names.out) ==
          "PING ::1 (::1) 56 data bytes\n38 bytes from ::1: alpha.net., beta; seq=1; ttl=64\n"
          "38 bytes from ::1: alpha.net., beta; seq=2; ttl=64\n\n--- ::1 ping statistics ---\n"
          "2 packets transmitted, 2 received, 0% packet loss, time T\n\n");
    CHECK(contains(run(with(ours, {"-N", "ipv6-global", "-c", "1", "::1"})).out, " from ::1: 2001:db8::1; seq=1; "));
    CHECK(contains(run(with(ours, {"-N", "ipv4", "-c", "1", "::1"})).out, "16 bytes from ::1: refused; seq=1; "));
}

TEST_CASE("as ping, a node's answers have iputils' lines", "[lab]")
{
    if (is_missing("ping", "iputils-ping")) return;
    const InformationNode node;
    check_same({"-N", "name", "-c", "1", "-n", "::1"});
    check_same({"-N", "ipv6", "-c", "2", "-i", "0.05", "-n", "::1"});
    check_same({"-N", "ipv4-all", "-c", "1", "-n", "::1"});
    check_same({"-N", "name", "-N", "subject-ipv4=192.0.2.1", "-c", "1", "-q", "-n", "::1"});
    check_same({"-N", "help"});
    check_same({"-N", "nothing", "::1"});
}

TEST_CASE("as ping, a node that says nothing, too much or nonsense is survived", "[lab]")
{
    const auto silent = run(with(ours, {"-N", "name", "-c", "1", "-W", "0.2", "-n", "::1"}));
    CHECK(silent.exit_code == 1);
    CHECK(contains(silent.out, "1 packets transmitted, 0 received, 100% packet loss"));
    {
        const InformationNode twice{2};
        const auto done = run(with(ours, {"-N", "ipv6", "-c", "2", "-i", "0.3", "-n", "::1"}));
        CHECK(contains(done.out, "seq=1; ttl=64 (DUP!)\n"));
        CHECK(contains(done.out, "2 received, +"));  // one or two: the end need not wait for the last one
    }
    const InformationNode liar{1, octets_of("\0\0\0\0\3\x1b[m\0\0\xC0\x30"sv)};
    const auto done = run(with(ours, {"-N", "name", "-c", "1", "-n", "::1"}));
    INFO(done.out);
    CHECK(contains(done.out, " from ::1: \\x1B[m parse error (truncated); seq=1; "));
}

TEST_CASE("as ping, questions to nodes that can't be are told", "[lab]")
{
    CHECK(run(with(ours, {"-N", "name", "-N", "ipv4", "::1"})).exit_code == 2);
    CHECK(contains(run(with(ours, {"-N", "subject-ipv6=nowhere", "::1"})).err, "-N: invalid subject: nowhere\n"));
    CHECK(run(with(ours, {"-4", "-N", "name", "127.0.0.1"})).exit_code == 2);
    CHECK(run(with(ours, {"-N", "name"})).exit_code == 2);
    // Without a host, the group of the name is asked.
    const auto group = run(with(ours, {"-N", "name", "-N", "subject-name=alpha%client-r1", "-c", "1", "-W", "0.2"}));
    CHECK(contains(group.out + group.err, "ff02::2:fff4:45eb%client-r1"));
}

}  // namespace ping_node_information_tests
