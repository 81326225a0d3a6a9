#include <libnet/io/tcp/connect.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>

using namespace std::chrono_literals;
using namespace libnet::io;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");
const auto loopback6 = asio::ip::make_address("::1");

/// What became of a `connect`: a peer to talk to, or an error.
struct Outcome {
    std::optional<asio::ip::tcp::endpoint> peer;
    boost::system::error_code error;
};

Task<> try_connect(std::vector<asio::ip::address> addresses, std::uint16_t port, std::chrono::milliseconds timeout,
                   Outcome& outcome)
{
    try {
        const libnet::engine::ConnectRaceOptions options{.timeout = timeout};
        auto connecting = connect(std::move(addresses), port, options);
        const auto socket = co_await std::move(connecting);
        outcome.peer = socket.remote_endpoint();
    } catch (const boost::system::system_error& error) {
        outcome.error = error.code();
    }
}

constexpr auto done = [](std::exception_ptr) {};

Outcome outcome_of(asio::io_context& io, std::vector<asio::ip::address> addresses, std::uint16_t port,
                   std::chrono::milliseconds timeout = 10s)
{
    Outcome outcome;
    asio::co_spawn(io, try_connect(std::move(addresses), port, timeout, outcome), done);
    io.run();
    return outcome;
}

/// A port of loopback on which nobody listens: it is bound, so that nobody else can.
class ClosedPort {
public:
    explicit ClosedPort(asio::io_context& io) : socket_{io, {loopback, 0}} {}
    std::uint16_t port() const { return socket_.local_endpoint().port(); }

private:
    asio::ip::tcp::socket socket_;
};

}  // namespace

TEST_CASE("a host that listens is connected to", "[io][connect]")
{
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    const auto outcome = outcome_of(io, {loopback}, acceptor.local_endpoint().port());
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
    CHECK(outcome_of(io, {loopback}, closed.port()).error == asio::error::connection_refused);
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

TEST_CASE("a cancelled connect ends and leaves nothing behind", "[io][connect]")
{
    asio::io_context io{1};
    // A listener whose queue is full answers nobody: the connection hangs.
    asio::ip::tcp::acceptor acceptor{io, asio::ip::tcp::v4()};
    acceptor.bind({loopback, 0});
    acceptor.listen(0);
    asio::ip::tcp::socket filler{io}, second_filler{io};
    filler.connect(acceptor.local_endpoint());
    second_filler.async_connect(acceptor.local_endpoint(), [](boost::system::error_code) {});

    asio::cancellation_signal stop;
    Outcome outcome;
    const auto on_end = [&](std::exception_ptr) { second_filler.close(); };
    asio::co_spawn(io, try_connect({loopback}, acceptor.local_endpoint().port(), 10s, outcome),
                   asio::bind_cancellation_slot(stop.slot(), on_end));
    asio::post(io, [&] { asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); }); });
    io.run();
    CHECK(outcome.error == asio::error::operation_aborted);
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
