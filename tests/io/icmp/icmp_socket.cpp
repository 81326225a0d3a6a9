#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/io/icmp/icmp_socket.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <vector>

#include <poll.h>

using namespace std::chrono_literals;
using namespace libnet;
namespace asio = boost::asio;
using io::IcmpAccess, io::IcmpSocket, wire::IpVersion;

namespace {

constexpr std::uint64_t cookie = 0xC0FFEE1234567890U;

asio::ip::address loopback(IpVersion version)
{
    return asio::ip::make_address(version == IpVersion::v4 ? "127.0.0.1" : "::1");
}

/// nullptr, with a word about it, where such a socket is not allowed.
std::unique_ptr<IcmpSocket> open_socket(asio::io_context& context, IpVersion version, IcmpAccess access)
{
    io::IcmpSocketOptions options;
    options.access = access;
    try {
        return std::make_unique<IcmpSocket>(context.get_executor(), version, options);
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return nullptr;
    }
}

struct Answer {
    asio::ip::address from;
    std::uint16_t sequence;
    std::vector<std::byte> payload;
    engine::TimePoint received, read;
};

/// Sends one request; why it couldn't be.
boost::system::error_code send(IcmpSocket& socket, const asio::ip::address& to, std::uint16_t sequence)
{
    const IcmpSocket::Outgoing request{to, sequence, cookie, {sequence, 0}};
    return socket.send({&request, 1}).error;
}

/// Waits for `count` answers, and reads all that there are.
std::vector<Answer> read_answers(IcmpSocket& socket, std::size_t count)
{
    std::vector<Answer> answers;
    for (;;) {
        const auto batch = socket.receive();
        for (const auto& [answer, corrupt] : batch.received) {
            CHECK(!corrupt);
            answers.push_back({answer.from,
                               answer.sequence,
                               {answer.payload.begin(), answer.payload.end()},
                               answer.received,
                               answer.read});
        }
        pollfd more{socket.descriptor().native_handle(), POLLIN, 0};
        if (batch.more) continue;
        if (answers.size() >= count || ::poll(&more, 1, 10'000) != 1) return answers;
    }
}

}  // namespace

TEST_CASE("an echo request to loopback comes back as an answer with its stamps", "[io][icmp_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, version, access);
    if (!socket) return;
    CHECK(socket->is_raw() == (access == IcmpAccess::raw));
    CHECK(socket->version() == version);
    CHECK(socket->receive().received.empty());

    const auto before = std::chrono::steady_clock::now();
    for (std::uint16_t sequence = 1; sequence <= 100; ++sequence) REQUIRE(!send(*socket, loopback(version), sequence));
    const auto answers = read_answers(*socket, 100);
    REQUIRE(answers.size() == 100);
    for (std::uint16_t sequence = 1; sequence <= 100; ++sequence) {
        const auto& answer = answers[sequence - 1U];
        CHECK(answer.from == loopback(version));
        CHECK(answer.sequence == sequence);
        CHECK(engine::judge_payload(cookie, 56, answer.payload) == engine::PayloadVerdict::genuine);
        CHECK(answer.received >= before);
        CHECK(answer.received <= answer.read);
    }
    CHECK(socket->dropped() == 0);
}

TEST_CASE("requests leave together, and the kernel tells when each of them left", "[io][icmp_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, version, access);
    if (!socket) return;
    std::vector<IcmpSocket::Outgoing> requests;
    for (std::uint16_t i = 0; i < socket->burst(); ++i) requests.push_back({loopback(version), i, cookie + i, {i, 7}});
    REQUIRE(requests.size() > 16);
    const auto before = std::chrono::steady_clock::now();
    const auto [count, error] = socket->send(requests);
    const auto after = std::chrono::steady_clock::now();
    REQUIRE(count == requests.size());
    REQUIRE(!error);

    std::uint32_t next = 0;
    for (auto batch = socket->receive_errors(); batch.any; batch = socket->receive_errors()) {
        for (const auto& fault : batch.faults) {
            const auto& left = std::get<IcmpSocket::Transmitted>(fault);
            CHECK(left.probe == engine::ProbeId{next++, 7});
            CHECK(left.at >= before);
            CHECK(left.at <= after);
        }
    }
    CHECK(next == requests.size());
    const auto answers = read_answers(*socket, requests.size());
    REQUIRE(answers.size() == requests.size());
    for (std::size_t i = 0; i < answers.size(); ++i)
        CHECK(engine::judge_payload(cookie + i, 56, answers[i].payload) == engine::PayloadVerdict::genuine);
}

TEST_CASE("transmit stamps find their probes after a send that failed", "[io][icmp_socket]")
{
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, IpVersion::v4, access);
    if (!socket) return;
    for (std::uint16_t round = 0; round < 3; ++round) {
        REQUIRE(!send(*socket, loopback(IpVersion::v4), round));
        const auto first = socket->receive_errors();
        REQUIRE(first.faults.size() == 1);
        CHECK(std::get<IcmpSocket::Transmitted>(first.faults[0]).probe.slot == round);
        CHECK(send(*socket, asio::ip::make_address("255.255.255.255"), 99).failed());  // needs an option
    }
}

TEST_CASE("two sockets don't hear each other's answers", "[io][icmp_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto first = open_socket(context, version, access);
    const auto second = open_socket(context, version, access);
    if (!first || !second) return;
    REQUIRE(!send(*first, loopback(version), 1));
    CHECK(read_answers(*first, 1).size() == 1);
    CHECK(read_answers(*second, 0).empty());
}

TEST_CASE("a send that the system refuses says so", "[io][icmp_socket]")
{
    asio::io_context context;
    const auto socket = open_socket(context, IpVersion::v4, IcmpAccess::automatic);
    if (!socket) return;
    // Broadcasts need an option that we don't set.
    CHECK(send(*socket, asio::ip::make_address("255.255.255.255"), 1).failed());
    REQUIRE(!send(*socket, loopback(IpVersion::v4), 1));
    CHECK(read_answers(*socket, 1).size() == 1);
}
