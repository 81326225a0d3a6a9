#include <libnet/io/tcp/connect.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <iterator>
#include <optional>

#include <sys/socket.h>

namespace connect_tests {

using namespace std::chrono_literals;
using namespace libnet::io;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");
const auto loopback6 = asio::ip::make_address("::1");

/// What became of it: a peer to talk to, or an error.
struct Outcome {
    std::optional<asio::ip::tcp::endpoint> peer;
    boost::system::error_code error;
};

asio::ip::tcp::endpoint peer_of(int socket)
{
    asio::ip::tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    if (::getpeername(socket, peer.data(), &size) == 0) peer.resize(size);
    return peer;
}

Outcome outcome_of(asio::io_context& io, const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                   std::chrono::milliseconds timeout = 10s)
{
    SocketPoll poll{io.get_executor()};
    bool told = false;
    Connecting connecting{poll, addresses, port, {.timeout = timeout}, [&told] { told = true; }};
    const bool at_once = connecting.done();
    io.run();
    CHECK(connecting.done());
    CHECK(told != at_once);
    Outcome outcome{.peer = std::nullopt, .error = connecting.error()};
    if (const auto socket = connecting.take()) outcome.peer = peer_of(socket.get());
    return outcome;
}

/// A port of loopback on which nothing listens: it is bound, so that no other program can.
class ClosedPort {
public:
    explicit ClosedPort(asio::io_context& io) : socket_{io, {loopback, 0}} {}
    std::uint16_t port() const { return socket_.local_endpoint().port(); }

private:
    asio::ip::tcp::socket socket_;
};

/// A listener whose queue is full answers no client: whoever connects hangs.
struct FullListener {
    explicit FullListener(asio::io_context& io) : acceptor{io, asio::ip::tcp::v4()}, filler{io}, second_filler{io}
    {
        acceptor.bind({loopback, 0});
        acceptor.listen(0);
        filler.connect(acceptor.local_endpoint());
        second_filler.open(asio::ip::tcp::v4());
        second_filler.native_non_blocking(true);
        const auto endpoint = acceptor.local_endpoint();
        ::connect(second_filler.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    }

    asio::ip::tcp::acceptor acceptor;
    asio::ip::tcp::socket filler, second_filler;
};

std::ptrdiff_t open_descriptors()
{
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd"};
    return std::distance(begin(descriptors), end(descriptors));
}

}  // namespace

TEST_CASE("a host that listens is connected to", "[io][connect]")
{
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    const auto outcome = outcome_of(io, {loopback}, acceptor.local_endpoint().port());
    CHECK_FALSE(outcome.error);
    CHECK(outcome.peer == acceptor.local_endpoint());
}

TEST_CASE("the second address is used when the first refuses", "[io][connect]")
{
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    const auto outcome = outcome_of(io, {loopback6, loopback}, acceptor.local_endpoint().port());
    CHECK(outcome.peer == acceptor.local_endpoint());
}

TEST_CASE("a closed port is a refused connection", "[io][connect]")
{
    asio::io_context io{1};
    const ClosedPort closed{io};
    CHECK(outcome_of(io, {loopback}, closed.port()).error == boost::system::errc::connection_refused);
}

TEST_CASE("a race without time has timed out", "[io][connect]")
{
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    const auto outcome = outcome_of(io, {loopback}, acceptor.local_endpoint().port(), 0ms);
    CHECK(outcome.error == boost::system::errc::timed_out);
}

TEST_CASE("no address is no connection", "[io][connect]")
{
    asio::io_context io{1};
    CHECK(outcome_of(io, {}, 1).error == boost::system::errc::address_not_available);
}

TEST_CASE("a host that doesn't answer times out", "[io][connect]")
{
    asio::io_context io{1};
    const FullListener full{io};
    const auto outcome = outcome_of(io, {loopback}, full.acceptor.local_endpoint().port(), 20ms);
    CHECK(outcome.error == boost::system::errc::timed_out);
}

TEST_CASE("who gives up is told nothing, and leaves nothing behind", "[io][connect]")
{
    asio::io_context io{1};
    const FullListener full{io};
    SocketPoll poll{io.get_executor()};
    const auto before = open_descriptors();
    std::optional<Connecting> connecting;
    connecting.emplace(poll, std::vector{loopback}, full.acceptor.local_endpoint().port(),
                       libnet::engine::ConnectRaceOptions{}, [] { FAIL("told"); });
    CHECK_FALSE(connecting->done());
    io.poll();
    connecting.reset();
    io.restart();
    io.run();
    CHECK(open_descriptors() == before);
}

TEST_CASE("loopback and unspecified addresses are this machine's, and documentation addresses are not", "[io][connect]")
{
    CHECK(is_local_address(loopback));
    CHECK(is_local_address(asio::ip::make_address("127.9.9.9")));
    CHECK(is_local_address(loopback6));
    CHECK(is_local_address(asio::ip::make_address("0.0.0.0")));
    CHECK_FALSE(is_local_address(asio::ip::make_address("192.0.2.1")));
    CHECK_FALSE(is_local_address(asio::ip::make_address("2001:db8::1")));
}

}  // namespace connect_tests
