#include <libnet/io/icmp/icmp_message_socket.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <vector>

using namespace std::chrono_literals;
using namespace libnet;
namespace asio = boost::asio;
using io::IcmpAccess, io::IcmpMessageSocket, wire::IpVersion;

namespace {

asio::ip::address loopback(IpVersion version)
{
    return asio::ip::make_address(version == IpVersion::v4 ? "127.0.0.1" : "::1");
}

/// nullptr, with a word about it, where such a socket is not allowed.
std::unique_ptr<IcmpMessageSocket> open_socket(asio::io_context& context, IpVersion version, IcmpAccess access,
                                               io::IcmpSocketOptions options = {})
{
    options.access = access;
    const auto answers = version == IpVersion::v4 ? wire::icmp_type::echo_reply : wire::icmpv6_type::echo_reply;
    try {
        return std::make_unique<IcmpMessageSocket>(context.get_executor(), version, answers, options);
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return nullptr;
    }
}

std::vector<std::byte> echo_request(const IcmpMessageSocket& socket, std::uint16_t sequence, std::size_t size)
{
    std::vector<std::byte> message(size, std::byte{'x'});
    wire::encode_echo_request(socket.version(), socket.identifier(), sequence, message);
    return message;
}

}  // namespace

TEST_CASE("messages of any size come back whole, with a time between sending and reading", "[io][icmp_message_socket]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    const auto socket = open_socket(context, version, access);
    if (!socket) return;
    CHECK(socket->is_raw() == (access == IcmpAccess::raw));
    CHECK_FALSE(socket->receive());
    for (const std::size_t size : {8U, 9U, 1500U, 60'000U}) {
        const auto request = echo_request(*socket, 7, size);
        const auto before = std::chrono::steady_clock::now();
        REQUIRE_FALSE(socket->send(loopback(version), request));
        const auto received = socket->receive();
        REQUIRE(received);
        CHECK(received->from == loopback(version));
        CHECK(received->at >= before);
        CHECK(received->at <= std::chrono::steady_clock::now());
        const auto echo = wire::decode_echo_reply(version, received->message);
        REQUIRE(echo.has_value());
        CHECK(echo->identifier == socket->identifier());
        CHECK(echo->sequence == 7);
        CHECK(std::ranges::equal(echo->payload, std::span{request}.subspan(8)));
    }
    CHECK_FALSE(socket->receive());
    CHECK_FALSE(socket->next_error());
}

TEST_CASE("what is larger than the interface takes is refused, and the error queue says what it takes",
          "[io][icmp_message_socket]")
{
    const auto access = GENERATE(IcmpAccess::datagram, IcmpAccess::raw);
    asio::io_context context;
    io::IcmpSocketOptions options;
    options.path_mtu_discovery = io::PathMtuDiscovery::probe;
    const auto socket = open_socket(context, IpVersion::v6, access, options);
    if (!socket) return;
    // The largest IPv6 packet is a little larger than the loopback interface's usual MTU of 65,536.
    const auto error = socket->send(loopback(IpVersion::v6), echo_request(*socket, 1, 65'535));
    if (!error) return;  // unusually large
    CHECK(error == asio::error::message_size);
    const auto queued = socket->next_error();
    REQUIRE(queued);
    CHECK(queued->origin == io::QueuedError::Origin::local);
    CHECK(queued->error == EMSGSIZE);
    CHECK(queued->info >= 1280);
    CHECK(queued->info < 65'575);
    const auto arrived = socket->arrival(*queued);
    CHECK(arrived <= std::chrono::steady_clock::now());
}

TEST_CASE("waiting ends with an answer, at the deadline, or when it is cancelled", "[io][icmp_message_socket]")
{
    asio::io_context context;
    const auto socket = open_socket(context, IpVersion::v4, IcmpAccess::automatic);
    if (!socket) return;
    std::exception_ptr thrown;
    const auto wait = [&](std::chrono::milliseconds time) {
        const auto started = std::chrono::steady_clock::now();
        asio::co_spawn(context, socket->ready(started + time), [&](std::exception_ptr failed) { thrown = failed; });
        context.restart();
        context.run_for(10s);
        return std::chrono::steady_clock::now() - started;
    };
    CHECK(wait(30ms) >= 30ms);
    CHECK_FALSE(thrown);
    REQUIRE_FALSE(socket->send(loopback(IpVersion::v4), echo_request(*socket, 1, 64)));
    CHECK(wait(5s) < 5s);
    CHECK_FALSE(thrown);
    CHECK(socket->receive());
    asio::steady_timer soon{context, 10ms};
    soon.async_wait([&](auto) { socket->cancel(); });
    CHECK(wait(5s) < 5s);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
}
