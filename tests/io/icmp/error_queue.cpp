#include <libnet/io/icmp/error_queue.hpp>
#include <tests/support/catch.hpp>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <optional>
#include <string>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace error_queue_tests {

using namespace libnet::io;

namespace {

/// A UDP socket on a loopback address that asks for everything an error queue can tell.
class UdpSocket {
public:
    explicit UdpSocket(bool v4) : v4_{v4}, socket_{::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0)}
    {
        const int level = v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
        set_option(socket_, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
        set_option(socket_, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
        enable_receive_timestamps(socket_);
        const asio::ip::udp::endpoint any{address(), 0};
        REQUIRE(::bind(socket_, any.data(), static_cast<socklen_t>(any.size())) == 0);
    }
    ~UdpSocket() { ::close(socket_); }
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    asio::ip::address address() const { return asio::ip::make_address(v4_ ? "127.0.0.1" : "::1"); }
    int native() const { return socket_; }

    asio::ip::udp::endpoint local() const
    {
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size);
        return to_endpoint(bound);
    }

    ssize_t send(const std::string& text, const asio::ip::udp::endpoint& to) const
    {
        return ::sendto(socket_, text.data(), text.size(), 0, to.data(), static_cast<socklen_t>(to.size()));
    }

private:
    bool v4_;
    int socket_;
};

/// A port of this address that nothing listens on: it was ours a moment ago.
asio::ip::udp::endpoint closed_port(bool v4) { return UdpSocket{v4}.local(); }

std::string text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The oldest entry; there are no others.
std::optional<QueuedError> next(ErrorQueueReader& reader, const UdpSocket& socket)
{
    const auto entries = reader.take(socket.native());
    CHECK(entries.size() <= 1);
    return entries.empty() ? std::nullopt : std::optional{entries.front()};
}

void wait_for_error(int socket)
{
    pollfd error{socket, 0, 0};
    REQUIRE(::poll(&error, 1, 10'000) == 1);
}

}  // namespace

TEST_CASE("an error queue tells who refused which packet, and why", "[io][error_queue]")
{
    const bool v4 = GENERATE(true, false);
    const UdpSocket socket{v4};
    const auto destination = closed_port(v4);
    ErrorQueueReader reader;
    CHECK(!next(reader, socket));

    REQUIRE(socket.send("hello", destination) == 5);
    wait_for_error(socket.native());
    const auto error = next(reader, socket);
    REQUIRE(error.has_value());
    CHECK(error->origin == (v4 ? QueuedError::Origin::icmp : QueuedError::Origin::icmpv6));
    CHECK(error->error == ECONNREFUSED);
    CHECK(error->type == (v4 ? 3 : 1));
    CHECK(error->code == (v4 ? 3 : 4));
    CHECK(error->offender == socket.address());
    CHECK(error->destination == destination);
    CHECK(error->ttl == 64);
    CHECK(text_of(error->payload) == "hello");
    CHECK(!next(reader, socket));
}

TEST_CASE("errors come in their order, and what is quoted is cut, not overrun", "[io][error_queue]")
{
    const UdpSocket socket{true};
    const auto destination = closed_port(true);
    REQUIRE(socket.send(std::string(1'400, 'a'), destination) == 1'400);
    wait_for_error(socket.native());
    ErrorQueueReader reader;
    const auto first = next(reader, socket);
    REQUIRE(first.has_value());
    CHECK(first->payload.size() <= 64);
    CHECK(text_of(first->payload) == std::string(first->payload.size(), 'a'));

    REQUIRE(socket.send("b", destination) == 1);
    wait_for_error(socket.native());
    CHECK(text_of(next(reader, socket).value().payload) == "b");
}

TEST_CASE("an emptied error queue leaves no error behind for the next send", "[io][error_queue]")
{
    const UdpSocket socket{true}, other{true};
    REQUIRE(socket.send("x", closed_port(true)) == 1);
    wait_for_error(socket.native());
    ErrorQueueReader reader;
    while (next(reader, socket)) {
    }
    CHECK(socket.send("y", other.local()) == 1);
}

TEST_CASE("an address of neither family is no endpoint, and an option that is refused throws", "[io][error_queue]")
{
    CHECK(to_endpoint({}) == asio::ip::udp::endpoint{});
    CHECK_THROWS_AS(set_option(-1, SOL_SOCKET, SO_RCVBUF, 1), boost::system::system_error);
}

}  // namespace error_queue_tests
