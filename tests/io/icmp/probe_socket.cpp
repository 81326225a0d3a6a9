#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <vector>

#include <poll.h>

namespace probe_socket_tests {

using namespace std::chrono_literals;
using namespace libnet;
namespace asio = boost::asio;
using io::IcmpAccess, io::ProbeReader, io::ProbeSocket, wire::IpVersion;

namespace {

asio::ip::address loopback(IpVersion version)
{
    return asio::ip::make_address(version == IpVersion::v4 ? "127.0.0.1" : "::1");
}

io::ProbeSocketOptions udp()
{
    io::ProbeSocketOptions options;
    options.protocol = io::ProbeProtocol::udp;
    return options;
}

io::ProbeSocketOptions with_stamps()
{
    io::ProbeSocketOptions options;
    options.transmit_stamps = true;
    return options;
}

/// nullptr, with a message about it, where such a socket is not allowed.
std::unique_ptr<ProbeSocket> open_socket(asio::io_context& context, IpVersion version, IcmpAccess access,
                                         io::ProbeSocketOptions options = {})
{
    options.access = access;
    try {
        return std::make_unique<ProbeSocket>(context.get_executor(), version, options);
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return nullptr;
    }
}

std::vector<std::byte> echo_request(const ProbeSocket& socket, std::uint16_t sequence, std::size_t size = 64)
{
    std::vector<std::byte> message(size);
    for (std::size_t i = wire::icmp_header_size; i < size; ++i) message[i] = static_cast<std::byte>(i + sequence);
    wire::encode_echo_request(socket.version(), socket.identifier(), sequence, message);
    return message;
}

/// Sends one message; why it couldn't be.
boost::system::error_code send(ProbeSocket& socket, const asio::ip::address& to, std::span<const std::byte> message,
                               std::uint64_t tag = 0)
{
    const ProbeSocket::Outgoing outgoing{{to, 0}, message, {}, tag};
    return socket.send({&outgoing, 1}).error;
}

struct Answer {
    asio::ip::address from;
    std::uint16_t sequence;
    std::vector<std::byte> payload;
    std::optional<int> ttl;
    ProbeReader::TimePoint received, read;
};

/// Waits for `count` answers, and reads all that there are.
std::vector<Answer> read_answers(const ProbeSocket& socket, ProbeReader& reader, std::size_t count)
{
    std::vector<Answer> answers;
    for (;;) {
        const auto batch = reader.receive(socket);
        for (const auto& datagram : batch.read) {
            const auto echo = wire::decode_echo_reply(socket.version(), datagram.message);
            REQUIRE(echo.has_value());
            answers.push_back({datagram.from.address(),
                               echo->sequence,
                               {echo->payload.begin(), echo->payload.end()},
                               datagram.ttl,
                               datagram.received,
                               datagram.read});
        }
        pollfd more{socket.native(), POLLIN, 0};
        if (batch.more) continue;
        if (answers.size() >= count || ::poll(&more, 1, 10'000) != 1) return answers;
    }
}

}  // namespace

TEST_CASE("messages of any size come back whole, with their stamps", "[io][probe_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, version, access);
    if (!socket) return;
    ProbeReader reader{65'536};
    CHECK(socket->is_raw() == (access == IcmpAccess::raw));
    CHECK(socket->version() == version);
    CHECK(reader.receive(*socket).read.empty());
    for (const std::size_t size : {8U, 9U, 1500U, 60'000U}) {
        const auto request = echo_request(*socket, 7, size);
        const auto before = std::chrono::steady_clock::now();
        REQUIRE(!send(*socket, loopback(version), request));
        const auto answers = read_answers(*socket, reader, 1);
        REQUIRE(answers.size() == 1);
        CHECK(answers[0].from == loopback(version));
        CHECK(answers[0].sequence == 7);
        CHECK(answers[0].ttl == 64);
        CHECK(answers[0].received >= before);
        CHECK(answers[0].received <= answers[0].read);
        CHECK(std::ranges::equal(answers[0].payload, std::span{request}.subspan(wire::icmp_header_size)));
    }
    CHECK(!reader.receive_errors(*socket).any);
    CHECK(socket->dropped() == 0);
}

TEST_CASE("messages leave together, and the kernel tells when each of them left", "[io][probe_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, version, access, with_stamps());
    if (!socket) return;
    ProbeReader reader{64};
    const auto burst = static_cast<std::uint16_t>(socket->burst(64));
    REQUIRE(burst > 16);
    std::vector<std::vector<std::byte>> requests;
    std::vector<ProbeSocket::Outgoing> outgoing;
    for (std::uint16_t i = 0; i < burst; ++i) requests.push_back(echo_request(*socket, i));
    for (std::uint16_t i = 0; i < burst; ++i)
        outgoing.push_back({{loopback(version), 0}, requests[i], {}, i, i % 3 != 1});  // every third without a stamp
    const auto before = std::chrono::steady_clock::now();
    const auto [count, error] = socket->send(outgoing);
    const auto after = std::chrono::steady_clock::now();
    REQUIRE(count == burst);
    REQUIRE(!error);

    std::vector<std::uint64_t> stamped;
    for (auto batch = reader.receive_errors(*socket); batch.any; batch = reader.receive_errors(*socket))
        for (const auto& entry : batch.read) {
            CHECK(entry.error->origin == io::QueuedError::Origin::transmit);
            CHECK(entry.at >= before);
            CHECK(entry.at <= after);
            stamped.push_back(entry.tag);
        }
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < burst; ++i)
        if (i % 3 != 1) expected.push_back(i);
    CHECK(stamped == expected);
    CHECK(read_answers(*socket, reader, burst).size() == burst);
}

TEST_CASE("transmit stamps find their messages after a send that failed", "[io][probe_socket]")
{
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, IpVersion::v4, access, with_stamps());
    if (!socket) return;
    ProbeReader reader{64};
    const auto request = echo_request(*socket, 1);
    for (std::uint64_t round = 0; round < 3; ++round) {
        REQUIRE(!send(*socket, loopback(IpVersion::v4), request, round));
        const auto first = reader.receive_errors(*socket);
        REQUIRE(first.read.size() == 1);
        CHECK(first.read[0].tag == round);
        CHECK(send(*socket, asio::ip::make_address("255.255.255.255"), request).failed());  // needs an option
    }
}

TEST_CASE("two sockets don't get each other's answers", "[io][probe_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto first = open_socket(context, version, access);
    const auto second = open_socket(context, version, access);
    if (!first || !second) return;
    ProbeReader reader{64};
    REQUIRE(!send(*first, loopback(version), echo_request(*first, 1)));
    CHECK(read_answers(*first, reader, 1).size() == 1);
    CHECK(read_answers(*second, reader, 0).empty());
}

TEST_CASE("each message has its TTL", "[io][probe_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    asio::io_context context;
    ProbeSocket receiver{context.get_executor(), version, udp()};
    ProbeSocket sender{context.get_executor(), version, udp()};
    const std::vector<std::byte> text(5, std::byte{0x41});
    const asio::ip::udp::endpoint to{loopback(version), receiver.identifier()};
    const std::vector<ProbeSocket::Outgoing> outgoing{{to, text, std::uint8_t{3}}, {to, text, std::uint8_t{250}}};
    REQUIRE(sender.send(outgoing).count == 2);
    ProbeReader reader{64};
    const auto batch = reader.receive(receiver);
    REQUIRE(batch.read.size() == 2);
    CHECK(batch.read[0].ttl == 3);
    CHECK(batch.read[1].ttl == 250);
    CHECK(batch.read[0].from == asio::ip::udp::endpoint{loopback(version), sender.identifier()});
}

TEST_CASE("a send that the system refuses says so, past the errors about others", "[io][probe_socket]")
{
    asio::io_context context;
    ProbeSocket socket{context.get_executor(), IpVersion::v4, udp()};
    ProbeReader reader{64};
    const std::vector<std::byte> text(5, std::byte{0x41});
    std::uint16_t closed = 0;
    {
        const ProbeSocket other{context.get_executor(), IpVersion::v4, udp()};
        closed = other.identifier();
    }
    std::size_t errors = 0;
    const auto take_errors = [&] {
        const auto batch = reader.receive_errors(socket);
        errors += batch.read.size();
        return batch.any;
    };
    // Loopback answers within the call: each send is refused at first because of the one before.
    for (int i = 0; i < 20; ++i)
        REQUIRE(io::send_past_errors(socket, {{loopback(IpVersion::v4), closed}, text}, take_errors).has_value());
    const auto broadcast =
        io::send_past_errors(socket, {{asio::ip::make_address("127.255.255.255"), 9}, text}, take_errors);
    REQUIRE(!broadcast.has_value());
    CHECK(broadcast.error() == asio::error::access_denied);
    while (take_errors()) continue;
    CHECK(errors == 20);
}

TEST_CASE("what is larger than the interface takes is refused, and the error queue says what it takes",
          "[io][probe_socket]")
{
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    io::ProbeSocketOptions options;
    options.path_mtu_discovery = io::PathMtuDiscovery::probe;
    const auto socket = open_socket(context, IpVersion::v6, access, options);
    if (!socket) return;
    ProbeReader reader{64};
    // The largest IPv6 packet is a little larger than the loopback interface's usual MTU of 65,536.
    const auto error = send(*socket, loopback(IpVersion::v6), echo_request(*socket, 1, 65'535));
    if (!error) return;  // unusually large
    CHECK(error == asio::error::message_size);
    const auto batch = reader.receive_errors(*socket);
    REQUIRE(batch.read.size() == 1);
    const auto& queued = *batch.read[0].error;
    CHECK(queued.origin == io::QueuedError::Origin::local);
    CHECK(queued.error == EMSGSIZE);
    CHECK(queued.info >= 1280);
    CHECK(queued.info < 65'575);
}

TEST_CASE("a refusal is the message's own after three without an explanation, or when there are too many",
          "[io][probe_socket]")
{
    io::Refusals refusals;
    CHECK(!refusals.is_own(false));
    CHECK(!refusals.is_own(false));
    CHECK(!refusals.is_own(true));
    CHECK(!refusals.is_own(false));
    CHECK(!refusals.is_own(false));
    CHECK(refusals.is_own(false));
    refusals.reset();
    int explained = 1;
    while (!refusals.is_own(true)) ++explained;
    CHECK(explained == 64);
}

TEST_CASE("waiting ends when a socket is ready, at the deadline, or when it is stopped", "[io][probe_poll]")
{
    asio::io_context context;
    ProbeSocket socket{context.get_executor(), IpVersion::v4, udp()};
    ProbeSocket sender{context.get_executor(), IpVersion::v4, udp()};
    const auto poll = std::make_shared<io::ProbePoll>(context.get_executor());
    poll->add(socket.native(), 42);
    std::exception_ptr thrown;
    bool ended = false;
    const auto start_waiting = [&](ProbeReader::TimePoint deadline) {
        ended = false;
        asio::co_spawn(context, io::ProbePoll::until(poll, deadline), [&](std::exception_ptr failed) {
            thrown = failed;
            ended = true;
        });
        context.restart();
    };
    start_waiting(std::chrono::steady_clock::now());
    context.run();
    CHECK(ended);
    CHECK(!thrown);
    std::vector<std::uint64_t> ready;
    const auto note = [&](std::uint64_t key) { ready.push_back(key); };
    CHECK(!poll->take_ready(note));
    CHECK(ready.empty());

    start_waiting(ProbeReader::TimePoint::max());
    context.poll();
    CHECK(!ended);
    const std::vector<std::byte> text(5, std::byte{0x41});
    const ProbeSocket::Outgoing outgoing{{loopback(IpVersion::v4), socket.identifier()}, text};
    REQUIRE(sender.send({&outgoing, 1}).count == 1);
    context.run();
    CHECK(ended);
    CHECK(!thrown);
    CHECK(!poll->take_ready(note));
    CHECK(ready == std::vector<std::uint64_t>{42});

    ProbeReader reader{64};
    CHECK(reader.receive(socket).read.size() == 1);
    start_waiting(ProbeReader::TimePoint::max());
    context.poll();
    poll->stop();
    context.run();
    CHECK(ended);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
}

}  // namespace probe_socket_tests
