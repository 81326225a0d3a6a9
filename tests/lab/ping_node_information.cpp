// ping++ -N under the name ping: asks a node for its names and addresses, beside iputils'. Linux itself doesn't answer, so
// that a node of ours does, on loopback.

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/wire/icmp/node_information.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/iputils_header.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>

#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ping_node_information_tests {

using namespace libnet;
using namespace libnet::test;
using Octets = std::vector<std::byte>;

namespace {

const Arguments ours{program("ping++"), "--as", "ping"}, theirs{"ping"};

Octets octets(std::string_view text)
{
    Octets bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

using namespace std::string_view_literals;

const Octets two_names = octets("\0\0\0\0\5alpha\3net\0\4beta\0\0"sv);
const Octets one_address = octets("\0\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"sv);

/// Answers queries for names and IPv6 addresses, and refuses others. As often as it is told to, and with octets in front
/// of that which are no answers.
class Node {
public:
    explicit Node(int answers = 1, Octets names = two_names)
        : socket_{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)},
          stop_{::eventfd(0, EFD_CLOEXEC)},
          answers_{answers},
          names_{std::move(names)}
    {
        icmp6_filter filter;
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(wire::node_query_type, &filter);
        REQUIRE(::setsockopt(socket_.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~Node()
    {
        const std::uint64_t one = 1;
        (void)!::write(stop_.get(), &one, sizeof one);
        thread_.join();
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

private:
    void serve()
    {
        for (;;) {
            pollfd waits[] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
            if (::poll(waits, 2, -1) < 0 || waits[1].revents != 0) return;
            std::array<std::byte, 2048> message;
            sockaddr_in6 from{};
            socklen_t size = sizeof from;
            const auto count =
                ::recvfrom(socket_.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (count > 0) answer(std::span{message}.first(static_cast<std::size_t>(count)), from);
        }
    }

    void answer(std::span<const std::byte> message, const sockaddr_in6& to)
    {
        const auto query = wire::decode_node_query(message);
        if (!query) return;
        wire::NodeReply reply;
        reply.qtype = query->qtype;
        reply.nonce = query->nonce;
        if (query->qtype == wire::NodeQtype::names) reply.data = names_;
        else if (query->qtype == wire::NodeQtype::ipv6_addresses) reply.data = one_address;
        else reply.code = wire::NodeReplyCode::refused;
        auto forged = reply;
        forged.nonce[7] ^= std::byte{1};
        send(wire::encode_node_reply(forged), to);
        for (int i = 0; i < answers_; ++i) send(wire::encode_node_reply(reply), to);
    }

    void send(const Octets& message, sockaddr_in6 to)
    {
        to.sin6_port = 0;
        ::sendto(socket_.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }

    io::FileDescriptor socket_, stop_;
    int answers_;
    Octets names_;
    std::thread thread_;
};

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
    const Node node;
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
    const Node node;
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
        const Node twice{2};
        const auto done = run(with(ours, {"-N", "ipv6", "-c", "2", "-i", "0.3", "-n", "::1"}));
        CHECK(contains(done.out, "seq=1; ttl=64 (DUP!)\n"));
        CHECK(contains(done.out, "2 received, +"));  // one or two: the end need not wait for the last one
    }
    const Node liar{1, octets("\0\0\0\0\3\x1b[m\0\0\xC0\x30"sv)};
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
